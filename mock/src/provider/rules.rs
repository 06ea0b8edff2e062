//! What a provider's documents say where providers differ, and allow one of several answers.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use crate::model::{
    Algorithm, CompletionAfterWrite, ETags, Repeated, UnknownAbort, UnlistedParts, UploadOrder,
};

/// What a document says about a rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ruled<T> {
    /// What it says.
    pub value: T,
    /// The document; what is open has none.
    pub source: Option<String>,
}

/// What a rule can say.
pub(super) trait Say: Copy + PartialEq {
    /// What it says where documents leave it open.
    const OPEN: Option<Self> = None;
}

impl Say for Algorithm {}
impl Say for ETags {}
impl Say for UploadOrder {}

impl Say for CompletionAfterWrite {
    const OPEN: Option<Self> = Some(Self::Open);
}

impl Say for PlusInCopySource {
    const OPEN: Option<Self> = Some(Self::Open);
}

impl Say for Repeated {
    const OPEN: Option<Self> = Some(Self::Open);
}

impl Say for UnknownAbort {
    const OPEN: Option<Self> = Some(Self::Open);
}

impl Say for UnlistedParts {
    const OPEN: Option<Self> = Some(Self::Open);
}

/// What a plus sign in the source of a copy is that a client did not encode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlusInCopySource {
    /// Either of the others.
    Open,
    /// A blank, as in forms.
    Blank,
    /// A plus sign.
    Plus,
}

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        OneRule::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        OneRule::json_schema(generator)
    }
}

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $field:ident: $variant:ident($value:ty),)+) => {
        /// The rules of a provider, each with its document. Those that are absent are open.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        pub struct ProviderRules {
            $($(#[doc = $doc])+ pub $field: Option<Ruled<$value>>,)+
        }

        /// One rule, and what it says. Files write `{ unlisted_parts: dropped }`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "OneRule")]
        pub enum Rule {
            $($(#[doc = $doc])+ $variant($value),)+
        }

        /// A rule as files write it.
        #[derive(Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(rename = "Rule", extend("minProperties" = 1, "maxProperties" = 1))]
        struct OneRule {
            $($(#[doc = $doc])+ $field: Option<$value>,)+
        }

        impl TryFrom<OneRule> for Rule {
            type Error = &'static str;

            fn try_from(written: OneRule) -> Result<Self, &'static str> {
                let mut rules = Vec::new();
                $(rules.extend(written.$field.map(Self::$variant));)+
                match rules[..] {
                    [rule] => Ok(rule),
                    _ => Err("name one rule"),
                }
            }
        }

        impl ProviderRules {
            /// Whether the documents say this, or something else; none if they leave it open.
            pub fn say(&self, rule: Rule) -> Option<bool> {
                match rule {
                    $(Rule::$variant(value) => {
                        let said = self.$field.as_ref()?.value;
                        (Some(said) != <$value>::OPEN).then_some(said == value)
                    })+
                }
            }

            /// The document behind each rule, by the rule's name; none where one is missing that has to be there.
            pub fn sources(&self) -> Vec<(&'static str, Option<&str>)> {
                let mut sources = Vec::new();
                $(if let Some(ruled) = &self.$field
                    && (ruled.source.is_some() || Some(ruled.value) != <$value>::OPEN)
                {
                    sources.push((stringify!($field), ruled.source.as_deref()));
                })+
                sources
            }

            /// Takes what a file says itself for what the file that it extends says.
            pub(super) fn extend(&mut self, own: Self) {
                $(if own.$field.is_some() {
                    self.$field = own.$field;
                })+
            }
        }
    };
}

rules! {
    /// What comes of a completion that is sent again.
    repeated_completion: RepeatedCompletion(Repeated),
    /// What comes of an abort of an upload that has ended.
    repeated_abort: RepeatedAbort(Repeated),
    /// What comes of an abort of an upload that the key never had.
    unknown_abort: UnknownAbort(UnknownAbort),
    /// What comes of parts that were sent and are not listed at completion.
    unlisted_parts: UnlistedParts(UnlistedParts),
    /// What comes of a conditional completion of a key that was written since the creation.
    completion_after_write: CompletionAfterWrite(CompletionAfterWrite),
    /// What a plus sign in the source of a copy is that a client did not encode.
    plus_in_copy_source: PlusInCopySource(PlusInCopySource),
    /// What an ETag is.
    etags: Etags(ETags),
    /// In which order the uploads of a key are listed.
    upload_order: UploadOrder(UploadOrder),
    /// The checksum that is computed where none is asked for.
    usual_checksum: UsualChecksum(Algorithm),
}

#[cfg(test)]
mod tests {
    use crate::model::{
        Algorithm, CompletionAfterWrite, ETags, Limits, Repeated, Rules, UnknownAbort, UnlistedParts,
        UploadOrder,
    };
    use crate::provider::{self, FileError, PlusInCopySource, Rule};

    fn loaded(text: &str) -> Result<provider::Provider, FileError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine.yaml");
        std::fs::write(&path, text).expect("written");
        provider::load(path.to_str().expect("UTF-8"))
    }

    #[test]
    fn every_rule_of_the_model_can_be_set_by_a_provider_file() {
        let text = "
title: Mine
sources: [mine]
limits:
  min_part_number: { value: 2, source: mine }
  max_part_number: { value: 3, source: mine }
  min_part_size: { value: 4, source: mine }
  max_part_size: { value: 5, source: mine }
  max_object_size: { value: 6, source: mine }
  max_put_size: { value: 7, source: mine }
  max_key_bytes: { value: 8, source: mine }
  list_parts_page: { value: 9, source: mine }
  list_uploads_page: { value: 10, source: mine }
rules:
  repeated_completion: { value: refused, source: mine }
  repeated_abort: { value: refused, source: mine }
  unknown_abort: { value: succeeds, source: mine }
  unlisted_parts: { value: refused, source: mine }
  completion_after_write: { value: done, source: mine }
  etags: { value: uppercase, source: mine }
  upload_order: { value: id, source: mine }
  usual_checksum: { value: CRC64ECMA, source: mine }
";
        let limits = Limits {
            min_part_number: 2,
            max_part_number: 3,
            min_part_size: Some(4),
            max_part_size: Some(5),
            max_object_size: Some(6),
            max_put_size: Some(7),
            max_key_bytes: Some(8),
            list_parts_page: 9,
            list_uploads_page: 10,
        };
        // Without `..`: a new field has to be set here too, and to something that is not its default.
        let rules = Rules {
            limits,
            repeated_completion: Repeated::Refused,
            repeated_abort: Repeated::Refused,
            unknown_abort: UnknownAbort::Succeeds,
            unlisted_parts: UnlistedParts::Refused,
            completion_after_write: CompletionAfterWrite::Done,
            etags: ETags::Uppercase,
            upload_order: UploadOrder::Id,
            usual_checksum: Algorithm::Crc64ecma,
        };
        assert_eq!(loaded(text).expect("it loads").model_rules(), rules);
    }

    #[test]
    fn a_rule_is_said_denied_or_open() {
        let text = "extends: aws-s3\nrules: { unknown_abort: { value: open } }\n";
        let rules = loaded(text).expect("it loads").rules;
        assert_eq!(rules.say(Rule::PlusInCopySource(PlusInCopySource::Blank)), Some(true));
        assert_eq!(rules.say(Rule::PlusInCopySource(PlusInCopySource::Plus)), Some(false));
        assert_eq!(rules.say(Rule::UnknownAbort(UnknownAbort::Refused)), None);
        assert_eq!(rules.say(Rule::RepeatedCompletion(Repeated::Refused)), None);
    }

    #[test]
    fn a_rule_without_a_document_is_a_mistake() {
        for rules in ["unlisted_parts: { value: refused }", "unlisted_part: { value: open }"] {
            let text = format!("extends: aws-s3\nrules: {{ {rules} }}\n");
            let Err(FileError::Invalid(problems)) = loaded(&text) else { panic!("{rules}") };
            assert_eq!(problems[0].placed.span.line, 2, "{rules}");
            assert!(problems[0].placed.message.contains("`"), "{}", problems[0].placed.message);
        }
    }
}
