//! The journal on disk: what a run makes is named before it is made, so that `clean` can finish
//! what a crash or a kill left. It holds no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind, Write as _};
#[cfg(unix)]
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use mpuspec_mock::files::{LONGEST_BY_MACHINE, read_plain_text};
use serde::{Deserialize, Serialize};

/// Where a run took place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalHeader {
    /// The id of the run.
    pub run: String,
    /// The process.
    pub pid: u32,
    /// The endpoint.
    pub endpoint: String,
    /// The region.
    pub region: String,
    /// `path`, `virtual` or `cname`.
    pub addressing: String,
    /// `s3` or `oss`.
    #[serde(default)]
    pub dialect: String,
    /// The bucket.
    pub bucket: String,
    /// Whether the bucket is made by the run, and goes with it.
    pub own_bucket: bool,
    /// Whether the server is the run's own too, and ended with it.
    #[serde(default)]
    pub own_server: bool,
    /// What all keys of the run begin with.
    pub prefix: String,
}

/// Something that a run makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// An object may come under this key.
    Object(String),
    /// An upload is about to be created under this key.
    Creating(String),
    /// An upload exists.
    Upload(String, String),
    /// An upload may exist under this key, and no answer has named it.
    Unnamed(String),
}

/// The journal of a run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    /// What was noted: a disk that is full keeps less.
    sent: Mutex<SentKeys>,
}

/// Where journals lie.
fn folder() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = state.or_else(|| std::env::home_dir().map(|home| home.join(".local/state")));
    state.unwrap_or_else(std::env::temp_dir).join("mpuspec/journals")
}

/// Who owns what this process writes in a folder; nobody where owners are not known.
#[cfg(unix)]
fn owner(folder: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    Some(tempfile::tempfile_in(folder).and_then(|file| file.metadata()).ok()?.uid())
}

/// Whether something is its owner's. What others put there names what they want to be removed.
#[cfg(unix)]
fn is_of(path: &Path, owner: Option<u32>) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::symlink_metadata(path).ok().map(|found| found.uid());
    found.is_some() && found == owner
}

#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn is_of(_: &Path, _: Option<u32>) -> bool {
    true
}

impl Journal {
    /// Begins the journal of a run.
    pub fn create(header: &JournalHeader) -> std::io::Result<Self> {
        let folder = folder();
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        builder.mode(0o700);
        builder.create(&folder)?;
        if !is_of(&folder, owner(&folder)) {
            return Err(Error::other(format!("{} belongs to somebody else", folder.display())));
        }
        let path = folder.join(format!("{}.jsonl", header.run));
        let mut options = OpenOptions::new();
        options.create_new(true).append(true);
        #[cfg(unix)]
        options.mode(0o600);
        let file = options.open(&path)?;
        let journal = Self { path, file: Mutex::new(file), sent: Mutex::default() };
        journal.write(header)?;
        Ok(journal)
    }

    /// Names something before it is made.
    pub fn note(&self, made: &Made) {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).add(made);
        // A run whose journal cannot be written on goes on: its own clean-up knows the same.
        let _ = self.write(made);
    }

    fn write(&self, entry: &impl Serialize) -> std::io::Result<()> {
        let mut line = serde_json::to_string(entry)?;
        line.push('\n');
        self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
    }

    /// Ends the journal: nothing is left.
    pub fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }

    /// Returns the keys under which uploads were created.
    pub fn sent_keys(&self) -> SentKeys {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// A journal of a run that did not clean up, with what the run made.
type Found = (PathBuf, JournalHeader, Vec<Made>);

/// The journals of runs that did not clean up, and the files that cannot be read as one, with the reason.
pub fn journals() -> (Vec<Found>, Vec<(PathBuf, String)>) {
    let folder = folder();
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return (found, unread),
        Err(error) => return (found, vec![(folder, error.to_string())]),
    };
    let owner = owner(&folder);
    if !is_of(&folder, owner) {
        return (found, vec![(folder, "it belongs to somebody else".to_owned())]);
    }
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    for path in paths {
        if !is_of(&path, owner) {
            unread.push((path, "it belongs to somebody else".to_owned()));
            continue;
        }
        match read(&path) {
            Ok((header, made)) => found.push((path, header, made)),
            Err(error) => unread.push((path, error.to_string())),
        }
    }
    (found, unread)
}

fn read(path: &Path) -> std::io::Result<(JournalHeader, Vec<Made>)> {
    let text = read_plain_text(path, LONGEST_BY_MACHINE)?;
    let mut lines = text.lines();
    let head = lines.next().ok_or_else(|| Error::other("it is empty"))?;
    let header = serde_json::from_str(head).map_err(|_| Error::other("it is no journal"))?;
    // The last line may be half written.
    let made = lines.filter_map(|line| serde_json::from_str(line).ok()).collect();
    Ok((header, made))
}

/// The keys under which uploads were created, as they were sent.
#[derive(Clone, Debug, Default)]
pub struct SentKeys {
    by_id: BTreeMap<String, String>,
    all: BTreeSet<String>,
    unnamed: BTreeSet<String>,
}

impl SentKeys {
    /// Returns those that a journal names.
    pub fn of(made: &[Made]) -> Self {
        let mut sent = Self::default();
        made.iter().for_each(|made| sent.add(made));
        sent
    }

    fn add(&mut self, made: &Made) {
        match made {
            Made::Upload(key, id) => _ = self.by_id.insert(id.clone(), key.clone()),
            Made::Creating(key) => _ = self.all.insert(key.clone()),
            Made::Unnamed(key) => _ = self.unnamed.insert(key.clone()),
            Made::Object(_) => {}
        }
    }

    /// Returns the prefixes below which keys were sent: some begin with a slash of either kind before that of the run.
    pub fn prefixes(&self, own: &str) -> Vec<String> {
        let keys = || self.all.iter().chain(&self.unnamed).chain(self.by_id.values());
        let leads = ["", "/", "\\"].into_iter();
        let is_sent = |lead: &&str| lead.is_empty() || keys().any(|key| key.starts_with(lead));
        leads.filter(is_sent).map(|lead| format!("{lead}{own}")).collect()
    }

    /// Creations that a journal says nothing more of may have happened.
    pub fn doubting_creations(mut self) -> Self {
        let named: BTreeSet<&String> = self.by_id.values().collect();
        let unnamed: Vec<String> = self.all.iter().filter(|key| !named.contains(key)).cloned().collect();
        self.unnamed.extend(unnamed);
        self
    }

    /// Returns the keys under which there may be uploads that no answer has named: a listing alone can find them.
    pub fn unnamed(&self) -> impl Iterator<Item = &String> {
        self.unnamed.iter()
    }

    /// Returns the key of an upload that a server lists: not every key can be said in XML. Where the creation was
    /// not answered, it is the one that looks like what is listed.
    pub fn of_upload(&self, id: &str, listed: String) -> String {
        if let Some(key) = self.by_id.get(id) {
            return key.clone();
        }
        if self.all.contains(&listed) {
            return listed;
        }
        let sayable = |key: &str| -> String {
            key.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect()
        };
        let mut alike = self.all.iter().filter(|key| sayable(key) == sayable(&listed));
        match (alike.next(), alike.next()) {
            (Some(key), None) => key.clone(),
            _ => listed,
        }
    }
}

/// Whether the process of a journal still runs, so that its keys are in use.
pub fn is_running(header: &JournalHeader) -> bool {
    header.pid != std::process::id() && Path::new(&format!("/proc/{}", header.pid)).exists()
}
