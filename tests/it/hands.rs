use std::collections::BTreeMap;

use mpuspec::internals::report::Report;
use mpuspec_mock::provider::Harm;
use mpuspec_mock::yaml;
use serde::Deserialize;

/// What somebody found in a server by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finding {
    found: String,
    #[serde(default)]
    grave: bool,
    /// The causes that tell it.
    #[serde(default)]
    told: Vec<String>,
    /// Why none does.
    apart: Option<Apart>,
    /// Whether it shows in some runs alone.
    #[serde(default)]
    chance: bool,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Apart {
    Withheld,
    Mistaken,
    Unseen,
    Missed,
}

/// As many findings of a server may be told by no cause.
const MOST_MISSED: usize = 2;

#[test]
fn what_was_found_by_hand_is_told_and_what_is_grave_comes_first() {
    let value = yaml::parse(include_str!("../../reports/hands.yaml")).expect("it is YAML");
    let servers: BTreeMap<String, Vec<Finding>> =
        yaml::decode(value, &yaml::Path::root()).unwrap_or_else(|mistake| panic!("{mistake:?}"));
    assert_eq!(servers.len(), 4);
    for (server, findings) in servers {
        let path = format!("{}/reports/{server}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("its report");
        let Report { causes, .. } = serde_json::from_str(&text).expect("a report");
        let harm = |id: &String| causes.iter().find(|cause| cause.id == *id).map(|cause| cause.harm);
        let mut missed = 0;
        for Finding { found, grave, told, apart, chance } in &findings {
            assert_eq!(told.is_empty(), apart.is_some(), "{server}: {found}");
            let untold: Vec<&String> = told.iter().filter(|id| harm(id).is_none()).collect();
            if *apart == Some(Apart::Missed) || (*chance && !untold.is_empty()) {
                missed += 1;
                continue;
            }
            assert!(untold.is_empty(), "{server}: {found}: no cause {untold:?}");
            // Reports lead with these two.
            let leads = told.iter().any(|id| matches!(harm(id), Some(Harm::Data | Harm::Security)));
            assert!(leads || !grave, "{server}: {found} stands too low");
        }
        assert!(missed <= MOST_MISSED, "{server}: {missed}");
    }
}
