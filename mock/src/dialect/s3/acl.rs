//! ACLs of S3: what the headers of a creation say, and how it is shown.

use super::ACL;
use crate::http::{S3Error, Xml};
use crate::model::Meta;

/// The canned ACLs of S3.
const CANNED: &[&str] = &[
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
];

/// The headers that grant something, with what each grants.
const GRANTS: &[(&str, &str)] = &[
    ("x-amz-grant-full-control", "FULL_CONTROL"),
    ("x-amz-grant-read", "READ"),
    ("x-amz-grant-read-acp", "READ_ACP"),
    ("x-amz-grant-write-acp", "WRITE_ACP"),
];

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// Whether a header belongs to an ACL.
pub(super) fn is_header(name: &str) -> bool {
    name == ACL || GRANTS.iter().any(|(grant, _)| *grant == name)
}

/// Refuses headers that are no ACL.
pub(super) fn check(meta: &Meta) -> Result<(), S3Error> {
    let canned = meta.get(ACL);
    let granted = meta.iter().filter(|(header, _)| is_header(header) && *header != ACL);
    let mut any = false;
    for (name, grantees) in granted {
        any = true;
        for (kind, value) in read(grantees) {
            match kind {
                "id" | "uri" => {}
                "emailAddress" => {
                    return Err(S3Error::new(
                        "MethodNotAllowed",
                        "Grants by e-mail address are no longer taken.",
                    ));
                }
                _ => return Err(S3Error::invalid_argument("Argument format not recognized", name, value)),
            }
        }
    }
    match canned {
        Some(_) if any => Err(S3Error::new(
            "InvalidRequest",
            "Specifying both Canned ACLs and Header Grants is not allowed",
        )),
        Some(acl) if !CANNED.contains(&acl.as_str()) => {
            Err(S3Error::invalid_argument("There is no such ACL.", ACL, acl))
        }
        _ => Ok(()),
    }
}

/// The grantees in `id="…", uri="…"`.
fn read(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(',').map(|grantee| {
        let (kind, value) = grantee.trim().split_once('=').unwrap_or((grantee, ""));
        (kind, value.trim_matches('"'))
    })
}

/// Writes the grants.
pub(super) fn write(xml: &mut Xml, owner: &str, meta: &Meta) {
    xml.owner(owner);
    xml.nest("AccessControlList", |xml| {
        let mut granted = false;
        for (name, permission) in GRANTS {
            for (kind, value) in meta.get(*name).into_iter().flat_map(|header| read(header)) {
                granted = true;
                grant(xml, kind, value, permission);
            }
        }
        if !granted {
            grant(xml, "id", owner, "FULL_CONTROL");
        }
        let groups: &[(&str, &str)] = match meta.get(ACL).map(String::as_str) {
            Some("public-read") => &[(ALL_USERS, "READ")],
            Some("public-read-write") => &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")],
            Some("authenticated-read") => &[(AUTHENTICATED, "READ")],
            _ => &[],
        };
        for (uri, permission) in groups {
            grant(xml, "uri", uri, permission);
        }
    });
}

fn grant(xml: &mut Xml, kind: &str, value: &str, permission: &str) {
    xml.nest("Grant", |xml| {
        let (of_type, element) = if kind == "uri" { ("Group", "URI") } else { ("CanonicalUser", "ID") };
        xml.grantee(of_type, element, value);
        xml.text("Permission", permission);
    });
}
