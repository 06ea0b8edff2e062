//! The ids of rows, and patterns over them.

use std::fmt;

/// The id of a row: `complete/part-too-small[one-byte-short]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId {
    /// The case.
    pub case: String,
    /// The row, if the case has several.
    pub row: Option<String>,
}

impl RowId {
    /// The id of a row of a case.
    pub fn new(case: &str, row: Option<&str>) -> Self {
        Self { case: case.to_owned(), row: row.map(str::to_owned) }
    }

    /// Reads an id as it is written.
    pub fn parse(text: &str) -> Self {
        match text.strip_suffix(']').and_then(|text| text.split_once('[')) {
            Some((case, row)) => Self::new(case, Some(row)),
            None => Self::new(text, None),
        }
    }

    /// The folder of the case: its area.
    pub fn area(&self) -> &str {
        self.case.split_once('/').map_or("", |(area, _)| area)
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.case)?;
        match &self.row {
            Some(row) => write!(f, "[{row}]"),
            None => Ok(()),
        }
    }
}

/// A pattern over ids: `*` within a folder, `**` across folders, `?` one character.
/// Brackets are literal, since they belong to the ids of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// Reads a pattern; every text is one.
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether every row and every text fits.
    pub fn fits_all(&self) -> bool {
        self.0 == "**"
    }

    /// Whether it names ids one by one.
    pub fn is_literal(&self) -> bool {
        !self.0.contains(['*', '?'])
    }

    /// Whether it fits a text that is no id.
    pub fn fits_text(&self, text: &str) -> bool {
        fits(&self.0.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
    }

    /// Whether it fits a row, or the case of a row.
    pub fn fits(&self, id: &RowId) -> bool {
        if self.is_literal() {
            return self.0 == id.case || self.0 == id.to_string();
        }
        let pattern: Vec<char> = self.0.chars().collect();
        let fits = |text: &str| fits(&pattern, &text.chars().collect::<Vec<_>>());
        fits(&id.to_string()) || fits(&id.case)
    }
}

/// A report can be anybody's: no name of a row, and no word that is looked for, is as long.
const LONGEST_TEXT: usize = 2_000;

fn fits(pattern: &[char], text: &[char]) -> bool {
    if text.len() > LONGEST_TEXT {
        return false;
    }
    // Of each beginning of the text, whether the pattern up to here fits it.
    let mut fitting: Vec<bool> = (0..=text.len()).map(|at| at == 0).collect();
    let mut rest = pattern;
    while let Some(first) = rest.first() {
        let mut next = vec![false; text.len() + 1];
        match rest {
            ['*', '*', behind @ ..] => {
                let mut any = false;
                for at in 0..=text.len() {
                    any |= fitting[at];
                    next[at] = any;
                }
                rest = behind;
                // `**/` stands for no folder too.
                if let ['/', behind @ ..] = behind {
                    let inside = next;
                    next = fitting;
                    for at in 0..text.len() {
                        next[at + 1] |= inside[at] && text[at] == '/';
                    }
                    rest = behind;
                }
            }
            ['*', behind @ ..] => {
                let mut inside = false;
                for at in 0..=text.len() {
                    inside = fitting[at] || (inside && at > 0 && text[at - 1] != '/');
                    next[at] = inside;
                }
                rest = behind;
            }
            _ => {
                for at in 0..text.len() {
                    let is_like = if *first == '?' { text[at] != '/' } else { text[at] == *first };
                    next[at + 1] = fitting[at] && is_like;
                }
                rest = &rest[1..];
            }
        }
        fitting = next;
        if !fitting.contains(&true) {
            return false;
        }
    }
    fitting[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_stay_within_a_folder_unless_doubled() {
        let id = RowId::new("complete/part-too-small", Some("single-byte"));
        for fitting in [
            "complete/*",
            "complete/part-*",
            "**",
            "*/part-too-small",
            "**/part-too-small[single-byte]",
            "complete/part-too-small",
            "complete/part-too-small[single-byte]",
            "complete/part-too-smal?",
        ] {
            assert!(Pattern::new(fitting).fits(&id), "{fitting}");
        }
        for other in ["*", "complete", "complete/part-too-small[s]", "complete?part-too-small"] {
            assert!(!Pattern::new(other).fits(&id), "{other}");
        }
        // However many there are.
        assert!(!Pattern::new(&format!("{}z", "**".repeat(2_000))).fits(&id));
        assert!(Pattern::new("**/x").fits_text("x") && !Pattern::new("a**/x").fits_text("abx"));
        assert!(Pattern::new("a**/x").fits_text("ab/c/x") && Pattern::new("a*x").fits_text("ax"));
    }
}
