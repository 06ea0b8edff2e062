//! UploadPart or UploadPartCopy, once a number.

use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::completed_parts::numbers;
use super::upload_part::{Sending, UploadPart};
use super::upload_part_copy::{Copying, UploadPartCopy};
use super::{Arguments, Bounded, Cost, Loop, Named, Prepared, Profile, Scope};
use crate::language::{Algorithm, CopySource, Expr, KeyName, Missing, Numbers, Rightness, Sizes, UploadRef};
use crate::row::{RowState, Unavailable};

/// The arguments of `upload_parts`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadParts {
    /// The part numbers, in the order in which they are sent.
    pub numbers: Numbers,
    /// The size of each; by default `full`, and `tail` for the highest number.
    pub size: Option<Expr>,
    /// The upload.
    pub upload: Option<UploadRef>,
    /// The key.
    pub key: Option<KeyName>,
    /// Another order than the written one.
    pub order: Option<SendOrder>,
    /// How many are under way at a time.
    pub at_once: Option<u8>,
    /// The checksum to send with each.
    pub checksum: Option<Algorithm>,
    /// The key of an object that each part is copied from, whole; nothing is sent.
    pub source: Option<KeyName>,
}

/// In which order parts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendOrder {
    /// Mixed by the seed.
    Shuffled,
}

impl Named for UploadParts {
    const WORD: &'static str = "upload_parts";
    const NAME: &'static str = "UploadPart, once a number";
}

impl Arguments for UploadParts {
    fn name(&self) -> &'static str {
        if self.source.is_some() { UploadPartCopy::NAME } else { UploadPart::NAME }
    }

    fn profile(&self) -> Profile<'_> {
        Profile::default()
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "checksum"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.upload(self.upload.as_ref(), at);
        if self.source.is_some() && (self.size.is_some() || self.checksum.is_some()) {
            let message = "a copied part has the size and the checksum that its source gives it";
            scope.mistake_at_key(&at.key("source"), message);
        }
        match &self.numbers {
            Numbers::List(numbers) => {
                for number in numbers {
                    scope.send(self.upload.as_ref(), &number.to_string(), None, at);
                }
            }
            Numbers::Range(..) => scope.send_range(),
        }
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        self.source.is_some().then_some("upload_part_copy").or(self.checksum.map(Algorithm::capability))
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        let count = self.count(sizes)?;
        let requests = Cost::requests(count);
        if self.source.is_some() {
            let copied = Expr::full().size(sizes)?.saturating_mul(count);
            return Ok(Cost { copied, ..requests });
        }
        let each = self.size.clone().unwrap_or_else(Expr::full).size(sizes)?;
        let last = if self.size.is_some() { each } else { Expr::tail().size(sizes)? };
        let bytes = each.saturating_mul(count.saturating_sub(1)).saturating_add(last);
        Ok(Cost { bytes, ..requests })
    }

    fn bounded(&self) -> Vec<Bounded<'_>> {
        self.size.as_ref().map(Bounded::Size).into_iter().collect()
    }
}

impl UploadParts {
    /// How many there are.
    fn count(&self, sizes: &Sizes<'_>) -> Result<u64, Missing> {
        match &self.numbers {
            Numbers::List(numbers) => {
                for number in numbers {
                    number.value(sizes)?;
                }
                Ok(numbers.len() as u64)
            }
            Numbers::Range(first, last) => {
                let numbers = last.value(sizes)?.saturating_sub(first.value(sizes)?).saturating_add(1);
                Ok(u64::try_from(numbers).unwrap_or(0))
            }
        }
    }
}

impl Loop for UploadParts {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<(Vec<Box<dyn Prepared>>, usize), Unavailable> {
        let mut numbers: Vec<i64> = match &self.numbers {
            Numbers::List(list) => list.iter().map(|number| row.value(number)).collect::<Result<_, _>>()?,
            Numbers::Range(first, last) => numbers(row.value(first)?, row.value(last)?)?.collect(),
        };
        let highest = numbers.iter().copied().max();
        if self.order == Some(SendOrder::Shuffled) {
            // A fixed mixture: what is asked for is that the order is not the numbers' own.
            numbers.sort_by_key(|number| (number.wrapping_mul(7_919) % 1_009, *number));
        }
        let of = (self.upload.as_ref(), self.key.as_ref());
        let checksum = self.checksum.map(|algorithm| (algorithm, Rightness::Right)).into_iter().collect();
        let mut calls: Vec<Box<dyn Prepared>> = Vec::new();
        for number in numbers {
            if let Some(source) = &self.source {
                let source = CopySource::Key(source.clone());
                calls.push(Box::new(Copying::of(row, number.to_string(), &source, of)?));
                continue;
            }
            let size = match &self.size {
                Some(size) => row.size(size)?,
                None if Some(number) == highest => row.size(&Expr::tail())?,
                None => row.size(&Expr::full())?,
            };
            let body = row.blob(size);
            calls.push(Box::new(Sending::of(row, number.to_string(), body, of, None, &checksum)?));
        }
        if calls.is_empty() {
            return Err(Unavailable("no part number was given".to_owned()));
        }
        Ok((calls, usize::from(self.at_once.unwrap_or(1))))
    }
}
