//! A product for BLAS: the call, how each operand goes into it, and why one is copied.
//!
//! `(2,3):(24,8)+0` is a row of the table: `N, leading dimension 3`.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{Blas, BlasOperand};

/// The names of the operands.
const NAMES: [&str; 2] = ["A", "B"];

/// The call and its operands.
pub fn blas_text(blas: &Blas, look: Look) -> String {
    let mut page = Page::new(look);
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    for (name, operand) in NAMES.iter().zip(&blas.operands) {
        page.labelled(0, quiet(name), Piece::new(Role::Title, &operand.source));
    }
    page.paragraph(0, verdict(blas));
    page.blank();
    if let Some(product) = &blas.product {
        page.paragraph(2, Piece::new(Role::Code, &product.call));
        if !product.stack.is_empty() {
            let text =
                format!("once for each matrix of the stack {}", quantity::tuple(&product.stack));
            page.paragraph(2, quiet(&text));
        }
        if let Some(syrk) = &product.syrk {
            page.labelled(2, quiet("or, with half the work:"), Piece::new(Role::Code, syrk));
        }
        if product.integer_bits > 32 {
            page.paragraph(2, quiet("needs a BLAS library built with 64-bit integers"));
        }
        page.blank();
    }
    let head = ["", "shape", "strides in bytes", "goes as"];
    let mut rows = vec![head.map(quiet).to_vec()];
    for (name, operand) in NAMES.iter().zip(&blas.operands) {
        let layout = &operand.layout.0.layout;
        rows.push(vec![
            quiet(name),
            quantity::tuple(layout.shape()).into(),
            quantity::tuple(layout.strides()).into(),
            passed(operand),
        ]);
    }
    page.table(2, &[Align::Left; 4], &rows);
    for (name, operand) in NAMES.iter().zip(&blas.operands) {
        if let Some(reason) = &operand.reason {
            page.blank();
            page.line([
                Piece::new(Role::Title, format!("  {name}")),
                Piece::new(Role::Warn, " is copied"),
            ]);
            page.labelled(4, quiet("why: "), reason.text.as_str());
            page.labelled(4, quiet("help:"), reason.help.as_str());
        }
    }
    page.blank();
    legend(&mut page, blas);
    page.finish()
}

fn verdict(blas: &Blas) -> Piece {
    let copied: Vec<&str> = NAMES
        .iter()
        .zip(&blas.operands)
        .filter(|(_, operand)| operand.copy)
        .map(|(name, _)| *name)
        .collect();
    let bytes = quantity::bytes(blas.copied_bytes);
    match copied[..] {
        [] if blas.operands.len() > 1 => {
            Piece::new(Role::Good, "BLAS takes both as they lie: nothing is copied")
        }
        [] => Piece::new(Role::Good, "BLAS takes it as it lies: nothing is copied"),
        [one] => Piece::new(Role::Warn, format!("{one} has to be copied first: {bytes}")),
        _ => Piece::new(Role::Warn, format!("both have to be copied first: {bytes}")),
    }
}

/// How an operand is passed.
fn passed(operand: &BlasOperand) -> Piece {
    let from = if operand.offset == 0 || operand.copy {
        String::new()
    } else {
        format!(", from byte {}", operand.offset)
    };
    let form = match (&operand.trans, operand.ld, operand.inc) {
        (Some(trans), Some(ld), _) => format!("{trans}, leading dimension {ld}"),
        (_, _, inc) => format!("vector, increment {}", inc.unwrap_or(1)),
    };
    match operand.copy {
        true => Piece::new(Role::Warn, format!("a copy: {form}")),
        false => Piece::new(Role::Good, form + &from),
    }
}

fn legend(page: &mut Page, blas: &Blas) {
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    let mut rows = Vec::new();
    let mut explain = |word: &str, meaning: &str| rows.push(vec![quiet(word), quiet(meaning)]);
    let any = |trans: &str| blas.operands.iter().any(|it| it.trans.as_deref() == Some(trans));
    if any("N") {
        explain("N", "the matrix lies in memory row by row");
    }
    if any("T") {
        explain("T", "it lies column by column: BLAS reads it as the transpose");
    }
    if any("N") || any("T") {
        explain("leading dimension", "items from one row (T: column) to the next");
    }
    if blas.operands.iter().any(|operand| operand.inc.is_some()) {
        explain("increment", "items from one element to the next");
    }
    page.table(2, &[Align::Left; 2], &rows);
}
