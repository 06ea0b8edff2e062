//! `mpuspec show`.

use clap::Args;

use super::{Failure, catalogue, print};

/// Shows a case with its sources.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// An id, a pattern or a file
    case: String,
}

impl Show {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let (catalogue, patterns) = catalogue(None, &[self.case])?;
        let selection = catalogue.select(&patterns)?;
        let mut text = String::new();
        for case in &catalogue.cases {
            let shown = case
                .rows
                .iter()
                .any(|row| selection.takes(&crate::case::RowId::new(&case.id, row.name.as_deref())));
            if !shown {
                continue;
            }
            text.push_str(&format!("# {}   {}\n{}", case.id, case.level.name(), case.origin.text));
            for source in &case.source {
                match catalogue.registry.find(source) {
                    Ok(cited) => {
                        let says = cited.says.unwrap_or_default();
                        text.push_str(&format!(
                            "# {source}: {says}\n#   {} (read {})\n",
                            cited.page.url, cited.page.read
                        ));
                    }
                    Err(_) if catalogue.registry.describe(source).0.is_some() => {
                        text.push_str(&format!("# {source}\n"));
                    }
                    Err(reason) => text.push_str(&format!("# {source}: {reason}\n")),
                }
            }
            for id in &case.requirements {
                if let Some(requirement) = catalogue.requirements.get(id) {
                    text.push_str(&format!("# judges {id}: {}\n", requirement.says));
                }
            }
            text.push('\n');
        }
        print(&text);
        Ok(0)
    }
}
