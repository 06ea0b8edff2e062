//! PublicAccessBlock, OwnershipControls and the default encryption of a bucket: stored and given back. Suites
//! set them up and clean them up; nothing that the mock does depends on them.

use crate::http::{Element, S3Error, Xml};

/// The settings of a bucket. The defaults are those of a new one.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Which of [`BLOCKS`] are switched on; `None` once the configuration was deleted.
    pub(crate) public_access_block: Option<[bool; 4]>,
    /// One of [`OWNERSHIPS`]; `None` once the controls were deleted.
    pub(crate) ownership: Option<String>,
    encryption: Encryption,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_access_block: Some([true; 4]),
            ownership: Some("BucketOwnerEnforced".to_owned()),
            encryption: Encryption::default(),
        }
    }
}

/// How objects are encrypted whose creation does not say.
#[derive(Clone, Debug)]
struct Encryption {
    algorithm: String,
    key: Option<String>,
    bucket_key: bool,
}

impl Default for Encryption {
    fn default() -> Self {
        Self { algorithm: "AES256".to_owned(), key: None, bucket_key: false }
    }
}

pub(crate) const BLOCKS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];
const OWNERSHIPS: [&str; 3] = ["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"];
const ALGORITHMS: [&str; 3] = ["AES256", "aws:kms", "aws:kms:dsse"];

/// The query parameters that name these settings.
pub(crate) const PARAMETERS: [&str; 3] = ["encryption", "ownershipControls", "publicAccessBlock"];

impl Settings {
    /// Takes the ownership that a creation asks for.
    pub(crate) fn take_ownership(&mut self, asked: Option<&str>) -> Result<(), S3Error> {
        let Some(asked) = asked else { return Ok(()) };
        if !OWNERSHIPS.contains(&asked) {
            let message = format!("Invalid x-amz-object-ownership header: {asked}");
            return Err(S3Error::invalid_argument(&message, "x-amz-object-ownership", asked));
        }
        self.ownership = Some(asked.to_owned());
        Ok(())
    }

    pub(crate) fn put(&mut self, name: &str, document: &Element) -> Option<()> {
        match (name, &*document.name) {
            ("publicAccessBlock", "PublicAccessBlockConfiguration") => {
                let mut blocks = [false; 4];
                for (block, name) in blocks.iter_mut().zip(BLOCKS) {
                    *block = truth(document.child(name))?;
                }
                self.public_access_block = Some(blocks);
            }
            ("ownershipControls", "OwnershipControls") => {
                let asked = document.element("Rule")?.child("ObjectOwnership")?;
                self.ownership = Some(OWNERSHIPS.contains(&asked).then(|| asked.to_owned())?);
            }
            ("encryption", "ServerSideEncryptionConfiguration") => {
                let rule = document.element("Rule")?;
                let default = rule.element("ApplyServerSideEncryptionByDefault");
                let algorithm = default.map_or(Some("AES256"), |default| default.child("SSEAlgorithm"))?;
                self.encryption = Encryption {
                    algorithm: ALGORITHMS.contains(&algorithm).then(|| algorithm.to_owned())?,
                    key: default.and_then(|default| default.child("KMSMasterKeyID")).map(str::to_owned),
                    bucket_key: truth(rule.child("BucketKeyEnabled"))?,
                };
            }
            _ => return None,
        }
        Some(())
    }

    pub(crate) fn delete(&mut self, name: &str) {
        match name {
            "publicAccessBlock" => self.public_access_block = None,
            "ownershipControls" => self.ownership = None,
            // S3 encrypts every object: what is left is its own default.
            _ => self.encryption = Encryption::default(),
        }
    }

    pub(crate) fn write_encryption(&self, xml: &mut Xml) {
        xml.nest("Rule", |xml| {
            xml.nest("ApplyServerSideEncryptionByDefault", |xml| {
                xml.text("SSEAlgorithm", &self.encryption.algorithm);
                if let Some(key) = &self.encryption.key {
                    xml.text("KMSMasterKeyID", key);
                }
            });
            xml.value("BucketKeyEnabled", self.encryption.bucket_key);
        });
    }
}

fn truth(text: Option<&str>) -> Option<bool> {
    match text {
        None => Some(false),
        Some(text) => text.to_ascii_lowercase().parse().ok(),
    }
}
