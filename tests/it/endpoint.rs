use std::path::Path;
use std::process::{Command, Output};

use mpuspec_mock::Mock;

use crate::stage::{command, small, stderr};

const LIMITS: [&str; 2] = ["--limit", "min_part_size=2KiB"];

fn mock() -> Mock {
    Mock::builder().provider(small("aws-s3")).start().expect("it starts")
}

fn run(state: &Path, arguments: &[&str], prepare: impl Fn(&mut Command)) -> Output {
    let mut command = command(state);
    command.args(arguments).args(LIMITS);
    prepare(&mut command);
    command.output().expect("it runs")
}

#[test]
fn the_endpoint_comes_from_where_every_tool_of_aws_takes_it() {
    let state = tempfile::tempdir().expect("a folder");
    let (mock, nowhere) = (mock(), "http://127.0.0.1:1");
    let here = mock.endpoint();
    let config = state.path().join("config");
    let write = |text: &str| std::fs::write(&config, text.replace("HERE", &here)).expect("written");
    let simple = ["run", "upload/simple"];
    // Each with what is in the file, in the environment, and who is said to have named the endpoint.
    for (file, variables, origin) in [
        ("", vec![("AWS_ENDPOINT_URL", here.as_str())], "AWS_ENDPOINT_URL"),
        (
            "[default]\nendpoint_url = http://127.0.0.1:1\n",
            vec![("AWS_ENDPOINT_URL", nowhere), ("AWS_ENDPOINT_URL_S3", &here)],
            "AWS_ENDPOINT_URL_S3",
        ),
        ("[default]\nendpoint_url = HERE\n", vec![], "profile default of "),
        (
            "[profile other]\nendpoint_url = http://127.0.0.1:1\nservices = mine\n[services mine]\nsqs =\n  endpoint_url = http://127.0.0.1:1\ns3 =\n  endpoint_url = HERE\n",
            vec![("AWS_PROFILE", "other")],
            "the services section of profile other of ",
        ),
    ] {
        write(file);
        let output = run(state.path(), &simple, |command| {
            command.env("AWS_CONFIG_FILE", &config).envs(variables.clone());
        });
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{origin}: {told}");
        assert!(told.contains(&format!("target  {here}")), "{origin}: {told}");
        assert!(told.contains(&format!("endpoint from {origin}")), "{origin}: {told}");
        assert!(told.contains("provider generic"), "an endpoint is nobody's until somebody says so: {told}");
    }

    let bundled = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = run(state.path(), arguments, |command| {
            command.env("AWS_ENDPOINT_URL", nowhere).envs(variables.iter().copied());
        });
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{told}");
        assert!(told.contains("the bundled mock as Amazon S3") && !told.contains("endpoint from"), "{told}");
    };
    bundled(&["run", "upload/simple", "--mock"], &[]);
    bundled(&simple, &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")]);
    bundled(&["explore", "--mock", "--explore", "2"], &[]);

    // A language of its own has tools of its own.
    let oss = ["run", "upload/simple", "--provider", "alibaba-oss"];
    let output = run(state.path(), &oss, |command| _ = command.env("AWS_ENDPOINT_URL", nowhere));
    assert!(stderr(&output).contains("the bundled mock"), "{}", stderr(&output));

    // What is named on the command line comes before everything.
    let named = ["run", "upload/simple", "--endpoint", &here];
    let output = run(state.path(), &named, |command| _ = command.env("AWS_ENDPOINT_URL", nowhere));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("endpoint from the command line"), "{}", stderr(&output));
}

#[test]
fn what_is_not_on_this_machine_is_as_safe_wherever_it_was_named() {
    let state = tempfile::tempdir().expect("a folder");
    let elsewhere = |arguments: &[&str], url: &str| {
        let output = run(state.path(), arguments, |command| _ = command.env("AWS_ENDPOINT_URL_S3", url));
        (output.status.code(), stderr(&output), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    for command in ["run", "explore"] {
        let (exit, told, _) = elsewhere(&[command], "http://s3.example.invalid");
        assert_eq!(exit, Some(2), "{told}");
        for word in ["AWS_ENDPOINT_URL_S3", "--bucket", "--create-bucket", "--mock"] {
            assert!(told.contains(word), "{word}: {told}");
        }
    }
    let dry = ["run", "--bucket", "b", "--dry-run"];
    let (exit, told, plan) = elsewhere(&dry, "http://s3.example.invalid");
    assert_eq!(exit, Some(0), "{told}");
    assert!(plan.starts_with("plan ") && plan.contains("(at most 6000)"), "{plan}");

    for (url, message) in [("ftp://x", "http://HOST:PORT"), ("http://u:p@x", "do not belong into a URL")] {
        let (exit, told, _) = elsewhere(&["run"], url);
        assert_eq!(exit, Some(2), "{told}");
        assert!(told.contains("AWS_ENDPOINT_URL_S3") && told.contains(message), "{told}");
        assert!(!told.contains("u:p"), "{told}");
    }
}
