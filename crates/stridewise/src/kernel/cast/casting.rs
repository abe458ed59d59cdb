//! Casting: which casts a rule allows, by NumPy's table of `can_cast`.
//!
//! An `i4` holds every `i2` (safe), an `i2` is still an integer (same kind), and a float as an
//! `i4` is neither (unsafe). The rules contain one another, from `No` to `Unsafe`.

use super::CastError;
use super::number::Number;
use crate::layout::DType;
use crate::layout::dtype::{ByteOrder, Kind};

/// Which casts are allowed; each rule allows what the ones before it do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Casting {
    /// None: the dtypes are the same, byte order and all.
    No,
    /// Another byte order alone.
    Equiv,
    /// Those that keep every value.
    Safe,
    /// Safe ones, and those within a kind, such as `f8` to `f4`.
    #[default]
    SameKind,
    /// All.
    Unsafe,
}

impl Casting {
    /// All rules, the strictest first.
    pub const ALL: [Casting; 5] =
        [Casting::No, Casting::Equiv, Casting::Safe, Casting::SameKind, Casting::Unsafe];

    /// NumPy's name for it: `no`, `equiv`, `safe`, `same_kind` or `unsafe`.
    pub fn name(self) -> &'static str {
        match self {
            Casting::No => "no",
            Casting::Equiv => "equiv",
            Casting::Safe => "safe",
            Casting::SameKind => "same_kind",
            Casting::Unsafe => "unsafe",
        }
    }

    /// The strictest rule that allows a cast between numbers or truth values.
    ///
    /// ```
    /// # use stridewise::{kernel::cast::Casting, layout::DType};
    /// let dtype = |code| DType::parse(code).unwrap();
    /// assert_eq!(Casting::needed(&dtype("i4"), &dtype("f8")), Ok(Casting::Safe));
    /// assert_eq!(Casting::needed(&dtype("i4"), &dtype("f4")), Ok(Casting::SameKind));
    /// assert_eq!(Casting::needed(&dtype("f4"), &dtype("i4")), Ok(Casting::Unsafe));
    /// assert_eq!(Casting::needed(&dtype(">f4"), &dtype("<f4")), Ok(Casting::Equiv));
    /// ```
    ///
    /// # Errors
    /// [`CastError::Unsupported`] where one is neither, unless both are the same.
    pub fn needed(from: &DType, to: &DType) -> Result<Casting, CastError> {
        if from == to {
            return Ok(Casting::No);
        }
        let native = to.with_byte_order(ByteOrder::Little);
        if from.with_byte_order(ByteOrder::Little) == native {
            return Ok(Casting::Equiv);
        }
        let (lower, higher) = (place(from)?, place(to)?);
        if from.promote(to).as_ref() == Some(&native) {
            return Ok(Casting::Safe);
        }
        Ok(if lower <= higher { Casting::SameKind } else { Casting::Unsafe })
    }

    /// Whether the rule allows a cast: NumPy's `can_cast(from, to, casting)`.
    ///
    /// Law: `rule.allows(a, b) == (Casting::needed(a, b) <= rule)`.
    ///
    /// # Errors
    /// Those of [`Casting::needed`].
    pub fn allows(self, from: &DType, to: &DType) -> Result<bool, CastError> {
        Ok(Casting::needed(from, to)? <= self)
    }
}

/// Where a kind of number stands among the kinds, of which each holds the ones before.
fn place(dtype: &DType) -> Result<usize, CastError> {
    const KINDS: [Kind; 5] = [Kind::Bool, Kind::Uint, Kind::Int, Kind::Float, Kind::Complex];
    let place = KINDS.iter().position(|&kind| kind == dtype.kind());
    place.ok_or_else(|| CastError::Unsupported { dtype: dtype.clone() })
}

/// What a dtype holds, where it can be cast.
pub(super) fn number(dtype: &DType) -> Result<Number, CastError> {
    Number::of(dtype).ok_or_else(|| CastError::Unsupported { dtype: dtype.clone() })
}
