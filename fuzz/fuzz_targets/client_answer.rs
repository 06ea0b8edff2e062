//! The client's readers of answers.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mpuspec::fuzzing::answer(bytes));
