//! The operations, one file each: from a request to an event of the model, and back to an answer.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod get_bucket_location;
mod get_bucket_versioning;
mod get_object;
mod get_object_lock_configuration;
mod head_bucket;
mod list_buckets;
mod list_multipart_uploads;
mod list_objects_v2;
mod list_parts;
mod metadata;
mod put_object;
mod route;
mod upload_part;
mod upload_part_copy;

use bytes::Bytes;
use hyper::body::Incoming;

use crate::http::{Answer, Payload, Request, S3Error, receive, receive_small};
use crate::model::{self, Defect, Event, Given, KeyState, Operation, Rules, UploadId};
use crate::store::{Bucket, Inner, Store};

/// What all calls share.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) rules: Rules,
    pub(crate) region: String,
}

/// A request whose sender is known.
pub(crate) struct Call<'s> {
    pub(crate) service: &'s Service,
    pub(crate) request: Request,
    pub(crate) principal: String,
    pub(crate) payload: Payload,
    pub(crate) body: Option<Incoming>,
}

impl Call<'_> {
    /// Finds the operation and carries it out.
    pub(crate) async fn answer(self) -> Result<Answer, S3Error> {
        route::route(self).await
    }

    fn has(&self, defect: Defect) -> bool {
        self.service.rules.has(defect)
    }

    /// The bucket of the request, for a principal who may use it.
    fn bucket<'i>(&self, store: &'i mut Inner) -> Result<&'i mut Bucket, S3Error> {
        let name = self.request.bucket();
        let bucket = store.buckets.get_mut(name).ok_or_else(|| S3Error::no_such_bucket(name))?;
        if bucket.owner == self.principal {
            Ok(bucket)
        } else {
            Err(S3Error::new("AccessDenied", "Access Denied"))
        }
    }

    /// Hands an operation on the key of the request to the model.
    fn apply(&self, operation: Operation) -> Result<model::Answer, S3Error> {
        let mut store = self.service.store.lock();
        let at = store.now();
        let key = self.request.key();
        let bucket = self.bucket(&mut store)?;
        if let Some(most) = self.service.rules.limits.max_key_bytes
            && key.len() as u64 > most - u64::from(self.has(Defect::RefuseLongKeys))
        {
            return Err(S3Error::new("KeyTooLongError", "Your key is too long")
                .with("Size", key.len())
                .with("MaxSizeAllowed", most));
        }
        let owner = self.key_of_upload(bucket, &operation).unwrap_or_else(|| key.to_owned());
        // Ids that sort by time let an id serve as marker in a listing that is sorted by time.
        let id = UploadId(uuid::Uuid::now_v7().simple().to_string());
        let event = Event { operation, given: Given { id: Some(id), at, etag: None } };
        let state = bucket.keys.entry(owner).or_default();
        let answer = model::apply(state, &self.service.rules, &event);
        if *state == KeyState::default() {
            bucket.keys.remove(key);
        }
        match answer {
            model::Answer::Refused(refusal) => Err(S3Error::from((refusal, key))),
            answer => Ok(answer),
        }
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

    /// Whether an upload of the key has ended.
    fn ended(&self, upload: &UploadId) -> Result<bool, S3Error> {
        let mut store = self.service.store.lock();
        let state = self.bucket(&mut store)?.keys.get(self.request.key());
        Ok(state.is_some_and(|state| state.ended.contains_key(upload)))
    }

    fn upload(&self) -> UploadId {
        UploadId(self.request.query("uploadId").unwrap_or_default().to_owned())
    }

    /// The number in the query, as far as it is one.
    fn part_number(&self) -> Result<i64, S3Error> {
        let text = self.request.query("partNumber").unwrap_or_default();
        text.parse().map_err(|_| {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            S3Error::invalid_argument(message, "partNumber", text)
        })
    }

    /// The body of an object or a part.
    async fn content(&mut self) -> Result<model::Body, S3Error> {
        let body =
            self.body.take().ok_or_else(|| S3Error::new("InternalError", "the body was read before"))?;
        let check_md5 = !self.has(Defect::IgnoreContentMd5);
        receive(&self.request, &self.payload, body, check_md5, self.has(Defect::StoreCutBodies)).await
    }

    /// The document of a request.
    async fn document(&mut self) -> Result<Bytes, S3Error> {
        let body =
            self.body.take().ok_or_else(|| S3Error::new("InternalError", "the body was read before"))?;
        receive_small(&self.request, &self.payload, body).await
    }

    fn quoted(&self, etag: &str) -> String {
        if self.has(Defect::UnquotedEtag) { etag.to_owned() } else { format!("\"{etag}\"") }
    }
}
