use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use mpuspec::internals::case::Pattern;
use mpuspec::internals::report::Report;
use mpuspec_mock::yaml;
use serde::Deserialize;

/// Servers whose failing rows were judged one by one, before reports had causes.
const SERVERS: [&str; 5] = ["garage", "swift", "localstack", "moto", "s3s-fs"];
/// Of a hundred pairs of rows at least this many are judged by causes as they were by hand.
const AT_LEAST: usize = 95;

#[derive(Deserialize)]
struct Baseline {
    cases: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    why: String,
}

/// Reasons that say the same in other words, by what they say.
type Same = BTreeMap<String, Vec<String>>;

/// What a reason says, without what came of it in the row.
fn gist(why: &str, same: &Same) -> String {
    let gist = why.split([';', ':', '(']).next().unwrap_or_default().trim();
    let is_said = |texts: &&Vec<String>| texts.iter().any(|text| Pattern::new(text).fits_text(gist));
    let known = same.iter().find(|(_, texts)| is_said(texts));
    known.map_or(gist, |(said, _)| said).to_owned()
}

/// The pairs of rows of which something is said, and of how many it is right.
#[derive(Default)]
struct Pairs {
    all: usize,
    right: usize,
    /// The others, by the reasons and the causes of both rows.
    wrong: BTreeMap<(String, String), usize>,
}

impl Pairs {
    fn add(&mut self, is_right: bool, reasons: impl FnOnce() -> String, causes: impl FnOnce() -> String) {
        self.all += 1;
        if is_right {
            self.right += 1;
        } else {
            *self.wrong.entry((reasons(), causes())).or_default() += 1;
        }
    }

    fn table(&self, server: &str, text: &mut String) {
        for ((reasons, causes), pairs) in &self.wrong {
            let _ = writeln!(text, "| {server} | {pairs} | {reasons} | {causes} |");
        }
    }
}

/// Two texts, the same ones in the same order.
fn both(one: &str, other: &str) -> String {
    if one == other { one.to_owned() } else { format!("{} / {}", one.min(other), one.max(other)) }
}

fn causes_of(server: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = format!("{}/reports/{server}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("its report");
    let report: Report = serde_json::from_str(&text).expect("a report");
    let mut causes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for cause in report.causes {
        for row in cause.rows.into_iter().chain(cause.blocked) {
            // The rows of exploring have all that was found behind them.
            if !row.starts_with("explore/") && !row.starts_with("audit/") {
                causes.entry(row).or_default().insert(cause.id.clone());
            }
        }
    }
    causes
}

#[test]
fn rows_are_of_one_cause_where_hands_gave_them_one_reason_and_of_several_where_they_did_not() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let same = yaml::parse(include_str!("../../reports/reasons.yaml")).expect("it is YAML");
    let same: Same = yaml::decode(same, &yaml::Path::root()).expect("lists of texts");
    let (mut one, mut several) = ((0, 0), (0, 0));
    let (mut split, mut joined) = (String::new(), String::new());
    for server in SERVERS {
        let text =
            std::fs::read_to_string(folder.join(format!("baselines/{server}.yaml"))).expect("its baseline");
        let baseline = yaml::parse(&text).expect("it is YAML");
        let baseline: Baseline = yaml::decode(baseline, &yaml::Path::root()).expect("a baseline");
        let causes = causes_of(server);
        let rows: Vec<(String, &BTreeSet<String>)> = baseline
            .cases
            .iter()
            .filter_map(|(row, entry)| Some((gist(&entry.why, &same), causes.get(row)?)))
            .collect();
        let (mut called_one, mut called_several) = (Pairs::default(), Pairs::default());
        let ids =
            |causes: &BTreeSet<String>| causes.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        for (at, (reason, causes)) in rows.iter().enumerate() {
            for (other_reason, other_causes) in &rows[..at] {
                let is_one = !causes.is_disjoint(other_causes);
                let told = || both(&ids(causes), &ids(other_causes));
                let reasons = || both(reason, other_reason);
                match reason == other_reason {
                    true => called_one.add(is_one, reasons, told),
                    false => called_several.add(!is_one, reasons, told),
                }
            }
        }
        one = (one.0 + called_one.right, one.1 + called_one.all);
        several = (several.0 + called_several.right, several.1 + called_several.all);
        called_one.table(server, &mut split);
        called_several.table(server, &mut joined);
    }
    let list = format!(
        "# Where causes and the reasons of hands differ\n\n\
         <!-- Made by `MPUSPEC_BLESS=1 cargo test --test it reasons`; change the register, or reasons.yaml. -->\n\n\
         Pairs of rows that have one reason and are of one cause: {} of {}. Pairs with two reasons and of two causes: {} of {}.\n\n\
         ## One reason, several causes\n\n| server | pairs | reason | causes |\n|---|---|---|---|\n{split}\n\
         ## Several reasons, one cause\n\n| server | pairs | reasons | cause |\n|---|---|---|---|\n{joined}",
        one.0, one.1, several.0, several.1
    );
    let place = folder.join("reasons.md");
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&place, &list).expect("written");
    }
    for (right, all) in [one, several] {
        assert!(right * 100 >= all * AT_LEAST, "{list}");
    }
    let committed = std::fs::read_to_string(place).unwrap_or_default();
    assert!(committed == list, "run `MPUSPEC_BLESS=1 cargo test --test it reasons`");
}
