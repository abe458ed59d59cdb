//! Common machines by name, and the one that is assumed where nothing can be detected.
//!
//! Figures per core as the makers publish them; a shared last level is given whole.
//! Worked: on `apple-m1` a column of `(64,512):(4096,8)+0` crosses a 16 KiB page every 4 rows.

use super::{Arch, CacheLevel, Isa, Machine, MachineError, Source, Tlb};

/// One row of the table of machines.
struct Preset {
    name: &'static str,
    /// Size in KiB, ways, line of each level.
    caches: &'static [(i64, i64, i64)],
    page: i64,
    /// Entries of the first and the second TLB; none where nobody can know.
    tlbs: &'static [i64],
    arch: Arch,
    vector_bytes: i64,
}

const PRESETS: &[Preset] = &[
    Preset {
        name: "intel-desktop", // Golden Cove
        caches: &[(48, 12, 64), (1280, 10, 64), (30720, 12, 64)],
        page: 4096,
        tlbs: &[96, 2048],
        arch: Arch::X86_64,
        vector_bytes: 32,
    },
    Preset {
        name: "amd-desktop", // Zen 4
        caches: &[(32, 8, 64), (1024, 8, 64), (32768, 16, 64)],
        page: 4096,
        tlbs: &[72, 3072],
        arch: Arch::X86_64,
        vector_bytes: 64,
    },
    Preset {
        name: "intel-server", // Sapphire Rapids, 56 cores
        caches: &[(48, 12, 64), (2048, 16, 64), (107_520, 15, 64)],
        page: 4096,
        tlbs: &[96, 2048],
        arch: Arch::X86_64,
        vector_bytes: 64,
    },
    Preset {
        name: "amd-server", // Zen 3, one core complex
        caches: &[(32, 8, 64), (512, 8, 64), (32768, 16, 64)],
        page: 4096,
        tlbs: &[64, 2048],
        arch: Arch::X86_64,
        vector_bytes: 32,
    },
    Preset {
        name: "arm-server", // Neoverse N1
        caches: &[(64, 4, 64), (1024, 8, 64), (32768, 16, 64)],
        page: 4096,
        tlbs: &[48, 1280],
        arch: Arch::Aarch64,
        vector_bytes: 16,
    },
    Preset {
        name: "apple-m1", // a performance core
        caches: &[(128, 8, 64), (12288, 12, 128)],
        page: 16384,
        tlbs: &[160, 3072],
        arch: Arch::Aarch64,
        vector_bytes: 16,
    },
    Preset {
        name: "wasm", // nothing can be asked: small figures that suit most computers
        caches: &[(32, 8, 64), (512, 8, 64), (8192, 16, 64)],
        page: 4096,
        tlbs: &[],
        arch: Arch::Wasm32,
        vector_bytes: 16,
    },
];

/// What is assumed where nothing can be detected.
const FALLBACK: &str = "wasm";

impl Preset {
    fn machine(&self, source: Source) -> Result<Machine, MachineError> {
        let level = |&(kib, ways, line): &(i64, i64, i64)| {
            CacheLevel::new("", kib << 10, ways, line, source)
        };
        let caches = self.caches.iter().map(level).collect::<Result<_, _>>()?;
        let tlb = |(level, &entries): (usize, &i64)| {
            let name = if level == 0 { "L1 dTLB".to_string() } else { "L2 TLB".to_string() };
            Tlb { name, entries, source }
        };
        let isa =
            Isa { arch: self.arch, vector_bytes: self.vector_bytes, features: Vec::new(), source };
        Machine::new(caches)?
            .with_name(self.name)
            .with_tlbs(self.tlbs.iter().enumerate().map(tlb).collect())
            .with_isa(isa)
            .with_page(self.page, source)
    }
}

impl Machine {
    /// The names that [`Machine::preset`] knows.
    pub fn preset_names() -> Vec<&'static str> {
        PRESETS.iter().map(|preset| preset.name).collect()
    }

    /// A common machine by name.
    ///
    /// ```
    /// # use stridewise::machine::Machine;
    /// assert_eq!(Machine::preset("intel-server").unwrap().first_cache().sets(), 64);
    /// ```
    ///
    /// # Errors
    /// A name that is not among [`Machine::preset_names`].
    pub fn preset(name: &str) -> Result<Machine, MachineError> {
        match PRESETS.iter().find(|preset| preset.name == name) {
            Some(preset) => preset.machine(Source::Preset),
            None => {
                Err(MachineError::UnknownPreset { got: name.to_string(), nearest: nearest(name) })
            }
        }
    }

    /// The machine that is assumed where nothing can be detected; every figure says so.
    pub fn fallback() -> Machine {
        let preset = PRESETS.iter().find(|preset| preset.name == FALLBACK);
        preset
            .and_then(|preset| preset.machine(Source::Default).ok())
            .expect("a test builds every row of the table")
            .with_name("default")
    }
}

/// A preset whose name shares a part with what was typed.
fn nearest(typed: &str) -> Option<&'static str> {
    let parts = typed.split(['-', '_', ' ']).filter(|part| part.len() > 1);
    let shared = |name: &str| parts.clone().filter(|part| name.contains(*part)).count();
    let best = PRESETS.iter().map(|preset| preset.name).max_by_key(|name| shared(name))?;
    (shared(best) > 0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_machine() {
        for name in Machine::preset_names() {
            let machine = Machine::preset(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(machine.name(), name);
            assert_eq!(machine.first_cache().source(), Source::Preset);
        }
        assert_eq!(Machine::fallback().first_cache().source(), Source::Default);
    }

    #[test]
    fn unknown_names_get_a_hint() {
        let help = |name: &str| Machine::preset(name).unwrap_err().help();
        assert_eq!(help("intel_server"), "did you mean 'intel-server'?");
        assert!(help("vax").starts_with("known machines: intel-desktop"));
    }
}
