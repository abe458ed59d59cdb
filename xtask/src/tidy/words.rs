//! Rules about words in the code: unsafe, the outside world, unfinished work.

use super::code::{code_only, lines, paths, words};
use super::{Found, Tree};

const CORE: &str = "crates/stridewise/src/";

/// Files that hold a room or a crate in which unsafe code is forbidden.
const SAFE: [&str; 10] = [
    "crates/stridewise/src/control.rs",
    "crates/stridewise/src/layout/mod.rs",
    "crates/stridewise/src/machine/mod.rs",
    "crates/stridewise/src/nest/mod.rs",
    "crates/stridewise/src/expr/mod.rs",
    "crates/stridewise/src/locality/mod.rs",
    "crates/stridewise-report/src/lib.rs",
    "crates/stridewise-cli/src/lib.rs",
    "crates/stridewise-oracle/src/lib.rs",
    "xtask/src/lib.rs",
];

/// Where `unsafe` may be written: path prefix and why.
const UNSAFE: [(&str, &str); 6] = [
    ("benches/src/", "floors and peers, never shipped"),
    ("crates/stridewise/src/view/", "the gate that admits memory"),
    ("crates/stridewise/src/kernel/", "walks admitted memory"),
    ("crates/stridewise-io/src/map.rs", "maps files"),
    ("crates/stridewise-py/src/", "NumPy's C API and the buffer protocol"),
    ("crates/stridewise/tests/no_allocation.rs", "counts allocations"),
];

/// What the core never does or needs: the first segments of a path, or a word.
const OUTSIDE: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::io",
    "serde",
    "serde_json",
    "clap",
    "pyo3",
];

const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

pub(super) fn ignored_tests_say_why(tree: &Tree) -> Found {
    each_line(tree, |path, line| {
        (path.ends_with(".rs") && line.replace(' ', "").contains("#[ignore]"))
            .then(|| "write #[ignore = \"why\"]".to_string())
    })
}

pub(super) fn nothing_is_left_unfinished(tree: &Tree) -> Found {
    // Put together, so that this file keeps its own rule.
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let mut found = Found::new();
    for (path, text) in tree.rust() {
        for (line, raw) in lines(text) {
            found.extend(
                words(raw).filter(|word| marks.contains(word)).map(|word| {
                    (path.to_string(), line, format!("`{word}`: finish it or file it"))
                }),
            );
        }
    }
    found.extend(each_line(tree, |_, line| {
        let unfinished =
            ["todo!", "unimplemented!"].into_iter().find(|word| line.contains(word))?;
        Some(format!("`{unfinished}` where an answer should be"))
    }));
    found
}

pub(super) fn core_stays_away_from_the_outside_world(tree: &Tree) -> Found {
    let mut found = each_line(tree, |path, line| {
        let printed = PRINTING.into_iter().find(|word| {
            words(line).any(|found| found == *word) && line.contains(&format!("{word}!"))
        })?;
        path.starts_with(CORE).then(|| format!("the core does not print: `{printed}!`"))
    });
    for (path, text) in tree.rust().filter(|(path, _)| path.starts_with(CORE)) {
        for (line, segments) in paths(&code_only(text)) {
            let starts = |outside: &&str| {
                let mut wanted = outside.split("::");
                let mut given = segments.iter();
                wanted.all(|segment| given.next().is_some_and(|found| found == segment))
            };
            if let Some(outside) = OUTSIDE.into_iter().find(|outside| starts(outside)) {
                found.push((path.to_string(), line, format!("the core knows no `{outside}`")));
            }
        }
    }
    found
}

pub(super) fn safe_rooms_forbid_unsafe(tree: &Tree) -> Found {
    let mut found = Found::new();
    for path in SAFE {
        let Some(text) = tree.text(path) else { continue };
        if !code_only(text).lines().any(|line| line.trim() == "#![forbid(unsafe_code)]") {
            let text = "#![forbid(unsafe_code)] is missing".to_string();
            found.push((path.to_string(), 0, text));
        }
    }
    found
}

pub(super) fn unsafe_stays_in_its_rooms(tree: &Tree) -> Found {
    each_line(tree, |path, line| {
        let allowed = UNSAFE.iter().any(|(prefix, _)| path.starts_with(prefix));
        (!allowed && words(line).any(|word| word == "unsafe"))
            .then(|| "`unsafe` outside its rooms".to_string())
    })
}

/// What `check` says of each line of code of each Rust file.
fn each_line(tree: &Tree, check: impl Fn(&str, &str) -> Option<String>) -> Found {
    let mut found = Found::new();
    for (path, text) in tree.rust() {
        for (line, code) in lines(&code_only(text)) {
            found.extend(check(path, code).map(|text| (path.to_string(), line, text)));
        }
    }
    found
}
