#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| rolelint::fuzzing::journal(data));
