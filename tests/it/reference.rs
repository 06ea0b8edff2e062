//! `docs/cases.md` and `docs/providers.md`: the languages of cases and of provider files, made from their schemas,
//! with an example of each word from the files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use mpuspec::internals::case::case_schema;
use mpuspec_mock::provider::{CAPABILITIES, LIMITS, Origin, Problem, builtin_names, load, provider_schema};
use mpuspec_mock::yaml::{self, Value as Yaml};
use serde_json::Value;

/// What stands in a step beside its operation.
const BESIDE: [&str; 6] = ["expect", "observe", "as_user", "sign", "promised_by", "note"];

const PROVIDERS: &str = "\
<!-- Made from the schema and the bundled files by `MPUSPEC_BLESS=1 cargo test --test it`; change those, not this. -->

# Provider files

A provider file says what the documents of one provider promise: limits, capabilities and chosen answers, each with its
source. The bundled ones are below `mock/providers/`; `--provider FILE` takes another one, and the mock plays it.
`mpuspec schema provider` prints the JSON Schema, `mpuspec lint FILE` checks a file.

";

const OUTCOMES: &str = "\
A step with `one_of` names the answers that are allowed; the first that fits is the outcome. An outcome has the claims
above, or a claim for each lane of `together`, and these words:
";

const HEAD: &str = include_str!("reference_head.md");

/// Where words stand: below the head of a file, an operation, a claim and so on.
type Places = BTreeMap<(String, String), Example>;

/// The shortest line that uses a word, and its case.
struct Example {
    line: String,
    case: Option<String>,
}

/// Examples of words that stand in no case of the suite, but in those that exploring writes or that people may.
const BY_HAND: [(&str, &str, &str); 18] = [
    ("head", "generated", "generated: { seed: \"7/12\", suite: 0.1.0 }"),
    ("Step", "note", "note: the answer comes late"),
    ("Step", "after", "together: { one: { get_object: {} }, two: { abort_upload: {}, after: 2ms } }"),
    ("Step", "hangs_up", "together: { one: { abort_upload: {}, hangs_up: 2ms }, two: { abort_upload: {} } }"),
    ("Step", "pauses", "together: { one: { get_object: {}, pauses: 20ms }, two: { abort_upload: {} } }"),
    ("create_uploads", "as", "create_uploads: { count: 2, key: each, as: U }"),
    ("upload_part_copy", "if_match", "upload_part_copy: { number: 1, source: src, if_match: whole }"),
    (
        "upload_part_copy",
        "if_none_match",
        "upload_part_copy: { number: 1, source: src, if_none_match: whole }",
    ),
    (
        "upload_part_copy",
        "if_modified_since",
        "upload_part_copy: { number: 1, source: src, if_modified_since: -1d }",
    ),
    (
        "upload_part_copy",
        "if_unmodified_since",
        "upload_part_copy: { number: 1, source: src, if_unmodified_since: -1d }",
    ),
    ("put_object", "content_type", "put_object: { size: 1KiB, content_type: text/plain }"),
    ("put_object", "acl", "put_object: { size: 1KiB, acl: public-read }"),
    ("put_object", "metadata", "put_object: { size: 1KiB, metadata: { colour: green } }"),
    ("put_object", "checksum", "put_object: { size: 1KiB, checksum: { crc32: right } }"),
    ("copy_object", "as", "copy_object: { source: src, key: copy, as: copied }"),
    ("list_objects", "prefix", "list_objects: { prefix: a/ }"),
    ("list_objects", "max_keys", "list_objects: { max_keys: 2 }"),
    ("get_object_acl", "key", "get_object_acl: { key: src }"),
];

/// A value on one line, as somebody would write it.
fn flow(value: &Yaml) -> String {
    match value {
        Yaml::Null => String::new(),
        Yaml::Bool(truth) => truth.to_string(),
        Yaml::Number(number) => number.to_string(),
        Yaml::String(text) => {
            let is_plain = !text.is_empty()
                && text.chars().all(|c| c.is_alphanumeric() || "-_./+ $*".contains(c))
                && !text.starts_with([' ', '*', '-'])
                && text.parse::<f64>().is_err();
            if is_plain { text.clone() } else { Value::from(text.as_str()).to_string() }
        }
        Yaml::Sequence(list) => format!("[{}]", list.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Yaml::Mapping(map) => {
            let pair = |(key, value): (&Yaml, &Yaml)| match value {
                Yaml::Null => format!("{}:", flow(key)),
                value => format!("{}: {}", flow(key), flow(value)),
            };
            format!("{{ {} }}", map.iter().map(pair).collect::<Vec<_>>().join(", "))
        }
        Yaml::Tagged(tagged) => flow(&tagged.value),
    }
}

/// Keeps an example of each word of a mapping, as `place: { word: ... }`; columns are no good examples.
fn keep(places: &mut Places, place: &str, words: &Yaml, shown: &dyn Fn(&str) -> String, case: &str) {
    let Yaml::Mapping(map) = words else { return };
    for (word, _) in map {
        let Some(word) = word.as_str() else { continue };
        let line = shown(word);
        let key = (place.to_owned(), word.to_owned());
        let weight = |line: &str| (line.contains('$') || line.contains("{  }"), line.len());
        if places.get(&key).is_none_or(|known| weight(&line) < weight(&known.line)) {
            places.insert(key, Example { line, case: Some(case.to_owned()) });
        }
    }
}

/// Collects examples below a value, wherever steps, claims and outcomes stand.
fn collect(places: &mut Places, value: &Yaml, schema: &Value, case: &str) {
    match value {
        Yaml::Sequence(list) => list.iter().for_each(|item| collect(places, item, schema, case)),
        Yaml::Mapping(map) => {
            for (key, inner) in map {
                let Some(word) = key.as_str() else { continue };
                if schema["$defs"]["Step"]["properties"].get(word).is_some() {
                    keep(places, word, inner, &|_| format!("{word}: {}", flow(inner)), case);
                    keep(
                        places,
                        "Step",
                        value,
                        &|word| {
                            let beside = map.get(word).map(flow).unwrap_or_default();
                            format!("{word}: {beside}")
                        },
                        case,
                    );
                }
                if word == "one_of" {
                    for outcome in inner.as_sequence().into_iter().flatten() {
                        let shown = |_: &str| format!("one_of: [{}]", flow(outcome));
                        keep(places, "Claims", outcome, &shown, case);
                        keep(places, "Outcome", outcome, &shown, case);
                    }
                }
                if word == "expect" {
                    keep(places, "Claims", inner, &|_| format!("expect: {}", flow(inner)), case);
                }
                collect(places, inner, schema, case);
            }
        }
        _ => {}
    }
}

fn examples(schema: &Value) -> Places {
    let mut places = Places::new();
    for case in &crate::stage::catalogue().cases {
        let value = yaml::parse(&case.origin.text).expect("it was read before");
        keep(
            &mut places,
            "head",
            &value,
            &|word| {
                let inner = value.get(word).map(flow).unwrap_or_default();
                format!("{word}: {inner}")
            },
            &case.id,
        );
        collect(&mut places, &value, schema, &case.id);
    }
    for (place, word, line) in BY_HAND {
        let example = Example { line: line.to_owned(), case: None };
        let before = places.insert((place.to_owned(), word.to_owned()), example);
        assert!(before.is_none(), "a case has an example of {place}.{word}");
    }
    places
}

/// The properties behind a reference, a choice or a nullable type.
fn properties<'s>(schema: &'s Value, of: &'s Value) -> Option<&'s serde_json::Map<String, Value>> {
    if let Some(name) = of["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return (name != "Column").then(|| properties(schema, &schema["$defs"][name])).flatten();
    }
    of["properties"].as_object().or_else(|| {
        let choices = of["anyOf"].as_array().into_iter().chain(of["oneOf"].as_array());
        choices.flatten().find_map(|choice| properties(schema, choice))
    })
}

/// The words that a value can be, where it is one of a closed list.
fn choices(schema: &Value, of: &Value) -> Vec<String> {
    if let Some(name) = of["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return if ["Column", "Expr", "ErrorCode"].contains(&name) {
            Vec::new()
        } else {
            choices(schema, &schema["$defs"][name])
        };
    }
    let own = of["const"].as_str().map(str::to_owned);
    let listed =
        of["enum"].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned));
    let inner = ["anyOf", "oneOf"].iter().flat_map(|key| of[*key].as_array()).flatten();
    own.into_iter().chain(listed).chain(inner.flat_map(|of| choices(schema, of))).collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A table of words, each with its meaning and an example. Those without an example are added to `missing`.
fn table(
    schema: &Value,
    place: &str,
    words: &serde_json::Map<String, Value>,
    places: &Places,
    missing: &mut Vec<String>,
) -> String {
    table_with(schema, place, words, places, missing, &|case| format!("../cases/{case}.yaml"))
}

fn table_with(
    schema: &Value,
    place: &str,
    words: &serde_json::Map<String, Value>,
    places: &Places,
    missing: &mut Vec<String>,
    link: &dyn Fn(&str) -> String,
) -> String {
    let mut text = String::from("| word | meaning | example |\n|---|---|---|\n");
    for (word, of) in words {
        let meaning = of["description"].as_str().or_else(|| of["anyOf"][0]["description"].as_str());
        let meaning = meaning.unwrap_or_default().trim();
        let mut meaning = meaning.to_owned();
        let listed = choices(schema, of);
        if !listed.is_empty() && listed.len() < 12 {
            let listed: Vec<String> = listed.iter().map(|word| format!("`{word}`")).collect();
            let _ = write!(meaning, " One of {}.", listed.join(", "));
        }
        let example = match places.get(&(place.to_owned(), word.clone())) {
            Some(Example { line, case }) => {
                let line: String = if line.chars().count() > 110 {
                    line.chars().take(107).chain("...".chars()).collect()
                } else {
                    line.clone()
                };
                match case {
                    Some(case) => format!("`{line}` ([{case}]({}))", link(case)),
                    None => format!("`{line}`"),
                }
            }
            None => {
                missing.push(format!("{place}.{word}"));
                String::new()
            }
        };
        let _ = writeln!(text, "| `{word}` | {} | {} |", cell(meaning.trim()), cell(&example));
    }
    text
}

/// The example of an operation that has no words.
fn bare(name: &str, places: &Places) -> String {
    let example = places.get(&("Step".to_owned(), name.to_owned()));
    let Some(Example { line, case: Some(case) }) = example else { return String::new() };
    format!("`{}` ([{case}](../cases/{case}.yaml))\n", line.trim_end())
}

fn reference() -> (String, Vec<String>) {
    let schema = case_schema();
    let places = examples(&schema);
    let mut missing = Vec::new();
    let mut text = HEAD.to_owned();
    let head = schema["properties"].as_object().expect("an object");
    let _ =
        write!(text, "\n## The head of a file\n\n{}", table(&schema, "head", head, &places, &mut missing));
    let steps = schema["$defs"]["Step"]["properties"].as_object().expect("an object");
    let (beside, operations): (Vec<_>, Vec<_>) =
        steps.iter().partition(|(name, _)| BESIDE.contains(&name.as_str()));
    let _ = writeln!(text, "\n## Beside an operation\n");
    let beside: serde_json::Map<_, _> =
        beside.into_iter().map(|(name, of)| (name.clone(), of.clone())).collect();
    text += &table(&schema, "Step", &beside, &places, &mut missing);
    let sign = properties(&schema, &schema["$defs"]["Sign"]).expect("it has properties");
    let _ = write!(text, "\n### sign\n\n{}", table(&schema, "sign", sign, &places, &mut missing));
    let _ = writeln!(text, "\n## Operations");
    for (name, of) in operations {
        let about = of["description"].as_str().unwrap_or_default();
        let _ = write!(text, "\n### {name}\n\n{}\n\n", about.trim());
        match properties(&schema, of).filter(|words| !words.is_empty()) {
            Some(words) => text += &table(&schema, name, words, &places, &mut missing),
            None => text += &bare(name, &places),
        }
    }
    let claims = schema["$defs"]["Claims"]["properties"].as_object().expect("an object");
    let _ = write!(text, "\n## Claims\n\n{}", table(&schema, "Claims", claims, &places, &mut missing));
    let outcome = schema["$defs"]["Outcome"]["properties"].as_object().expect("an object");
    let own: serde_json::Map<_, _> = outcome
        .iter()
        .filter(|(word, _)| !claims.contains_key(*word))
        .map(|(word, of)| (word.clone(), of.clone()))
        .collect();
    let _ = write!(
        text,
        "\n## Outcomes\n\n{OUTCOMES}\n{}",
        table(&schema, "Outcome", &own, &places, &mut missing)
    );
    (text, missing)
}

/// The words of provider files, with examples from the bundled ones.
fn providers() -> (String, Vec<String>) {
    let schema = provider_schema();
    let mut places = Places::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mock/providers");
    for name in builtin_names() {
        let text = std::fs::read_to_string(folder.join(format!("{name}.yaml"))).expect("it is bundled");
        let file = yaml::parse(&text).expect("it was read before");
        let shown = |word: &str| format!("{word}: {}", flow(file.get(word).unwrap_or(&Yaml::Null)));
        keep(&mut places, "file", &file, &shown, &name);
    }
    let link = |name: &str| format!("../mock/providers/{name}.yaml");
    let mut missing = Vec::new();
    let mut text = PROVIDERS.to_owned();
    let words = schema["properties"].as_object().expect("an object");
    text += &table_with(&schema, "file", words, &places, &mut missing, &link);
    text += "\n## Limits\n\n| limit | values in the bundled files |\n|---|---|\n";
    for limit in LIMITS {
        let loaded = builtin_names().into_iter().filter_map(|name| load(&name).ok());
        let values: std::collections::BTreeSet<Option<u64>> =
            loaded.map(|provider| provider.limit(*limit)).collect();
        let shown = |value: &Option<u64>| value.map_or("none".to_owned(), |value| value.to_string());
        let _ = writeln!(
            text,
            "| `{}` | {} |",
            limit.name(),
            values.iter().map(shown).collect::<Vec<_>>().join(", ")
        );
    }
    text += "\n## Rules\n\n| rule | what it says | values |\n|---|---|---|\n";
    let resolved = |value: &'_ Value| {
        let target = value["$ref"].as_str().or(value["anyOf"][0]["$ref"].as_str()).unwrap_or_default();
        schema["$defs"][target.trim_start_matches("#/$defs/")].clone()
    };
    for (name, rule) in schema["$defs"]["ProviderRules"]["properties"].as_object().expect("an object") {
        let said = resolved(&resolved(rule)["properties"]["value"]);
        let values = said["oneOf"].as_array().into_iter().flatten();
        let values: Vec<String> =
            values.map(|value| format!("`{}`", value["const"].as_str().unwrap_or("?"))).collect();
        let about = rule["description"].as_str().unwrap_or_default();
        let _ = writeln!(text, "| `{name}` | {about} | {} |", values.join(", "));
    }
    text += "\n## Capabilities\n\n| capability | what it is |\n|---|---|\n";
    for (name, about) in CAPABILITIES {
        let _ = writeln!(text, "| `{name}` | {about} |");
    }
    (text, missing)
}

fn hold(path: &str, (reference, missing): (String, Vec<String>)) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&path, &reference).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == reference, "run `MPUSPEC_BLESS=1 cargo test --test it`");
    assert_eq!(missing, Vec::<String>::new(), "nothing uses these");
}

#[test]
fn the_references_have_every_word_with_an_example() {
    hold("docs/cases.md", reference());
    hold("docs/providers.md", providers());
}

#[test]
fn examples_by_hand_can_be_read() {
    for (place, word, line) in BY_HAND {
        let step = match place {
            "head" => "get_object:\n    expect: ok".to_owned(),
            // Only lanes are released after others.
            "Step" if line.starts_with("together") => format!("{line}\n    expect: linearizable"),
            "Step" | "Claims" => {
                format!("get_object:\n    {line}{}", if place == "Step" { "\n    expect: ok" } else { "" })
            }
            _ => format!("{line}\n    expect: ok"),
        };
        let head = if place == "head" { format!("{line}\n") } else { String::new() };
        let text = format!(
            "title: A fact\nlevel: INFO\nsource: [\"https://example.com/\"]\n{head}\nsteps:\n  - put_object: {{ key: src, size: 1KiB, as: whole }}\n  - create_upload:\n  - {step}\n  - get_object: {{ key: src }}\n    expect: {{ etag: whole }}\n"
        );
        let origin = Origin { name: "x.yaml".to_owned(), text };
        let read = mpuspec::internals::case::load_case("x/y", origin);
        let told = |problem: &Problem| problem.placed.message.clone();
        let mistakes: Vec<String> = read.err().iter().flatten().map(told).collect();
        // Nobody uses what is named here.
        let mistakes: Vec<&String> =
            mistakes.iter().filter(|mistake| !mistake.contains("nothing refers to")).collect();
        assert!(mistakes.is_empty(), "{place}.{word}: {mistakes:?}");
    }
}
