//! Which windows, and what is made of their elements.
//!
//! `Windows::over(&[3], &[0])` on `(6):(8)+0` are four windows of three neighbours; with mode
//! [`Mode::Trailing`] there are six, of which the first two are incomplete.

use super::error::WindowError;
use crate::kernel::{Backend, Element};
use crate::layout::PerAxis;

/// Which windows to reduce. Lists have one value per windowed axis.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Windows {
    /// How many elements a window has: 1 or more.
    pub size: PerAxis<i64>,
    /// The windowed axes, none of them twice.
    pub axes: PerAxis<i64>,
    /// From one window to the next, in elements: 1 or more. Empty: 1 everywhere.
    pub step: PerAxis<i64>,
    /// From one element of a window to the next: 1 or more. Empty: 1 everywhere.
    pub dilation: PerAxis<i64>,
    /// Which windows there are at the ends of an axis.
    pub mode: Mode,
    /// How far windows of the modes of the same size are moved to the left, as
    /// `scipy.ndimage`'s `origin`. Empty: 0 everywhere.
    pub origin: PerAxis<i64>,
    /// What becomes of NaN.
    pub missing: Missing,
    /// What becomes of integer sums and products beyond 64 bits.
    pub overflow: Overflow,
    /// How places of extremes are counted.
    pub places: Places,
    /// The index of the first element in the lane as a whole, where the input is a chunk of it:
    /// results are the same to the bit, however a lane is cut. Empty: 0 everywhere.
    pub first_index: PerAxis<i64>,
    /// The instructions to use; results do not depend on them.
    pub backend: Backend,
}

impl Windows {
    /// All whole windows over some axes.
    pub fn over(size: &[i64], axes: &[i64]) -> Windows {
        Windows {
            size: size.into(),
            axes: axes.into(),
            step: PerAxis::new(),
            dilation: PerAxis::new(),
            mode: Mode::Valid,
            origin: PerAxis::new(),
            missing: Missing::Propagate,
            overflow: Overflow::Error,
            places: Places::FromFirst,
            first_index: PerAxis::new(),
            backend: Backend::detect(),
        }
    }

    /// All whole windows along one axis.
    pub fn along(size: i64, axis: i64) -> Windows {
        Windows::over(&[size], &[axis])
    }
}

/// Which windows there are at the ends of an axis. But for the first two there is one window per
/// element, around it, and the modes say what lies beside the axis; their names are those of
/// `scipy.ndimage`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Whole windows only.
    Valid,
    /// One window per element, which ends there. Windows that begin before the axis are `fill`,
    /// unless missing elements are skipped: then what lies before the axis is missing.
    Trailing {
        /// What incomplete windows give.
        fill: f64,
    },
    /// `d c b a | a b c d | d c b a`, which `np.pad` calls symmetric.
    Reflect,
    /// `d c b | a b c d | c b a`, which `np.pad` calls reflect.
    Mirror,
    /// `a a a | a b c d | d d d`
    Nearest,
    /// `b c d | a b c d | a b c`
    Wrap,
    /// `k k k | a b c d | k k k`, a `k` that is NaN being missing like any other.
    Constant {
        /// The `k`.
        value: f64,
    },
}

/// What becomes of NaN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A window that contains NaN gives NaN (and for positions, the first of them).
    Propagate,
    /// NaN is left out. Windows with fewer other elements give NaN (positions -1, truth false).
    Skip {
        /// So many elements make a result.
        min_count: i64,
    },
}

/// What becomes of integer sums and products beyond 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// An error.
    Error,
    /// The lowest 64 bits.
    Wrap,
}

/// How the place of a least or greatest element is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    /// From the first element of a window, of equal elements the first: as NumPy's `argmin`.
    FromFirst,
    /// From the last element of a window, of equal elements the last, along one axis: as
    /// bottleneck's `move_argmin`. A NaN that is skipped is as good as the worst infinity.
    FromLast,
}

/// What is made of the elements of a window.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// The sum, in NumPy's type for sums.
    Sum,
    /// The product, in NumPy's type for products.
    Prod,
    /// The mean, exact for equal elements.
    Mean,
    /// The variance: squares about the mean, over the count less `ddof`.
    Var {
        /// Delta degrees of freedom.
        ddof: i64,
    },
    /// The root of the variance.
    Std {
        /// Delta degrees of freedom.
        ddof: i64,
    },
    /// The least element.
    Min,
    /// The greatest element.
    Max,
    /// Where the least element is, counted as [`Places`] says. Over several axes the last one runs
    /// fastest.
    ArgMin,
    /// Where the greatest element is, likewise.
    ArgMax,
    /// Whether any element is not 0.
    Any,
    /// Whether no element is 0.
    All,
    /// How many elements are not NaN.
    Count,
    /// The middle of the elements in order, or the mean of the two in the middle.
    Median,
    /// What a share of the elements is below, by NumPy's linear method.
    Quantile {
        /// The share, from 0 to 1.
        q: f64,
    },
    /// Where the last element ranks among all, from -1 (the least) to 1 (the greatest).
    Rank,
    /// The sum of the elements, each times its weight (a correlation).
    Dot {
        /// One weight per element of a window, the last axis fastest.
        weights: Vec<f64>,
    },
}

impl Op {
    /// The names of all operations.
    pub const NAMES: [&'static str; 16] = [
        "sum", "prod", "mean", "var", "std", "min", "max", "argmin", "argmax", "any", "all",
        "count", "median", "quantile", "rank", "dot",
    ];

    /// The operation of a name: with a number for `var` and `std` (`ddof`, 0 unsaid) and for
    /// `quantile` (`q`), with weights for `dot`, and without any for all others.
    ///
    /// ```
    /// use stridewise::kernel::window::Op;
    /// assert_eq!(Op::from_name("std", &[1.0]), Some(Op::Std { ddof: 1 }));
    /// assert_eq!(Op::from_name("quantile", &[]), None);
    /// ```
    pub fn from_name(name: &str, numbers: &[f64]) -> Option<Op> {
        let ddof = match numbers {
            [] => Some(0),
            [ddof] if ddof.fract() == 0.0 => Some(*ddof as i64),
            _ => None,
        };
        let op = match (name, numbers) {
            ("var", _) => Op::Var { ddof: ddof? },
            ("std", _) => Op::Std { ddof: ddof? },
            ("quantile", &[q]) => Op::Quantile { q },
            ("dot", weights) => Op::Dot { weights: weights.to_vec() },
            ("sum", []) => Op::Sum,
            ("prod", []) => Op::Prod,
            ("mean", []) => Op::Mean,
            ("min", []) => Op::Min,
            ("max", []) => Op::Max,
            ("argmin", []) => Op::ArgMin,
            ("argmax", []) => Op::ArgMax,
            ("any", []) => Op::Any,
            ("all", []) => Op::All,
            ("count", []) => Op::Count,
            ("median", []) => Op::Median,
            ("rank", []) => Op::Rank,
            _ => return None,
        };
        Some(op)
    }

    /// Its name, as NumPy's.
    pub fn name(&self) -> &'static str {
        match self {
            Op::Sum => "sum",
            Op::Prod => "prod",
            Op::Mean => "mean",
            Op::Var { .. } => "var",
            Op::Std { .. } => "std",
            Op::Min => "min",
            Op::Max => "max",
            Op::ArgMin => "argmin",
            Op::ArgMax => "argmax",
            Op::Any => "any",
            Op::All => "all",
            Op::Count => "count",
            Op::Median => "median",
            Op::Quantile { .. } => "quantile",
            Op::Rank => "rank",
            Op::Dot { .. } => "dot",
        }
    }

    /// What the operation cannot be asked for.
    pub(super) fn check(&self, windows: &Windows) -> Result<(), WindowError> {
        let size = windows.size.iter().fold(1i64, |all, &size| all.saturating_mul(size));
        match self {
            Op::ArgMin | Op::ArgMax
                if windows.places == Places::FromLast && windows.axes.len() > 1 =>
            {
                Err(WindowError::SeveralAxes { operation: self.name() })
            }
            Op::Quantile { q } if !(0.0..=1.0).contains(q) => {
                Err(WindowError::Quantile { got: *q })
            }
            Op::Dot { weights } if weights.len() as i64 != size => {
                Err(WindowError::Weights { wanted: size, got: weights.len() as i64 })
            }
            _ => Ok(()),
        }
    }

    /// The type of results for elements of a type. Trailing windows may be incomplete, and so
    /// make integers and truth values doubles; counts stay integers.
    pub fn result(&self, element: Element, mode: Mode) -> Element {
        let float = element.is_float();
        let unsigned = matches!(element, Element::U8 | Element::U16 | Element::U32 | Element::U64);
        let whole = match self {
            Op::Count => return Element::I64,
            Op::Min | Op::Max => element,
            Op::ArgMin | Op::ArgMax => Element::I64,
            Op::Any | Op::All => Element::Bool,
            _ if float => element,
            Op::Sum | Op::Prod if unsigned => Element::U64,
            Op::Sum | Op::Prod => Element::I64,
            _ => Element::F64,
        };
        match mode {
            Mode::Trailing { .. } if !whole.is_float() => Element::F64,
            _ => whole,
        }
    }
}
