//! Reasons in words: why a step copies, with the axes and numbers, and the cheapest way out.
//!
//! For `(3,2):(8,24)+0` reshaped to one axis: "axes 0 and 1 cannot merge: stride[0] is 8, but
//! stride[1] x extent[1] is 24 x 2 = 48", and as the way out `.reshape(-1, order='F')`.

use super::promotion::native;
use super::steps::{Reason, ReasonCode};
use crate::layout::{
    CopyOrder, DType, IndexOrder, Layout, Remedy, Reshape, ReshapeCode, ReshapeReason,
};

/// A copy that the expression asks for.
pub(super) fn asked(text: impl Into<String>, help: impl Into<String>) -> Reason {
    Reason::new(ReasonCode::Asked, text, help)
}

/// Elements that did not exist before.
pub(super) fn computed(function: &str) -> Reason {
    Reason::new(
        ReasonCode::Computed,
        format!("{function} computes new elements, and they need memory"),
        format!("to reuse memory that you have, pass it: np.{function}(.., out=result)"),
    )
}

/// Why a reshape or ravel copies, and what to write in place of it.
pub(super) fn reshape(reason: &ReshapeReason, way_out: String) -> Reason {
    let code = match reason.code {
        ReshapeCode::CannotMerge => ReasonCode::CannotMerge,
        ReshapeCode::NotPacked => ReasonCode::NotPacked,
        ReshapeCode::RunsBackwards => ReasonCode::RunsBackwards,
    };
    evidence(code, reason, reason.to_string(), way_out)
}

fn evidence(code: ReasonCode, reason: &ReshapeReason, text: String, help: String) -> Reason {
    let mut axes: Vec<usize> = reason.inner.iter().map(|inner| inner.axis).collect();
    axes.push(reason.outer);
    axes.sort_unstable();
    Reason { code, text, axes, wanted: reason.needed, got: Some(reason.found), help }
}

/// The cheapest way to `shape` that is no copy, in NumPy's terms; `reading` is the order asked for.
pub(super) fn way_out(remedy: &Remedy, reading: CopyOrder, shape: &[i64]) -> String {
    match remedy {
        Remedy::OtherOrder(IndexOrder::F) => format!(
            ".reshape({}, order='F') is a view; it reads the elements in Fortran order",
            extents(shape)
        ),
        Remedy::OtherOrder(_) => {
            format!(".reshape({}) is a view; it reads the elements in C order", extents(shape))
        }
        Remedy::TransposeFirst(axes) => {
            let axes: Vec<String> = axes.iter().map(usize::to_string).collect();
            format!(
                ".transpose({}).reshape({}) is a view; it reads the elements in memory order",
                axes.join(", "),
                extents(shape)
            )
        }
        Remedy::RavelIn(CopyOrder::F) => {
            ".ravel(order='F') is a view; it reads the elements in Fortran order".to_owned()
        }
        Remedy::RavelIn(CopyOrder::K) => {
            ".ravel(order='K') is a view; it reads the elements in memory order".to_owned()
        }
        Remedy::RavelIn(_) => ".ravel() is a view; it reads the elements in C order".to_owned(),
        Remedy::ReshapeFlat(order) => {
            format!(".reshape(-1{}) is a view; it keeps the strides", keyword(*order))
        }
        Remedy::KeepApart { shape, order } => {
            let turned = match (order, reading) {
                (IndexOrder::F, CopyOrder::F) => "",
                (IndexOrder::F, _) => "; it reads the elements in Fortran order",
                (_, CopyOrder::F) => "; it reads the elements in C order",
                _ => "",
            };
            let (shape, order) = (extents(shape), keyword(*order));
            format!("keep these axes apart: .reshape({shape}{order}) is a view{turned}")
        }
        Remedy::Copy { bytes } => {
            format!("no view has this shape: copy once ({bytes} bytes) and keep the result")
        }
    }
}

fn extents(shape: &[i64]) -> String {
    match shape {
        [] => "()".to_owned(),
        shape => shape.iter().map(i64::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn keyword(order: IndexOrder) -> &'static str {
    match order {
        IndexOrder::F => ", order='F'",
        _ => "",
    }
}

/// Why an array that is not in the order asked for has to be copied into it.
pub(super) fn order(a: &Layout, order: CopyOrder) -> Reason {
    let (wanted, other) = match order {
        CopyOrder::F => ("Fortran", a.is_c_contiguous()),
        _ => ("C", a.is_f_contiguous()),
    };
    let help = if other {
        format!("its .T is {wanted} contiguous already, and a view")
    } else if a.is_dense() {
        "its elements lie without gaps in another order: .ravel(order='K') or \
         np.asarray(a, order='K') need no copy where the order of axes does not matter"
            .to_owned()
    } else {
        format!(
            "do without it where strides are accepted; else copy once ({} bytes) and keep the \
             result",
            a.nbytes()
        )
    };
    let title = format!("not {wanted} contiguous: ");
    match a.ravel(order) {
        Reshape::Copy { reason, .. } => {
            evidence(ReasonCode::Order, &reason, format!("{title}{reason}"), help)
        }
        Reshape::View(_) => Reason::new(ReasonCode::Order, title, help),
    }
}

/// A dtype as a sentence names it.
pub(super) fn named(dtype: &DType) -> String {
    let is_plain = dtype.fields().is_empty() && dtype.is_native();
    if is_plain { dtype.name() } else { dtype.to_string() }
}

/// A dtype as an argument.
pub(super) fn literal(dtype: &DType) -> String {
    let written = named(dtype);
    match written.starts_with(['[', '(', '{']) {
        true => written,
        false => format!("'{written}'"),
    }
}

/// Elements that change their dtype.
pub(super) fn dtype(from: &DType, to: &DType) -> Reason {
    let (before, after) = (from.itemsize(), to.itemsize());
    let text = if native(from) == native(to) {
        format!("the bytes of every element change their order, from {from} to {to}")
    } else if before == after {
        format!("every element changes from {} to {}", named(from), named(to))
    } else {
        let (from, to) = (named(from), named(to));
        format!("every element changes from {from} to {to}, {before} bytes to {after}")
    };
    let help = format!("make the array with dtype={} to begin with", literal(to));
    Reason::new(ReasonCode::DType, text, help)
}

/// `np.pad` cannot grow an array in place.
pub(super) fn padded() -> Reason {
    Reason::new(
        ReasonCode::Computed,
        "a padded array needs room that the buffer does not have",
        "allocate the padded array first and work in its inner slice",
    )
}
