//! What a trace consists of: steps, each new, a view or a copy, and why.
//!
//! `zeros((2,3)).T.reshape(-1)` gives three: new `(2,3):(24,8)+0`, view `(3,2):(8,24)+0`, copy
//! `(6):(8)+0` because axes 0 and 1 cannot merge.

use std::ops::Range;

use super::array::{Array, Buffer};
use crate::layout::{DType, Layout};

/// What a step does to memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// A constructor: memory that nothing was copied into.
    New,
    /// The same memory, seen through another layout (or the same one).
    View,
    /// Fresh memory with copied or computed elements.
    Copy,
}

impl Effect {
    /// The name that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::New => "new",
            Effect::View => "view",
            Effect::Copy => "copy",
        }
    }
}

/// Why a step copies, or why writes stop at it; the names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReasonCode {
    /// The expression asks for it, as `.copy()` does.
    Asked,
    /// `astype` and `array` copy unless told otherwise, though nothing has to change.
    CopiesByDefault,
    /// Elements change their dtype.
    DType,
    /// Two axes that have to become one do not lie behind one another.
    CannotMerge,
    /// A flat array must have no gaps, and these elements have.
    NotPacked,
    /// A flat array runs forwards, and an axis runs backwards.
    RunsBackwards,
    /// The order asked for is not the order in memory.
    Order,
    /// Elements do not lie on multiples of their alignment.
    Misaligned,
    /// The array may not be written to, and has to be.
    NotWriteable,
    /// Integers alone pick one element, and NumPy makes a scalar of it.
    Scalar,
    /// A list or an array of integers picks elements.
    IntegerIndex,
    /// A mask picks elements.
    MaskIndex,
    /// Several arrays are joined into one.
    Joined,
    /// The elements are computed.
    Computed,
    /// A view that NumPy makes read-only.
    ReadOnly,
}

impl ReasonCode {
    /// The name that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            ReasonCode::Asked => "asked",
            ReasonCode::CopiesByDefault => "copies-by-default",
            ReasonCode::DType => "dtype",
            ReasonCode::CannotMerge => "cannot-merge",
            ReasonCode::NotPacked => "not-packed",
            ReasonCode::RunsBackwards => "runs-backwards",
            ReasonCode::Order => "order",
            ReasonCode::Misaligned => "misaligned",
            ReasonCode::NotWriteable => "not-writeable",
            ReasonCode::Scalar => "scalar",
            ReasonCode::IntegerIndex => "integer-index",
            ReasonCode::MaskIndex => "mask-index",
            ReasonCode::Joined => "joined",
            ReasonCode::Computed => "computed",
            ReasonCode::ReadOnly => "read-only",
        }
    }
}

/// Why a step copies, with the evidence and the cheapest way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The kind of reason.
    pub code: ReasonCode,
    /// One sentence that names the axes and the numbers.
    pub text: String,
    /// The axes, of the array before the step, that the reason is about; may be empty.
    pub axes: Vec<usize>,
    /// The stride (in bytes) that would have made it a view, where one number decides.
    pub wanted: Option<i64>,
    /// The stride (in bytes) that was found in its place.
    pub got: Option<i64>,
    /// The cheapest way out, in NumPy's terms.
    pub help: String,
}

impl Reason {
    pub(super) fn new(code: ReasonCode, text: impl Into<String>, help: impl Into<String>) -> Self {
        let (text, help) = (text.into(), help.into());
        Reason { code, text, axes: Vec::new(), wanted: None, got: None, help }
    }
}

/// One call, attribute, bracket or operator of an expression, carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The step as it is written, `.reshape(-1)`; array arguments with steps of their own are
    /// shortened to `_`.
    pub op: String,
    /// The bytes of the source that the step stands for.
    pub span: Range<usize>,
    /// New, view or copy.
    pub effect: Effect,
    /// Whether a write through the result reaches the first array of its chain: false after
    /// any copy, and from a read-only view on.
    pub writes_reach_original: bool,
    /// What an element is after the step.
    pub dtype: DType,
    /// Where the elements lie after the step, counted from the first byte of `buffer`.
    pub layout: Layout,
    /// The buffer after the step.
    pub buffer: Buffer,
    /// NumPy's flag WRITEABLE after the step.
    pub writeable: bool,
    /// Why it copies, or why writes stop here; `None` for new arrays and ordinary views.
    pub reason: Option<Reason>,
}

/// An expression, carried out on layouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The expression as it was given.
    pub source: String,
    /// The steps in the order in which Python takes them: those of an argument come before
    /// the step that uses it. An array that is merely named makes no step.
    pub steps: Vec<Step>,
    /// What the whole expression is.
    pub result: Array,
}
