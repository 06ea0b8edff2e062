//! Errors as OSS writes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;

use super::super::Asked;
use super::numbers;
use crate::http::{Answer, S3Error, Xml};

/// The answer of an error. A HEAD has no document, and shows it in a header.
pub(super) fn answer(error: &S3Error, asked: &Asked<'_>) -> Answer {
    let answer = error.head();
    if answer.status == StatusCode::NOT_MODIFIED {
        return answer;
    }
    let number = error.number.unwrap_or_else(|| numbers::of(error, asked.operation));
    let document = Xml::error(|xml| {
        xml.text("Code", &*error.code);
        xml.text("Message", &*error.message);
        xml.text("RequestId", asked.request_id);
        xml.text("HostId", asked.host);
        for (name, value) in &error.elements {
            xml.text(*name, value);
        }
        xml.text("EC", number);
        xml.text("RecommendDoc", format!("https://api.aliyun.com/troubleshoot?q={number}"));
    });
    let answer = answer.header("x-oss-ec", number);
    match asked.head {
        true => answer.header("x-oss-err", &STANDARD.encode(document.to_document())),
        false => answer.document(document),
    }
}
