//! `mpuspec sources`.

use clap::Args;
use mpuspec_mock::provider::{self, Provider};
use serde::Serialize;

use super::door::print_json;
use super::{Failure, print};
use crate::case::{Catalogue, Pattern, RowId};

/// Lists what a case can cite.
#[derive(Debug, Args)]
pub(super) struct Sources {
    /// Patterns over keys (*, **, ?), or words that key or sentence contain [default: all]
    patterns: Vec<String>,
    /// The documents of this provider file too
    #[arg(long, value_name = "FILE")]
    provider: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// The version of the JSON.
const VERSION: u32 = 1;

/// What can be cited.
#[derive(Serialize)]
struct Listed {
    schema_version: u32,
    sources: Vec<Source>,
}

/// A promise of a document.
#[derive(Serialize)]
struct Source {
    key: String,
    url: String,
    read: String,
    says: String,
}

impl Sources {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let mut registry = Catalogue::builtin()?.registry;
        let bundled = provider::builtin_names().into_iter();
        let providers: Vec<Provider> = bundled.filter_map(|name| provider::load(&name).ok()).collect();
        providers.iter().for_each(|provider| registry.add(&provider.documents));
        if let Some(name) = &self.provider {
            let own = provider::load(name).map_err(|error| Failure::Usage(error.to_string()))?;
            registry.add(&own.documents);
        }
        let mut sources = Vec::new();
        for key in registry.all() {
            let Ok(cited) = registry.find(&key) else { continue };
            let (url, read) = (cited.page.url.clone(), cited.page.read.clone());
            let says = cited.says.unwrap_or_default().to_owned();
            if self.takes(&key, &says) {
                sources.push(Source { key, url, read, says });
            }
        }
        if self.json {
            let listed = Listed { schema_version: VERSION, sources };
            let json = serde_json::to_string_pretty(&listed).expect("a list has no keys but texts");
            print_json(&(json + "\n"));
            return Ok(0);
        }
        if sources.is_empty() {
            return Err(Failure::Usage(format!("no source fits `{}`", self.patterns.join(" "))));
        }
        let told = |source: &Source| {
            format!("{}\n    {}\n    {} (read {})\n", source.key, source.says, source.url, source.read)
        };
        print(&sources.iter().map(told).collect::<String>());
        Ok(0)
    }

    /// Whether a source is asked for.
    fn takes(&self, key: &str, says: &str) -> bool {
        let id = RowId::new(key, None);
        let contains = |text: &str, word: &str| text.to_lowercase().contains(&word.to_lowercase());
        let fits = |pattern: &String| {
            let is_word = Pattern::new(pattern).is_literal();
            Pattern::new(pattern).fits(&id) || is_word && (contains(key, pattern) || contains(says, pattern))
        };
        self.patterns.is_empty() || self.patterns.iter().any(fits)
    }
}
