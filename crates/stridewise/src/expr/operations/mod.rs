//! The operations that a trace knows: a table with NumPy's names, parameters and defaults.
//!
//! Each file holds the operations of one kind: their rows of the table, then one small
//! function each, which reads its bound arguments, asks the layout room, and says what came of
//! it: `transpose` of `(2,3):(24,8)+0` is a view `(3,2):(8,24)+0`.

mod axes;
mod broadcast;
mod call;
mod convert;
mod create;
mod einsum;
mod elementwise;
mod facts;
mod join;
mod pick;
mod product;
mod reduce;
mod reshape;

pub(super) use call::Call;
use call::Copying;

use super::error::ExprError;
use super::value::{Made, Value};

/// How an operation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `np.name(a, ..)`
    Function,
    /// `a.name(..)`: its array is the first parameter.
    Method,
    /// `a.name`: its array is the parameter `a`.
    Attribute,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    forms: &'static [Form],
    /// Parameters and defaults as Python writes them.
    pub(super) signature: &'static str,
    pub(super) run: Run,
}

impl Operation {
    /// How it is called.
    pub(super) fn usage(&self, form: Form) -> String {
        let parameters = self.signature.replace("/, ", "");
        match form {
            Form::Attribute => format!("it is written .{}", self.name),
            Form::Function => format!("its form is np.{}({parameters})", self.name),
            Form::Method => {
                let rest = parameters.split_once(", ").map_or("", |(_, rest)| rest);
                format!("its form is .{}({rest})", self.name)
            }
        }
    }
}

type Run = fn(&Call) -> Result<Outcome, ExprError>;

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

impl Outcome {
    /// What NumPy's functions of `*arrays` give: the array itself where there is one.
    fn one_or_several(mut all: Vec<Made>) -> Outcome {
        match all.len() {
            1 => all.remove(0).into(),
            _ => Outcome::Plain(Value::Several(all)),
        }
    }
}

const fn function(name: &'static str, signature: &'static str, run: Run) -> Operation {
    Operation { name, forms: &[Form::Function], signature, run }
}

const fn method(name: &'static str, signature: &'static str, run: Run) -> Operation {
    Operation { name, forms: &[Form::Method], signature, run }
}

const fn both(name: &'static str, signature: &'static str, run: Run) -> Operation {
    Operation { name, forms: &[Form::Function, Form::Method], signature, run }
}

const fn attribute(name: &'static str, run: Run) -> Operation {
    Operation { name, forms: &[Form::Attribute], signature: "a", run }
}

static TABLE: [&[Operation]; 12] = [
    create::OPERATIONS,
    axes::OPERATIONS,
    reshape::OPERATIONS,
    broadcast::OPERATIONS,
    convert::OPERATIONS,
    join::OPERATIONS,
    pick::OPERATIONS,
    elementwise::OPERATIONS,
    reduce::OPERATIONS,
    product::OPERATIONS,
    einsum::OPERATIONS,
    facts::OPERATIONS,
];

fn all(form: Form) -> impl Iterator<Item = &'static Operation> {
    TABLE.iter().copied().flatten().filter(move |operation| operation.forms.contains(&form))
}

pub(super) fn find(name: &str, form: Form) -> Option<&'static Operation> {
    all(form).find(|operation| operation.name == name)
}

pub(super) fn names<'n>(form: Form) -> impl Iterator<Item = &'n str> {
    all(form).map(|operation| operation.name)
}
