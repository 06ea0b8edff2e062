//! Claims about what is listed.

use super::{Met, Scene, differs, sizes, unquoted};
use crate::case::{Claims, ListOrder, PartList, PartRef};
use crate::wire::Answer;

pub(super) fn parts(list: &PartList, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let sizes = sizes(scene);
    let references: Vec<PartRef> = match list {
        PartList::List(list) => list.clone(),
        PartList::Range(first, last) => {
            let (first, last) = (first.value(&sizes).unwrap_or(0), last.value(&sizes).unwrap_or(0));
            let number = |number: i64| crate::case::Expr::parse(&number.to_string()).map(PartRef::Number);
            (first..=last).filter_map(|at| number(at).ok()).collect()
        }
    };
    let show = |list: &[(String, String, u64)]| match list {
        [] => "no parts".to_owned(),
        list if list.len() > 12 => {
            format!("{} parts, {} to {}", list.len(), list[0].0, list[list.len() - 1].0)
        }
        list => {
            let entries: Vec<_> =
                list.iter().map(|(number, etag, size)| format!("{number} ({size} bytes, {etag})")).collect();
            format!("parts {}", entries.join(", "))
        }
    };
    let mut expected = Vec::new();
    for reference in &references {
        let part = scene.state.part(reference, &sizes)?;
        expected.push((part.number, unquoted(&part.etag).to_owned(), part.size));
    }
    let got: Vec<(String, String, u64)> = answer
        .parts
        .iter()
        .flatten()
        .map(|part| (part.number.to_string(), unquoted(&part.etag).to_owned(), part.size))
        .collect();
    if got != expected {
        return Err(differs(show(&expected), show(&got)));
    }
    let bare = answer.parts.iter().flatten().find(|part| unquoted(&part.etag).len() == part.etag.len());
    match bare {
        Some(part) => Err(differs("quoted ETags", format!("{} for part {}", part.etag, part.number))),
        None => Ok(()),
    }
}

pub(super) fn listing(claims: &Claims, answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let below = |key: &str| {
        key.strip_prefix(scene.prefix)
            .map_or_else(|| format!("{key} (not below the row's prefix)"), str::to_owned)
    };
    if let Some(names) = &claims.uploads {
        let mut expected = Vec::new();
        for name in names {
            let (id, key) = scene.state.upload(Some(&crate::case::UploadRef::Named(name.clone())))?;
            expected.push((below(&key.unwrap_or_default()), id, name.clone()));
        }
        let mut got: Vec<(String, String)> =
            answer.uploads.iter().flatten().map(|upload| (below(&upload.key), upload.id.clone())).collect();
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
            return Err(differs(format!("{wanted:?}"), format!("{got:?}")));
        }
        if got != wanted {
            return Err(differs(expected_text, got_text));
        }
    }
    if let Some(expected) = &claims.prefixes {
        let mut got: Vec<String> = answer.prefixes.iter().flatten().map(|prefix| below(prefix)).collect();
        if claims.order == Some(ListOrder::Any) {
            got.sort();
        }
        if got != *expected {
            return Err(differs(format!("common prefixes {expected:?}"), format!("{got:?}")));
        }
    }
    let uploads = answer.uploads.as_ref().map(Vec::len);
    let entries = uploads.or(answer.parts.as_ref().map(Vec::len)).unwrap_or(answer.keys.len()) as u64;
    if let Some(count) = &claims.count {
        let expected = count.size(&sizes(scene)).unwrap_or_default();
        if entries != expected {
            return Err(differs(format!("{expected} entries"), format!("{entries} entries")));
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
            return Err(differs(format!("{expected} pages"), format!("{} pages", answer.pages)));
        }
    }
    Ok(())
}
