//! The repository keeps its rules, and each rule can be broken: one that cannot fail is a defect.

use std::path::Path;

use xtask::tidy::{Finding, Tree, advice, findings, rule_names};

fn repository() -> Tree {
    Tree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap()
}

fn told(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("\n  {finding}")).collect()
}

#[test]
fn the_repository_is_tidy() {
    let found = findings(&repository());
    assert!(found.is_empty(), "{}", told(&found));
}

#[test]
fn the_repository_was_read() {
    let tree = repository();
    for path in ["Cargo.toml", "crates/stridewise/src/lib.rs", "xtask/tests/tidy.rs", "STYLE.md"] {
        assert!(tree.text(path).is_some_and(|text| !text.is_empty()), "{path}");
    }
}

/// A tree that breaks no rule.
fn tidy_tree() -> Tree {
    let safe = "//! Integers only.\n#![forbid(unsafe_code)]\n";
    let manifest = "[package]\nname = \"stridewise\"\n[lints]\nworkspace = true\n[dependencies]\n";
    Tree::written(&[
        ("README.md", "x"),
        ("ARCHITECTURE.md", "x"),
        ("STYLE.md", "x"),
        ("CHANGELOG.md", "x"),
        ("LICENSE-MIT", ""),
        ("LICENSE-APACHE", ""),
        ("crates/stridewise/Cargo.toml", manifest),
        ("crates/stridewise/src/lib.rs", "//! A tour.\npub mod layout;\n"),
        ("crates/stridewise/src/layout/mod.rs", safe),
        ("crates/stridewise/src/nest/mod.rs", safe),
    ])
}

const LAYOUT: &str = "crates/stridewise/src/layout/slice.rs";
const EXPR: &str = "crates/stridewise/src/expr/parser/chain.rs";
const KERNEL: &str = "crates/stridewise/src/kernel/copy.rs";
const ORACLE: &str = "crates/stridewise-oracle/Cargo.toml";

/// The rule that a file breaks when it is added to a tidy tree.
const BROKEN: &[(&str, &str, &str)] = &[
    ("opening", LAYOUT, "use std::fmt;\n"),
    ("opening", LAYOUT, "//!\n//! Late.\n"),
    ("opening", "fuzz/fuzz_targets/npy.rs", "#![no_main]\n"),
    ("names", "crates/stridewise/src/layout/util.rs", "//! x\n"),
    ("names", "python/stridewise/helpers/a.py", ""),
    ("names", LAYOUT, "//! x\nmod common {\n}\n"),
    ("ignored-tests", LAYOUT, "//! x\n#[test]\n#[ignore]\nfn f() {}\n"),
    ("unfinished", LAYOUT, "//! x\n// FIXM\u{45}: later\n"),
    ("unfinished", LAYOUT, "//! x\nfn f() { todo!() }\n"),
    ("outside-world", LAYOUT, "//! x\nfn f() { println!(\"x\") }\n"),
    ("outside-world", LAYOUT, "//! x\nuse std::{fmt, fs};\n"),
    ("outside-world", LAYOUT, "//! x\nuse std::io::{self, Read};\n"),
    ("outside-world", LAYOUT, "//! x\nuse serde::Serialize;\n"),
    ("forbid-unsafe", "crates/stridewise/src/nest/mod.rs", "//! x\n// #![forbid(unsafe_code)]\n"),
    ("unsafe", LAYOUT, "//! x\nfn f() { unsafe { g() } }\n"),
    ("unsafe", "crates/stridewise-io/src/npy.rs", "//! x\nunsafe fn f() {}\n"),
    ("directions", LAYOUT, "//! x\nuse crate::nest::Nest;\n"),
    ("directions", LAYOUT, "//! x\nuse crate::{layout::Layout, nest};\n"),
    ("directions", LAYOUT, "//! x\nfn f() -> super::super::nest::Nest {}\n"),
    ("directions", EXPR, "//! x\nuse super::super::super::view::View;\n"),
    ("directions", KERNEL, "//! x\nuse crate::locality::Cache;\n"),
    ("directions", "crates/stridewise/src/locality/rank.rs", "//! x\nuse crate::kernel::copy;\n"),
    ("directions", "crates/stridewise/src/attic.rs", "//! x\n"),
    ("tour", "crates/stridewise/src/lib.rs", "//! x\npub fn f() {}\n"),
    (
        "crates",
        ORACLE,
        "[package]\nname = \"stridewise-oracle\"\n[lints]\nworkspace = true\n[dependencies]\nstridewise = { workspace = true }\n",
    ),
    (
        "crates",
        "crates/stridewise-wasm/Cargo.toml",
        "[package]\nname = \"stridewise-wasm\"\n[lints]\nworkspace = true\n[dependencies]\nstridewise-cli.workspace = true\n",
    ),
    (
        "crates",
        "crates/attic/Cargo.toml",
        "[package]\nname = \"attic\"\n[lints]\nworkspace = true\n",
    ),
    (
        "core-dependencies",
        "crates/stridewise/Cargo.toml",
        "[package]\nname = \"stridewise\"\n[lints]\nworkspace = true\n[dependencies]\nsmallvec = \"1\"\n",
    ),
    (
        "core-dependencies",
        "crates/stridewise/Cargo.toml",
        "[package]\nname = \"stridewise\"\n[lints]\nworkspace = true\n[dependencies.smallvec]\nversion = \"1\"\n",
    ),
    ("lints", ORACLE, "[package]\nname = \"stridewise-oracle\"\n"),
];

/// Files that look as if they broke a rule, and do not.
const KEPT: &[(&str, &str)] = &[
    (LAYOUT, "//! unsafe, println!, std::fs: only spoken of.\n"),
    (
        LAYOUT,
        "//! x\n/// ```\n/// use crate::nest::Nest;\n/// ```\nconst TEXT: &str = \"unsafe\";\n",
    ),
    (LAYOUT, "//! x\nuse super::{LayoutError, nest_of};\nuse crate::layout::dtype;\n"),
    (LAYOUT, "//! x\n#[cfg(test)]\nmod tests {\n    use super::super::Layout;\n}\n"),
    (LAYOUT, "//! x\n#[ignore = \"an hour long\"]\n"),
    (
        KERNEL,
        "//! x\nuse crate::{layout::Layout, machine, nest::Nest, view::View};\nunsafe fn f() {}\n",
    ),
    ("crates/stridewise-io/src/npy.rs", "//! x\nuse std::fs::File;\n"),
    (ORACLE, "[package]\nname = \"stridewise-oracle\"\n[lints]\nworkspace = true\n"),
    (
        "crates/stridewise/Cargo.toml",
        "[package]\nname = \"stridewise\"\n[lints]\nworkspace = true\n[dependencies]\nrayon = { version = \"1\", optional = true }\n[dev-dependencies]\nproptest = \"1\"\nstridewise-oracle.workspace = true\n",
    ),
];

#[test]
fn every_rule_can_be_broken() {
    let tidy = tidy_tree();
    assert!(findings(&tidy).is_empty(), "{}", told(&findings(&tidy)));
    for (rule, path, text) in BROKEN {
        let found = findings(&tidy.with(&[(path, text)]));
        let rules: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [*rule], "{path} with {text:?} gives {}", told(&found));
        assert_eq!(found[0].path, *path);
    }
    let long = format!("//! x\n{}", "fn f() {}\n".repeat(701));
    let too_long = findings(&tidy.with(&[(LAYOUT, &long)]));
    assert_eq!(too_long.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["length"]);
    let missing = findings(&tidy.without("CHANGELOG.md"));
    assert_eq!(missing.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["documents"]);

    let broken = |rule: &&str| {
        BROKEN.iter().any(|(name, ..)| name == rule) || ["length", "documents"].contains(rule)
    };
    let unbroken: Vec<&str> = rule_names().filter(|rule| !broken(rule)).collect();
    assert!(unbroken.is_empty(), "rules that nothing here breaks: {unbroken:?}");
}

#[test]
fn what_only_looks_broken_is_let_pass() {
    for (path, text) in KEPT {
        let found = findings(&tidy_tree().with(&[(path, text)]));
        assert!(found.is_empty(), "{path} with {text:?} gives {}", told(&found));
    }
}

#[test]
fn long_files_are_mentioned_before_they_are_too_long() {
    let lines = |count| format!("//! x\n{}", "fn f() {} // why\n\n".repeat(count));
    let advised = |count| advice(&tidy_tree().with(&[(LAYOUT, &lines(count))])).len();
    assert_eq!((advised(400), advised(401)), (0, 1));
    let tested = format!("{}#[cfg(test)]\nmod tests {{}}\n", lines(400));
    assert!(advice(&tidy_tree().with(&[(LAYOUT, &tested)])).is_empty());
}
