//! The files of causes and questions that the program was built with.

use mpuspec_mock::yaml;
use serde::de::DeserializeOwned;

/// Reads such a file.
pub(super) fn read<T: DeserializeOwned>(file: &str) -> Result<T, String> {
    let value = yaml::parse(file).map_err(|placed| placed.message)?;
    yaml::decode(value, &yaml::Path::root()).map_err(|mistake| mistake.place(file).message)
}
