//! Views: a layout together with the memory that it describes.
//!
//! Memory is admitted through one gate (`gate`), which checks a layout against a buffer once;
//! afterwards addresses follow from the layout alone, for shared and mutable views alike.
//! [`View`] and [`ViewMut`] hold aligned elements of a Rust type, [`Bytes`] and [`BytesMut`]
//! untyped items at any address: `(3):(9)+1` of 8-byte items is fine there.
//!
//! Invariants that SAFETY comments cite:
//! - **V1** every byte that the layout reaches from `origin` lies in one live allocation, is
//!   initialised, and stays so for `'a`; for a shared view nobody writes it meanwhile
//! - **V2** (`View`, `ViewMut`) the itemsize is `size_of::<T>()`, every element is aligned for `T`
//!   and holds a valid `T`
//! - **V3** (mutable views) no byte is reached by two indices, and nobody else reads or writes
//!   a reached byte during `'a`
//! - **V4** offsets of reached bytes fit in `isize`, so narrowing them loses nothing
#![allow(unsafe_code)]

mod buffer;
mod bytes;
mod error;
mod gate;
mod iter;
#[cfg(feature = "ndarray")]
mod ndarray;
mod plain;
mod typed;

pub use buffer::Buffer;
pub use bytes::{Bytes, BytesMut};
pub use error::ViewError;
pub use iter::{Iter, IterMut};
pub use plain::Plain;
pub use typed::{View, ViewMut};
