//! The machine as a table of caches, and beside each figure who says so.
//!
//! `L1d  48.0 KiB  12 ways  64 sets  64 B a line  sysfs`.

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{MachineDocument, MeasuredObject};

/// The table of a machine.
pub fn machine_text(machine: &MachineDocument, look: Look) -> String {
    let mut page = Page::new(look);
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    let name = if machine.name.is_empty() { "this machine" } else { &machine.name };
    page.paragraph(0, Piece::new(Role::Title, name));
    page.blank();
    let mut rows =
        vec![["cache", "size", "ways", "sets", "line", "way", "source"].map(quiet).to_vec()];
    for cache in &machine.caches {
        rows.push(vec![
            cache.name.as_str().into(),
            quantity::about(cache.size).into(),
            cache.ways.to_string().into(),
            quantity::grouped(cache.sets).into(),
            format!("{} B", cache.line).into(),
            // Addresses this far apart fall into the same set.
            quantity::about(cache.sets.saturating_mul(cache.line)).into(),
            quiet(&cache.source),
        ]);
    }
    use Align::{Left, Right};
    page.table(2, &[Left, Right, Right, Right, Right, Right, Left], &rows);
    page.paragraph(
        2,
        quiet("Memory moves in lines. Bytes that are a way apart compete for the same set."),
    );
    page.blank();
    let mut rows = vec![vec![
        quiet("page"),
        quantity::about(machine.page.value).into(),
        quiet(&machine.page.source),
    ]];
    for tlb in &machine.tlbs {
        let reach = tlb.entries.saturating_mul(machine.page.value);
        let pages = quantity::count(tlb.entries, "page");
        let text = format!("{pages}, {} within reach", quantity::about(reach));
        rows.push(vec![quiet(&tlb.name), text.into(), quiet(&tlb.source)]);
    }
    let isa = &machine.isa;
    let vectors = format!("vectors of {}", quantity::count(isa.vector_bytes, "byte"));
    let words = [isa.arch, &vectors].into_iter().filter(|word| !word.is_empty());
    let words = words.collect::<Vec<_>>().join(", ");
    rows.push(vec![quiet("instructions"), words.into(), quiet(&isa.source)]);
    page.table(2, &[Left, Left, Left], &rows);
    if !isa.features.is_empty() {
        page.labelled(2, quiet("extensions  "), isa.features.join(" "));
    }
    if let Some(measured) = &machine.measured {
        bandwidths(&mut page, measured);
    }
    page.finish()
}

/// What each way to move memory is.
fn way(name: &str) -> &'static str {
    match name {
        "memcpy" => "a copy by the system's own function",
        "stream" => "a copy past the cache",
        "read" => "all elements of 8 bytes in turn",
        "strided" => "one element of 8 bytes in each line of 64; only its bytes count",
        _ => "a matrix onto its transpose",
    }
}

fn bandwidths(page: &mut Page, measured: &MeasuredObject) {
    let quiet = |text: &str| Piece::new(Role::Quiet, text);
    page.blank();
    let bytes = quantity::about(i64::try_from(measured.bytes).unwrap_or(i64::MAX));
    page.paragraph(
        2,
        quiet(&format!(
            "measured here: arrays of {bytes}, one thread, the median of {}",
            quantity::count(i64::try_from(measured.rounds).unwrap_or(i64::MAX), "round")
        )),
    );
    let rows = measured.bandwidths.iter().map(|bandwidth| {
        let speed = format!("{:.1} GB/s", bandwidth.bytes_per_second / 1e9);
        vec![bandwidth.name.into(), speed.into(), quiet(way(bandwidth.name))]
    });
    let rows: Vec<Vec<Piece>> = rows.collect();
    page.table(2, &[Align::Left, Align::Right, Align::Left], &rows);
}
