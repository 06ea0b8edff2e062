//! The bucket of a run: that it can be used, and that using it harms nobody.

use super::RunError;
use crate::operation::create_bucket::CreateBucketRequest;
use crate::operation::get_bucket_info::GetBucketInfoRequest;
use crate::operation::get_bucket_versioning::GetBucketVersioningRequest;
use crate::operation::get_object_lock_configuration::GetObjectLockConfigurationRequest;
use crate::operation::head_bucket::HeadBucketRequest;
use crate::operation::list_object_versions::ListObjectVersionsRequest;
use crate::wire::dialect::Dialect;
use crate::wire::{Answer, Client, Log, Trouble, TroubleKind};

/// Which bucket a run uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BucketChoice {
    /// One that is there.
    Existing,
    /// One that the run makes, and removes again.
    Create,
}

/// Why a bucket cannot be used.
pub struct Unopened {
    /// In words.
    pub error: RunError,
    /// Whether its creation may have happened although no success was answered.
    pub may_be_there: bool,
}

impl From<RunError> for Unopened {
    fn from(error: RunError) -> Self {
        Self { error, may_be_there: false }
    }
}

/// Makes or checks the bucket. Gives what the server calls itself, and whether versions have to be removed.
pub async fn open_bucket(
    client: &Client,
    choice: &BucketChoice,
    allow_versioned: bool,
) -> Result<(String, bool), Unopened> {
    match choice {
        BucketChoice::Create => create(client).await,
        BucketChoice::Existing => Ok(look_at(client, allow_versioned).await?),
    }
}

async fn create(client: &Client) -> Result<(String, bool), Unopened> {
    // OSS takes the region from the host name, and S3's first region goes without saying.
    let told = client.target.dialect == Dialect::S3 && client.target.region != "us-east-1";
    let region = told.then(|| client.target.region.clone());
    let created = client.call(&CreateBucketRequest { region }, &Log::default()).await;
    let answer = created.map_err(|trouble| Unopened {
        error: unreachable(client, &trouble),
        may_be_there: trouble.is_of_the_server(),
    })?;
    if !answer.is_ok() {
        let what = format!("creating the bucket {}", client.target.bucket);
        return Err(Unopened { error: refused(client, &answer, &what), may_be_there: answer.status >= 500 });
    }
    Ok((server(&answer), false))
}

/// What the server calls itself.
fn server(answer: &Answer) -> String {
    answer.header("server").unwrap_or_default().to_owned()
}

async fn look_at(client: &Client, allow_versioned: bool) -> Result<(String, bool), RunError> {
    let log = Log::default().insisting();
    let bucket = &client.target.bucket;
    let answer = probe(client, &log).await.map_err(|trouble| unreachable(client, &trouble))?;
    match answer.status {
        200..300 => {}
        404 => {
            return Err(RunError(format!(
                "there is no bucket {bucket} at {}; name another with --bucket, or let the run make one with --create-bucket",
                client.target.endpoint
            )));
        }
        // An answer to HEAD has no body: the refusal is asked for with a call that has one.
        _ => {
            let told =
                client.call(&GetBucketVersioningRequest, &log).await.map_err(|t| unreachable(client, &t))?;
            return Err(refused(
                client,
                if told.is_ok() { &answer } else { &told },
                &format!("looking at the bucket {bucket}"),
            ));
        }
    }
    let versioned = check_versions(client, &log, allow_versioned).await?;
    check_lock(client, &log).await?;
    Ok((server(&answer), versioned))
}

/// Asks whether the bucket is there.
pub(super) async fn probe(client: &Client, log: &Log) -> Result<Answer, Trouble> {
    match client.target.dialect {
        Dialect::S3 => client.call(&HeadBucketRequest, log).await,
        Dialect::Oss => client.call(&GetBucketInfoRequest, log).await,
    }
}

async fn check_versions(client: &Client, log: &Log, allowed: bool) -> Result<bool, RunError> {
    let bucket = &client.target.bucket;
    let answer = client.call(&GetBucketVersioningRequest, log).await;
    let state = match &answer {
        Ok(answer) if answer.is_ok() => answer.field("Status").unwrap_or_default(),
        Ok(answer) if answer.status == 403 => {
            if allowed {
                return Ok(false);
            }
            return Err(RunError(format!(
                "whether the bucket {bucket} keeps versions cannot be told ({}); grant s3:GetBucketVersioning, or say --allow-versioned if leftover versions are no harm",
                answer.summary()
            )));
        }
        // A server that does not know versions keeps none.
        _ => "",
    };
    if state.is_empty() {
        return Ok(false);
    }
    if !allowed {
        return Err(RunError(format!(
            "the bucket {bucket} has versioning {state}: what the run deletes would stay as versions. Use another bucket, or --allow-versioned to have the versions of its own keys deleted too"
        )));
    }
    let listed = client.call(&ListObjectVersionsRequest { prefix: "mpuspec/".to_owned() }, log).await;
    match listed {
        Ok(answer) if answer.is_ok() => Ok(true),
        Ok(answer) => Err(RunError(format!(
            "the bucket {bucket} has versioning {state}, and its versions cannot be listed ({}), so they could not be removed",
            answer.summary()
        ))),
        Err(trouble) => Err(RunError(format!("listing the versions of {bucket}: {trouble}"))),
    }
}

async fn check_lock(client: &Client, log: &Log) -> Result<(), RunError> {
    let answer = client.call(&GetObjectLockConfigurationRequest, log).await;
    match answer {
        Ok(answer) if locks(&answer) => Err(RunError(format!(
            "the bucket {} has object lock: what the run makes could not be deleted. Use another bucket",
            client.target.bucket
        ))),
        _ => Ok(()),
    }
}

/// S3 locks objects; OSS keeps them by a policy that is in progress or locked.
fn locks(answer: &Answer) -> bool {
    answer.field("ObjectLockEnabled") == Some("Enabled")
        || answer.root.as_deref() == Some("WormConfiguration") && answer.field("State").is_some()
}

/// What a refusal before the run means, and what to do.
pub(super) fn refused(client: &Client, answer: &Answer, what: &str) -> RunError {
    let endpoint = &client.target.endpoint;
    let region = &client.target.region;
    let told = answer.summary();
    let [key, secret, of_region] = match client.target.dialect {
        Dialect::S3 => ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"],
        Dialect::Oss => ["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_REGION"],
    };
    let message = match answer.code().as_str() {
        "InvalidAccessKeyId" => {
            format!("the access key is unknown there; check {key} or AWS_PROFILE")
        }
        "SignatureDoesNotMatch" => format!(
            "the signature does not fit; check {secret}, and the region ({region}; --region or {of_region}){}",
            other_dialect(client)
        ),
        "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" | "InvalidRegion" => {
            format!("the server wants another region than {region}: {}; set --region", message_of(answer))
        }
        "RequestTimeTooSkewed" => "the clocks differ by more than 15 minutes".to_owned(),
        "BucketAlreadyExists" | "BucketAlreadyOwnedByYou" => "choose another with --bucket".to_owned(),
        _ if answer.status == 403 => {
            format!("the credentials do not permit it{}", other_dialect(client))
        }
        _ => format!("{}{}", message_of(answer), other_dialect(client)),
    };
    let skew = skew(answer).map_or_else(String::new, |skew| format!(" (clock skew by its Date: {skew} s)"));
    RunError(client.redactor.clean(&format!("{what} at {endpoint} was answered {told}: {message}{skew}")))
}

/// What may be wrong where nothing is taken at all.
fn other_dialect(client: &Client) -> &'static str {
    match client.target.dialect {
        Dialect::S3 => "; if the endpoint speaks the API of OSS, name a provider that does",
        Dialect::Oss => "; if the endpoint speaks the API of S3, name a provider that does",
    }
}

fn message_of(answer: &Answer) -> String {
    answer.refusal.as_ref().map(|refusal| refusal.message.clone()).unwrap_or_default()
}

/// How far the server's clock is ahead, where that is worth telling.
fn skew(answer: &Answer) -> Option<i64> {
    if answer.status != 403 {
        return None;
    }
    let date = answer.header("date")?;
    let theirs = jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second();
    Some(theirs - jiff::Timestamp::now().as_second())
}

/// What trouble before the run means, and what to do.
pub(super) fn unreachable(client: &Client, trouble: &Trouble) -> RunError {
    let endpoint = &client.target.endpoint;
    let advice = match trouble.kind {
        TroubleKind::Unreachable if endpoint.scheme() == "https" => {
            "check host and port; for a certificate of your own set --ca-file, or --insecure"
        }
        TroubleKind::Unreachable => "check host and port, and that the server runs",
        TroubleKind::Timeout => {
            "the server took the connection and did not answer; --timeout raises the limit"
        }
        _ => "what answers there does not speak S3; check host, port and http or https",
    };
    RunError(format!("{endpoint} cannot be used: {trouble}; {advice}"))
}
