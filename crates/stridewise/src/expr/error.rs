//! Why an expression has no trace: a stable code, NumPy's words, the bytes at fault, one help.
//!
//! `zeros((2,3)).reshape(4)` cannot be laid out over `(2,3):(24,8)+0`; its error points at the
//! `4`.

use std::fmt;
use std::ops::Range;

use crate::layout::LayoutError;

/// What kind of mistake; the names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// Not a Python expression.
    Syntax,
    /// Longer, deeper or larger than a trace follows.
    TooLarge,
    /// A name, attribute or function that nobody has defined.
    UnknownName,
    /// An argument that is missing, surplus, or of the wrong kind.
    Argument,
    /// A text that names no dtype, or a dtype that the operation does not take.
    DType,
    /// An index out of bounds, of the wrong kind, or one too many.
    Index,
    /// Shapes, axes or strides that do not fit the operation.
    Layout,
    /// A copy that the expression itself forbids, as `copy=False` does.
    CopyForbidden,
    /// The result's shape depends on values, and a trace has none.
    DataDependent,
    /// Python or NumPy that a trace does not know.
    Unsupported,
}

impl ErrorCode {
    /// The name that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::Syntax => "syntax",
            ErrorCode::TooLarge => "too-large",
            ErrorCode::UnknownName => "unknown-name",
            ErrorCode::Argument => "argument",
            ErrorCode::DType => "dtype",
            ErrorCode::Index => "index",
            ErrorCode::Layout => "layout",
            ErrorCode::CopyForbidden => "copy-forbidden",
            ErrorCode::DataDependent => "data-dependent",
            ErrorCode::Unsupported => "unsupported",
        }
    }
}

/// An expression that cannot be traced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExprError {
    /// What kind of mistake.
    pub code: ErrorCode,
    /// What is wrong, in NumPy's words where it has them.
    pub message: String,
    /// The bytes of the source at fault.
    pub span: Range<usize>,
    /// One remedy.
    pub help: Option<String>,
}

impl ExprError {
    pub(super) fn new(code: ErrorCode, span: Range<usize>, message: impl Into<String>) -> Self {
        ExprError { code, message: message.into(), span, help: None }
    }

    pub(super) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The help, unless there is one already.
    pub(super) fn or_help(mut self, help: impl FnOnce() -> Option<String>) -> Self {
        self.help = self.help.or_else(help);
        self
    }

    /// With a help in any case, if only of the kind of mistake.
    pub(super) fn helped(self) -> Self {
        let help = match self.code {
            ErrorCode::Syntax => "write what Python would read: zeros((4, 5))[::2].T",
            ErrorCode::TooLarge => "a trace counts bytes with 63 bits and reads 64 KiB of source",
            ErrorCode::UnknownName => "a trace knows named arrays and NumPy's functions of layouts",
            ErrorCode::Argument => "arguments go where NumPy's documentation puts them",
            ErrorCode::DType => "name a dtype as 'float64', '<f8', or as a list of fields",
            ErrorCode::Index => "index with integers, slices, None, `...` or lists of integers",
            ErrorCode::Layout => "look at the shape and the axes that the step before has",
            ErrorCode::CopyForbidden => "leave copy=False away",
            ErrorCode::DataDependent => "write the values out as a list",
            ErrorCode::Unsupported => "a trace follows what concerns layouts",
        };
        self.or_help(|| Some(help.to_owned()))
    }

    /// What the layout room refuses, at the place that asked for it.
    pub(super) fn from_layout(error: LayoutError, span: Range<usize>) -> Self {
        use LayoutError::*;
        let code = match &error {
            IndexOutOfBounds { .. } | TooManyIndices { .. } | TwoEllipses | ZeroStep { .. } => {
                ErrorCode::Index
            }
            RankTooLarge { .. } | TooBig { .. } | SpanOverflow { .. } | StrideOverflow { .. } => {
                ErrorCode::TooLarge
            }
            _ => ErrorCode::Layout,
        };
        ExprError { help: remedy(&error), ..ExprError::new(code, span, error.to_string()) }
    }
}

/// What to do about a layout that cannot be, in NumPy's terms.
fn remedy(error: &LayoutError) -> Option<String> {
    use LayoutError::*;
    Some(match error {
        RankTooLarge { wanted, .. } => format!("an array has at most {wanted} axes"),
        NegativeExtent { .. } => "an extent is 0 or more; -1 has a meaning in reshape only".into(),
        TooBig { .. } => "the extents times the itemsize have to stay below 2**63".into(),
        IndexOutOfBounds { extent, .. } if *extent > 0 => {
            format!("this axis takes {} to {}", -extent, extent - 1)
        }
        TooManyIndices { wanted, got } => format!("leave out {}", got.saturating_sub(*wanted)),
        AxisOutOfBounds { rank: 0, .. } => "this array has no axes".into(),
        AxisOutOfBounds { rank, .. } => {
            format!("its axes are 0 to {}, or -{rank} to -1 from the end", rank - 1)
        }
        RepeatedAxis { .. } => "name each axis once".into(),
        SameAxis { .. } => "name two different axes".into(),
        MoveAxisLengths { .. } => "name a destination for each source".into(),
        DiagonalRank { .. } => "a diagonal walks along two axes at once".into(),
        SqueezeExtent { .. } => "only an axis of extent 1 can be squeezed out".into(),
        Broadcast { .. } | BroadcastMismatch { .. } => {
            "compared from the last axis, extents have to be equal, or 1 to be stretched".into()
        }
        WindowTooLong { extent, .. } => format!("this axis has room for {extent}"),
        ReshapeSize { size, .. } => format!(
            "the extents have to multiply to {size}; a single -1 stands for whatever is left"
        ),
        TwoUnknownExtents { .. } => "only one extent may be -1".into(),
        ReinterpretScalar { .. } => ".reshape(1) first gives it an axis".into(),
        ReinterpretStrided { .. } => "make the last axis contiguous first, with .copy()".into(),
        ReinterpretSmaller { itemsize, .. } => {
            format!("the new itemsize has to divide the old one, {itemsize}")
        }
        ReinterpretLarger { bytes, .. } => {
            format!("the new itemsize has to divide the {bytes} bytes of the last axis")
        }
        _ => return None,
    })
}

impl fmt::Display for ExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExprError {}
