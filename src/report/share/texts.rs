//! Texts without what names people, accounts and single requests, whatever it is.

use std::collections::BTreeSet;

use crate::wire::read_xml;

/// Elements of documents that name people and single requests, by their local names in small letters.
const ELEMENTS: [&str; 20] = [
    "account",
    "accountid",
    "arn",
    "bucketowner",
    "details",
    "extendedrequestid",
    "hostname",
    "principal",
    "server",
    "username",
    "requestid",
    "hostid",
    "id",
    "displayname",
    "userid",
    "emailaddress",
    "awsaccesskeyid",
    "ossaccesskeyid",
    "endpoint",
    "location",
];
/// Of these, elements that tell people apart.
const PEOPLE: [&str; 6] = ["id", "displayname", "userid", "emailaddress", "username", "bucketowner"];

/// Of these, elements that name a single request, or a key.
const REQUESTS: [&str; 5] = ["extendedrequestid", "requestid", "hostid", "awsaccesskeyid", "ossaccesskeyid"];

/// What the elements of a document say that tell people apart, as it stands there and as it is meant.
pub(super) fn texts_of_people(text: &str) -> BTreeSet<String> {
    texts_of(&PEOPLE, text)
}

/// What they say of single requests, and of keys.
pub(super) fn texts_of_requests(text: &str) -> BTreeSet<String> {
    texts_of(&REQUESTS, text)
}

/// A document that is broken is looked through as far as it goes.
fn texts_of(elements: &[&str], text: &str) -> BTreeSet<String> {
    let is_named = |local: &str| elements.iter().any(|known| local.eq_ignore_ascii_case(known));
    let mut texts: BTreeSet<String> = text
        .split('<')
        .filter_map(|tag| {
            let (name, inside) = tag.split_once('>')?;
            let name = name.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
            let local = name.rsplit(':').next().unwrap_or_default();
            Some(inside).filter(|_| !name.starts_with('/') && is_named(local))
        })
        .map(|inside| inside.trim().to_owned())
        .collect();
    let mut open = read_xml(text.as_bytes()).map(|document| document.root).into_iter().collect::<Vec<_>>();
    while let Some(element) = open.pop() {
        if is_named(&element.name) {
            texts.insert(element.text.trim().to_owned());
        }
        open.extend(element.children);
    }
    texts.remove("");
    texts
}

/// A text without elements, ids and numbers that name somebody or a single request.
pub(super) fn without_private(text: &str) -> String {
    without_accounts(&without_ids(&without_elements(text)))
}

/// A document without the texts of elements that name people and requests. One that is not closed reaches to the end.
fn without_elements(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        cleaned.push_str(before);
        rest = tag;
        let Some(end) = tag.find('>') else { break };
        let (tag, behind) = tag.split_at(end + 1);
        cleaned.push_str(tag);
        rest = behind;
        let name = tag[1..end].split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
        let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
        let opens = !tag.starts_with("</") && !tag.ends_with("/>");
        if opens && ELEMENTS.contains(&local.as_str()) {
            cleaned.push_str("(left out)");
            // Whatever stands inside: elements, comments, sections of any text.
            let ends = |(at, _): &(usize, &str)| {
                let name = behind[at + 2..].split(['>', '<', ' ', '\t', '\n']).next().unwrap_or_default();
                name.rsplit(':').next().is_some_and(|name| name.eq_ignore_ascii_case(&local))
            };
            rest = behind.match_indices("</").find(ends).map_or("", |(at, _)| &behind[at..]);
        }
    }
    cleaned + rest
}

/// A text without what stands behind the names of ids of requests.
fn without_ids(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let joined = |first: &str| ["", "-", "_", " "].map(|between| format!("{first}{between}id"));
    let names = [joined("request"), joined("host"), ["x-amz-id-2"; 4].map(str::to_owned)].concat();
    let mut found: Vec<usize> = names
        .iter()
        .flat_map(|name| lower.match_indices(name.as_str()).map(|(at, name)| at + name.len()))
        .collect();
    found.sort_unstable();
    found.dedup();
    let mut cleaned = String::with_capacity(text.len());
    let mut done = 0;
    for end in found {
        if end < done {
            continue;
        }
        let behind = &text[end..];
        let value = behind.trim_start_matches([' ', ':', '=', '"', '\\', '\'', '`', '(']);
        // An element was looked at before, and a word that ends here names no value.
        if value.len() == behind.len() || value.starts_with('<') {
            continue;
        }
        let start = text.len() - value.len();
        let length =
            value.find(|c: char| c.is_whitespace() || "\"'`,;<)}\\".contains(c)).unwrap_or(value.len());
        cleaned.push_str(&text[done..start]);
        cleaned.push_str("(left out)");
        done = start + length;
    }
    cleaned + &text[done..]
}

/// A text without names of resources, and without numbers of accounts, which have twelve digits.
fn without_accounts(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut word = String::new();
    let end = |word: &mut String| {
        let whole = std::mem::take(word);
        let joined = whole.replace('-', "");
        let is_account = [&whole, &joined]
            .iter()
            .any(|text| text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 12));
        if names_a_resource(&whole) || is_account || is_access_key(&whole) {
            "(left out)".to_owned()
        } else {
            whole
        }
    };
    for c in text.chars() {
        match c.is_alphanumeric() || ":/-_.+=@*%".contains(c) {
            true => word.push(c),
            false => {
                cleaned.push_str(&end(&mut word));
                cleaned.push(c);
            }
        }
    }
    cleaned + &end(&mut word)
}

/// Whether a word holds the name of a resource, as it is or as it stands in a URL.
fn names_a_resource(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    ["arn:", "arn%3a", "arn%253a"].iter().any(|begin| word.contains(begin))
}

/// What the ids of access keys begin with, at the stores that say so.
const ACCESS_KEYS: [&str; 6] = ["AKIA", "ASIA", "AROA", "AIDA", "LTAI", "YCAJ"];

/// Whether a word holds the id of an access key.
fn is_access_key(word: &str) -> bool {
    let mut parts = word.split(|c: char| !c.is_ascii_alphanumeric());
    parts.any(|part| part.len() >= 16 && ACCESS_KEYS.iter().any(|begin| part.starts_with(begin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_keep_all_but_names() {
        let text = "<Error><Code>NoSuchKey</Code><RequestId>4442</RequestId><HostId>x</HostId></Error>";
        let cleaned = without_elements(text);
        assert_eq!(
            cleaned,
            "<Error><Code>NoSuchKey</Code><RequestId>(left out)</RequestId><HostId>(left out)</HostId></Error>"
        );
        for (text, cleaned) in [
            ("<ID>1</ID><ID>2</ID><ID>3", "<ID>(left out)</ID><ID>(left out)</ID><ID>(left out)"),
            ("<ID >1</ID >", "<ID >(left out)</ID >"),
            ("<a:RequestID x=\"1\">1</a:RequestID>", "<a:RequestID x=\"1\">(left out)</a:RequestID>"),
            ("<ID/><Key>k</Key>", "<ID/><Key>k</Key>"),
            ("<ID><b>x</b></ID>", "<ID>(left out)</ID>"),
            ("<RequestId><![CDATA[REQ-1]]></RequestId>", "<RequestId>(left out)</RequestId>"),
            ("1 < 2", "1 < 2"),
        ] {
            assert_eq!(without_elements(text), cleaned);
        }
    }

    #[test]
    fn ids_of_requests_are_left_out_wherever_they_are_named() {
        for (text, cleaned) in [
            ("x-amz-request-id: REQ-1, then", "x-amz-request-id: (left out), then"),
            (r#"{"requestId":"REQ-1","a":1}"#, r#"{"requestId":"(left out)","a":1}"#),
            ("the header x-amz-request-id is missing", "the header x-amz-request-id (left out) missing"),
            ("no request-ids", "no request-ids"),
            (
                "(Request ID: REQ-1; Extended Request ID: x+y/z=)",
                "(Request ID: (left out); Extended Request ID: (left out))",
            ),
            ("request id REQ-1, request_id=REQ-2", "request id (left out), request_id=(left out)"),
        ] {
            assert_eq!(without_ids(text), cleaned);
        }
    }

    #[test]
    fn accounts_are_left_out_and_sizes_and_digests_are_not() {
        let text = "arn:aws:iam::123456789012:user/alice may not, 123456789012 neither";
        assert_eq!(without_accounts(text), "(left out) may not, (left out) neither");
        for text in
            ["AKIAIOSFODNN7EXAMPLE", "key=LTAI5tFabcdefghijk", "arn%3Aaws%3Aiam%3A%3Ax", "ARN%253Aaws"]
        {
            assert_eq!(without_accounts(&format!("of {text}, then")), "of (left out), then");
        }
        for text in ["10485760 bytes", "d41d8cd98f00b204e9800998ecf8427e-2", "2026-11-30T17:57:15Z"] {
            assert_eq!(without_accounts(text), text);
        }
    }
}
