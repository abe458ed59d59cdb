//! Machine: cache geometry, page, TLBs and instructions, each figure with its source.
//!
//! `48K:12:64` is 64 sets of 12 ways of 64 bytes; a column of `(64,512):(4096,8)+0` falls
//! into one of these sets.

use serde::Serialize;
use stridewise::machine::{Arch, Machine};

use super::{Document, enveloped};
use crate::text::{Look, machine_text};

/// What `machine` answers.
#[derive(Clone, Debug, Serialize)]
pub struct MachineDocument {
    /// What it is called.
    pub name: String,
    /// Data caches, nearest first.
    pub caches: Vec<CacheObject>,
    /// Bytes of a page.
    pub page: FigureObject,
    /// How many pages are remembered, nearest first; empty where unknown.
    pub tlbs: Vec<TlbObject>,
    /// Instructions and vectors.
    pub isa: IsaObject,
    /// How fast memory moves, where that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<MeasuredObject>,
}

/// Bandwidths that were measured on this machine, whichever machine is described.
#[derive(Clone, Debug, Serialize)]
pub struct MeasuredObject {
    /// Bytes of each of the two arrays that were moved.
    pub bytes: usize,
    /// Rounds, of which the median is told.
    pub rounds: usize,
    /// `memcpy`, `stream`, `read`, `strided` and `transposed`, one thread.
    pub bandwidths: Vec<BandwidthObject>,
}

/// One way to move memory.
#[derive(Clone, Debug, Serialize)]
pub struct BandwidthObject {
    /// What it is called.
    pub name: &'static str,
    /// Bytes of elements that are read and written in a second.
    pub bytes_per_second: f64,
}

/// One cache level.
#[derive(Clone, Debug, Serialize)]
pub struct CacheObject {
    /// `L1d`, `L2`, ….
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Lines in a set.
    pub ways: i64,
    /// Bytes of a line.
    pub line: i64,
    /// How many sets.
    pub sets: i64,
    /// Who says so.
    pub source: String,
}

/// A figure and who says so.
#[derive(Clone, Debug, Serialize)]
pub struct FigureObject {
    /// The figure.
    pub value: i64,
    /// Who says so.
    pub source: String,
}

/// One level of address translation.
#[derive(Clone, Debug, Serialize)]
pub struct TlbObject {
    /// `L1 dTLB`, ….
    pub name: String,
    /// How many pages it remembers.
    pub entries: i64,
    /// Who says so.
    pub source: String,
}

/// Instructions and vectors.
#[derive(Clone, Debug, Serialize)]
pub struct IsaObject {
    /// `x86-64`, `aarch64`, `wasm32`; empty where unknown.
    pub arch: &'static str,
    /// Bytes of the widest vector that loops may use.
    pub vector_bytes: i64,
    /// Extensions by their common names.
    pub features: Vec<String>,
    /// Who says so.
    pub source: String,
}

impl MachineDocument {
    /// Describes a machine.
    pub fn new(machine: &Machine) -> MachineDocument {
        let caches = machine.caches().iter().map(|cache| CacheObject {
            name: cache.name().to_owned(),
            size: cache.size(),
            ways: cache.ways(),
            line: cache.line(),
            sets: cache.sets(),
            source: cache.source().to_string(),
        });
        let tlbs = machine.tlbs().iter().map(|tlb| TlbObject {
            name: tlb.name.clone(),
            entries: tlb.entries,
            source: tlb.source.to_string(),
        });
        let isa = machine.isa();
        MachineDocument {
            name: machine.name().to_owned(),
            caches: caches.collect(),
            page: FigureObject {
                value: machine.page().value,
                source: machine.page().source.to_string(),
            },
            tlbs: tlbs.collect(),
            isa: IsaObject {
                arch: match isa.arch {
                    Arch::X86_64 => "x86-64",
                    Arch::Aarch64 => "aarch64",
                    Arch::Wasm32 => "wasm32",
                    _ => "",
                },
                vector_bytes: isa.vector_bytes,
                features: isa.features.clone(),
                source: isa.source.to_string(),
            },
            measured: None,
        }
    }

    /// With bandwidths that were measured, by name, in bytes a second.
    pub fn measured(
        mut self,
        bytes: usize,
        rounds: usize,
        bandwidths: impl Iterator<Item = (&'static str, f64)>,
    ) -> MachineDocument {
        let object = |(name, bytes_per_second)| BandwidthObject { name, bytes_per_second };
        let bandwidths = bandwidths.map(object).collect();
        self.measured = Some(MeasuredObject { bytes, rounds, bandwidths });
        self
    }
}

impl Document for MachineDocument {
    fn to_json(&self) -> String {
        enveloped("machine", self)
    }

    fn to_text(&self, look: Look) -> String {
        machine_text(self, look)
    }
}
