//! The operations, one file each: from a request to an event of the model, and back to an answer.

mod abort_multipart_upload;
mod acl;
mod bucket_policy;
mod call_back;
mod complete_multipart_upload;
mod conditions;
mod copy_object;
mod copy_source;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_object_tagging;
mod delete_objects;
mod encryption;
mod get_bucket_acl;
mod get_bucket_info;
mod get_bucket_location;
mod get_bucket_versioning;
mod get_object;
mod get_object_acl;
mod get_object_attributes;
mod get_object_lock_configuration;
mod get_object_meta;
mod get_object_tagging;
mod head_bucket;
mod headers;
pub(crate) mod left_out;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod metadata;
mod put_object;
mod put_object_acl;
mod put_object_tagging;
mod route;
mod settings;
mod unsettled;
mod upload_part;
mod upload_part_copy;
mod versions;

use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;

use crate::defects::{Defect, Defects};
use crate::http::{
    Answer, Payload, Received, Request, S3Error, Unchecked, Xml, checksum, iso8601, receive, receive_small,
};
use crate::model::{
    self, Algorithm, Event, Given, KeyState, Meta, Operation, Refusal, Rules, Time, Upload, UploadId,
};
use crate::policy::{Action, Effect};
use crate::provider::{CAPABILITIES, Dialect, Provider, Support};
use crate::store::{Bucket, Inner, Store};

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) rules: Rules,
    /// The mistakes that it makes.
    pub(crate) defects: Defects,
    pub(crate) provider: Provider,
    pub(crate) region: String,
    /// `http` or `https`, for the location of objects.
    pub(crate) scheme: &'static str,
    /// How long a callback server may take.
    pub(crate) callback_timeout: Duration,
}

impl Service {
    /// Whether the provider is known not to have a capability.
    pub(crate) fn lacks(&self, capability: &str) -> bool {
        self.provider.support(capability) == Support::No
    }

    /// What becomes of the store when the server falls: nothing, unless it is to lose something.
    pub(crate) fn fall(&self) {
        unsettled::fall(&mut self.store.lock(), &self.defects);
    }
}

/// A request whose sender is known.
pub(crate) struct Call<'s> {
    pub(crate) service: &'s Service,
    pub(crate) request: Request,
    /// The access key; `None` for a request that is not signed.
    pub(crate) principal: Option<String>,
    pub(crate) payload: Option<Payload>,
    pub(crate) body: Option<&'s mut Incoming>,
}

pub(crate) use settings::Settings;
pub(crate) use unsettled::PutOff;

/// What a request that is not signed is told as.
const ANONYMOUS: &str = "anonymous";

impl<'s> Call<'s> {
    /// Finds the operation and carries it out.
    pub(crate) async fn answer(self) -> Result<Answer, S3Error> {
        let (defects, operation) = (&self.service.defects, left_out::operation(&self));
        if left_out::is_absent(defects, operation) {
            return Err(S3Error::not_implemented(operation));
        }
        let id = self.request.query("uploadId").unwrap_or_default();
        let is_empty = id.is_empty() && self.request.has_query("uploadId");
        if (self.has(Defect::FailOnMalformedIds) && id.bytes().any(|byte| !byte.is_ascii_hexdigit()))
            || (self.has(Defect::FailOnEmptyIds) && is_empty)
        {
            return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
        }
        let answer = route::route(self).await?;
        Ok(left_out::change(defects, operation, answer))
    }

    fn dialect(&self) -> Dialect {
        self.request.dialect
    }

    fn is_oss(&self) -> bool {
        self.dialect() == Dialect::Oss
    }

    /// 200 with a result document.
    fn result(&self, root: &str, content: impl FnOnce(&mut Xml)) -> Answer {
        Answer::xml(Xml::document(self.dialect(), root, content))
    }

    /// Returns a time as documents show it: with thousandths of a second that are always zero.
    fn time(&self, time: Time) -> String {
        iso8601(Time(time.0 - time.0 % 1_000_000))
    }

    fn has(&self, defect: Defect) -> bool {
        self.service.defects.has(defect)
    }

    fn principal(&self) -> &str {
        self.principal.as_deref().unwrap_or(ANONYMOUS)
    }

    /// The bucket of the request, for a principal who may do this with its key.
    fn bucket<'i>(&self, store: &'i mut Inner, action: Action) -> Result<&'i mut Bucket, S3Error> {
        self.bucket_for(store, action, None)
    }

    /// As [`bucket`](Self::bucket); whoever created the upload may do some things by default.
    fn bucket_for<'i>(
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
    fn may(&self, bucket: &Bucket, name: &str, key: &str, action: Action, by_default: bool) -> bool {
        if self.has(Defect::IgnoreOwners) {
            return true;
        }
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

    /// Hands an operation on the key of the request to the model.
    fn apply(&self, operation: Operation) -> Result<model::Answer, S3Error> {
        self.apply_if(operation, |_| Ok(()))
    }

    /// As [`apply`](Self::apply), if what is under the key fits. Nothing comes between the two.
    fn apply_if(
        &self,
        operation: Operation,
        fits: impl FnOnce(&KeyState) -> Result<(), S3Error>,
    ) -> Result<model::Answer, S3Error> {
        let mut store = self.service.store.lock();
        unsettled::settle(&mut store);
        let at = store.now();
        let key = self.request.key();
        let (action, upload) = needed(&operation);
        let bucket = self.bucket_for(&mut store, action, upload)?;
        self.check_key(key)?;
        let owner = self.key_of_upload(bucket, &operation).unwrap_or_else(|| key.to_owned());
        let id = UploadId(match self.dialect() {
            // Ids that sort by time let an id serve as marker in a listing that is sorted by time.
            Dialect::S3 => uuid::Uuid::now_v7().simple().to_string(),
            // Those of OSS do not, so that a listing by time is not taken for one by ids.
            Dialect::Oss => format!("{:X}", uuid::Uuid::new_v4().simple()),
        });
        let event = Event { operation, given: Given { id: Some(id), at, etag: None } };
        fits(bucket.keys.get(&owner).unwrap_or(&KeyState::default()))?;
        let state = bucket.keys.entry(owner).or_default();
        let answer = self.service.defects.apply(state, &self.service.rules, &event);
        if *state == KeyState::default() {
            bucket.keys.remove(key);
        }
        match answer {
            model::Answer::Refused(refusal) => {
                let bare =
                    matches!(refusal, Refusal::TooSmall { .. }) && self.has(Defect::OmitSmallPartDetails);
                let error = S3Error::refused(refusal, key, self.dialect());
                Err(if bare { error.bare() } else { error })
            }
            answer => Ok(answer),
        }
    }

    /// Refuses names that no key can have.
    fn check_key(&self, key: &str) -> Result<(), S3Error> {
        if let Some(most) = self.service.rules.limits.max_key_bytes {
            let allowed = if self.has(Defect::AcceptLongKeys) { u64::MAX } else { most };
            if key.len() as u64 > allowed - u64::from(self.has(Defect::RefuseLongKeys)) {
                return Err(S3Error::new("KeyTooLongError", "Your key is too long")
                    .with("Size", key.len())
                    .with("MaxSizeAllowed", most));
            }
        }
        let refused = self.service.provider.refused_key_starts.as_ref();
        let starts = refused.is_some_and(|starts| key.starts_with(starts.values.as_slice()));
        if starts && !self.has(Defect::TakeAnyKeyStart) {
            let message = "The specified object name is not valid.";
            return Err(S3Error::new("InvalidObjectName", message).with("ObjectName", key));
        }
        Ok(())
    }

    /// With the defect that shares upload ids between keys: the key that the upload really belongs to.
    fn key_of_upload(&self, bucket: &Bucket, operation: &Operation) -> Option<String> {
        if !self.has(Defect::ShareUploadIds) {
            return None;
        }
        let (Operation::BeginPart { upload, .. }
        | Operation::UploadPart { upload, .. }
        | Operation::Complete { upload, .. }
        | Operation::Abort { upload }
        | Operation::ListParts { upload, .. }) = operation
        else {
            return None;
        };
        bucket.keys.iter().find(|(_, state)| state.uploads.contains_key(upload)).map(|(key, _)| key.clone())
    }

    /// Changes the metadata of the object, for its bucket's owner.
    fn change_meta(&self, change: impl FnOnce(&mut Meta)) -> Result<(), S3Error> {
        let mut store = self.service.store.lock();
        let bucket = self.bucket(&mut store, Action::PutObject)?;
        if let Some(object) = bucket.keys.get_mut(self.request.key()).and_then(|state| state.object.as_mut())
        {
            change(&mut object.meta);
        }
        Ok(())
    }

    /// Looks at the key of the request, if there is something under it.
    fn look<T>(&self, at: impl FnOnce(&KeyState) -> T) -> Option<T> {
        let store = self.service.store.lock();
        Some(at(store.buckets.get(self.request.bucket())?.keys.get(self.request.key())?))
    }

    /// Changes what is under the key of the request, past the model: deliberate mistakes do.
    fn change<T>(&self, change: impl FnOnce(&mut KeyState) -> T) -> Option<T> {
        let mut store = self.service.store.lock();
        Some(change(store.buckets.get_mut(self.request.bucket())?.keys.get_mut(self.request.key())?))
    }

    /// Whether an upload of the key is in progress and is so.
    fn upload_is(&self, upload: &UploadId, fits: impl FnOnce(&Upload) -> bool) -> bool {
        self.look(|state| state.uploads.get(upload).is_some_and(fits)).unwrap_or_default()
    }

    /// Whether an upload of the key has ended.
    fn ended(&self, upload: &UploadId) -> bool {
        self.look(|state| state.ended.contains_key(upload)).unwrap_or_default()
    }

    /// A number in the query.
    fn count(&self, name: &str) -> Result<Option<u32>, S3Error> {
        let asked = self.request.query(name).and_then(|text| text.parse::<u64>().ok());
        if asked > Some(1_000_000) && self.has(Defect::LargestPagesFail) {
            return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
        }
        match self.request.count(name) {
            Err(_) if self.has(Defect::IgnoreBrokenNumbers) => Ok(None),
            Ok(Some(0)) if self.has(Defect::TakeZeroForDefault) => Ok(None),
            Ok(Some(1_001..)) if self.has(Defect::RefuseLargePages) => {
                Err(S3Error::invalid_argument("The page is too large", name, "beyond the largest"))
            }
            count => count,
        }
    }

    fn upload(&self) -> UploadId {
        UploadId(self.request.query("uploadId").unwrap_or_default().to_owned())
    }

    /// The number in the query, as far as it is one.
    fn part_number(&self) -> Result<i64, S3Error> {
        let text = self.request.query("partNumber").unwrap_or_default();
        let number = text.parse::<i64>();
        if self.has(Defect::TakeBrokenPartNumbers) && number.as_ref().map_or(true, |number| *number < 0) {
            return Ok(1);
        }
        number.map_err(|_| {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            let name = self.dialect().part_number_argument();
            S3Error::invalid_argument(message, name, text).ec("0017-00000220")
        })
    }

    /// The body of an object or a part, with its checksum by the wanted algorithm.
    async fn content(&mut self, wanted: Algorithm) -> Result<Received, S3Error> {
        let unchecked = Unchecked {
            md5: self.has(Defect::IgnoreContentMd5),
            malformed_md5: self.has(Defect::PassOverMalformedMd5),
            checksum: self.has(Defect::IgnorePartChecksum),
            sha256: self.has(Defect::IgnoreContentSha256),
            cut: self.has(Defect::StoreCutBodies),
            frame: self.has(Defect::StoreFrames),
            length: self.has(Defect::IgnoreDecodedLength),
            no_checksums: self.ignores_checksums(),
        };
        let (body, payload) = self.take_body()?;
        receive(&self.request, payload, body, wanted, unchecked).await
    }

    /// The document of a request.
    async fn document(&mut self) -> Result<Bytes, S3Error> {
        let md5 = self.has(Defect::IgnoreContentMd5) || self.has(Defect::IgnoreContentMd5OfCompletion);
        let (body, payload) = self.take_body()?;
        let sha256 = self.has(Defect::IgnoreContentSha256OfCompletion);
        receive_small(&self.request, payload, body, Unchecked { md5, sha256, ..Unchecked::default() }).await
    }

    fn take_body(&mut self) -> Result<(&'s mut Incoming, Payload), S3Error> {
        let read = || S3Error::new("InternalError", "the body was read before");
        Ok((self.body.take().ok_or_else(read)?, self.payload.take().ok_or_else(read)?))
    }

    /// Whether the provider knows no checksum at all, of those that a provider can promise.
    fn ignores_checksums(&self) -> bool {
        let capabilities =
            Algorithm::ALL.map(|algorithm| format!("checksum_{}", algorithm.name().to_ascii_lowercase()));
        let can_be_promised = |name: &&String| CAPABILITIES.iter().any(|(known, _)| known == *name);
        capabilities.iter().filter(can_be_promised).all(|name| self.service.lacks(name))
    }

    /// A CRC-64 as it stands in headers and documents of OSS.
    fn crc64(&self, checksum: &model::Checksum) -> String {
        if self.has(Defect::HexCrc64) { hex::encode(&checksum.value) } else { checksum::decimal(checksum) }
    }

    /// Whether what was asked for must not be done if the key is taken.
    fn forbids_overwrite(&self) -> bool {
        self.is_oss()
            && self.request.own("forbid-overwrite").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn quoted(&self, etag: &str) -> String {
        if self.has(Defect::UnquotedEtag) { etag.to_owned() } else { format!("\"{etag}\"") }
    }
}

/// What a policy has to allow for an operation, and the upload whose initiator may do it anyhow.
fn needed(operation: &Operation) -> (Action, Option<&UploadId>) {
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
