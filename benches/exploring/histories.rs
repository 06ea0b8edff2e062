//! Lawful histories of any length, to time the search with.

use mpuspec::internals::history::{Ask, Call, History, Piece, Saw};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const KEYS: u64 = 8;

/// Puts, reads, deletions and uploads of several clients on eight keys, each under way while others are.
///
/// Every call takes effect at a moment of its own, and is longer than that: as many are under way at a time
/// as there are clients.
pub(crate) fn lawful(calls: usize, clients: u64, seed: u64) -> History {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut objects: Vec<Option<u64>> = vec![None; KEYS as usize];
    let mut uploads: Vec<Option<(u64, u64)>> = vec![None; KEYS as usize];
    let mut history = History::default();
    for at in 0..calls as u64 {
        let which = (rng.next_u64() % KEYS) as usize;
        let key = format!("k{which}");
        let content = |blob: u64| vec![Piece { blob: Some(blob), start: 0, len: 64 }];
        let (ask, saw) = match (rng.next_u64() % 8, uploads[which]) {
            (0, _) => {
                objects[which] = Some(at);
                let ask = Ask::PutObject {
                    key,
                    content: content(at),
                    md5: String::new(),
                    meta: Default::default(),
                };
                (ask, Saw::Stored { etag: Some(format!("e{at}")) })
            }
            (1, _) => {
                objects[which] = None;
                (Ask::DeleteObject { key }, Saw::Done)
            }
            (2 | 3, None) => {
                uploads[which] = Some((at, u64::MAX));
                (
                    Ask::CreateUpload { key, sequential: false, meta: Default::default() },
                    Saw::Created { upload: format!("u{at}") },
                )
            }
            (2 | 3, Some((upload, _))) => {
                uploads[which] = Some((upload, at));
                let upload = format!("u{upload}");
                let ask =
                    Ask::UploadPart { key, upload, number: 1, content: content(at), md5: String::new() };
                (ask, Saw::Stored { etag: Some(format!("e{at}")) })
            }
            (4, Some((upload, part))) if part != u64::MAX => {
                uploads[which] = None;
                objects[which] = Some(part);
                let list = Some(vec![(1, format!("e{part}"))]);
                let ask = Ask::CompleteUpload { key, upload: format!("u{upload}"), list };
                (ask, Saw::Completed { etag: Some(format!("e{part}")) })
            }
            _ => {
                let saw = match objects[which] {
                    Some(blob) => Saw::Object {
                        etag: Some(format!("e{blob}")),
                        size: Some(64),
                        content: Some(content(blob)),
                        meta: None,
                    },
                    None => Saw::Refused { status: 404, code: "NoSuchKey".to_owned() },
                };
                (Ask::GetObject { key, range: None }, saw)
            }
        };
        let moment = at * 10 + 10 * clients;
        let slack = || 5 * clients;
        let (start_us, end_us) = (moment - rng.next_u64() % slack(), Some(moment + rng.next_u64() % slack()));
        history.calls.push(Call { client: format!("c{}", at % clients), start_us, end_us, ask, saw });
    }
    history
}

/// Makes a history unlawful: its last read of an object shows bytes of another size than anybody has sent.
pub(crate) fn spoil(history: &mut History) {
    let read = |call: &&mut Call| matches!(call.saw, Saw::Object { .. });
    match history.calls.iter_mut().rev().find(read) {
        Some(call) => {
            let content = Some(vec![Piece { blob: Some(0), start: 0, len: 63 }]);
            call.saw = Saw::Object { etag: None, size: Some(63), content, meta: None };
        }
        None => {
            let ask = Ask::GetObject { key: "k0".to_owned(), range: None };
            let end = history.calls.iter().filter_map(|call| call.end_us).max().unwrap_or(0);
            let content = Some(vec![Piece { blob: Some(0), start: 0, len: 63 }]);
            let saw = Saw::Object { etag: None, size: Some(63), content, meta: None };
            let (client, start_us, end_us) = ("c0".to_owned(), end + 1, Some(end + 2));
            history.calls.push(Call { client, start_us, end_us, ask, saw });
        }
    }
}
