//! What the query and the headers of many operations say.

use super::Call;
use crate::http::S3Error;
use crate::model::UploadId;

impl Call<'_> {
    /// A number in the query.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, S3Error> {
        self.request.count(name)
    }

    pub(crate) fn upload(&self) -> UploadId {
        UploadId(self.request.query("uploadId").unwrap_or_default().to_owned())
    }

    /// The number in the query, as far as it is one.
    pub(crate) fn part_number(&self) -> Result<i64, S3Error> {
        let text = self.request.query("partNumber").unwrap_or_default();
        text.parse().map_err(|_| {
            let message = "Part number must be an integer between 1 and 10000, inclusive";
            let name = self.dialect().names().part_number_argument;
            S3Error::invalid_argument(message, name, text)
        })
    }

    /// Whether the provider knows no checksum at all.
    pub(crate) fn ignores_checksums(&self) -> bool {
        self.service.provider.ignores_checksums()
    }
}
