//! Loop orders as a table, fastest first, and the findings about the one that was asked about.
//!
//! `i,j  1.2 ms  vector  125,000` and below it `j,i  9.9 ms  scalar  1,000,000`: of
//! `(1000,1000):(8000,8)+0` the second loads a line for every element.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{LevelObject, Locality};
use crate::traversal::{Missed, Traversal};

/// Orders that are listed; of more, the rest is counted.
const LISTED: usize = 12;

/// The table of orders, and what there is to say.
pub fn locality_text(locality: &Locality, look: Look) -> String {
    let mut page = Page::new(look);
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    page.paragraph(0, Piece::new(Role::Title, &locality.pattern));
    let machine = if locality.machine.is_empty() { "this machine" } else { &locality.machine };
    page.paragraph(0, quiet(&format!("on {machine}, from cold caches")));
    page.blank();
    let names = locality.orders.first().map_or(&[][..], |order| &order.levels);
    let is_measured = locality.orders.iter().any(|order| order.measured_ns.is_some());
    let mut head = vec![quiet(""), quiet("loops"), quiet("predicted")];
    head.extend(is_measured.then(|| quiet("measured")));
    head.push(quiet("inner loop"));
    head.extend(names.iter().map(|level| quiet(&format!("{} misses", level.name))));
    head.push(quiet("engine"));
    let mut align = vec![Align::Left, Align::Left, Align::Right];
    align.extend(is_measured.then_some(Align::Right));
    align.push(Align::Left);
    align.extend(names.iter().map(|_| Align::Right));
    align.push(Align::Left);
    let mut rows = vec![head];
    for (at, order) in locality.orders.iter().enumerate() {
        if at >= LISTED && at != locality.asked {
            continue;
        }
        let is_asked = at == locality.asked;
        let mark = if is_asked { look.glyph("▸", ">") } else { "" };
        let role = if is_asked { Role::Item } else { Role::Plain };
        let mut row = vec![
            Piece::new(role, mark),
            Piece::new(role, order.loops()),
            time(order.predicted_ns).into(),
        ];
        if is_measured {
            row.push(order.measured_ns.map_or_else(|| quiet("-"), |ns| time(ns).into()));
        }
        row.push(order.inner.into());
        row.extend(order.levels.iter().map(|level| Piece::from(misses(level))));
        row.push(quiet(order.engine.unwrap_or("closed form")));
        rows.push(row);
    }
    page.table(2, &align, &rows);
    if locality.orders.len() > LISTED {
        let more = quantity::count(locality.orders.len() as i128, "order");
        page.paragraph(2, quiet(&format!("{more} in all; the fastest are listed")));
    }
    let blocks = locality.orders.iter().any(|order| !order.blocks.is_empty());
    let mut legend = String::from("Loops from outside in");
    legend.push_str(if blocks { ", k:32 in blocks of 32. " } else { ". " });
    legend.push_str("Misses are simulated: LRU, no prefetch. Times are predicted");
    legend.push_str(if is_measured { " where they are not measured." } else { "." });
    page.paragraph(2, quiet(&legend));
    for note in &locality.notes {
        page.paragraph(2, quiet(note));
    }
    copies(&mut page, locality);
    if let Some(traversal) = &locality.traversal {
        draw(&mut page, traversal);
    }
    for finding in &locality.findings {
        page.blank();
        page.labelled(0, Piece::new(Role::Code, finding.code), finding.text.as_str());
        page.labelled(6, quiet("help:"), finding.help.as_str());
    }
    page.finish()
}

/// Whether a copy of an array pays, predicted.
fn copies(page: &mut Page, locality: &Locality) {
    for copy in &locality.copies {
        let array = &copy.array;
        let text = match copy.runs {
            Some(runs) => format!(
                "A copy of {array} with axes {:?}, slowest first, takes {} and pays after {} (predicted).",
                copy.axes,
                time(copy.copy_ns),
                quantity::count(whole(runs), "run")
            ),
            None => format!("No copy of {array} pays (predicted)."),
        };
        page.paragraph(2, Piece::new(Role::Quiet, text));
    }
}

/// At least one run.
#[allow(clippy::cast_possible_truncation)]
fn whole(runs: f64) -> i128 {
    runs.ceil().clamp(1.0, 1e18) as i128
}

/// The traversal: a row per cache line.
fn draw(page: &mut Page, traversal: &Traversal) {
    page.blank();
    page.paragraph(0, Piece::new(Role::Quiet, traversal.caption()));
    let none = page.look().glyph("·", ".");
    let columns = traversal.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut align = vec![Align::Left, Align::Right];
    align.extend(vec![Align::Right; columns]);
    let rows = traversal.rows.iter().map(|row| {
        let mut pieces =
            vec![Piece::from(row.array.as_str()), Piece::new(Role::Quiet, row.start.to_string())];
        pieces.extend(row.cells.iter().map(|cell| match cell {
            Some(visit) if visit.missed == Missed::Yes => Piece::new(Role::Code, visit.label()),
            Some(visit) => visit.label().into(),
            None => Piece::new(Role::Quiet, none),
        }));
        pieces
    });
    page.table(2, &align, &rows.collect::<Vec<_>>());
    if traversal.more > 0 {
        let more = quantity::count(traversal.more as i128, "more line");
        page.paragraph(2, Piece::new(Role::Quiet, more));
    }
}

/// `1,234`, or `~1,234 ± 5` where it was sampled.
fn misses(level: &LevelObject) -> String {
    let grouped = |count: u128| quantity::grouped(i128::try_from(count).unwrap_or(i128::MAX));
    match (level.low, level.high) {
        (Some(low), Some(high)) if low == high => grouped(level.misses),
        (Some(low), Some(high)) => {
            let half = high.saturating_sub(low) / 2;
            format!("~{} ± {}", grouped(level.misses), grouped(half))
        }
        _ => format!("~{}", grouped(level.misses)),
    }
}

fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        time if time < 1e3 => format!("{time:.0} ns"),
        time if time < 1e6 => format!("{:.1} us", time / 1e3),
        time if time < 1e9 => format!("{:.1} ms", time / 1e6),
        time => format!("{:.1} s", time / 1e9),
    }
}
