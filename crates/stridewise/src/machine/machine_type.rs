//! `Machine`: the caches, page, TLBs and vectors that an answer is about.
//!
//! Built from its caches; everything else starts as a stated default and is replaced by name:
//! `Machine::new(caches)?.with_page(16384, Source::Sysfs)?`.
//!
//! Invariants:
//! - **M4** there are 1 to 8 cache levels, nearest first
//! - **M5** the page is a power of two of at least 1 byte
//!
//! Worked: with pages of 4096 bytes, walking axis 0 of `(64,512):(4096,8)+0` touches a new page
//! at every element.

use super::{CacheLevel, Figure, MachineError, Source};

const MAX_LEVELS: usize = 8;
const DEFAULT_PAGE: i64 = 4096;
/// Two 8-byte lanes: what every 64-bit processor has.
const DEFAULT_VECTOR: i64 = 16;

/// One level of address translation: how many pages it remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tlb {
    /// What people call it: `L1 dTLB`.
    pub name: String,
    /// How many pages it remembers.
    pub entries: i64,
    /// Who says so.
    pub source: Source,
}

/// The family of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Arch {
    /// 64-bit x86.
    X86_64,
    /// 64-bit Arm.
    Aarch64,
    /// WebAssembly, 32-bit addresses.
    Wasm32,
    /// Anything else.
    Other,
}

/// Instructions and vectors.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Isa {
    /// The family.
    pub arch: Arch,
    /// Bytes of the widest vector that loops may use.
    pub vector_bytes: i64,
    /// Extensions by their common names: `avx2`, `avx512f`.
    pub features: Vec<String>,
    /// Who says so.
    pub source: Source,
}

/// A machine as plain data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    name: String,
    caches: Vec<CacheLevel>,
    page: Figure,
    tlbs: Vec<Tlb>,
    isa: Isa,
}

impl Machine {
    /// A machine with these data caches, nearest first. Caches without a name get `L1d`, `L2`, ….
    ///
    /// # Errors
    /// No caches, or more than 8 levels.
    pub fn new(caches: Vec<CacheLevel>) -> Result<Machine, MachineError> {
        let isa = Isa {
            arch: Arch::Other,
            vector_bytes: DEFAULT_VECTOR,
            features: Vec::new(),
            source: Source::Default,
        };
        Ok(Machine {
            name: String::new(),
            caches: named_by_level(caches)?,
            page: Figure { value: DEFAULT_PAGE, source: Source::Default },
            tlbs: Vec::new(),
            isa,
        })
    }

    /// The same machine under another name.
    pub fn with_name(mut self, name: impl Into<String>) -> Machine {
        self.name = name.into();
        self
    }

    /// The same machine with other caches, as `--cache` overrides them.
    ///
    /// # Errors
    /// No caches, or more than 8 levels.
    pub fn with_caches(mut self, caches: Vec<CacheLevel>) -> Result<Machine, MachineError> {
        self.caches = named_by_level(caches)?;
        Ok(self)
    }

    /// The same machine with another page size.
    ///
    /// # Errors
    /// A page that breaks M5.
    pub fn with_page(mut self, value: i64, source: Source) -> Result<Machine, MachineError> {
        if value < 1 || value.count_ones() != 1 {
            return Err(MachineError::NotPowerOfTwo { figure: "page", got: value });
        }
        self.page = Figure { value, source };
        Ok(self)
    }

    /// The same machine with these TLBs, nearest first.
    pub fn with_tlbs(mut self, tlbs: Vec<Tlb>) -> Machine {
        self.tlbs = tlbs;
        self
    }

    /// The same machine with these instructions.
    pub fn with_isa(mut self, isa: Isa) -> Machine {
        self.isa = isa;
        self
    }

    /// What it is called; empty where nobody named it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its data caches, nearest first; at least one.
    pub fn caches(&self) -> &[CacheLevel] {
        &self.caches
    }

    /// The nearest data cache.
    pub fn first_cache(&self) -> &CacheLevel {
        &self.caches[0] // Invariant M4.
    }

    /// Bytes of a page.
    pub fn page(&self) -> Figure {
        self.page
    }

    /// Its TLBs, nearest first; none where unknown.
    pub fn tlbs(&self) -> &[Tlb] {
        &self.tlbs
    }

    /// Instructions and vectors.
    pub fn isa(&self) -> &Isa {
        &self.isa
    }
}

fn named_by_level(mut caches: Vec<CacheLevel>) -> Result<Vec<CacheLevel>, MachineError> {
    if caches.is_empty() {
        return Err(MachineError::NoCaches);
    }
    if caches.len() > MAX_LEVELS {
        let got = i64::try_from(caches.len()).unwrap_or(i64::MAX);
        return Err(MachineError::TooLarge { figure: "levels", wanted: 8, got });
    }
    for (level, cache) in caches.iter_mut().enumerate() {
        if cache.name().is_empty() {
            let name = if level == 0 { "L1d".to_string() } else { format!("L{}", level + 1) };
            *cache = cache.clone().named(name);
        }
    }
    Ok(caches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_levels_and_keeps_given_names() {
        let caches = ["32K:8:64", "LL=1M:16:64", "8M:16:64"];
        let caches = caches.iter().map(|text| text.parse().unwrap()).collect();
        let machine = Machine::new(caches).unwrap();
        let names: Vec<_> = machine.caches().iter().map(CacheLevel::name).collect();
        assert_eq!(names, ["L1d", "LL", "L3"]);
        assert_eq!(machine.page(), Figure { value: 4096, source: Source::Default });
    }

    #[test]
    fn refuses_what_breaks_an_invariant() {
        assert_eq!(Machine::new(Vec::new()), Err(MachineError::NoCaches));
        let cache: CacheLevel = "32K:8:64".parse().unwrap();
        let many = Machine::new(vec![cache.clone(); 9]);
        assert_eq!(many, Err(MachineError::TooLarge { figure: "levels", wanted: 8, got: 9 }));
        let odd = Machine::new(vec![cache]).unwrap().with_page(5000, Source::Given);
        assert_eq!(odd, Err(MachineError::NotPowerOfTwo { figure: "page", got: 5000 }));
    }
}
