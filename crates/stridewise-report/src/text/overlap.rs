//! Two arrays and where they meet, one line of memory under the other.
//!
//! `(3):(16)+0` above `(3):(16)+8`: elements of the one over gaps of the other.

use super::{Align, Look, Page, Piece, Role, memory, quantity};
use crate::document::{Overlap, Side};

/// The answer in words, both layouts, and the bytes where they meet or pass each other.
pub fn overlap_text(overlap: &Overlap, look: Look) -> String {
    let mut page = Page::new(look);
    for (name, side) in sides(overlap) {
        page.labelled(0, Piece::new(Role::Quiet, name), Piece::new(Role::Title, &side.source));
    }
    page.paragraph(0, verdict(overlap));
    page.blank();
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    let mut rows = vec![["", "shape", "strides in bytes", "reaches bytes"].map(quiet).to_vec()];
    for (name, side) in sides(overlap) {
        let layout = &side.layout.0.layout;
        let span = layout.span();
        rows.push(vec![
            quiet(name),
            quantity::tuple(layout.shape()).into(),
            quantity::tuple(layout.strides()).into(),
            format!("{}..{}", span.low, span.high).into(),
        ]);
    }
    page.table(2, &[Align::Left; 4], &rows);
    if let Some([first, second]) = &overlap.witness {
        page.blank();
        let byte = quantity::grouped(overlap.byte.unwrap_or_default());
        let names = if overlap.b.is_some() { ["A", "B"] } else { ["A", "A"] };
        page.line([
            "  ".into(),
            Piece::new(Role::Item, format!("{}{}", names[0], quantity::index(first))),
            " and ".into(),
            Piece::new(Role::Item, format!("{}{}", names[1], quantity::index(second))),
            format!(" both reach byte {byte} of the buffer").into(),
        ]);
    }
    if let Some((a, b)) = &overlap.strips {
        page.blank();
        memory::draw_two(&mut page, a, b);
    }
    page.finish()
}

fn sides(overlap: &Overlap) -> impl Iterator<Item = (&'static str, &Side)> {
    std::iter::once(("A", &overlap.a)).chain(overlap.b.as_ref().map(|b| ("B", b)))
}

fn verdict(overlap: &Overlap) -> Piece {
    let role = if overlap.shares == Some(false) { Role::Good } else { Role::Warn };
    Piece::new(role, overlap_verdict(overlap))
}

/// The answer in one sentence.
pub fn overlap_verdict(overlap: &Overlap) -> &'static str {
    match (overlap.shares, &overlap.b) {
        (Some(true), Some(_)) => "they share memory: a write to one may change the other",
        (Some(true), None) => "it overlaps itself: a write to one element may change another",
        (Some(false), Some(_)) if !overlap.same_buffer => {
            "they share nothing: each has a buffer of its own"
        }
        (Some(false), Some(_)) if overlap.may_share => {
            "they share nothing: their bytes interleave and never meet"
        }
        (Some(false), Some(_)) => "they share nothing: their bytes lie apart",
        (Some(false), None) => "no two of its elements share a byte",
        (None, _) if overlap.work == 0 => {
            "they may share memory: the bytes from first to last overlap"
        }
        (None, _) => "too hard: not settled within the work allowed",
    }
}
