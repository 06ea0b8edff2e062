//! The mock's reader of request documents.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpuspec_mock::fuzzing::xml(bytes));
