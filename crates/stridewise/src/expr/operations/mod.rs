//! The operations that a trace knows: a table with NumPy's names, parameters and defaults.
//!
//! Each file holds a few operations of one kind: their rows of the table, then one small
//! function each, which reads its bound arguments, asks the layout room, and says what came of
//! it: `transpose` of `(2,3):(24,8)+0` is a view `(3,2):(8,24)+0`.

mod axes;
mod call;
mod create;

pub(super) use call::Call;

use super::error::ExprError;
use super::value::{Made, Value};

/// How an operation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `np.name(a, ..)`
    Function,
    /// `a.name(..)`; its array is the parameter `a`, which the signature leaves out.
    Method,
    /// `a.name`
    Attribute,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// Parameters and defaults as Python writes them.
    pub(super) signature: &'static str,
    pub(super) run: fn(&Call) -> Result<Outcome, ExprError>,
}

/// What an operation gives.
pub(super) enum Outcome {
    /// An array: a step of the trace.
    Array(Box<Made>),
    /// Something else, such as a shape: no step.
    Plain(Value),
}

impl From<Made> for Outcome {
    fn from(made: Made) -> Outcome {
        Outcome::Array(Box::new(made))
    }
}

type Run = fn(&Call) -> Result<Outcome, ExprError>;

const fn function(name: &'static str, signature: &'static str, run: Run) -> Operation {
    Operation { name, form: Form::Function, signature, run }
}

const fn method(name: &'static str, signature: &'static str, run: Run) -> Operation {
    Operation { name, form: Form::Method, signature, run }
}

const fn attribute(name: &'static str, run: Run) -> Operation {
    Operation { name, form: Form::Attribute, signature: "", run }
}

static TABLE: [&[Operation]; 2] = [axes::OPERATIONS, create::OPERATIONS];

fn all() -> impl Iterator<Item = &'static Operation> {
    TABLE.iter().copied().flatten()
}

pub(super) fn find(name: &str, form: Form) -> Option<&'static Operation> {
    all().find(|operation| operation.form == form && operation.name == name)
}

pub(super) fn names<'n>(form: Form) -> impl Iterator<Item = &'n str> {
    all().filter(move |operation| operation.form == form).map(|operation| operation.name)
}
