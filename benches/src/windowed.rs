//! The arrays of windowed reductions: whole numbers, and what is right for every window of them.
//!
//! Results are worked out with integers, so that running sums forget nothing: the windows of 2 on
//! `1 2 4` have sums `3 6`. Extremes come from a queue of candidates, medians from counts.

use std::collections::VecDeque;

use stridewise_harness::{Case, Expect};

use crate::arrays::reduced::number;
use crate::arrays::{Arrays, Memory, hash};

/// Fills the source and works out the result.
pub fn arrays(case: &Case) -> Result<Arrays, String> {
    let op = case.options.get("op").map_or("", String::as_str);
    let values: Vec<i64> = (0..case.items()).map(|at| value(case, op, at)).collect();
    let source = Memory::new(case.bytes())?;
    for (item, &value) in source.bytes_mut().chunks_exact_mut(case.itemsize).zip(&values) {
        item.copy_from_slice(&number(&case.dtype, value as f64)?);
    }
    if !case.axes.iter().copied().eq(0..case.axes.len()) {
        return Err("windows are measured on axes as they lie".to_string());
    }
    let grid = Grid { shape: case.lies.clone(), values };
    let float = if case.dtype.starts_with('f') { &case.dtype } else { "f8" };
    let sum = if case.dtype.starts_with('f') { &case.dtype } else { "i8" };
    let count = case.sizes().iter().product::<usize>() as f64;
    let (results, dtype): (Vec<f64>, &str) = match op {
        "sum" => (grid.over(case, sums).doubles(), sum),
        "mean" => (grid.over(case, sums).values.iter().map(|&x| x as f64 / count).collect(), float),
        "std" => {
            let squares = Grid {
                shape: grid.shape.clone(),
                values: grid.values.iter().map(|&x| x * x).collect(),
            };
            let (sums, squares) = (grid.over(case, sums), squares.over(case, sums));
            let both = sums.values.iter().zip(&squares.values);
            let deviation = |(&sum, &square): (&i64, &i64)| {
                let scaled = count as i128 * i128::from(square) - i128::from(sum).pow(2);
                (scaled as f64 / (count * count)).sqrt()
            };
            (both.map(deviation).collect(), float)
        }
        "min" => (grid.over(case, |lane, size| least(lane, size).0).doubles(), &case.dtype),
        "max" => (
            grid.over(case, |lane, size| negative(&least(&negative(lane), size).0)).doubles(),
            &case.dtype,
        ),
        "argmin" => (grid.over(case, |lane, size| least(lane, size).1).doubles(), "i8"),
        "argmax" => (grid.over(case, |lane, size| least(&negative(lane), size).1).doubles(), "i8"),
        "median" => (grid.medians(case)?, float),
        _ => return Err(format!("no right result for {op}")),
    };
    let mut right = Vec::with_capacity(8 * results.len());
    for result in &results {
        right.extend(number(dtype, *result)?);
    }
    let expect = match op {
        "mean" | "std" => Expect::Nearly(right.len() / results.len()),
        _ => Expect::Result,
    };
    Arrays::of(source, right, expect)
}

/// What lies at a place: few enough different numbers for sums to be exact, and so many for
/// positions that no two are equal.
fn value(case: &Case, op: &str, at: usize) -> i64 {
    let bits = match (op, case.dtype.as_str()) {
        (_, "u1") => 8,
        ("sum" | "mean", "f4") => 8,
        ("std", _) => 4,
        ("median", _) => COUNTED,
        ("argmin" | "argmax", "f8") => 40,
        ("min" | "max", _) => 24,
        _ => 12,
    };
    // Mixed once more: what is evenly spread over neighbours would be easy for queues.
    let mixed = (hash(at) ^ hash(at) >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    ((mixed ^ mixed >> 32) >> 12).cast_signed() & ((1 << bits) - 1)
}

/// Bits of the numbers whose medians are wanted.
const COUNTED: u32 = 16;

fn negative(lane: &[i64]) -> Vec<i64> {
    lane.iter().map(|value| -value).collect()
}

fn sums(lane: &[i64], size: usize) -> Vec<i64> {
    let mut sum: i64 = lane[..size].iter().sum();
    let mut sums = vec![sum];
    for (come, go) in lane[size..].iter().zip(lane) {
        sum += come - go;
        sums.push(sum);
    }
    sums
}

/// The least of each window, and where it is, counted from the window's start.
fn least(lane: &[i64], size: usize) -> (Vec<i64>, Vec<i64>) {
    let mut candidates: VecDeque<usize> = VecDeque::new();
    let (mut values, mut places) = (Vec::new(), Vec::new());
    for (at, &value) in lane.iter().enumerate() {
        while candidates.back().is_some_and(|&last| lane[last] > value) {
            candidates.pop_back();
        }
        candidates.push_back(at);
        let Some(start) = (at + 1).checked_sub(size) else { continue };
        if candidates[0] < start {
            candidates.pop_front();
        }
        values.push(lane[candidates[0]]);
        places.push((candidates[0] - start) as i64);
    }
    (values, places)
}

/// How often each number is there, and sums of that over 256 neighbours.
struct Counts {
    fine: Vec<u32>,
    coarse: Vec<u32>,
}

impl Counts {
    fn add(&mut self, value: i64, by: u32) {
        let value = value as usize;
        self.fine[value] = self.fine[value].wrapping_add(by);
        self.coarse[value >> 8] = self.coarse[value >> 8].wrapping_add(by);
    }

    fn ranked(&self, rank: usize) -> f64 {
        let find = |counts: &[u32], mut rest: usize| {
            let passed = |&count: &u32| match rest.checked_sub(count as usize) {
                Some(less) => {
                    rest = less;
                    true
                }
                None => false,
            };
            (counts.iter().copied().take_while(passed).count(), rest)
        };
        let (block, rest) = find(&self.coarse, rank);
        (block * 256 + find(&self.fine[block * 256..], rest).0) as f64
    }

    fn middle(&self, count: usize) -> f64 {
        (self.ranked((count - 1) / 2) + self.ranked(count / 2)) / 2.0
    }
}

/// Numbers in C order.
struct Grid {
    shape: Vec<usize>,
    values: Vec<i64>,
}

impl Grid {
    fn doubles(self) -> Vec<f64> {
        self.values.into_iter().map(|value| value as f64).collect()
    }

    /// Slides windows along each of the case's axes in turn.
    fn over(&self, case: &Case, slide: impl Fn(&[i64], usize) -> Vec<i64>) -> Grid {
        let mut grid = Grid { shape: self.shape.clone(), values: self.values.clone() };
        for (axis, size) in case.over().into_iter().zip(case.sizes()) {
            grid = grid.along(axis, |lane| slide(lane, size));
        }
        grid
    }

    fn along(&self, axis: usize, slide: impl Fn(&[i64]) -> Vec<i64>) -> Grid {
        let extent = self.shape[axis];
        let inner: usize = self.shape[axis + 1..].iter().product();
        let mut lanes = Vec::new();
        for block in self.values.chunks_exact(extent * inner) {
            for start in 0..inner {
                let lane: Vec<i64> = block[start..].iter().step_by(inner).copied().collect();
                lanes.push(slide(&lane));
            }
        }
        let mut shape = self.shape.clone();
        shape[axis] = lanes[0].len();
        let mut values = Vec::with_capacity(shape.iter().product());
        for block in lanes.chunks_exact(inner) {
            for at in 0..shape[axis] {
                values.extend(block.iter().map(|lane| lane[at]));
            }
        }
        Grid { shape, values }
    }

    /// Medians along the last axis, or in boxes over two axes.
    fn medians(&self, case: &Case) -> Result<Vec<f64>, String> {
        let (over, sizes) = (case.over(), case.sizes());
        let (rows, columns) = match (&over[..], &self.shape[..]) {
            ([0], [extent]) => (1, *extent),
            ([1], [rows, columns]) | ([0, 1], [rows, columns]) => (*rows, *columns),
            ([0], [rows, columns]) => {
                let values = self.turned().values;
                let turned = Grid { shape: vec![*columns, *rows], values };
                let lanes = turned.boxes((*columns, *rows), (1, sizes[0]));
                let bits = lanes.into_iter().map(|median| (2.0 * median) as i64).collect();
                let grid = Grid { shape: vec![*columns, *rows + 1 - sizes[0]], values: bits };
                return Ok(grid.turned().values.into_iter().map(|x| x as f64 / 2.0).collect());
            }
            _ => return Err("no right medians for these axes".to_string()),
        };
        let height = if over.len() == 2 { sizes[0] } else { 1 };
        Ok(self.boxes((rows, columns), (height, sizes[sizes.len() - 1])))
    }

    /// The transpose of two axes.
    fn turned(&self) -> Grid {
        let (rows, columns) = (self.shape[0], self.shape[1]);
        let places = (0..columns).flat_map(|j| (0..rows).map(move |i| i * columns + j));
        Grid { shape: vec![columns, rows], values: places.map(|at| self.values[at]).collect() }
    }

    fn boxes(&self, (rows, columns): (usize, usize), (height, width): (usize, usize)) -> Vec<f64> {
        let mut medians = Vec::new();
        for top in 0..rows + 1 - height {
            let mut counts =
                Counts { fine: vec![0; 1 << COUNTED], coarse: vec![0; 1 << (COUNTED - 8)] };
            let column = |counts: &mut Counts, at: usize, by: u32| {
                (top..top + height).for_each(|row| counts.add(self.values[row * columns + at], by));
            };
            (0..width - 1).for_each(|at| column(&mut counts, at, 1));
            for last in width - 1..columns {
                column(&mut counts, last, 1);
                medians.push(counts.middle(height * width));
                column(&mut counts, last + 1 - width, u32::MAX);
            }
        }
        medians
    }
}
