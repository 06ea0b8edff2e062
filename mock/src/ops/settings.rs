//! Settings of a bucket: put, shown and deleted.

use http::{Method, StatusCode};

use crate::call::Call;
use crate::dialect::documents::Setting;
use crate::http::{Answer, S3Error, Xml};
use crate::policy::Action;
use crate::settings::{BLOCKS, Settings};

/// Puts, gets or deletes the setting of this name.
pub(super) async fn handle(mut call: Call<'_>, name: &'static str) -> Result<Answer, S3Error> {
    let document = match call.request.method {
        Method::PUT => Some(call.document().await?.root.ok_or_else(S3Error::malformed_xml)?),
        _ => None,
    };
    let mut store = call.service.store.lock();
    let settings = &mut call.bucket(&mut store, Action::Own)?.settings;
    match (&call.request.method, document) {
        (_, Some(document)) => {
            settings.put(name, &document).ok_or_else(S3Error::malformed_xml)?;
            Ok(Answer::new(StatusCode::OK))
        }
        (&Method::DELETE, _) => {
            settings.delete(name);
            Ok(Answer::new(StatusCode::NO_CONTENT))
        }
        _ => get(&call, name, settings),
    }
}

fn get(call: &Call<'_>, name: &str, settings: &Settings) -> Result<Answer, S3Error> {
    let missing = |code, message: &str| S3Error::new(code, message).with("BucketName", call.request.bucket());
    match name {
        "publicAccessBlock" => {
            let message = "The public access block configuration was not found";
            let blocks = settings
                .public_access_block
                .ok_or_else(|| missing("NoSuchPublicAccessBlockConfiguration", message))?;
            let content = |xml: &mut Xml| {
                BLOCKS.into_iter().zip(blocks).for_each(|(name, block)| xml.value(name, block));
            };
            Ok(call.answer(&Setting { root: "PublicAccessBlockConfiguration", content: &content }))
        }
        "ownershipControls" => {
            let message = "The bucket ownership controls were not found";
            let ownership = settings
                .ownership
                .as_ref()
                .ok_or_else(|| missing("OwnershipControlsNotFoundError", message))?;
            let content = |xml: &mut Xml| xml.nest("Rule", |xml| xml.text("ObjectOwnership", ownership));
            Ok(call.answer(&Setting { root: "OwnershipControls", content: &content }))
        }
        _ => {
            let content = |xml: &mut Xml| settings.write_encryption(xml);
            Ok(call.answer(&Setting { root: "ServerSideEncryptionConfiguration", content: &content }))
        }
    }
}
