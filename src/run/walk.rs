//! Follows the markers of listings to their last page.

use super::claims::ENTRIES;
use super::perform::{Fault, send};
use super::row::Round;
use crate::case::{Operation, Step};
use crate::wire::{Answer, Signing};

/// Refuses a page that leaves entries out, or does not say whether more follows.
fn leads_on(answer: &Answer) -> Result<(), Fault> {
    let mut needed = ENTRIES.into_iter().chain(["IsTruncated"]);
    match needed.find(|aspect| answer.deviation(aspect).is_some()) {
        Some(aspect) => Err(Fault::Unseen(Box::new(answer.clone()), aspect)),
        None => Ok(()),
    }
}

impl Round<'_> {
    /// Follows the markers of ListParts to the last page.
    pub(super) async fn walk_parts(&mut self, step: &Step) -> Result<Answer, Fault> {
        let Operation::ListParts(args) = &step.operation else {
            return Err(Fault::Unavailable("no listing".to_owned()));
        };
        let mut call = self.list_parts(args)?;
        let mut marker: Option<u64> = None;
        let mut all: Vec<crate::wire::ListedPart> = Vec::new();
        for pages in 1.. {
            call.part_number_marker = marker.map(|marker| marker.to_string());
            let answer = send(&self.context.client, &call, &Signing::default(), &self.log).await?;
            if !answer.is_ok() {
                return Ok(answer);
            }
            leads_on(&answer)?;
            for part in answer.parts.iter().flatten() {
                if all.iter().any(|seen| seen.number == part.number) {
                    return Err(Fault::Walk(format!("part {} on a second page", part.number)));
                }
                all.push(part.clone());
            }
            if !answer.truncated {
                if let Some(name) = &args.r#as {
                    self.state.listed_parts.insert(name.clone(), all.clone());
                }
                return Ok(Answer { parts: Some(all), pages, ..answer });
            }
            // Without its marker a page goes on behind its last part.
            let next = answer.field("NextPartNumberMarker").and_then(|text| text.parse().ok()).or(answer
                .parts
                .iter()
                .flatten()
                .map(|part| part.number)
                .max());
            if next <= marker {
                return Err(Fault::Walk(format!("page {pages} has a marker that does not advance")));
            }
            marker = next;
            if pages as usize > all.len() + 2 {
                return Err(Fault::Walk(format!("{pages} pages for {} parts", all.len())));
            }
        }
        Err(Fault::Walk("no last page".to_owned()))
    }

    /// Follows both markers of ListMultipartUploads to the last page.
    pub(super) async fn walk_uploads(&mut self, args: &crate::case::ListUploads) -> Result<Answer, Fault> {
        let mut call = self.list_uploads(args)?;
        let mut uploads: Vec<crate::wire::ListedUpload> = Vec::new();
        let mut prefixes: Vec<String> = Vec::new();
        for pages in 1.. {
            let answer = send(&self.context.client, &call, &Signing::default(), &self.log).await?;
            if !answer.is_ok() {
                return Ok(answer);
            }
            leads_on(&answer)?;
            for upload in answer.uploads.iter().flatten() {
                if uploads.contains(upload) {
                    return Err(Fault::Walk(format!("upload {} on a second page", upload.id)));
                }
                uploads.push(upload.clone());
            }
            for prefix in answer.prefixes.iter().flatten() {
                if prefixes.contains(prefix) {
                    return Err(Fault::Walk(format!("prefix {prefix} on a second page")));
                }
                prefixes.push(prefix.clone());
            }
            if !answer.truncated {
                if let Some(name) = &args.r#as {
                    let own = self.own(uploads.clone());
                    self.state.listed_uploads.insert(name.clone(), own);
                }
                return Ok(Answer { uploads: Some(uploads), prefixes: Some(prefixes), pages, ..answer });
            }
            // Without its marker a page goes on behind its last key.
            let marker = answer.field("NextKeyMarker").filter(|key| !key.is_empty()).map(str::to_owned);
            let last = |answer: &Answer| {
                let uploads = answer.uploads.iter().flatten().map(|upload| &upload.key);
                uploads.chain(answer.prefixes.iter().flatten()).max().cloned()
            };
            let next = marker.or_else(|| last(&answer));
            let next_id = answer.field("NextUploadIdMarker").filter(|id| !id.is_empty()).map(str::to_owned);
            if next_id.is_none()
                && self.needs_id_marker()
                && answer.prefixes.as_ref().is_none_or(Vec::is_empty)
            {
                return Err(Fault::Lacking("a cut page without NextUploadIdMarker".to_owned()));
            }
            if (&next, &next_id) == (&call.key_marker, &call.upload_id_marker) || next.is_none() {
                return Err(Fault::Walk(format!("page {pages} has markers that do not advance")));
            }
            (call.key_marker, call.upload_id_marker) = (next, next_id);
            if pages as usize > uploads.len() + prefixes.len() + 2 {
                return Err(Fault::Walk(format!("{pages} pages for {} uploads", uploads.len())));
            }
        }
        Err(Fault::Walk("no last page".to_owned()))
    }
}
