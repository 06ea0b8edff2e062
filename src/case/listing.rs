//! The list of rows for machines.

use mpuspec_mock::provider::Harm;
use schemars::JsonSchema;
use serde::Serialize;

use super::catalogue::{Catalogue, Selection};
use super::id::RowId;
use super::load::{Cost, Level};

/// The version of the list. Fields may be added to it without a new one.
pub const LISTING_VERSION: u32 = 1;

/// The rows of a catalogue.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Listing {
    /// The version of this format.
    pub schema_version: u32,
    /// The version of the suite.
    pub suite: String,
    /// One entry a row, by id.
    pub rows: Vec<ListedRow>,
}

/// A row.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListedRow {
    /// Case and row in one, as `mpuspec run` takes it.
    pub name: String,
    /// The case, as in reports.
    pub id: String,
    /// The row, if the case has several, as in reports.
    pub row: Option<String>,
    /// The folder of the case.
    pub area: String,
    /// The fact that it claims.
    pub title: String,
    /// How firmly that is promised.
    pub level: Level,
    /// Who is hurt if it does not hold: `data`, `security`, `client` or `form`.
    pub harm: Harm,
    /// The documents that promise it.
    pub sources: Vec<ListedSource>,
    /// The only wire language in which it can be said, `s3` or `oss`.
    pub dialect: Option<String>,
    /// Capabilities without which it has no meaning.
    pub needs: Vec<String>,
    /// Whether it costs more than others.
    pub cost: Cost,
    /// Requirements that it judges.
    pub requirements: Vec<String>,
    /// Public issues that it would have caught.
    pub bugs: Vec<String>,
    /// The version of the suite that brought it.
    pub since: Option<String>,
    /// The file of the case.
    pub file: String,
}

/// A document.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListedSource {
    /// As cited.
    pub key: String,
    /// Its address, where it is known.
    pub url: Option<String>,
    /// The promise, in our words.
    pub says: Option<String>,
}

impl Listing {
    /// Lists the rows of a selection.
    pub fn new(catalogue: &Catalogue, selection: &Selection) -> Self {
        let mut rows = Vec::new();
        for case in &catalogue.cases {
            let source = |key: &String| {
                let (url, says) = catalogue.registry.describe(key);
                ListedSource { key: key.clone(), url, says }
            };
            let known = case.rows.iter().map(|row| (RowId::new(&case.id, row.name.as_deref()), row.harm));
            rows.extend(known.filter(|(id, _)| selection.takes(id)).map(|(id, harm)| ListedRow {
                name: id.to_string(),
                area: id.area().to_owned(),
                id: id.case,
                row: id.row,
                title: case.title.clone(),
                level: case.level,
                harm,
                sources: case.source.iter().map(source).collect(),
                dialect: case.dialect.map(|dialect| dialect.name().to_owned()),
                needs: case.needs.clone(),
                cost: case.cost,
                requirements: case.requirements.clone(),
                bugs: case.bugs.clone(),
                since: case.since.clone(),
                file: case.origin.name.clone(),
            }));
        }
        Self { schema_version: LISTING_VERSION, suite: env!("CARGO_PKG_VERSION").to_owned(), rows }
    }
}

/// The schema of the list.
pub fn listing_schema() -> serde_json::Value {
    schemars::schema_for!(Listing).to_value()
}
