//! Rules about files as a whole: which exist, how they open, what they are called, how long.

use super::code::{code_only, lines};
use super::{Found, Tree};

const DOCUMENTS: [&str; 6] =
    ["README.md", "ARCHITECTURE.md", "STYLE.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// Names that say nothing: a thing without a home has a concept without a name.
const NAMELESS: [&str; 9] =
    ["util", "utils", "helper", "helpers", "common", "misc", "shared", "stuff", "utilities"];

/// Above this many lines of code a file is worth a second look.
const LONG: usize = 400;

/// Above this many it needs a reason in `REASONS`.
const TOO_LONG: usize = 700;

/// Files that may be longer than `TOO_LONG`, and why.
const REASONS: [(&str, &str); 0] = [];

pub(super) fn documents_exist(tree: &Tree) -> Found {
    let missing = |path: &&str| tree.text(path).is_none();
    let found = |path: &str| (path.to_string(), 0, "this document is missing".to_string());
    DOCUMENTS.into_iter().filter(missing).map(found).collect()
}

pub(super) fn rust_files_open_with_a_sentence(tree: &Tree) -> Found {
    let mut found = Found::new();
    for (path, text) in tree.rust() {
        let first = text.lines().next().unwrap_or_default();
        let sentence = first.strip_prefix("//! ").unwrap_or_default();
        if sentence.trim().is_empty() {
            let text = "the first line is not `//! ` and a sentence on what the file is";
            found.push((path.to_string(), 1, text.to_string()));
        }
    }
    found
}

pub(super) fn names_say_what_is_inside(tree: &Tree) -> Found {
    let mut found = Found::new();
    for (path, text) in tree.files() {
        let parts = path.split(['/', '.']).filter(|part| NAMELESS.contains(part));
        found.extend(parts.map(|part| (path.to_string(), 0, format!("`{part}` names nothing"))));
        if !path.ends_with(".rs") {
            continue;
        }
        for (line, code) in lines(&code_only(text)) {
            let module =
                code.split_once("mod ").map(|(_, rest)| rest.trim_end_matches([' ', ';', '{']));
            if let Some(name) = module.filter(|name| NAMELESS.contains(name)) {
                found.push((path.to_string(), line, format!("`mod {name}` names nothing")));
            }
        }
    }
    found
}

pub(super) fn files_are_rooms_not_halls(tree: &Tree) -> Found {
    let excused = |path: &str| REASONS.iter().any(|(listed, _)| *listed == path);
    longer_than(tree, TOO_LONG).into_iter().filter(|(path, ..)| !excused(path)).collect()
}

pub(super) fn files_growing_long(tree: &Tree) -> Found {
    longer_than(tree, LONG)
}

fn longer_than(tree: &Tree, limit: usize) -> Found {
    let mut found = Found::new();
    for (path, text) in tree.rust() {
        let length = code_lines(text);
        if length > limit {
            found.push((path.to_string(), 0, format!("{length} lines of code, above {limit}")));
        }
    }
    found
}

/// Lines that are neither blank nor comment, up to the file's tests.
fn code_lines(text: &str) -> usize {
    let code = code_only(text);
    lines(&code).take_while(|(_, line)| line.trim() != "#[cfg(test)]").count()
}
