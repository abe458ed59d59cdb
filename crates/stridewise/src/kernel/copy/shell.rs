//! Shells: the one algorithm, compiled once for each instruction set.
//!
//! A target feature is a property of a function, so everything generic is inlined into the few
//! functions here: one per mover and one for the walk over jobs.

use std::ops::Range;

use super::movers::{AnyItems, Block, Items, Move};
use super::plan::{Flow, Mover, Plan};
use super::run::{Bench, Tick, Work};
use super::tiles::Tiles;
use super::woven::{Deinterleave, Interleave};
use crate::control::Stopped;
#[cfg(target_arch = "x86_64")]
use crate::kernel::arch::{Avx2, Avx512, Avx512Vbmi};
use crate::kernel::arch::{Backend, Isa, Portable};

/// Moves one block; see [`Move::block`] for what must hold.
pub(super) type MoveBlock = unsafe fn(&Block<'_>);

/// Runs jobs with a backend.
///
/// # Safety
/// As for [`Work::run`]; the backend is there.
pub(super) unsafe fn run(
    backend: Backend,
    work: &Work<'_>,
    jobs: Range<usize>,
    bench: &mut Bench,
    tick: Tick<'_>,
) -> Result<(), Stopped> {
    // SAFETY: the caller's promise.
    unsafe {
        match backend {
            #[cfg(target_arch = "x86_64")]
            Backend::Avx512 => run_avx512(work, jobs, bench, tick),
            #[cfg(target_arch = "x86_64")]
            Backend::Avx2 => run_avx2(work, jobs, bench, tick),
            _ => work.run::<Portable>(jobs, bench, tick),
        }
    }
}

/// The mover of a plan, compiled for a backend.
pub(super) fn mover(backend: Backend, plan: &Plan) -> MoveBlock {
    match backend {
        #[cfg(target_arch = "x86_64")]
        Backend::Avx512 => match (plan.mover, plan.item) {
            (Mover::Interleave | Mover::Deinterleave, 1) if backend.shuffles_bytes() => {
                woven::<Avx512Vbmi>(plan)
            }
            (Mover::Interleave | Mover::Deinterleave, 1) => woven::<Avx2>(plan),
            _ => select::<Avx512>(plan),
        },
        #[cfg(target_arch = "x86_64")]
        Backend::Avx2 => select::<Avx2>(plan),
        _ => select::<Portable>(plan),
    }
}

fn select<S: Shell>(plan: &Plan) -> MoveBlock {
    match (plan.mover, plan.item) {
        (Mover::Tiles, _) if plan.flow == Flow::Lines => tiles::<S, true>(plan.item),
        (Mover::Tiles, _) => tiles::<S, false>(plan.item),
        (Mover::Interleave | Mover::Deinterleave, _) => woven::<S>(plan),
        (_, item) => items(item),
    }
}

/// Movers of few rows or columns.
fn woven<S: Shell>(plan: &Plan) -> MoveBlock {
    macro_rules! woven {
        ($mover:ident, $count:expr) => {
            match (plan.item, $count) {
                (1, 2) => S::shell::<$mover<1, 2>>(),
                (1, 3) => S::shell::<$mover<1, 3>>(),
                (1, 4) => S::shell::<$mover<1, 4>>(),
                (2, 2) => S::shell::<$mover<2, 2>>(),
                (2, 3) => S::shell::<$mover<2, 3>>(),
                (2, 4) => S::shell::<$mover<2, 4>>(),
                (4, 2) => S::shell::<$mover<4, 2>>(),
                (4, 3) => S::shell::<$mover<4, 3>>(),
                (4, 4) => S::shell::<$mover<4, 4>>(),
                (8, 2) => S::shell::<$mover<8, 2>>(),
                (8, 3) => S::shell::<$mover<8, 3>>(),
                (8, 4) => S::shell::<$mover<8, 4>>(),
                _ => items(plan.item),
            }
        };
    }
    match plan.mover {
        Mover::Interleave => woven!(Interleave, plan.rows.total),
        _ => woven!(Deinterleave, plan.columns.total),
    }
}

fn tiles<S: Shell, const STREAM: bool>(item: usize) -> MoveBlock {
    match item {
        1 => S::shell::<Tiles<1, 16, STREAM>>(),
        2 => S::shell::<Tiles<2, 8, STREAM>>(),
        4 => S::shell::<Tiles<4, 4, STREAM>>(),
        8 => S::shell::<Tiles<8, 2, STREAM>>(),
        16 => S::shell::<Tiles<16, 1, STREAM>>(),
        _ => items(item),
    }
}

/// One item at a time gains nothing from wide vectors.
fn items(item: usize) -> MoveBlock {
    macro_rules! items {
        ($($size:literal)*) => {
            match item {
                $($size => Portable::shell::<Items<$size>>(),)*
                _ => Portable::shell::<AnyItems>(),
            }
        };
    }
    items!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 20 24 32 48 64)
}

/// An instruction set into whose function a mover is inlined.
trait Shell: Isa {
    fn shell<M: Move>() -> MoveBlock;
}

impl Shell for Portable {
    fn shell<M: Move>() -> MoveBlock {
        M::block::<Portable>
    }
}

#[cfg(target_arch = "x86_64")]
impl Shell for Avx2 {
    fn shell<M: Move>() -> MoveBlock {
        move_avx2::<M>
    }
}

#[cfg(target_arch = "x86_64")]
impl Shell for Avx512 {
    fn shell<M: Move>() -> MoveBlock {
        move_avx512::<M>
    }
}

/// # Safety
/// As for [`Move::block`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn move_avx2<M: Move>(block: &Block<'_>) {
    // SAFETY: the caller's promise.
    unsafe { M::block::<Avx2>(block) }
}

#[cfg(target_arch = "x86_64")]
impl Shell for Avx512Vbmi {
    fn shell<M: Move>() -> MoveBlock {
        move_avx512_vbmi::<M>
    }
}

/// # Safety
/// As for [`Move::block`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi")]
unsafe fn move_avx512_vbmi<M: Move>(block: &Block<'_>) {
    // SAFETY: the caller's promise.
    unsafe { M::block::<Avx512Vbmi>(block) }
}

/// # Safety
/// As for [`Move::block`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn move_avx512<M: Move>(block: &Block<'_>) {
    // SAFETY: the caller's promise.
    unsafe { M::block::<Avx512>(block) }
}

/// # Safety
/// As for [`Work::run`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn run_avx2(
    work: &Work<'_>,
    jobs: Range<usize>,
    bench: &mut Bench,
    tick: Tick<'_>,
) -> Result<(), Stopped> {
    // SAFETY: the caller's promise.
    unsafe { work.run::<Avx2>(jobs, bench, tick) }
}

/// # Safety
/// As for [`Work::run`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn run_avx512(
    work: &Work<'_>,
    jobs: Range<usize>,
    bench: &mut Bench,
    tick: Tick<'_>,
) -> Result<(), Stopped> {
    // SAFETY: the caller's promise.
    unsafe { work.run::<Avx512>(jobs, bench, tick) }
}
