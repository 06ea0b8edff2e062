//! The body of a callback: a text in which `${...}` stand for what is known of the object.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Callback, Kind, invalid};
use crate::http::S3Error;

/// What the variables stand for.
pub(crate) struct Values {
    pub(crate) bucket: String,
    pub(crate) object: String,
    pub(crate) etag: String,
    pub(crate) size: u64,
    pub(crate) mime_type: String,
    pub(crate) crc64: String,
}

impl Callback {
    /// The body, with the values in place of the variables.
    pub(super) fn filled(&self, values: &Values) -> String {
        let mut filled = String::new();
        let mut rest = self.body.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(before);
            filled.push_str(&self.value(name, values));
            rest = after;
        }
        filled + rest
    }

    fn value(&self, name: &str, values: &Values) -> String {
        let size = values.size.to_string();
        let (text, is_number) = match name {
            "bucket" => (values.bucket.as_str(), false),
            "object" => (values.object.as_str(), false),
            "etag" => (values.etag.as_str(), false),
            "size" => (size.as_str(), true),
            "mimeType" => (values.mime_type.as_str(), false),
            "crc64" => (values.crc64.as_str(), false),
            // The others are for images, or not known; they are empty.
            name => (self.variables.get(name).map_or("", String::as_str), false),
        };
        match self.kind {
            Kind::Form => utf8_percent_encode(text, UNRESERVED).to_string(),
            Kind::Json if is_number => text.to_owned(),
            Kind::Json => serde_json::Value::from(text).to_string(),
        }
    }
}

const UNRESERVED: &percent_encoding::AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Refuses a variable that does not end.
pub(super) fn check(body: &str) -> Result<(), S3Error> {
    let mut variables = body.split("${").skip(1);
    match variables.all(|variable| variable.contains('}')) {
        true => Ok(()),
        false => Err(invalid("A variable in the callbackBody does not end.", "callbackBody", body)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(body: &str, kind: Kind) -> String {
        let values = Values {
            bucket: "b".to_owned(),
            object: "a/\"ä".to_owned(),
            etag: "E".to_owned(),
            size: 5,
            mime_type: "text/plain".to_owned(),
            crc64: "7".to_owned(),
        };
        let variables = [("x:mine".to_owned(), "1&2".to_owned())].into();
        Callback { urls: Vec::new(), host: None, body: body.to_owned(), kind, variables }.filled(&values)
    }

    #[test]
    fn values_are_encoded_as_the_type_wants_it() {
        let form =
            filled("o=${object}&s=${size}&m=${mimeType}&h=${imageInfo.height}&x=${x:mine}", Kind::Form);
        assert_eq!(form, "o=a%2F%22%C3%A4&s=5&m=text%2Fplain&h=&x=1%262");
        let json = filled(r#"{"o":${object},"s":${size},"e":${etag}}"#, Kind::Json);
        assert_eq!(json, r#"{"o":"a/\"ä","s":5,"e":"E"}"#);
    }
}
