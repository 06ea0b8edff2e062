use std::collections::{BTreeMap, BTreeSet};

use mpuspec::internals::case::{Held, Level, Requirements};
use mpuspec::internals::report::Verdict;
use mpuspec_mock::provider;

use crate::stage::{catalogue, play, run, small};

/// Requirements that bind a provider of today and have no case yet.
const WAITING_FOR_CASES: &[&str] = &[];

/// The providers that a requirement binds and that can be played.
fn bound<'r>(requirements: &'r Requirements, held: &'r Held) -> Vec<&'r str> {
    let Held::Binds(binds) = held else { return Vec::new() };
    binds.iter().map(String::as_str).filter(|name| !requirements.waits(name)).collect()
}

#[test]
fn the_list_of_requirements_without_a_case_only_shrinks() {
    let catalogue = catalogue();
    let named: BTreeSet<&str> =
        catalogue.cases.iter().flat_map(|case| &case.requirements).map(String::as_str).collect();
    let waiting: BTreeSet<&str> = WAITING_FOR_CASES.iter().copied().collect();
    let requirements = &catalogue.requirements;
    let without: BTreeSet<&str> = requirements
        .iter()
        .filter(|(id, requirement)| !bound(requirements, &requirement.held).is_empty() && !named.contains(id))
        .map(|(id, _)| id)
        .collect();
    let done: Vec<_> = waiting.difference(&without).collect();
    assert!(done.is_empty(), "these wait for nothing any more, take them out of the list: {done:#?}");
    let missing: Vec<_> = without.difference(&waiting).collect();
    assert!(missing.is_empty(), "no case names these: {missing:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_requirement_passes_as_each_provider_that_it_binds() {
    let catalogue = catalogue();
    let mut passed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in provider::builtin_names() {
        let provider = small(&name);
        if !provider.playable {
            continue;
        }
        let mock = play(&provider).start().expect("it starts");
        let report = run(&mock.endpoint(), provider, &[]).await;
        let judged = report
            .cases
            .iter()
            .filter(|row| row.verdict == Verdict::Pass && row.level != Level::Info)
            .flat_map(|row| catalogue.case(&row.id).map(|case| case.requirements.clone()))
            .flatten()
            .collect();
        passed.insert(name, judged);
    }
    let mut unproven = Vec::new();
    for (id, requirement) in catalogue.requirements.iter() {
        if WAITING_FOR_CASES.contains(&id) {
            continue;
        }
        for name in bound(&catalogue.requirements, &requirement.held) {
            let judged = passed.get(name).unwrap_or_else(|| panic!("{id} binds {name}, which nobody plays"));
            if !judged.contains(id) {
                unproven.push(format!("{id} as {name}"));
            }
        }
    }
    assert!(unproven.is_empty(), "no row that names these passes: {unproven:#?}");
}
