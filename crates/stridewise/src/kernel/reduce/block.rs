//! Block: what a kernel reduces at once, and how kernels are told apart at run time.
//!
//! A [`Kernel`] knows items and states as types, an [`Ending`] what becomes of a state. [`Engine`]
//! is both without types, so that one walk serves all; states travel as [`Cell`]s. [`Compiled`]
//! turns one into the other, compiling a kernel's loops once for each instruction set that pays.
//! In `(3,4):(32,8)+0` reduced along axis 0, a block has 3 rows of 4 items, and 4 states.

use super::error::Fault;
use crate::kernel::Backend;

/// Memory for states, aligned for any.
pub(super) type Cell = u128;

/// How the items of a block lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// Kept items lie side by side: state `k * run + c` meets item `c` of the runs at
    /// `kept[k] + reduced[r]` for each `r`.
    Down,
    /// Reduced items lie side by side: state `k` meets the runs at `kept[k] + reduced[r]` for
    /// each `r`.
    Across,
    /// All items lie side by side: state `k * width + c` meets items `(k * run + r) * width + c`
    /// for each `r`. The run is a power of two, and short.
    Short,
}

/// Items to be reduced.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) lie: Lie,
    pub(super) from: *const u8,
    /// Bytes to the kept items, or to their runs.
    pub(super) kept: &'a [isize],
    /// Bytes to the reduced items, or to their runs.
    pub(super) reduced: &'a [isize],
    /// Items side by side, or reduced items of short runs.
    pub(super) run: usize,
    /// Kept items side by side within short runs, and kept items in all of them.
    pub(super) width: usize,
    pub(super) count: usize,
    /// The position of the first item.
    pub(super) position: isize,
    /// How far positions move from one reduced item to the next.
    pub(super) step: isize,
}

impl Block<'_> {
    /// How many states the block has.
    fn states(&self) -> usize {
        match self.lie {
            Lie::Down => self.kept.len() * self.run,
            Lie::Across => self.kept.len(),
            Lie::Short => self.count,
        }
    }
}

/// A reduction of items of one type: the algorithm, without memory order, threads or instructions.
pub(super) trait Kernel: Copy + Send + Sync {
    /// What is read.
    type Item: Copy;
    /// What is known of the items met so far.
    type State: Copy;
    /// Whether wide instructions pay.
    const WIDE: bool;

    /// The state that has met no item.
    fn begin(&self) -> Self::State;

    /// Adds a block to its states.
    ///
    /// # Safety
    /// The block's items can be read; there are as many states as the block has.
    unsafe fn add(&self, block: &Block<'_>, states: &mut [Self::State]);

    /// Adds what another state met, after what this one met.
    fn merge(&self, into: &mut Self::State, from: &Self::State);

    /// Whether no further item can change the result.
    fn is_settled(&self, _state: &Self::State) -> bool {
        false
    }
}

/// What becomes of a state in the end.
pub(super) trait Ending<S>: Send + Sync {
    /// What is written.
    type Out: Copy;
    /// Why a state has no result, if it has none.
    #[inline(always)]
    fn fault(&self, _state: &S) -> Option<Fault> {
        None
    }
    /// The result of a state that met so many items.
    fn end(&self, state: &S, count: f64) -> Self::Out;
}

/// How many items states met.
#[derive(Clone, Copy)]
pub(super) enum Counts<'a> {
    /// All the same number.
    All(f64),
    /// Each its own.
    Each(&'a [u64]),
}

impl Counts<'_> {
    fn at(self, state: usize) -> f64 {
        match self {
            Counts::All(count) => count,
            Counts::Each(counts) => counts[state] as f64,
        }
    }
}

/// Where results go: a run of them at each lead.
pub(super) struct Places<'a> {
    pub(super) to: *mut u8,
    pub(super) leads: &'a [isize],
    pub(super) run: usize,
    pub(super) step: isize,
}

/// An ending that writes results.
trait Writes<S>: Send + Sync {
    /// # Safety
    /// There are as many states, and counts, as places; results can be written there.
    unsafe fn write(
        &self,
        backend: Backend,
        states: &[S],
        counts: Counts<'_>,
        to: &Places<'_>,
    ) -> Result<(), Fault>;
}

impl<S, E: Ending<S>> Writes<S> for E {
    unsafe fn write(
        &self,
        backend: Backend,
        states: &[S],
        counts: Counts<'_>,
        to: &Places<'_>,
    ) -> Result<(), Fault> {
        // SAFETY: the caller's promise; the backend is there.
        unsafe {
            match backend {
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512 => write_avx512(self, states, counts, to),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => write_avx2(self, states, counts, to),
                _ => write(self, states, counts, to),
            }
        }
    }
}

/// # Safety
/// As for [`Writes::write`].
#[inline(always)]
unsafe fn write<S, E: Ending<S>>(
    ending: &E,
    states: &[S],
    counts: Counts<'_>,
    to: &Places<'_>,
) -> Result<(), Fault> {
    let dense = to.step == size_of::<E::Out>() as isize;
    for (line, lead) in to.leads.iter().enumerate() {
        let place = to.to.wrapping_offset(*lead).cast::<E::Out>();
        let first = line * to.run;
        let states = &states[first..first + to.run];
        for state in states {
            if let Some(fault) = ending.fault(state) {
                return Err(fault);
            }
        }
        // SAFETY: results can be written there, as the caller promises.
        unsafe {
            match counts {
                Counts::All(count) if dense => {
                    for (at, state) in states.iter().enumerate() {
                        place.wrapping_add(at).write_unaligned(ending.end(state, count));
                    }
                }
                _ => {
                    for (at, state) in states.iter().enumerate() {
                        let result = ending.end(state, counts.at(first + at));
                        let place = place.wrapping_byte_offset(to.step * at as isize);
                        place.write_unaligned(result);
                    }
                }
            }
        }
    }
    Ok(())
}

/// A kernel and its ending without their types.
pub(super) trait Engine: Send + Sync {
    /// Bytes of an item.
    fn item(&self) -> usize;

    /// How many cells hold so many states.
    fn cells(&self, states: usize) -> usize;

    /// Makes states that have met no item.
    fn begin(&self, cells: &mut [Cell], states: usize);

    /// See [`Kernel::add`]: adds to the states from `first` on.
    ///
    /// # Safety
    /// As for [`Kernel::add`]; the states were begun by this engine.
    unsafe fn add(&self, block: &Block<'_>, cells: &mut [Cell], first: usize);

    /// Adds the states of one tile to those of another.
    ///
    /// # Safety
    /// Both were begun by this engine.
    unsafe fn merge(&self, into: &mut [Cell], from: &[Cell], states: usize);

    /// Whether no further item can change any result.
    ///
    /// # Safety
    /// The states were begun by this engine.
    unsafe fn are_settled(&self, cells: &[Cell], states: usize) -> bool;

    /// Writes the results of the states from `first` on.
    ///
    /// # Safety
    /// The states were begun by this engine, there are as many as places, and counts where each
    /// has its own, and results can be written there.
    unsafe fn finish(
        &self,
        cells: &[Cell],
        first: usize,
        counts: Counts<'_>,
        places: &Places<'_>,
    ) -> Result<(), Fault>;
}

/// A kernel, compiled for an instruction set that is there, with its ending.
pub(super) struct Compiled<K: Kernel> {
    kernel: K,
    ending: Box<dyn Writes<K::State>>,
    backend: Backend,
}

impl<K: Kernel + 'static> Compiled<K> {
    pub(super) fn engine<E>(kernel: K, ending: E, backend: Backend) -> Box<dyn Engine>
    where
        E: Ending<K::State> + 'static,
    {
        let () = const {
            assert!(align_of::<K::State>() <= align_of::<Cell>());
            assert!(size_of::<K::State>() > 0);
        };
        let backend = if K::WIDE { backend.or_portable() } else { Backend::Portable };
        Box::new(Compiled { kernel, ending: Box::new(ending), backend })
    }
}

impl<K: Kernel> Compiled<K> {
    /// The states in cells.
    ///
    /// # Safety
    /// They were begun by this engine.
    unsafe fn states<'a>(&self, cells: &'a [Cell]) -> &'a [K::State] {
        let count = size_of_val(cells) / size_of::<K::State>();
        // SAFETY: aligned for any state, as `engine` asserts; begun, as the caller promises. Cells
        // behind the last begun state hold zeros or states of an earlier tile, and are not read.
        unsafe { std::slice::from_raw_parts(cells.as_ptr().cast(), count) }
    }

    /// # Safety
    /// As for `states`.
    unsafe fn states_mut<'a>(&self, cells: &'a mut [Cell]) -> &'a mut [K::State] {
        let count = size_of_val(cells) / size_of::<K::State>();
        // SAFETY: as in `states`.
        unsafe { std::slice::from_raw_parts_mut(cells.as_mut_ptr().cast(), count) }
    }
}

impl<K: Kernel> Engine for Compiled<K> {
    fn item(&self) -> usize {
        size_of::<K::Item>()
    }

    fn cells(&self, states: usize) -> usize {
        (states * size_of::<K::State>()).div_ceil(size_of::<Cell>())
    }

    fn begin(&self, cells: &mut [Cell], states: usize) {
        let begun = self.kernel.begin();
        assert!(self.cells(states) <= cells.len());
        let start = cells.as_mut_ptr().cast::<K::State>();
        for at in 0..states {
            // SAFETY: the cells have room for so many states, and are aligned for them.
            unsafe { start.add(at).write(begun) }
        }
    }

    unsafe fn add(&self, block: &Block<'_>, cells: &mut [Cell], first: usize) {
        // SAFETY: the caller's promise; the backend is there.
        unsafe {
            let states = &mut self.states_mut(cells)[first..][..block.states()];
            match self.backend {
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512 => add_avx512(&self.kernel, block, states),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => add_avx2(&self.kernel, block, states),
                _ => self.kernel.add(block, states),
            }
        }
    }

    unsafe fn merge(&self, into: &mut [Cell], from: &[Cell], states: usize) {
        // SAFETY: the caller's promise.
        let (into, from) = unsafe { (self.states_mut(into), self.states(from)) };
        for at in 0..states {
            self.kernel.merge(&mut into[at], &from[at]);
        }
    }

    unsafe fn are_settled(&self, cells: &[Cell], states: usize) -> bool {
        // SAFETY: the caller's promise.
        let states = unsafe { &self.states(cells)[..states] };
        states.iter().all(|state| self.kernel.is_settled(state))
    }

    unsafe fn finish(
        &self,
        cells: &[Cell],
        first: usize,
        counts: Counts<'_>,
        places: &Places<'_>,
    ) -> Result<(), Fault> {
        // SAFETY: the caller's promise.
        unsafe { self.ending.write(self.backend, &self.states(cells)[first..], counts, places) }
    }
}

/// # Safety
/// As for [`Kernel::add`]; the instruction set is there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn add_avx2<K: Kernel>(kernel: &K, block: &Block<'_>, states: &mut [K::State]) {
    if K::WIDE {
        // SAFETY: the caller's promise.
        unsafe { kernel.add(block, states) }
    }
}

/// # Safety
/// As for [`Kernel::add`]; the instruction set is there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn add_avx512<K: Kernel>(kernel: &K, block: &Block<'_>, states: &mut [K::State]) {
    if K::WIDE {
        // SAFETY: the caller's promise.
        unsafe { kernel.add(block, states) }
    }
}

/// # Safety
/// As for [`Writes::write`]; the instruction set is there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn write_avx2<S, E: Ending<S>>(
    ending: &E,
    states: &[S],
    counts: Counts<'_>,
    to: &Places<'_>,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise.
    unsafe { write(ending, states, counts, to) }
}

/// # Safety
/// As for [`Writes::write`]; the instruction set is there.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn write_avx512<S, E: Ending<S>>(
    ending: &E,
    states: &[S],
    counts: Counts<'_>,
    to: &Places<'_>,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise.
    unsafe { write(ending, states, counts, to) }
}
