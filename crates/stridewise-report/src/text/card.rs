//! The card that `inspect` shows: facts, axes, order, memory, findings.
//!
//! It is written for somebody who has never heard of strides: each fact about
//! `(4,6):(48,8)+0` says beside it what it means.

use super::{Align, Look, Page, Piece, Role, memory, quantity};
use crate::document::{ALIASING_NODES, FileObject, Inspect, aliasing};

/// The card of an array.
pub fn inspect_card(inspect: &Inspect, look: Look) -> String {
    let mut page = Page::new(look);
    page.paragraph(0, Piece::new(Role::Title, &inspect.source));
    page.paragraph(0, summary(inspect));
    page.blank();
    facts(&mut page, inspect);
    if !inspect.axes.is_empty() {
        page.blank();
        axes(&mut page, inspect);
    }
    if inspect.advice.axis.is_some() && !inspect.layout.0.layout.is_empty() {
        page.blank();
        walking(&mut page, inspect);
    }
    if !inspect.strip.rows.is_empty() {
        page.blank();
        memory::draw(&mut page, &inspect.strip);
    }
    findings(&mut page, inspect);
    page.finish()
}

fn quiet(text: impl Into<String>) -> Piece {
    Piece::new(Role::Quiet, text)
}

/// How the elements lie, in one sentence.
fn summary(inspect: &Inspect) -> String {
    let layout = &inspect.layout.0.layout;
    let span = layout.span();
    let elements = quantity::count(layout.size(), "element");
    if layout.is_empty() {
        return "no elements: an extent is 0".to_owned();
    }
    match (layout.is_c_contiguous(), layout.is_f_contiguous()) {
        _ if layout.size() == 1 => elements,
        (true, true) => format!("{elements}, one after the other in memory"),
        (true, false) => {
            format!("{elements}, one after the other in memory, the last axis fastest (C order)")
        }
        (false, true) => {
            format!("{elements}, one after the other in memory, the first axis fastest (F order)")
        }
        (false, false) if layout.is_dense() => {
            let axis = inspect.smallest_stride_axis.unwrap_or_default();
            format!(
                "{elements} without gaps in memory, axis {axis} fastest (neither C nor F order)"
            )
        }
        (false, false) => {
            let (reach, bytes) = (quantity::about(span.len()), quantity::about(layout.nbytes()));
            match aliasing(layout) {
                Some(false) => format!("{elements}, {bytes} in all, spread over {reach} of memory"),
                Some(true) => format!(
                    "{elements} that share {reach} of memory: some bytes have several indices"
                ),
                None => format!(
                    "{elements} in {reach} of memory; whether some bytes have several indices was \
                     not settled within {ALIASING_NODES} steps of search (`stridewise overlap` \
                     takes longer and settles it)"
                ),
            }
        }
    }
}

fn facts(page: &mut Page, inspect: &Inspect) {
    let array = &inspect.layout.0;
    let layout = &array.layout;
    let span = layout.span();
    let first = layout.shape().iter().map(|_| "0").collect::<Vec<_>>().join(", ");
    let first = if first.is_empty() { "the element".to_owned() } else { format!("[{first}]") };
    let flag = |name: &str, value: bool| format!("{name} {}", if value { "yes" } else { "no" });
    let flags = [
        flag("C_CONTIGUOUS", layout.is_c_contiguous()),
        flag("F_CONTIGUOUS", layout.is_f_contiguous()),
        flag("ALIGNED", array.is_aligned()),
        flag("WRITEABLE", array.writeable),
    ];
    let itemsize = quantity::count(layout.itemsize(), "byte");
    let at_most = if inspect.lines_exact { "" } else { "at most " };
    let lines = format!("{at_most}{}", quantity::grouped(inspect.lines_touched));
    let line = quantity::about(inspect.line);
    let used = quantity::percent(inspect.line_utilisation);
    let order = inspect.order.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let rows = [
        (
            "dtype",
            array.dtype.to_string(),
            format!("{}: {itemsize} an element", array.dtype.name()),
        ),
        ("shape", quantity::tuple(layout.shape()), quantity::count(layout.size(), "element")),
        (
            "bytes",
            format!("{} B", quantity::grouped(layout.nbytes())),
            format!(
                "nominal, as a.nbytes; real: {} from first to last",
                quantity::about(span.len())
            ),
        ),
        (
            "strides",
            quantity::tuple(layout.strides()),
            "bytes that one step along each axis moves".to_owned(),
        ),
        (
            "order",
            if order.is_empty() { "none".to_owned() } else { order },
            "the axes from the longest step to the shortest".to_owned(),
        ),
        (
            "offset",
            format!("{} B", quantity::grouped(layout.offset())),
            format!("where {first} begins in its buffer"),
        ),
        ("span", format!("{}..{}", span.low, span.high), reached(inspect)),
        ("lines", lines, format!("cache lines of {line} touched, {used} used")),
    ];
    page.facts(2, &rows);
    page.labelled(2, quiet("flags   "), flags.join("   "));
    if let Some(file) = &inspect.file {
        page.labelled(2, quiet("file    "), stored(file));
    }
}

/// Where in its file the buffer is.
fn stored(file: &FileObject) -> String {
    let format = file.format;
    match (&file.chunked, file.data_start) {
        (Some(chunked), _) => {
            let inner = chunked.inner_chunks.as_ref();
            let inner = inner.map(|inner| format!(" of chunks {}", quantity::tuple(inner)));
            format!(
                "{format} array of shape {} in {} {}{}, codecs {}; this is one {}",
                quantity::tuple(&chunked.shape),
                if inner.is_some() { "shards" } else { "chunks" },
                quantity::tuple(&chunked.chunks),
                inner.unwrap_or_default(),
                chunked.codecs.join(", "),
                if chunked.inner_chunks.is_some() { "inner chunk" } else { "chunk" },
            )
        }
        (None, Some(start)) => format!(
            "{format}; the buffer begins at byte {start} and is mapped without a copy, aligned to {}",
            quantity::count(file.alignment, "byte")
        ),
        (None, None) => {
            format!("{format}; compressed, so that reading it makes a copy in memory")
        }
    }
}

/// How many bytes there are from the first to the last, and in all.
fn reached(inspect: &Inspect) -> String {
    let span = inspect.layout.0.layout.span();
    if span.is_empty() {
        return "no byte is reached".to_owned();
    }
    let buffer = inspect.layout.0.buffer.bytes();
    if buffer == span.len() {
        return format!("its whole buffer of {}", quantity::bytes(buffer));
    }
    format!("{} of a buffer of {}", quantity::about(span.len()), quantity::bytes(buffer))
}

fn axes(page: &mut Page, inspect: &Inspect) {
    let itemsize = inspect.layout.0.layout.itemsize();
    let head = ["axis", "extent", "one step", "lines", "used", "", ""];
    let mut rows = vec![head.map(quiet).to_vec()];
    for (number, axis) in inspect.axes.iter().enumerate() {
        let smallest = inspect.smallest_stride_axis == Some(number);
        let used = axis.line_utilisation;
        rows.push(vec![
            number.to_string().into(),
            quantity::grouped(axis.extent).into(),
            quantity::stride(axis.stride, itemsize).into(),
            quantity::grouped(axis.lines_touched).into(),
            quantity::percent(used).into(),
            Piece::new(if used < HALF { Role::Warn } else { Role::Good }, bar(used, page.look())),
            Piece::new(Role::Good, if smallest { "smallest stride" } else { "" }),
        ]);
    }
    use Align::{Left, Right};
    page.table(2, &[Right, Right, Right, Right, Right, Left, Left], &rows);
    let meaning = "lines that one walk along the axis touches, and the share of their bytes used";
    page.paragraph(2, quiet(meaning));
}

/// Less use of a line than this deserves a look.
const HALF: f64 = 0.5;

/// Eight cells, filled in proportion.
fn bar(share: f64, look: Look) -> String {
    const CELLS: usize = 8;
    let filled = (1..=CELLS).filter(|cell| share * CELLS as f64 >= *cell as f64 - 0.5).count();
    let (full, empty) = (look.glyph("█", "#"), look.glyph("░", "."));
    full.repeat(filled) + &empty.repeat(CELLS - filled)
}

fn findings(page: &mut Page, inspect: &Inspect) {
    for finding in &inspect.findings {
        page.blank();
        page.labelled(
            0,
            Piece::new(Role::Warn, finding.code),
            Piece::new(Role::Title, finding.title),
        );
        page.paragraph(6, finding.text.as_str());
        page.labelled(6, quiet("help:"), finding.help.as_str());
    }
    if let Some(finding) = inspect.findings.first() {
        page.paragraph(6, quiet(format!("`stridewise rule {}` explains the code", finding.code)));
    }
}

/// The loops to paste, and the same in NumPy.
fn walking(page: &mut Page, inspect: &Inspect) {
    let advice = &inspect.advice;
    let meaning = quiet("the innermost loop takes the shortest steps");
    page.labelled(0, Piece::new(Role::Title, "loop order "), meaning);
    for line in &advice.loops {
        page.line([Piece::new(Role::Code, format!("  {line}"))]);
    }
    let code = |text: &str| Piece::new(Role::Code, text);
    let mut rows = vec![match &advice.transpose {
        Some(transpose) => {
            vec![code(transpose), quiet("the same bytes with the axes in this order")]
        }
        None => vec![code("a"), quiet("as it is: its axes are in this order already")],
    }];
    if let Some(axis) = advice.axis {
        let meaning = "along it sort, cumsum, diff and fft step least";
        rows.push(vec![code(&format!("axis={axis}")), quiet(meaning)]);
    }
    page.table(2, &[Align::Left, Align::Left], &rows);
    if let Some(verdict) = walks(inspect) {
        page.paragraph(2, quiet(verdict));
    }
}

/// Walks that take at least so many times as long as the best one are worth a line.
const WORTH_A_LINE: f64 = 1.5;

/// `row-order walk 0.2 ns per element, column-order walk 3.1 ns (predicted)`
fn walks(inspect: &Inspect) -> Option<String> {
    let times = || inspect.walks.iter().map(|walk| walk.predicted_ns);
    let (best, worst) = (times().fold(f64::INFINITY, f64::min), times().fold(0.0, f64::max));
    if inspect.walks.len() < 2 || worst < WORTH_A_LINE * best {
        return None;
    }
    let rank = inspect.axes.len();
    let name = |inside: usize| match (rank, inside) {
        (2, 1) => "row-order walk".to_owned(),
        (2, _) => "column-order walk".to_owned(),
        (_, inside) => format!("axis {inside} inside"),
    };
    let walks = inspect.walks.iter().rev();
    let told = walks.map(|walk| format!("{} {:.2} ns", name(walk.inside), walk.predicted_ns));
    Some(format!("{} per element (predicted)", told.collect::<Vec<_>>().join(", ")))
}
