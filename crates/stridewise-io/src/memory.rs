//! How much memory this process may count on.
//!
//! The smaller of what the machine has and what its control group allows.
#![forbid(unsafe_code)]

/// Bytes of memory, where the system says so.
#[cfg(target_os = "linux")]
pub(crate) fn physical() -> Option<u64> {
    let system = rustix::system::sysinfo();
    #[allow(clippy::useless_conversion, reason = "the field has 32 bits on 32-bit machines")]
    let machine = u64::from(system.totalram).checked_mul(u64::from(system.mem_unit))?;
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let limit = limit.and_then(|text| text.trim().parse().ok());
    Some(limit.map_or(machine, |limit: u64| limit.min(machine)))
}

/// Bytes of memory, where the system says so.
#[cfg(not(target_os = "linux"))]
pub(crate) fn physical() -> Option<u64> {
    None
}
