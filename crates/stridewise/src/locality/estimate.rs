//! Closed form: misses of a loop order from footprints alone, in microseconds.
//!
//! A loop carries reuse if what one of its iterations touches fits in the cache: the next
//! iteration then finds it there. Let L be the outermost loop that does. From L inwards every
//! line is loaded once; each iteration of the loops outside L begins anew. So
//!
//! ```text
//! misses of a reference = distinct lines from L inwards * iterations of the loops outside L
//! ```
//!
//! Distinct lines follow from sorting the steps: a step within the run that is already covered
//! lengthens it, a longer one repeats it. References of one array with the same steps (`a[i-1]`
//! and `a[i+1]`) share lines. What fits counts sets too: steps of whole lines use only
//! `sets / gcd(step in lines, sets)` of them.
//!
//! Worked: walking axis 0 of `(1024,1024):(8192,8)+0` inside: 1024 lines in a single set of a
//! 32 KiB cache do not fit, so each element misses; axis 1 inside misses once per line.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::layout::PerAxis;
use crate::machine::CacheLevel;
use crate::nest::{Effect, NestError, Reference, Statement, Update};

/// A statement's references as bytes per step of each index.
#[derive(Clone, Debug)]
pub(super) struct Walks {
    pub(super) extents: Vec<i64>,
    pub(super) sites: Vec<WalkSite>,
    /// References that share steps and operand, each sorted by base.
    groups: Vec<Vec<usize>>,
    pub(super) update: Update,
    /// Footprints that were worked out before: many orders have the same loops inside.
    known: RefCell<HashMap<Asked, Rc<[Footprint]>>>,
}

/// Size, ways and line of a cache, and the set of loops, one bit each.
type Asked = (i64, i64, i64, u128);

/// One reference.
#[derive(Clone, Debug)]
pub(super) struct WalkSite {
    pub(super) operand: usize,
    pub(super) effect: Effect,
    pub(super) size: i64,
    pub(super) base: i64,
    pub(super) steps: PerAxis<i64>,
}

impl Walks {
    pub(super) fn new(statement: &Statement) -> Result<Walks, NestError> {
        let extents = statement.indices().iter().map(|index| index.extent).collect();
        let mut sites = Vec::new();
        for (at, Reference { operand, effect, .. }) in statement.references().iter().enumerate() {
            let (base, steps) = statement.steps(at)?;
            let size = statement.operands()[*operand].layout.itemsize().max(1);
            sites.push(WalkSite { operand: *operand, effect: *effect, size, base, steps });
        }
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, site) in sites.iter().enumerate() {
            let same = |group: &&mut Vec<usize>| {
                let other: &WalkSite = &sites[group[0]];
                other.operand == site.operand && other.steps == site.steps
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        for group in &mut groups {
            group.sort_by_key(|&at| sites[at].base);
        }
        let known = RefCell::default();
        Ok(Walks { extents, sites, groups, update: statement.update(), known })
    }

    /// The same walks with loops cut into blocks, and their order: all loops over blocks, then
    /// all within one. Uneven last blocks count as whole ones.
    pub(super) fn blocked(&self, order: &[usize], sizes: &[i64]) -> (Walks, Vec<usize>) {
        let mut walks = self.clone();
        walks.known = RefCell::default();
        let (mut outside, mut inside) = (Vec::new(), Vec::new());
        for (&at, &size) in order.iter().zip(sizes) {
            inside.push(at);
            if size <= 0 || size >= self.extents[at] {
                continue;
            }
            outside.push(walks.extents.len());
            walks.extents.push((self.extents[at] - 1) / size + 1);
            walks.extents[at] = size;
            for site in &mut walks.sites {
                let step = site.steps[at].saturating_mul(size);
                site.steps.push(step);
            }
        }
        outside.extend(inside);
        (walks, outside)
    }

    /// How often the innermost statement runs.
    pub(super) fn iterations(&self) -> f64 {
        self.extents.iter().map(|&extent| real(extent)).product()
    }

    /// How often a site runs, not counting innermost loops that leave it where it is.
    pub(super) fn visits(&self, site: usize, order: &[usize]) -> f64 {
        let moves = |&at: &usize| self.sites[site].steps[at] != 0 && self.extents[at] > 1;
        let until = order.iter().rposition(moves).map_or(0, |last| last + 1);
        order[..until].iter().map(|&at| real(self.extents[at])).product()
    }

    /// Whether everything stays in the cache once it is there.
    pub(super) fn stays(&self, cache: &CacheLevel) -> bool {
        let all: Vec<usize> = (0..self.extents.len()).collect();
        self.fits(&all, cache)
    }

    /// Whether a site stands for its group: the others walk beside it, on the same pages.
    pub(super) fn is_first_of_group(&self, site: usize) -> bool {
        self.groups.iter().any(|group| group.first() == Some(&site))
    }

    /// Misses of each site in one cache, for loops in this order, outermost first.
    pub(super) fn misses(&self, order: &[usize], cache: &CacheLevel) -> Vec<f64> {
        let carrier = (0..order.len()).find(|&at| self.fits(&order[at + 1..], cache));
        self.carried(order, carrier.unwrap_or(order.len()), cache)
    }

    /// The same for a cache whose sets are filled at random, as pages in memory lie: what would
    /// nearly fill it loses some lines, and what is a little too large keeps some. A loop carries
    /// reuse with the probability that its lines stay, and the misses are those to be expected.
    ///
    /// Told is one run of many: what stays from one to the next is not loaded again.
    pub(super) fn likely_misses(&self, order: &[usize], cache: &CacheLevel) -> Vec<f64> {
        let mut expected = vec![0.0; self.sites.len()];
        let mut sure = self.keeps(order, cache);
        for carrier in 0..=order.len() {
            let inside = order.get(carrier + 1..).unwrap_or(&[]);
            let keeps = if carrier == order.len() { 1.0 } else { self.keeps(inside, cache) };
            if keeps > sure + 1e-3 {
                let misses = self.carried(order, carrier, cache);
                for (sum, misses) in expected.iter_mut().zip(misses) {
                    *sum += misses * (keeps - sure);
                }
                sure = keeps;
            }
        }
        expected
    }

    /// Misses of each site if the loop at this place of the order carries reuse.
    fn carried(&self, order: &[usize], carrier: usize, cache: &CacheLevel) -> Vec<f64> {
        let mut misses = vec![0.0; self.sites.len()];
        let outside: f64 = order[..carrier].iter().map(|&at| real(self.extents[at])).product();
        let prints = self.footprints(&order[carrier..], cache);
        for (group, loads) in self.groups.iter().zip(&*prints) {
            let (first, others) = (loads.lines, loads.others);
            // The reference that runs ahead finds new lines; those behind find them loaded.
            let ahead = self.ahead(group, &order[carrier..]);
            for (place, &site) in ahead.iter().enumerate() {
                let share = if place == 0 { first } else { others };
                misses[site] = share * outside;
            }
        }
        misses
    }

    /// The sites of a group, the one that meets new lines first in front.
    fn ahead(&self, group: &[usize], loops: &[usize]) -> Vec<usize> {
        let steps = &self.sites[group[0]].steps;
        let outermost = loops.iter().find(|&&at| steps[at] != 0 && self.extents[at] > 1);
        let upward = outermost.is_none_or(|&at| steps[at] > 0);
        let mut ahead = group.to_vec();
        if upward {
            ahead.reverse();
        }
        // Of sites at one address the first to run pays.
        let base = self.sites[ahead[0]].base;
        if let Some(first) = group.iter().copied().filter(|&at| self.sites[at].base == base).min() {
            ahead.retain(|&at| at != first);
            ahead.insert(0, first);
        }
        ahead
    }

    /// Whether what these loops touch stays in the cache.
    fn fits(&self, loops: &[usize], cache: &CacheLevel) -> bool {
        self.crowd(loops, cache) <= real(cache.ways())
    }

    /// How probably a line that these loops touch is still there afterwards.
    fn keeps(&self, loops: &[usize], cache: &CacheLevel) -> f64 {
        fewer_than(cache.ways(), self.crowd(loops, cache))
    }

    /// How many lines of these loops share the most crowded sets.
    fn crowd(&self, loops: &[usize], cache: &CacheLevel) -> f64 {
        let prints = self.footprints(loops, cache);
        let sets = real(cache.sets());
        let spread: f64 = prints.iter().map(|print| print.total / sets).sum();
        let crowd = |print: &Footprint| print.total / print.sets + (spread - print.total / sets);
        prints.iter().map(crowd).fold(spread, f64::max)
    }

    /// The footprint of every group in these loops.
    fn footprints(&self, loops: &[usize], cache: &CacheLevel) -> Rc<[Footprint]> {
        let set = loops.iter().fold(0, |set, &at| set | 1u128.unbounded_shl(shift(at)));
        let asked = (cache.size(), cache.ways(), cache.line(), set);
        // More loops than bits have no set of their own.
        let has_set = self.extents.len() <= 128;
        if let Some(known) = self.known.borrow().get(&asked).filter(|_| has_set) {
            return Rc::clone(known);
        }
        let print = |group: &Vec<usize>| self.footprint(group, loops, cache);
        let prints: Rc<[Footprint]> = self.groups.iter().map(print).collect();
        self.known.borrow_mut().insert(asked, Rc::clone(&prints));
        prints
    }

    /// The distinct lines that a group touches in these loops.
    fn footprint(&self, group: &[usize], loops: &[usize], cache: &CacheLevel) -> Footprint {
        let site = &self.sites[group[0]];
        let line = cache.line();
        let mut steps: Vec<(i64, i64)> = loops
            .iter()
            .map(|&at| (magnitude(site.steps[at]), self.extents[at]))
            .filter(|&(step, extent)| step > 0 && extent > 1)
            .collect();
        steps.sort_unstable();
        let mut run = site.size;
        let mut jumps: Vec<(i64, i64)> = Vec::new();
        for (step, extent) in steps {
            match jumps.last_mut() {
                None if step <= run.max(line) => {
                    run = run.saturating_add(step.saturating_mul(extent - 1));
                }
                Some((known, count)) if step % *known == 0 && step / *known <= *count => {
                    *count = count.saturating_add((step / *known).saturating_mul(extent - 1));
                }
                _ => jumps.push((step, extent)),
            }
        }
        let runs: f64 = jumps.iter().map(|&(_, count)| real(count)).product();
        let aligned = jumps.iter().all(|(step, _)| step % line == 0);
        let lines_of = |bytes: i64| {
            if aligned {
                real((site.base.rem_euclid(line).saturating_add(bytes) - 1) / line + 1)
            } else {
                real(bytes - site.size) / real(line) + 1.0
            }
        };
        let lines = lines_of(run) * runs;
        // References behind the first add what they do not share with their neighbour.
        let mut others = 0.0;
        for pair in group.windows(2) {
            let apart = self.sites[pair[1]].base.saturating_sub(self.sites[pair[0]].base);
            others += self.not_shared(apart, run, &jumps, lines, line);
        }
        let total = lines + others;
        let sets = cache.sets();
        let common =
            jumps.iter().fold(
                sets,
                |common, (step, _)| {
                    if step % line == 0 { gcd(common, step / line) } else { 1 }
                },
            );
        let positions = real(sets / common.max(1)).min(runs.max(1.0));
        let used = (positions * lines_of(run).min(real(common))).clamp(1.0, real(sets));
        let count = real(i64::try_from(group.len() - 1).unwrap_or(i64::MAX)).max(1.0);
        Footprint { lines, others: others / count, total, sets: used }
    }

    /// Lines of a walk that one `apart` bytes behind it does not touch too.
    fn not_shared(&self, apart: i64, run: i64, jumps: &[(i64, i64)], lines: f64, line: i64) -> f64 {
        for &(step, count) in jumps.iter().rev() {
            let steps = (apart + step / 2) / step;
            if steps > 0 && (apart - steps * step).abs() < line.max(run / 2) {
                return lines * (real(steps) / real(count)).min(1.0);
            }
        }
        lines * (real(apart) / real(run.max(line))).min(1.0)
    }
}

/// What a group of references touches.
#[derive(Clone, Debug)]
struct Footprint {
    /// Lines of one of them.
    lines: f64,
    /// Lines that each of the others adds, on average.
    others: f64,
    /// All lines.
    total: f64,
    /// Sets over which they spread.
    sets: f64,
}

/// The probability that fewer than `ways` lines lie in a set that holds `mean` on average, where
/// chance decides: Poisson's distribution.
pub(super) fn fewer_than(ways: i64, mean: f64) -> f64 {
    let mut term = (-mean).exp();
    let mut sum = 0.0;
    for count in 1..=ways.min(64) {
        sum += term;
        term *= mean / real(count);
    }
    sum
}

fn shift(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn magnitude(step: i64) -> i64 {
    step.checked_abs().unwrap_or(i64::MAX)
}

#[allow(clippy::cast_precision_loss)]
pub(super) fn real(value: i64) -> f64 {
    value as f64
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
