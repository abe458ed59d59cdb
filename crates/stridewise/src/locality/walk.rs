//! Walking back in time: the accesses before a given one that touch a given set.
//!
//! A [`Place`] is one access of the running nest: the steps of the tree that lead to it, and the
//! loop variables. From there the walk goes back through the tree; in a leaf it jumps from one
//! touch of the set to the one before (see residue.rs), so what lies between costs nothing.
//!
//! Worked: in the row order of `(64,512):(4096,8)+0`, with 64 sets of 64 bytes, the touches of
//! one set before an element are its own line, and then one line in each earlier row.

use std::ops::ControlFlow;

use super::program::{Program, Repeat, Step};
use super::residue::next_below;

/// One access of the running nest.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// Which step of each body leads to it, outermost first; the last is a site.
    pub(super) steps: Vec<usize>,
    /// The variable of each enclosing loop.
    pub(super) indices: Vec<i64>,
}

impl Place {
    /// The access with a number below [`Program::accesses`], counted as they run.
    pub(super) fn of(program: &Program, mut number: u128) -> Place {
        let mut place = Place::default();
        let mut body = &program.body;
        'descend: loop {
            for (at, step) in body.iter().enumerate() {
                let accesses = step.accesses();
                if number >= accesses {
                    number -= accesses;
                    continue;
                }
                place.steps.push(at);
                let Step::Loop(inner) = step else { return place };
                let index = number / inner.accesses;
                number %= inner.accesses;
                place.indices.push(i64::try_from(index).unwrap_or(i64::MAX));
                body = &inner.body;
                continue 'descend;
            }
            return place;
        }
    }

    /// The site, its address and its size.
    pub(super) fn access(&self, program: &Program) -> (usize, i64, i64) {
        let mut body = &program.body;
        for &at in &self.steps {
            match &body[at] {
                Step::Loop(inner) => body = &inner.body,
                Step::Site(site) => {
                    return (
                        *site,
                        address(program, *site, &self.indices),
                        program.sites[*site].size,
                    );
                }
            }
        }
        (0, 0, 1) // Unreachable: the last step of a place is a site.
    }
}

fn address(program: &Program, site: usize, indices: &[i64]) -> i64 {
    let site = &program.sites[site];
    let steps = site.coefficients.iter().zip(indices);
    steps.fold(site.base, |sum, (coefficient, index)| sum + coefficient * index) // N3
}

/// The set of a cache that a walk looks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct SetAt {
    pub(super) line_bits: u32,
    pub(super) sets: i64,
    pub(super) set: i64,
}

impl SetAt {
    /// The set of a line.
    pub(super) fn of_line(line: i64, line_bits: u32, sets: i64) -> SetAt {
        SetAt { line_bits, sets, set: line.rem_euclid(sets) }
    }

    fn line(self) -> i64 {
        1 << self.line_bits
    }

    /// Bytes after which sets repeat; M3 keeps it below 2^42.
    fn turn(self) -> i64 {
        self.sets << self.line_bits
    }

    /// How many iterations before the last of `count` a site touches the set, if it does.
    fn latest(self, last_address: i64, stride: i64, size: i64, count: i64) -> Option<i64> {
        let turn = self.turn();
        let length = self.line().saturating_add(size - 1);
        if length >= turn {
            return Some(0);
        }
        // The first byte of an access that touches the set lies in an interval of `length`.
        let begin = (self.set << self.line_bits) - (size - 1);
        let start = (last_address.rem_euclid(turn) - begin).rem_euclid(turn);
        let back = turn - stride.rem_euclid(turn);
        let found = next_below(
            start.unsigned_abs(),
            back.unsigned_abs(),
            turn.unsigned_abs(),
            length.unsigned_abs(),
        )?;
        i64::try_from(found).ok().filter(|&back| back < count)
    }

    /// How many iterations back from here a site stays in one line; it then need not be asked
    /// again for a line that is known.
    fn stay(self, address: i64, stride: i64, size: i64) -> i64 {
        let within = address & (self.line() - 1);
        let room = self.line() - size - within;
        match stride {
            _ if room < 0 => 1,
            0 => i64::MAX,
            stride if stride > 0 => within / stride + 1,
            stride => room / stride.saturating_neg() + 1,
        }
    }

    /// Whether bytes `low..=high` can touch the set.
    fn meets(self, low: i128, high: i128) -> bool {
        let (line_low, line_high) = (low >> self.line_bits, high >> self.line_bits);
        let ahead = (i128::from(self.set) - line_low).rem_euclid(i128::from(self.sets));
        line_low + ahead <= line_high
    }
}

/// Whether a walk may skip touches of lines that it has already seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    /// Only which lines come, and in which order, matters.
    Skip,
    /// Every touch matters.
    Visit,
}

/// Why a walk ended before the beginning of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The visitor has its answer.
    Answered,
    /// It took too many steps.
    TooLong,
}

/// A walk back from one place.
pub(super) struct Walk<'a, V> {
    program: &'a Program,
    set: SetAt,
    repeats: Repeats,
    /// The place that is being visited.
    cursor: Place,
    /// Steps that may still be taken.
    steps: &'a mut u64,
    visit: V,
}

impl<'a, V> Walk<'a, V>
where
    V: FnMut(&Place, i64, i64, &mut u64) -> ControlFlow<Ended>,
{
    /// Visits every access before `place` that touches the set, latest first; the visitor hears
    /// its place, address and size, and how many steps are left.
    pub(super) fn back(
        program: &'a Program,
        place: &Place,
        set: SetAt,
        repeats: Repeats,
        steps: &'a mut u64,
        visit: V,
    ) -> ControlFlow<Ended> {
        let mut walk = Walk { program, set, repeats, cursor: place.clone(), steps, visit };
        let mut bodies: Vec<(&[Step], Option<&Repeat>)> = vec![(&program.body, None)];
        for &at in &place.steps {
            if let Step::Loop(inner) = &bodies[bodies.len() - 1].0[at] {
                bodies.push((&inner.body, Some(inner)));
            }
        }
        for (depth, (body, inner)) in bodies.iter().enumerate().rev() {
            walk.cursor.steps.truncate(depth);
            walk.cursor.indices.truncate(depth);
            walk.body(&body[..place.steps[depth]])?;
            if let Some(inner) = inner {
                walk.cursor.indices.pop();
                walk.iterations(inner, place.indices[depth - 1])?;
            }
        }
        ControlFlow::Continue(())
    }

    fn step(&mut self) -> ControlFlow<Ended> {
        match self.steps.checked_sub(1) {
            Some(left) => {
                *self.steps = left;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(Ended::TooLong),
        }
    }

    /// The steps of a body, last first.
    fn body(&mut self, body: &[Step]) -> ControlFlow<Ended> {
        for (at, step) in body.iter().enumerate().rev() {
            self.cursor.steps.push(at);
            match step {
                Step::Site(site) => {
                    self.step()?;
                    let at = address(self.program, *site, &self.cursor.indices);
                    let size = self.program.sites[*site].size;
                    if self.set.meets(i128::from(at), i128::from(at) + i128::from(size - 1)) {
                        (self.visit)(&self.cursor, at, size, self.steps)?;
                    }
                }
                Step::Loop(inner) => self.iterations(inner, inner.extent)?,
            }
            self.cursor.steps.pop();
        }
        ControlFlow::Continue(())
    }

    /// The first `count` iterations of a loop, last first.
    fn iterations(&mut self, inner: &Repeat, count: i64) -> ControlFlow<Ended> {
        if count == 0 || !self.may_touch(inner) {
            return self.step();
        }
        if inner.is_leaf {
            return self.leaf(inner, count);
        }
        let still = inner.strides.iter().all(|&stride| stride == 0);
        let first = if still && self.repeats == Repeats::Skip { count - 1 } else { 0 };
        for index in (first..count).rev() {
            self.step()?;
            self.cursor.indices.push(index);
            self.body(&inner.body)?;
            self.cursor.indices.pop();
        }
        ControlFlow::Continue(())
    }

    /// Whether any site below a loop can touch the set.
    fn may_touch(&self, inner: &Repeat) -> bool {
        inner.sites.clone().zip(&inner.reach).any(|(site, &(below, above))| {
            let at = i128::from(address(self.program, site, &self.cursor.indices));
            let size = i128::from(self.program.sites[site].size);
            self.set.meets(at + below, at + above + size - 1)
        })
    }

    /// The first `count` iterations of a leaf: from touch to touch.
    fn leaf(&mut self, inner: &Repeat, count: i64) -> ControlFlow<Ended> {
        let mut runners: Vec<Runner> = Vec::with_capacity(inner.body.len());
        for (at, step) in inner.body.iter().enumerate() {
            let Step::Site(site) = step else { continue };
            let stride = inner.strides[*site - inner.sites.start];
            let size = self.program.sites[*site].size;
            let first = address(self.program, *site, &self.cursor.indices);
            let mut runner = Runner { at, first, stride, size, index: count };
            self.step()?;
            if runner.back_by(1, self.set) {
                runners.push(runner);
            }
        }
        let depth = (self.cursor.steps.len(), self.cursor.indices.len());
        while let Some(latest) =
            (0..runners.len()).max_by_key(|&each| (runners[each].index, runners[each].at))
        {
            self.step()?;
            let runner = &mut runners[latest];
            let address = runner.address();
            self.cursor.steps.push(runner.at);
            self.cursor.indices.push(runner.index);
            (self.visit)(&self.cursor, address, runner.size, self.steps)?;
            self.cursor.steps.truncate(depth.0);
            self.cursor.indices.truncate(depth.1);
            let by = match self.repeats {
                Repeats::Skip => self.set.stay(address, runner.stride, runner.size),
                Repeats::Visit => 1,
            };
            if !runner.back_by(by, self.set) {
                runners.swap_remove(latest);
            }
        }
        ControlFlow::Continue(())
    }
}

/// A site of a leaf, standing at its latest unvisited touch.
struct Runner {
    /// Which step of the body.
    at: usize,
    /// Its address in the first iteration.
    first: i64,
    stride: i64,
    size: i64,
    index: i64,
}

impl Runner {
    fn address(&self) -> i64 {
        self.first + self.stride * self.index // N3: the index is one of the loop's.
    }

    /// Goes back by at least `by` iterations to a touch of the set; whether there is one.
    fn back_by(&mut self, by: i64, set: SetAt) -> bool {
        let Some(index) = self.index.checked_sub(by).filter(|&index| index >= 0) else {
            return false;
        };
        self.index = index;
        match set.latest(self.address(), self.stride, self.size, index + 1) {
            Some(back) => {
                self.index -= back;
                true
            }
            None => false,
        }
    }
}
