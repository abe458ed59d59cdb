//! Findings: what a person should know about one layout, as data with stable codes.
//!
//! Each finding carries its numbers, one sentence, and one remedy spelled in NumPy. In
//! `(1000,1000):(8,8000)+0` the last axis does not move least: SW102, and `a.transpose(1, 0)` is
//! the cure. Codes never change their meaning; SW1xx are about one layout.

use std::fmt;

use super::lines::share;
use super::{Answer, DType, Layout, LayoutError, Work, self_overlap};

/// Beyond this share of unused bytes a line is badly used.
const POOR_UTILISATION: f64 = 0.5;
/// A view that keeps so many times its own bytes alive is worth a word,
const PINNED_TIMES: i64 = 16;
/// and where it is at least so many bytes.
const PINNED_BYTES: i64 = 1 << 20;
/// An overlap that needs more search than this is left to the command that asks for it.
const OVERLAP_WORK: Work = Work::Nodes(10_000);

/// What kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingCode {
    /// SW101
    PagePerStep,
    /// SW102
    SmallestStrideNotLast,
    /// SW103
    LinesMostlyUnused,
    /// SW104
    FewCacheSets,
    /// SW105
    BroadcastAxis,
    /// SW106
    ElementsOverlap,
    /// SW107
    Misaligned,
    /// SW108
    PinsItsBuffer,
    /// SW109
    ForeignByteOrder,
}

impl FindingCode {
    /// Every code, by number.
    pub const ALL: [FindingCode; 9] = [
        FindingCode::PagePerStep,
        FindingCode::SmallestStrideNotLast,
        FindingCode::LinesMostlyUnused,
        FindingCode::FewCacheSets,
        FindingCode::BroadcastAxis,
        FindingCode::ElementsOverlap,
        FindingCode::Misaligned,
        FindingCode::PinsItsBuffer,
        FindingCode::ForeignByteOrder,
    ];

    /// The stable name: `SW101`, ….
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::PagePerStep => "SW101",
            FindingCode::SmallestStrideNotLast => "SW102",
            FindingCode::LinesMostlyUnused => "SW103",
            FindingCode::FewCacheSets => "SW104",
            FindingCode::BroadcastAxis => "SW105",
            FindingCode::ElementsOverlap => "SW106",
            FindingCode::Misaligned => "SW107",
            FindingCode::PinsItsBuffer => "SW108",
            FindingCode::ForeignByteOrder => "SW109",
        }
    }

    /// The code of that name, in either case.
    pub fn parse(name: &str) -> Option<FindingCode> {
        FindingCode::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(name))
    }

    /// One line that names it.
    pub fn title(self) -> &'static str {
        match self {
            FindingCode::PagePerStep => "inner stride spans a page",
            FindingCode::SmallestStrideNotLast => "the last axis does not have the smallest stride",
            FindingCode::LinesMostlyUnused => "most bytes of the cache lines go unused",
            FindingCode::FewCacheSets => "a stride falls into few sets of the cache",
            FindingCode::BroadcastAxis => "an axis has stride 0",
            FindingCode::ElementsOverlap => "elements share bytes",
            FindingCode::Misaligned => "elements are not aligned",
            FindingCode::PinsItsBuffer => "a small view keeps a large buffer alive",
            FindingCode::ForeignByteOrder => "numbers are in foreign byte order",
        }
    }

    /// What it means and what to do, for somebody who meets it for the first time.
    pub fn rule(self) -> &'static str {
        match self {
            FindingCode::PagePerStep => {
                "Loops and most NumPy functions run through the last axis fastest. Here one step along it moves by a page (mostly 4096 bytes) or more, so every element lies on another page: each needs its own address translation, and hardware prefetching stops at page borders.\n\nLoop over the axis with the smallest stride innermost, or look at the array through a transposed view, which copies nothing:\n\n    b = a.transpose(1, 0)"
            }
            FindingCode::SmallestStrideNotLast => {
                "Memory moves in cache lines of (mostly) 64 bytes. Neighbours along the axis with the smallest stride share lines; neighbours along the last axis are met one after the other by loops. When these are two axes, each line is loaded again and again.\n\nLet the loop over the axis with the smallest stride be the innermost one. A transposed view gives the axes in that order and copies nothing:\n\n    np.zeros((1000, 1000), order='F').transpose(1, 0)"
            }
            FindingCode::LinesMostlyUnused => {
                "Memory is moved by whole lines. Where elements lie far apart, as in a[:, ::8] or one field of a structured array, most of each line is moved for nothing, and takes the place of something useful in the cache.\n\nIf the array is passed over more than once, copy the elements together first:\n\n    b = np.ascontiguousarray(a)"
            }
            FindingCode::FewCacheSets => {
                "A cache puts a line into the set that its address names: line number modulo the number of sets. A stride of s lines reaches only sets / gcd(s, sets) of them, and once these are full the walk throws out its own lines while the rest of the cache stands empty. Powers of two are the usual case, but a stride of 32000 bytes also reaches only 16 of 64 sets.\n\nMake the rows a line longer and leave the rest unused:\n\n    a = np.empty((n, m + 8))[:, :m]"
            }
            FindingCode::BroadcastAxis => {
                "All indices along an axis of stride 0 are the same element. That is what makes np.broadcast_to free. Writing through it would change many indices at once, so NumPy makes such views read-only, and a function that needs real elements copies them all.\n\nCopy before writing:\n\n    b = a.copy()"
            }
            FindingCode::ElementsOverlap => {
                "Two indices reach the same byte, as in sliding windows. Reading is fine, and free. Writing through such a view changes other elements, and in-place operations such as a += 1 give results that depend on the order in which elements are visited.\n\nCopy before writing:\n\n    b = a.copy()"
            }
            FindingCode::Misaligned => {
                "Elements do not start at a multiple of the alignment of their dtype: a field of a packed structure, a member of an .npz archive, bytes read from the network. NumPy then copies through buffers, and some libraries refuse such arrays.\n\nTake an aligned copy once:\n\n    b = np.require(a, requirements='A')"
            }
            FindingCode::PinsItsBuffer => {
                "A view keeps the whole buffer alive in which it lies, however few bytes it shows: ten numbers of an array of 8 GB hold 8 GB.\n\nWhere the rest is no longer needed, keep a copy instead:\n\n    b = a.copy()"
            }
            FindingCode::ForeignByteOrder => {
                "The bytes of each number are in the opposite order to the processor's, as in files from another kind of machine. Every operation has to swap them, in buffers, each time.\n\nConvert once:\n\n    b = a.astype(a.dtype.newbyteorder('='))"
            }
        }
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing to know about a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind.
    pub code: FindingCode,
    /// The axis that it is about, where it is about one.
    pub axis: Option<usize>,
    /// Its numbers, by name.
    pub evidence: Vec<(&'static str, i64)>,
    /// What was found.
    pub text: String,
    /// What to do.
    pub help: String,
}

/// Where the layout lies: the figures of memory that findings depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes of a cache line.
    pub line: i64,
    /// Bytes of a page.
    pub page: i64,
    /// Sets of the first cache.
    pub sets: i64,
    /// Lines in a set.
    pub ways: i64,
    /// Bytes of the buffer that a view keeps alive, where it is known.
    pub buffer: Option<i64>,
}

/// Everything worth saying about elements of `dtype` in this layout, in the order of the codes.
///
/// ```
/// # use stridewise::layout::{DType, Layout, Place, findings};
/// let place = Place { line: 64, page: 4096, sets: 64, ways: 8, buffer: None };
/// let f_order = Layout::f_order(&[100, 50], 8).unwrap();
/// let found = findings(&f_order, &DType::float64(), &place).unwrap();
/// assert_eq!(found[0].code.as_str(), "SW102");
/// assert_eq!(found[0].help, "loop over axis 0 innermost, or use a.transpose(1, 0), a view");
/// ```
///
/// # Errors
/// A line, page or count of sets below 1.
pub fn findings(
    layout: &Layout,
    dtype: &DType,
    place: &Place,
) -> Result<Vec<Finding>, LayoutError> {
    if layout.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    found.extend(inner_stride(layout, place));
    found.extend(unused_lines(layout, place)?);
    for axis in 0..layout.rank() {
        found.extend(few_sets(layout, axis, place)?);
    }
    found.extend((0..layout.rank()).filter_map(|axis| broadcast_axis(layout, axis)));
    found.extend(overlapping(layout));
    found.extend(misaligned(layout, dtype));
    found.extend(pinned(layout, place)?);
    found.extend(foreign_order(dtype));
    Ok(found)
}

/// SW101, or the milder SW102.
fn inner_stride(layout: &Layout, place: &Place) -> Option<Finding> {
    let inner = (0..layout.rank()).rev().find(|&axis| layout.shape()[axis] > 1)?;
    let smallest = layout.smallest_stride_axis()?;
    let step = layout.strides()[inner];
    let least = layout.strides()[smallest];
    let other = least.unsigned_abs() < step.unsigned_abs();
    let axes = layout.order().iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let help = if other {
        format!("loop over axis {smallest} innermost, or use a.transpose({axes}), a view")
    } else {
        "if you pass over it more than once: b = np.ascontiguousarray(a)".to_owned()
    };
    if step.unsigned_abs() >= place.page.unsigned_abs() {
        return Some(Finding {
            code: FindingCode::PagePerStep,
            axis: Some(inner),
            evidence: vec![("stride", step), ("page", place.page)],
            text: format!(
                "one step along axis {inner}, the one that loops run through fastest, moves {} B: \
                 each element is on another page of {} B",
                step.unsigned_abs(),
                place.page
            ),
            help,
        });
    }
    other.then(|| Finding {
        code: FindingCode::SmallestStrideNotLast,
        axis: Some(inner),
        evidence: vec![("stride", step), ("smallest_stride", least)],
        text: format!(
            "one step along axis {inner}, the one that loops run through fastest, moves {} B; along \
             axis {smallest} it would be {} B",
            step.unsigned_abs(),
            least.unsigned_abs()
        ),
        help,
    })
}

fn unused_lines(layout: &Layout, place: &Place) -> Result<Option<Finding>, LayoutError> {
    let bytes = layout.touched(1)?.count();
    let lines = layout.touched(place.line)?.count();
    let used = share(bytes, lines, place.line);
    // One element, or a handful in one line, cannot do better.
    if used >= POOR_UTILISATION || lines < 2 || bytes <= layout.itemsize() {
        return Ok(None);
    }
    Ok(Some(Finding {
        code: FindingCode::LinesMostlyUnused,
        axis: layout.smallest_stride_axis(),
        evidence: vec![("bytes_used", bytes), ("lines", lines), ("line", place.line)],
        text: format!(
            "{bytes} B are used of the {lines} cache lines of {} B that they lie in: {:.0} %",
            place.line,
            100.0 * used
        ),
        help: "if you pass over it more than once: b = np.ascontiguousarray(a)".to_owned(),
    }))
}

fn few_sets(layout: &Layout, axis: usize, place: &Place) -> Result<Option<Finding>, LayoutError> {
    // `axis` is below the rank, which is at most 64.
    let walk = layout.set_use(i64::try_from(axis).unwrap_or(0), place.line, place.sets)?;
    let holds = walk.sets_used.saturating_mul(place.ways);
    if walk.lines <= holds || walk.sets_used > walk.sets / 4 {
        return Ok(None);
    }
    let stride = layout.strides()[axis];
    // Rows may be negative or packed: pad by whole items that make up at least a line.
    let pad = (place.line + layout.itemsize() - 1) / layout.itemsize().max(1);
    let help = if axis + 1 == layout.rank() {
        "copy what you need together: b = np.ascontiguousarray(a)".to_owned()
    } else {
        format!(
            "make each row {pad} items longer and leave them unused: np.empty((n, m + {pad}))[:, :m]"
        )
    };
    Ok(Some(Finding {
        code: FindingCode::FewCacheSets,
        axis: Some(axis),
        evidence: vec![("stride", stride), ("lines", walk.lines), ("sets_used", walk.sets_used)],
        text: format!(
            "one step along axis {axis} moves {} B: its {} lines fall into {} of {} cache sets, which \
             hold {holds}",
            stride.unsigned_abs(),
            walk.lines,
            walk.sets_used,
            walk.sets
        ),
        help,
    }))
}

fn broadcast_axis(layout: &Layout, axis: usize) -> Option<Finding> {
    let extent = layout.shape()[axis];
    (extent > 1 && layout.strides()[axis] == 0).then(|| Finding {
        code: FindingCode::BroadcastAxis,
        axis: Some(axis),
        evidence: vec![("extent", extent)],
        text: format!(
            "axis {axis} has stride 0: its {extent} indices are one and the same element"
        ),
        help: "before writing, copy: b = a.copy()".to_owned(),
    })
}

/// Overlaps that are not explained by an axis of stride 0.
fn overlapping(layout: &Layout) -> Option<Finding> {
    let still = |axis: &usize| layout.strides()[*axis] == 0 && layout.shape()[*axis] > 1;
    let picks = |axis: usize| if still(&axis) { 1 } else { layout.shape()[axis] };
    let shape: Vec<i64> = (0..layout.rank()).map(picks).collect();
    let moving = Layout::new(&shape, layout.strides(), layout.offset(), layout.itemsize()).ok()?;
    let Answer::Yes(meeting) = self_overlap(&moving, OVERLAP_WORK) else { return None };
    Some(Finding {
        code: FindingCode::ElementsOverlap,
        axis: None,
        evidence: vec![("byte", meeting.byte)],
        text: format!(
            "elements overlap: {:?} and {:?} both cover byte {}",
            meeting.first, meeting.second, meeting.byte
        ),
        help: "before writing, copy: b = a.copy()".to_owned(),
    })
}

fn misaligned(layout: &Layout, dtype: &DType) -> Option<Finding> {
    let alignment = dtype.alignment();
    (!layout.is_aligned(alignment)).then(|| Finding {
        code: FindingCode::Misaligned,
        axis: None,
        evidence: vec![("alignment", alignment), ("offset", layout.offset())],
        text: format!("not every element starts at a multiple of {alignment} B"),
        help: "take an aligned copy once: b = np.require(a, requirements='A')".to_owned(),
    })
}

fn pinned(layout: &Layout, place: &Place) -> Result<Option<Finding>, LayoutError> {
    let Some(buffer) = place.buffer else { return Ok(None) };
    let bytes = layout.touched(1)?.count();
    if buffer - bytes < PINNED_BYTES || buffer / PINNED_TIMES < bytes {
        return Ok(None);
    }
    Ok(Some(Finding {
        code: FindingCode::PinsItsBuffer,
        axis: None,
        evidence: vec![("bytes_used", bytes), ("buffer", buffer)],
        text: format!(
            "{bytes} B are used, and all {buffer} B of the buffer stay in memory for them"
        ),
        help: "where the rest is no longer needed: b = a.copy()".to_owned(),
    }))
}

fn foreign_order(dtype: &DType) -> Option<Finding> {
    (!dtype.is_native()).then(|| Finding {
        code: FindingCode::ForeignByteOrder,
        axis: None,
        evidence: Vec::new(),
        text: format!("{dtype} is in foreign byte order: every operation swaps the bytes first"),
        help: "convert once: b = a.astype(a.dtype.newbyteorder('='))".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place { line: 64, page: 4096, sets: 64, ways: 8, buffer: None };

    fn check(shape: &[i64], strides: &[i64], dtype: &str, place: Place, wanted: &[&str]) {
        let dtype = DType::parse(dtype).unwrap();
        let low = shape.iter().zip(strides).map(|(n, s)| (n - 1).max(0) * s.min(&0)).sum::<i64>();
        let layout = Layout::new(shape, strides, -low, dtype.itemsize()).unwrap();
        let found = findings(&layout, &dtype, &place).unwrap();
        let codes: Vec<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, wanted, "{layout} {dtype}: {found:#?}");
    }

    #[test]
    fn each_code_has_its_layouts() {
        check(&[1000, 1000], &[8000, 8], "f8", PLACE, &[]);
        check(&[], &[], "f8", PLACE, &[]);
        check(&[0, 9], &[9, 0], ">f8", PLACE, &[]);
        check(&[1000, 1000], &[8, 8000], "f8", PLACE, &["SW101"]);
        check(&[30, 100], &[8, 240], "f8", PLACE, &["SW102"]);
        check(&[30, 1], &[8, 8], "f8", PLACE, &[]);
        check(&[30, 1], &[8, 9000], "f8", PLACE, &[]);
        check(&[1000], &[80], "f8", PLACE, &["SW103"]);
        check(&[1000, 512], &[4096, 8], "f8", PLACE, &["SW104"]);
        check(&[1000, 500], &[4080, 8], "f8", PLACE, &[]);
        check(&[10, 512], &[0, 8], "f8", PLACE, &["SW105"]);
        check(&[510, 3], &[8, 8], "f8", PLACE, &["SW106"]);
        check(&[510, 3], &[-8, 0], "f8", PLACE, &["SW105"]);
        check(&[100], &[9], "f8", PLACE, &["SW107"]);
        check(&[100], &[8], ">f8", PLACE, &["SW109"]);
        let large = Place { buffer: Some(8 << 30), ..PLACE };
        check(&[10], &[8], "f8", large, &["SW108"]);
        check(&[1 << 30], &[8], "f8", large, &[]);
    }

    #[test]
    fn every_code_has_a_rule_and_a_name_that_parses() {
        for code in FindingCode::ALL {
            assert_eq!(FindingCode::parse(&code.to_string().to_lowercase()), Some(code));
            assert!(code.rule().contains("\n\n    "), "{code} shows no code");
        }
        assert_eq!(FindingCode::parse("SW999"), None);
    }
}
