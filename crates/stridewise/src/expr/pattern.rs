//! Patterns: `out[j] += a[i,j] * b[j,i]` names elements by affine indices, and so a nest.
//!
//! The right side is read for its references alone, in the order in which they stand; what is
//! computed does not matter to memory. Every index runs over the axis that it stands for alone:
//! i over axis 0 of a. Where it stands for none (`x[2*i+k]`), it runs as far as its arrays
//! allow. `for i in 1:999, j in 10` at the end states ranges. An array on the left that nobody
//! has named is made, in C order, just large enough.
//!
//! Arrays that share a buffer share addresses; each buffer begins on a page of its own.
//!
//! Worked: `out[j] += a[i,j]` with a = `(2,3):(24,8)+0` runs i over 0..2 and j over 0..3.

use std::ops::Range;

use super::array::{Array, Names};
use super::error::{ErrorCode, ExprError};
use super::pattern_text::{Linear, ParsedPattern, ParsedReference, read};
use crate::layout::{Layout, PerAxis};
use crate::nest::{Affine, Index, Operand, Reference, Statement, StatementError, Update};
use crate::suggest::nearest;

/// A pattern, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The text.
    pub source: String,
    /// What it says.
    pub statement: Statement,
    /// Where each reference of the statement stands in the text.
    pub spans: Vec<Range<usize>>,
}

/// The smallest distance between two buffers, and what each begins on a multiple of.
const PAGE: i64 = 4096;

/// Reads a pattern over named arrays.
///
/// ```
/// use stridewise::expr::{Array, Names, pattern};
/// use stridewise::layout::{DType, Layout};
/// let mut names = Names::new();
/// for (name, shape) in [("a", [4, 6]), ("b", [6, 4])] {
///     let layout = Layout::c_order(&shape, 8).unwrap();
///     names.insert(name, Array::allocated(DType::parse("f8").unwrap(), layout));
/// }
/// let pattern = pattern("out[j] += a[i,j] * b[j,i]", &names).unwrap();
/// let order = pattern.order("j,i").unwrap();
/// let nest = pattern.statement.nest(&order).unwrap();
/// assert!(nest.to_string().starts_with("for i0 in 0..6"));
/// ```
///
/// # Errors
/// Text that is no pattern, names that nobody knows, indices that are not affine, extents that
/// disagree, and elements outside an array, each with the bytes of the text at fault.
pub fn pattern(source: &str, names: &Names) -> Result<Pattern, ExprError> {
    let parsed = read(source)?;
    let mut arrays = Arrays::new(&parsed, names)?;
    let indices = indices(&parsed, &arrays)?;
    arrays.make_missing(&parsed, &indices)?;
    let statement = arrays.statement(&parsed, indices.clone())?;
    Ok(Pattern {
        source: source.to_string(),
        statement,
        spans: parsed.references.iter().map(|each| each.span.clone()).collect(),
    })
}

impl Pattern {
    /// A loop order such as `i,k,j`, outermost first, as numbers of indices. Indices that are
    /// not named come outside the others, in the order of the text.
    ///
    /// # Errors
    /// Names that are no index of the pattern, or that stand twice; the span is within `order`.
    pub fn order(&self, order: &str) -> Result<Vec<usize>, ExprError> {
        let mut named: Vec<usize> = Vec::new();
        let mut from = 0;
        for word in order.split(',') {
            let span = from..from + word.len();
            from = span.end + 1;
            let name = word.trim();
            let all = self.statement.indices();
            let Some(index) = all.iter().position(|index| index.name == name) else {
                let message = format!("'{name}' is no index of the pattern");
                let known = all.iter().map(|index| index.name.as_str()).collect::<Vec<_>>();
                let help = format!("its indices are {}", known.join(", "));
                return Err(ExprError::new(ErrorCode::UnknownName, span, message).with_help(help));
            };
            if named.contains(&index) {
                let message = format!("index '{name}' stands twice in the order");
                return Err(ExprError::new(ErrorCode::Argument, span, message));
            }
            named.push(index);
        }
        let unnamed = (0..self.statement.indices().len()).filter(|index| !named.contains(index));
        Ok(unnamed.chain(named.iter().copied()).collect())
    }
}

impl Pattern {
    /// Block sizes such as `i=32,k=64`: a size per place of `order`, 0 for loops left whole.
    ///
    /// # Errors
    /// Names that are no index of the pattern, or that stand twice, and sizes below 1; the span
    /// is within `blocks`.
    pub fn blocks(&self, blocks: &str, order: &[usize]) -> Result<Vec<i64>, ExprError> {
        let mut sizes = vec![0; order.len()];
        let mut from = 0;
        for part in blocks.split(',') {
            let span = from..from + part.len();
            from = span.end + 1;
            let (name, size) = part.split_once('=').unwrap_or((part, ""));
            let (name, size) = (name.trim(), size.trim());
            let all = self.statement.indices();
            let place = order.iter().position(|&at| all[at].name == name);
            let problem = match (place, size.parse::<i64>()) {
                (None, _) => format!("'{name}' is no index of the pattern"),
                (Some(place), _) if sizes[place] != 0 => format!("index '{name}' stands twice"),
                (Some(place), Ok(size)) if size > 0 => {
                    sizes[place] = size;
                    continue;
                }
                _ => format!("a block of '{name}' has at least 1 step, got '{size}'"),
            };
            let known = all.iter().map(|index| format!("{}=32", index.name)).collect::<Vec<_>>();
            let error = ExprError::new(ErrorCode::Argument, span, problem);
            return Err(error.with_help(format!("as in --block {}", known.join(","))));
        }
        Ok(sizes)
    }
}

/// The arrays of a pattern, in the order in which they appear.
struct Arrays<'a> {
    known: Vec<(&'a str, Option<&'a Array>)>,
    made: Vec<Option<Layout>>,
}

impl<'a> Arrays<'a> {
    fn new(parsed: &'a ParsedPattern, names: &'a Names) -> Result<Arrays<'a>, ExprError> {
        let mut known: Vec<(&str, Option<&Array>)> = Vec::new();
        for reference in &parsed.references {
            let name = reference.name.as_str();
            let array = names.get(name);
            if array.is_none() && parsed.target() != Some(name) {
                let span = reference.name_span.clone();
                let message = format!("name '{name}' is not defined");
                let error = ExprError::new(ErrorCode::UnknownName, span, message);
                return Err(match nearest(name, names.iter().map(|(name, _)| name)) {
                    Some(near) => error.with_help(format!("did you mean `{near}`?")),
                    None => error.with_help(format!("give the array: {name}=...")),
                });
            }
            if let Some(array) = array {
                check_rank(reference, array.layout.rank())?;
            }
            if !known.iter().any(|&(known, _)| known == name) {
                known.push((name, array));
            }
        }
        let made = vec![None; known.len()];
        Ok(Arrays { known, made })
    }

    fn number(&self, name: &str) -> usize {
        self.known.iter().position(|&(known, _)| known == name).unwrap_or(0)
    }

    fn layout(&self, name: &str) -> Option<&Layout> {
        let number = self.number(name);
        self.known[number].1.map(|array| &array.layout).or(self.made[number].as_ref())
    }

    /// Lays out the target that nobody has named, in C order and just large enough.
    fn make_missing(&mut self, parsed: &ParsedPattern, indices: &[Index]) -> Result<(), ExprError> {
        let Some(target) = parsed.target() else { return Ok(()) };
        if self.layout(target).is_some() {
            return Ok(());
        }
        let uses = parsed.references.iter().filter(|reference| reference.name == target);
        let mut shape: Vec<i64> = Vec::new();
        let mut whole = 0..0;
        for reference in uses {
            whole = reference.span.clone();
            if shape.is_empty() {
                shape = vec![0; reference.subscripts.len()];
            }
            check_rank(reference, shape.len())?;
            for (extent, subscript) in shape.iter_mut().zip(&reference.subscripts) {
                let (_, high) = affine(subscript, indices)?.range(indices);
                *extent = (*extent).max(i64::try_from(high + 1).unwrap_or(i64::MAX));
            }
        }
        let sizes = self.known.iter().filter_map(|(_, array)| array.map(|a| a.layout.itemsize()));
        let itemsize = sizes.max().unwrap_or(8);
        let layout = Layout::c_order(&shape, itemsize)
            .map_err(|error| ExprError::from_layout(error, whole))?;
        let number = self.number(target);
        self.made[number] = Some(layout);
        Ok(())
    }

    fn statement(
        &self,
        parsed: &ParsedPattern,
        indices: Vec<Index>,
    ) -> Result<Statement, ExprError> {
        let mut references = Vec::new();
        for reference in &parsed.references {
            let subscripts = reference.subscripts.iter().map(|each| affine(each, &indices));
            references.push(Reference {
                operand: self.number(&reference.name),
                effect: reference.effect,
                subscripts: subscripts.collect::<Result<_, _>>()?,
            });
        }
        let update = if parsed.accumulates { Update::Accumulate } else { Update::Store };
        Statement::new(indices.clone(), self.operands(parsed)?, references, update)
            .map_err(|error| explain(error, parsed, &indices))
    }

    /// Every buffer on pages of its own, in the order of appearance.
    fn operands(&self, parsed: &ParsedPattern) -> Result<Vec<Operand>, ExprError> {
        let mut next = PAGE;
        let mut placed: Vec<(&Array, i64)> = Vec::new();
        let mut operands = Vec::new();
        for (number, &(name, array)) in self.known.iter().enumerate() {
            let layout = match (array, &self.made[number]) {
                (Some(array), _) => array.layout.clone(),
                (None, Some(layout)) => layout.clone(),
                (None, None) => continue,
            };
            let shared = array
                .and_then(|array| placed.iter().find(|(other, _)| other.buffer == array.buffer));
            let base = match shared {
                Some(&(_, base)) => base,
                None => {
                    let bytes = array.map_or(layout.span().high, |array| array.buffer.bytes());
                    let base = next;
                    let pages = bytes.max(0) / PAGE + 2;
                    next = pages
                        .checked_mul(PAGE)
                        .and_then(|size| base.checked_add(size))
                        .ok_or_else(|| {
                            too_large(parsed.references.first().map_or(0..0, |r| r.span.clone()))
                        })?;
                    base
                }
            };
            if let Some(array) = array {
                placed.push((array, base));
            }
            operands.push(Operand { name: name.to_string(), layout, base });
        }
        Ok(operands)
    }
}

fn too_large(span: Range<usize>) -> ExprError {
    ExprError::new(ErrorCode::TooLarge, span, "the arrays together exceed 64-bit addresses")
}

fn check_rank(reference: &ParsedReference, rank: usize) -> Result<(), ExprError> {
    let got = reference.subscripts.len();
    if got == rank {
        return Ok(());
    }
    let name = &reference.name;
    let message = format!("{name} has {rank} axes, and {got} indices are given");
    let help = format!("give {name} one index per axis");
    Err(ExprError::new(ErrorCode::Index, reference.span.clone(), message).with_help(help))
}

/// A subscript over numbered indices.
fn affine(linear: &Linear, indices: &[Index]) -> Result<Affine, ExprError> {
    let mut coefficients = PerAxis::filled(0, indices.len());
    for (name, coefficient) in &linear.terms {
        if let Some(at) = indices.iter().position(|index| index.name == *name) {
            coefficients[at] = *coefficient;
        }
    }
    Ok(Affine { constant: linear.constant, coefficients })
}

/// Which values every index takes, in the order of first appearance: as stated, else as the
/// axis for which it stands alone, else as far as its subscripts allow.
fn indices(parsed: &ParsedPattern, arrays: &Arrays<'_>) -> Result<Vec<Index>, ExprError> {
    let mut as_written: Vec<&ParsedReference> = parsed.references.iter().collect();
    as_written.sort_by_key(|reference| reference.span.start);
    let mut found: Vec<Found> = Vec::new();
    for subscript in as_written.iter().flat_map(|reference| &reference.subscripts) {
        for (name, _) in &subscript.terms {
            if !found.iter().any(|known| known.name == *name) {
                let span = subscript.span.clone();
                found.push(Found { name: name.clone(), span, range: None });
            }
        }
    }
    for stated in &parsed.ranges {
        let name = &stated.name;
        match found.iter_mut().find(|known| known.name == *name) {
            Some(found) => found.range = Some((stated.first, stated.end)),
            None => {
                let message = format!("'{name}' is no index of the pattern");
                let help = nearest(name, found.iter().map(|known| known.name.as_str()))
                    .map(|near| format!("did you mean `{near}`?"));
                let error = ExprError::new(ErrorCode::UnknownName, stated.span.clone(), message);
                return Err(ExprError { help, ..error });
            }
        }
    }
    stands_alone(parsed, arrays, &mut found)?;
    as_far_as_allowed(parsed, arrays, &mut found);
    found
        .into_iter()
        .map(|Found { name, span, range }| match range {
            Some((start, end)) => {
                let extent = end.checked_sub(start).ok_or_else(|| too_large(span))?.max(0);
                Ok(Index { name, start, extent })
            }
            None => {
                let message = format!("nothing says how far index '{name}' runs");
                let help = format!("say it at the end: for {name} in 0:100");
                Err(ExprError::new(ErrorCode::Index, span, message).with_help(help))
            }
        })
        .collect()
}

/// An index, where it first stands, and its first value and end once they are known.
struct Found {
    name: String,
    span: Range<usize>,
    range: Option<(i64, i64)>,
}

/// Indices that are a whole subscript run over that axis, and all such axes have to agree.
fn stands_alone(
    parsed: &ParsedPattern,
    arrays: &Arrays<'_>,
    found: &mut [Found],
) -> Result<(), ExprError> {
    for Found { name, range, .. } in found.iter_mut().filter(|known| known.range.is_none()) {
        let mut first: Option<(&str, usize, i64)> = None;
        for reference in &parsed.references {
            let Some(layout) = arrays.layout(&reference.name) else { continue };
            for (axis, subscript) in reference.subscripts.iter().enumerate() {
                if !subscript.is_just(name) {
                    continue;
                }
                let extent = layout.shape()[axis];
                match first {
                    None => first = Some((&reference.name, axis, extent)),
                    Some((other, other_axis, wanted)) if wanted != extent => {
                        let array = &reference.name;
                        let message = format!(
                            "index '{name}' runs over axis {axis} of {array} with extent {extent}, and over axis {other_axis} of {other} with extent {wanted}"
                        );
                        let least = wanted.min(extent);
                        let help = format!("fit the shapes, or say 'for {name} in {least}'");
                        let span = subscript.span.clone();
                        return Err(
                            ExprError::new(ErrorCode::Layout, span, message).with_help(help)
                        );
                    }
                    Some(_) => {}
                }
            }
        }
        *range = first.map(|(.., extent)| (0, extent));
    }
    Ok(())
}

/// Indices that are the only open one of a subscript run as far as it stays within its axis.
fn as_far_as_allowed(parsed: &ParsedPattern, arrays: &Arrays<'_>, found: &mut [Found]) {
    // Each round settles an index or is the last.
    for _ in 0..found.len() {
        let mut settled: Option<(usize, i128, i128)> = None;
        for reference in &parsed.references {
            let Some(layout) = arrays.layout(&reference.name) else { continue };
            for (axis, subscript) in reference.subscripts.iter().enumerate() {
                let Some((index, low, high)) = allowed(subscript, layout.shape()[axis], found)
                else {
                    continue;
                };
                settled = match settled {
                    None => Some((index, low, high)),
                    Some((other, from, to)) if other == index => {
                        Some((index, from.max(low), to.min(high)))
                    }
                    other => other,
                };
            }
        }
        let Some((index, low, high)) = settled else { return };
        let narrow = |value: i128| i64::try_from(value).unwrap_or(0);
        found[index].range = Some((narrow(low), narrow((high + 1).max(low))));
    }
}

/// The open index of a subscript and the values that keep it within an axis.
fn allowed(subscript: &Linear, extent: i64, found: &[Found]) -> Option<(usize, i128, i128)> {
    let mut open = None;
    let (mut low, mut high) = (i128::from(subscript.constant), i128::from(subscript.constant));
    for (name, coefficient) in &subscript.terms {
        let at = found.iter().position(|known| known.name == *name)?;
        match found[at].range {
            None if open.is_none() => open = Some((at, i128::from(*coefficient))),
            None => return None,
            Some((start, end)) => {
                let ends = [start, (end - 1).max(start)];
                let ends = ends.map(|end| i128::from(end) * i128::from(*coefficient));
                low = low.saturating_add(ends[0].min(ends[1]));
                high = high.saturating_add(ends[0].max(ends[1]));
            }
        }
    }
    let (at, coefficient) = open.filter(|&(_, coefficient)| coefficient != 0)?;
    // 0 <= low + c * i and high + c * i <= extent - 1
    let (least, most) = (low.saturating_neg(), i128::from(extent) - 1 - high);
    let size = coefficient.abs();
    let up = |value: i128| value.div_euclid(size) + i128::from(value.rem_euclid(size) != 0);
    let range = if coefficient > 0 {
        (up(least), most.div_euclid(size))
    } else {
        (up(-most), (-least).div_euclid(size))
    };
    Some((at, range.0, range.1))
}

/// An out-of-bounds subscript in the words of the pattern, with the range that would do.
fn explain(error: StatementError, parsed: &ParsedPattern, indices: &[Index]) -> ExprError {
    match error {
        StatementError::OutOfBounds { reference, axis, extent, got, at } => {
            let reference = &parsed.references[reference];
            let subscript = &reference.subscripts[axis];
            let values: Vec<String> = indices
                .iter()
                .zip(&at)
                .filter(|(index, _)| subscript.terms.iter().any(|(name, _)| *name == index.name))
                .map(|(index, value)| format!("{} = {value}", index.name))
                .collect();
            let values = if values.is_empty() {
                String::new()
            } else {
                format!(" at {}", values.join(", "))
            };
            let name = &reference.name;
            let message = format!(
                "{name}[{}] is out of bounds: axis {axis} of {name} has extent {extent}, and index {got} is reached{values}",
                subscript.text
            );
            let error = ExprError::new(ErrorCode::Index, subscript.span.clone(), message);
            match remedy(subscript, extent, indices) {
                Some(help) => error.with_help(help),
                None => error.with_help(format!("make axis {axis} of {name} longer")),
            }
        }
        error => {
            let span = parsed.references.first().map_or(0..0, |reference| reference.span.clone());
            ExprError::new(ErrorCode::TooLarge, span, error.to_string())
        }
    }
}

/// A range of the subscript's first index that keeps it within its axis.
fn remedy(subscript: &Linear, extent: i64, indices: &[Index]) -> Option<String> {
    let (name, _) = subscript.terms.first()?;
    let known = |index: &Index| {
        let range = (index.start, index.start.saturating_add(index.extent));
        let range = (index.name != *name).then_some(range);
        Found { name: index.name.clone(), span: 0..0, range }
    };
    let found: Vec<Found> = indices.iter().map(known).collect();
    let (at, low, high) = allowed(subscript, extent, &found)?;
    let start = low.max(i128::from(indices[at].start));
    let end = (high + 1).min(i128::from(indices[at].start) + i128::from(indices[at].extent));
    (start < end).then(|| format!("say 'for {name} in {start}:{end}' at the end of the pattern"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::DType;

    fn names() -> Names {
        let mut names = Names::new();
        let shapes: [(&str, &[i64]); 5] =
            [("a", &[4, 6]), ("b", &[6, 4]), ("x", &[20]), ("w", &[3]), ("s", &[])];
        for (name, shape) in shapes {
            let layout = Layout::c_order(shape, 8).unwrap();
            names.insert(name, Array::allocated(DType::parse("f8").unwrap(), layout));
        }
        names
    }

    fn check(source: &str, want: &str) {
        let pattern = pattern(source, &names()).unwrap_or_else(|error| panic!("{source}: {error}"));
        let indices =
            pattern.statement.indices().iter().map(|index| {
                format!("{}={}:{}", index.name, index.start, index.start + index.extent)
            });
        let operands = pattern.statement.operands().iter();
        let operands = operands.map(|each| format!("{}{}", each.name, each.layout));
        let got = indices.chain(operands).collect::<Vec<_>>().join(" ");
        assert_eq!(got, want, "{source}");
    }

    fn refuse(source: &str, fault: &str, message: &str, help: Option<&str>) {
        let error = pattern(source, &names()).unwrap_err();
        assert_eq!(&source[error.span.clone()], fault, "{source}: {error}");
        assert_eq!(error.message, message, "{source}");
        assert_eq!(error.help.as_deref(), help, "{source}");
    }

    #[test]
    fn extents_come_from_the_arrays() {
        check(
            "out[j] += a[i,j] * b[j,i]",
            "j=0:6 i=0:4 a(4,6):(48,8)+0 b(6,4):(32,8)+0 out(6):(8)+0",
        );
        check("a[i,j]", "i=0:4 j=0:6 a(4,6):(48,8)+0");
        check("y[i] = x[2*i+k] * w[k]", "i=0:9 k=0:3 x(20):(8)+0 w(3):(8)+0 y(9):(8)+0");
        check("y[i] = x[i+1] - x[i-1]", "i=1:19 x(20):(8)+0 y(19):(8)+0");
        check("y[i] = x[19-i]", "i=0:20 x(20):(8)+0 y(20):(8)+0");
        check("s += np.maximum(x[i], -2.5)", "i=0:20 x(20):(8)+0 s():()+0");
        check("x[i] *= s for i in 5:7", "i=5:7 s():()+0 x(20):(8)+0");
        check("z[k] = x[(k+1)*2 - 1] for k in 9", "k=0:9 x(20):(8)+0 z(9):(8)+0");
    }

    #[test]
    fn faults_are_named_and_remedied() {
        refuse("a[i,j] + q[i]", "q", "name 'q' is not defined", Some("give the array: q=..."));
        refuse(
            "a[i*j,j]",
            "j",
            "a product of two indices is not affine",
            Some("multiply indices by integers only, as in 2*i+k"),
        );
        refuse(
            "out[i] = x[w[i]]",
            "w[",
            "an index that depends on values is not affine",
            Some("use sums and integer multiples of indices, as in 2*i+k-1"),
        );
        refuse(
            "a[i,j] + b[i,j]",
            "i",
            "index 'i' runs over axis 0 of b with extent 6, and over axis 0 of a with extent 4",
            Some("fit the shapes, or say 'for i in 4'"),
        );
        refuse(
            "x[i] = x[i-1]",
            "i-1",
            "x[i-1] is out of bounds: axis 0 of x has extent 20, and index -1 is reached at i = 0",
            Some("say 'for i in 1:20' at the end of the pattern"),
        );
        refuse(
            "a[i]",
            "a[i]",
            "a has 2 axes, and 1 indices are given",
            Some("give a one index per axis"),
        );
        refuse(
            "out[k] = x[i]",
            "k",
            "nothing says how far index 'k' runs",
            Some("say it at the end: for k in 0:100"),
        );
        refuse("x[i] for j in 3", "j", "'j' is no index of the pattern", None);
        refuse(
            "x[i] =",
            "",
            "expected an array element such as a[i,j], or a number",
            Some("a pattern looks like out[j] += a[i,j] * b[j,i]"),
        );
        refuse(
            "x[i//2]",
            "//",
            "an index with '//' is not affine",
            Some("use sums and integer multiples of indices, as in 2*i+k-1"),
        );
        refuse(
            "x[99999999999999999999]",
            "99999999999999999999",
            "number too large for an index",
            None,
        );
    }

    #[test]
    fn orders_are_read_by_name() {
        let pattern = pattern("c[i,j] += a[i,k] * b[k,j]", &names()).unwrap();
        assert_eq!(pattern.order("i,k,j"), Ok(vec![0, 2, 1]));
        assert_eq!(pattern.order("i"), Ok(vec![1, 2, 0]));
        assert_eq!(pattern.order("i, q").unwrap_err().span, 2..4);
        assert_eq!(pattern.order("i,i").unwrap_err().span, 2..3);
    }
}
