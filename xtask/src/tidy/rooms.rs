//! Rules about the rooms inside the core: which may look into which.
//!
//! `{layout, machine} <- nest <- {kernel, locality, expr}`, `layout <- view <- kernel`,
//! `{kernel, locality} <- measure`. The compiler cannot order modules of one crate; this does.

use super::code::{code_only, lines, paths, words};
use super::{Found, Tree};

const CORE: &str = "crates/stridewise/src/";

/// Each room with the rooms that it may use. A room that is not listed fails the rule.
const ROOMS: [(&str, &[&str]); 10] = [
    ("control", &[]),
    ("suggest", &[]),
    ("layout", &["suggest"]),
    ("machine", &[]),
    ("nest", &["layout", "machine"]),
    ("view", &["layout"]),
    ("kernel", &["control", "layout", "machine", "nest", "view"]),
    ("locality", &["control", "layout", "machine", "nest"]),
    ("expr", &["layout", "machine", "nest", "suggest"]),
    ("measure", &["control", "layout", "machine", "nest", "view", "kernel", "locality"]),
];

pub(super) fn rooms_respect_their_directions(tree: &Tree) -> Found {
    let mut found = Found::new();
    for (path, text) in tree.rust() {
        let Some(inside) = path.strip_prefix(CORE) else { continue };
        let modules: Vec<&str> = inside.trim_end_matches(".rs").split('/').collect();
        let room = modules[0];
        if room == "lib" {
            continue;
        }
        let Some((_, may_use)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            let text = format!("the room `{room}` has no place in the table of directions");
            found.push((path.to_string(), 0, text));
            continue;
        };
        let depth = modules.len() - usize::from(modules.last() == Some(&"mod"));
        for (line, segments) in paths(&code_only(text)) {
            let Some(used) = room_used(&segments, depth) else { continue };
            if used != room && !may_use.contains(&used) {
                found.push((path.to_string(), line, format!("`{room}` must not use `{used}`")));
            }
        }
    }
    found
}

/// The room that a path leads to from a module `depth` below the root of the crate.
fn room_used(segments: &[String], depth: usize) -> Option<&str> {
    let supers = segments.iter().take_while(|segment| *segment == "super").count();
    let from_root = match segments.first().map(String::as_str) {
        Some("crate") => &segments[1..],
        _ if supers >= depth && supers > 0 => &segments[supers..],
        _ => return None,
    };
    let name = from_root.first()?;
    ROOMS.iter().map(|(room, _)| *room).find(|room| room == name)
}

pub(super) fn the_core_root_has_no_logic(tree: &Tree) -> Found {
    let path = "crates/stridewise/src/lib.rs";
    let Some(text) = tree.text(path) else { return Found::new() };
    let logic = ["fn", "impl", "struct", "enum", "trait", "macro_rules", "static", "const"];
    let mut found = Found::new();
    for (line, code) in lines(&code_only(text)) {
        if let Some(word) = words(code).find(|word| logic.contains(word)) {
            found.push((path.to_string(), line, format!("`{word}` in the tour of the crate")));
        }
    }
    found
}
