//! Files of others, read as far as a limit.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::Path;

/// No case, provider file or baseline is longer, in bytes.
pub const LONGEST_BY_HAND: u64 = 16 << 20;
/// No report, journal or ledger is longer, in bytes.
pub const LONGEST_BY_MACHINE: u64 = 1 << 30;

/// Reads a text of up to `most` bytes.
pub fn read_text(path: &Path, most: u64) -> Result<String> {
    let mut text = String::new();
    let mut file = File::open(path)?.take(most + 1);
    file.read_to_string(&mut text)?;
    match file.limit() {
        0 => Err(Error::new(ErrorKind::FileTooLarge, format!("it is longer than {} MiB", most >> 20))),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_is_not_read() {
        let folder = std::env::temp_dir().join(format!("mpuspec-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("text");
        std::fs::write(&path, "12345678").expect("written");
        assert_eq!(read_text(&path, 8).expect("it fits"), "12345678");
        assert!(read_text(&path, 7).is_err());
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_end_has_one() {
        let error = read_text(Path::new("/dev/zero"), 1 << 20).expect_err("it has no end");
        assert_eq!(error.to_string(), "it is longer than 1 MiB");
    }
}
