//! Proof: a statement really run, beside what the model says of it.
//!
//! The only room that knows running and predicting both. [`time_nest`] gives a nest memory of its
//! own and runs it with a plain executor, whose innermost loops are what a compiler makes of the
//! same loops in C or Rust; [`kendall_tau`] says how well predicted times order measured ones.
//! [`bandwidths`] says how fast this machine moves memory at all. Every figure from here is *measured*; every figure from locality/ is *simulated*.
//!
//! Worked: `out[j] += a[i,j]` over `(1000,1000):(8000,8)+0` takes several times longer with i
//! inside than with j inside.
#![forbid(unsafe_code)]

mod bandwidth;
mod execute;
mod loops;
mod tau;
mod time;

pub use bandwidth::{Bandwidth, BandwidthError, Bandwidths, bandwidths};
/// Bytes of the vectors that these loops are compiled for; a prediction beside a measurement is
/// for a machine of the same.
pub const VECTOR_BYTES: i64 = if cfg!(target_feature = "avx512f") {
    64
} else if cfg!(target_feature = "avx") {
    32
} else {
    16
};

pub use execute::MeasureError;
pub use tau::kendall_tau;
pub use time::{Measured, Timing, time_nest, time_nest_by};
