//! An offset worked out as a sum, and the indices that a byte belongs to.
//!
//! For `(4,6):(48,8)+0` at (2,3): `2 x 48`, `3 x 8`, and under a rule `120`.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{Indices, Offset};

fn quiet(text: impl Into<String>) -> Piece {
    Piece::new(Role::Quiet, text)
}

/// The sum, term by term.
pub fn offset_text(offset: &Offset, look: Look) -> String {
    let mut page = Page::new(look);
    let layout = &offset.layout.0.layout;
    page.paragraph(
        0,
        Piece::new(
            Role::Title,
            format!("{}  at {}", offset.source, quantity::index(&offset.index)),
        ),
    );
    page.blank();
    let times = look.glyph("×", "x");
    let mut rows = vec![vec![
        quiet("start"),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        quantity::grouped(layout.offset()).into(),
        quiet(format!("the byte of {}", quantity::index(&vec![0; layout.rank()]))),
    ]];
    for term in &offset.terms {
        rows.push(vec![
            quiet(format!("axis {}", term.axis)),
            term.index.to_string().into(),
            quiet(times),
            format!("{} B", quantity::grouped(term.stride)).into(),
            quiet("="),
            quantity::grouped(term.product).into(),
            quiet(format!(
                "{} of {}",
                steps(term.index),
                quantity::stride(term.stride, layout.itemsize())
            )),
        ]);
    }
    let sum = Piece::new(Role::Item, quantity::grouped(offset.byte));
    let ends = offset.byte.saturating_add(layout.itemsize());
    let place = format!("up to {}, on cache line {}", quantity::grouped(ends), offset.line);
    let widest = rows.iter().map(|row| row[5].width()).chain([sum.width()]).max().unwrap_or(0);
    rows.push(vec![
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        "".into(),
        quiet(look.glyph("─", "-").repeat(widest)),
        "".into(),
    ]);
    rows.push(vec![quiet("byte"), "".into(), "".into(), "".into(), "".into(), sum, place.into()]);
    use Align::{Left, Right};
    page.table(2, &[Left, Right, Left, Right, Left, Right, Left], &rows);
    page.finish()
}

fn steps(number: i64) -> String {
    quantity::count(number, "step")
}

/// The indices, one a line.
pub fn indices_text(found: &Indices, look: Look) -> String {
    let mut page = Page::new(look);
    let layout = &found.layout.0.layout;
    page.paragraph(
        0,
        Piece::new(
            Role::Title,
            format!("{}  at byte {}", found.source, quantity::grouped(found.byte)),
        ),
    );
    page.blank();
    let at_least = if found.exact { "" } else { "at least " };
    let count = match found.count {
        0 => none(found),
        1 => "one index reaches this byte".to_owned(),
        count => format!("{at_least}{} indices reach this byte", quantity::grouped(count)),
    };
    page.paragraph(2, count);
    for index in &found.indices {
        let start = layout.offset_of(index).unwrap_or(found.byte);
        let within = format!("  begins {}", before(found.byte.saturating_sub(start)));
        page.line([Piece::new(Role::Item, format!("  {}", quantity::index(index))), quiet(within)]);
    }
    let listed = u64::try_from(found.indices.len()).unwrap_or(u64::MAX);
    if listed < found.count {
        let more = quantity::grouped(found.count - listed);
        page.paragraph(2, quiet(format!("and {at_least}{more} more (--limit lists more of them)")));
    }
    page.finish()
}

fn before(bytes: i64) -> String {
    match bytes {
        0 => "at this byte".to_owned(),
        bytes => format!("{} before it", quantity::count(bytes, "byte")),
    }
}

fn none(found: &Indices) -> String {
    let span = found.layout.0.layout.span();
    if span.is_empty() {
        "no index reaches this byte: the array has no elements".to_owned()
    } else if found.byte < span.low || found.byte >= span.high {
        format!("no index reaches this byte: the array lies on bytes {}..{}", span.low, span.high)
    } else {
        "no index reaches this byte: it lies in a gap between elements".to_owned()
    }
}
