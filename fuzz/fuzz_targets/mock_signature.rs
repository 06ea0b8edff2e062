//! The mock's reader of signatures, in the header and in the URL.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpuspec_mock::fuzzing::signature(bytes));
