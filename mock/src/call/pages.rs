//! Pages of objects.

use crate::call::points::Keys;
use crate::model::Object;

/// What a page of objects is asked by.
pub(crate) struct Query<'q> {
    pub(crate) prefix: &'q str,
    pub(crate) delimiter: &'q str,
    /// Only entries behind this one.
    pub(crate) after: &'q str,
    pub(crate) max: u32,
}

/// A page of objects, and of prefixes that stand for several.
#[derive(Default)]
pub(crate) struct Page<'b> {
    pub(crate) objects: Vec<(&'b String, &'b Object)>,
    pub(crate) prefixes: Vec<String>,
    pub(crate) truncated: bool,
    /// The last entry of the page.
    pub(crate) last: String,
}

/// Returns the page of a bucket that a query asks for.
pub(crate) fn page<'k>(keys: &'k Keys, query: &Query<'_>) -> Page<'k> {
    let (prefix, delimiter) = (query.prefix, query.delimiter);
    let mut page = Page::default();
    for (key, state) in keys {
        let Some(object) = state.object.as_ref().filter(|_| key.starts_with(prefix)) else { continue };
        let rolled = (!delimiter.is_empty())
            .then(|| key[prefix.len()..].find(delimiter))
            .flatten()
            .map(|at| key[..prefix.len() + at + delimiter.len()].to_owned());
        let entry = rolled.as_ref().unwrap_or(key);
        if entry.as_str() <= query.after || page.prefixes.last() == Some(entry) {
            continue;
        }
        if page.objects.len() + page.prefixes.len() == query.max as usize {
            page.truncated = query.max > 0;
            break;
        }
        page.last.clone_from(entry);
        match rolled {
            Some(prefix) => page.prefixes.push(prefix),
            None => page.objects.push((key, object)),
        }
    }
    page
}
