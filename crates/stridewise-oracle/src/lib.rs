//! Index-by-index truth for stridewise's tests: slow, obvious, and independent of the code it checks.
#![forbid(unsafe_code)]
