//! The integration tests, as one binary.

// The language: every file loads, slips get their place, the schema agrees with the loader.
mod language;
