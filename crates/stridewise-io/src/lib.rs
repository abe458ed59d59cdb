//! stridewise-io: arrays in files, as dtype, layout and mapped bytes; and the machine at hand.
//!
//! [`open`] takes what a person types, `a.npy`, `a.npz::x`, `m.safetensors::w`, or a raw file
//! with [`RawOptions`], and maps it: nothing is copied, and a file of 100 GB opens at once.
//! [`convert::Conversion`] writes one in another order or dtype, [`windows::Reduction`] what its
//! sliding windows make, both in little memory. [`zarr::read`] reads what a zarr array looks like.
//! [`machine::detect`] asks which caches there are.
//!
//! Every reader also is a pure function over bytes: [`npy::parse_header`], [`npz::directory`],
//! [`safetensors::parse`], [`zarr::parse`], [`raw::layout`]. No file makes them panic, or allocate
//! more than the file itself justifies.
//!
//! # While a file is mapped
//! The operating system does not stop others from changing a file that is mapped. Bytes that they
//! write may show at any time, and where they cut the file short, touching what is gone ends the
//! process (SIGBUS on Unix). Open only files that nobody changes meanwhile; replacing a file by
//! renaming another over it is safe.
#![deny(unsafe_code)] // map.rs alone allows it

pub mod convert;
mod error;
mod format;
mod instructions;
pub mod machine;
mod map;
mod mapped;
mod memory;
mod new_file;
pub mod npy;
pub mod npz;
mod open;
mod passage;
pub mod raw;
pub mod safetensors;
mod spec;
mod threads;
pub mod windows;
pub mod zarr;

pub use error::{IoError, Problem};
pub use format::Format;
pub use instructions::{UnknownInstructions, instructions};
pub use mapped::Mapped;
pub use new_file::{Existing, NewFile, WriteError};
pub use open::{members, open};
pub use passage::{PassageError, TargetFile};
pub use raw::RawOptions;
pub use spec::Spec;
pub use threads::threads;
