//! Machines as plain data: caches, pages, TLBs and vectors, each figure with its source.
//!
//! Nothing here looks at the computer: stridewise-io detects one, a preset names one, and an
//! override such as `48K:12:64` states one. A [`Machine`] is then passed to whoever asks.
//!
//! Worked: `48K:12:64` has 64 sets, so two rows of `(64,512):(4096,8)+0` 4096 bytes apart share one.
#![forbid(unsafe_code)]

mod cache;
mod error;
mod machine_type;
mod parse;
mod presets;
mod source;

pub use cache::CacheLevel;
pub use error::MachineError;
pub use machine_type::{Arch, Isa, Machine, Tlb};
pub use parse::read_bytes;
pub use source::{Figure, Source};
