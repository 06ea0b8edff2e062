//! Errors as S3 writes them.

use http::StatusCode;

use super::super::Asked;
use super::writes::host_id;
use crate::http::{Answer, S3Error, Xml};

/// The answer of an error. A HEAD has no document.
pub(super) fn answer(error: &S3Error, asked: &Asked<'_>) -> Answer {
    let answer = error.head();
    if answer.status == StatusCode::NOT_MODIFIED {
        return answer;
    }
    let answer = answer.document(Xml::error(|xml| {
        xml.text("Code", &*error.code);
        xml.text("Message", &*error.message);
        for (name, value) in &error.elements {
            xml.text(*name, value);
        }
        xml.text("Resource", asked.resource);
        xml.text("RequestId", asked.request_id);
        xml.text("HostId", host_id(asked.request_id));
    }));
    if asked.head { answer.without_content() } else { answer }
}
