//! One question, the engine that suits it, and an answer that says which engine it was.
//!
//! Exact simulation is tried first, within a limit of simulated accesses; since warps and runs
//! can make any nest cheap, only trying tells. What passes the limit is sampled.
//!
//! Worked: the row order of `(8192,8192):(65536,8)+0`, 67 million accesses, is answered exactly
//! after simulating a few thousand; a matrix product of 4000 is sampled.

use super::counts::Counts;
use super::error::LocalityError;
use super::program::Program;
use super::sample::{LevelSample, Sampled, Sampling, sample};
use super::simulate::{Exact, simulate};
use crate::control::Control;
use crate::machine::Machine;
use crate::nest::{Effect, Nest};

/// How an answer may be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effort {
    /// Exactly if that takes at most this many simulated accesses, else by sampling.
    Auto(u64),
    /// Exactly, however long it takes; the caller is told of progress.
    Exact,
    /// By sampling.
    Sample(Sampling),
}

impl Default for Effort {
    /// About a tenth of a second.
    fn default() -> Self {
        Effort::Auto(8_000_000)
    }
}

impl Effort {
    /// The same, but no more than is usual where nobody waits for it.
    pub(super) fn at_most_usual(self) -> Effort {
        match self {
            Effort::Exact => Effort::default(),
            other => other,
        }
    }
}

/// One simulated access where it misses often: 150 million a second, less in far levels.
const EACH_NS: f64 = 8.0;

/// Which engine answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Engine {
    /// Every access, or runs of them that provably hit.
    Simulated,
    /// Simulated, with stretches skipped that provably repeat.
    Warped,
    /// Random accesses, each classified exactly.
    Sampled,
}

impl Engine {
    /// The name that machines read.
    pub fn as_str(self) -> &'static str {
        match self {
            Engine::Simulated => "simulated",
            Engine::Warped => "warped",
            Engine::Sampled => "sampled",
        }
    }

    /// Whether its counts are exact.
    pub fn is_exact(self) -> bool {
        self != Engine::Sampled
    }
}

/// Accesses and misses of one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelAnswer {
    /// What the level is called.
    pub name: String,
    /// Accesses that ask it: all that miss nearer, estimated where misses are.
    pub accesses: u128,
    /// Misses, or the best estimate.
    pub misses: u128,
    /// No fewer than this, with 95 % confidence.
    pub low: u128,
    /// No more than this, with 95 % confidence.
    pub high: u128,
}

/// Misses of one access of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteAnswer {
    /// Which operand.
    pub operand: usize,
    /// What it does.
    pub effect: Effect,
    /// How often it runs.
    pub accesses: u128,
    /// Misses of each level, or the best estimates.
    pub misses: Vec<u128>,
}

/// What a nest costs in a machine's caches, from a cold start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheAnswer {
    /// Which engine answered.
    pub engine: Engine,
    /// How many accesses it looked at.
    pub work: u64,
    /// All accesses of the nest.
    pub accesses: u128,
    /// One entry per level, nearest first.
    pub levels: Vec<LevelAnswer>,
    /// One entry per access of the tree.
    pub sites: Vec<SiteAnswer>,
}

/// How long every access of a nest takes to simulate, in nanoseconds: an upper bound, as runs
/// and stretches that repeat are skipped.
#[allow(clippy::cast_precision_loss)]
pub fn longest_exact_ns(nest: &Nest) -> f64 {
    Program::new(nest).accesses() as f64 * EACH_NS
}

/// Counts or estimates the misses of a nest.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::locality::{Effort, Engine, ask};
/// use stridewise::machine::Machine;
/// use stridewise::nest::read_cases;
///
/// let cases = read_cases("case rows\nL 8192\nL 8192\nA r 8 0 65536 8\nE\nE\n").unwrap();
/// let machine = Machine::preset("intel-server").unwrap();
/// let answer = ask(&cases[0].nest, &machine, Effort::default(), &Control::quiet()).unwrap();
/// assert_eq!(answer.engine, Engine::Warped);
/// assert_eq!(answer.levels[0].misses, 8192 * 8192 / 8);
/// ```
///
/// # Errors
/// The caller asks to stop.
pub fn ask(
    nest: &Nest,
    machine: &Machine,
    effort: Effort,
    control: &Control<'_>,
) -> Result<CacheAnswer, LocalityError> {
    let limit = match effort {
        Effort::Auto(limit) => limit,
        Effort::Exact => u64::MAX,
        Effort::Sample(sampling) => {
            return Ok(from_sample(&sample(nest, machine, sampling, control)?, machine));
        }
    };
    match simulate(nest, machine, Exact::Warps, limit, control) {
        Ok(answer) => {
            let engine = if answer.warps > 0 { Engine::Warped } else { Engine::Simulated };
            Ok(from_counts(&answer.counts, engine, answer.simulated, machine))
        }
        Err(LocalityError::TooMuchWork { .. }) => {
            let sampled = sample(nest, machine, Sampling::default(), control)?;
            Ok(from_sample(&sampled, machine))
        }
        Err(error) => Err(error),
    }
}

fn from_counts(counts: &Counts, engine: Engine, work: u64, machine: &Machine) -> CacheAnswer {
    let cached = |site: &&super::counts::SiteCounts| site.effect != Effect::Stream;
    let mut asked = counts.sites.iter().filter(cached).map(|site| site.accesses).sum();
    let levels = machine.caches().iter().enumerate().map(|(level, cache)| {
        let misses = counts.all_misses(level);
        let accesses = std::mem::replace(&mut asked, misses);
        let name = cache.name().to_string();
        LevelAnswer { name, accesses, misses, low: misses, high: misses }
    });
    let levels = levels.collect();
    let sites = counts.sites.iter().map(|site| SiteAnswer {
        operand: site.operand,
        effect: site.effect,
        accesses: site.accesses,
        misses: site.misses.clone(),
    });
    CacheAnswer { engine, work, accesses: counts.all_accesses(), levels, sites: sites.collect() }
}

fn from_sample(sampled: &Sampled, machine: &Machine) -> CacheAnswer {
    let mut asked = sampled.accesses;
    let levels = machine.caches().iter().zip(&sampled.levels).map(|(cache, level)| {
        let share = level.share();
        let misses = part(sampled.accesses, share.value).min(asked);
        LevelAnswer {
            name: cache.name().to_string(),
            accesses: std::mem::replace(&mut asked, misses),
            misses,
            low: part(sampled.accesses, share.low),
            high: part(sampled.accesses, share.high),
        }
    });
    let levels: Vec<LevelAnswer> = levels.collect();
    let estimate = |accesses: u128, level: &LevelSample| match level.drawn {
        0 => 0,
        _ => part(accesses, level.share().value),
    };
    let sites = sampled.sites.iter().map(|site| SiteAnswer {
        operand: site.operand,
        effect: site.effect,
        accesses: site.accesses,
        misses: site.levels.iter().map(|level| estimate(site.accesses, level)).collect(),
    });
    CacheAnswer {
        engine: Engine::Sampled,
        work: sampled.levels.first().map_or(0, |level| level.drawn),
        accesses: sampled.sites.iter().map(|site| site.accesses).sum(),
        levels,
        sites: sites.collect(),
    }
}

/// A share of a count; a float holds it closely enough for an estimate.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn part(count: u128, share: f64) -> u128 {
    if share >= 1.0 { count } else { (count as f64 * share.max(0.0)).round() as u128 }
}
