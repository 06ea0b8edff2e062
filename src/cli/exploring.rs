//! Options of what is explored beside the cases.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mpuspec_mock::provider::{Provider, parse_size};

use super::target::duration;
use crate::explore::{ExploreOptions, Explorer};
use crate::run::{Findings, Runner};
use crate::suite::{MOST_FINDINGS, USUAL_BUDGET, USUAL_EXPLORING};

/// How much is explored.
#[derive(Debug, Args)]
pub(super) struct Exploring {
    /// Explore so many random sequences and as many races [default: 40 on this machine where all cases run,
    /// 0 elsewhere; 1000 for `explore`]
    #[arg(long, value_name = "N")]
    explore: Option<u32>,
    /// The most bytes that exploring sends, shrinking included
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = parse_size)]
    budget: u64,
    /// Go on with races for so long
    #[arg(long, value_name = "TIME", value_parser = duration)]
    race_seconds: Option<Duration>,
    /// Save the case of each finding in this folder
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// No case is run.
    #[arg(skip)]
    alone: bool,
}

/// Sequences, and races, where nothing else is run.
const ALONE: u32 = 1_000;

impl Exploring {
    /// Runs no case.
    pub(super) fn alone(&mut self) {
        self.alone = true;
    }

    /// Whether no case is run.
    pub(super) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Returns the options that draw the same again, word by word.
    pub(super) fn words(&self, options: Option<&ExploreOptions>) -> Vec<String> {
        let Some(options) = options else { return Vec::new() };
        let mut words = vec!["--explore".to_owned(), options.count.to_string()];
        if self.budget != USUAL_BUDGET {
            words.extend(["--budget".to_owned(), self.budget.to_string()]);
        }
        if !options.race_time.is_zero() {
            words.extend(["--race-seconds".to_owned(), format!("{}ms", options.race_time.as_millis())]);
        }
        words
    }

    /// Draws as often as an earlier run did, where nobody says otherwise.
    pub(super) fn take_over(&mut self, earlier: Self) {
        if self.explore.is_none() && self.race_seconds.is_none() {
            (self.explore, self.race_seconds) = (earlier.explore, earlier.race_seconds);
        }
        if self.budget == USUAL_BUDGET {
            self.budget = earlier.budget;
        }
    }

    /// What is explored. `usual` is whether something is, where nobody asked.
    pub(super) fn options(&self, usual: bool, seed: &str) -> Option<ExploreOptions> {
        let count = self.explore.unwrap_or(match usual {
            _ if self.alone => ALONE,
            true => USUAL_EXPLORING,
            false => 0,
        });
        let race_time = self.race_seconds.unwrap_or_default();
        (count > 0 || !race_time.is_zero()).then(|| ExploreOptions {
            count,
            race_time,
            seed: seed.to_owned(),
            budget: self.budget,
            save: self.save.clone(),
            shrinks: true,
            most: MOST_FINDINGS,
        })
    }
}

/// Explores with a run that is prepared.
pub(super) async fn explore(
    runner: &Runner,
    provider: &Provider,
    options: Option<ExploreOptions>,
) -> Findings {
    let Some(options) = options.filter(|_| !runner.is_interrupted()) else { return Findings::default() };
    let explored = Explorer::new(runner, provider, options).explore().await;
    explored.into()
}
