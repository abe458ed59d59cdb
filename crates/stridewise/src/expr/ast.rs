//! The tree of an expression, each node with the bytes it came from.
//!
//! Chains and rows of operators are flat lists, so that the depth of the tree is bounded by
//! the nesting of brackets in the source, not by its length: `a.T.T.T` is one chain with three
//! links, `1+2+3` one row with three terms.

use std::ops::Range;

#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    None,
    Ellipsis,
    Bool(bool),
    Int(i128),
    Float(f64),
    Imaginary(f64),
    Text(String),
    Name(String),
    /// The array that a source beginning with `.` or `[` continues from.
    Start,
    Tuple(Vec<Expr>),
    List(Vec<Expr>),
    Dict(Vec<(Expr, Expr)>),
    /// `start:stop:step`, only inside brackets.
    Slice(Box<[Option<Expr>; 3]>),
    Chain(Box<Expr>, Vec<Link>),
    /// Signs with where each stands, from left to right.
    Signed(Vec<(Sign, usize)>, Box<Expr>),
    /// Operators of one precedence, from left to right.
    Row(Box<Expr>, Vec<(Operator, Expr)>),
}

#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) kind: LinkKind,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum LinkKind {
    /// `.name`
    Attribute(String),
    /// `.name(arguments)`
    Method(String, Vec<Argument>),
    /// `(arguments)` behind anything else
    Call(Vec<Argument>),
    /// `[index]`
    Bracket(Expr),
}

#[derive(Clone, Debug)]
pub(super) struct Argument {
    pub(super) passing: Passing,
    pub(super) value: Expr,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug)]
pub(super) enum Passing {
    Positional,
    Keyword(String),
    /// `*values`
    Spread,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
    Or,
    Xor,
    And,
    ShiftLeft,
    ShiftRight,
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Remainder,
    MatrixMultiply,
    Power,
}

impl Operator {
    /// How it is written, its precedence (larger binds tighter), and NumPy's function for it.
    const TABLE: [(Operator, &'static str, u8, &'static str); 19] = {
        use Operator::*;
        [
            (Less, "<", 0, "less"),
            (LessEqual, "<=", 0, "less_equal"),
            (Greater, ">", 0, "greater"),
            (GreaterEqual, ">=", 0, "greater_equal"),
            (Equal, "==", 0, "equal"),
            (NotEqual, "!=", 0, "not_equal"),
            (Or, "|", 1, "bitwise_or"),
            (Xor, "^", 2, "bitwise_xor"),
            (And, "&", 3, "bitwise_and"),
            (ShiftLeft, "<<", 4, "left_shift"),
            (ShiftRight, ">>", 4, "right_shift"),
            (Add, "+", 5, "add"),
            (Subtract, "-", 5, "subtract"),
            (Multiply, "*", 6, "multiply"),
            (Divide, "/", 6, "divide"),
            (FloorDivide, "//", 6, "floor_divide"),
            (Remainder, "%", 6, "remainder"),
            (MatrixMultiply, "@", 6, "matmul"),
            (Power, "**", 8, "power"),
        ]
    };

    pub(super) fn of_mark(mark: &str) -> Option<(Operator, u8)> {
        let row = Self::TABLE.iter().find(|row| row.1 == mark)?;
        Some((row.0, row.2))
    }

    fn row(self) -> &'static (Operator, &'static str, u8, &'static str) {
        &Self::TABLE[self as usize]
    }

    pub(super) fn mark(self) -> &'static str {
        self.row().1
    }

    /// The name of the NumPy function that does the same.
    pub(super) fn function(self) -> &'static str {
        self.row().3
    }

    pub(super) fn is_comparison(self) -> bool {
        self.row().2 == 0
    }
}
