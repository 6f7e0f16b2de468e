//! Runs `salala_socketio::fuzzing::engine_payload` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salala_socketio::fuzzing::engine_payload(data));
