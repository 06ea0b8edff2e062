//! The mock's reader of path, query and host.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpuspec_mock::fuzzing::request(bytes));
