//! The files in benches/cases: each can be read, and they hold what they promise.
//!
//! A case such as `copy f8 4096,4096 by 1,0` is understood, listed once, and fits 2 GiB twice.

use std::path::Path;

use stridewise_harness::{Case, read_family};

fn families() -> Vec<(String, Vec<Case>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let read = |name: String| (name.clone(), read_family(&folder, &name).unwrap());
    names.into_iter().map(read).collect()
}

#[test]
fn every_file_is_understood_and_has_goals() {
    for (family, cases) in families() {
        assert!(!cases.is_empty(), "{family}");
        for case in &cases {
            assert!(!case.goals.is_empty() && !case.class.is_empty(), "{case}");
            assert!(case.bytes() <= 1 << 30, "{case}: source and destination exceed 2 GiB");
        }
        assert!(cases.iter().any(|case| case.quick), "{family} has no quick case");
    }
}

#[test]
fn the_outside_sets_are_whole() {
    let count = |family: &str| {
        let families = families();
        let found = families.iter().find(|(name, _)| name == family);
        found.map_or(0, |(_, cases)| cases.len())
    };
    assert_eq!(count("ttc"), 57);
    assert_eq!(count("strided"), 12);
}
