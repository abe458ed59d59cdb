//! A nest made ready for simulation: sites numbered, empty loops gone, steps per loop.
//!
//! A *site* is one access of the tree; it keeps its number whatever happens around it. Loops
//! that make no access are dropped, so that work is bounded by the number of accesses, and so
//! are streaming stores, which touch no cache.
//!
//! Worked: `(2,3):(24,8)+0` in index order has one site, with steps of 24 and 8 bytes.

use std::ops::Range;

use crate::nest::{Access, Effect, Nest, Node};

/// A nest ready for simulation.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) body: Vec<Step>,
    pub(super) sites: Vec<Site>,
}

/// A loop or a site.
#[derive(Debug)]
pub(super) enum Step {
    Loop(Repeat),
    Site(usize),
}

/// A loop that makes accesses.
#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) extent: i64,
    pub(super) body: Vec<Step>,
    /// The sites below it, which are numbered in a row.
    pub(super) sites: Range<usize>,
    /// Bytes that each of them moves in one iteration.
    pub(super) strides: Vec<i64>,
    /// Bytes that each of them reaches below and above its address, by this loop and those in it.
    pub(super) reach: Vec<(i128, i128)>,
    /// Cached accesses of one iteration.
    pub(super) accesses: u128,
    /// Work of the sites directly in its body, once.
    pub(super) work: u64,
    /// Whether its body holds sites alone.
    pub(super) is_leaf: bool,
    /// The sites directly in its body.
    pub(super) walks: Vec<Walk>,
}

/// How one loop moves a site of its body.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) site: usize,
    pub(super) stride: i64,
    pub(super) size: i64,
}

/// An access of the tree.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) operand: usize,
    pub(super) effect: Effect,
    pub(super) size: i64,
    pub(super) base: i64,
    pub(super) coefficients: Vec<i64>,
    /// How often it runs.
    pub(super) trips: u128,
    /// How much work one run is: 1, and more where it covers many lines.
    pub(super) work: u64,
    /// The lowest and the highest byte that it reaches.
    pub(super) span: (i64, i64),
}

/// Bytes that count as one unit of an access's work.
const WORK_BYTES: u64 = 64;
/// The most that one access can cost: a cache's lines are fewer.
const MAX_WORK: u64 = 1 << 26;

impl Program {
    pub(super) fn new(nest: &Nest) -> Program {
        let mut program = Program { body: Vec::new(), sites: Vec::new() };
        program.body = program.steps(nest.body(), &mut Vec::new());
        program
    }

    fn steps(&mut self, body: &[Node], extents: &mut Vec<i64>) -> Vec<Step> {
        let mut steps = Vec::new();
        for node in body {
            match node {
                Node::Access(access) => {
                    let site = self.sites.len();
                    self.sites.push(Site::new(access, extents));
                    if access.effect != Effect::Stream {
                        steps.push(Step::Site(site));
                    }
                }
                Node::Loop(inner) => {
                    let first = self.sites.len();
                    extents.push(inner.extent);
                    let body = self.steps(&inner.body, extents);
                    extents.pop();
                    if inner.extent > 0 && !body.is_empty() {
                        let sites = first..self.sites.len();
                        let repeat = self.repeat(inner.extent, extents.len(), body, sites);
                        steps.push(Step::Loop(repeat));
                    }
                }
            }
        }
        steps
    }

    fn repeat(&self, extent: i64, depth: usize, body: Vec<Step>, sites: Range<usize>) -> Repeat {
        let strides: Vec<i64> =
            self.sites[sites.clone()].iter().map(|site| site.coefficients[depth]).collect();
        let mut reach: Vec<(i128, i128)> = strides
            .iter()
            .map(|&stride| {
                let far = i128::from(stride) * i128::from(extent - 1);
                (far.min(0), far.max(0))
            })
            .collect();
        for step in &body {
            if let Step::Loop(inner) = step {
                for (at, &(low, high)) in inner.sites.clone().zip(&inner.reach) {
                    let sum = &mut reach[at - sites.start];
                    *sum = (sum.0 + low, sum.1 + high);
                }
            }
        }
        let is_leaf = body.iter().all(|step| matches!(step, Step::Site(_)));
        let accesses = accesses(&body);
        let work = body.iter().fold(0u64, |sum, step| match step {
            Step::Site(site) => sum.saturating_add(self.sites[*site].work),
            Step::Loop(_) => sum,
        });
        let walk = |step: &Step| match step {
            Step::Site(site) => Some(Walk {
                site: *site,
                stride: strides[*site - sites.start],
                size: self.sites[*site].size,
            }),
            Step::Loop(_) => None,
        };
        let walks = body.iter().filter_map(walk).collect();
        Repeat { extent, body, sites, strides, reach, accesses, work, is_leaf, walks }
    }

    /// Accesses that reach the caches.
    pub(super) fn accesses(&self) -> u128 {
        accesses(&self.body)
    }

    /// The lowest and the highest byte that reaches the caches.
    pub(super) fn span(&self) -> (i64, i64) {
        let made = |site: &&Site| site.trips > 0 && site.effect != Effect::Stream;
        let spans = self.sites.iter().filter(made).map(|site| site.span);
        let union = spans.reduce(|all, span| (all.0.min(span.0), all.1.max(span.1)));
        union.unwrap_or((0, 0))
    }

    /// The address of every site while all loop variables are 0.
    pub(super) fn bases(&self) -> Vec<i64> {
        self.sites.iter().map(|site| site.base).collect()
    }
}

impl Site {
    fn new(access: &Access, extents: &[i64]) -> Site {
        let trips = extents.iter().fold(1u128, |product, &extent| {
            product.saturating_mul(u128::from(extent.unsigned_abs()))
        });
        // Invariant N3: every address that is reached fits.
        let mut span = (access.base, access.base.saturating_add(access.size - 1));
        for (coefficient, extent) in access.coefficients.iter().zip(extents) {
            let far = coefficient.saturating_mul(extent.saturating_sub(1).max(0));
            span = (span.0.saturating_add(far.min(0)), span.1.saturating_add(far.max(0)));
        }
        Site {
            span,
            operand: access.operand,
            effect: access.effect,
            size: access.size,
            base: access.base,
            coefficients: access.coefficients.to_vec(),
            trips,
            work: (1 + (access.size.unsigned_abs() - 1) / WORK_BYTES).min(MAX_WORK),
        }
    }
}

impl Site {
    /// Whether every access lies within one line.
    pub(super) fn keeps_within(&self, line_bits: u32) -> bool {
        let steps = self.coefficients.iter().map(|step| step.trailing_zeros());
        // All accesses lie alike in blocks of this size.
        let block = 1i64 << steps.fold(line_bits, u32::min);
        (self.base & (block - 1)) + (self.size - 1) < block
    }
}

impl Repeat {
    /// Cached accesses of the whole loop.
    pub(super) fn total(&self) -> u128 {
        self.accesses.saturating_mul(u128::from(self.extent.unsigned_abs()))
    }
}

impl Step {
    /// Cached accesses of the step.
    pub(super) fn accesses(&self) -> u128 {
        match self {
            Step::Site(_) => 1,
            Step::Loop(inner) => inner.total(),
        }
    }
}

fn accesses(body: &[Step]) -> u128 {
    body.iter().fold(0, |sum, step| sum.saturating_add(step.accesses()))
}
