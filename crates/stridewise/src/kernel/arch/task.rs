//! Tasks: plain Rust that is compiled once for each instruction set.
//!
//! Loops over elements need no intrinsics, only permission to use wide vectors. A [`Task`] is such
//! a loop with its operands, inlined into one shell per backend: `Backend::Avx2.run(task)` is
//! `task.run()` with 256-bit vectors. Rust never fuses or reorders floating-point operations, so
//! all backends give the same bits.

use super::Backend;

/// Work that a backend can run.
pub(crate) trait Task {
    /// What it returns.
    type Output;

    /// Does the work. Implementations are `#[inline(always)]`, and so is what they call in loops.
    fn run(self) -> Self::Output;
}

impl Backend {
    /// Runs a task with these instructions, or plain ones where the processor lacks them.
    #[inline]
    pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has them.
            Backend::Avx512 if self.is_there() => unsafe { run_avx512(task) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: the processor has them.
            Backend::Avx2 if self.is_there() => unsafe { run_avx2(task) },
            _ => task.run(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<T: Task>(task: T) -> T::Output {
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
fn run_avx512<T: Task>(task: T) -> T::Output {
    task.run()
}
