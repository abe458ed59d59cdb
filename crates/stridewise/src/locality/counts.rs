//! What a simulation counts: accesses and misses, per site and level.
//!
//! Worked: reading `(2,8):(64,8)+0` in index order: one site, 16 accesses, 2 misses at each level.

use super::program::Program;
use crate::nest::Effect;

/// Accesses and misses of one access of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteCounts {
    /// Which operand.
    pub operand: usize,
    /// What it does.
    pub effect: Effect,
    /// How often it runs.
    pub accesses: u128,
    /// How often each level missed, nearest first.
    pub misses: Vec<u128>,
}

/// Accesses and misses of a nest, one entry per access of the tree, in the order of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// One entry per access of the tree.
    pub sites: Vec<SiteCounts>,
}

impl Counts {
    pub(super) fn new(program: &Program, misses: &[u128], levels: usize) -> Counts {
        let sites = program.sites.iter().zip(misses.chunks(levels));
        let sites = sites.map(|(site, misses)| SiteCounts {
            operand: site.operand,
            effect: site.effect,
            accesses: site.trips,
            misses: misses.to_vec(),
        });
        Counts { sites: sites.collect() }
    }

    /// How many accesses have this effect.
    pub fn accesses(&self, effect: Effect) -> u128 {
        self.with(effect).map(|site| site.accesses).sum()
    }

    /// How many accesses with this effect miss in `level`, and so in all nearer ones.
    pub fn misses(&self, effect: Effect, level: usize) -> u128 {
        self.with(effect).filter_map(|site| site.misses.get(level)).sum()
    }

    /// All accesses, streaming stores among them.
    pub fn all_accesses(&self) -> u128 {
        self.sites.iter().map(|site| site.accesses).sum()
    }

    /// All misses of `level`.
    pub fn all_misses(&self, level: usize) -> u128 {
        self.sites.iter().filter_map(|site| site.misses.get(level)).sum()
    }

    fn with(&self, effect: Effect) -> impl Iterator<Item = &SiteCounts> {
        self.sites.iter().filter(move |site| site.effect == effect)
    }
}
