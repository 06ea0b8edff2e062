//! What a run will do: which rows, against whose promises. No request is sent for it.

use std::collections::BTreeSet;

use mpuspec_mock::provider::{self, Provider};
use reqwest::Url;

use super::{Promises, Suite, SuiteError};
use crate::baseline::Baseline;
use crate::case::{Catalogue, CatalogueError, Level, RowId, lint_sources};
use crate::run::{Plan, plan};
use crate::wire::Target;

/// A run that is planned.
pub(crate) struct Planned {
    pub(crate) suite: Suite,
    pub(crate) provider: Provider,
    pub(crate) catalogue: Catalogue,
    pub(crate) plan: Plan,
    pub(crate) baseline: Option<Baseline>,
    /// Every row that there is, selected or not.
    pub(crate) rows: BTreeSet<String>,
    /// Whether the endpoint is not on this machine.
    pub(crate) is_live: bool,
}

impl Suite {
    /// Selects the rows. Those that `wanted` refuses are in no report.
    pub(crate) fn plan(mut self, wanted: impl Fn(&RowId, Level) -> bool) -> Result<Planned, SuiteError> {
        let nodes = nodes(self.server.nodes())?;
        let provider = self.load_provider()?;
        if self.server.is_mock() && !provider.playable {
            return Err(SuiteError::NotPlayable { provider: provider.name });
        }
        let mut catalogue = self.catalogue.take().map_or_else(Catalogue::builtin, Ok)?;
        if let Some(folder) = &self.folder {
            catalogue = catalogue.add_folder(folder)?;
        }
        for case in std::mem::take(&mut self.own) {
            catalogue = catalogue.add_case(case)?;
        }
        let renamed = catalogue.renamed();
        let baseline = self.baseline.as_deref().map(Baseline::read).transpose()?;
        let baseline = baseline.map(|baseline| baseline.with_todays_ids(&renamed));
        let rows = catalogue.row_ids().map(|id| id.to_string()).collect();
        catalogue.add_documents(&provider);
        let problems = lint_sources(&catalogue);
        if !problems.is_empty() {
            return Err(CatalogueError::Invalid(problems).into());
        }
        let selection = catalogue.select(&self.patterns)?;
        let is_live = !nodes.iter().all(Target::is_loopback);
        if is_live && self.bucket.is_none() && !self.create_bucket {
            let endpoint = self.server.nodes().join(", ");
            return Err(SuiteError::NoBucket { endpoint });
        }
        let plan = plan(&catalogue, &provider, &selection, !is_live, wanted);
        Ok(Planned { suite: self, provider, catalogue, plan, baseline, rows, is_live })
    }

    fn load_provider(&mut self) -> Result<Provider, SuiteError> {
        let usual = if self.server.is_mock() { "aws-s3" } else { "generic" };
        match std::mem::take(&mut self.promises) {
            Promises::Loaded(provider) => Ok(*provider),
            Promises::Named(name) => Ok(provider::load(&name)?),
            Promises::Usual => Ok(provider::load(usual)?),
        }
    }
}

/// Reads the nodes of an endpoint; none stands for the bundled mock.
pub(crate) fn nodes(given: &[String]) -> Result<Vec<Url>, SuiteError> {
    let nodes: Result<Vec<Url>, _> = given.iter().map(|given| Target::endpoint(given)).collect();
    let nodes = nodes.map_err(|error| SuiteError::Usage(error.to_string()))?;
    match nodes.iter().find(|node| node.scheme() != nodes[0].scheme()) {
        None => Ok(nodes),
        Some(other) => {
            let message =
                format!("{other}: the nodes of an endpoint are reached all by http or all by https");
            Err(SuiteError::Usage(message))
        }
    }
}
