//! Einsum: products and sums by the letters of the axes.
//!
//! `einsum('ij,jk->ik', a, b)` multiplies matrices. Of a single array whose letters all stay,
//! `'ij->ji'` or `'ii->i'`, it is a view: over `(3,3):(24,8)+0` the latter is `(3):(32)+0`.

use std::rc::Rc;

use super::product::factor_dtype;
use super::{Call, Operation, Outcome, function};
use crate::expr::error::{ErrorCode, ExprError};
use crate::expr::placement::{Moves, iterated};
use crate::expr::reasons;
use crate::expr::value::{Made, Spanned, Traced};
use crate::layout::{Layout, PerAxis};

pub(super) const OPERATIONS: &[Operation] = &[function(
    "einsum",
    "subscripts, /, *operands, out=None, dtype=None, order='K', casting=None, optimize=False",
    einsum,
)];

/// An axis of the iteration: a letter, or a place in the ellipsis counted from its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    Letter(char),
    Covered(usize),
}

/// The letters of one term; `...` may stand once.
struct Term<'s> {
    before: &'s str,
    after: &'s str,
    has_ellipsis: bool,
}

fn einsum(call: &Call) -> Result<Outcome, ExprError> {
    call.expect_none(&["out", "dtype"])?;
    if !matches!(call.get("order")?.as_text(), Ok("K" | "k")) || call.flag("optimize")? {
        let message = "a trace follows einsum with order='K' and optimize=False only";
        return Err(call.refuse(ErrorCode::Unsupported, message));
    }
    let bound = call.get("subscripts")?;
    let text: String = bound.as_text()?.split_whitespace().collect();
    let operands = call.arrays("operands")?;
    let (inputs, output) = match text.split_once("->") {
        Some((inputs, output)) => (inputs, Some(output)),
        None => (text.as_str(), None),
    };
    let terms: Vec<Term> =
        inputs.split(',').map(|term| read(bound, term)).collect::<Result<_, _>>()?;
    if terms.len() != operands.len() {
        return Err(bound.wrong(format!(
            "{} operands provided to einstein sum function, but the subscripts string names {}",
            operands.len(),
            terms.len()
        )));
    }
    let labels: Vec<Vec<Label>> = terms
        .iter()
        .zip(&operands)
        .enumerate()
        .map(|(at, (term, operand))| label(bound, term, operand.layout().rank(), at))
        .collect::<Result<_, _>>()?;
    let covered =
        labels.iter().flatten().filter_map(covered_place).max().map_or(0, |most| most + 1);
    let result = match output {
        Some(output) => named_output(bound, output, covered, &labels)?,
        None => implied_output(&labels, covered),
    };
    match (operands.as_slice(), labels.as_slice()) {
        ([a], [of_a]) if of_a.iter().all(|label| result.contains(label)) => {
            viewed(call, a, of_a, &result)
        }
        _ => computed(call, &operands, &labels, &result),
    }
}

fn read<'s>(bound: &Spanned, term: &'s str) -> Result<Term<'s>, ExprError> {
    let (before, after, has_ellipsis) = match term.split_once("...") {
        Some((before, after)) => (before, after, true),
        None => (term, "", false),
    };
    match before.chars().chain(after.chars()).find(|c| !c.is_ascii_alphabetic()) {
        Some('.') => Err(bound.wrong(
            "einstein sum subscripts string contains a '.' that is not part of an ellipsis \
             ('...')",
        )),
        Some(other) => Err(bound.wrong(format!(
            "invalid subscript '{other}' in einstein sum subscripts string, subscripts must be \
             letters"
        ))),
        None => Ok(Term { before, after, has_ellipsis }),
    }
}

/// One label for each axis of an operand.
fn label(bound: &Spanned, term: &Term, rank: usize, at: usize) -> Result<Vec<Label>, ExprError> {
    let letters = term.before.len() + term.after.len();
    let covered = rank.checked_sub(letters).ok_or_else(|| {
        bound.wrong(format!(
            "einstein sum subscripts string contains too many subscripts for operand {at}"
        ))
    })?;
    if covered > 0 && !term.has_ellipsis {
        return Err(bound.wrong(format!(
            "operand has more dimensions than subscripts given in einstein sum, but no '...' \
             ellipsis provided to broadcast the extra dimensions (operand {at})"
        )));
    }
    let letter = |text: &str| text.chars().map(Label::Letter).collect::<Vec<_>>();
    let ellipsis = (0..covered).rev().map(Label::Covered).collect();
    Ok([letter(term.before), ellipsis, letter(term.after)].concat())
}

fn covered_place(label: &Label) -> Option<usize> {
    match label {
        Label::Covered(place) => Some(*place),
        Label::Letter(_) => None,
    }
}

fn named_output(
    bound: &Spanned,
    output: &str,
    covered: usize,
    labels: &[Vec<Label>],
) -> Result<Vec<Label>, ExprError> {
    let term = read(bound, output)?;
    if covered > 0 && !term.has_ellipsis {
        return Err(bound.wrong(
            "output has fewer dimensions than the ellipsis of the operands: it needs '...' too",
        ));
    }
    let width = term.before.len() + term.after.len() + covered;
    let result = label(bound, &term, width, labels.len())?;
    for (at, found) in result.iter().enumerate() {
        let Label::Letter(letter) = found else { continue };
        if result[..at].contains(found) {
            return Err(bound.wrong(format!(
                "einstein sum subscripts string includes output subscript '{letter}' multiple times"
            )));
        }
        if !labels.iter().flatten().any(|label| label == found) {
            return Err(bound.wrong(format!(
                "einstein sum subscripts string included output subscript '{letter}' which never \
                 appeared in an input"
            )));
        }
    }
    Ok(result)
}

/// The ellipsis, then the letters that stand once, in alphabetical order.
fn implied_output(labels: &[Vec<Label>], covered: usize) -> Vec<Label> {
    let letters = sorted_letters(labels);
    let once = letters.into_iter().filter(|letter| {
        labels.iter().flatten().filter(|&&label| label == Label::Letter(*letter)).count() == 1
    });
    (0..covered).rev().map(Label::Covered).chain(once.map(Label::Letter)).collect()
}

fn sorted_letters(labels: &[Vec<Label>]) -> Vec<char> {
    let mut letters: Vec<char> = labels
        .iter()
        .flatten()
        .filter_map(|label| match label {
            Label::Letter(letter) => Some(*letter),
            Label::Covered(_) => None,
        })
        .collect();
    letters.sort_unstable();
    letters.dedup();
    letters
}

/// A single array, nothing summed: letters that repeat walk a diagonal.
fn viewed(
    call: &Call,
    a: &Rc<Traced>,
    labels: &[Label],
    result: &[Label],
) -> Result<Outcome, ExprError> {
    let along = walked(call, a.layout(), labels, result)?;
    let (shape, strides): (Vec<i64>, Vec<i64>) = along.into_iter().unzip();
    let layout = Layout::new(&shape, &strides, a.layout().offset(), a.layout().itemsize());
    let layout = call.laid(layout)?;
    if layout.rank() == 0 {
        return Ok(Made::element(a, &layout).into());
    }
    Ok(Made::view(a, layout).into())
}

/// Extent and stride of an operand along each axis of the iteration, (1, 0) where it has none.
fn walked(
    call: &Call,
    layout: &Layout,
    labels: &[Label],
    axes: &[Label],
) -> Result<Vec<(i64, i64)>, ExprError> {
    let mut along: Vec<Option<(i64, i64)>> = vec![None; axes.len()];
    for (axis, label) in labels.iter().enumerate() {
        let (extent, stride) = (layout.shape()[axis], layout.strides()[axis]);
        let Some(place) = axes.iter().position(|axis| axis == label) else { continue };
        along[place] = Some(match along[place] {
            None => (extent, stride),
            Some((same, before)) if same == extent => (extent, before.saturating_add(stride)),
            Some((other, _)) => {
                let message = format!(
                    "dimensions in single operand for collapsing index don't match ({other} != \
                     {extent})"
                );
                return Err(call.refuse(ErrorCode::Layout, message));
            }
        });
    }
    Ok(along.into_iter().map(|found| found.unwrap_or((1, 0))).collect())
}

fn computed(
    call: &Call,
    operands: &[Rc<Traced>],
    labels: &[Vec<Label>],
    result: &[Label],
) -> Result<Outcome, ExprError> {
    let summed = sorted_letters(labels).into_iter().map(Label::Letter);
    let summed = summed.filter(|label| !result.contains(label));
    let axes: Vec<Label> = result.iter().copied().chain(summed).collect();
    let mut shape = vec![1i64; axes.len()];
    let mut operand_moves: Vec<Moves> = Vec::new();
    for (operand, labels) in operands.iter().zip(labels) {
        let mut moves = PerAxis::new();
        for (axis, (extent, stride)) in
            walked(call, operand.layout(), labels, &axes)?.into_iter().enumerate()
        {
            moves.push(if extent == 1 { 0 } else { stride });
            if shape[axis] == 1 {
                shape[axis] = extent;
            } else if extent != 1 && extent != shape[axis] {
                let subscript = match axes[axis] {
                    Label::Letter(letter) => format!("'{letter}'"),
                    Label::Covered(_) => "the ellipsis".to_owned(),
                };
                let message = format!(
                    "operands could not be broadcast together: {subscript} is {} in one and \
                     {extent} in another",
                    shape[axis]
                );
                return Err(call
                    .refuse(ErrorCode::Layout, message)
                    .with_help("the same letter means the same extent, or 1"));
            }
        }
        operand_moves.push(moves);
    }
    let dtype = factor_dtype(call, operands)?;
    // Summed axes are walked too, and take no room in the result.
    shape[result.len()..].fill(1);
    let walked = call.laid(iterated(&operand_moves, &shape, dtype.itemsize()))?;
    let kept = result.len();
    let (shape, strides) = (&walked.shape()[..kept], &walked.strides()[..kept]);
    let layout = call.laid(Layout::new(shape, strides, 0, dtype.itemsize()))?;
    Ok(Made::copy(dtype, layout, reasons::computed("einsum")).scalar_if_alone().into())
}
