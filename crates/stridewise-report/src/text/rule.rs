//! Rules as text: one in full, or all of them by their titles.
//!
//! `SW202  most of every cache line goes unused`, as for `(1000):(8000)+0`.

use super::{Align, Look, Page, Piece, Role};
use crate::document::{Rule, Rules};

/// A rule in full.
pub fn rule_text(rule: &Rule, look: Look) -> String {
    let mut page = Page::new(look);
    page.labelled(0, Piece::new(Role::Warn, rule.code), Piece::new(Role::Title, rule.title));
    for part in rule.text.split("\n\n") {
        page.blank();
        match part.strip_prefix("    ") {
            Some(code) => page.line([Piece::new(Role::Code, format!("      {code}"))]),
            None => page.paragraph(2, part),
        }
    }
    page.finish()
}

/// All rules.
pub fn rules_text(rules: &Rules, look: Look) -> String {
    let mut page = Page::new(look);
    let row = |rule: &Rule| vec![Piece::new(Role::Warn, rule.code), rule.title.into()];
    let rows: Vec<Vec<Piece>> = rules.rules.iter().map(row).collect();
    page.table(0, &[Align::Left, Align::Left], &rows);
    page.finish()
}
