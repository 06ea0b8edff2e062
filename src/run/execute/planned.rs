//! Runs a planned row, unless it has no meaning here.

use super::super::cleanup::Sweep;
use super::super::context::RowContext;
use super::super::judge::empty_report;
use super::super::plan::{Applicable, PlannedRow};
use super::row::{Came, run_row};
use crate::case::User;
use crate::report::RowReport;

/// Runs a row, and cleans up after it.
pub(in super::super) async fn run_planned(context: &RowContext, planned: &PlannedRow) -> Came {
    let no_meaning = match &planned.applicable {
        Applicable::No(why) => Some(why.clone()),
        Applicable::Yes(_) => missing_prerequisite(context, planned).map(str::to_owned),
    };
    match no_meaning {
        Some(why) => {
            let report = RowReport { reason: Some(why), ..empty_report(planned, &context.registry) };
            Came { report, left: Sweep::default(), judged: None }
        }
        None => run_row(context, planned).await,
    }
}

/// What the row needs beside a server, and this run does not have.
fn missing_prerequisite(context: &RowContext, planned: &PlannedRow) -> Option<&'static str> {
    let client = &context.client;
    if planned.asks_as(User::Second) && !client.has_second() {
        return Some(
            "no second principal: set MPUSPEC_SECOND_ACCESS_KEY_ID and MPUSPEC_SECOND_SECRET_ACCESS_KEY",
        );
    }
    if planned.asks_as(User::Temporary) && !client.has_temporary() {
        return Some(
            "no temporary credentials: set MPUSPEC_TEMPORARY_ACCESS_KEY_ID, MPUSPEC_TEMPORARY_SECRET_ACCESS_KEY and MPUSPEC_TEMPORARY_SESSION_TOKEN",
        );
    }
    if planned.stops_in_a_body() && client.target.endpoint.scheme() != "http" {
        return Some("a body can be stopped half-way on an endpoint without TLS alone");
    }
    if planned.is_called_back() && context.callbacks.is_none() {
        return Some("the endpoint cannot call this machine back: name a way with --callback-url");
    }
    if planned.names_the_bucket_in_the_path() && !client.target.is_named() {
        return Some("the endpoint has no host name that a bucket could stand before");
    }
    if planned.restarts() && context.watch.restart().is_none() {
        return Some("nothing says how the server is started anew: name a command with --restart-command");
    }
    None
}
