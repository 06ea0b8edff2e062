//! Sizes in the words of cases. Each has another one, so that a mixture shows.

use super::moves::Size;

/// The size of a body.
pub(super) fn size_text(size: Size, names: usize) -> String {
    match size {
        Size::Tiny(more) => (16 + usize::from(more % 32) * 64 + names % 64).to_string(),
        Size::Mixing(more) => mixing(more, names).to_string(),
        Size::Full => format!("full + {}", names % 64),
        Size::AlmostFull => "min_part_size - 1".to_owned(),
        Size::Empty => "0".to_owned(),
    }
}

/// 48 to 150 KiB.
fn mixing(more: u8, names: usize) -> usize {
    (48 << 10) + usize::from(more % 102) * 1024 + names % 64
}

/// As many bytes of the object of the run, from another place each time.
pub(super) fn copied_range(size: Size, names: usize) -> String {
    let first = names % 8 * (96 << 10) + 64;
    let last = match size {
        Size::Full => format!("full + {}", first - 1 + names % 64),
        Size::AlmostFull => format!("min_part_size + {}", first - 2),
        Size::Tiny(more) => (first + 15 + usize::from(more % 32) * 64 + names % 64).to_string(),
        Size::Mixing(more) => (first + mixing(more, names) - 1).to_string(),
        Size::Empty => first.to_string(),
    };
    format!("range: [{first}, {last}]")
}
