//! Loop orders as a table, fastest first, and the findings about the one that was asked about.
//!
//! `i,j  1.2 ms  vector  125,000` and below it `j,i  9.9 ms  scalar  1,000,000`: of
//! `(1000,1000):(8000,8)+0` the second loads a line for every element.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{LevelObject, Locality};

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
    let mut head = vec![quiet(""), quiet("loops"), quiet("predicted"), quiet("inner loop")];
    head.extend(names.iter().map(|level| quiet(&format!("{} misses", level.name))));
    head.push(quiet("engine"));
    let mut align = vec![Align::Left, Align::Left, Align::Right, Align::Left];
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
            Piece::new(role, order.order.join(",")),
            time(order.predicted_ns).into(),
            order.inner.into(),
        ];
        row.extend(order.levels.iter().map(|level| Piece::from(misses(level))));
        row.push(quiet(order.engine.unwrap_or("closed form")));
        rows.push(row);
    }
    page.table(2, &align, &rows);
    if locality.orders.len() > LISTED {
        let more = quantity::count(locality.orders.len() as i128, "order");
        page.paragraph(2, quiet(&format!("{more} in all; the fastest are listed")));
    }
    page.paragraph(
        2,
        quiet(
            "Loops from outside in. Misses are simulated: LRU, no prefetch. Times are predicted.",
        ),
    );
    for finding in &locality.findings {
        page.blank();
        page.labelled(0, Piece::new(Role::Code, finding.code), finding.text.as_str());
        page.labelled(6, quiet("help:"), finding.help.as_str());
    }
    page.finish()
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
