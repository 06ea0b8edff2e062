//! Nothing: the tests are what this is about.
