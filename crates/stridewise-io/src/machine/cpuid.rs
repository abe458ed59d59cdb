//! What the processor says of itself, on x86-64.
//!
//! Leaf 4 (0x8000001D on AMD) lists caches as ways, partitions, line and sets: 12, 1, 64 and 64
//! make `L1d 48K:12:64`.
#![forbid(unsafe_code)]

use raw_cpuid::{CacheType, CpuId, DatType};
use stridewise::machine::{CacheLevel, Source, Tlb};

/// The data caches, nearest first; `None` where the processor does not say.
pub(super) fn caches() -> Option<Vec<CacheLevel>> {
    let mut caches = Vec::new();
    for cache in CpuId::new().get_cache_parameters()? {
        let level = cache.level();
        let name = match cache.cache_type() {
            CacheType::Data => format!("L{level}d"),
            CacheType::Unified => format!("L{level}"),
            _ => continue,
        };
        let number = |count: usize| i64::try_from(count).ok();
        let ways = number(cache.associativity())?;
        let line = number(cache.coherency_line_size())?;
        let lines = number(cache.sets())?.checked_mul(ways)?;
        let partitions = number(cache.physical_line_partitions())?;
        let size = lines.checked_mul(line)?.checked_mul(partitions)?;
        if let Ok(cache) = CacheLevel::new(name, size, ways, line, Source::Cpuid) {
            caches.push((level, cache));
        }
    }
    caches.sort_by_key(|(level, _)| *level);
    let caches: Vec<CacheLevel> = caches.into_iter().map(|(_, cache)| cache).collect();
    (!caches.is_empty()).then_some(caches)
}

/// The TLBs for loads from small pages, nearest first; empty where the processor does not say.
pub(super) fn tlbs() -> Vec<Tlb> {
    let cpu = CpuId::new();
    let mut levels: Vec<(u8, i64)> = Vec::new();
    for tlb in cpu.get_deterministic_address_translation_info().into_iter().flatten() {
        let loads =
            matches!(tlb.cache_type(), DatType::DataTLB | DatType::UnifiedTLB | DatType::LoadOnly);
        let entries = i64::from(tlb.ways()) * i64::from(tlb.sets());
        if loads && tlb.has_4k_entries() && entries > 0 {
            levels.push((tlb.cache_level(), entries));
        }
    }
    if levels.is_empty() {
        let first = cpu.get_l1_cache_and_tlb_info().map(|info| info.dtlb_4k_size());
        let second = cpu.get_l2_l3_cache_and_tlb_info().map(|info| info.dtlb_4k_size());
        levels.extend(first.filter(|&entries| entries > 0).map(|entries| (1, entries.into())));
        levels.extend(second.filter(|&entries| entries > 0).map(|entries| (2, entries.into())));
    }
    levels.sort_unstable();
    levels.dedup_by_key(|(level, _)| *level);
    let named = |(level, entries)| {
        let name = if level == 1 { "L1 dTLB".to_string() } else { format!("L{level} TLB") };
        Tlb { name, entries, source: Source::Cpuid }
    };
    levels.into_iter().map(named).collect()
}
