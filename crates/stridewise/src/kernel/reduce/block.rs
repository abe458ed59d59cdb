//! Block: what a kernel reduces at once, and how kernels are told apart at run time.
//!
//! A [`Kernel`] knows items, states and results as types. [`Engine`] is the same without types, so
//! that one walk serves all kernels; states travel as [`Cell`]s. [`Compiled`] turns one into the
//! other, compiling a kernel's two loops once for each instruction set.
//! In `(3,4):(32,8)+0` reduced along axis 0, a block has 3 rows of 4 items, and 4 states.

use super::error::Fault;
use crate::kernel::Backend;

/// Memory for states, aligned for any.
pub(super) type Cell = u128;

/// Items to be reduced: `kept x reduced` runs of items side by side.
#[derive(Clone, Copy)]
pub(super) struct Block<'a> {
    pub(super) from: *const u8,
    /// Bytes to the kept items, or to their runs.
    pub(super) kept: &'a [isize],
    /// Bytes to the reduced items, or to their runs.
    pub(super) reduced: &'a [isize],
    /// Items side by side.
    pub(super) run: usize,
    /// The position of the first item.
    pub(super) position: isize,
    /// How far positions move from one reduced item to the next.
    pub(super) step: isize,
}

/// A reduction of items of one type: the algorithm, without memory order, threads or instructions.
pub(super) trait Kernel: Copy + Send + Sync {
    /// What is read.
    type Item: Copy;
    /// What is known of the items met so far.
    type State: Copy;
    /// What is written.
    type Out: Copy;

    /// The state that has met no item.
    fn begin(&self) -> Self::State;

    /// Adds a block whose kept items lie side by side: state `k * run + c` meets item `c` of the
    /// runs at `kept[k] + reduced[r]` for each `r`.
    ///
    /// # Safety
    /// The block's items can be read; there are `kept.len() * run` states.
    unsafe fn down(&self, block: &Block<'_>, states: &mut [Self::State]);

    /// Adds a block whose reduced items lie side by side: state `k` meets the runs at
    /// `kept[k] + reduced[r]` for each `r`.
    ///
    /// # Safety
    /// The block's items can be read; there are `kept.len()` states.
    unsafe fn across(&self, block: &Block<'_>, states: &mut [Self::State]);

    /// Adds what another state met, after what this one met.
    fn merge(&self, into: &mut Self::State, from: &Self::State);

    /// Whether no further item can change the result.
    fn is_settled(&self, _state: &Self::State) -> bool {
        false
    }

    /// The result.
    fn finish(&self, state: &Self::State) -> Result<Self::Out, Fault>;
}

/// Where results go: a run of them at each lead.
pub(super) struct Places<'a> {
    pub(super) to: *mut u8,
    pub(super) leads: &'a [isize],
    pub(super) run: usize,
    pub(super) step: isize,
}

/// A kernel without its types.
pub(super) trait Engine: Sync {
    /// Bytes of an item.
    fn item(&self) -> usize;

    /// How many cells hold so many states.
    fn cells(&self, states: usize) -> usize;

    /// Makes states that have met no item.
    fn begin(&self, cells: &mut [Cell], states: usize);

    /// See [`Kernel::down`]: adds to the states from `first` on.
    ///
    /// # Safety
    /// As for [`Kernel::down`]; the states were begun by this engine.
    unsafe fn down(&self, block: &Block<'_>, cells: &mut [Cell], first: usize);

    /// See [`Kernel::across`]: adds to the states from `first` on.
    ///
    /// # Safety
    /// As for [`Kernel::across`]; the states were begun by this engine.
    unsafe fn across(&self, block: &Block<'_>, cells: &mut [Cell], first: usize);

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
    /// The states were begun by this engine, there are as many as places, and results can be
    /// written there.
    unsafe fn finish(&self, cells: &[Cell], first: usize, places: &Places<'_>)
    -> Result<(), Fault>;
}

/// A kernel, compiled for an instruction set that is there.
pub(super) struct Compiled<K> {
    kernel: K,
    backend: Backend,
}

impl<K: Kernel> Compiled<K> {
    pub(super) fn new(kernel: K, backend: Backend) -> Compiled<K> {
        let () = const {
            assert!(align_of::<K::State>() <= align_of::<Cell>());
            assert!(size_of::<K::State>() > 0);
        };
        let backend = if backend.is_there() { backend } else { Backend::Portable };
        Compiled { kernel, backend }
    }

    /// The states in cells.
    ///
    /// # Safety
    /// They were begun by this engine.
    unsafe fn states<'a>(&self, cells: &'a [Cell]) -> &'a [K::State] {
        let count = size_of_val(cells) / size_of::<K::State>();
        // SAFETY: aligned for any state, as `new` asserts; begun, as the caller promises. Cells
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

    unsafe fn down(&self, block: &Block<'_>, cells: &mut [Cell], first: usize) {
        // SAFETY: the caller's promise; the backend is there.
        unsafe {
            let states = &mut self.states_mut(cells)[first..];
            match self.backend {
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512 => down_avx512(&self.kernel, block, states),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => down_avx2(&self.kernel, block, states),
                _ => self.kernel.down(block, states),
            }
        }
    }

    unsafe fn across(&self, block: &Block<'_>, cells: &mut [Cell], first: usize) {
        // SAFETY: the caller's promise; the backend is there.
        unsafe {
            let states = &mut self.states_mut(cells)[first..];
            match self.backend {
                #[cfg(target_arch = "x86_64")]
                Backend::Avx512 => across_avx512(&self.kernel, block, states),
                #[cfg(target_arch = "x86_64")]
                Backend::Avx2 => across_avx2(&self.kernel, block, states),
                _ => self.kernel.across(block, states),
            }
        }
    }

    unsafe fn merge(&self, into: &mut [Cell], from: &[Cell], states: usize) {
        // SAFETY: the caller's promise.
        let (into, from) = unsafe { (self.states_mut(into), self.states(from)) };
        for (into, from) in into[..states].iter_mut().zip(&from[..states]) {
            self.kernel.merge(into, from);
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
        places: &Places<'_>,
    ) -> Result<(), Fault> {
        // SAFETY: the caller's promise.
        let states = unsafe { &self.states(cells)[first..] };
        let dense = places.step == size_of::<K::Out>() as isize;
        for (states, lead) in states.chunks(places.run).zip(places.leads) {
            let to = places.to.wrapping_offset(*lead).cast::<K::Out>();
            // SAFETY: results can be written there, as the caller promises.
            unsafe {
                if dense {
                    for (at, state) in states.iter().enumerate() {
                        to.wrapping_add(at).write_unaligned(self.kernel.finish(state)?);
                    }
                } else {
                    for (at, state) in states.iter().enumerate() {
                        let result = self.kernel.finish(state)?;
                        to.wrapping_byte_offset(places.step * at as isize).write_unaligned(result);
                    }
                }
            }
        }
        Ok(())
    }
}

macro_rules! shells {
    ($feature:literal, $down:ident, $across:ident) => {
        /// # Safety
        /// As for [`Kernel::down`]; the instruction set is there.
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $feature)]
        unsafe fn $down<K: Kernel>(kernel: &K, block: &Block<'_>, states: &mut [K::State]) {
            // SAFETY: the caller's promise.
            unsafe { kernel.down(block, states) }
        }

        /// # Safety
        /// As for [`Kernel::across`]; the instruction set is there.
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $feature)]
        unsafe fn $across<K: Kernel>(kernel: &K, block: &Block<'_>, states: &mut [K::State]) {
            // SAFETY: the caller's promise.
            unsafe { kernel.across(block, states) }
        }
    };
}
shells!("avx2", down_avx2, across_avx2);
shells!("avx512f,avx512bw,avx512dq,avx512vl", down_avx512, across_avx512);
