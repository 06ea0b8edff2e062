//! A history that is looked into, within bounds: it can be anybody's.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::ops::Deref;
use std::rc::Rc;

use mpuspec_mock::model::Content;

use super::joint::content_of;
use super::{Ask, Call, History, Piece, Saw};

/// As many steps are taken: behind them nobody is accused. A usual history takes some thousands.
const MOST_STEPS: usize = 1_000_000_000;
/// As many pieces of bytes are joined to objects.
const MOST_PIECES: usize = 1_000_000;

/// A history that is looked into.
pub(super) struct Looked<'h> {
    history: &'h History,
    /// The calls that sent parts, by upload and number.
    sent: HashMap<(&'h str, i64), Vec<&'h Call>>,
    /// What writes left, by the place of the call.
    bytes: RefCell<HashMap<*const Call, Option<Rc<Content>>>>,
    steps: Cell<usize>,
    pieces: Cell<usize>,
}

impl Deref for Looked<'_> {
    type Target = History;

    fn deref(&self) -> &History {
        self.history
    }
}

impl<'h> Looked<'h> {
    pub(super) fn into(history: &'h History) -> Self {
        let mut sent: HashMap<_, Vec<&Call>> = HashMap::new();
        for call in &history.calls {
            if let Ask::UploadPart { upload, number, .. } | Ask::UploadPartCopy { upload, number, .. } =
                &call.ask
            {
                sent.entry((upload.as_str(), *number)).or_default().push(call);
            }
        }
        let (steps, pieces) = (Cell::new(MOST_STEPS), Cell::new(MOST_PIECES));
        Self { history, sent, bytes: RefCell::default(), steps, pieces }
    }

    /// Whether each call may be compared with each other one once more.
    pub(super) fn may_compare_all(&self) -> bool {
        let count = self.history.calls.len();
        let left = self.steps.get().saturating_sub(count.saturating_mul(count));
        self.steps.set(left);
        left > 0
    }
}

/// The bytes that a write left, where each part of it is known by its ETag.
pub(super) fn bytes_of(history: &Looked<'_>, write: &Call) -> Option<Rc<Content>> {
    let place = std::ptr::from_ref(write);
    if let Some(known) = history.bytes.borrow().get(&place) {
        return known.clone();
    }
    let bytes = joined_by(history, write).map(Rc::new);
    history.bytes.borrow_mut().insert(place, bytes.clone());
    bytes
}

fn joined_by<'h>(history: &Looked<'h>, write: &Call) -> Option<Content> {
    let (upload, list) = match &write.ask {
        Ask::PutObject { content, .. } => return content_of(content),
        Ask::CompleteUpload { upload, list: Some(list), .. } => (upload, list),
        _ => return None,
    };
    // What names a number twice leaves no object that anybody promises.
    let numbers: BTreeSet<i64> = list.iter().map(|(number, _)| *number).collect();
    if numbers.len() < list.len() {
        return None;
    }
    let part = |(listed, named): &(i64, String)| {
        let sent = |call: &&'h Call| match (&call.ask, &call.saw) {
            (
                Ask::UploadPart { content, .. } | Ask::UploadPartCopy { content: Some(content), .. },
                Saw::Stored { etag },
            ) => Some((content, etag.as_ref())),
            _ => None,
        };
        let of_number = history.sent.get(&(upload.as_str(), *listed)).into_iter().flatten();
        let sent: Vec<(&Vec<Piece>, Option<&String>)> = of_number.filter_map(sent).collect();
        // A part of unknown ETag is the one that is listed if no other bears its number.
        let found = match sent.as_slice() {
            [(only, None)] => only,
            sent => sent.iter().find(|(_, etag)| *etag == Some(named))?.0,
        };
        history.pieces.set(history.pieces.get().checked_sub(found.len())?);
        content_of(found)
    };
    Some(Content::joined(list.iter().map(part).collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(ask: Ask, saw: Saw) -> Call {
        Call { client: "A".to_owned(), start_us: 0, end_us: Some(1), ask, saw }
    }

    fn history(list: Vec<(i64, String)>, pieces: usize) -> History {
        let content = vec![Piece { blob: Some(0), start: 0, len: 1 }; pieces];
        let (key, upload) = ("k".to_owned(), "u".to_owned());
        let (md5, etag) = (String::new(), Some("e".to_owned()));
        let part = Ask::UploadPart { key: key.clone(), upload: upload.clone(), number: 1, content, md5 };
        let complete = Ask::CompleteUpload { key, upload, list: Some(list) };
        History {
            calls: vec![
                call(part, Saw::Stored { etag: etag.clone() }),
                call(complete, Saw::Completed { etag }),
            ],
        }
    }

    #[test]
    fn lists_and_parts_of_any_size_are_joined_within_bounds() {
        let bytes = |list: &[(i64, String)], pieces| {
            let history = history(list.to_vec(), pieces);
            let looked = Looked::into(&history);
            bytes_of(&looked, &history.calls[1]).map(|bytes| bytes.len())
        };
        let once = [(1, "e".to_owned())];
        assert_eq!(bytes(&once, 3), Some(3));
        assert_eq!(bytes(&[once[0].clone(), once[0].clone()], 3), None);
        assert_eq!(bytes(&once, MOST_PIECES + 1), None);
    }
}
