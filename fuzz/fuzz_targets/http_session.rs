//! Runs `salala_socketio::fuzzing::http_session` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| salala_socketio::fuzzing::http_session(data));
