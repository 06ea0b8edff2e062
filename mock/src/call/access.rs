//! Who may do what.

use super::Call;
use crate::checks::Check;
use crate::http::S3Error;
use crate::model::{Operation, UploadId};
use crate::policy::{Action, Effect};
use crate::store::{Bucket, Inner};

impl Call<'_> {
    /// Refuses the request if the owner of a bucket is not the one that it states.
    pub(crate) fn check_owner(&self, stated: Option<&str>, bucket: Option<&Bucket>) -> Result<(), S3Error> {
        let number = bucket.map(|bucket| self.service.accounts.number(&bucket.owner));
        // A bucket that is not there is reported as missing.
        match (stated, number) {
            (Some(stated), Some(number)) if number != Some(stated) => Err(S3Error::access_denied()),
            _ => Ok(()),
        }
    }

    /// The bucket of the request, for a principal who may do this with its key.
    pub(crate) fn bucket<'i>(&self, store: &'i mut Inner, action: Action) -> Result<&'i mut Bucket, S3Error> {
        self.bucket_for(store, action, None)
    }

    /// As [`bucket`](Self::bucket); whoever created the upload may do some things by default.
    pub(crate) fn bucket_for<'i>(
        &self,
        store: &'i mut Inner,
        action: Action,
        upload: Option<&UploadId>,
    ) -> Result<&'i mut Bucket, S3Error> {
        let name = self.request.bucket();
        let bucket = store.buckets.get_mut(name).ok_or_else(|| S3Error::no_such_bucket(name))?;
        let initiated = upload.is_some_and(|upload| {
            let upload = bucket.keys.get(self.request.key()).and_then(|state| state.uploads.get(upload));
            upload.is_some_and(|upload| Some(&upload.initiator) == self.principal.as_ref())
        });
        if self.may(bucket, name, self.request.key(), action, initiated) {
            Ok(bucket)
        } else {
            Err(S3Error::access_denied())
        }
    }

    /// Whether the sender may do something to a key.
    pub(crate) fn may(
        &self,
        bucket: &Bucket,
        name: &str,
        key: &str,
        action: Action,
        by_default: bool,
    ) -> bool {
        self.is_allowed(bucket, name, key, action, by_default) || self.checks().forgives(Check::Access)
    }

    fn is_allowed(&self, bucket: &Bucket, name: &str, key: &str, action: Action, by_default: bool) -> bool {
        let owns = Some(&bucket.owner) == self.principal.as_ref();
        if action == Action::Own {
            return owns;
        }
        let resource = match action {
            Action::ListBucket | Action::ListBucketMultipartUploads => name.to_owned(),
            _ => format!("{name}/{key}"),
        };
        let effect =
            bucket.policy.as_ref().and_then(|policy| policy.effect(self.principal(), action, &resource));
        match effect {
            Some(Effect::Deny) => false,
            Some(Effect::Allow) => true,
            None => owns || by_default,
        }
    }
}

/// What a policy has to allow for an operation, and the upload whose initiator may do it anyhow.
pub(super) fn needed(operation: &Operation) -> (Action, Option<&UploadId>) {
    match operation {
        Operation::Create { .. }
        | Operation::BeginPart { .. }
        | Operation::UploadPart { .. }
        | Operation::Complete { .. }
        | Operation::Put { .. } => (Action::PutObject, None),
        Operation::Abort { upload } => (Action::AbortMultipartUpload, Some(upload)),
        Operation::ListParts { upload, .. } => (Action::ListMultipartUploadParts, Some(upload)),
        Operation::ListUploads => (Action::ListBucketMultipartUploads, None),
        Operation::Get | Operation::Head => (Action::GetObject, None),
        Operation::Delete => (Action::DeleteObject, None),
    }
}
