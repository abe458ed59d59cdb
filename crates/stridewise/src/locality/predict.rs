//! Predicted time: misses times what they cost, and how the innermost loop computes.
//!
//! Ranking by misses alone ties the matrix products ijk and ikj, and ikj is several times
//! faster: its innermost loop walks rows, so it vectorises and is prefetched. Hence two terms:
//!
//! ```text
//! compute = iterations * (vector | scalar | chained sum)  +  entries of the innermost loop
//! memory  = sum over references and levels: misses there and no farther * cost of that level,
//!           cheap where the walk is steady and near (prefetched), dear where it jumps
//! ```
//!
//! The [`Costs`] are data: those of [`Costs::typical`] are round figures of current processors,
//! good for comparing orders on one machine, not for promising times on it.
//!
//! Worked: over `(1024,1024):(8192,8)+0`, row order pays 1/8 prefetched line per element,
//! column order one jump to the next level, and a new page each time.

use super::estimate::{Walks, real};
use crate::machine::Machine;
use crate::nest::{Effect, Update};

/// What things cost, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// A vector of work on one reference of a vectorised loop.
    pub vector: f64,
    /// One reference of a loop that cannot be vectorised.
    pub scalar: f64,
    /// One step of a sum that is kept in a register: each waits for the one before.
    pub chained: f64,
    /// Entering the innermost loop once.
    pub entry: f64,
    /// One miss at each level that walks in steady steps within a line or two, nearest first;
    /// the last one is memory. Farther levels than given cost as the last.
    pub steady: Vec<f64>,
    /// One miss at each level that jumps.
    pub jump: Vec<f64>,
    /// One miss of each TLB, nearest first.
    pub page: Vec<f64>,
    /// A miss on an array that is written costs this many times as much: the line goes back too.
    pub written: f64,
}

impl Costs {
    /// Round figures of current processors near 3 GHz, for machines with this many caches.
    pub fn typical(levels: usize) -> Costs {
        let last = |near: &[f64], memory: f64| {
            let mut costs: Vec<f64> = near.iter().copied().take(levels.saturating_sub(1)).collect();
            costs.push(memory);
            costs
        };
        Costs {
            vector: 0.25,
            scalar: 0.4,
            chained: 0.9,
            entry: 12.0,
            steady: last(&[0.15, 0.6, 1.5], 2.0),
            jump: last(&[0.4, 1.2, 4.0], 6.0),
            page: vec![0.6, 5.0],
            written: 1.6,
        }
    }
}

/// What a loop order is expected to take, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Everything, in nanoseconds.
    pub total_ns: f64,
    /// Of which computing.
    pub compute_ns: f64,
    /// Of which waiting for memory.
    pub memory_ns: f64,
    /// How the innermost loop computes.
    pub inner: Inner,
    /// Misses of each level, nearest first, in closed form.
    pub misses: Vec<f64>,
    /// Misses of each reference and level, in closed form.
    pub references: Vec<Vec<f64>>,
}

/// How an innermost loop computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Inner {
    /// Neighbours are neighbours in memory, and do not depend on each other.
    Vector,
    /// Elements lie apart.
    Scalar,
    /// A sum in a register, which waits for itself.
    Chained,
}

pub(super) fn predict(
    walks: &Walks,
    order: &[usize],
    machine: &Machine,
    costs: &Costs,
) -> Prediction {
    let levels = machine.caches().len();
    let mut by_level: Vec<Vec<f64>> =
        machine.caches().iter().map(|cache| walks.misses(order, cache)).collect();
    // A farther level is asked on misses of the nearer one only.
    for level in 1..levels {
        let (near, far) = by_level.split_at_mut(level);
        for (far, near) in far[0].iter_mut().zip(&near[level - 1]) {
            *far = far.min(*near);
        }
    }
    let innermost = order.iter().copied().rfind(|&at| walks.extents[at] > 1);
    let iterations = walks.iterations();
    let (inner, compute_ns) = compute(walks, innermost, iterations, machine, costs);
    let mut memory_ns = 0.0;
    for (at, site) in walks.sites.iter().enumerate() {
        if site.effect == Effect::Stream {
            continue;
        }
        let moving =
            order.iter().rev().find(|&&index| site.steps[index] != 0 && walks.extents[index] > 1);
        let step = moving.map_or(0, |&index| site.steps[index].unsigned_abs());
        for (level, cache) in machine.caches().iter().enumerate() {
            let beyond = by_level.get(level + 1).map_or(0.0, |farther| farther[at]);
            let here = (by_level[level][at] - beyond).max(0.0);
            let is_steady = step <= 2 * cache.line().unsigned_abs();
            let prices = if is_steady { &costs.steady } else { &costs.jump };
            let factor = if walks.is_written(at) { costs.written } else { 1.0 };
            memory_ns += here * price(prices, level) * factor;
        }
        if walks.is_first_of_group(at) {
            memory_ns += walks.page_misses(at, order, machine, costs);
        }
    }
    let sum = |misses: &Vec<f64>| misses.iter().sum();
    Prediction {
        total_ns: compute_ns + memory_ns,
        compute_ns,
        memory_ns,
        inner,
        misses: by_level.iter().map(sum).collect(),
        references: (0..walks.sites.len())
            .map(|site| by_level.iter().map(|misses| misses[site]).collect())
            .collect(),
    }
}

fn price(prices: &[f64], level: usize) -> f64 {
    prices.get(level).or(prices.last()).copied().unwrap_or(0.0)
}

/// How the innermost loop computes, and what that takes.
fn compute(
    walks: &Walks,
    innermost: Option<usize>,
    iterations: f64,
    machine: &Machine,
    costs: &Costs,
) -> (Inner, f64) {
    let Some(innermost) = innermost else { return (Inner::Scalar, iterations * costs.scalar) };
    let entries = iterations / real(walks.extents[innermost]).max(1.0) * costs.entry;
    let moving = walks.sites.iter().filter(|site| site.steps[innermost] != 0);
    let near = |step: i64, size: i64| step == 0 || step.unsigned_abs() == size.unsigned_abs();
    let lies_along = walks.sites.iter().all(|site| near(site.steps[innermost], site.size));
    let held = walks.update == Update::Accumulate
        && walks.sites.iter().any(|site| site.effect != Effect::Read && site.steps[innermost] == 0);
    let references = real(i64::try_from(moving.clone().count()).unwrap_or(i64::MAX)).max(1.0);
    let (inner, each) = match (held, lies_along) {
        (true, _) => (Inner::Chained, costs.chained),
        (false, true) => {
            let vector = real(machine.isa().vector_bytes.max(1));
            let bytes: f64 = moving.map(|site| real(site.size)).sum();
            (Inner::Vector, bytes / vector * costs.vector)
        }
        (false, false) => (Inner::Scalar, references * costs.scalar),
    };
    (inner, iterations * each + entries)
}

impl Walks {
    /// What missed pages cost one site.
    fn page_misses(&self, site: usize, order: &[usize], machine: &Machine, costs: &Costs) -> f64 {
        let page = machine.page().value;
        let mut total = 0.0;
        for (level, tlb) in machine.tlbs().iter().enumerate() {
            // A TLB is a cache of pages; as a fully associative one it has one set.
            let misses = self.page_walks(site, order, page, tlb.entries);
            total += misses * price(&costs.page, level);
        }
        total
    }

    /// How often a site asks for a page that a TLB of this many entries has lost.
    fn page_walks(&self, site: usize, order: &[usize], page: i64, entries: i64) -> f64 {
        let pages = |site: usize, loops: &[usize]| {
            let site = &self.sites[site];
            let mut spread = 1.0;
            let mut run = 0i64;
            for &at in loops {
                let step = site.steps[at].saturating_abs();
                if step >= page {
                    spread *= real(self.extents[at].max(1));
                } else {
                    run = run.saturating_add(step.saturating_mul((self.extents[at] - 1).max(0)));
                }
            }
            spread * (real(run) / real(page) + 1.0)
        };
        let touched =
            |loops: &[usize]| -> f64 { (0..self.sites.len()).map(|site| pages(site, loops)).sum() };
        let fits = |at: &usize| touched(&order[at + 1..]) <= real(entries);
        let carrier = (0..order.len()).find(fits).unwrap_or(order.len());
        let outside: f64 = order[..carrier].iter().map(|&at| real(self.extents[at])).product();
        pages(site, &order[carrier..]) * outside
    }
}
