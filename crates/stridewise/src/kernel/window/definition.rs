//! The definition of `scan` as plain code, one window at a time, and the engine against it.
//!
//! Nothing here is fast: every node is made anew for every window. With sums, window 0 of 3 on
//! `1 2 4` is `(1 + 2) + 4`.

use super::error::WindowError;
use super::folds::{Least, Place, Root, Spread, Sum};
use super::scan::{Cut, Engine, Fold, SLACK, Tiles, WIDTH};
use crate::kernel::Backend;
use std::marker::PhantomData;

type Node<F, const P: usize> = [[<F as Fold<P>>::Scalar; WIDTH]; P];

/// A lane of any length, and what its elements are.
struct Plain<'a, F: Fold<P>, const P: usize> {
    cut: Cut,
    item: &'a dyn Fn(i64) -> F::Item,
}

impl<F: Fold<P>, const P: usize> Plain<'_, F, P> {
    /// `A_k[i]`
    fn node(&self, at: i64, size: usize) -> Node<F, P> {
        if size == 1 {
            return F::lift([(self.item)(at); WIDTH], [at; WIDTH]);
        }
        let half = size / 2;
        let (left, right) = (self.node(at, half), self.node(at + half as i64, half));
        F::join(left, right, F::weights(half, half))
    }

    /// `out[i]`
    fn window(&self, at: i64) -> Node<F, P> {
        let Cut { node, rows, rest, .. } = self.cut;
        let (m, q) = (node as i64, rows as i64);
        let in_block = at.div_euclid(m).rem_euclid(q);
        // The suffix: rows of the block of `at`, from the last one up.
        let below = q - in_block;
        let mut suffix = self.node(at + (below - 1) * m, node);
        for row in (0..below - 1).rev() {
            let weights = F::weights(node, (below - 1 - row) as usize * node);
            suffix = F::join(self.node(at + row * m, node), suffix, weights);
        }
        // The prefix: rows of the next block, from its first one down.
        if in_block > 0 {
            let mut prefix = self.node(at + below * m, node);
            for row in 1..in_block {
                let weights = F::weights(row as usize * node, node);
                prefix = F::join(prefix, self.node(at + (below + row) * m, node), weights);
            }
            let weights = F::weights(below as usize * node, in_block as usize * node);
            suffix = F::join(suffix, prefix, weights);
        }
        // The rest: powers of two, ascending.
        if rest == 0 {
            return suffix;
        }
        let begin = at + q * m;
        let mut taken = 0;
        let mut end: Option<Node<F, P>> = None;
        for size in (0..usize::BITS).map(|bit| 1 << bit).filter(|bit| rest & bit != 0) {
            let piece = self.node(begin + taken as i64, size);
            end = Some(match end {
                None => piece,
                Some(before) => F::join(before, piece, F::weights(taken, size)),
            });
            taken += size;
        }
        end.map_or(suffix, |end| F::join(suffix, end, F::weights(rows * node, rest)))
    }
}

/// Lanes side by side; lane `k` is the first one from element `100 * k` on.
struct Made<'a, I> {
    item: &'a dyn Fn(i64) -> I,
    lanes: usize,
    tile: Vec<I>,
}

impl<I: Copy + Default> Tiles<I> for Made<'_, I> {
    fn tile(&mut self, first: i64, rows: usize) -> &[I] {
        self.tile.clear();
        for row in 0..rows as i64 {
            let lane = |lane: usize| (self.item)(first + row + 100 * lane as i64);
            self.tile.extend((0..self.lanes).map(lane));
        }
        self.tile.resize(rows * self.lanes + SLACK, I::default());
        &self.tile
    }
}

fn check<F: Fold<P>, const P: usize>(
    fold: F,
    item: &dyn Fn(i64) -> F::Item,
    bits: &dyn Fn(F::Out) -> u64,
) {
    for size in [1, 2, 3, 7, 8, 20, 31, 32, 33, 47, 100, 1111] {
        for (lanes, starts) in [(1, -50..400), (1, 3..2_600), (8, -1..90), (32, 95..200)] {
            for backend in [Backend::Portable, Backend::detect()] {
                let plain = Plain::<F, P> { cut: Cut::of(size), item };
                let mut engine = Engine::new(fold, size, lanes, backend).unwrap();
                let mut source = Made { item, lanes, tile: Vec::new() };
                let mut next = starts.start;
                let mut take = |first: i64, results: &mut [F::Out]| -> Result<(), WindowError> {
                    assert_eq!(first, next);
                    next += (results.len() / lanes) as i64;
                    for (at, &result) in results.iter().enumerate().step_by(7) {
                        let (start, lane) = (first + (at / lanes) as i64, at % lanes);
                        let shifted = |at: i64| item(at + 100 * lane as i64);
                        let plain = Plain::<F, P> { cut: plain.cut, item: &shifted };
                        let want = fold.finish(plain.window(start), [start; WIDTH])[0];
                        assert_eq!(bits(result), bits(want), "{size} {lanes} {start} {lane}");
                    }
                    Ok(())
                };
                engine.run(&mut source, starts.clone(), &mut take).unwrap();
                assert_eq!(next, starts.end, "{size} {lanes}");
            }
        }
    }
}

/// Noise of very different sizes, the same at the same index.
fn noise(at: i64) -> f64 {
    let mixed = (at as u64).wrapping_add(77).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 11) as f64 / (1u64 << 53) as f64 - 0.5) * 10f64.powi((mixed % 13) as i32)
}

#[test]
fn sums() {
    check(Sum::<f64>(PhantomData), &noise, &f64::to_bits);
}

#[test]
fn spreads() {
    let fold = Spread { divisor: 3.0, root: Root::Square };
    check(fold, &noise, &f64::to_bits);
}

#[test]
fn extremes() {
    let whole = |at: i64| (noise(at) * 10.0) as i64;
    check(Least::<i64>(PhantomData), &whole, &|key| key as u64);
    check(Place, &whole, &|place| place as u64);
}

#[test]
fn cuts_add_up() {
    for size in 1..3000 {
        let Cut { node, rows, rest, .. } = Cut::of(size);
        assert!(rows * node + rest == size && rest < node && rows > 0 && node <= 16);
    }
}
