//! An operation meets the model, and what is under a key is looked at.

use super::Call;
use super::access::needed;
use crate::checks::Check;
use crate::http::S3Error;
use crate::model::{self, Event, Given, KeyState, Meta, Operation, UploadId};
use crate::policy::Action;

impl Call<'_> {
    /// Carries an operation on the key of the request out.
    pub(crate) async fn carry_out(&self, operation: Operation) -> Result<model::Answer, S3Error> {
        self.points().carry_out(self, operation).await
    }

    /// Hands an operation on the key of the request to the model.
    pub(crate) fn apply(&self, operation: Operation) -> Result<model::Answer, S3Error> {
        self.apply_if(operation, |_| Ok(()))
    }

    /// As [`apply`](Self::apply), if what is under the key fits. Nothing comes between the two.
    pub(crate) fn apply_if(
        &self,
        operation: Operation,
        fits: impl FnOnce(&KeyState) -> Result<(), S3Error>,
    ) -> Result<model::Answer, S3Error> {
        let mut store = self.service.store.lock();
        self.points().settle(&mut store);
        let at = store.now();
        let key = self.request.key();
        let (action, upload) = needed(&operation);
        let bucket = self.bucket_for(&mut store, action, upload)?;
        self.check_key(key)?;
        let event =
            Event { operation, given: Given { id: Some(self.dialect().upload_id()), at, etag: None } };
        fits(bucket.keys.get(key).unwrap_or(&KeyState::default()))?;
        let state = bucket.keys.entry(key.to_owned()).or_default();
        let answer = self.points().apply(state, &self.service.rules, &event);
        if *state == KeyState::default() {
            bucket.keys.remove(key);
        }
        match answer {
            model::Answer::Refused(refusal) => Err(self.dialect().refusal(refusal, key)),
            answer => Ok(answer),
        }
    }

    /// Refuses names that no key can have.
    fn check_key(&self, key: &str) -> Result<(), S3Error> {
        if let Some(most) = self.service.rules.limits.max_key_bytes {
            let too_long = || {
                S3Error::new("KeyTooLongError", "Your key is too long")
                    .with("Size", key.len())
                    .with("MaxSizeAllowed", most)
            };
            let checked = if key.len() as u64 > most { Err(too_long()) } else { Ok(()) };
            self.checks().pass(Check::KeyLength, checked)?;
        }
        let refused = self.service.provider.refused_key_starts.as_ref();
        let starts = refused.is_some_and(|starts| key.starts_with(starts.values.as_slice()));
        if starts && !self.checks().forgives(Check::KeyStart) {
            let message = "The specified object name is not valid.";
            return Err(S3Error::new("InvalidObjectName", message).with("ObjectName", key));
        }
        Ok(())
    }

    /// Changes the metadata of the object, for its bucket's owner.
    pub(crate) fn change_meta(&self, change: impl FnOnce(&mut Meta)) -> Result<(), S3Error> {
        let mut store = self.service.store.lock();
        let bucket = self.bucket(&mut store, Action::PutObject)?;
        if let Some(object) = bucket.keys.get_mut(self.request.key()).and_then(|state| state.object.as_mut())
        {
            change(&mut object.meta);
        }
        Ok(())
    }

    /// Looks at the key of the request, if there is something under it.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&KeyState) -> T) -> Option<T> {
        let store = self.service.store.lock();
        Some(at(store.buckets.get(self.request.bucket())?.keys.get(self.request.key())?))
    }

    /// What the creation of an upload in progress said.
    pub(crate) fn meta_of(&self, upload: &UploadId) -> Option<Meta> {
        self.look(|state| state.uploads.get(upload).map(|open| open.meta.clone())).flatten()
    }
}
