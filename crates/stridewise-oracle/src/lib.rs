//! Index-by-index truth for stridewise's tests: slow, obvious, independent of the code it checks.
//!
//! A [`Strided`] is shape, byte strides, offset and itemsize without any invariant. Visiting its
//! indices one by one gives a [`Listing`]: where each element lies. `(2,3):(24,8)+0` lists
//! `[0, 8, 16, 24, 32, 40]`. Operations on listings follow from what an index *means*, never
//! from stride arithmetic, and [`Listing::fit`] says which strides, if any, would give the list.
//!
//! [`corpus`] holds layouts that have caught mistakes before; [`random`] makes more of them.

#![forbid(unsafe_code)]

mod bytes;
mod corpus;
mod listing;
mod reshape;
mod rng;
mod select;
mod slices;
mod strided;

pub use bytes::Pair;
pub use corpus::{corpus, huge, random};
pub use listing::Listing;
pub use reshape::Order;
pub use rng::Rng;
pub use select::Selector;
pub use strided::Strided;
