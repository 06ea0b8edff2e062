//! Options of what is explored beside the cases.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use mpuspec_mock::provider::{Provider, parse_size};

use super::target::duration;
use crate::explore::{ExploreOptions, Explorer};
use crate::report;
use crate::run::Runner;
use crate::suite::{LEAST_EXPLORE_TIME, USUAL_BUDGET, USUAL_EXPLORING};

/// How much is explored.
#[derive(Debug, Args)]
#[command(next_help_heading = "Exploring")]
pub(super) struct Exploring {
    /// Explore the plan, and N random sequences and N races behind it; of less than 40 a part of the plan
    /// [default: 40 on this machine where all cases run, 0 elsewhere; 200 for `explore`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=MOST))]
    explore: Option<u32>,
    /// Explore for so long, shrinking and confirming included [default: as long as the cases took and at least 10s;
    /// an hour for `explore`]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    explore_time: Option<Duration>,
    /// Go on for so long with new seeds when the plan is done, and with variations of what brought something new; each
    /// pass may send as many bytes as the plan
    #[arg(long, value_name = "TIME", value_parser = duration, conflicts_with = "explore_time")]
    soak: Option<Duration>,
    /// The most bytes that exploring sends, shrinking included
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = parse_size)]
    budget: u64,
    /// Save the case of each finding in this folder
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// No case is run.
    #[arg(skip)]
    alone: bool,
}

/// More draws are for `--soak`.
const MOST: i64 = 1_000_000;
/// How long a server is explored that nobody gave a time for: the plan of one that answers takes minutes.
const LONGEST_ALONE: Duration = Duration::from_secs(3_600);
/// Random sequences, and races, where nothing else is run.
const ALONE: u32 = 200;

impl Exploring {
    /// Runs no case.
    pub(super) fn alone(&mut self) {
        self.alone = true;
    }

    /// Whether it goes on behind the plan.
    pub(super) fn soaks(&self) -> bool {
        self.soak.is_some()
    }

    /// Whether no case is run.
    pub(super) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Returns the options that draw the same again, word by word.
    pub(super) fn words(&self, options: Option<&ExploreOptions>) -> Vec<String> {
        options.map_or_else(Vec::new, |options| self.words_with(Some(options.count)))
    }

    fn words_with(&self, count: Option<u32>) -> Vec<String> {
        let mut words = Vec::new();
        if let Some(count) = count {
            words.extend(["--explore".to_owned(), count.to_string()]);
        }
        if self.budget != USUAL_BUDGET {
            words.extend(["--budget".to_owned(), self.budget.to_string()]);
        }
        let times = [("--explore-time", self.explore_time), ("--soak", self.soak)];
        for (name, time) in times.into_iter().filter_map(|(name, time)| Some((name, time?))) {
            words.extend([name.to_owned(), format!("{}ms", time.as_millis())]);
        }
        words
    }

    /// Whether it takes more than is done because a report says so.
    pub(super) fn is_long(&self) -> bool {
        self.explore.is_some_and(|explore| explore > report::MOST_DRAWS)
            || self.explore_time.max(self.soak).is_some_and(|asked| asked > report::LONGEST)
            || self.budget > report::MOST_BYTES
    }

    /// Draws as often as an earlier run did, where nobody says otherwise. Returns the words of what was taken.
    pub(super) fn take_over(&mut self, earlier: Self) -> Vec<String> {
        if self.explore.is_none() && self.explore_time.is_none() && self.soak.is_none() {
            (self.explore, self.explore_time, self.soak) =
                (earlier.explore, earlier.explore_time, earlier.soak);
        }
        if self.budget == USUAL_BUDGET {
            self.budget = earlier.budget;
        }
        self.words_with(self.explore)
    }

    /// What is explored. `usual` is whether something is, where nobody asked.
    pub(super) fn options(&self, usual: bool, seed: &str) -> Option<ExploreOptions> {
        let count = self.explore.unwrap_or(match usual {
            _ if self.alone => ALONE,
            _ if self.explore_time.is_some() || self.soak.is_some() => USUAL_EXPLORING,
            true => USUAL_EXPLORING,
            false => 0,
        });
        (count > 0).then(|| ExploreOptions {
            count,
            time: self.soak.or(self.explore_time).or(self.alone.then_some(LONGEST_ALONE)),
            seed: seed.to_owned(),
            budget: self.budget,
            save: self.save.clone(),
            shrinks: true,
            first_only: false,
        })
    }
}

/// What explores with a run that is prepared, as long as its cases took where nobody says otherwise.
pub(super) fn explorer<'r>(
    runner: &'r Runner,
    provider: &'r Provider,
    (options, soaks): (Option<ExploreOptions>, bool),
    usual_time: Option<Duration>,
) -> Option<Explorer<'r>> {
    let mut options = options.filter(|_| !runner.is_interrupted())?;
    options.time = options.time.or(usual_time.map(|time| time.max(LEAST_EXPLORE_TIME)));
    Some(Explorer::new(runner, provider, options).soaking(soaks))
}
