use mpuspec::internals::report::{Report, Verdict, to_json};
use mpuspec_mock::Mock;

use crate::stage::{mpuspec, run, small};

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_is_told_and_what_broke_ends_with_1() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let save = |name: &str, report: &Report| {
        std::fs::write(path(name), to_json(report)).expect("it can be written");
        path(name)
    };
    let mock = Mock::builder().provider(small("aws-s3")).start().expect("it starts");
    let old = run(&mock.endpoint(), small("aws-s3"), &["abort/*", "complete/*"]).await;
    let mut new = old.clone();
    let at = |report: &Report, id: &str| report.cases.iter().position(|row| row.id == id).expect("a row");
    let broken = at(&new, "abort/repeated");
    new.cases[broken].verdict = Verdict::Fail;
    new.cases[broken].reason = Some("expected 204, got 500".to_owned());
    new.cases[broken].digest = Some("other".to_owned());
    let changed = at(&new, "abort/after-complete");
    new.cases[changed].observed.insert("abort-after-complete".to_owned(), "ignored".to_owned());
    let gone = at(&new, "complete/part-too-small");
    new.cases.remove(gone);
    let (old_file, new_file) = (save("old.json", &old), save("new.json", &new));

    let output = mpuspec(&["diff", &old_file, &new_file, "--md", &path("d.md"), "--json", &path("d.json")]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    for line in [
        "  broken 1",
        "         MUST   abort/repeated   pass -> fail   (the case was changed)   expected 204, got 500",
        "   fixed 0",
        " changed 1",
        "    gone 1",
    ] {
        assert!(told.lines().any(|known| known == line), "{line}\n{told}");
    }
    assert!(told.contains("abort-after-complete: refused -> ignored"), "{told}");
    let markdown = std::fs::read_to_string(path("d.md")).expect("it was written");
    assert!(markdown.starts_with("**something broke**: 1 broken, 0 fixed, 1 changed, 0 new, 1 gone, "));
    let json = std::fs::read_to_string(path("d.json")).expect("it was written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["broken"][0]["name"], "abort/repeated");
    assert_eq!(json["broken"][0]["new"], "fail");

    // The other way about, it is mended; and nothing changed from itself.
    assert_eq!(mpuspec(&["diff", &new_file, &old_file]).status.code(), Some(0));
    let same = mpuspec(&["diff", &old_file, &old_file]);
    assert_eq!(same.status.code(), Some(0));
    let told = String::from_utf8_lossy(&same.stdout).into_owned();
    assert!(told.contains(&format!("    same {}", old.cases.len())), "{told}");
}
