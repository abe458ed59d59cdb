//! Advanced indexing: lists and arrays of integers, and masks, pick elements one by one.
//!
//! The elements need not be evenly spaced, so no stride says where they are: always a copy.
//! `(4,5):(40,8)+0` at `[[0, 2]]` is the copy `(2,5):(40,8)+0`, at `[:, [0, 2]]` the copy
//! `(4,2):(8,32)+0`, whose new axis was made first and moved behind.
//!
//! Shape and placement follow NumPy's `mapping.c`: the index arrays broadcast together; their
//! axes come first, in the result as in memory, unless the indices stand side by side, in which
//! case they are moved to where those stood.

use std::ops::Range;
use std::rc::Rc;

use super::error::{ErrorCode, ExprError};
use super::index::{Part, PartKind, basic_picks, in_bounds};
use super::placement::{Moves, iterated, moves};
use super::steps::{Reason, ReasonCode};
use super::value::{Known, Made, Spanned, Traced};
use crate::layout::dtype::Kind;
use crate::layout::{Layout, LayoutError, PerAxis, Pick, broadcast_shapes};

/// An index that picks elements: an array of integers, or a mask and the places it picks.
pub(super) struct Fancy {
    /// The layout of the index array; of a mask, one axis of the places where it is true.
    layout: Layout,
    /// Whether it indexes as it lies, with 64-bit integers.
    is_direct: bool,
    picks: Picks,
}

enum Picks {
    Integers(Known),
    /// A mask of this shape, and the places along its only axis, if it has one and they are known.
    Mask {
        shape: PerAxis<i64>,
        places: Known,
    },
}

impl Fancy {
    /// `a[True]` and `a[False]`: a new axis of extent 1 or 0.
    pub(super) fn truth(truth: bool) -> Fancy {
        let picks = Picks::Mask { shape: PerAxis::new(), places: Known::Nothing };
        Fancy { layout: line(i64::from(truth)), is_direct: false, picks }
    }

    pub(super) fn of_array(array: &Traced, item: &Spanned) -> Result<Fancy, ExprError> {
        let layout = array.layout().clone();
        match array.dtype().kind() {
            Kind::Int | Kind::Uint => Ok(Fancy {
                is_direct: array.dtype() == &crate::layout::DType::int64()
                    && array.array.is_aligned(),
                layout,
                picks: Picks::Integers(array.known.clone()),
            }),
            Kind::Bool => {
                let (count, places) = match &array.known {
                    Known::Every(0) => (0, Known::Nothing),
                    Known::Every(_) => (layout.size(), Known::Progression { start: 0, step: 1 }),
                    Known::Listed(truths) => {
                        let places = (0i64..).zip(truths.iter()).filter(|(_, truth)| **truth != 0);
                        let places: Rc<[i64]> = places.map(|(place, _)| place).collect();
                        (i64::try_from(places.len()).unwrap_or(0), Known::Listed(places))
                    }
                    _ => return Err(depends_on_data(item, "how many elements the mask picks")),
                };
                let shape: PerAxis<i64> = layout.shape().into();
                Ok(Fancy {
                    layout: line(count),
                    is_direct: false,
                    picks: Picks::Mask { shape, places },
                })
            }
            _ => Err(ExprError::new(
                ErrorCode::Index,
                item.span.clone(),
                "arrays used as indices must be of integer (or boolean) type",
            )
            .with_help(format!("this one is {}", array.dtype()))),
        }
    }

    pub(super) fn axes_taken(&self) -> usize {
        match &self.picks {
            Picks::Integers(_) => 1,
            Picks::Mask { shape, .. } => shape.len(),
        }
    }

    /// The places that it picks along its axis, in order.
    fn places(&self) -> Option<&Known> {
        match &self.picks {
            Picks::Integers(known) => Some(known),
            Picks::Mask { shape, places } if shape.len() == 1 => Some(places),
            Picks::Mask { .. } => None,
        }
    }

    /// How many places it picks, where it is the side of a grid: of `sides` axes, it has an
    /// extent along this one only.
    fn count_along(&self, side: usize, sides: usize) -> Option<i64> {
        let shape = self.layout.shape();
        let flat = shape.iter().enumerate().all(|(axis, &extent)| axis == side || extent == 1);
        (shape.len() == sides && flat).then(|| shape[side])
    }
}

/// One axis of `count` places, as NumPy makes of a mask.
fn line(count: i64) -> Layout {
    Layout::c_order(&[count], 8).unwrap_or_else(|_| {
        // A mask has at most as many places as bytes; eight times that may not fit.
        Layout::c_order(&[0], 8).unwrap_or_else(|_| unreachable!())
    })
}

pub(super) fn depends_on_data(item: &Spanned, what: &str) -> ExprError {
    ExprError::new(
        ErrorCode::DataDependent,
        item.span.clone(),
        format!("{what} depends on values, and a trace has none"),
    )
    .with_help(
        "whatever it picks is a copy: np.where(mask, a, 0) keeps the shape and needs no values, and \
         a mask or list written out, [True, False, ..], can be traced",
    )
}

/// `a[..]` where at least one part is fancy.
pub(super) fn index(
    a: &Traced,
    parts: &[Part],
    span: &Range<usize>,
    source: &str,
) -> Result<Made, ExprError> {
    let fancy: Vec<(&Part, &Fancy)> = parts
        .iter()
        .filter_map(|part| match &part.kind {
            PartKind::Fancy(fancy) => Some((part, &**fancy)),
            PartKind::Basic(_) => None,
        })
        .collect();
    for (part, fancy) in &fancy {
        check_mask(a.layout(), part, fancy)?;
    }
    let shape = picked_shape(&fancy, span)?;
    if !shape.contains(&0) {
        for (part, fancy) in &fancy {
            check_places(a.layout(), part, fancy)?;
        }
    }
    let laid = result(a.layout(), parts, &fancy, &shape);
    let layout = laid.map_err(|error| ExprError::from_layout(error, span.clone()))?;
    Ok(Made::copy(a.dtype().clone(), layout, reason(a.layout(), parts, &fancy, source)))
}

fn check_mask(a: &Layout, part: &Part, fancy: &Fancy) -> Result<(), ExprError> {
    let Picks::Mask { shape, .. } = &fancy.picks else { return Ok(()) };
    for (at, &got) in shape.iter().enumerate() {
        let axis = part.axis + at;
        let wanted = a.shape()[axis];
        if wanted != got {
            let message = format!(
                "boolean index did not match indexed array along axis {axis}; size of axis is \
                 {wanted} but size of corresponding boolean axis is {got}"
            );
            return Err(ExprError::new(ErrorCode::Index, part.item.span.clone(), message)
                .with_help(format!("a mask for axis {axis} has {wanted} truth values")));
        }
    }
    Ok(())
}

fn check_places(a: &Layout, part: &Part, fancy: &Fancy) -> Result<(), ExprError> {
    let Picks::Integers(known) = &fancy.picks else { return Ok(()) };
    let extent = a.shape()[part.axis];
    match known.outside(fancy.layout.size(), extent) {
        Some(index) => in_bounds(index, part.axis, extent, &part.item.span),
        None => Ok(()),
    }
}

fn picked_shape(fancy: &[(&Part, &Fancy)], span: &Range<usize>) -> Result<PerAxis<i64>, ExprError> {
    let shapes: Vec<&[i64]> = fancy.iter().map(|(_, fancy)| fancy.layout.shape()).collect();
    broadcast_shapes(&shapes).map_err(|_| {
        let written: Vec<String> = shapes
            .iter()
            .map(|shape| {
                let extents: Vec<String> = shape.iter().map(i64::to_string).collect();
                let comma = if extents.len() == 1 { "," } else { "" };
                format!("({}{comma})", extents.join(","))
            })
            .collect();
        let message = format!(
            "shape mismatch: indexing arrays could not be broadcast together with shapes {}",
            written.join(" ")
        );
        ExprError::new(ErrorCode::Index, span.clone(), message)
            .with_help("np.ix_ picks a grid: every one of the first with every one of the second")
    })
}

/// Where NumPy places the picked elements.
fn result(
    a: &Layout,
    parts: &[Part],
    fancy: &[(&Part, &Fancy)],
    picked: &[i64],
) -> Result<Layout, LayoutError> {
    let itemsize = a.itemsize();
    let index_moves: Vec<Moves> =
        fancy.iter().map(|(_, fancy)| moves(&fancy.layout, picked.len())).collect();
    let taken: usize = parts.iter().map(Part::axes_taken).sum();
    let only_fancy = fancy.len() == parts.len() && taken == a.rank();
    if only_fancy {
        // One contiguous index over one axis hands down its own order.
        if let ([(_, fancy)], 1) = (fancy, a.rank()) {
            let index = &fancy.layout;
            if fancy.is_direct && index.is_c_contiguous() {
                return Layout::c_order(picked, itemsize);
            }
            if fancy.is_direct && index.is_f_contiguous() {
                return Layout::f_order(picked, itemsize);
            }
        }
        return iterated(&index_moves, picked, itemsize);
    }
    let rest = rest(a, parts, fancy)?;
    let shape: PerAxis<i64> = picked.iter().chain(rest.shape()).copied().collect();
    // Slowest first: the picked axes, then the others as they lie in the array.
    let picked_order: PerAxis<usize> = match rest.size() {
        1 => super::placement::walking_order(&index_moves, picked.len()),
        _ => (0..picked.len()).collect(),
    };
    let rest_order = rest.order();
    let behind = rest_order.iter().map(|axis| picked.len() + axis);
    let order: PerAxis<usize> = picked_order.iter().copied().chain(behind).collect();
    let layout = Layout::packed_in_order(&shape, itemsize, &order)?;
    let before = axes_before(parts);
    let rank = shape.len();
    let axes: PerAxis<usize> = (picked.len()..picked.len() + before)
        .chain(0..picked.len())
        .chain(picked.len() + before..rank)
        .collect();
    layout.permute(&axes)
}

/// The array at index 0 of every picked axis, with the other parts of the index applied.
fn rest(a: &Layout, parts: &[Part], fancy: &[(&Part, &Fancy)]) -> Result<Layout, LayoutError> {
    let is_picked = |axis: usize| {
        fancy.iter().any(|(part, _)| (part.axis..part.axis + part.axes_taken()).contains(&axis))
    };
    let kept = (0..a.rank()).filter(|&axis| !is_picked(axis));
    let (shape, strides): (Vec<i64>, Vec<i64>) =
        kept.map(|axis| (a.shape()[axis], a.strides()[axis])).unzip();
    let kept = Layout::new(&shape, &strides, a.offset(), a.itemsize())?;
    kept.slice(&basic_picks(parts))
}

/// How many axes of the result stand before the picked ones: those before the first integer or
/// index array, or none where something else stands between these.
fn axes_before(parts: &[Part]) -> usize {
    let picks =
        |part: &Part| matches!(part.kind, PartKind::Fancy(_) | PartKind::Basic(Pick::At(_)));
    let (Some(first), Some(last)) = (parts.iter().position(picks), parts.iter().rposition(picks))
    else {
        return 0;
    };
    if !parts[first..last].iter().all(picks) {
        return 0;
    }
    parts[first].axis + parts[..first].iter().filter(|part| is_new_axis(part)).count()
}

fn is_new_axis(part: &Part) -> bool {
    matches!(part.kind, PartKind::Basic(Pick::NewAxis))
}

fn reason(a: &Layout, parts: &[Part], fancy: &[(&Part, &Fancy)], source: &str) -> Reason {
    let masks = fancy.iter().any(|(_, fancy)| matches!(fancy.picks, Picks::Mask { .. }));
    let axes: Vec<usize> =
        fancy.iter().flat_map(|(part, _)| part.axis..part.axis + part.axes_taken()).collect();
    let which = match axes.as_slice() {
        [] => "the array is".to_owned(),
        [axis] => format!("axis {axis} is"),
        axes => {
            let axes: Vec<String> = axes.iter().map(usize::to_string).collect();
            format!("axes {} are", axes.join(", "))
        }
    };
    let (code, by) = match masks {
        true => (ReasonCode::MaskIndex, "a mask of truth values"),
        false => (ReasonCode::IntegerIndex, "a list of integers"),
    };
    let text = format!(
        "{which} indexed by {by}, which may pick elements at any spacing; a view needs one \
         stride, so NumPy always copies here"
    );
    let help = match same_by_slices(a, parts, fancy, source) {
        Some(slice) => format!("{slice} picks the same elements and is a view"),
        None if fancy.iter().any(|(_, index)| index.places() == Some(&Known::Nothing)) => {
            "where the indices are evenly spaced, a slice is a view".to_owned()
        }
        None => "no slice picks these; index once and keep the result".to_owned(),
    };
    Reason { axes, ..Reason::new(code, text, help) }
}

/// The brackets with slices in place of the index arrays, where those pick the same.
fn same_by_slices(
    a: &Layout,
    parts: &[Part],
    fancy: &[(&Part, &Fancy)],
    source: &str,
) -> Option<String> {
    let is_fancy = |part: &Part| matches!(part.kind, PartKind::Fancy(_));
    let is_integer = |part: &Part| matches!(part.kind, PartKind::Basic(Pick::At(_)));
    let first = parts.iter().position(is_fancy)?;
    let side_by_side = parts[first..].iter().take_while(|part| is_fancy(part)).count();
    let before = parts[..first].iter();
    let added = before.clone().filter(|part| is_new_axis(part)).count();
    let dropped = before.filter(|part| is_integer(part)).count();
    let left_before = parts[first].axis + added - dropped;
    if side_by_side != fancy.len() || axes_before(parts) != left_before {
        return None; // The picked axes stand elsewhere than slices would leave them.
    }
    let mut slices = Vec::new();
    for (along, (part, index)) in fancy.iter().enumerate() {
        let extent = *a.shape().get(part.axis)?;
        let count = index.count_along(along, fancy.len())?;
        let (start, step, count) = evenly(index.places()?, count, extent)?;
        slices.push(written_slice(start, step, count));
    }
    let mut slices = slices.into_iter();
    let written: Option<Vec<String>> = parts
        .iter()
        .map(|part| match is_fancy(part) {
            true => slices.next(),
            false => source.get(part.item.span.clone()).map(str::to_owned),
        })
        .collect();
    Some(format!("[{}]", written?.join(", ")))
}

/// Start, step and count of places that lie evenly, counted from the front.
fn evenly(places: &Known, count: i64, extent: i64) -> Option<(i64, i64, i64)> {
    let from_front = |place: i64| if place < 0 { place + extent } else { place };
    let (start, step) = match places {
        Known::Listed(values) => {
            let values: Vec<i64> = values.iter().map(|&place| from_front(place)).collect();
            let step = match values.as_slice() {
                [] => return None,
                [_] => 1,
                [first, second, ..] => second - first,
            };
            if values.windows(2).any(|pair| pair[1] - pair[0] != step) {
                return None;
            }
            (*values.first()?, step)
        }
        Known::Progression { start, step } if *start >= 0 => (*start, *step),
        Known::Every(value) if count == 1 => (from_front(*value), 1),
        _ => return None,
    };
    (step != 0 && count > 0).then_some((start, step, count))
}

fn written_slice(start: i64, step: i64, count: i64) -> String {
    let last = start + step * (count - 1);
    match (step, last) {
        (1, _) => format!("{start}:{}", last + 1),
        (_, 0) if step < 0 => format!("{start}::{step}"),
        (step, _) if step < 0 => format!("{start}:{}:{step}", last - 1),
        _ => format!("{start}:{}:{step}", last + 1),
    }
}
