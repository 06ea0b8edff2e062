//! The call that begins an upload.

use super::super::headers::{optional, type_header};
use super::super::journal::Made;
use super::super::perform::Fault;
use super::super::row::Round;
use super::{After, Call};
use crate::case::CreateUpload;
use crate::language::{Algorithm, ChecksumType};
use crate::wire::{encode_path, s3};

impl Round<'_> {
    pub(super) fn create_upload(&mut self, args: &CreateUpload) -> Result<(Call, After), Fault> {
        let key = self.key_or(args.key.as_ref(), None)?;
        let own = |name: &str| self.own_header(name);
        let mut headers = optional([
            ("content-type".to_owned(), args.content_type.as_ref()),
            ("cache-control".to_owned(), args.cache_control.as_ref()),
            ("content-disposition".to_owned(), args.content_disposition.as_ref()),
            ("content-encoding".to_owned(), args.content_encoding.as_ref()),
            ("content-language".to_owned(), args.content_language.as_ref()),
            ("expires".to_owned(), args.expires.as_ref()),
            (own("storage-class"), args.storage_class.as_ref()),
            (own("server-side-encryption"), args.encryption.as_ref()),
            (self.acl_header(), args.acl.as_ref()),
        ]);
        headers.extend(self.metadata(&args.metadata));
        headers.extend(self.forbid_overwrite(args.forbid_overwrite));
        if !args.tagging.is_empty() {
            let pairs = args.tagging.iter().map(|(key, value)| {
                format!("{}={}", encode_path(key), encode_path(value).replace('/', "%2F"))
            });
            headers.push((own("tagging"), pairs.collect::<Vec<_>>().join("&")));
        }
        if let Some(algorithm) = args.checksum {
            headers.push(("x-amz-checksum-algorithm".to_owned(), algorithm.name().to_uppercase()));
        }
        headers.extend(args.checksum_type.map(type_header));
        self.context.journal.note(&Made::Creating(key.clone()));
        let full = args.checksum_type.unwrap_or(match args.checksum {
            Some(Algorithm::Crc64nvme) => ChecksumType::FullObject,
            _ => ChecksumType::Composite,
        });
        let checksum = args.checksum.map(|algorithm| (algorithm, full));
        let after = After::Created { name: args.r#as.clone(), key: key.clone(), checksum };
        let call = s3::CreateMultipartUpload {
            key,
            headers,
            sequential: args.sequential,
            encoding_type: args.encoding_type.clone(),
        };
        Ok((Box::new(call), after))
    }
}
