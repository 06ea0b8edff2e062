//! Sizes and numbers that refer to limits: `min_part_size - 1`, `full * 2`, `5MiB`.

use std::borrow::Cow;
use std::fmt;

use mpuspec_mock::provider::{LIMITS, LimitName, Provider, parse_size};
use mpuspec_mock::yaml::nearest;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::scalar::scalar;

/// An expression over the limits of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    text: String,
    node: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Number(i64),
    Limit(LimitName),
    Full,
    Tail,
    Binary(Box<Node>, char, Box<Node>),
}

/// What expressions are evaluated with.
#[derive(Clone, Copy, Debug)]
pub struct Sizes<'p> {
    /// The provider whose limits count.
    pub provider: &'p Provider,
}

/// A limit that the provider does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(pub LimitName);

/// No expression is longer, in bytes: it is read and computed term by term.
const LONGEST: usize = 200;
/// The size of a last part, by default.
const TAIL: i64 = 1024;
/// A part that is large enough for two contents to differ, where no smallest size is given.
const FULL_WITHOUT_LIMIT: i64 = 64 * 1024;

impl Sizes<'_> {
    fn limit(&self, name: LimitName) -> Result<i64, Missing> {
        self.provider.limit(name).and_then(|value| i64::try_from(value).ok()).ok_or(Missing(name))
    }

    fn full(&self) -> i64 {
        self.limit(LimitName::MinPartSize).map_or(FULL_WITHOUT_LIMIT, |least| least.max(TAIL))
    }
}

impl Expr {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!(
                "an expression is up to {LONGEST} characters long, and this has {}",
                text.len()
            ));
        }
        let mut parser = Parser { rest: tokens(text)?, text };
        let node = parser.sum()?;
        match parser.rest.first() {
            None => Ok(Self { text: text.to_owned(), node }),
            Some(token) => Err(format!("`{token}` is one word too many in `{text}`")),
        }
    }

    /// The value with a provider's limits.
    pub fn value(&self, sizes: &Sizes<'_>) -> Result<i64, Missing> {
        self.node.value(sizes)
    }

    /// The value as a size or a count; below zero is zero.
    pub fn size(&self, sizes: &Sizes<'_>) -> Result<u64, Missing> {
        Ok(u64::try_from(self.value(sizes)?).unwrap_or(0))
    }

    /// The limits that it refers to.
    pub fn limits(&self) -> Vec<LimitName> {
        let mut found = Vec::new();
        self.node.limits(&mut found);
        found
    }

    /// Whether it is more than a number.
    pub fn is_symbolic(&self) -> bool {
        !matches!(self.node, Node::Number(_))
    }

    /// The default size of a part.
    pub fn full() -> Self {
        Self { text: "full".to_owned(), node: Node::Full }
    }

    /// The default size of a last part.
    pub fn tail() -> Self {
        Self { text: "tail".to_owned(), node: Node::Tail }
    }
}

impl Node {
    fn value(&self, sizes: &Sizes<'_>) -> Result<i64, Missing> {
        Ok(match self {
            Self::Number(number) => *number,
            Self::Limit(name) => sizes.limit(*name)?,
            Self::Full => sizes.full(),
            Self::Tail => TAIL,
            Self::Binary(left, operator, right) => {
                let (left, right) = (left.value(sizes)?, right.value(sizes)?);
                match operator {
                    '+' => left.saturating_add(right),
                    '-' => left.saturating_sub(right),
                    _ => left.saturating_mul(right),
                }
            }
        })
    }

    fn limits(&self, found: &mut Vec<LimitName>) {
        match self {
            Self::Limit(name) => found.push(*name),
            Self::Binary(left, _, right) => {
                left.limits(found);
                right.limits(found);
            }
            _ => {}
        }
    }
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let mut tokens = Vec::new();
    for word in text.split_whitespace() {
        // An operator needs no blanks around it, but a minus in a name does not occur.
        let mut rest = word;
        while let Some(at) = rest.find(['+', '-', '*']) {
            if at > 0 {
                tokens.push(&rest[..at]);
            }
            tokens.push(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
        if !rest.is_empty() {
            tokens.push(rest);
        }
    }
    if tokens.is_empty() { Err("a number is missing here".to_owned()) } else { Ok(tokens) }
}

struct Parser<'t> {
    rest: Vec<&'t str>,
    text: &'t str,
}

impl Parser<'_> {
    fn sum(&mut self) -> Result<Node, String> {
        let mut node = self.product()?;
        while let Some(operator @ ("+" | "-")) = self.rest.first().copied() {
            self.rest.remove(0);
            node = Node::Binary(
                Box::new(node),
                operator.chars().next().unwrap_or('+'),
                Box::new(self.product()?),
            );
        }
        Ok(node)
    }

    fn product(&mut self) -> Result<Node, String> {
        let mut node = self.atom()?;
        while self.rest.first() == Some(&"*") {
            self.rest.remove(0);
            node = Node::Binary(Box::new(node), '*', Box::new(self.atom()?));
        }
        Ok(node)
    }

    fn atom(&mut self) -> Result<Node, String> {
        if self.rest.is_empty() {
            return Err(format!("`{}` ends too early", self.text));
        }
        let word = self.rest.remove(0);
        match word {
            "full" => Ok(Node::Full),
            "tail" => Ok(Node::Tail),
            "-" => match self.atom()? {
                Node::Number(number) => Ok(Node::Number(-number)),
                _ => Err(format!("`{}` subtracts from nothing", self.text)),
            },
            number if number.starts_with(|c: char| c.is_ascii_digit()) => {
                // The whole text is shown: `5 MiBs` and `5MiBs` are the same slip.
                let unit = self.rest.first().filter(|next| next.starts_with(char::is_alphabetic));
                let whole = unit.map_or_else(|| number.to_owned(), |unit| format!("{number}{unit}"));
                let size = parse_size(&whole)?;
                if unit.is_some() {
                    return Err(format!("write `{whole}` without a blank"));
                }
                i64::try_from(size).map(Node::Number).map_err(|_| format!("`{whole}` is too large"))
            }
            name => {
                let found = LIMITS.iter().copied().find(|limit| limit.name() == name);
                found.map(Node::Limit).ok_or_else(|| unknown_limit(name))
            }
        }
    }
}

fn unknown_limit(name: &str) -> String {
    let known = LIMITS.iter().map(|limit| limit.name()).chain(["full", "tail"]);
    match nearest(name, known) {
        Some(near) => format!("there is no limit `{name}`; did you mean `{near}`?"),
        None => {
            format!("there is no limit `{name}`; write a number, a size such as 5MiB, full, tail or a limit")
        }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Expr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a number, a size such as 5MiB, or a limit", Self::parse)
    }
}

impl JsonSchema for Expr {
    fn schema_name() -> Cow<'static, str> {
        "Expr".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = LIMITS.iter().map(|limit| limit.name()).chain(["full", "tail"]).collect();
        let atom = format!("(\\d[\\d_]*(B|KiB|MiB|GiB|TiB)?|{})", names.join("|"));
        json_schema!({
            "description": "A number, a size such as 5MiB, full, tail, or a limit with arithmetic: min_part_size - 1",
            "anyOf": [
                { "type": "integer" },
                { "type": "string", "pattern": format!("^-?{atom}( ?[-+*] ?{atom})*$") },
                { "enum": names },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<i64, Missing> {
        let provider = mpuspec_mock::provider::load("aws-s3").expect("it is bundled");
        Expr::parse(text).expect("it is an expression").value(&Sizes { provider: &provider })
    }

    #[test]
    fn limits_take_part_in_arithmetic() {
        assert_eq!(value("min_part_size - 1"), Ok(5_242_879));
        assert_eq!(value("full * 2 + 1"), Ok(10_485_761));
        assert_eq!(value("full+7"), Ok(5_242_887));
        assert_eq!(value("7"), Ok(7));
        assert_eq!(value("-1"), Ok(-1));
    }

    #[test]
    fn slips_are_told() {
        let told = |text: &str| Expr::parse(text).expect_err(text);
        assert!(told("min_prt_size - 1").contains("did you mean `min_part_size`?"));
        assert!(told("5 MiBs").contains("unknown unit `MiBs`"), "{}", told("5 MiBs"));
        assert!(told("full -").contains("ends too early"));
        assert!(told("full full").contains("one word too many"));
        assert!(told(&"1+".repeat(200_000)).contains("up to 200 characters"));
    }
}
