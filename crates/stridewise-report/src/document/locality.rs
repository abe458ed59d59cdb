//! Locality: the loop orders of a statement, what the caches make of each, and findings.
//!
//! `out[j] += a[i,j]` over `(1000,1000):(8000,8)+0` has two orders; i outside misses once per
//! line, j outside once per element.

use serde::Serialize;
use stridewise::expr::Pattern;
use stridewise::locality::{Inner, Survey, Surveyed};
use stridewise::machine::Machine;

use super::{Document, enveloped};
use crate::text::{Look, locality_text};

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
}

/// One loop order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderObject {
    /// Names of the indices, outermost first.
    pub order: Vec<String>,
    /// Which engine counted the misses; null where only the closed form was asked.
    pub engine: Option<&'static str>,
    /// Predicted time of one run, in nanoseconds.
    pub predicted_ns: f64,
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
        }
    }
}

impl OrderObject {
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
}
