//! A conversion: what lay where before and after, and how the files were passed over.
//!
//! `<f8 (2, 3) (24, 8)` above `<f4 (3, 2) (8, 4)`.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{Converted, Subject};

/// The two layouts and the runs.
pub fn convert_text(converted: &Converted, look: Look) -> String {
    let mut page = Page::new(look);
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    page.paragraph(
        0,
        Piece::new(Role::Title, format!("{} -> {}", converted.source, converted.target.path)),
    );
    let size = quantity::bytes(i64::try_from(converted.file_bytes).unwrap_or(i64::MAX));
    page.paragraph(
        0,
        match converted.written {
            true => Piece::new(Role::Good, format!("written: {size}")),
            false => Piece::new(Role::Plain, format!("nothing is written; it would be {size}")),
        },
    );
    page.blank();
    let head = ["", "dtype", "shape", "strides in bytes"];
    let row = |name: &str, Subject(array): &Subject| {
        vec![
            quiet(name),
            array.dtype.to_string().into(),
            quantity::tuple(array.layout.shape()).into(),
            quantity::tuple(array.layout.strides()).into(),
        ]
    };
    let rows = [
        head.map(quiet).to_vec(),
        row("before", &converted.before),
        row("after", &converted.after),
    ];
    page.table(2, &[Align::Left; 4], &rows);
    if converted.tiles > 0 {
        page.blank();
        let memory = i64::try_from(converted.memory).unwrap_or(i64::MAX);
        page.paragraph(
            2,
            quiet(&format!(
                "read in runs of {}, written in runs of {}: {} within {} of memory",
                quantity::about(converted.read_run),
                quantity::about(converted.write_run),
                quantity::count(converted.tiles, "tile"),
                quantity::about(memory),
            )),
        );
    }
    page.finish()
}
