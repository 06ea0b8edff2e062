//! Carries steps out, one call after the other.

use std::sync::Arc;

use super::journal::Made;
use super::prepare::{After, Prepared};
use super::row::Round;
use super::state::Unavailable;
use super::witness::{Witnessed, interval};
use crate::case::{ManyKeys, Operation, SendOrder, Step};
use crate::language::{Expr, Numbers, Rightness, UploadRef};
use crate::wire::{Answer, Client, Log, Signing, Trouble, TroubleKind, s3};

/// Why a step has no answer.
#[derive(Debug)]
pub(super) enum Fault {
    Trouble(Trouble),
    Unavailable(String),
    /// A listing that cannot be followed.
    Walk(String),
    /// A listing that lacks what leads on.
    Unseen(Box<Answer>, &'static str),
    /// A listing that lacks what the case needs of it.
    Lacking(String),
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable.0)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// How often a server may ask to slow down.
const RETRIES: u32 = 3;

/// Whether a server asks to slow down.
pub(super) fn is_throttled(answer: &Answer) -> bool {
    answer.status == 429 || (answer.status == 503 && answer.code() != "InternalError")
}

/// Sends a call; a server that asks to slow down is asked again, each time on the record.
pub(super) async fn send(
    client: &Client,
    call: &dyn s3::Operation,
    signing: &Signing,
    log: &Log,
) -> Result<Answer, Trouble> {
    for attempt in 0..=RETRIES {
        let answer = client.call_as(call, signing, log).await?;
        if !is_throttled(&answer) {
            return Ok(answer);
        }
        if attempt < RETRIES {
            tokio::time::sleep(std::time::Duration::from_millis(200 << attempt)).await;
        }
    }
    Err(Trouble::new(TroubleKind::Throttled, format!("{} times", RETRIES + 1)))
}

impl Round<'_> {
    /// Carries a step out that is no race.
    pub(super) async fn perform(&mut self, step: &Step) -> Result<Answer, Fault> {
        match &step.operation {
            Operation::CreateUploads(args) => {
                let mut all = Answer::default();
                for at in 0..self.size(&args.count)? {
                    let key = match args.key {
                        ManyKeys::Same => format!("{}object", self.prefix),
                        ManyKeys::Each => format!("{}object-{at:05}", self.prefix),
                    };
                    let name = args.r#as.as_ref().map(|name| format!("{name}.{}", at + 1));
                    self.context.journal.note(&Made::Creating(key.clone()));
                    let call = s3::CreateMultipartUpload { key: key.clone(), ..Default::default() };
                    let after = After::Created { name, key, checksum: None };
                    let prepared = Prepared { call: Box::new(call), signing: Signing::default(), after };
                    let answer = self.send(&prepared).await?;
                    self.absorb(prepared, &answer);
                    if !answer.is_ok() {
                        return Ok(answer);
                    }
                    all.upload_ids.extend(answer.upload_ids.clone());
                    all = Answer { upload_ids: all.upload_ids, ..answer };
                }
                Ok(all)
            }
            Operation::UploadParts(args) => self.upload_parts(args).await,
            Operation::ListParts(args) if args.walk => self.walk_parts(step).await,
            Operation::ListUploads(args) if args.walk => self.walk_uploads(args).await,
            Operation::UploadPart(args) if args.hold.is_some() || args.cut.is_some() => {
                if self.context.client.target.endpoint.scheme() != "http" {
                    let why = "a request can be stopped on an endpoint without TLS alone";
                    return Err(Fault::Unavailable(why.to_owned()));
                }
                let prepared = self.prepare(step)?;
                let held = self.context.client.hold(prepared.call.as_ref(), &self.log).await?;
                match &args.r#as {
                    Some(name) if args.hold.is_some() => _ = self.held.insert(name.clone(), (held, prepared)),
                    _ => self.context.client.cut(held, &self.log).await,
                }
                // The claim, if there is one, stands at the release.
                Ok(Answer { status: 200, ..Answer::default() })
            }
            Operation::Restart(_) => {
                let Some(restart) = self.context.watch.restart() else {
                    return Err(Fault::Unavailable("a way to start the server anew".to_owned()));
                };
                let restarted = restart.restart(&self.context.client).await;
                restarted.map_err(|told| Trouble::new(TroubleKind::Restart, told))?;
                Ok(Answer { status: 200, ..Answer::default() })
            }
            Operation::Release(name) => {
                let (held, prepared) = self
                    .held
                    .remove(&name.0)
                    .ok_or_else(|| Fault::Unavailable(format!("the held request {}", name.0)))?;
                let from = self.log.len();
                let answer = self.context.client.release(held, prepared.call.as_ref(), &self.log).await;
                self.witness(&prepared, answer.as_ref(), from);
                let answer = answer?;
                self.absorb(prepared, &answer);
                Ok(answer)
            }
            _ => {
                let prepared = self.prepare(step)?;
                let from = self.log.len();
                let answer = self.send(&prepared).await;
                self.witness(&prepared, answer.as_ref(), from);
                if matches!(step.operation, Operation::CreateUpload(_) | Operation::Raw(_)) {
                    self.note_strays(&prepared);
                }
                let mut answer = answer?;
                self.fill_in_etag(&prepared, &mut answer).await;
                self.absorb(prepared, &answer);
                Ok(answer)
            }
        }
    }

    /// Asks elsewhere for an ETag that an answer left out: the row about that answer fails, others go on.
    pub(super) async fn fill_in_etag(&self, prepared: &Prepared, answer: &mut Answer) {
        if !answer.is_ok() || answer.etag.is_some() {
            return;
        }
        match &prepared.after {
            // Another completion of the upload may have been answered since; the key then shows that one's.
            After::Finished { key, id, callback: None, .. } if !self.writes.has_completed(id) => {
                let call = s3::HeadObject { key: key.clone(), ..Default::default() };
                let head = send(&self.context.client, &call, &Signing::default(), &self.log).await;
                answer.etag = head.ok().filter(Answer::is_ok).and_then(|head| head.etag);
            }
            After::Sent(at) => answer.etag = self.listed_etag(*at).await,
            _ => {}
        }
    }

    /// The ETag by which a part is listed.
    async fn listed_etag(&self, at: usize) -> Option<String> {
        let sent = &self.state.sent[at];
        let upload = sent.upload.clone().map(UploadRef::Named);
        let (upload_id, key) = self.state.upload(upload.as_ref()).ok()?;
        let number: u64 = sent.number.as_ref()?.parse().ok()?;
        let call = s3::ListParts {
            key: key?,
            upload_id,
            part_number_marker: number.checked_sub(1).map(|marker| marker.to_string()),
            ..Default::default()
        };
        let listed = send(&self.context.client, &call, &Signing::default(), &self.log).await.ok()?;
        listed.parts?.into_iter().find(|part| part.number == number)?.etag
    }

    /// Writes a call down, for the model and for the ledger. `from` is where its exchanges begin.
    fn witness(&mut self, prepared: &Prepared, answer: Result<&Answer, &Trouble>, from: usize) {
        self.note_write(prepared, answer);
        let Some(witness) = &mut self.witness else { return };
        let times = interval(&self.log.since(from), None);
        witness.note(&[Witnessed { call: prepared.call.as_ref(), answer, times, client: "A" }]);
    }

    /// What may have written a key is counted.
    pub(super) fn note_write(&mut self, prepared: &Prepared, answer: Result<&Answer, &Trouble>) {
        if answer.is_err() || answer.is_ok_and(|answer| answer.is_ok() || answer.status >= 500) {
            self.writes.note(&prepared.call.request(self.context.client.target.dialect));
        }
    }

    async fn send(&self, prepared: &Prepared) -> Result<Answer, Trouble> {
        send(&self.context.client, prepared.call.as_ref(), &prepared.signing, &self.log).await
    }

    async fn upload_parts(&mut self, args: &crate::case::UploadParts) -> Result<Answer, Fault> {
        let mut numbers: Vec<i64> = match &args.numbers {
            Numbers::List(list) => list.iter().map(|number| self.value(number)).collect::<Result<_, _>>()?,
            Numbers::Range(first, last) => (self.value(first)?..=self.value(last)?).collect(),
        };
        let highest = numbers.iter().copied().max();
        if args.order == Some(SendOrder::Shuffled) {
            // A fixed mixture: what is asked for is that the order is not the numbers' own.
            numbers.sort_by_key(|number| (number.wrapping_mul(7_919) % 1_009, *number));
        }
        let mut calls: Vec<(Arc<dyn s3::Operation>, usize)> = Vec::new();
        for number in numbers {
            if let Some(source) = &args.source {
                let (upload, key) = (args.upload.as_ref(), args.key.as_ref());
                let (call, at) = self.prepare_copy(number.to_string(), source, upload, key)?;
                calls.push((Arc::new(call), at));
                continue;
            }
            let size = match &args.size {
                Some(size) => self.size(size)?,
                None if Some(number) == highest => self.size(&Expr::tail())?,
                None => self.size(&Expr::full())?,
            };
            let (call, at) = self.prepare_part(
                number.to_string(),
                size,
                args.upload.as_ref(),
                args.key.as_ref(),
                None,
                &args.checksum.map(|algorithm| (algorithm, Rightness::Right)).into_iter().collect(),
            )?;
            calls.push((Arc::new(call), at));
        }
        let mut last = None;
        let at_once = usize::from(args.at_once.unwrap_or(1).max(1));
        for batch in calls.chunks(at_once) {
            let mut lanes = tokio::task::JoinSet::new();
            for (call, at) in batch.iter().cloned() {
                let (client, log) = (self.context.client.clone(), self.log.clone());
                lanes.spawn(
                    async move { (at, send(&client, call.as_ref(), &Signing::default(), &log).await) },
                );
            }
            while let Some(joined) = lanes.join_next().await {
                let (at, answer) =
                    joined.map_err(|error| Trouble::new(TroubleKind::Interrupted, error.to_string()))?;
                let answer = answer?;
                if !answer.is_ok() {
                    return Ok(answer);
                }
                self.state.sent[at].stored = true;
                self.state.sent[at].etag = match &answer.etag {
                    Some(etag) => Some(etag.clone()),
                    None => self.listed_etag(at).await,
                };
                last = Some(answer);
            }
        }
        last.ok_or_else(|| Fault::Unavailable("no part number was given".to_owned()))
    }
}
