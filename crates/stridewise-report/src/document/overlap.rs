//! Overlap: may two arrays share memory, do they, and one pair of indices that meets.
//!
//! `(3):(16)+0` and `(3):(16)+8` of 8-byte elements may, by their spans, and do not.

use serde::Serialize;
use stridewise::layout::{Answer, Work, overlap, self_overlap};
use stridewise::machine::Machine;

use super::{Document, Subject, enveloped};
use crate::strip::Strip;
use crate::svg::{Caption, lines_svg};
use crate::text::{Look, overlap_text, overlap_verdict, quantity};

/// What `overlap` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Overlap {
    /// The first array.
    pub a: Side,
    /// The second array; null where the question is whether the first overlaps itself.
    pub b: Option<Side>,
    /// Whether both lie in one buffer.
    pub same_buffer: bool,
    /// Whether the bytes from the first to the last of each have any in common.
    pub may_share: bool,
    /// Whether they share a byte; null where the work allowed did not settle it.
    pub shares: Option<bool>,
    /// An index of each that reach the same byte.
    pub witness: Option<[Vec<i64>; 2]>,
    /// The first byte that both reach, counted from the start of the buffer.
    pub byte: Option<i64>,
    /// The limit as NumPy's `max_work`: -1 exact, 0 bounds only, else nodes of the search.
    pub work: i64,
    #[serde(skip)]
    pub(crate) strips: Option<(Strip, Strip)>,
}

/// One of the arrays.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// The expression or file.
    pub source: String,
    /// Its layout.
    pub layout: Subject,
}

impl Overlap {
    /// Finds out whether two arrays share a byte; one array, whether it overlaps itself.
    pub fn new(a: Side, b: Option<Side>, work: Work, machine: &Machine) -> Overlap {
        let (first, second) = (&a.layout.0, &b.as_ref().unwrap_or(&a).layout.0);
        let same_buffer = first.buffer == second.buffer;
        let ask = |work| match &b {
            _ if !same_buffer => Answer::No,
            Some(_) => overlap(&first.layout, &second.layout, work),
            None => self_overlap(&first.layout, work),
        };
        let may_share = ask(Work::BoundsOnly) != Answer::No;
        let answer = ask(work);
        let shares = match answer {
            Answer::Yes(_) => Some(true),
            Answer::No => Some(false),
            Answer::TooHard => None,
        };
        let meeting = answer.yes();
        let byte = meeting.as_ref().map(|meeting| meeting.byte);
        let line = machine.first_cache().line();
        let drawn = same_buffer && may_share && b.is_some();
        let strips = drawn.then(|| Strip::of_two(&first.layout, &second.layout, line, byte));
        Overlap {
            same_buffer,
            may_share,
            shares,
            witness: meeting.map(|meeting| [meeting.first.to_vec(), meeting.second.to_vec()]),
            byte,
            work: match work {
                Work::Exact => -1,
                Work::BoundsOnly => 0,
                Work::Nodes(nodes) => i64::try_from(nodes).unwrap_or(i64::MAX),
            },
            strips,
            a,
            b,
        }
    }
}

impl Document for Overlap {
    fn to_json(&self) -> String {
        enveloped("overlap", self)
    }

    fn to_text(&self, look: Look) -> String {
        overlap_text(self, look)
    }

    fn to_svg(&self) -> Option<String> {
        let title = match &self.b {
            Some(b) => format!("{} and {}", self.a.source, b.source),
            None => format!("{} and itself", self.a.source),
        };
        let mut answer = vec![overlap_verdict(self).to_owned()];
        if let (Some([first, second]), Some(byte)) = (&self.witness, self.byte) {
            let (first, second) = (quantity::index(first), quantity::index(second));
            answer.push(format!("A{first} and B{second} both reach byte {byte}"));
        }
        let strips = match &self.strips {
            Some((a, b)) => vec![("A", a), ("B", b)],
            None => Vec::new(),
        };
        Some(lines_svg(Caption { title: &title, answer: &answer }, &strips, self.byte))
    }
}
