//! The card that `inspect` shows: facts, axes, order, memory, findings.
//!
//! It is written for somebody who has never heard of strides: each fact about
//! `(4,6):(48,8)+0` says beside it what it means.

use super::{Align, Look, Page, Piece, Role, memory, quantity};
use crate::document::Inspect;

/// The card of an array.
pub fn inspect_card(inspect: &Inspect, look: Look) -> String {
    let mut page = Page::new(look);
    page.paragraph(0, Piece::new(Role::Title, &inspect.source));
    page.blank();
    facts(&mut page, inspect);
    if !inspect.axes.is_empty() {
        page.blank();
        axes(&mut page, inspect);
        page.blank();
        walking(&mut page, inspect);
    }
    if !inspect.strip.rows.is_empty() {
        page.blank();
        memory::draw(&mut page, &inspect.strip);
    }
    page.finish()
}

fn quiet(text: impl Into<String>) -> Piece {
    Piece::new(Role::Quiet, text)
}

fn facts(page: &mut Page, inspect: &Inspect) {
    let array = &inspect.layout.0;
    let layout = &array.layout;
    let span = layout.span();
    let first = layout.shape().iter().map(|_| "0").collect::<Vec<_>>().join(", ");
    let first = if first.is_empty() { "the item".to_owned() } else { format!("[{first}]") };
    let reached = if span.is_empty() { "no byte is reached".to_owned() } else { reached(inspect) };
    let flag = |name: &str, value: bool| format!("{name} {}", if value { "yes" } else { "no" });
    let flags = [
        flag("C_CONTIGUOUS", layout.is_c_contiguous()),
        flag("F_CONTIGUOUS", layout.is_f_contiguous()),
        flag("ALIGNED", array.is_aligned()),
        flag("WRITEABLE", array.writeable),
    ];
    let rows = [
        ("dtype", array.dtype.to_string(), quantity::count(layout.itemsize(), "byte") + " an item"),
        (
            "shape",
            quantity::tuple(layout.shape()),
            format!(
                "{}, {}",
                quantity::count(layout.size(), "item"),
                quantity::bytes(layout.nbytes())
            ),
        ),
        (
            "strides",
            quantity::tuple(layout.strides()) + " B",
            "how far one step along each axis moves".to_owned(),
        ),
        (
            "offset",
            format!("{} B", quantity::grouped(layout.offset())),
            format!("where {first} begins in its buffer"),
        ),
        ("span", format!("{}..{} B", span.low, span.high), reached),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(label, value, meaning)| vec![quiet(label), value.into(), quiet(meaning)])
        .collect();
    page.table(2, &[Align::Left, Align::Left, Align::Left], &rows);
    page.line([quiet("  flags    "), Piece::from(flags.join("   "))]);
}

/// How much of its span, and of its buffer, an array uses.
fn reached(inspect: &Inspect) -> String {
    let layout = &inspect.layout.0.layout;
    let span = layout.span();
    let buffer = inspect.layout.0.buffer.bytes();
    let of = if buffer == span.len() {
        ": its whole buffer".to_owned()
    } else {
        format!(", in a buffer of {}", quantity::bytes(buffer))
    };
    format!("{} from the lowest to the highest{of}", quantity::bytes(span.len()))
}

fn axes(page: &mut Page, inspect: &Inspect) {
    let head = ["axis", "extent", "one step", ""];
    let mut rows = vec![head.map(quiet).to_vec()];
    for (number, axis) in inspect.axes.iter().enumerate() {
        let itemsize = inspect.layout.0.layout.itemsize();
        let note = if inspect.smallest_stride_axis == Some(number) {
            Piece::new(Role::Good, "smallest stride")
        } else {
            "".into()
        };
        rows.push(vec![
            number.to_string().into(),
            quantity::grouped(axis.extent).into(),
            quantity::stride(axis.stride, itemsize).into(),
            note,
        ]);
    }
    page.table(2, &[Align::Right, Align::Right, Align::Right, Align::Left], &rows);
}

fn walking(page: &mut Page, inspect: &Inspect) {
    page.line([
        Piece::new(Role::Title, "loops"),
        quiet(" in the order of the strides: the innermost moves least"),
    ]);
    let names = index_names(inspect.axes.len());
    for (depth, &axis) in inspect.order.iter().enumerate() {
        let name = &names[axis];
        let text = format!("{}for {name} in range(a.shape[{axis}]):", " ".repeat(2 + 4 * depth));
        page.line([Piece::new(Role::Code, text)]);
    }
    let text = format!("{}a[{}]", " ".repeat(2 + 4 * inspect.order.len()), names.join(", "));
    page.line([Piece::new(Role::Code, text)]);
}

/// `i, j, k, …`, and `i0, i1, …` where letters run out.
fn index_names(rank: usize) -> Vec<String> {
    const LETTERS: [&str; 6] = ["i", "j", "k", "l", "m", "n"];
    if rank <= LETTERS.len() {
        LETTERS[..rank].iter().map(ToString::to_string).collect()
    } else {
        (0..rank).map(|axis| format!("i{axis}")).collect()
    }
}
