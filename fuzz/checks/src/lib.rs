//! What each fuzz target does with its bytes: one function a target, which panics on a defect.
//!
//! The targets in `fuzz_targets/` only call these, and so does `tests/replay.rs`, which runs the
//! checked-in corpora and random bytes on every `cargo test`. Bytes become numbers through
//! `dice::Dice`: the bytes `2 2 3` begin the layout `(2,3):(24,8)+0`.

#![forbid(unsafe_code)]

mod dice;
mod files;
mod kernels;
mod layouts;
mod texts;

/// A target: its name, which is that of its corpus, and what it does with the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 14] = [
    ("expression", texts::expression),
    ("pattern", texts::pattern),
    ("dtype", texts::dtype),
    ("cache", texts::cache),
    ("nests", texts::nests),
    ("npy", files::npy),
    ("npz", files::npz),
    ("safetensors", files::safetensors),
    ("zarr", files::zarr),
    ("chain", layouts::chain),
    ("overlap", layouts::overlap),
    ("hostile", layouts::hostile),
    ("copy", kernels::copies),
    ("reduce", kernels::reductions),
];

/// Runs the target of that name.
///
/// # Panics
/// Where there is no such target, and where the target finds a defect.
pub fn run(name: &str, data: &[u8]) {
    let (_, check) = TARGETS.iter().find(|(target, _)| *target == name).expect("a target");
    check(data);
}
