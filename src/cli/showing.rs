//! What a terminal shows, and in which colours.

use clap::{Args, ValueEnum};

use super::door::Stream;
use crate::report::{Report, Shown, Style, deaths, failures, findings, summary, verdict};

/// What is shown beside the causes and the verdict.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Showing {
    /// Show in addition: causes of form one by one, failing rows in full, findings in full, rows that are n/a
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    show: Vec<Show>,
    /// Show observed behaviour that is not as the documents have it
    #[arg(long)]
    observed: bool,
    /// Show every row as it ends, and failing rows and findings in full
    #[arg(short, long)]
    pub(super) verbose: bool,
    /// Show no row as it ends, and no progress
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
}

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Show {
    /// Causes that concern the form of answers
    Form,
    /// Failing rows in full
    Rows,
    /// Findings in full, with the calls that led to them
    Findings,
    /// Rows that have no meaning here
    Na,
}

/// When colours are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR is set or TERM is dumb
    #[default]
    Auto,
    Always,
    Never,
}

impl Showing {
    /// How lines are drawn on a stream.
    pub(super) fn style(&self, stream: Stream) -> Style {
        let colour = match self.color {
            Colour::Auto => stream.takes_colours(),
            Colour::Always => true,
            Colour::Never => false,
        };
        Style { colour }
    }

    /// Whether rows that have no meaning here are shown.
    pub(super) fn shows_na(&self) -> bool {
        self.show.contains(&Show::Na)
    }

    /// What a report says on a terminal.
    pub(super) fn report(&self, report: &Report, style: Style) -> String {
        let asks = |what: Show| self.verbose || self.show.contains(&what);
        let shown = Shown { form: asks(Show::Form), observed: self.observed, left: self.verbose };
        let rows = match self.quiet && !asks(Show::Rows) {
            true => String::new(),
            false => failures(report, asks(Show::Rows), style),
        };
        let found = if asks(Show::Findings) { findings(report) } else { String::new() };
        [deaths(report), rows, found, summary(report, shown, style), verdict(report, style)].concat()
    }
}
