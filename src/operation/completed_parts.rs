//! The list of a completion: what a case writes, and what is sent.

use std::ops::RangeInclusive;
use std::sync::Arc;

use quick_xml::escape::escape;

use super::MOST_CALLS;
use super::headers::listed_checksums;
use crate::language::{CompletedEntry, CompletedList, ETagForm, Expr, ListedNumber, PartRef};
use crate::row::{RowState, Unavailable};

/// An entry of the list.
#[derive(Clone, Debug, Default)]
pub struct CompletedPart {
    /// The number, as it is sent.
    pub number: Option<String>,
    /// The ETag, as it is sent.
    pub etag: Option<String>,
    /// Checksums, by their element.
    pub checksums: Vec<(String, String)>,
}

impl CompletedPart {
    /// The element of the document.
    pub(super) fn element(&self) -> String {
        let mut text = "<Part>".to_owned();
        if let Some(number) = &self.number {
            text.push_str(&format!("<PartNumber>{}</PartNumber>", escape(number)));
        }
        if let Some(etag) = &self.etag {
            text.push_str(&format!("<ETag>{}</ETag>", escape(etag)));
        }
        for (name, value) in &self.checksums {
            text.push_str(&format!("<{name}>{}</{name}>", escape(value)));
        }
        text + "</Part>"
    }
}

/// The numbers of a range.
pub(super) fn numbers(first: i64, last: i64) -> Result<RangeInclusive<i64>, Unavailable> {
    match u64::try_from(last.saturating_sub(first)) {
        Ok(numbers) if numbers >= MOST_CALLS => {
            Err(Unavailable(format!("a range has up to {MOST_CALLS} numbers, and not {numbers}")))
        }
        _ => Ok(first..=last),
    }
}

/// Returns the entries of a list, one for each number of a range.
pub(super) fn entries(list: &CompletedList, row: &RowState<'_>) -> Result<Vec<CompletedEntry>, Unavailable> {
    match list {
        CompletedList::List(list) => Ok(list.clone()),
        CompletedList::Range(first, last) => {
            let exprs = numbers(row.value(first)?, row.value(last)?)?
                .filter_map(|number| Expr::parse(&number.to_string()).ok());
            Ok(exprs.map(|number| CompletedEntry::of(PartRef::Number(number))).collect())
        }
    }
}

/// An entry as it is sent.
pub(super) fn listed(entry: &CompletedEntry, row: &RowState<'_>) -> Result<CompletedPart, Unavailable> {
    let part = entry.part.as_ref().map(|part| row.part(part)).transpose()?;
    let number = match (&entry.number, &part) {
        (Some(ListedNumber::None), _) | (None, None) => None,
        (Some(ListedNumber::Number(number)), _) => Some(row.number(number)?),
        (None, Some(part)) => Some(part.number.clone()),
    };
    let sent = entry.part.as_ref().and_then(|part| row.sent(part).ok());
    let checksums = listed_checksums(entry.checksum.as_ref(), sent);
    let is_listed_plainly =
        entry.etag.is_none() || matches!(entry.etag, Some(ETagForm::Unquoted | ETagForm::Upper));
    let own = part.and_then(|part| part.etag);
    if let (Some(part), None, true) = (&entry.part, &own, is_listed_plainly) {
        return Err(Unavailable(format!("the ETag of part {part} was not told by an earlier step")));
    }
    let bare = |etag: Option<String>| etag.unwrap_or_default().trim_matches('"').to_owned();
    let etag = match &entry.etag {
        None => own,
        Some(ETagForm::None) => None,
        Some(ETagForm::Unquoted) => Some(bare(own)),
        Some(ETagForm::Upper) => Some(format!("\"{}\"", bare(own).to_uppercase())),
        Some(ETagForm::Wrong) => Some("\"00000000000000000000000000000000\"".to_owned()),
        Some(ETagForm::Of(other)) => row.part(other)?.etag,
    };
    Ok(CompletedPart { number, etag, checksums })
}

/// Whether a success says which bytes the object has.
pub(super) fn is_sure(entries: &[CompletedEntry], finished: &[usize], row: &RowState<'_>) -> bool {
    // An entry that says something else than its part, or an earlier one, is there to be refused.
    let plain = |entry: &CompletedEntry| entry.etag.is_none() && entry.number.is_none();
    let of = |at: usize| (&row.sent[at].upload, &row.sent[at].number);
    let newest = |at: &usize| (at + 1..row.sent.len()).all(|later| of(later) != of(*at));
    // Which bytes a copy brought depends on when it read them.
    let sent = |at: &usize| {
        let blob = &row.sent[*at].blob;
        !row.sent[..*at].iter().any(|before| Arc::ptr_eq(&before.blob, blob))
    };
    entries.iter().all(plain)
        && entries.len() == finished.len()
        && finished.iter().all(|at| newest(at) && sent(at))
}
