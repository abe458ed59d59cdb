//! The clock: processor time of the thread where one thread works, else of the wall.
//!
//! A busy machine takes the processor away from a thread now and then; its own time does not
//! count that. Every entrant of a case is timed by the same clock, Python's too. It has no layout.

/// Which clock.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Processor time of this thread.
    Thread,
    /// Time that passes.
    Wall,
}

impl Clock {
    /// In results.
    pub fn name(self) -> &'static str {
        match self {
            Clock::Thread => "thread",
            Clock::Wall => "wall",
        }
    }

    /// Nanoseconds since some moment.
    pub fn now(self) -> f64 {
        unsafe extern "C" {
            fn clock_gettime(clock: i32, time: *mut [i64; 2]) -> i32;
        }
        const MONOTONIC: i32 = 1;
        const THREAD: i32 = 3;
        let mut time = [0; 2];
        // SAFETY: a timespec is two 64-bit integers on 64-bit Linux.
        unsafe { clock_gettime(if self == Clock::Thread { THREAD } else { MONOTONIC }, &mut time) };
        time[0] as f64 * 1e9 + time[1] as f64
    }
}
