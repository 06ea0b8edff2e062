//! The calls that list.

use super::super::perform::Fault;
use super::super::row::Round;
use super::{After, Call};
use crate::case::{ListObjects, ListParts, ListUploads};
use crate::wire::s3;

impl Round<'_> {
    pub(in super::super) fn list_parts(&self, args: &ListParts) -> Result<s3::ListParts, Fault> {
        let (upload_id, own_key) = self.state.upload(args.upload.as_ref())?;
        Ok(s3::ListParts {
            key: self.key_or(args.key.as_ref(), own_key)?,
            upload_id,
            max_parts: args.max_parts.as_ref().map(|max| self.number(max)).transpose()?,
            part_number_marker: args.part_number_marker.as_ref().map(|m| self.number(m)).transpose()?,
            encoding_type: args.encoding_type.clone(),
        })
    }

    pub(in super::super) fn list_uploads(
        &self,
        args: &ListUploads,
    ) -> Result<s3::ListMultipartUploads, Fault> {
        let upload_id_marker = match &args.upload_id_marker {
            Some(upload) => Some(self.state.upload(Some(upload))?.0),
            None => None,
        };
        Ok(s3::ListMultipartUploads {
            prefix: format!("{}{}", self.prefix, args.prefix.as_deref().unwrap_or_default()),
            delimiter: args.delimiter.clone(),
            max_uploads: args.max_uploads.as_ref().map(|max| self.number(max)).transpose()?,
            encoding_type: args.encoding_type.clone(),
            key_marker: args.key_marker.as_ref().map(|marker| format!("{}{marker}", self.prefix)),
            upload_id_marker,
        })
    }

    pub(super) fn list_objects(&self, args: &ListObjects) -> Result<(Call, After), Fault> {
        let call = s3::ListObjects {
            prefix: format!("{}{}", self.prefix, args.prefix.as_deref().unwrap_or_default()),
            delimiter: args.delimiter.clone(),
            max_keys: args.max_keys.as_ref().map(|max| self.size(max)).transpose()?,
            encoding_type: args.encoding_type.clone(),
            v1: args.v1,
            token: None,
        };
        Ok((Box::new(call), After::Nothing))
    }
}
