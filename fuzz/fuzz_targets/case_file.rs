//! The loader of case files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpuspec::fuzzing::case_file(bytes));
