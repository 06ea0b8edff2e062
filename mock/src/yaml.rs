//! Placed reading of YAML: text to values, and mistakes to line and column.
//!
//! The only file that names the YAML crate. Neither case files nor provider
//! files are known here.

mod aliases;

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
pub use serde_yaml::{Mapping, Value};

/// One turn on the way from the root of a document to a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Into a mapping, by key.
    Key(String),
    /// Into a sequence, by position.
    Index(usize),
}

/// The way from the root of a document to a node, shown as `steps[1].expect`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The root of the document.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of the entry `key` of the mapping that this path names.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.0.push(Segment::Key(key.to_owned()));
        path
    }

    /// The path of element `index` of the sequence that this path names.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        let mut path = self.clone();
        path.0.push(Segment::Index(index));
        path
    }

    fn parent(&self) -> Option<Self> {
        let (_, init) = self.0.split_last()?;
        Some(Self(init.to_vec()))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if position == 0 => write!(f, "{key}")?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a mistake lies in the key of a mapping entry or in its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// The key of the entry.
    Key,
    /// The node itself.
    Value,
}

/// A mistake of the author, with the path of the node that holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where.
    pub path: Path,
    /// Key or value.
    pub spot: Spot,
    /// What was found and what was expected.
    pub message: String,
    /// What would be right, if that can be told.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake in the node at `path`.
    pub fn at(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.clone(), spot: Spot::Value, message: message.into(), help: None }
    }

    /// A mistake in the key that ends `path`.
    pub fn at_key(path: &Path, message: impl Into<String>) -> Self {
        Self { path: path.clone(), spot: Spot::Key, message: message.into(), help: None }
    }

    /// Adds a line that tells what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Finds the mistake in the text it was made in.
    pub fn place(self, text: &str) -> Placed {
        let mut path = self.path.clone();
        let mut spot = self.spot;
        let span = loop {
            if let Some(span) = locate(text, &path, spot) {
                break span;
            }
            // A missing field has no place of its own: its mapping is shown.
            match path.parent() {
                Some(parent) => path = parent,
                None => break Span::of(text, 0),
            }
            spot = Spot::Value;
        };
        Placed { span, path: self.path.to_string(), message: self.message, help: self.help }
    }
}

/// A mistake with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Where in the text.
    pub span: Span,
    /// The path of the node, as text.
    pub path: String,
    /// What was found and what was expected.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

/// A piece of one line of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Bytes before it.
    pub offset: usize,
    /// Its bytes.
    pub length: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Span {
    fn of(text: &str, offset: usize) -> Self {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &text[..offset];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            offset,
            length: token_length(&text[offset..]),
            line: before.matches('\n').count() + 1,
            column: text[line_start..offset].chars().count() + 1,
        }
    }
}

/// How much of the line belongs to the token that begins here.
fn token_length(rest: &str) -> usize {
    let line = rest.lines().next().unwrap_or("");
    let bytes = line.as_bytes();
    let closing = match bytes.first() {
        None => return 1.min(rest.len()),
        Some(b'{') => Some((b'{', b'}')),
        Some(b'[') => Some((b'[', b']')),
        Some(quote @ (b'"' | b'\'')) => {
            let end = line[1..].find(char::from(*quote)).map_or(line.len(), |at| at + 2);
            return end;
        }
        Some(_) => None,
    };
    if let Some((open, close)) = closing {
        let mut depth = 0;
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == open {
                depth += 1;
            } else if *byte == close {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
        }
        return line.trim_end().len();
    }
    let mut end = line.len();
    for (at, byte) in bytes.iter().enumerate() {
        let next = bytes.get(at + 1);
        let stop = match byte {
            b',' | b'}' | b']' => true,
            b':' => matches!(next, None | Some(b' ')),
            b' ' => matches!(next, Some(b'#')),
            _ => false,
        };
        if stop {
            end = at;
            break;
        }
    }
    line[..end].trim_end().len().max(1)
}

/// Of so many mistakes the rest of a file is not looked at: they have one reason.
pub const MOST_MISTAKES: usize = 100;

/// Brackets in one another, of which the reader of YAML looks at all for each token.
const DEEPEST: usize = 200;

/// The first bracket that is too deep in others, where quotes and comments do not hide it.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut before = b' ';
    let mut in_comment = false;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            // Whoever leaves a quote open on a line has not hidden the next one.
            (b'\n', _) => (quote, in_comment) = (None, false),
            _ if in_comment => {}
            (byte, Some(open)) if byte == open && before != b'\\' => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) if matches!(before, b' ' | b',' | b'[' | b'{' | b':' | b'\n') => {
                quote = Some(byte);
            }
            (b'#', None) if matches!(before, b' ' | b'\n') => in_comment = true,
            (b'[' | b'{', None) => depth += 1,
            (b']' | b'}', None) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
        before = byte;
    }
    None
}

/// Reads a text as YAML. Syntax errors and duplicate keys are placed.
pub fn parse(text: &str) -> Result<Value, Placed> {
    if let Some(at) = too_deep(text) {
        let message = format!("a bracket in more than {DEEPEST} others");
        return Err(Placed { span: Span::of(text, at), path: String::new(), message, help: None });
    }
    if aliases::weigh_too_much(serde_yaml::Deserializer::from_str, text) {
        let message = "aliases that come to far more than the file has".to_owned();
        let at = text.find('*').unwrap_or_default();
        return Err(Placed { span: Span::of(text, at), path: String::new(), message, help: None });
    }
    serde_yaml::from_str::<Value>(text).map_err(|error| {
        let offset = error.location().map_or(0, |location| location.index());
        let full = error.to_string();
        let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
        let duplicate =
            message.split("duplicate entry with key ").nth(1).map(|rest| rest.trim_matches('"').to_owned());
        let span = duplicate
            .as_deref()
            .and_then(|key| second_key(text, offset, key))
            .unwrap_or_else(|| Span::of(text, offset));
        let message = match duplicate {
            Some(key) => format!("`{key}` stands here twice"),
            None => message,
        };
        Placed { span, path: String::new(), message, help: None }
    })
}

/// The second place after `from` where a line or flow entry begins with `key`.
fn second_key(text: &str, from: usize, key: &str) -> Option<Span> {
    let mut found = text[from..].match_indices(key).filter(|(at, _)| {
        let at = from + at;
        let before = text[..at].chars().next_back();
        let starts = matches!(before, None | Some('\n' | ' ' | '{' | ','));
        starts && text[at + key.len()..].starts_with(':')
    });
    found.nth(1).map(|(at, _)| Span::of(text, from + at))
}

/// Turns a value into a type; a mistake bears the path below `at`.
pub fn decode<T: DeserializeOwned>(value: Value, at: &Path) -> Result<T, Mistake> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut path = at.clone();
        for segment in error.path() {
            match segment {
                serde_path_to_error::Segment::Seq { index } => path = path.index(*index),
                serde_path_to_error::Segment::Map { key } => path = path.key(key),
                _ => {}
            }
        }
        explain(path, &error.into_inner().to_string())
    })
}

/// Turns a mapping into a type, and finds as many mistakes in it as it can: what is wrong
/// is taken out and the rest tried again. With mistakes there may still be a value.
pub fn decode_collecting<T: DeserializeOwned>(mut mapping: Mapping, at: &Path) -> (Option<T>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    loop {
        let mistake = match decode(Value::Mapping(mapping.clone()), at) {
            Ok(value) => return (Some(value), mistakes),
            Err(mistake) => mistake,
        };
        let removed = remove(&mut mapping, &mistake.path.0[at.0.len()..]);
        mistakes.push(mistake);
        if !removed || mistakes.len() == MOST_MISTAKES {
            return (None, mistakes);
        }
    }
}

/// Takes the entry out that holds the node at the end of `path`: one entry of a section, or the field.
fn remove(mapping: &mut Mapping, path: &[Segment]) -> bool {
    let [Segment::Key(first), rest @ ..] = path else { return false };
    if let (Some(Segment::Key(second)), Some(Value::Mapping(section))) =
        (rest.first(), mapping.get_mut(first.as_str()))
        && section.remove(second.as_str()).is_some()
    {
        return true;
    }
    mapping.remove(first.as_str()).is_some()
}

/// Says what serde says, shorter and with a suggestion.
fn explain(path: Path, message: &str) -> Mistake {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    for (start, noun) in [("unknown field", "field"), ("unknown variant", "word")] {
        if message.starts_with(start) && !quoted.is_empty() {
            let mistake = unknown(noun, quoted[0], &quoted[1..]);
            let spot = if noun == "field" { Spot::Key } else { Spot::Value };
            return Mistake { path, spot, ..mistake };
        }
    }
    Mistake::at(&path, message)
}

/// The mistake of a name that is not in a closed list.
pub fn unknown(noun: &str, found: &str, known: &[&str]) -> Mistake {
    let mut message = format!("there is no {noun} `{found}` here");
    if let Some(near) = nearest(found, known.iter().copied()) {
        message = format!("{message}; did you mean `{near}`?");
    }
    let mistake = Mistake::at(&Path::root(), message);
    if known.is_empty() { mistake } else { mistake.help(format!("known: {}", known.join(", "))) }
}

/// The known word that `found` is probably a slip of.
pub fn nearest<'a>(found: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&found.to_lowercase(), &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= 1 + word.len().min(found.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Finds the node at the end of `path`.
///
/// The text is read again with a reader that walks the path and refuses the
/// node at its end: the parser then reports where that node is.
pub fn locate(text: &str, path: &Path, spot: Spot) -> Option<Span> {
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let error = Walk { rest: &path.0, spot }.deserialize(deserializer).err()?;
    if !error.to_string().contains(FOUND) {
        return None;
    }
    Some(Span::of(text, error.location()?.index()))
}

const FOUND: &str = "<the node was found>";

struct Walk<'p> {
    rest: &'p [Segment],
    spot: Spot,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Everything that is not on the path is passed over; the end of the path is refused.
impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FOUND)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.rest.split_first() else {
            return Err(A::Error::custom(FOUND));
        };
        let stop = match first {
            Segment::Key(key) if rest.is_empty() && self.spot == Spot::Key => Some(key.as_str()),
            _ => None,
        };
        while let Some(key) = map.next_key_seed(KeyOf { stop })? {
            match first {
                Segment::Key(wanted) if *wanted == key => {
                    map.next_value_seed(Walk { rest, spot: self.spot })?;
                }
                _ => {
                    map.next_value::<serde::de::IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some((first, rest)) = self.rest.split_first() else {
            return Err(A::Error::custom(FOUND));
        };
        let Segment::Index(wanted) = first else { return Err(A::Error::custom("another shape")) };
        for _ in 0..*wanted {
            if seq.next_element::<serde::de::IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        seq.next_element_seed(Walk { rest, spot: self.spot })?;
        while seq.next_element::<serde::de::IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct KeyOf<'k> {
    stop: Option<&'k str>,
}

impl<'de> DeserializeSeed<'de> for KeyOf<'_> {
    type Value = String;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyOf<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<String, E> {
        if self.stop == Some(key) { Err(E::custom(FOUND)) } else { Ok(key.to_owned()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "title: x\nsteps:\n  - create_upload:\n  - upload_part: { number: 1, size: 5MB }\n    expect: ok\n";

    fn at(path: &Path, spot: Spot) -> (usize, usize, &'static str) {
        let span = locate(TEXT, path, spot).expect("the node is in the text");
        (span.line, span.column, &TEXT[span.offset..span.offset + span.length])
    }

    #[test]
    fn aliases_come_to_little_more_than_the_file() {
        let long = "x".repeat(100_000);
        let many = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 10_000].join(", "));
        let refused = parse(&many).expect_err("a gigabyte of it");
        assert!(refused.message.contains("aliases"), "{}", refused.message);
        let few = parse("a: &a { b: c }\nd: [*a, *a]\n").expect("they are few");
        assert_eq!(few["d"][1]["b"], Value::from("c"));
        assert!(parse("a: &a 1\nb: [*c]\n").is_err_and(|placed| !placed.message.contains("far more")));
    }

    #[test]
    fn nodes_are_found_by_path() {
        let step = Path::root().key("steps").index(1);
        assert_eq!(at(&step.key("upload_part"), Spot::Key), (4, 5, "upload_part"));
        assert_eq!(at(&step.key("upload_part"), Spot::Value), (4, 18, "{ number: 1, size: 5MB }"));
        assert_eq!(at(&step.key("upload_part").key("size"), Spot::Value), (4, 37, "5MB"));
        assert_eq!(at(&step.key("upload_part").key("number"), Spot::Value), (4, 28, "1"));
        assert_eq!(at(&step.key("expect"), Spot::Value), (5, 13, "ok"));
        assert_eq!(locate(TEXT, &step.key("note"), Spot::Value), None);
    }

    #[test]
    fn syntax_errors_and_duplicate_keys_are_placed() {
        let broken = parse("a: [1, 2\nb: 3\n").expect_err("the list is open");
        assert!(broken.span.line >= 1, "{broken:?}");
        let twice = parse("title: a\nlevel: MUST\ntitle: b\n").expect_err("title stands twice");
        assert_eq!((twice.span.line, twice.message.as_str()), (3, "`title` stands here twice"), "{twice:?}");
    }

    #[test]
    fn a_slip_of_the_pen_is_recognised() {
        assert_eq!(nearest("uplaod_part", ["upload_part", "upload_parts"]), Some("upload_part"));
        assert_eq!(nearest("banana", ["upload_part"]), None);
    }
}
