//! Overlap: do two layouts share a byte, does one overlap itself, and where.
//!
//! Views of one buffer may interleave without sharing anything: `(3):(16)+0` and `(3):(16)+8` of
//! 8-byte elements have bounds 0..40 and 8..48 and no byte in common. To decide it exactly is to
//! find bounded steps along all axes that add up to a given distance, a bounded Diophantine
//! equation ([`equation`]); in general that is NP-hard. Bounds and a short [`search`] settle
//! ordinary views. For the rest [`solve`] has a bitset of the sums that can be reached, whose
//! cost is polynomial in the distance between the ends: never exponential for anything that
//! fits in memory. A `Yes` comes with two indices that meet.
//!
//! Two elements share a byte when their bytes overlap at all: `(4):(2)+0` of 8-byte elements
//! overlaps itself, though no two indices have the same offset. An array without elements, or of
//! elements without bytes, shares nothing.

mod bits;
mod equation;
mod reach;
mod search;
mod solve;
#[cfg(test)]
mod tests;

use self::equation::{Equation, Term};
use self::search::{Halves, Search};
use super::{Layout, PerAxis};

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The exact answer, by any engine; NumPy's `max_work=-1`.
    ///
    /// [`Answer::TooHard`] is then left for layouts that are hard and reach more than 2^32
    /// distinguishable positions. At most 1.5 GiB is allocated, and no more than 3/8 of a byte
    /// per byte between the ends of the layouts.
    Exact,
    /// What needs no search; NumPy's `max_work=0`. For two layouts that is their spans, and
    /// where those overlap the answer is [`Answer::TooHard`].
    BoundsOnly,
    /// The spans, then NumPy's search with at most so many nodes, counted as NumPy counts
    /// `max_work`; `Nodes(0)` is [`Work::BoundsOnly`].
    Nodes(u64),
}

/// Yes, with the evidence; no; or not settled within the [`Work`] allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<W> {
    /// Proved, by the evidence.
    Yes(W),
    /// Disproved.
    No,
    /// Not settled.
    TooHard,
}

impl<W> Answer<W> {
    /// The same answer with the evidence in another form.
    pub fn map<V>(self, form: impl FnOnce(W) -> V) -> Answer<V> {
        match self {
            Answer::Yes(evidence) => Answer::Yes(form(evidence)),
            Answer::No => Answer::No,
            Answer::TooHard => Answer::TooHard,
        }
    }

    /// The evidence of a yes.
    pub fn yes(self) -> Option<W> {
        match self {
            Answer::Yes(evidence) => Some(evidence),
            Answer::No | Answer::TooHard => None,
        }
    }
}

/// Two elements that share a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// The index in the first layout.
    pub first: PerAxis<i64>,
    /// The index in the second layout; for one layout that overlaps itself, another index of it.
    pub second: PerAxis<i64>,
    /// The first byte that both elements cover.
    pub byte: i64,
}

/// Whether two layouts of one buffer share a byte, as `numpy.shares_memory`.
///
/// Law: `Yes` iff some `a.offset_of(i) .. + a.itemsize` and `b.offset_of(j) .. + b.itemsize`
/// have a byte in common; it names such an `i` and `j`.
///
/// ```
/// # use stridewise::layout::{Answer, Layout, Work, overlap};
/// let even = Layout::new(&[3], &[16], 0, 8).unwrap();
/// let odd = Layout::new(&[3], &[16], 8, 8).unwrap();
/// assert_eq!(overlap(&even, &odd, Work::Exact), Answer::No);
/// assert_eq!(overlap(&even, &odd, Work::BoundsOnly), Answer::TooHard);
///
/// let reversed = Layout::new(&[3], &[-24], 56, 8).unwrap();
/// let Answer::Yes(meeting) = overlap(&even, &reversed, Work::Exact) else { panic!() };
/// assert_eq!((&meeting.first[..], &meeting.second[..]), (&[2][..], &[1][..]));
/// assert_eq!(even.offset_of(&meeting.first), reversed.offset_of(&meeting.second));
/// ```
pub fn overlap(a: &Layout, b: &Layout, work: Work) -> Answer<Meeting> {
    let (a_span, b_span) = (a.span(), b.span());
    let disjoint = a_span.low >= b_span.high || b_span.low >= a_span.high;
    if disjoint || has_no_bytes(a) || has_no_bytes(b) {
        return Answer::No;
    }
    let nodes = match work {
        Work::BoundsOnly | Work::Nodes(0) => return Answer::TooHard,
        Work::Nodes(nodes) => Some(nodes),
        Work::Exact => None,
    };
    // first.low + steps == second.high - 1 - steps, whichever way round has less to go. Either
    // distance is less than the two spans together, and so the smaller one fits in i64.
    let ahead = i128::from(b_span.high) - 1 - i128::from(a_span.low);
    let behind = i128::from(a_span.high) - 1 - i128::from(b_span.low);
    let Ok(target) = i64::try_from(ahead.min(behind)) else { return Answer::TooHard };
    let mut equation = Equation::new(target);
    for layout in [a, b] {
        for (coefficient, bound) in steps(layout) {
            equation.add(coefficient, bound);
        }
    }
    equation.trim();
    let solution = match nodes {
        Some(nodes) => Search::new(&equation.terms, Halves::Allowed, nodes).run(target),
        None => solve::solve(&equation.terms, target),
    };
    solution.map(|mut x| {
        let ends = if ahead <= behind { [End::Low, End::High] } else { [End::High, End::Low] };
        let [first, second] = [(a, ends[0]), (b, ends[1])].map(|(layout, end)| {
            let mut take = |(coefficient, bound)| equation.take(&mut x, coefficient, bound);
            take((1, layout.itemsize() - 1));
            index_from(layout, end, |axis| take(axis_step(layout, axis)))
        });
        meeting(a, b, first, second)
    })
}

/// Whether two different indices of a layout share a byte.
///
/// Law: `Yes` iff `offset_of(i)` and `offset_of(j)` are less than `itemsize` apart for some
/// `i != j`; it names such an `i` and `j`.
///
/// ```
/// # use stridewise::layout::{Answer, Layout, Work, self_overlap};
/// // (3,2):(2,3): six bytes, each once, in the order 0 3 2 5 4 7
/// let woven = Layout::new(&[3, 2], &[2, 3], 0, 1).unwrap();
/// assert_eq!(self_overlap(&woven, Work::Exact), Answer::No);
///
/// let windows = Layout::new(&[3, 2], &[8, 8], 0, 8).unwrap();
/// let Answer::Yes(meeting) = self_overlap(&windows, Work::Exact) else { panic!() };
/// assert_ne!(meeting.first, meeting.second);
/// assert_eq!(windows.offset_of(&meeting.first), windows.offset_of(&meeting.second));
/// ```
pub fn self_overlap(layout: &Layout, work: Work) -> Answer<Meeting> {
    if let Some(settled) = settled_at_once(layout) {
        return settled;
    }
    if let (Work::Exact, Some(settled)) = (work, same_steps(layout)) {
        return settled;
    }
    let differences = match work {
        Work::BoundsOnly => differences_as_numpy(layout, 0),
        Work::Nodes(nodes) => differences_as_numpy(layout, nodes),
        Work::Exact => differences(layout, solve::solve),
    };
    differences.map(|differences| apart(layout, &differences))
}

/// As [`self_overlap`] with [`Work::Exact`], for layouts that somebody else wrote down: with at
/// most `nodes` nodes of search for each axis, counted as NumPy counts `max_work`, and next to no
/// memory. What that does not settle is [`Answer::TooHard`].
///
/// Unlike [`Work::Nodes`], which gives up where NumPy does, it takes every short cut: layouts whose
/// axes nest, however many, need no search at all.
///
/// ```
/// # use stridewise::layout::{Answer, Layout, self_overlap_within};
/// let nested = Layout::new(&[100; 6], &[1 << 50, 1 << 40, 1 << 30, 1 << 20, 1 << 10, 8], 0, 8);
/// assert_eq!(self_overlap_within(&nested.unwrap(), 0), Answer::No);
/// ```
pub fn self_overlap_within(layout: &Layout, nodes: u64) -> Answer<Meeting> {
    if let Some(settled) = settled_at_once(layout).or_else(|| same_steps(layout)) {
        return settled;
    }
    let solve = |terms: &[Term], target| solve::solve_within(terms, target, nodes);
    differences(layout, solve).map(|differences| apart(layout, &differences))
}

/// Without elements, in C order, or with an axis that stands still, the answer is plain.
fn settled_at_once(layout: &Layout) -> Option<Answer<Meeting>> {
    if has_no_bytes(layout) || layout.is_c_contiguous() {
        return Some(Answer::No);
    }
    let axis = (0..layout.rank()).find(|&axis| step(layout, axis) == Some(0))?;
    let first = PerAxis::filled(0, layout.rank());
    let mut second = first.clone();
    second[axis] = 1;
    Some(Answer::Yes(meeting(layout, layout, first, second)))
}

/// Two axes that take the same step, as those of windows: one step along either meets. NumPy
/// searches for that and may give up, so it is for those who do not count as NumPy does.
fn same_steps(layout: &Layout) -> Option<Answer<Meeting>> {
    let twin = |one: usize| {
        let stride = step(layout, one)?;
        (one + 1..layout.rank()).find(|&other| step(layout, other) == Some(stride))
    };
    let (one, other) = (0..layout.rank()).find_map(|one| Some((one, twin(one)?)))?;
    let along = |axis| PerAxis::from_fn(layout.rank(), |each| i64::from(each == axis));
    Some(Answer::Yes(meeting(layout, layout, along(other), along(one))))
}

/// The stride of an axis along which there is a step.
fn step(layout: &Layout, axis: usize) -> Option<i64> {
    (layout.shape()[axis] > 1).then_some(layout.strides()[axis])
}

/// Two indices with the given steps between them.
fn apart(layout: &Layout, differences: &[i64]) -> Meeting {
    let behind = index_from(layout, End::Low, |axis| (-differences[axis]).max(0));
    let ahead = index_from(layout, End::Low, |axis| differences[axis].max(0));
    meeting(layout, layout, behind, ahead)
}

impl Layout {
    /// Whether no two indices share a byte: writing through one never changes another.
    ///
    /// Exact, as [`self_overlap`] with [`Work::Exact`]: `true` is a proof. Where that gives up,
    /// which takes a layout made for it that spans more than 2^32 positions, it is `false`.
    ///
    /// ```
    /// # use stridewise::layout::Layout;
    /// assert!(Layout::new(&[3, 2], &[2, 3], 0, 1).unwrap().is_unique());
    /// assert!(!Layout::new(&[3, 2], &[8, 0], 0, 8).unwrap().is_unique());
    /// assert!(!Layout::new(&[3], &[4], 0, 8).unwrap().is_unique());
    /// ```
    pub fn is_unique(&self) -> bool {
        self_overlap(self, Work::Exact) == Answer::No
    }
}

/// Steps from one index to another along each axis, with turned strides positive.
///
/// Two indices differ first on some axis, axes sorted from the largest stride down; there, the
/// second may be taken to be ahead. That gives one equation per axis, `stride * (1 + x)` against
/// what all smaller strides can make up; where strides nest they cannot, and no equation is left.
fn differences(
    layout: &Layout,
    solve: impl Fn(&[Term], i64) -> Answer<PerAxis<i64>>,
) -> Answer<PerAxis<i64>> {
    let order = layout.order();
    let mut so_far = Answer::No;
    let mut made_up = i128::from(layout.itemsize() - 1);
    for at in (0..order.len()).rev() {
        let (stride, bound) = axis_step(layout, order[at]);
        if bound > 0 && i128::from(stride) <= made_up {
            match differences_from(layout, &order[at..], made_up, &solve) {
                Answer::No => {}
                Answer::TooHard => so_far = Answer::TooHard, // Another axis may settle it.
                found => return found,
            }
        }
        made_up += i128::from(stride) * i128::from(bound);
    }
    so_far
}

/// Steps that are positive on the first of the given axes and 0 on all axes not given.
fn differences_from(
    layout: &Layout,
    axes: &[usize],
    made_up: i128,
    solve: impl Fn(&[Term], i64) -> Answer<PerAxis<i64>>,
) -> Answer<PerAxis<i64>> {
    let (leading, others) = (axes[0], &axes[1..]);
    let (stride, bound) = axis_step(layout, leading);
    // Invariant L4: what is made up lies within the span.
    let Ok(target) = i64::try_from(made_up - i128::from(stride)) else { return Answer::TooHard };
    let mut equation = Equation::new(target);
    equation.add(stride, bound - 1);
    for &axis in others {
        let (stride, bound) = axis_step(layout, axis);
        equation.add(stride, bound.saturating_mul(2));
    }
    equation.add(1, (layout.itemsize() - 1).saturating_mul(2));
    equation.trim();
    solve(&equation.terms, target).map(|mut x| {
        let mut differences = PerAxis::filled(0, layout.rank());
        differences[leading] = 1 + equation.take(&mut x, stride, bound - 1);
        for &axis in others {
            let (stride, bound) = axis_step(layout, axis);
            differences[axis] = equation.take(&mut x, stride, bound.saturating_mul(2)) - bound;
        }
        differences
    })
}

/// The same question as NumPy puts it, so that its nodes are counted alike: the differences of
/// all axes at once, each from `-bound` to `bound`, not all of them 0.
fn differences_as_numpy(layout: &Layout, nodes: u64) -> Answer<PerAxis<i64>> {
    let mut terms: PerAxis<(Term, usize)> = PerAxis::new();
    for (axis, (coefficient, bound)) in steps(layout).enumerate() {
        if bound > 0 {
            let Some(bound) = bound.checked_mul(2) else { return Answer::TooHard };
            terms.push((Term { coefficient, bound }, axis));
        }
    }
    terms.sort_by_key(|(term, _)| std::cmp::Reverse(term.coefficient));
    let halves: i128 = terms.iter().map(|(term, _)| term.reach() / 2).sum();
    // Invariant L4: the halves add up to the length of the span, less one.
    let Ok(target) = i64::try_from(halves) else { return Answer::TooHard };
    let plain: PerAxis<Term> = terms.iter().map(|&(term, _)| term).collect();
    Search::new(&plain, Halves::Refused, nodes).run(target).map(|x| {
        let mut differences = PerAxis::filled(0, layout.rank() + 1);
        for (&(term, axis), x) in terms.iter().zip(&x) {
            differences[axis] = x - term.bound / 2;
        }
        differences.truncate(layout.rank());
        differences
    })
}

fn has_no_bytes(layout: &Layout) -> bool {
    layout.is_empty() || layout.itemsize() == 0
}

/// Stride, turned positive, and largest index of an axis.
fn axis_step(layout: &Layout, axis: usize) -> (i64, i64) {
    // Invariant L4: only an axis of extent 1 can have the stride i64::MIN, and never uses it.
    (layout.strides()[axis].saturating_abs(), layout.shape()[axis] - 1)
}

/// The steps along each axis, and those from byte to byte of an element.
fn steps(layout: &Layout) -> impl Iterator<Item = (i64, i64)> {
    (0..layout.rank()).map(|axis| axis_step(layout, axis)).chain([(1, layout.itemsize() - 1)])
}

/// Where steps are counted from.
#[derive(Clone, Copy, PartialEq)]
enum End {
    /// Upwards from the lowest byte.
    Low,
    /// Downwards from the highest byte.
    High,
}

/// The index so many steps along each axis from one end.
fn index_from(layout: &Layout, end: End, mut steps: impl FnMut(usize) -> i64) -> PerAxis<i64> {
    let mut index = PerAxis::filled(0, layout.rank());
    for axis in 0..layout.rank() {
        let starts_there = (layout.strides()[axis] < 0) == (end == End::High);
        let (steps, last) = (steps(axis), layout.shape()[axis] - 1);
        index[axis] = if starts_there { steps } else { last - steps };
    }
    index
}

fn meeting(a: &Layout, b: &Layout, first: PerAxis<i64>, second: PerAxis<i64>) -> Meeting {
    let byte_of = |layout: &Layout, index: &[i64]| {
        let products = index.iter().zip(layout.strides()).map(|(index, stride)| index * stride);
        layout.offset() + products.sum::<i64>() // Invariant L4.
    };
    let byte = byte_of(a, &first).max(byte_of(b, &second));
    Meeting { first, second, byte }
}
