//! Whether a shell and curl can say a request as it was said.

use crate::wire::RecordedRequest;

/// More is not made up for a script.
const LARGEST_BODY: u64 = 64 << 20;

/// Whether a text can be the name of a header: curl takes one that begins with `@` for a file.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether requests of a method have none.
pub(super) fn has_no_body(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "DELETE")
}

/// Whether a shell and curl can say it as it was said.
pub(super) fn is_speakable(request: &RecordedRequest) -> bool {
    let plain = |text: &str| !text.chars().any(char::is_control);
    let body = request.body.text.as_deref().unwrap_or_default();
    // Of bytes that are in no report, longer than the script lasts, or for others to read.
    let is_beyond = |name: &str| {
        name.starts_with("x-amz-checksum-")
            && !["x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type"].contains(&name)
            || name.starts_with("x-amz-object-lock-")
            || name.starts_with("x-amz-acl")
            || name.starts_with("x-amz-grant-")
            || ["content-md5", "x-amz-trailer", "x-amz-decoded-content-length"].contains(&name)
    };
    // Signatures that are wrong on purpose are beyond curl.
    !request.signed_otherwise
        && !request.headers.iter().any(|(name, _)| is_beyond(name))
        && plain(&request.method)
        && plain(&request.target)
        && !request.method.is_empty()
        && request.method.chars().all(|c| c.is_ascii_uppercase())
        && request.body.bytes <= LARGEST_BODY
        // curl makes another method of one that has a body and usually none.
        && (request.body.bytes == 0 || !has_no_body(&request.method))
        // Behind the name of a host anything else would be a part of it.
        && request.target.starts_with('/')
        && request.headers.iter().all(|(name, value)| is_token(name) && plain(value))
        // A tab asks a shell that somebody types in for what may come next.
        && !body.chars().any(|c| c.is_control() && c != '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_header_is_a_file_to_curl() {
        for name in ["x-amz-meta-a", "content-type", "range"] {
            assert!(is_token(name), "{name}");
        }
        for name in ["", "@/etc/passwd", "Host", "a b", "a:", "${ETAG_1}"] {
            assert!(!is_token(name), "{name}");
        }
    }
}
