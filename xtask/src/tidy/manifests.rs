//! Rules about the crates' manifests: who may depend on whom.
//!
//! `core <- {io, report} <- faces`; a face never imports a face, with one exception: the Python
//! package carries the command too.

use super::{Found, Tree};

/// Each crate with those of ours that it may depend on. A crate that is not listed fails the rule.
const CRATES: [(&str, &[&str]); 9] = [
    ("stridewise", &[]),
    ("stridewise-oracle", &[]),
    ("stridewise-io", &["stridewise"]),
    ("stridewise-report", &["stridewise"]),
    ("stridewise-cli", &["stridewise", "stridewise-io", "stridewise-report"]),
    ("stridewise-py", &["stridewise", "stridewise-io", "stridewise-report", "stridewise-cli"]),
    ("stridewise-wasm", &["stridewise", "stridewise-io", "stridewise-report"]),
    ("stridewise-harness", &[]),
    ("xtask", &[]),
];

/// Crates that check the others may use any of them.
const CHECKERS: [&str; 4] = [
    "fuzz/Cargo.toml",
    "fuzz/checks/Cargo.toml",
    "benches/Cargo.toml",
    "benches/locality/Cargo.toml",
];

struct Dependency<'a> {
    line: usize,
    name: &'a str,
    entry: &'a str,
}

/// The entries of `[dependencies]` and its like, those for development left out.
fn dependencies(manifest: &str) -> Vec<Dependency<'_>> {
    let mut section = "";
    let mut found = Vec::new();
    for (line, text) in manifest.lines().enumerate() {
        let (line, text) = (line + 1, text.trim());
        if let Some(header) = text.strip_prefix('[') {
            section = header.trim_end_matches(']');
            if let Some((_, name)) = section.split_once("dependencies.")
                && !section.contains("dev-")
            {
                found.push(Dependency { line, name, entry: text });
            }
        } else if section.ends_with("dependencies")
            && !section.contains("dev-")
            && let Some((name, entry)) = text.split_once('=')
        {
            // `name.workspace = true` is an entry as well.
            let name = name.trim().trim_matches('"');
            let name = name.split('.').next().unwrap_or(name);
            found.push(Dependency { line, name, entry });
        }
    }
    found
}

fn crate_name(manifest: &str) -> Option<&str> {
    let (_, package) = manifest.split_once("[package]")?;
    let line = package.lines().find(|line| line.trim_start().starts_with("name"))?;
    Some(line.split_once('=')?.1.trim().trim_matches('"'))
}

pub(super) fn crates_respect_their_directions(tree: &Tree) -> Found {
    let mut found = Found::new();
    for (path, manifest) in tree.manifests().filter(|(path, _)| !CHECKERS.contains(path)) {
        let name = crate_name(manifest).unwrap_or_default();
        let Some((_, may_use)) = CRATES.iter().find(|(listed, _)| *listed == name) else {
            let text = format!("the crate `{name}` has no place in the table of directions");
            found.push((path.to_string(), 0, text));
            continue;
        };
        for used in dependencies(manifest) {
            let ours = CRATES.iter().any(|(listed, _)| *listed == used.name);
            if ours && !may_use.contains(&used.name) {
                let text = format!("`{name}` must not depend on `{}`", used.name);
                found.push((path.to_string(), used.line, text));
            }
        }
    }
    found
}

pub(super) fn core_requires_nothing(tree: &Tree) -> Found {
    let path = "crates/stridewise/Cargo.toml";
    let required = |used: &Dependency<'_>| !used.entry.contains("optional = true");
    let text = |used: Dependency<'_>| {
        let text = format!("the core requires nothing; make `{}` optional", used.name);
        (path.to_string(), used.line, text)
    };
    let manifest = tree.text(path).unwrap_or_default();
    dependencies(manifest).into_iter().filter(required).map(text).collect()
}

pub(super) fn crates_take_the_workspace_lints(tree: &Tree) -> Found {
    let takes = |manifest: &str| {
        let section = manifest.split_once("[lints]").map(|(_, rest)| rest.trim_start());
        section.is_some_and(|rest| rest.starts_with("workspace = true"))
    };
    let text = "`[lints] workspace = true` is missing";
    let missing = tree.manifests().filter(|(path, text)| !CHECKERS.contains(path) && !takes(text));
    missing.map(|(path, _)| (path.to_string(), 0, text.to_string())).collect()
}
