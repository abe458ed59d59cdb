//! What Linux's files say: `/sys/devices/system/cpu`, `/proc/self/auxv`, `/proc/cpuinfo`.
//!
//! `cpu0/cache/index0/{level,type,size,ways_of_associativity,coherency_line_size}` of 1, Data,
//! 48K, 12 and 64 is the cache `L1d 48K:12:64`.
#![forbid(unsafe_code)]

use std::io::Read;
use std::path::Path;

use stridewise::machine::{CacheLevel, Source};

/// More index folders than any processor has caches.
const MAX_INDEX: usize = 16;

/// The data caches, nearest first; `None` where the system does not say.
pub(super) fn caches(root: &Path) -> Option<Vec<CacheLevel>> {
    let folder = root.join("sys/devices/system/cpu/cpu0/cache");
    let index = |index| cache(&folder.join(format!("index{index}")));
    let mut caches: Vec<(i64, CacheLevel)> = (0..MAX_INDEX).filter_map(index).collect();
    caches.sort_by_key(|(level, _)| *level);
    caches.dedup_by_key(|(level, _)| *level);
    let caches: Vec<CacheLevel> = caches.into_iter().map(|(_, cache)| cache).collect();
    (!caches.is_empty()).then_some(caches)
}

/// The level and the cache of one folder, if it holds data.
fn cache(folder: &Path) -> Option<(i64, CacheLevel)> {
    let entry = |name: &str| text(&folder.join(name));
    let number = |name: &str| entry(name)?.parse::<i64>().ok();
    let (level, kind) = (number("level")?, entry("type")?);
    let name = match kind.as_str() {
        "Data" => format!("L{level}d"),
        "Unified" => format!("L{level}"),
        _ => return None,
    };
    let size = bytes(&entry("size")?)?;
    let line = number("coherency_line_size")?;
    // Where the ways are not told, the cache counts as fully associative, as in Linux.
    let ways = number("ways_of_associativity").filter(|&ways| ways > 0);
    let ways = ways.or_else(|| size.checked_div(line))?;
    Some((level, CacheLevel::new(name, size, ways, line, Source::Sysfs).ok()?))
}

/// `48K` or `2M`, in bytes.
fn bytes(text: &str) -> Option<i64> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'K' => (&text[..text.len() - 1], 10),
        b'M' => (&text[..text.len() - 1], 20),
        b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<i64>().ok()?.checked_mul(1 << shift)
}

/// The page size, from the values that the system hands to every process.
pub(super) fn page(root: &Path) -> Option<i64> {
    const PAGE_SIZE: usize = 6; // AT_PAGESZ
    const WORD: usize = size_of::<usize>();
    let values = start_of(&root.join("proc/self/auxv"))?;
    let word = |bytes: &[u8]| bytes.try_into().map(usize::from_ne_bytes).ok();
    let mut pairs = values.chunks_exact(2 * WORD);
    let pair = pairs.find(|pair| word(&pair[..WORD]) == Some(PAGE_SIZE))?;
    word(&pair[WORD..])?.try_into().ok()
}

/// What the processor is called.
pub(super) fn processor_name(root: &Path) -> Option<String> {
    let processors = start_of(&root.join("proc/cpuinfo"))?;
    let processors = String::from_utf8_lossy(&processors);
    let line = processors.lines().find(|line| line.starts_with("model name"))?;
    let name = line.split_once(':')?.1.trim();
    (!name.is_empty()).then(|| name.to_string())
}

/// A short file's text, without the newline at its end.
fn text(path: &Path) -> Option<String> {
    String::from_utf8(start_of(path)?).ok().map(|text| text.trim_end().to_string())
}

/// The first bytes of a file: such files state no length, and all that matters comes early.
fn start_of(path: &Path) -> Option<Vec<u8>> {
    let mut start = Vec::new();
    std::fs::File::open(path).ok()?.take(1 << 16).read_to_end(&mut start).ok()?;
    Some(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A system with these caches: level, type, size, ways, line.
    fn check(caches: &[[&str; 5]], wanted: Option<&[&str]>) {
        let root = tempfile::tempdir().unwrap();
        for (index, values) in caches.iter().enumerate() {
            let folder = format!("sys/devices/system/cpu/cpu0/cache/index{index}");
            let folder = root.path().join(folder);
            fs::create_dir_all(&folder).unwrap();
            let names = ["level", "type", "size", "ways_of_associativity", "coherency_line_size"];
            for (name, value) in names.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
                fs::write(folder.join(name), format!("{value}\n")).unwrap();
            }
        }
        let found = super::caches(root.path());
        let found = found.map(|caches| caches.iter().map(|c| c.to_string()).collect::<Vec<_>>());
        assert_eq!(
            found.as_deref(),
            wanted.map(|w| w.iter().map(|s| s.to_string()).collect::<Vec<_>>()).as_deref()
        );
    }

    #[test]
    fn reads_data_caches_in_order() {
        check(&[], None);
        check(
            &[
                ["1", "Data", "48K", "12", "64"],
                ["1", "Instruction", "32K", "8", "64"],
                ["2", "Unified", "2048K", "16", "64"],
                ["3", "Unified", "491520K", "16", "64"],
            ],
            Some(&["L1d 48K:12:64", "L2 2M:16:64", "L3 480M:16:64"]),
        );
        check(
            &[["2", "Unified", "1M", "16", "64"], ["1", "Data", "32K", "8", "64"]],
            Some(&["L1d 32K:8:64", "L2 1M:16:64"]),
        );
        check(&[["1", "Data", "32K", "0", "64"]], Some(&["L1d 32K:512:64"]));
        check(&[["1", "Data", "32K", "", "64"]], Some(&["L1d 32K:512:64"]));
    }

    #[test]
    fn nonsense_is_left_out() {
        check(&[["1", "Data", "32K", "8", "0"]], None);
        check(&[["1", "Data", "32K", "7", "64"]], None);
        check(&[["1", "Data", "-1K", "8", "64"]], None);
        check(&[["1", "Data", "99999999999999G", "8", "64"]], None);
        check(&[["1", "", "32K", "8", "64"]], None);
        check(&[["one", "Data", "32K", "8", "64"]], None);
        check(&[["1", "Data", "32K", "8", "9223372036854775807"]], None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_tells_its_page() {
        let page = page(Path::new("/")).unwrap();
        assert!(page >= 4096 && page.count_ones() == 1, "{page}");
    }
}
