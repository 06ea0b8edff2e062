//! Sends a call, and waits where a server asks to slow down.

use crate::wire::{Answer, Call, Client, Log, Signing, Trouble, TroubleKind, sent_before};

/// How often a server may ask to slow down.
const RETRIES: u32 = 3;

/// Whether a server asks to slow down.
pub(super) fn is_throttled(answer: &Answer) -> bool {
    answer.status == 429 || (answer.status == 503 && answer.code() != "InternalError")
}

/// Whether a creation may have left an upload that its answer does not name.
pub(super) fn may_leave_unnamed(answer: Result<&Answer, &Trouble>) -> bool {
    answer.map_or_else(Trouble::may_have_happened, |answer| {
        answer.sent_before || (answer.upload_ids.is_empty() && (answer.is_ok() || answer.status >= 500))
    })
}

/// Sends a call; a server that asks to slow down is asked again, each time on the record.
pub(super) async fn send(
    client: &Client,
    call: &dyn Call,
    signing: &Signing,
    log: &Log,
) -> Result<Answer, Trouble> {
    for attempt in 0..=RETRIES {
        match client.call_as(call, signing, log).await {
            Ok(answer) if is_throttled(&answer) => {}
            answer if attempt > 0 => return sent_before(answer),
            answer => return answer,
        }
        if attempt < RETRIES {
            tokio::time::sleep(std::time::Duration::from_millis(200 << attempt)).await;
        }
    }
    Err(Trouble::new(TroubleKind::Throttled, format!("{} times", RETRIES + 1)))
}
