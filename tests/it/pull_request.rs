use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;

use crate::stage::command;

/// What is read of the workflow.
#[derive(Deserialize)]
struct Workflow {
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
struct Job {
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    name: Option<String>,
    run: Option<String>,
}

/// What a branch got of the workflow.
struct Outcome {
    exit: Option<i32>,
    /// The annotations, with their line ends.
    annotations: String,
    summary: String,
}

fn demonstration() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/demonstration")
}

/// The store of a branch, as long as its steps run.
struct Checkout(tempfile::TempDir);

impl Checkout {
    fn of_branch(change: &str) -> Self {
        let checkout = Self(tempfile::tempdir().expect("a folder"));
        for name in ["known.yaml", "start-store"] {
            std::fs::copy(demonstration().join(name), checkout.0.path().join(name)).expect("copied");
        }
        let started = checkout.step("./start-store", &[("PORT", "0"), ("CHANGE", change)]);
        assert!(started.status.success(), "{started:?}");
        checkout
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap_or_default()
    }

    /// Runs a step as a runner of GitHub does.
    fn step(&self, run: &str, env: &[(&str, &str)]) -> Output {
        let folder = self.0.path();
        let mpuspec = Path::new(env!("CARGO_BIN_EXE_mpuspec")).parent().expect("a folder");
        let path = format!("{}:{}", mpuspec.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = Command::new("bash");
        // What surrounds the binary in other tests surrounds it here.
        for (name, value) in command(folder).get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.args(["-e", "-c", run]).current_dir(folder).env("PATH", path).envs(env.iter().copied());
        shell.output().expect("there is a bash")
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let pid = self.read("store.pid");
        _ = Command::new("kill").arg(pid.trim()).status();
    }
}

/// Follows the workflow on a branch whose store has changed.
fn follow(change: &str) -> Outcome {
    let text = std::fs::read_to_string(demonstration().join("storage.yml")).expect("the workflow");
    let value = mpuspec_mock::yaml::parse(&text).expect("it is YAML");
    let workflow = mpuspec_mock::yaml::decode(value, &mpuspec_mock::yaml::Path::root());
    let Ok(Workflow { jobs }) = workflow else { panic!("the shape of a workflow") };
    let steps = jobs.into_values().flat_map(|job| job.steps);
    let run =
        steps.filter(|step| step.name.as_deref() == Some("multipart uploads")).find_map(|step| step.run);

    let checkout = Checkout::of_branch(change);
    let log = checkout.read("store.log");
    let endpoint = log.lines().find_map(|line| line.strip_prefix("listening on ")).expect("it listens");
    let summary = checkout.0.path().join("summary.md");
    let env = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_STEP_SUMMARY", summary.to_str().expect("a path")),
    ];
    let output = checkout.step(&run.expect("the step"), &env);
    for written in ["mpuspec.html", "mpuspec.xml"] {
        assert!(!checkout.read(written).is_empty(), "{written}: {output:?}");
    }
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let annotations = told.lines().filter(|line| line.starts_with("::")).map(|line| format!("{line}\n"));
    let annotations: String = annotations.collect();
    Outcome {
        exit: output.status.code(),
        annotations: annotations.replace(endpoint, "http://127.0.0.1:9000"),
        summary: std::fs::read_to_string(&summary).expect("the summary of the step"),
    }
}

/// What the summary begins with: the causes. Behind it come time and evidence, which change from run to run.
fn head(summary: &str) -> &str {
    summary.split("mpuspec 0.").next().unwrap_or_default()
}

#[test]
fn a_pull_request_is_green_with_what_is_known_and_red_with_one_new_cause() {
    let green = follow("");
    assert_eq!(green.exit, Some(0), "{}", green.summary);
    assert_eq!(green.annotations, "", "nothing is new");

    let red = follow("--defect abort-deletes-object");
    let files = demonstration().join("pull-request");
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::create_dir_all(&files).expect("a folder");
        std::fs::write(files.join("annotations.txt"), &red.annotations).expect("written");
        std::fs::write(files.join("summary.md"), head(&red.summary)).expect("written");
    }
    assert_eq!(red.exit, Some(1), "{}", red.summary);
    assert_eq!(red.annotations.lines().count(), 1, "one cause is new: {}", red.annotations);
    let read = |name: &str| std::fs::read_to_string(files.join(name)).expect("it is committed");
    assert_eq!(red.annotations, read("annotations.txt"));
    assert_eq!(head(&red.summary), read("summary.md"));
    let told_in_full = red.summary.matches("\n### MUST ").count();
    assert_eq!(told_in_full, 1, "it shows in one row: {}", red.summary);
}
