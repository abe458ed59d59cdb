//! Strips, grids, cards and pictures of every layout of the corpus: true, and of bounded size.

use stridewise::expr::{Array, Buffer};
use stridewise::layout::{DType, Layout};
use stridewise::machine::Machine;
use stridewise_oracle::{Rng, Strided, corpus, huge, random};
use stridewise_report::document::{Document, Indices, Inspect, Offset, Subject};
use stridewise_report::strip::{Cell, Row, Shared, Strip};
use stridewise_report::text::{Glyphs, Look, Paint};

/// The corpus, and random layouts of the same kinds.
fn layouts() -> Vec<(Strided, Layout)> {
    let mut rng = Rng::new(7);
    let some = (0..300).map(|_| random(&mut rng, 200));
    let all = corpus().into_iter().chain(huge()).chain(some);
    let checked = all.filter_map(|strided| {
        let Strided { shape, strides, offset, itemsize } = &strided;
        let layout = Layout::new(shape, strides, *offset, *itemsize).ok()?;
        Some((strided, layout))
    });
    checked.collect()
}

fn is_small(strided: &Strided) -> bool {
    strided.shape.iter().map(|extent| i128::from(*extent)).product::<i128>() <= 10_000
}

fn subject(layout: &Layout) -> Subject {
    // Of some dtype with that many bytes: what the bytes mean does not matter here.
    let dtype = DType::parse(&format!("V{}", layout.itemsize())).expect("voids have any size");
    let buffer = Buffer::new(layout.span().high.max(0), 16);
    Subject(Array { dtype, layout: layout.clone(), buffer, writeable: true })
}

#[test]
fn a_cell_shows_what_lies_there() {
    for (strided, layout) in layouts().iter().filter(|(strided, _)| is_small(strided)) {
        let reached = strided.reached();
        let strip = Strip::of(layout, 64, 5);
        for row in &strip.rows {
            let Row::Line { start, cells } = row else { continue };
            assert_eq!(start.rem_euclid(64), 0, "{layout}");
            for (place, cell) in (0..).zip(cells) {
                let byte = start + strip.cell * place;
                let indices = reached.get(&byte);
                match cell {
                    Cell::Gap => assert_eq!(indices, None, "{layout} at {byte}"),
                    Cell::Rest => assert!(indices.is_some(), "{layout} at {byte}"),
                    Cell::Element { index, shared } => {
                        assert_eq!(layout.offset_of(index), Ok(byte), "{layout}");
                        let several = indices.is_some_and(|indices| indices.len() > 1);
                        assert_eq!(*shared == Shared::Yes, several, "{layout} at {byte}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_strip_shows_the_first_and_the_last_line_and_counts_the_others() {
    for (_, layout) in layouts() {
        for rows in [1, 2, 7] {
            let strip = Strip::of(&layout, 64, rows);
            let lines = strip.rows.iter().filter(|row| matches!(row, Row::Line { .. })).count();
            let span = layout.span();
            assert!(lines <= rows, "{layout}: {lines} of {rows}");
            assert_eq!(lines == 0, span.is_empty(), "{layout}");
            let mut next = None;
            for row in &strip.rows {
                match row {
                    Row::Line { start, .. } => {
                        assert!(next.is_none_or(|next| next == *start), "{layout}");
                        next = start.checked_add(64);
                    }
                    Row::Skipped { lines } => {
                        next = next.and_then(|next| next.checked_add(64 * lines));
                    }
                }
            }
            if rows > 1 && !span.is_empty() {
                let first = strip.rows.first();
                let holds_low = |row: &Row| matches!(row, Row::Line { start, .. } if *start == span.low - span.low.rem_euclid(64));
                assert!(first.is_some_and(holds_low), "{layout}");
                let last = span.high - 1;
                let holds_high = |row: &Row| matches!(row, Row::Line { start, .. } if *start == last - last.rem_euclid(64));
                assert!(strip.rows.last().is_some_and(holds_high), "{layout}");
            }
        }
    }
}

#[test]
fn cards_and_pictures_of_any_layout_fit() {
    let machine = Machine::fallback();
    for (_, layout) in layouts() {
        let inspect = Inspect::new(layout.to_string(), None, subject(&layout), &machine);
        for width in [40, 80, 120] {
            for (glyphs, paint) in [(Glyphs::Unicode, Paint::Plain), (Glyphs::Ascii, Paint::Ansi)] {
                let text = inspect.to_text(Look { width, glyphs, paint });
                assert!(text.lines().count() < 400, "{layout}");
                assert_eq!(paint == Paint::Plain, !text.contains('\u{1b}'), "{layout}");
            }
        }
        let picture = inspect.to_svg().expect("an array has a picture");
        assert!(picture.len() < 400_000, "{layout}: {}", picture.len());
        let json: serde_json::Value = serde_json::from_str(&inspect.to_json()).expect("JSON");
        assert_eq!(json["layout"]["low"], layout.span().low, "{layout}");
        assert_eq!(json["layout"]["strides"].as_array().map(Vec::len), Some(layout.rank()));
    }
}

#[test]
fn offsets_of_any_layout_can_be_shown() {
    let machine = Machine::fallback();
    for (_, layout) in layouts() {
        let last: Vec<i64> = layout.shape().iter().map(|extent| extent - 1).collect();
        if let Ok(offset) = Offset::new("a", subject(&layout), &last, &machine) {
            let sum: i64 = offset.terms.iter().map(|term| term.product).sum();
            assert_eq!(layout.offset() + sum, offset.byte, "{layout}");
            assert!(offset.to_svg().is_some_and(|picture| picture.contains("mark")));
            assert!(offset.to_text(Look::PIPE).contains("byte"));
        }
        for byte in [layout.span().low, layout.span().high, 0, i64::MIN, i64::MAX] {
            let indices = Indices::new("a", subject(&layout), byte, 3, &machine);
            assert!(indices.to_svg().is_some_and(|picture| picture.len() < 200_000));
            assert!(indices.indices.len() <= 3 && !indices.to_text(Look::PIPE).is_empty());
        }
    }
}
