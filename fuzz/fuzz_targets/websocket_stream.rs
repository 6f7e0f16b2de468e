//! Runs `salala_socketio::fuzzing::websocket_stream` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salala_socketio::fuzzing::websocket_stream(data));
