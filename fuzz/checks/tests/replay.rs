//! The checked-in corpora and seeded random bytes through every target, on every `cargo test`.

use std::path::Path;

use fuzz_checks::TARGETS;
use stridewise_oracle::Rng;

#[test]
fn corpora_are_replayed() {
    for (name, check) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(name);
        let files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(!files.is_empty(), "nothing in {}", folder.display());
        for file in files {
            check(&std::fs::read(&file).unwrap());
        }
    }
}

#[test]
fn random_bytes_and_damaged_corpora() {
    for (name, check) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(name);
        let mut seeds: Vec<Vec<u8>> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| std::fs::read(e.unwrap().path()).unwrap())
            .collect();
        seeds.sort();
        let mut rng = Rng::new(97);
        for round in 0..1500 {
            let mut bytes: Vec<u8> = match round % 3 {
                0 => (0..rng.index(64)).map(|_| rng.bits().to_le_bytes()[0]).collect(),
                _ => rng.pick(&seeds).clone(),
            };
            for _ in 0..rng.index(4) {
                let at = rng.index(bytes.len() + 1);
                match rng.index(3) {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, rng.bits().to_le_bytes()[0]),
                    _ if at < bytes.len() => bytes[at] ^= 1 << rng.index(8),
                    _ => {}
                }
            }
            check(&bytes);
        }
    }
}

#[test]
fn each_target_has_a_fuzzer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} in fuzz/Cargo.toml");
        assert!(root.join(format!("fuzz_targets/{name}.rs")).exists(), "{name}.rs");
    }
}
