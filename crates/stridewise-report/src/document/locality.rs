//! Locality: the loop orders of a statement, what the caches make of each, and findings.
//!
//! `out[j] += a[i,j]` over `(1000,1000):(8000,8)+0` has two orders; i outside misses once per
//! line, j outside once per element.

use serde::Serialize;
use stridewise::expr::Pattern;
use stridewise::locality::{BreakEven, Inner, Replay, Survey, Surveyed};
use stridewise::machine::Machine;
use stridewise::nest::Effect;

use super::{Document, enveloped};
use crate::svg::traversal_svg;
use crate::text::{Look, locality_text};
use crate::traversal::Traversal;

/// What `locality` answers.
#[derive(Clone, Debug, Serialize)]
pub struct Locality {
    /// The statement as it was typed.
    pub pattern: String,
    /// What the machine is called.
    pub machine: String,
    /// Loop orders, fastest first.
    pub orders: Vec<OrderObject>,
    /// Which of them was asked about.
    pub asked: usize,
    /// What there is to say of that one.
    pub findings: Vec<LocalityFinding>,
    /// What a copy of each array that is only read costs and saves; predicted.
    pub copies: Vec<CopyObject>,
    /// What a reader should know of how the figures were found.
    pub notes: Vec<String>,
    /// The accesses of the order that was asked about, one by one; null where they were not
    /// asked for and are too many.
    pub trace: Option<TraceObject>,
    /// The same as a picture.
    #[serde(skip)]
    pub traversal: Option<Traversal>,
}

/// One loop order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderObject {
    /// Names of the indices, outermost first.
    pub order: Vec<String>,
    /// Block sizes, one per place of the order, 0 for a loop left whole; empty without blocks.
    pub blocks: Vec<i64>,
    /// Which engine counted the misses; null where only the closed form was asked.
    pub engine: Option<&'static str>,
    /// Predicted time of one run, in nanoseconds.
    pub predicted_ns: f64,
    /// Measured time of one run, in nanoseconds; null where it was not run.
    pub measured_ns: Option<f64>,
    /// How the innermost loop computes: `vector`, `scalar` or `chained`.
    pub inner: &'static str,
    /// One entry per cache level, nearest first.
    pub levels: Vec<LevelObject>,
}

/// Accesses and misses of one level.
#[derive(Clone, Debug, Serialize)]
pub struct LevelObject {
    /// What it is called.
    pub name: String,
    /// Accesses that ask it; null where only the closed form was asked.
    pub accesses: Option<u128>,
    /// Misses, or the best estimate.
    pub misses: u128,
    /// At least so many, with 95 % confidence.
    pub low: Option<u128>,
    /// At most so many, with 95 % confidence.
    pub high: Option<u128>,
}

/// A copy of one array into the layout that suits the statement best.
#[derive(Clone, Debug, Serialize)]
pub struct CopyObject {
    /// Which array.
    pub array: String,
    /// The copy's axes, slowest first.
    pub axes: Vec<usize>,
    /// Predicted time of the copy.
    pub copy_ns: f64,
    /// Predicted time of a run before, in the best order.
    pub before_ns: f64,
    /// Predicted time of a run after.
    pub after_ns: f64,
    /// How many runs pay for the copy; null where no number does.
    pub runs: Option<f64>,
}

/// Accesses one by one, from cold caches.
#[derive(Clone, Debug, Serialize)]
pub struct TraceObject {
    /// Whether those are all.
    pub complete: bool,
    /// Bytes of a line of the nearest cache.
    pub line: i64,
    /// In the order in which they happen.
    pub accesses: Vec<AccessObject>,
}

/// One access.
#[derive(Clone, Debug, Serialize)]
pub struct AccessObject {
    /// Which array.
    pub array: String,
    /// `read` or `write`.
    pub effect: &'static str,
    /// The variable of each loop, outermost first, counted from 0.
    pub loops: Vec<i64>,
    /// Its first byte, counted from the array's buffer.
    pub byte: i64,
    /// The nearest level that had all of it, or `memory`.
    pub found_in: String,
}

/// A finding.
#[derive(Clone, Debug, Serialize)]
pub struct LocalityFinding {
    /// Its stable code, such as SW207.
    pub code: &'static str,
    /// What was found.
    pub text: String,
    /// What to do.
    pub help: String,
}

impl Locality {
    /// Describes a survey.
    pub fn new(pattern: &Pattern, survey: &Survey, machine: &Machine) -> Locality {
        let order = |one: &Surveyed| OrderObject::new(pattern, one, machine);
        let findings = survey.findings.iter().map(|finding| LocalityFinding {
            code: finding.code.as_str(),
            text: finding.text.clone(),
            help: finding.help.clone(),
        });
        Locality {
            pattern: pattern.source.clone(),
            machine: machine.name().to_owned(),
            orders: survey.orders.iter().map(order).collect(),
            asked: survey.asked,
            findings: findings.collect(),
            copies: survey.copies.iter().map(|copy| CopyObject::new(pattern, copy)).collect(),
            notes: Vec::new(),
            trace: None,
            traversal: None,
        }
    }

    /// With the accesses one by one.
    pub fn with_trace(mut self, replay: &Replay, pattern: &Pattern, machine: &Machine) -> Self {
        let level = |at: usize| machine.caches().get(at).map_or("memory", |cache| cache.name());
        let access = |played: &stridewise::locality::Played| {
            let operand = &pattern.statement.operands()[played.operand];
            AccessObject {
                array: operand.name.clone(),
                effect: if played.effect == Effect::Read { "read" } else { "write" },
                loops: played.indices.clone(),
                byte: played.address.wrapping_sub(operand.base),
                found_in: level(played.found_in).to_owned(),
            }
        };
        self.trace = Some(TraceObject {
            complete: replay.is_complete,
            line: machine.first_cache().line(),
            accesses: replay.accesses.iter().map(access).collect(),
        });
        self
    }
}

impl CopyObject {
    fn new(pattern: &Pattern, copy: &BreakEven) -> CopyObject {
        CopyObject {
            array: pattern.statement.operands()[copy.operand].name.clone(),
            axes: copy.axes.clone(),
            copy_ns: copy.copy_ns,
            before_ns: copy.before_ns,
            after_ns: copy.after_ns,
            runs: copy.runs,
        }
    }
}

impl OrderObject {
    /// `i,k:32,j`: the loops from outside in, with the size of their blocks.
    pub fn loops(&self) -> String {
        let size = |place: usize| self.blocks.get(place).copied().unwrap_or(0);
        let name = |(place, name): (usize, &String)| match size(place) {
            0 => name.clone(),
            size => format!("{name}:{size}"),
        };
        self.order.iter().enumerate().map(name).collect::<Vec<_>>().join(",")
    }

    fn new(pattern: &Pattern, one: &Surveyed, machine: &Machine) -> OrderObject {
        let names = pattern.statement.indices();
        let level = |(at, cache): (usize, &stridewise::machine::CacheLevel)| {
            let counted = one.caches.as_ref().and_then(|caches| caches.levels.get(at));
            let closed = one.prediction.misses.get(at).copied().unwrap_or(0.0);
            LevelObject {
                name: cache.name().to_owned(),
                accesses: counted.map(|level| level.accesses),
                misses: counted.map_or(whole(closed), |level| level.misses),
                low: counted.map(|level| level.low),
                high: counted.map(|level| level.high),
            }
        };
        OrderObject {
            blocks: one.blocks.clone(),
            measured_ns: None,
            order: one.order.iter().map(|&at| names[at].name.clone()).collect(),
            engine: one.caches.as_ref().map(|caches| caches.engine.as_str()),
            predicted_ns: one.prediction.total_ns,
            inner: match one.prediction.inner {
                Inner::Vector => "vector",
                Inner::Chained => "chained",
                _ => "scalar",
            },
            levels: machine.caches().iter().enumerate().map(level).collect(),
        }
    }
}

/// A closed form's count as a number of lines; a float converts by saturation.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(count: f64) -> u128 {
    count.round() as u128
}

impl Document for Locality {
    fn to_json(&self) -> String {
        enveloped("locality", self)
    }

    fn to_text(&self, look: Look) -> String {
        locality_text(self, look)
    }

    fn to_svg(&self) -> Option<String> {
        let asked = self.orders.get(self.asked)?;
        Some(traversal_svg(&self.pattern, &asked.loops(), self.traversal.as_ref()?))
    }
}
