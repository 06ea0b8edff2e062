//! The named checks that a request can fail.

/// By how many seconds the clocks of client and server may differ: fifteen minutes.
pub(crate) const MOST_SKEW: u64 = 15 * 60;

/// A check that a request can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// That the sender may do it.
    Access,
    /// That an ACL is one.
    Acl,
    /// That a checksum agrees with the body.
    Checksum,
    /// That a Content-MD5 agrees with the body of an object or a part.
    ContentMd5,
    /// That a digest that was signed agrees with the body of an object or a part.
    ContentSha256,
    /// That a body in chunks has the declared length.
    DecodedLength,
    /// That a Content-MD5 agrees with a document.
    DocumentMd5,
    /// That a digest that was signed agrees with a document.
    DocumentSha256,
    /// That a completion of everything has no body.
    EmptyBody,
    /// That an encryption is one.
    Encryption,
    /// That a signed URL is used in its time.
    Expiry(Version),
    /// That a key is not too long.
    KeyLength,
    /// That a key begins as keys may.
    KeyStart,
    /// That a Content-MD5 is a digest.
    MalformedMd5,
    /// That a part comes without metadata.
    MetadataOfPart,
    /// That a signature names the region of the server.
    Region,
    /// That the bucket stands in the name of the host.
    SecondLevel,
    /// That the signature is the sender's.
    Signature(Version),
    /// That all headers are signed that have to be.
    SignedHeaders,
    /// That the clocks of client and server agree.
    Skew(Version),
    /// That a storage class is one.
    StorageClass,
    /// That tags are well-formed.
    Tags,
    /// That a security token comes with the keys that need it.
    Token,
    /// That a request is signed once.
    TwoSignatures,
    /// That a body comes to its end.
    WholeBody,
}

/// The ways to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// Version 4 of S3.
    S3,
    /// Version 1 of OSS.
    Oss1,
    /// Version 4 of OSS.
    Oss4,
}

/// Which checks are made. A sound server makes them all.
pub(crate) trait Checks: Send + Sync {
    /// Whether a request is taken although it fails a check.
    fn forgives(&self, _: Check) -> bool {
        false
    }

    /// By how many seconds clocks may differ.
    fn most_skew(&self) -> u64 {
        MOST_SKEW
    }
}

impl dyn Checks + '_ {
    /// Takes a request that fails a check, where that is forgiven.
    pub(crate) fn pass<E>(&self, check: Check, checked: Result<(), E>) -> Result<(), E> {
        match checked {
            Err(_) if self.forgives(check) => Ok(()),
            checked => checked,
        }
    }
}

/// Every check is made, and nothing stands in for anything.
#[derive(Debug)]
pub(crate) struct Sound;

impl Checks for Sound {}
