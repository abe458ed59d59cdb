//! Offset: from an index to its byte, term by term, and from a byte to its indices.
//!
//! In `(4,6):(48,8)+0` the index (2,3) lies on byte `2 x 48 + 3 x 8 = 120`.

use serde::Serialize;
use stridewise::layout::{Count, LayoutError, Listed};
use stridewise::machine::Machine;

use super::{Document, Subject, enveloped};
use crate::strip::Strip;
use crate::svg::{Caption, lines_svg};
use crate::text::{Look, indices_text, offset_text, quantity};

/// How many indices a picture lists.
const SHOWN: usize = 4;

/// What `offset ARRAY I,J,K` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Offset {
    /// What was asked about.
    pub source: String,
    /// The index, counted from the start of each axis.
    pub index: Vec<i64>,
    /// The byte where its element begins.
    pub byte: i64,
    /// What each axis adds; with the layout's offset they sum to `byte`.
    pub terms: Vec<TermObject>,
    /// The cache line that the byte lies on, counted from the start of the buffer.
    pub line: i64,
    /// Bytes of a cache line.
    pub line_bytes: i64,
    /// The layout.
    pub layout: Subject,
}

/// What one axis adds to the byte of an index.
#[derive(Clone, Debug, Serialize)]
pub struct TermObject {
    /// Which axis.
    pub axis: usize,
    /// The index along it.
    pub index: i64,
    /// Bytes per step.
    pub stride: i64,
    /// Their product.
    pub product: i64,
}

impl Offset {
    /// Works out the byte of an index.
    ///
    /// # Errors
    /// An index that the layout does not have.
    pub fn new(
        source: impl Into<String>,
        layout: Subject,
        index: &[i64],
        machine: &Machine,
    ) -> Result<Offset, LayoutError> {
        let byte = layout.0.layout.offset_of(index)?;
        let terms = layout.0.layout.terms(index)?;
        let line_bytes = machine.first_cache().line();
        Ok(Offset {
            source: source.into(),
            index: layout.0.layout.normalize_index(index)?.to_vec(),
            byte,
            terms: (terms.iter())
                .map(|term| TermObject {
                    axis: term.axis,
                    index: term.index,
                    stride: term.stride,
                    product: term.product,
                })
                .collect(),
            line: byte.div_euclid(line_bytes),
            line_bytes,
            layout,
        })
    }
}

impl Document for Offset {
    fn to_json(&self) -> String {
        enveloped("offset", self)
    }

    fn to_text(&self, look: Look) -> String {
        offset_text(self, look)
    }

    fn to_svg(&self) -> Option<String> {
        let strip = Strip::around(&self.layout.0.layout, self.line_bytes, self.byte);
        let mut sum = vec![self.layout.0.layout.offset().to_string()];
        sum.extend(self.terms.iter().map(|term| format!("{} x {}", term.index, term.stride)));
        let answer = [format!("byte {} = {}", self.byte, sum.join(" + "))];
        let title = format!("{} at {}", self.source, quantity::index(&self.index));
        Some(lines_svg(
            Caption { title: &title, answer: &answer },
            &[("", &strip)],
            Some(self.byte),
        ))
    }
}

/// What `offset ARRAY --byte N` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Indices {
    /// What was asked about.
    pub source: String,
    /// The byte.
    pub byte: i64,
    /// The first indices that cover it, in index order.
    pub indices: Vec<Vec<i64>>,
    /// How many there are.
    pub count: u64,
    /// Whether `count` is exact, or a lower bound because counting took too much work.
    pub exact: bool,
    /// Whether `indices` are the first ones, or merely some.
    pub first: bool,
    /// Bytes of a cache line.
    pub line_bytes: i64,
    /// The layout.
    pub layout: Subject,
}

impl Indices {
    /// Finds the indices that cover a byte, at most `limit` of them.
    pub fn new(
        source: impl Into<String>,
        layout: Subject,
        byte: i64,
        limit: usize,
        machine: &Machine,
    ) -> Indices {
        let covering = layout.0.layout.indices_at(byte, limit);
        let (count, exact) = match covering.count {
            Count::Exact(count) => (count, true),
            Count::AtLeast(count) => (count, false),
        };
        Indices {
            source: source.into(),
            byte,
            indices: covering.indices.iter().map(|index| index.to_vec()).collect(),
            count,
            exact,
            first: covering.listed == Listed::First,
            line_bytes: machine.first_cache().line(),
            layout,
        }
    }
}

impl Document for Indices {
    fn to_json(&self) -> String {
        enveloped("offset", self)
    }

    fn to_text(&self, look: Look) -> String {
        indices_text(self, look)
    }

    fn to_svg(&self) -> Option<String> {
        let strip = Strip::around(&self.layout.0.layout, self.line_bytes, self.byte);
        let shown = self.indices.iter().take(SHOWN).map(|index| quantity::index(index));
        let shown = shown.collect::<Vec<_>>().join(" ");
        let at_least = if self.exact { "" } else { "at least " };
        let answer = [format!(
            "reached by {at_least}{} {shown}",
            quantity::plural(self.count, "index", "indices")
        )];
        let title = format!("{} at byte {}", self.source, self.byte);
        Some(lines_svg(
            Caption { title: &title, answer: &answer },
            &[("", &strip)],
            Some(self.byte),
        ))
    }
}
