#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rolelint::fuzzing::retry_after(data));
