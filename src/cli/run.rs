//! `mpuspec run`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use mpuspec_mock::provider::{self, Provider};
use mpuspec_mock::yaml;

use super::baseline::look_at;
use super::door::{Stream, guard};
use super::exploring::{Exploring, explorer};
use super::interrupt::on_interrupt;
use super::place::Place;
use super::progress::{Lines, Which};
use super::report_file::ReportFile;
use super::rerun::Rerun;
use super::settling::Settling;
use super::showing::Showing;
use super::{Failure, case_files, catalogue, github, print};
use crate::baseline::BESIDE_THE_CATALOGUE;
use crate::case::{Level, RowId};
use crate::explore::{ExploreOptions, estimate};
use crate::memory::{self, Bound};
use crate::report::{Repeat, Report, appended};
use crate::row::CallbackPlace;
use crate::run::{Applicable, Findings, Plan};
use crate::suite::{Limits, Promises, Server, Suite, SuiteError, fresh_id};

/// Runs cases against an endpoint, or against the bundled mock.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// Ids, patterns over ids (*, **, ?) or case files [default: all]
    cases: Vec<String>,
    #[command(flatten)]
    place: Place,
    /// A name of the target for the report
    #[arg(long, help_heading = "Report")]
    name: Option<String>,
    /// The version of the server, for the report
    #[arg(long, value_name = "TEXT", value_parser = version_text, help_heading = "Report")]
    server_version: Option<String>,
    /// Only cases of these areas
    #[arg(long, value_name = "AREA", value_delimiter = ',', help_heading = "Which rows")]
    area: Vec<String>,
    /// Leave these rows out: ids, patterns over ids, or areas
    #[arg(long, value_name = "PATTERN", value_delimiter = ',', help_heading = "Which rows")]
    skip: Vec<String>,
    /// Only these levels
    #[arg(long, value_enum, value_delimiter = ',', help_heading = "Which rows")]
    level: Vec<Level>,
    /// Count SHOULD as MUST
    #[arg(long, help_heading = "Judgement")]
    strict: bool,
    /// Rows side by side
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256), help_heading = "How it runs")]
    jobs: u16,
    /// What contents are made from
    #[arg(long, value_name = "TEXT", help_heading = "How it runs")]
    seed: Option<String>,
    /// The most bytes of bodies to send [default: 300MiB; unlimited on this machine]
    #[arg(long, value_name = "SIZE", value_parser = provider::parse_size, help_heading = "How it runs")]
    max_bytes: Option<u64>,
    /// The most requests to send [default: 6000; unlimited on this machine]
    #[arg(long, value_name = "N", help_heading = "How it runs")]
    max_requests: Option<u64>,
    /// At most so many requests a second
    #[arg(long, value_name = "N", help_heading = "How it runs")]
    rate: Option<u32>,
    #[command(flatten)]
    exploring: Exploring,
    #[command(flatten)]
    settling: Settling,
    /// Print the plan and stop
    #[arg(long, help_heading = "How it runs")]
    dry_run: bool,
    /// Begin no more rows once a failed or blocked one has made the exit code 1
    #[arg(long, help_heading = "Judgement")]
    fail_fast: bool,
    /// Run the rows that failed, were blocked or met an error in an earlier run, of its JSON report
    #[arg(long, value_name = "FILE", help_heading = "Which rows")]
    rerun: Option<String>,
    /// Hold the run against what is known not to pass, so that only news makes it fail
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    baseline: Option<PathBuf>,
    /// Count failures of cases that are newer than the baseline
    #[arg(long, requires = "baseline", help_heading = "Judgement")]
    strict_new: bool,
    /// Write a report: json, html, md, junit or badge=FILE, or =- for standard output; several times for several
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Report")]
    report: Vec<String>,
    /// Whose exchanges the report keeps
    #[arg(long, value_parser = ["failed", "all"], default_value = "failed", help_heading = "Report")]
    evidence: String,
    #[command(flatten)]
    showing: Showing,
}

impl Run {
    /// Explores, and runs no case.
    pub(super) fn explore(mut self) -> Result<u8, Failure> {
        let chosen = [&self.cases, &self.area, &self.skip].iter().any(|names| !names.is_empty());
        if chosen || self.rerun.is_some() || !self.level.is_empty() {
            let message =
                "explore runs no cases; name them to `mpuspec run`, which explores with --explore N";
            return Err(Failure::Usage(message.to_owned()));
        }
        self.exploring.alone();
        // Without a seed of its own, each time is another one; it is printed and in the report.
        self.seed.get_or_insert_with(|| fresh_id().rsplit('-').next().unwrap_or_default().to_owned());
        self.execute()
    }

    pub(super) fn execute(mut self) -> Result<u8, Failure> {
        let reports = ReportFile::read(&self.report)?;
        let mut rerun = self.rerun.as_deref().map(Rerun::read).transpose()?;
        let found = match &rerun {
            Some(rerun) if rerun.go_there_again(&mut self.place)? => Some("the earlier run".to_owned()),
            _ => self.place.find_endpoint()?,
        };
        if let Some(rerun) = &rerun {
            rerun.take_over(&mut self.exploring, &mut self.settling)?;
        }
        self.place.mock = found.is_none();
        if !self.place.mock {
            memory::bound(Bound::OfRuns);
        }
        self.check_options()?;
        let files = case_files(&self.cases);
        if let Some(rerun) = &rerun {
            rerun.ask_for_files(&files)?;
        }
        let (named, beside): (Vec<String>, Vec<String>) =
            self.cases.iter().cloned().partition(|case| !BESIDE_THE_CATALOGUE.contains(&case.as_str()));
        let (catalogue, mut patterns) = catalogue(self.place.cases_dir.as_ref(), &named)?;
        let provider = self.place.provider()?;
        self.check_areas(&catalogue)?;
        if let Some(rerun) = &mut rerun {
            if let Some(exit) = rerun.look_at(&catalogue, &provider.name) {
                return Ok(exit);
            }
            if rerun.are_its_files(&named) {
                patterns = rerun.names();
            }
        }
        let skipped = match self.skip.is_empty() {
            true => None,
            false => Some(catalogue.select(&self.skip)?),
        };
        let only_beside = !beside.is_empty() && named.is_empty();
        let wanted = |id: &RowId, level: Level| {
            !self.exploring.is_alone()
                && !only_beside
                && rerun.as_ref().is_none_or(|rerun| rerun.takes(id))
                && (self.area.is_empty() || self.area.iter().any(|area| area == id.area()))
                && (self.level.is_empty() || self.level.contains(&level))
                && skipped.as_ref().is_none_or(|skipped| !skipped.takes(id))
        };
        let has = |area: &str| {
            beside.iter().any(|row| RowId::new(row, None).area() == area)
                || rerun.as_ref().is_some_and(|rerun| rerun.has(area))
        };
        let all = self.cases.is_empty() && self.area.is_empty() && self.level.is_empty() && rerun.is_none();
        let audits = all || self.settling.is_asked() || has("audit");
        let seed = self.seed.as_deref().or(rerun.as_ref().map(Rerun::seed));
        let seed = seed.unwrap_or(env!("CARGO_PKG_VERSION")).to_owned();
        let suite = Suite {
            promises: Promises::Loaded(Box::new(provider)),
            catalogue: Some(catalogue),
            patterns,
            audited: self.settling.audited(audits),
            seed: seed.clone(),
            ..self.suite()?
        };
        let planned = suite.plan(wanted).map_err(|error| self.explain(error, found.as_deref()))?;
        if let Some(baseline) = &planned.baseline {
            look_at(baseline, &planned.rows, &planned.provider.name);
        }
        let is_live = planned.is_live;
        let exploring = self.exploring.options(all && !is_live || has("explore"), &seed);
        // A report on standard output stands there alone.
        let (stream, say): (_, fn(&str)) = match reports.iter().any(ReportFile::is_stdout) {
            true => (Stream::Err, |text| super::tell!("{}", text.trim_end())),
            false => (Stream::Out, print),
        };
        if is_live || self.dry_run {
            say(&self.plan(&planned.plan, planned.suite.most(is_live)));
            if let Some(options) = &exploring {
                say(&self.plan_of_exploring(&planned.provider, options));
            }
            if self.dry_run {
                return Ok(0);
            }
        }
        if planned.plan.running() == 0 && !self.exploring.is_alone() && !has("explore") && !has("audit") {
            let why = if planned.plan.rows.is_empty() {
                "is selected"
            } else {
                "that is selected has a meaning here"
            };
            super::tell!("nothing ran: no row {why}");
            return Ok(4);
        }
        let mut stage = planned.open()?;
        guard(&stage.client.redactor);
        let plan = std::mem::take(&mut stage.plan);
        let target = &stage.client.target;
        super::tell!(
            "mpuspec {}   {} rows   provider {}   seed {seed}\ntarget  {}   {:?} addressing   bucket {}   credentials from {}{}",
            env!("CARGO_PKG_VERSION"),
            plan.rows.len(),
            stage.provider.name,
            stage.options.name,
            target.addressing,
            target.bucket,
            stage.credentials_from,
            found.map_or_else(String::new, |found| format!("   endpoint from {found}")),
        );
        let repeat = Repeat {
            options: self.place.words(),
            files,
            exploring: self.exploring.words(exploring.as_ref()),
            settling: self.settling.words(),
        };
        let progress = Arc::new(self.progress(plan.rows.len()));
        let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Usage(error.to_string()))?;
        let mut report = runtime.block_on(async {
            let budget = stage.client.budget.clone();
            let is_interrupted = {
                let budget = budget.clone();
                move || budget.is_interrupted()
            };
            on_interrupt(move || budget.interrupt());
            let runner = match stage.prepare().await {
                Err(SuiteError::Endpoint(told)) if is_interrupted() => return Err(Failure::Interrupted(told)),
                prepared => prepared?,
            };
            if let Some(minutes) = runner.minutes_for(&plan) {
                let call = runner.preflight().a_call_takes.as_millis();
                super::tell!("note: a call takes {call} ms here; the rows may take {minutes} min, with more --jobs less");
            }
            let mut outline = runner.outline(&plan);
            self.sign(&mut outline, &repeat);
            progress.partial.begin(&reports, outline);
            let began = Instant::now();
            let done = tokio::select! {
                done = runner.rows(plan, progress.clone()) => done,
                never = progress.say_what_is_slow() => match never {},
            };
            let exploring = exploring.filter(|_| done.is_whole());
            let usual_time = (!self.exploring.is_alone()).then(|| began.elapsed());
            let exploring = (exploring, self.exploring.soaks());
            let mut explorer = explorer(&runner, &stage.provider, exploring, usual_time);
            let mut found = Findings::default();
            if let Some(explorer) = &mut explorer {
                progress.goes_on_with("exploring");
                found.add(explorer.explore().await.into());
            }
            if done.is_whole() && !runner.is_interrupted() && audits {
                progress.goes_on_with("reading again what was completed");
                let mut audited = self.settling.audit(&runner, explorer, &found.explained).await;
                // The mock collects nothing later.
                let audit = &mut audited.audit;
                audit.at_once = audit.read > 0 && !self.settling.is_asked() && !self.place.mock;
                found.add(audited);
            }
            Ok::<_, Failure>(runner.finish(done, found).await)
        })?;
        progress.end();
        self.sign(&mut report, &repeat);
        if let Some(against) = &stage.against {
            against.hold(&mut report);
        }
        let written = ReportFile::write(&reports, &report);
        say(&self.showing.report(&report, self.showing.style(stream)));
        github::tell(&report);
        written?;
        Ok(report.exit)
    }

    /// How rows are shown as they end.
    fn progress(&self, rows: usize) -> Lines {
        let terminal = Stream::Err.is_terminal();
        let which = match (self.showing.quiet, self.showing.verbose) {
            (true, _) => Which::None,
            (_, true) => Which::All,
            _ => Which::NoPass,
        };
        let (na, style) = (self.showing.shows_na(), self.showing.style(Stream::Err));
        Lines::new(which, na, style, terminal && !self.showing.quiet, rows)
    }

    /// Checks what only a server of one's own can be told.
    fn check_options(&self) -> Result<(), Failure> {
        let told = [
            ("--server-version", self.server_version.is_some()),
            ("--restart-command", self.place.restart_command.is_some()),
        ];
        match told.iter().find(|(_, is_told)| *is_told && self.place.endpoint.is_empty()) {
            None => Ok(()),
            Some((option, _)) => Err(Failure::Usage(format!(
                "{option} says something of a server; name it with --endpoint <URL>"
            ))),
        }
    }

    /// Returns what the options say of the run.
    fn suite(&self) -> Result<Suite, Failure> {
        let Place { bucket, region, restart_command, connection, .. } = &self.place;
        let server = match self.place.mock {
            true => Server::Mock,
            false => Server::Endpoints(self.place.endpoint.clone()),
        };
        Ok(Suite {
            region: region.clone(),
            addressing: connection.addressing(),
            connection: connection.client_options()?,
            budget: Limits { requests: self.max_requests, bytes: self.max_bytes, rate: self.rate },
            name: self.name.clone(),
            bucket: bucket.clone(),
            create_bucket: self.place.create_bucket,
            allow_versioned: self.place.allow_versioned,
            baseline: self.baseline.clone(),
            strict: self.strict,
            strict_new: self.strict_new,
            fail_fast: self.fail_fast,
            all_evidence: self.evidence == "all",
            jobs: usize::from(self.jobs),
            restart_command: restart_command.clone(),
            callbacks: self.callbacks(),
            ..Suite::of(server)
        })
    }

    /// Says why a run was not planned, in the words of the options.
    fn explain(&self, error: SuiteError, found: Option<&str>) -> Failure {
        match error {
            SuiteError::NoBucket { endpoint } => Failure::Usage(format!(
                "{endpoint}, from {}, is not on this machine: name the bucket with --bucket, or let the run make one with --create-bucket; --mock asks for the bundled mock",
                found.unwrap_or_default()
            )),
            SuiteError::NotPlayable { provider } => Failure::Usage(format!(
                "the mock cannot play `{provider}`; name an --endpoint, or another provider"
            )),
            error => error.into(),
        }
    }

    /// Where callbacks are waited for, if the options say so.
    fn callbacks(&self) -> Option<CallbackPlace> {
        let url = self.place.callback_url.clone()?;
        let port = reqwest::Url::parse(&url).ok().and_then(|url| url.port_or_known_default())?;
        let usual = SocketAddr::from(([0, 0, 0, 0], port));
        Some(CallbackPlace { listen: self.place.callback_listen.unwrap_or(usual), url: Some(url) })
    }

    fn check_areas(&self, catalogue: &crate::case::Catalogue) -> Result<(), Failure> {
        let mut areas: Vec<String> = catalogue.row_ids().map(|id| id.area().to_owned()).collect();
        areas.dedup();
        match self.area.iter().find(|area| !areas.contains(area)) {
            None => Ok(()),
            Some(area) => {
                let near = yaml::nearest(area, areas.iter().map(String::as_str));
                let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                let known = areas.join(", ");
                Err(Failure::Usage(format!("--area {area}: there is no such area; known: {known}{near}")))
            }
        }
    }

    /// Returns what a run will ask at most.
    fn plan(&self, plan: &Plan, (max_requests, max_bytes): (u64, u64)) -> String {
        let cost = plan.cost();
        let limit =
            |most: u64| if most == u64::MAX { "no limit".to_owned() } else { format!("at most {most}") };
        let mut text = format!(
            "plan    {} rows of {}, about {} requests ({}) and {} bytes ({}); the audit comes on top\n",
            plan.running(),
            plan.rows.len(),
            cost.requests,
            limit(max_requests),
            cost.bytes,
            limit(max_bytes)
        );
        if self.dry_run {
            for row in &plan.rows {
                match &row.applicable {
                    Applicable::Yes(cost) => text.push_str(&format!(
                        "        {:<6} {}   {} requests, {} bytes\n",
                        row.level.name(),
                        row.id,
                        cost.requests,
                        cost.bytes
                    )),
                    Applicable::No(why) => text.push_str(&format!("        n/a    {}   {why}\n", row.id)),
                }
            }
        }
        text
    }

    /// Returns what exploring will send.
    fn plan_of_exploring(&self, provider: &Provider, options: &ExploreOptions) -> String {
        let is_plain = self.place.endpoint.iter().all(|endpoint| endpoint.starts_with("http://"));
        let told = estimate(provider, if is_plain { "http" } else { "https" }, options);
        let cut = match (options.time, self.exploring.is_alone()) {
            (Some(time), _) => format!("; it ends after {} s", time.as_secs_f32()),
            (None, true) => String::new(),
            (None, false) => "; it ends when it has taken as long as the rows, and at least 10 s".to_owned(),
        };
        format!(
            "explore {} calls in states, {} pairs of calls in {} rounds, {} random sequences and as many races: about {} \
             requests and {} bytes, at most {} MiB{cut}; what is found is tried again and made small\n",
            told.cells,
            told.pairs,
            told.rounds,
            options.count,
            told.requests,
            told.bytes,
            options.budget >> 20
        )
    }

    /// Writes down how the run is repeated.
    fn sign(&self, report: &mut Report, repeat: &Repeat) {
        report.run.again = Some(format!("mpuspec run{}", appended(&repeat.options)));
        report.run.repeat = repeat.clone();
        report.run.skipped = self.skip.clone();
        report.target.version = self.server_version.clone();
    }
}

/// A version in one short line: it stands in the head of a report.
fn version_text(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.chars().count() > 100 || text.chars().any(char::is_control) {
        return Err("a version is one line of 1 to 100 characters, such as 2.5.0".to_owned());
    }
    Ok(text.to_owned())
}
