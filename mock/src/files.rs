//! Files of others, read as far as a limit.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::{Path, PathBuf};

/// No case, provider file or baseline is longer, in bytes.
pub const LONGEST_BY_HAND: u64 = 1 << 20;
/// No report, journal or ledger is longer, in bytes.
pub const LONGEST_BY_MACHINE: u64 = 1 << 30;

/// Reads a text of up to `most` bytes. What is no text, and how long it is, does not hang on a link: one that is called
/// otherwise than what it leads to is not followed, and no file of the system is read that way.
pub fn read_text(path: &Path, most: u64) -> Result<String> {
    if let Some(elsewhere) = leads_elsewhere(path) {
        let told = format!("it is a link to {}, which is another kind of file", elsewhere.display());
        return Err(Error::other(told));
    }
    let mut text = String::new();
    let mut file = File::open(path)?.take(most + 1);
    file.read_to_string(&mut text)?;
    match file.limit() {
        0 => Err(Error::new(ErrorKind::FileTooLarge, format!("it is longer than {} MiB", most >> 20))),
        _ => Ok(text),
    }
}

/// Reads a text as [`read_text`] does, if it is a plain file: a pipe would have to be waited for.
pub fn read_plain_text(path: &Path, most: u64) -> Result<String> {
    match std::fs::metadata(path)?.is_file() {
        true => read_text(path, most),
        false => Err(Error::other("it is no plain file")),
    }
}

/// Where a link leads that came with somebody's files, if that is no file of its kind.
fn leads_elsewhere(path: &Path) -> Option<PathBuf> {
    // A shell's own: `<(command)` is a link to a pipe.
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return None;
    }
    let found = std::fs::canonicalize(path).ok()?;
    let of_system = ["/proc", "/sys", "/dev"].iter().any(|folder| found.starts_with(folder));
    let is_link = path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    (of_system || (is_link && found.extension() != path.extension())).then_some(found)
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_link_leads_to_no_other_kind_of_file() {
        use std::os::unix::fs::symlink;
        let folder = std::env::temp_dir().join(format!("mpuspec-links-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let at = |name: &str| folder.join(name);
        std::fs::write(at("secret"), "secret").expect("written");
        std::fs::write(at("case.yaml"), "case").expect("written");
        for (link, to) in [
            ("environment.yaml", Path::new("/proc/self/environ")),
            ("secret.yaml", &at("secret")),
            ("other.yaml", &at("case.yaml")),
            ("process", Path::new("/proc/self")),
        ] {
            symlink(to, at(link)).expect("a link");
        }
        for refused in ["environment.yaml", "secret.yaml", "process/environ"] {
            let told = read_text(&at(refused), 1 << 20).expect_err(refused).to_string();
            assert!(told.starts_with("it is a link to "), "{told}");
        }
        assert_eq!(read_text(&at("other.yaml"), 1 << 20).expect("of its kind"), "case");
        assert!(read_plain_text(&folder, 1).is_err());
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_end_has_one() {
        let error = read_text(Path::new("/dev/zero"), 1 << 20).expect_err("it has no end");
        assert_eq!(error.to_string(), "it is longer than 1 MiB");
    }
}
