//! Choose: the kernel for an operation and a dtype, and how its items are loaded.
//!
//! A sum of `<f8` adds `f64` where they lie; one of `>f8` or of `(3):(9)+1` loads them first.

use std::marker::PhantomData;

use super::block::{Compiled, Engine, Kernel};
use super::error::ReduceError;
use super::fold::Folding;
use super::load::{Gather, Load, Plainly, gather};
use super::plan::Wants;
use super::reduction::{Operation, Reduction};
use super::sum::{Sum, Total};
use crate::layout::DType;

/// What runs a reduction.
pub(super) struct Choice {
    pub(super) engine: Box<dyn Engine>,
    pub(super) gather: Gather,
    pub(super) wants: Wants,
}

/// The kernel of a reduction of `count` items each.
pub(super) fn choose(
    reduction: &Reduction,
    dtype: &DType,
    _count: i64,
) -> Result<Choice, ReduceError> {
    reduction.result_dtype(dtype)?;
    match reduction.operation {
        Operation::Sum => {
            Ok(with::<Plainly<f64>, _>(reduction, Folding(Sum::<f64>(PhantomData), Total)))
        }
    }
}

fn with<L, K>(reduction: &Reduction, kernel: K) -> Choice
where
    L: Load + 'static,
    K: Kernel<Item = L::Item> + 'static,
{
    Choice {
        engine: Box::new(Compiled::new(kernel, reduction.backend)),
        gather: gather::<L>,
        wants: Wants { direct: true, positions: false, pairs: None, item: size_of::<L::Item>() },
    }
}
