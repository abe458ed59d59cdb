//! Instructions: which of them kernels use, where the environment names some.
//!
//! `STRIDEWISE_ISA=avx2` has every face run its kernels with 256-bit vectors, whatever there is:
//! for tests and measurements, of `(4096,4096):(8,32768)+0` copied in C order for example.

use stridewise::kernel::Backend;

/// The environment variable that names them.
const VARIABLE: &str = "STRIDEWISE_ISA";

/// Names that this processor has no instructions for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are no instructions '{name}' here")]
pub struct UnknownInstructions {
    /// What the environment says.
    pub name: String,
}

impl UnknownInstructions {
    /// What to do about it.
    pub fn help(&self) -> String {
        format!("unset {VARIABLE}, or name portable, avx2 or avx512")
    }
}

/// The instructions that the environment variable `STRIDEWISE_ISA` names: `portable`, `avx2` or
/// `avx512`; the best that this processor has where it is unset.
///
/// # Errors
/// A name of none, or of instructions that this processor does not have.
pub fn instructions() -> Result<Backend, UnknownInstructions> {
    named(std::env::var_os(VARIABLE).map(|name| name.to_string_lossy().into_owned()))
}

fn named(name: Option<String>) -> Result<Backend, UnknownInstructions> {
    let Some(name) = name else { return Ok(Backend::detect()) };
    let known = Backend::from_name(&name).filter(|backend| backend.is_there());
    known.ok_or(UnknownInstructions { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_those_named_or_the_best() {
        let said = |name: &str| named(Some(name.to_string()));
        assert_eq!(named(None), Ok(Backend::detect()));
        assert_eq!(said("portable"), Ok(Backend::Portable));
        for backend in [Backend::Avx2, Backend::Avx512] {
            assert_eq!(said(backend.name()).is_ok(), backend.is_there());
        }
        for unknown in ["abacus", "", "AVX2"] {
            assert_eq!(said(unknown), Err(UnknownInstructions { name: unknown.to_string() }));
        }
    }
}
