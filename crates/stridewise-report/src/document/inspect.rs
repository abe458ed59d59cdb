//! Inspect: everything about one layout that a person wants to know first.
//!
//! For `(4,6):(48,8)+0` the smallest stride is on axis 1, and the order is `[0, 1]`.

use serde::Serialize;
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
    /// The axes from the largest stride to the smallest: the best loop order, outermost first.
    pub order: Vec<usize>,
    /// The same as code to paste.
    pub advice: Advice,
    /// Bytes of a cache line of the machine that the figures are for.
    pub line: i64,
    /// Bytes of a page.
    pub page: i64,
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
        let line = machine.first_cache().line();
        let array = &layout.0.layout;
        let item_strides = array.item_strides();
        let axis = |axis: usize| AxisObject {
            extent: array.shape()[axis],
            stride: array.strides()[axis],
            item_stride: item_strides.as_ref().map(|strides| strides[axis]),
        };
        Inspect {
            source: source.into(),
            file,
            smallest_stride_axis: array.smallest_stride_axis(),
            axes: (0..array.rank()).map(axis).collect(),
            order: array.order().to_vec(),
            advice: Advice::of(array),
            line,
            page: machine.page().value,
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
