//! Which machine this is: caches, page, TLBs and vectors, each figure with its source.
//!
//! Linux's sysfs is asked first, then the processor itself, and what neither knows is a stated
//! default. `48K:12:64` read from sysfs has 64 sets: column walks of `(64,512):(4096,8)+0` stay
//! in one of them.
#![forbid(unsafe_code)]

#[cfg(all(feature = "cpuid", target_arch = "x86_64"))]
mod cpuid;
mod isa;
mod sysfs;

use std::path::Path;

use stridewise::machine::{CacheLevel, Machine, Source};

/// The machine that this process runs on. Figures that cannot be found are those of
/// [`Machine::fallback`], and say so.
///
/// ```
/// let machine = stridewise_io::machine::detect();
/// assert!(machine.caches().len() >= 1 && machine.page().value >= 4096);
/// ```
pub fn detect() -> Machine {
    detect_below(Path::new("/"))
}

/// As [`detect`], with the system's files below another folder than `/`.
fn detect_below(root: &Path) -> Machine {
    let mut machine = Machine::fallback().with_isa(isa::detect());
    let caches = sysfs::caches(root).or_else(caches_by_cpuid);
    if let Some(known) = caches.and_then(|caches| machine.clone().with_caches(caches).ok()) {
        machine = known;
    }
    let tlbs = tlbs_by_cpuid();
    if !tlbs.is_empty() {
        machine = machine.with_tlbs(tlbs);
    }
    if let Some(page) = sysfs::page(root)
        && let Ok(known) = machine.clone().with_page(page, Source::System)
    {
        machine = known;
    }
    match sysfs::processor_name(root) {
        Some(name) => machine.with_name(name),
        None => machine.with_name("this machine"),
    }
}

#[cfg(all(feature = "cpuid", target_arch = "x86_64"))]
fn caches_by_cpuid() -> Option<Vec<CacheLevel>> {
    cpuid::caches()
}

#[cfg(not(all(feature = "cpuid", target_arch = "x86_64")))]
fn caches_by_cpuid() -> Option<Vec<CacheLevel>> {
    None
}

#[cfg(all(feature = "cpuid", target_arch = "x86_64"))]
fn tlbs_by_cpuid() -> Vec<stridewise::machine::Tlb> {
    cpuid::tlbs()
}

#[cfg(not(all(feature = "cpuid", target_arch = "x86_64")))]
fn tlbs_by_cpuid() -> Vec<stridewise::machine::Tlb> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_systems_files_defaults_are_stated() {
        let empty = tempfile::tempdir().unwrap();
        let machine = detect_below(empty.path());
        assert_eq!(machine.page().source, Source::Default);
        assert_ne!(machine.first_cache().source(), Source::Sysfs);
        assert_eq!(machine.name(), "this machine");
    }
}
