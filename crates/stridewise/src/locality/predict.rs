//! Predicted time: what the innermost loop computes, beside what its misses cost.
//!
//! Ranking by misses alone ties the matrix products ijk and ikj, and ikj is several times
//! faster: its innermost loop walks rows, so it vectorises and is prefetched. A processor works
//! ahead, so whichever of computing and waiting takes longer is what is seen:
//!
//! ```text
//! total   = the longer of compute and memory, and of the shorter the little that shows
//! compute = rows * entry + iterations * (vector | scalar)    a row: one run of the innermost loop
//!           or, for a sum in a register, iterations * chained, less what the next row overlaps
//! memory  = sum over references and levels: lines found there * (steady | jump)
//!         + sum over references and TLBs: pages missed * page
//! ```
//!
//! A line is *steady* where the walk comes from the line before it, which hardware prefetch
//! follows, and a *jump* where it comes from afar: then its latency is hidden only by as many
//! others as the processor has under way. Runs of few lines pay a jump at each beginning.
//! Predicted is one run of several in a row: what fits into a cache is there from the run before.
//!
//! The [`Costs`] are data, each measured by a loop of its own (`bench locality constants`) and
//! none fitted to the nests that predictions are scored on.
//!
//! Worked: over `(1024,1024):(8192,8)+0`, row order pays 1/8 steady line per element, column
//! order a jump, and a new page each time.

use super::estimate::{Walks, fewer_than, real};
use crate::machine::Machine;
use crate::nest::{Effect, Update};

/// Ways of a TLB: nothing tells them, and those of current ones lie between 4 and 16.
const TLB_WAYS: i64 = 12;

/// What things cost, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// Reading one vector of neighbours that lie in the nearest cache.
    pub load: f64,
    /// Writing one.
    pub store: f64,
    /// One element that is read or written on its own.
    pub scalar: f64,
    /// One step of a sum that is kept in a register: each waits for the one before.
    pub chained: f64,
    /// So many steps of a chain still wait when the next row begins, and overlap with it.
    pub window: f64,
    /// Entering the innermost loop once.
    pub entry: f64,
    /// One line found behind each level by a walk that comes from its neighbour, nearest first;
    /// the last one is memory. Farther levels than given cost as the last.
    pub steady: Vec<f64>,
    /// One line found behind each level by a walk that comes from afar.
    pub jump: Vec<f64>,
    /// One page that each TLB has lost, nearest first.
    pub page: Vec<f64>,
    /// The share of the shorter of computing and waiting that the longer does not hide.
    pub shows: f64,
}

impl Costs {
    /// Figures of current processors near 3.5 GHz, for machines with this many caches.
    ///
    /// Measured by `bench locality constants` on an AMD EPYC of 2022 (Zen 4, virtual machine,
    /// 4 KiB pages, loops compiled for 16-byte vectors) on 2026-11-23. The maker's and others'
    /// published figures agree where there are some: 3 cycles for an addition, two 16-byte loads
    /// and one store per cycle, 64 additions in the schedulers.
    pub fn typical(levels: usize) -> Costs {
        let last = |near: &[f64], memory: f64| {
            let mut costs: Vec<f64> = near.iter().copied().take(levels.saturating_sub(1)).collect();
            costs.push(memory);
            costs
        };
        Costs {
            load: 0.155,
            store: 0.28,
            scalar: 0.3,
            chained: 0.82,
            window: 27.0,
            entry: 5.5,
            steady: last(&[0.3, 1.2, 2.5], 3.4),
            jump: last(&[0.6, 3.0, 6.0], 9.5),
            page: vec![0.05, 4.5],
            shows: 0.15,
        }
    }
}

/// What a loop order is expected to take, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// One run of several in a row, in nanoseconds: the longer of computing and waiting.
    pub total_ns: f64,
    /// What computing would take alone.
    pub compute_ns: f64,
    /// What waiting for memory would take alone.
    pub memory_ns: f64,
    /// How the innermost loop computes.
    pub inner: Inner,
    /// Misses of each level from cold caches, nearest first, in closed form.
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
    let mut by_level: Vec<Vec<f64>> =
        machine.caches().iter().map(|cache| walks.misses(order, cache)).collect();
    only_what_is_asked(&mut by_level);
    let (inner, compute_ns) = compute(walks, order, machine, costs);
    let memory_ns = memory(walks, order, machine, costs);
    let sum = |misses: &Vec<f64>| misses.iter().sum();
    Prediction {
        total_ns: compute_ns.max(memory_ns) + costs.shows * compute_ns.min(memory_ns),
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

/// A farther level is asked on misses of the nearer one only.
fn only_what_is_asked(by_level: &mut [Vec<f64>]) {
    for level in 1..by_level.len() {
        let (near, far) = by_level.split_at_mut(level);
        for (far, near) in far[0].iter_mut().zip(&near[level - 1]) {
            *far = far.min(*near);
        }
    }
}

/// How the innermost loop computes, and what that takes.
fn compute(walks: &Walks, order: &[usize], machine: &Machine, costs: &Costs) -> (Inner, f64) {
    let iterations = walks.iterations();
    let runs = |&at: &usize| walks.extents[at] > 1;
    let Some(innermost) = order.iter().copied().rfind(runs) else {
        return (Inner::Scalar, iterations * (costs.scalar + costs.entry));
    };
    let entries = iterations / real(walks.extents[innermost]).max(1.0) * costs.entry;
    let moving = || walks.sites.iter().filter(|site| site.steps[innermost] != 0);
    let near = |step: i64, size: i64| step == 0 || step.unsigned_abs() == size.unsigned_abs();
    let lies_along = walks.sites.iter().all(|site| near(site.steps[innermost], site.size));
    let apart = entries + iterations * walks.addresses(innermost) * costs.scalar;
    let writes = |site: &&super::estimate::WalkSite| site.effect != Effect::Read;
    let held = walks
        .sites
        .iter()
        .find(writes)
        .filter(|write| walks.update == Update::Accumulate && write.steps[innermost] == 0);
    if let Some(write) = held {
        // The chain is as long as the loops that leave the sum where it is.
        let moved = |&&at: &&usize| write.steps[at] == 0 || walks.extents[at] <= 1;
        let length: f64 =
            order.iter().rev().take_while(moved).map(|&at| real(walks.extents[at])).product();
        let overlapped = if length < iterations { costs.window.min(length / 2.0) } else { 0.0 };
        let chain = iterations * costs.chained * (1.0 - overlapped / length.max(1.0));
        return (Inner::Chained, chain.max(apart));
    }
    if lies_along {
        let bytes = |sites: &dyn Fn(&super::estimate::WalkSite) -> bool| -> f64 {
            moving().filter(|site| sites(site)).map(|site| real(site.size)).sum()
        };
        let loads = bytes(&|site| site.effect == Effect::Read) * costs.load;
        let stores = bytes(&|site| site.effect != Effect::Read) * costs.store;
        let vector = real(machine.isa().vector_bytes.max(1));
        return (Inner::Vector, entries + iterations * loads.max(stores) / vector);
    }
    (Inner::Scalar, apart)
}

/// What lines and pages cost that are not where they are asked for.
fn memory(walks: &Walks, order: &[usize], machine: &Machine, costs: &Costs) -> f64 {
    let caches = machine.caches();
    let mut likely: Vec<Vec<f64>> =
        caches.iter().map(|cache| walks.likely_misses(order, cache)).collect();
    only_what_is_asked(&mut likely);
    let missed = |level: usize, site: usize| likely.get(level).map_or(0.0, |misses| misses[site]);
    let mut total = 0.0;
    for (at, site) in walks.sites.iter().enumerate() {
        if site.effect == Effect::Stream {
            continue;
        }
        for (level, cache) in caches.iter().enumerate() {
            let here = (missed(level, at) - missed(level + 1, at)).max(0.0);
            let jumps = walks.jumps(at, order, cache.line());
            let (steady, jump) = (price(&costs.steady, level), price(&costs.jump, level));
            total += here * (steady + (jump - steady) * jumps);
        }
        if walks.is_first_of_group(at) {
            total += walks.page_misses(at, order, machine, costs);
        }
    }
    total
}

impl Walks {
    /// How many different elements one iteration reads or writes, of those that a loop moves.
    fn addresses(&self, innermost: usize) -> f64 {
        let moving = |site: &&super::estimate::WalkSite| site.steps[innermost] != 0;
        let mut seen: Vec<(usize, i64, &[i64])> = Vec::new();
        for site in self.sites.iter().filter(moving) {
            let address = (site.operand, site.base, &*site.steps);
            if !seen.contains(&address) {
                seen.push(address);
            }
        }
        real(i64::try_from(seen.len()).unwrap_or(i64::MAX)).max(1.0)
    }

    /// The share of a site's lines that its walk reaches from afar: one per run of neighbours,
    /// and all where it strides over more than a line.
    fn jumps(&self, site: usize, order: &[usize], line: i64) -> f64 {
        let site = &self.sites[site];
        let mut run = site.size;
        for &at in order.iter().rev() {
            let step = site.steps[at].saturating_abs();
            if step == 0 || self.extents[at] <= 1 {
                continue;
            }
            if step > run.saturating_add(line) {
                break;
            }
            run = run.saturating_add(step.saturating_mul(self.extents[at] - 1));
        }
        (real(line) / real(run).max(1.0)).min(1.0)
    }

    /// What missed pages cost one site.
    fn page_misses(&self, site: usize, order: &[usize], machine: &Machine, costs: &Costs) -> f64 {
        let page = machine.page().value;
        let mut total = 0.0;
        for (level, tlb) in machine.tlbs().iter().enumerate() {
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
        let touched = |loops: &[usize]| -> f64 {
            let firsts = (0..self.sites.len()).filter(|&site| self.is_first_of_group(site));
            firsts.map(|site| pages(site, loops)).sum()
        };
        // A TLB keeps pages in sets too, and as the caches' these fill at random.
        let keeps = |loops: &[usize]| {
            fewer_than(TLB_WAYS, touched(loops) * real(TLB_WAYS) / real(entries.max(1)))
        };
        let mut sure = keeps(order);
        let mut misses = 0.0;
        for carrier in 0..=order.len() {
            let inside = order.get(carrier + 1..).unwrap_or(&[]);
            let keeps = if carrier == order.len() { 1.0 } else { keeps(inside) };
            if keeps > sure {
                let outside: f64 =
                    order[..carrier].iter().map(|&at| real(self.extents[at])).product();
                misses += pages(site, &order[carrier..]) * outside * (keeps - sure);
                sure = keeps;
            }
        }
        misses
    }
}
