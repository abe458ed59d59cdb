//! Windows of a file: what was reduced, into which files, and in how many boxes.
//!
//! `mean  <f8  (8,)  78.1 KiB  a.mean.npy` below `a.npy: windows of 3 on axis 0`.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{Subject, WindowsDocument};

/// The operations, their files, and the boxes.
pub fn windows_text(windows: &WindowsDocument, look: Look) -> String {
    let mut page = Page::new(look);
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    let each = |list: &[i64]| list.iter().map(i64::to_string).collect::<Vec<_>>().join(" by ");
    let mut which = format!("windows of {}", each(&windows.size));
    for (name, list) in [("step", &windows.step), ("dilation", &windows.dilation)] {
        if list.iter().any(|&value| value != 1) {
            which.push_str(&format!(", {name} {}", each(list)));
        }
    }
    let axes = windows.axes.iter().map(i64::to_string).collect::<Vec<_>>().join(" and ");
    let axis = if windows.axes.len() == 1 { "axis" } else { "axes" };
    let title = format!("{}: {which} on {axis} {axes}", windows.source);
    page.paragraph(0, Piece::new(Role::Title, title));
    page.paragraph(
        0,
        match windows.written {
            true => Piece::new(Role::Good, "written"),
            false => Piece::new(Role::Plain, "nothing is written; it would be"),
        },
    );
    page.blank();
    let row = |name: &str, Subject(array): &Subject, bytes: i64, path: &str| {
        let cells = [
            array.dtype.to_string(),
            quantity::tuple(array.layout.shape()),
            quantity::bytes(bytes),
            path.to_owned(),
        ];
        let mut row = vec![quiet(name)];
        row.extend(cells.map(Piece::from));
        row
    };
    let mut rows = vec![["", "dtype", "shape", "bytes", "file"].map(quiet).to_vec()];
    let Subject(before) = &windows.before;
    rows.push(row("of", &windows.before, before.layout.nbytes(), &windows.source));
    for made in &windows.made {
        let bytes = i64::try_from(made.file_bytes).unwrap_or(i64::MAX);
        rows.push(row(&made.op, &made.after, bytes, &made.target.path));
    }
    page.table(2, &[Align::Left, Align::Left, Align::Left, Align::Right, Align::Left], &rows);
    if windows.tiles > 0 {
        page.blank();
        let memory = i64::try_from(windows.memory).unwrap_or(i64::MAX);
        let text = format!(
            "in {} of up to {} results, within {} of memory",
            quantity::plural(windows.tiles, "box", "boxes"),
            quantity::tuple(&windows.tile),
            quantity::about(memory),
        );
        page.paragraph(2, quiet(&text));
    }
    page.finish()
}
