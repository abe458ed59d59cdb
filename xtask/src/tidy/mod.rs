//! Tidy: rules over the text of the repository, each a function from a [`Tree`] to findings.
//!
//! A tree is a map from path to text, read from the disk or written down in a test, so that
//! each rule can be shown to fail. A finding reads `crates/x/src/y.rs:12: rule: what is wrong`.

mod code;
mod files;
mod manifests;
mod rooms;
mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;

/// The files of the repository that rules look at: path from the root, text.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeMap<String, String>,
}

/// One break of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// which file
    pub path: String,
    /// the line, counted from 1; 0 where the file as a whole is meant
    pub line: usize,
    /// the name of the rule
    pub rule: &'static str,
    /// what is wrong
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}: {}", self.path, self.rule, self.text),
            line => write!(f, "{}:{line}: {}: {}", self.path, self.rule, self.text),
        }
    }
}

/// What a rule found: line and text; the rule's name is added by its caller.
type Found = Vec<(String, usize, String)>;

type Rule = fn(&Tree) -> Found;

/// The rules that a tree must keep, by name.
const RULES: &[(&str, Rule)] = &[
    ("documents", files::documents_exist),
    ("opening", files::rust_files_open_with_a_sentence),
    ("names", files::names_say_what_is_inside),
    ("length", files::files_are_rooms_not_halls),
    ("ignored-tests", words::ignored_tests_say_why),
    ("unfinished", words::nothing_is_left_unfinished),
    ("outside-world", words::core_stays_away_from_the_outside_world),
    ("forbid-unsafe", words::safe_rooms_forbid_unsafe),
    ("unsafe", words::unsafe_stays_in_its_rooms),
    ("directions", rooms::rooms_respect_their_directions),
    ("tour", rooms::the_core_root_has_no_logic),
    ("crates", manifests::crates_respect_their_directions),
    ("core-dependencies", manifests::core_requires_nothing),
    ("lints", manifests::crates_take_the_workspace_lints),
];

/// Every break of every rule.
pub fn findings(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for &(rule, check) in RULES {
        let named = |(path, line, text)| Finding { path, line, rule, text };
        findings.extend(check(tree).into_iter().map(named));
    }
    findings.dedup(); // A group such as `use std::io::{self, Read}` is one break.
    findings
}

/// What is not wrong yet: files that grow long.
pub fn advice(tree: &Tree) -> Vec<Finding> {
    let named = |(path, line, text)| Finding { path, line, rule: "length", text };
    files::files_growing_long(tree).into_iter().map(named).collect()
}

/// The names of all rules.
pub fn rule_names() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(name, _)| *name)
}

impl Tree {
    /// The files under `root`, without what builds leave there.
    ///
    /// # Errors
    /// What the file system says.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut tree = Tree::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        const BUILT: [&str; 7] =
            ["target", "node_modules", "dist", "demo-out", "corpus", "artifacts", "__pycache__"];
        const READ: [&str; 3] = ["rs", "toml", "md"];
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                if !BUILT.contains(&name.as_str()) && !name.starts_with('.') {
                    self.read_folder(&entry.path(), &format!("{path}/"))?;
                }
            } else {
                let extension = Path::new(&name).extension().and_then(|e| e.to_str());
                let read = extension.is_some_and(|e| READ.contains(&e));
                let text =
                    if read { std::fs::read_to_string(entry.path())? } else { String::new() };
                self.files.insert(path, text);
            }
        }
        Ok(())
    }

    /// A tree written down, for tests of the rules.
    pub fn written(files: &[(&str, &str)]) -> Tree {
        let owned = |(path, text): &(&str, &str)| (path.to_string(), text.to_string());
        Tree { files: files.iter().map(owned).collect() }
    }

    /// This tree with some files added or replaced.
    pub fn with(&self, files: &[(&str, &str)]) -> Tree {
        let mut tree = self.clone();
        tree.files.extend(Tree::written(files).files);
        tree
    }

    /// This tree without one file.
    pub fn without(&self, path: &str) -> Tree {
        let mut tree = self.clone();
        tree.files.remove(path);
        tree
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// All paths with their texts.
    fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files.
    fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| path.ends_with(".rs"))
    }

    /// The manifests of crates, not the workspace's.
    fn manifests(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| path.ends_with("/Cargo.toml"))
    }
}
