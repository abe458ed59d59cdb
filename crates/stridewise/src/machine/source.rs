//! Where a figure comes from: every figure that a person sees says so.
//!
//! Worked: `L1d 49152 bytes (sysfs)` was read from the system; `(preset)` was not.

use std::fmt;

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// Linux's `/sys/devices/system/cpu`.
    Sysfs,
    /// The CPUID instruction.
    Cpuid,
    /// A question to the operating system.
    System,
    /// A named machine of this crate.
    Preset,
    /// Nobody: a stated guess.
    Default,
    /// The user.
    Given,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Sysfs => "sysfs",
            Source::Cpuid => "cpuid",
            Source::System => "operating system",
            Source::Preset => "preset",
            Source::Default => "default",
            Source::Given => "given",
        })
    }
}

/// A figure and where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Figure {
    /// The figure.
    pub value: i64,
    /// Who says so.
    pub source: Source,
}
