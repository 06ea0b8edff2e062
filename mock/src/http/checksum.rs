//! Checksum headers: what a request claims about its bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Request, S3Error};
use crate::model::{Algorithm, Checksum, ChecksumType, Claimed, ObjectChecksum};

/// What a request claims about the checksum of its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    Nothing,
    /// The value stands in a header.
    Value(Checksum),
    /// The value will stand in a trailer.
    Trailer(Algorithm),
}

/// The header of an algorithm.
pub(crate) fn header(algorithm: Algorithm) -> String {
    format!("x-amz-checksum-{}", algorithm.name().to_ascii_lowercase())
}

/// The element of an algorithm.
pub(crate) fn element(algorithm: Algorithm) -> String {
    format!("Checksum{algorithm}")
}

fn of_header(name: &str) -> Option<Algorithm> {
    Algorithm::ALL.into_iter().find(|algorithm| header(*algorithm) == name)
}

fn invalid(message: impl Into<String>) -> S3Error {
    S3Error::new("InvalidRequest", message)
}

const SINGLE: &str = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";

impl Claim {
    pub(crate) fn of(request: &Request) -> Result<Self, S3Error> {
        let values: Vec<(Algorithm, &str)> = Algorithm::ALL
            .into_iter()
            .filter_map(|algorithm| Some((algorithm, request.header(&header(algorithm))?)))
            .collect();
        let names = request.list("x-amz-trailer");
        let trailers: Vec<Algorithm> = names
            .iter()
            .flat_map(|names| names.split(','))
            .map(|name| {
                of_header(&name.trim().to_ascii_lowercase()).ok_or_else(|| {
                    invalid("The value specified in the x-amz-trailer header is not supported")
                })
            })
            .collect::<Result<_, _>>()?;
        let claim = match (values.as_slice(), trailers.as_slice()) {
            ([], []) => Self::Nothing,
            ([(algorithm, value)], []) => Self::Value(read(*algorithm, value)?),
            ([], [algorithm]) => Self::Trailer(*algorithm),
            _ => return Err(invalid(SINGLE)),
        };
        claim.check_sdk_header(request)?;
        Ok(claim)
    }

    /// `x-amz-sdk-checksum-algorithm` has to go with a checksum of that algorithm.
    fn check_sdk_header(&self, request: &Request) -> Result<(), S3Error> {
        let Some(named) = request.header("x-amz-sdk-checksum-algorithm") else { return Ok(()) };
        let named: Option<Algorithm> = named.to_ascii_uppercase().parse().ok();
        match (named, self.algorithm()) {
            (None, _) => Err(invalid("Value for x-amz-sdk-checksum-algorithm header is invalid.")),
            (Some(named), Some(sent)) if named == sent => Ok(()),
            (Some(_), Some(_)) => Err(invalid("Value for x-amz-sdk-checksum-algorithm header is invalid.")),
            (Some(_), None) => Err(invalid(
                "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
            )),
        }
    }

    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        match self {
            Self::Nothing => None,
            Self::Value(checksum) => Some(checksum.algorithm),
            Self::Trailer(algorithm) => Some(*algorithm),
        }
    }

    pub(crate) fn claimed(&self) -> Claimed {
        self.algorithm().map_or(Claimed::Nothing, Claimed::With)
    }

    /// The value, once the trailers have come.
    pub(crate) fn value(self, trailers: &[(String, String)]) -> Result<Option<Checksum>, S3Error> {
        let malformed = || {
            let message = "The request contained trailing data that was not well-formed or did not conform to our published schema.";
            S3Error::new("MalformedTrailerError", message)
        };
        match (self, trailers) {
            (Self::Nothing, []) => Ok(None),
            (Self::Value(checksum), []) => Ok(Some(checksum)),
            (Self::Trailer(algorithm), [(name, value)]) if *name == header(algorithm) => {
                read(algorithm, value).map(Some).map_err(|_| malformed())
            }
            _ => Err(malformed()),
        }
    }
}

/// Reads a value; it has to have the length of the algorithm.
fn read(algorithm: Algorithm, value: &str) -> Result<Checksum, S3Error> {
    let decoded = STANDARD.decode(value).ok().filter(|bytes| bytes.len() == algorithm.size());
    let value =
        decoded.ok_or_else(|| invalid(format!("Value for {} header is invalid.", header(algorithm))))?;
    Ok(Checksum { algorithm, value })
}

/// A body whose checksum differs from the one that came with it.
pub(crate) fn mismatch(algorithm: Algorithm) -> S3Error {
    S3Error::new("BadDigest", format!("The {algorithm} you specified did not match the calculated checksum."))
}

/// The checksum that a creation asks for.
pub(crate) fn asked(request: &Request) -> Result<Option<(Algorithm, ChecksumType)>, S3Error> {
    let of = request.header("x-amz-checksum-type").map(checksum_type).transpose()?;
    let Some(name) = request.header("x-amz-checksum-algorithm") else {
        return match of {
            None => Ok(None),
            Some(_) => Err(invalid(
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )),
        };
    };
    let algorithm: Algorithm = name.to_ascii_uppercase().parse().map_err(|()| {
        invalid("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
    })?;
    let of = of.unwrap_or_else(|| algorithm.default_type());
    if !algorithm.allows(of) {
        let lower = algorithm.name().to_ascii_lowercase();
        return Err(invalid(format!(
            "The {of} checksum type cannot be used with the {lower} checksum algorithm."
        )));
    }
    Ok(Some((algorithm, of)))
}

/// The checksum of an object that a completion names, as sent.
pub(crate) fn of_object(request: &Request) -> Result<Option<(Algorithm, String)>, S3Error> {
    let named: Vec<(Algorithm, &str)> = Algorithm::ALL
        .into_iter()
        .filter_map(|algorithm| Some((algorithm, request.header(&header(algorithm))?)))
        .collect();
    match named.as_slice() {
        [] => Ok(None),
        [(algorithm, value)] => {
            // A composite value bears the number of parts.
            read(*algorithm, value.split('-').next().unwrap_or_default())?;
            Ok(Some((*algorithm, (*value).to_owned())))
        }
        _ => Err(invalid(SINGLE)),
    }
}

/// What a checksum covers, as a header names it.
pub(crate) fn checksum_type(name: &str) -> Result<ChecksumType, S3Error> {
    name.parse().map_err(|()| invalid("Value for x-amz-checksum-type header is invalid."))
}

/// A CRC as OSS tells it: in decimal digits.
pub(crate) fn decimal(checksum: &Checksum) -> String {
    checksum.value.iter().fold(0u64, |all, byte| all << 8 | u64::from(*byte)).to_string()
}

/// The value as it stands in headers and documents.
pub(crate) fn encoded(checksum: &Checksum) -> String {
    STANDARD.encode(&checksum.value)
}

/// The checksum of an object of parts: a composite one bears their number.
pub(crate) fn shown(kept: &ObjectChecksum, parts: usize) -> String {
    let value = encoded(&kept.checksum);
    match kept.checksum_type {
        ChecksumType::Composite => format!("{value}-{parts}"),
        _ => value,
    }
}
