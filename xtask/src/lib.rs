//! Checks of the workspace that the compiler does not make; see [`tidy`].

#![forbid(unsafe_code)]

pub mod tidy;
