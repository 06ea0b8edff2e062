//! ListBuckets: `GET /`. OSS takes a prefix, and tells where each bucket is.

use super::Call;
use crate::http::{Answer, S3Error, Xml, host};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let Some(own) = &call.principal else { return Err(S3Error::access_denied()) };
    let store = call.service.store.lock();
    let prefix = call.request.query("prefix").filter(|_| call.is_oss()).unwrap_or_default();
    let place = call.is_oss().then(|| Place::of(call));
    let own_buckets =
        store.buckets.iter().filter(|(name, bucket)| bucket.owner == *own && name.starts_with(prefix));
    Ok(call.result("ListAllMyBucketsResult", |xml| {
        match place {
            Some(_) => xml.named_owner(own),
            None => xml.owner(own),
        }
        xml.nest("Buckets", |xml| {
            for (name, bucket) in own_buckets {
                xml.nest("Bucket", |xml| {
                    xml.text("Name", name);
                    xml.text("CreationDate", call.time(bucket.created));
                    if let Some(place) = &place {
                        place.write(xml);
                    }
                });
            }
        });
    }))
}

/// Where a bucket of OSS is.
pub(super) struct Place {
    region: String,
    endpoint: String,
}

impl Place {
    pub(super) fn of(call: &Call<'_>) -> Self {
        let host = call.request.header("host").unwrap_or_default();
        let endpoint = host::endpoint(call.dialect(), host).to_owned();
        Self { region: call.service.region.clone(), endpoint }
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        xml.text("Location", format!("oss-{}", self.region));
        xml.text("Region", &self.region);
        xml.text("ExtranetEndpoint", &self.endpoint);
        xml.text("IntranetEndpoint", &self.endpoint);
        xml.text("StorageClass", "Standard");
    }
}
