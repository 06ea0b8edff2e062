//! Bucket policies, as far as multipart uploads need them: who may do which of their actions where.

use serde::Deserialize;
use serde_json::Value;

/// An action that a policy can allow or deny.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    PutObject,
    GetObject,
    DeleteObject,
    AbortMultipartUpload,
    ListMultipartUploadParts,
    ListBucketMultipartUploads,
    ListBucket,
    /// What belongs to the owner alone, whatever a policy says.
    Own,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::PutObject => "s3:PutObject",
            Self::GetObject => "s3:GetObject",
            Self::DeleteObject => "s3:DeleteObject",
            Self::AbortMultipartUpload => "s3:AbortMultipartUpload",
            Self::ListMultipartUploadParts => "s3:ListMultipartUploadParts",
            Self::ListBucketMultipartUploads => "s3:ListBucketMultipartUploads",
            Self::ListBucket => "s3:ListBucket",
            Self::Own => "",
        }
    }
}

/// What a policy says about a request.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// A policy, with its text as it was put.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) text: String,
    statements: Vec<Statement>,
}

#[derive(Clone, Debug)]
struct Statement {
    effect: Effect,
    principals: Vec<String>,
    actions: Vec<String>,
    resources: Vec<String>,
}

impl Policy {
    /// Reads a policy document; the reason why it is none otherwise.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let document: Value =
            serde_json::from_str(text).map_err(|_| "Policies must be valid JSON".to_owned())?;
        let statements = match document.get("Statement") {
            Some(Value::Array(list)) => list.iter().map(Statement::read).collect::<Result<_, _>>()?,
            Some(one @ Value::Object(_)) => vec![Statement::read(one)?],
            _ => return Err("Missing required field Statement".to_owned()),
        };
        Ok(Self { text: text.to_owned(), statements })
    }

    /// What it says; a denial wins. `resource` is a bucket, or a bucket with a key.
    pub(crate) fn effect(&self, principal: &str, action: Action, resource: &str) -> Option<Effect> {
        let arn = format!("arn:aws:s3:::{resource}");
        let fits = |patterns: &[String], text: &str| patterns.iter().any(|pattern| like(pattern, text));
        let effects = self
            .statements
            .iter()
            .filter(|statement| statement.principals.iter().any(|known| known == "*" || known == principal))
            .filter(|statement| fits(&statement.actions, action.name()) && fits(&statement.resources, &arn))
            .map(|statement| statement.effect);
        effects.max_by_key(|effect| *effect == Effect::Deny)
    }
}

impl Statement {
    fn read(value: &Value) -> Result<Self, String> {
        for key in value.as_object().into_iter().flat_map(|object| object.keys()) {
            if !["Sid", "Effect", "Principal", "Action", "Resource"].contains(&key.as_str()) {
                return Err(format!("{key} is not understood by this server"));
            }
        }
        let field = |name: &str| value.get(name).ok_or_else(|| format!("Missing required field {name}"));
        let principals = match field("Principal")? {
            Value::Object(map) => texts(map.get("AWS").unwrap_or(&Value::Null), "Principal")?,
            other => texts(other, "Principal")?,
        };
        // Users of this server are named by their access key, bare or at the end of an ARN.
        let principals =
            principals.into_iter().map(|name| name.rsplit('/').next().unwrap_or_default().to_owned());
        Ok(Self {
            effect: serde_json::from_value(field("Effect")?.clone())
                .map_err(|_| "Invalid effect".to_owned())?,
            principals: principals.collect(),
            actions: texts(field("Action")?, "Action")?,
            resources: texts(field("Resource")?, "Resource")?,
        })
    }
}

fn texts(value: &Value, field: &str) -> Result<Vec<String>, String> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    list.iter()
        .map(|text| text.as_str().map(str::to_owned).ok_or_else(|| format!("Invalid {field}")))
        .collect()
}

/// Whether a text fits a pattern in which `*` and `?` are wild.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                // The star takes one character more.
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_wins_and_silence_allows_nothing() {
        let policy = Policy::read(
            r#"{"Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
                {"Effect": "Deny", "Principal": {"AWS": ["arn:aws:iam::1:user/eve"]}, "Action": ["s3:Abort*"], "Resource": "*"}
            ]}"#,
        )
        .expect("a policy");
        assert_eq!(policy.effect("eve", Action::AbortMultipartUpload, "b/k"), Some(Effect::Deny));
        assert_eq!(policy.effect("eve", Action::PutObject, "b/k"), Some(Effect::Allow));
        assert_eq!(policy.effect("eve", Action::ListBucket, "b"), None);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "",
            "{}",
            r#"{"Statement": [{"Effect": "Allow"}]}"#,
            r#"{"Statement": {"Effect": "Maybe", "Principal": "*", "Action": "*", "Resource": "*"}}"#,
            r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {}}}"#,
        ] {
            assert!(Policy::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn stars_and_question_marks_are_wild() {
        assert!(like("s3:*Upload?", "s3:ListUploads"));
        assert!(like("a*b*c", "aXbYbZc"));
        assert!(!like("a*b", "abc"));
        assert!(like("*", ""));
    }
}
