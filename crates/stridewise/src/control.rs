//! How a caller watches and stops a long operation.
//!
//! Long operations take a [`Control`] and ask it after every block of at most about 10 ms of
//! work. Python's asks for signals, the command line's draws a bar, [`Control::quiet`] does
//! neither. Worked: copying `(4000,4000):(32000,8)+0` reports after every few rows.
#![forbid(unsafe_code)]

use std::fmt;

/// What the caller answers when it hears of progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Go on.
    Continue,
    /// Return [`Stopped`] as soon as possible.
    Stop,
}

/// The caller asked a long operation to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped as asked")
    }
}

impl std::error::Error for Stopped {}

/// Threads to use, and whom to tell of progress.
pub struct Control<'a> {
    threads: usize,
    report: &'a (dyn Fn(u64, u64) -> Reply + Sync),
}

impl Control<'static> {
    /// One thread, nobody to tell.
    pub fn quiet() -> Control<'static> {
        Control { threads: 1, report: &|_, _| Reply::Continue }
    }
}

impl<'a> Control<'a> {
    /// One thread, telling `report(done, total)` in units of the operation's choice.
    ///
    /// ```
    /// use stridewise::control::{Reply, Control, Stopped};
    /// let control = Control::reporting(&|done, total| {
    ///     if done * 2 > total { Reply::Stop } else { Reply::Continue }
    /// });
    /// assert_eq!(control.tell(50, 100), Ok(()));
    /// assert_eq!(control.tell(51, 100), Err(Stopped));
    /// ```
    pub fn reporting(report: &'a (dyn Fn(u64, u64) -> Reply + Sync)) -> Control<'a> {
        Control { threads: 1, report }
    }

    /// The same with a number of threads; 0 counts as 1.
    pub fn with_threads(mut self, threads: usize) -> Control<'a> {
        self.threads = threads.max(1);
        self
    }

    /// How many threads the operation may use.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// What the caller answers to being told how far the operation is.
    pub fn reply(&self, done: u64, total: u64) -> Reply {
        (self.report)(done, total)
    }

    /// Tells the caller how far the operation is.
    ///
    /// # Errors
    /// The caller wants it to stop.
    pub fn tell(&self, done: u64, total: u64) -> Result<(), Stopped> {
        match self.reply(done, total) {
            Reply::Continue => Ok(()),
            Reply::Stop => Err(Stopped),
        }
    }
}

impl fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("threads", &self.threads).finish_non_exhaustive()
    }
}
