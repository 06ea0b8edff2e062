//! How an answer shows that a capability is there, or that it is not.

use super::super::plan::ANY_PREFIX;
use crate::case::Step;
use crate::operation::Shown;
use crate::wire::Answer;

/// Returns whether an answer says that the server does not have a capability.
pub(super) fn is_refused_as_absent(capability: Option<&str>, answer: &Answer) -> bool {
    let code = answer.code();
    answer.is_not_implemented()
        || match capability {
            Some("storage_classes") => code == "InvalidStorageClass",
            // The server has no ACLs, or the bucket does not take any.
            Some("acl") => code == "AccessControlListNotSupported",
            Some(ANY_PREFIX) => answer.refusal.is_some(),
            _ => false,
        }
}

/// What a success says of a capability, by the operation that asked for it.
fn shown(capability: &str, step: &Step, answer: &Answer) -> Shown {
    step.action.arguments().map_or(Shown::Yes, |arguments| arguments.shows(capability, answer))
}

/// Whether a server passed over what asked for a capability: a success that shows no trace of it.
pub(super) fn passed_over(capability: Option<&str>, step: &Step, answer: &Answer) -> bool {
    let Some(name) = capability.filter(|_| answer.is_ok()) else { return false };
    match name {
        "get_by_part_number" => answer.status == 200 && answer.header("x-amz-mp-parts-count").is_none(),
        // A header or a scope that does not count refuses nothing. Conditions are no such case: who
        // passes over If-None-Match overwrites an object without a word.
        "object_size" | "regions" => step.is_refusal_due(),
        ANY_PREFIX => answer.uploads.as_ref().is_none_or(Vec::is_empty),
        name if name.starts_with("checksum_") => !answer.bears_checksums(),
        name => shown(name, step, answer) == Shown::PassedOver,
    }
}

/// Returns whether an answer shows that the server has what a step asks for.
pub(super) fn is_shown(capability: &str, step: &Step, answer: &Answer) -> bool {
    // A right size is taken by a server that does not look at it, too.
    answer.is_ok()
        && capability != "object_size"
        && shown(capability, step, answer) == Shown::Yes
        && !passed_over(Some(capability), step, answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Refusal;

    fn refused(status: u16, code: &str) -> Answer {
        let refusal = Refusal { code: Some(code.to_owned()), message: String::new(), inside_ok: false };
        Answer { status, refusal: Some(refusal), ..Answer::default() }
    }

    #[test]
    fn an_answer_shows_that_a_capability_is_absent() {
        let class = refused(400, "InvalidStorageClass");
        assert!(is_refused_as_absent(Some("storage_classes"), &class));
        assert!(!is_refused_as_absent(None, &class));
        assert!(is_refused_as_absent(Some("acl"), &refused(400, "AccessControlListNotSupported")));
        assert!(is_refused_as_absent(Some("object_size"), &refused(501, "NotImplemented")));
        assert!(!is_refused_as_absent(Some("object_size"), &refused(400, "InvalidRequest")));
    }

    #[test]
    fn a_class_is_shown_by_the_object_alone() {
        let created = Step::of_text("create_upload: { storage_class: STANDARD_IA }");
        let read = Step::of_text("head_object:\n    expect: { storage_class: STANDARD_IA }");
        let without = Answer { status: 200, ..Answer::default() };
        assert!(!is_shown("storage_classes", &created, &without));
        assert!(passed_over(Some("storage_classes"), &read, &without));
        let header = ("x-amz-storage-class".to_owned(), "STANDARD_IA".to_owned());
        let with = Answer { status: 200, headers: vec![header], ..Answer::default() };
        assert!(is_shown("storage_classes", &read, &with));
    }

    #[test]
    fn what_is_passed_over_refuses_nothing() {
        let answer = Answer { status: 200, ..Answer::default() };
        let region = Step::of_text(
            "create_upload:\n    sign: { region: wrong }\n    expect: { refused: AccessDenied }",
        );
        assert!(passed_over(Some("regions"), &region, &answer));
        assert!(!passed_over(Some("regions"), &region, &refused(403, "AccessDenied")));
        let read = Step::of_text("get_object_acl:\n    expect: { acl: [owner FULL_CONTROL] }");
        let granted = |to: &str| Answer { acl: Some(vec![format!("{to} FULL_CONTROL")]), ..answer.clone() };
        assert!(passed_over(Some("acl"), &read, &granted("nobody")));
        assert!(!passed_over(Some("acl"), &read, &granted("owner")));
        // An object that was overwritten is never passed over.
        assert!(!passed_over(Some("if_match"), &region, &answer));
    }
}
