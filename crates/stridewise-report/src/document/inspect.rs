//! Inspect: everything about one layout that a person wants to know first.
//!
//! For `(4,6):(48,8)+0` the smallest stride is on axis 1, and the order is `[0, 1]`.

use std::collections::BTreeMap;

use serde::Serialize;
use stridewise::layout::{Finding, Place, Touched, Walk, findings};
use stridewise::locality::{AxisWalk, axis_walks};
use stridewise::machine::Machine;

use super::{Document, FileObject, Subject, enveloped};
use crate::advice::Advice;
use crate::strip::Strip;
use crate::svg::array_svg;
use crate::text::{Look, inspect_card};

/// What `inspect` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Inspect {
    /// What was asked about: an expression or a file.
    pub source: String,
    /// The file, where the array lies in one.
    pub file: Option<FileObject>,
    /// The layout.
    pub layout: Subject,
    /// The axis along which one step moves least; null where no axis is longer than 1.
    pub smallest_stride_axis: Option<usize>,
    /// What a walk along each axis costs.
    pub axes: Vec<AxisObject>,
    /// How many cache lines the whole array touches.
    pub lines_touched: i64,
    /// Whether that is the exact number, or the most that it can be.
    pub lines_exact: bool,
    /// The share of these lines' bytes that the array uses, from 0 to 1.
    pub line_utilisation: f64,
    /// The axes from the largest stride to the smallest: the best loop order, outermost first.
    pub order: Vec<usize>,
    /// The same as code to paste.
    pub advice: Advice,
    /// Predicted time per element of reading it all, for each axis in the innermost loop.
    pub walks: Vec<WalkObject>,
    /// Bytes of a cache line of the machine that the figures are for.
    pub line: i64,
    /// Bytes of a page.
    pub page: i64,
    /// What a person should know about it.
    pub findings: Vec<FindingObject>,
    #[serde(skip)]
    pub(crate) strip: Strip,
}

/// One axis.
#[derive(Clone, Debug, Serialize)]
pub struct AxisObject {
    /// How long it is.
    pub extent: i64,
    /// Bytes per step.
    pub stride: i64,
    /// Items per step; null where it is not a whole number.
    pub item_stride: Option<i64>,
    /// How many cache lines a walk along it touches, all other indices staying at 0.
    pub lines_touched: i64,
    /// The share of these lines' bytes that the walk uses, from 0 to 1.
    pub line_utilisation: f64,
    /// How many pages it touches.
    pub pages_touched: i64,
}

/// A walk over all elements.
#[derive(Clone, Debug, Serialize)]
pub struct WalkObject {
    /// The axis in the innermost loop.
    pub inside: usize,
    /// Predicted time per element, in nanoseconds.
    pub predicted_ns: f64,
}

/// A finding, as every document has it.
#[derive(Clone, Debug, Serialize)]
pub struct FindingObject {
    /// Its stable code, which `rule` explains.
    pub code: &'static str,
    /// One line that names the code.
    pub title: &'static str,
    /// The axis that it is about, where it is about one.
    pub axis: Option<usize>,
    /// What was found.
    pub text: String,
    /// What to do.
    pub help: String,
    /// Its numbers by name.
    pub evidence: BTreeMap<&'static str, i64>,
}

impl FindingObject {
    fn new(finding: Finding) -> FindingObject {
        FindingObject {
            code: finding.code.as_str(),
            title: finding.code.title(),
            axis: finding.axis,
            text: finding.text,
            help: finding.help,
            evidence: finding.evidence.into_iter().collect(),
        }
    }
}

/// How many lines the picture of the memory may have.
const ROWS: usize = 7;

impl Inspect {
    /// Finds out everything about a layout on a machine.
    pub fn new(
        source: impl Into<String>,
        file: Option<FileObject>,
        layout: Subject,
        machine: &Machine,
    ) -> Inspect {
        let cache = machine.first_cache();
        let (line, page) = (cache.line(), machine.page().value);
        let array = &layout.0.layout;
        let item_strides = array.item_strides();
        let place = Place {
            line,
            page,
            sets: cache.sets(),
            ways: cache.ways(),
            // What is mapped from a file takes no memory of its own.
            buffer: file.is_none().then(|| layout.0.buffer.bytes()),
        };
        let axis = |axis: usize| {
            // Axes are below the rank and a machine's figures positive: neither walk is refused.
            let walk = |block| array.walk(i64::try_from(axis).unwrap_or(i64::MAX), block).ok();
            AxisObject {
                extent: array.shape()[axis],
                stride: array.strides()[axis],
                item_stride: item_strides.as_ref().map(|strides| strides[axis]),
                lines_touched: walk(line).map_or(0, |walk| walk.blocks),
                line_utilisation: walk(line).map_or(1.0, Walk::utilisation),
                pages_touched: walk(page).map_or(0, |walk| walk.blocks),
            }
        };
        let lines = array.touched(line).unwrap_or(Touched::AtMost(0));
        let bytes = array.touched(1).map_or(0, Touched::count);
        let found = findings(array, &layout.0.dtype, &place).unwrap_or_default();
        // An array whose addresses leave 64 bits has no walks to speak of.
        let walks = axis_walks(array, machine).unwrap_or_default().into_iter();
        let walk =
            |walk: AxisWalk| WalkObject { inside: walk.inside, predicted_ns: walk.predicted_ns };
        Inspect {
            source: source.into(),
            file,
            smallest_stride_axis: array.smallest_stride_axis(),
            axes: (0..array.rank()).map(axis).collect(),
            lines_touched: lines.count(),
            lines_exact: matches!(lines, Touched::Exactly(_)),
            line_utilisation: match lines.count() {
                0 => 1.0,
                count => bytes as f64 / (count as f64 * line as f64),
            },
            order: array.order().to_vec(),
            advice: Advice::of(array),
            walks: walks.map(walk).collect(),
            line,
            page,
            findings: found.into_iter().map(FindingObject::new).collect(),
            strip: Strip::of(array, line, ROWS),
            layout,
        }
    }
}

impl Document for Inspect {
    fn to_json(&self) -> String {
        enveloped("inspect", self)
    }

    fn to_text(&self, look: Look) -> String {
        inspect_card(self, look)
    }

    fn to_svg(&self) -> Option<String> {
        Some(array_svg(self))
    }
}
