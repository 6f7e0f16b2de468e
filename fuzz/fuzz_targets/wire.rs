//! Runs `salala_core::fuzzing::wire` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salala_core::fuzzing::wire(data));
