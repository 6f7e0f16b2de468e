//! Runs `salala_socketio::fuzzing::socketio_packet` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salala_socketio::fuzzing::socketio_packet(data));
