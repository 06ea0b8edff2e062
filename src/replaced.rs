//! Files that are written whole or not at all: what was there stays until all of the new text is on the disk.

use std::io::{Error, Result, Write as _};
use std::path::Path;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// Whoever may read what this user writes.
    Usual,
    /// This user alone.
    Owner,
}

/// Writes a file in the place of another one. A link is replaced, and not followed. Devices, and what this process has open,
/// are written to; a pipe anywhere else is refused: others may have put it there.
pub(crate) fn replace(path: &Path, text: &[u8], readers: For) -> Result<()> {
    if is_of_system(path) {
        return std::fs::write(path, text);
    }
    refuse_odd(path)?;
    let mut file = beside(path, readers)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Finds out whether a file could be written in this place.
pub(crate) fn try_out(path: &Path) -> Result<()> {
    if is_of_system(path) {
        return Ok(());
    }
    refuse_odd(path)?;
    beside(path, For::Usual).map(drop)
}

/// Whether a path is a door of this process, such as `/dev/stdout`, or a device: nobody else can put these there.
pub(crate) fn is_of_system(path: &Path) -> bool {
    let is_door = ["/dev/stdout", "/dev/stderr"].iter().any(|door| path == Path::new(door))
        || ["/dev/fd", "/proc/self/fd"].iter().any(|folder| path.parent() == Some(Path::new(folder)));
    is_door || is_device(path)
}

#[cfg(unix)]
fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    path.symlink_metadata().is_ok_and(|found| found.file_type().is_char_device())
}

#[cfg(not(unix))]
fn is_device(_: &Path) -> bool {
    false
}

/// Refuses what is no file that can be replaced.
fn refuse_odd(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(Error::other("what is there is no plain file")),
        _ => Ok(()),
    }
}

fn beside(path: &Path, readers: For) -> Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".mpuspec-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = if readers == For::Owner { 0o600 } else { 0o666 };
        // As for every file, what the user's mask forbids is taken away from it.
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_a_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (other, link) = (folder.path().join("other"), folder.path().join("link"));
        std::fs::write(&other, "keep").expect("written");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&other, &link).expect("a link");
        replace(&link, b"new", For::Usual).expect("written");
        assert_eq!(std::fs::read_to_string(&link).expect("it is there"), "new");
        assert_eq!(std::fs::read_to_string(&other).expect("it is there"), "keep");
        let entries = std::fs::read_dir(folder.path()).expect("it can be listed").count();
        assert_eq!(entries, 2, "nothing else is left");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_for_its_owner_is_read_by_nobody_else() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        replace(&path, b"", For::Owner).expect("written");
        let mode = std::fs::metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_plain_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for tried in [replace(folder.path(), b"text", For::Usual), try_out(folder.path())] {
            assert_eq!(tried.expect_err("it is a folder").to_string(), "what is there is no plain file");
        }
    }

    #[test]
    fn what_others_can_put_there_is_no_door() {
        for path in
            ["/dev/shm/x", "/dev/../tmp/x", "/dev/fd/../../tmp/x", "/proc/1/fd/1", "/tmp/x", "/dev/fd"]
        {
            assert!(!is_of_system(Path::new(path)), "{path}");
        }
        assert!(is_of_system(Path::new("/dev/stdout")) && is_of_system(Path::new("/dev/fd/63")));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn on_a_full_disk_what_was_there_stays() {
        let error = replace(Path::new("/dev/full"), b"text", For::Usual).expect_err("it is full");
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    }
}
