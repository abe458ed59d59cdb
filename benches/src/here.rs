//! The machine, the day and the commit of a run, in words for the results.
//!
//! A source of `(4096,4096):(8,32768)+0` may be beyond one machine's caches and within another's:
//! results name theirs.

use std::process::Command;

use stridewise::kernel::Backend;
use stridewise_harness::MachineRecord;

use crate::arguments::folder;

/// This machine.
pub fn machine() -> MachineRecord {
    let machine = stridewise_io::machine::detect();
    let cache = |level: &stridewise::machine::CacheLevel| {
        format!("{} {} KiB {}-way", level.name(), level.size() >> 10, level.ways())
    };
    MachineRecord {
        cpu: machine.name().to_string(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        caches: machine.caches().iter().map(cache).collect(),
        memory: memory().unwrap_or_default(),
        isa: Backend::detect().name().to_string(),
        system: said("uname", &["-srm"]),
        huge_pages: huge_pages().unwrap_or("unknown".to_string()),
    }
}

/// `amd-epyc`
pub fn slug(cpu: &str) -> String {
    let words = cpu.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

/// Today as 2026-11-23, in UTC.
pub fn date() -> String {
    said("date", &["-u", "+%F"])
}

/// The commit that is checked out, with a plus where files differ from it.
pub fn commit() -> String {
    let folder = folder().to_string_lossy().to_string();
    let commit = said("git", &["-C", &folder, "rev-parse", "--short=10", "HEAD"]);
    let changed = said("git", &["-C", &folder, "status", "--porcelain", "--", "..", ":!results"]);
    if changed.is_empty() { commit } else { commit + "+" }
}

fn said(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output();
    output
        .map_or(String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kilobytes = text.lines().next()?.split_whitespace().nth(1)?;
    Some(kilobytes.parse::<u64>().ok()? << 10)
}

fn huge_pages() -> Option<String> {
    let text = std::fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok()?;
    let chosen = text.split('[').nth(1)?.split(']').next()?;
    Some(match chosen {
        "madvise" => "where asked for".to_string(),
        other => other.to_string(),
    })
}

/// Peers with their versions: the crates' from the lock file, Python's from the worker.
pub fn versions(worker: &crate::python::Worker) -> Vec<String> {
    const CRATES: [&str; 4] = ["ndarray", "strided-kernel", "strided-perm", "transpose"];
    let lock = include_str!("../Cargo.lock");
    let version = |name: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \""))?;
        Some(format!("{name} {}", rest.split('"').next()?))
    };
    let crates = CRATES.into_iter().filter_map(version);
    crates.chain(worker.versions.iter().cloned()).collect()
}
