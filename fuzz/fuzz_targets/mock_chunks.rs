//! The mock's decoder of `aws-chunked` bodies.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpuspec_mock::fuzzing::chunks(bytes));
