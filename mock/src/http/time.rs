//! Times as they stand in headers and XML.

use jiff::Timestamp;

use crate::model::Time;

fn timestamp(time: Time) -> Timestamp {
    Timestamp::from_microsecond(i64::try_from(time.0).unwrap_or(i64::MAX)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// As in XML: `2010-11-10T20:48:33.000Z`.
pub(crate) fn iso8601(time: Time) -> String {
    timestamp(time).strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// As in headers: `Wed, 10 Nov 2010 20:48:33 GMT`.
pub(crate) fn http_date(time: Time) -> String {
    timestamp(time).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
