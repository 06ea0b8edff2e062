//! Claims about what is listed.

use super::{Met, Scene, about, differs, sizes};
use crate::case::{Claims, ListOrder, PartList};
use crate::language::PartRef;
use crate::wire::{Answer, unquoted};

pub(super) fn parts(
    list: &PartList,
    order: Option<ListOrder>,
    answer: &Answer,
    scene: &Scene<'_>,
) -> Result<(), Met> {
    let sizes = sizes(scene);
    let references: Vec<PartRef> = match list {
        PartList::List(list) => list.clone(),
        PartList::Range(first, last) => {
            let (first, last) = (first.value(&sizes).unwrap_or(0), last.value(&sizes).unwrap_or(0));
            let number = |number: i64| crate::language::Expr::parse(&number.to_string()).map(PartRef::Number);
            (first..=last).filter_map(|at| number(at).ok()).collect()
        }
    };
    if answer.deviation("Part.PartNumber").is_some() {
        return Err(Met::Unseen("Part.PartNumber"));
    }
    let mut expected = Vec::new();
    for reference in &references {
        let part = scene.state.part(reference)?;
        expected.push((part.number, part.etag.as_deref().map(unquoted).map(str::to_owned), part.size));
    }
    let listed = |part: &crate::wire::ListedPart| {
        (part.number.to_string(), part.etag.as_deref().map(unquoted).map(str::to_owned), part.size)
    };
    let mut got: Vec<Entry> = answer.parts.iter().flatten().map(listed).collect();
    // One row is about the order.
    if order != Some(ListOrder::ByNumber) {
        let by_number = |entry: &Entry| entry.0.parse::<u64>().unwrap_or(u64::MAX);
        got.sort_by_key(by_number);
        expected.sort_by_key(by_number);
    }
    let same = got.len() == expected.len() && got.iter().zip(&expected).all(|(a, b)| agree(a, b));
    if !same {
        let lacking: Vec<&str> = expected
            .iter()
            .filter(|part| !got.iter().any(|listed| agree(listed, part)))
            .map(|part| part.0.as_str())
            .collect();
        let is_part = !lacking.is_empty() && got.iter().all(|part| expected.iter().any(|e| agree(part, e)));
        let told = match is_part && !got.is_empty() && lacking.len() <= 12 {
            true => format!("no part {}, only {}", lacking.join(", "), show(&got)),
            false => show(&got),
        };
        return Err(differs(show(&expected), told));
    }
    // Without an ETag a part is distinguished from one that it replaced by its size alone.
    let tells_apart = |(number, etag, size): &Entry| {
        let of_number = |sent: &&crate::row::Sent| sent.number.as_ref() == Some(number);
        let same_size = |sent: &&crate::row::Sent| Some(sent.bytes().len() as u64) == *size;
        etag.is_some() || scene.state.sent.iter().filter(of_number).filter(same_size).count() < 2
    };
    if got.iter().all(tells_apart) { Ok(()) } else { Err(Met::Unseen("Part.ETag")) }
}

/// Aspects without which an entry of a listing is left out.
pub(in super::super::super) const ENTRIES: [&str; 4] =
    ["Part.PartNumber", "Upload.Key", "Upload.UploadId", "Contents.Key"];

/// Number, ETag and size of a part; what is not shown is unknown.
type Entry = (String, Option<String>, Option<u64>);

/// Whether two entries can be the same part.
fn agree(a: &Entry, b: &Entry) -> bool {
    fn can_equal<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
        a.is_none() || b.is_none() || a == b
    }
    a.0 == b.0 && can_equal(a.1.as_ref(), b.1.as_ref()) && can_equal(a.2.as_ref(), b.2.as_ref())
}

fn show(list: &[Entry]) -> String {
    let entry = |(number, etag, size): &Entry| {
        let size = size.map_or_else(|| "no size".to_owned(), |size| format!("{size} bytes"));
        format!("{number} ({size}, {})", etag.as_deref().unwrap_or("no ETag"))
    };
    match list {
        [] => "no parts".to_owned(),
        list if list.len() > 12 => {
            format!("{} parts, {} to {}", list.len(), list[0].0, list[list.len() - 1].0)
        }
        list => format!("parts {}", list.iter().map(entry).collect::<Vec<_>>().join(", ")),
    }
}

pub(super) fn listing(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let below = |key: &str| {
        key.strip_prefix(scene.prefix)
            .map_or_else(|| format!("{key} (not below the row's prefix)"), str::to_owned)
    };
    for aspect in ["Upload.Key", "Upload.UploadId"] {
        if claims.uploads.is_some() && answer.deviation(aspect).is_some() {
            return Err(Met::Unseen(aspect));
        }
    }
    if let Some(names) = &claims.uploads {
        let mut expected = Vec::new();
        for name in names {
            let (id, key) = scene.state.upload(Some(&crate::language::UploadRef::Named(name.clone())))?;
            expected.push((below(&key.unwrap_or_default()), id, name.clone()));
        }
        let listed = answer.uploads.iter().flatten();
        let mut got: Vec<(String, String)> = listed
            .filter(|upload| !scene.own_only || upload.key.starts_with(scene.prefix))
            .map(|upload| (below(&upload.key), upload.id.clone()))
            .collect();
        let mut wanted: Vec<(String, String)> =
            expected.iter().map(|(key, id, _)| (key.clone(), id.clone())).collect();
        let name_of = |entry: &(String, String)| {
            let known = scene.state.uploads.iter().find(|upload| upload.id == entry.1);
            known
                .and_then(|upload| upload.name.clone())
                .unwrap_or_else(|| format!("an upload of {}", entry.0))
        };
        let show = |list: &[(String, String)]| match list {
            [] => "no uploads".to_owned(),
            list => format!("uploads {}", list.iter().map(name_of).collect::<Vec<_>>().join(", ")),
        };
        let (expected_text, got_text) = (show(&wanted), show(&got));
        if claims.order.is_some() {
            wanted.sort();
        }
        if claims.order == Some(ListOrder::Any) {
            got.sort();
        }
        // The same uploads under other keys: their names would not show the difference.
        if got != wanted && expected_text == got_text {
            return about("uploads", Err(differs(format!("{wanted:?}"), format!("{got:?}"))));
        }
        if got != wanted {
            let lacking: Vec<String> =
                wanted.iter().filter(|upload| !got.contains(upload)).map(name_of).collect();
            // What is there and is asked for says less than what is not.
            let is_part = !lacking.is_empty() && got.iter().all(|upload| wanted.contains(upload));
            let told = match is_part && !got.is_empty() {
                true => format!("no {}, only {got_text}", lacking.join(", ")),
                false => got_text,
            };
            return about("uploads", Err(differs(expected_text, told)));
        }
    }
    if let Some(expected) = &claims.prefixes {
        let mut got: Vec<String> = answer.prefixes.iter().flatten().map(|prefix| below(prefix)).collect();
        if claims.order == Some(ListOrder::Any) {
            got.sort();
        }
        if got != *expected {
            let differs = differs(format!("common prefixes {expected:?}"), format!("{got:?}"));
            return about("prefixes", Err(differs));
        }
    }
    let incomplete = ENTRIES.into_iter().find(|aspect| answer.deviation(aspect).is_some());
    if let (Some(_), Some(aspect)) = (&claims.count, incomplete) {
        return Err(Met::Unseen(aspect));
    }
    let uploads = answer.uploads.as_ref().map(Vec::len);
    let entries = uploads.or(answer.parts.as_ref().map(Vec::len)).unwrap_or(answer.keys.len()) as u64;
    if let Some(count) = &claims.count {
        let expected = count.size(&sizes(scene)).unwrap_or_default();
        if entries != expected {
            let got = if entries == 0 { "no entries".to_owned() } else { format!("{entries} entries") };
            return Err(differs(format!("{expected} entries"), got));
        }
    }
    if let Some(most) = &claims.at_most {
        let most = most.size(&sizes(scene)).unwrap_or_default();
        if entries > most {
            return Err(differs(format!("{most} entries at most"), format!("{entries} entries")));
        }
    }
    if let Some(pages) = &claims.pages {
        let expected = pages.size(&sizes(scene)).unwrap_or_default();
        if u64::from(answer.pages) != expected {
            let differs = differs(format!("{expected} pages"), format!("{} pages", answer.pages));
            return about("pages", Err(differs));
        }
    }
    Ok(())
}
