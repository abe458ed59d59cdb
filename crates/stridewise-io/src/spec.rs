//! What a person types for an array in a file: `a.npy`, `a.npz::name`, `m.safetensors::w`.
//!
//! `a.npz::x` names the member x of a.npz; `a.npz` alone names its only member.
#![forbid(unsafe_code)]

use std::fmt;
use std::path::{Path, PathBuf};

/// A file and, in an archive, which of its arrays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The file or folder.
    pub path: PathBuf,
    /// The array in it.
    pub member: Option<String>,
}

/// Endings that say a text is a file even where none exists.
const ENDINGS: [&str; 6] = ["npy", "npz", "safetensors", "zarr", "bin", "raw"];

impl Spec {
    /// Splits a text at `::`, after the first known ending or else at the last place. A text
    /// that is itself the path of something that exists is not split.
    ///
    /// ```
    /// use stridewise_io::Spec;
    /// let spec = Spec::parse("runs/a.npz::layer::w");
    /// assert_eq!(spec.path.to_str(), Some("runs/a.npz"));
    /// assert_eq!(spec.member.as_deref(), Some("layer::w"));
    /// ```
    pub fn parse(text: &str) -> Spec {
        let after_ending = ENDINGS
            .iter()
            .filter_map(|ending| Some(text.find(&format!(".{ending}::"))? + 1 + ending.len()))
            .min();
        match after_ending.or_else(|| text.rfind("::")) {
            Some(at) if !Path::new(text).exists() => {
                Spec { path: text[..at].into(), member: Some(text[at + 2..].to_string()) }
            }
            _ => Spec { path: text.into(), member: None },
        }
    }

    /// Whether this is more likely a file than an expression: it exists, or ends as files do.
    pub fn names_a_file(&self) -> bool {
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        let known = |ending: &str| ENDINGS.contains(&ending.to_ascii_lowercase().as_str());
        ending.is_some_and(known) || self.path.exists()
    }
}

impl From<&str> for Spec {
    fn from(text: &str) -> Spec {
        Spec::parse(text)
    }
}

/// A path names a whole file, whatever characters it has.
impl From<&Path> for Spec {
    fn from(path: &Path) -> Spec {
        Spec { path: path.to_path_buf(), member: None }
    }
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        match &self.member {
            Some(member) => write!(f, "::{}", member.escape_debug()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Spec;

    fn check(text: &str, path: &str, member: Option<&str>) {
        let spec = Spec::parse(text);
        assert_eq!((spec.path.to_str(), spec.member.as_deref()), (Some(path), member), "{text}");
    }

    #[test]
    fn splits_where_a_person_means_it() {
        check("a.npy", "a.npy", None);
        check("a.npz::x", "a.npz", Some("x"));
        check("a.npz::", "a.npz", Some(""));
        check("a::b.npz::x::y", "a::b.npz", Some("x::y"));
        check("m.safetensors::w.npz::x", "m.safetensors", Some("w.npz::x"));
        check("archive::x", "archive", Some("x"));
        check("", "", None);
    }

    #[test]
    fn files_and_expressions_are_told_apart() {
        assert!(Spec::parse("missing.npz::x").names_a_file());
        assert!(Spec::parse("missing.NPY").names_a_file());
        assert!(Spec::parse(env!("CARGO_MANIFEST_DIR")).names_a_file());
        assert!(!Spec::parse("zeros((4, 5))[::2].T").names_a_file());
        assert!(!Spec::parse("a[::2]").names_a_file());
    }
}
