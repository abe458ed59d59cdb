//! Replay: the accesses of a small nest one by one, each with its address and where it hit.
//!
//! For pictures and for learning: the page plays it, a test reads it. It is cut off after a
//! stated number of accesses.
//!
//! Worked: reading `(2,8):(64,8)+0` in index order replays miss, hit, hit, … 8 times, twice.

use super::cache::Cache;
use super::program::{Program, Step};
use crate::machine::Machine;
use crate::nest::{Effect, Nest};

/// One access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Which access of the tree, in the order of the tree.
    pub site: usize,
    /// Which operand.
    pub operand: usize,
    /// What it does.
    pub effect: Effect,
    /// The variable of each enclosing loop, outermost first.
    pub indices: Vec<i64>,
    /// Its first byte.
    pub address: i64,
    /// Bytes touched.
    pub size: i64,
    /// The nearest level that had all of it; as many as there are levels where memory was asked.
    pub found_in: usize,
}

/// The first accesses of a nest, from cold caches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// In the order in which they happen. Streaming stores pass the caches, and are not shown.
    pub accesses: Vec<Played>,
    /// Whether that is all of them.
    pub is_complete: bool,
}

/// Plays the first `limit` accesses of a nest.
pub fn replay(nest: &Nest, machine: &Machine, limit: usize) -> Replay {
    let program = Program::new(nest);
    let mut player = Player {
        program: &program,
        caches: machine.caches().iter().map(|level| Cache::new(level, program.span())).collect(),
        indices: Vec::new(),
        accesses: Vec::new(),
        limit,
    };
    player.steps(&program.body);
    let is_complete = program.accesses() <= limit as u128;
    Replay { accesses: player.accesses, is_complete }
}

struct Player<'a> {
    program: &'a Program,
    caches: Vec<Cache>,
    indices: Vec<i64>,
    accesses: Vec<Played>,
    limit: usize,
}

impl Player<'_> {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Site(site) => self.play(*site),
                Step::Loop(inner) => {
                    for index in 0..inner.extent {
                        if self.accesses.len() >= self.limit {
                            return;
                        }
                        self.indices.push(index);
                        self.steps(&inner.body);
                        self.indices.pop();
                    }
                }
            }
        }
    }

    fn play(&mut self, number: usize) {
        if self.accesses.len() >= self.limit {
            return;
        }
        let site = &self.program.sites[number];
        let steps = site.coefficients.iter().zip(&self.indices);
        let address = steps.fold(site.base, |sum, (step, index)| sum + step * index); // N3
        let mut levels = self.caches.iter_mut();
        let found_in = levels.position(|cache| !cache.misses(address, site.size));
        self.accesses.push(Played {
            site: number,
            operand: site.operand,
            effect: site.effect,
            indices: self.indices.clone(),
            address,
            size: site.size,
            found_in: found_in.unwrap_or(self.caches.len()),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nest::read_cases;

    #[test]
    fn a_line_misses_once_and_the_replay_is_cut_off() {
        let caches = ["128:1:64", "4K:2:64"].map(|text| text.parse().unwrap());
        let machine = Machine::new(caches.to_vec()).unwrap();
        let text = "case a\nL 2\nL 4\nA r 8 0 0 32\nE\nE\n";
        let nest = &read_cases(text).unwrap()[0].nest;
        let found = |limit| {
            let replay = replay(nest, &machine, limit);
            let found: Vec<usize> = replay.accesses.iter().map(|each| each.found_in).collect();
            (found, replay.is_complete)
        };
        assert_eq!(found(100), (vec![2, 0, 2, 0, 0, 0, 0, 0], true));
        assert_eq!(found(3), (vec![2, 0, 2], false));
    }
}
