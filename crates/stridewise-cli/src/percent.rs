//! A percentage on stderr while something takes long: on a terminal alone, past half a second.
//!
//! Simulating a product of `(4000,4000):(32000,8)+0` shows `simulating  3 %` on one line, which
//! goes away at the end.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Nobody wants to see what is over sooner.
const QUIET: Duration = Duration::from_millis(500);
/// Between two lines.
const PAUSE: Duration = Duration::from_millis(100);

/// A line that is written over.
pub(crate) struct Percent {
    what: &'static str,
    begun: Instant,
    /// When it was last written, if ever.
    shown: Mutex<Option<Instant>>,
}

impl Percent {
    pub(crate) fn new(what: &'static str) -> Percent {
        Percent { what, begun: Instant::now(), shown: Mutex::new(None) }
    }

    /// Shows how far it is, unless it was shown just now.
    pub(crate) fn at(&self, done: u64, total: u64) {
        if self.begun.elapsed() < QUIET || !stderr().is_terminal() {
            return;
        }
        let Ok(mut shown) = self.shown.lock() else { return };
        if shown.is_some_and(|shown| shown.elapsed() < PAUSE) {
            return;
        }
        *shown = Some(Instant::now());
        let share = u128::from(done) * 100 / u128::from(total.max(1));
        let _ = write!(stderr(), "\r{} {:3} %", self.what, share.min(100));
    }
}

impl Drop for Percent {
    fn drop(&mut self) {
        if self.shown.lock().is_ok_and(|shown| shown.is_some()) {
            let _ = write!(stderr(), "\r{:width$}\r", "", width = self.what.len() + 8);
        }
    }
}
