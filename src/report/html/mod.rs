//! Pages: templates that are filled from serialised reports. Each page is one file that asks nobody for anything.

mod page;
mod shown;

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::Environment;
use minijinja::value::Serde;
use serde_json::json;
use sha2::{Digest as _, Sha256};

pub use page::to_html;
pub(super) use shown::{Room, show};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, text) in [
        ("frame.html", include_str!("frame.html")),
        ("parts.html", include_str!("parts.html")),
        ("report.html", include_str!("report.html")),
        ("matrix.html", include_str!("matrix.html")),
    ] {
        environment.add_template(name, text).expect("a bundled template is well-formed");
    }
    environment.add_filter("grouped", grouped);
    environment.add_filter("seconds", |millis: u64| format!("{}.{:03} s", millis / 1000, millis % 1000));
    environment.add_test("linkable", is_linkable);
    environment
});

/// Fills a template, whose name ends in `.html`, so that all that stands in it is escaped.
pub(super) fn fill(template: &str, mut content: serde_json::Value) -> String {
    // No other style and no other script has an effect, whatever stands in the page.
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    content["style"] = json!(STYLE);
    content["script"] = json!(SCRIPT);
    content["style_hash"] = json!(hash(STYLE));
    content["script_hash"] = json!(hash(SCRIPT));
    let template = TEMPLATES.get_template(template).expect("it is bundled");
    template.render(Serde(content)).expect("a bundled template takes every report")
}

/// A number with its digits in threes.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// Whether a text can be the address of a link: no other scheme gets into a page.
fn is_linkable(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://")) && url.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_threes() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(5_242_880), "5\u{202f}242\u{202f}880");
    }

    #[test]
    fn only_addresses_are_linked() {
        assert!(is_linkable("https://docs.example.test/a#b"));
        assert!(!is_linkable("javascript:alert(1)"));
        assert!(!is_linkable("https://x\ny"));
    }
}
