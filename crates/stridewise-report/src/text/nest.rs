//! A nest: what each stage makes of the loops, then the loops themselves.
//!
//! `fuse   (6) a:(8)+0 b:(8)+0   neighbours that walk on without a jump are one`.

use super::{Look, Page, Piece, Role, quantity};
use crate::document::NestDocument;

/// What a stage does.
fn meaning(stage: &str) -> &'static str {
    match stage {
        "over" => "a loop for each axis, with the bytes that it moves in each array",
        "order" => "the axes from the longest step of a to the shortest",
        "upward" => "axes that run downward in a are turned around",
        _ => "neighbours that walk on without a jump become one",
    }
}

/// The stages and the tree.
pub fn nest_text(nest: &NestDocument, look: Look) -> String {
    let mut page = Page::new(look);
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    for (name, operand) in ('a'..='z').zip(&nest.operands) {
        page.labelled(
            0,
            quiet(&format!("{name}  ")),
            Piece::new(Role::Title, format!("{}  {}", operand.source, operand.layout.0.layout)),
        );
    }
    for stage in &nest.stages {
        page.blank();
        page.labelled(
            0,
            Piece::new(Role::Title, format!("{:<8}", stage.stage)),
            quiet(meaning(stage.stage)),
        );
        page.paragraph(8, Piece::new(Role::Code, &stage.notation));
    }
    page.blank();
    let blocks =
        format!("blocks of {} fit in half of the nearest cache", quantity::tuple(&nest.block));
    page.labelled(0, Piece::new(Role::Title, "block   "), quiet(&blocks));
    for line in &nest.tree {
        page.line([Piece::new(Role::Code, format!("        {line}"))]);
    }
    page.finish()
}
