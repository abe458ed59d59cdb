//! Signals: a wish to stop, noticed at the next report of progress.
//!
//! Ctrl-C sets a number that the operation's `Control` looks at; the operation then cleans up after
//! itself. It is the program that decides how to end, so nothing half done stays behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::SigId;

/// Watches for signals while it lives.
#[derive(Debug)]
pub(crate) struct Signals {
    caught: Arc<AtomicUsize>,
    registered: Vec<SigId>,
}

impl Signals {
    /// Begins to watch. Where the system refuses, signals end the process as ever.
    pub(crate) fn watch() -> Signals {
        let caught = Arc::new(AtomicUsize::new(0));
        let registered = wishes_to_stop().iter().filter_map(|&signal| {
            let number = usize::try_from(signal).ok()?;
            signal_hook::flag::register_usize(signal, Arc::clone(&caught), number).ok()
        });
        let mut registered: Vec<SigId> = registered.collect();
        registered.extend(writes_that_fail());
        Signals { caught, registered }
    }

    /// The signal that was caught last, if any.
    pub(crate) fn caught(&self) -> Option<u8> {
        u8::try_from(self.caught.load(Ordering::Relaxed)).ok().filter(|&signal| signal != 0)
    }
}

impl Signals {
    /// Ends the process by the signal that was caught, if any, as if nobody had watched.
    pub(crate) fn heed(self) {
        if let Some(signal) = self.caught() {
            // Where it cannot, the run goes on.
            let _ = signal_hook::low_level::emulate_default_handler(signal.into());
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
        // Without an action left, signals would do nothing from now on.
        for &signal in wishes_to_stop() {
            let always = Arc::new(AtomicBool::new(true));
            let _ = signal_hook::flag::register_conditional_default(signal, always);
        }
    }
}

#[cfg(unix)]
fn wishes_to_stop() -> &'static [i32] {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    &[SIGINT, SIGTERM, SIGHUP]
}

#[cfg(not(unix))]
fn wishes_to_stop() -> &'static [i32] {
    use signal_hook::consts::{SIGINT, SIGTERM};
    &[SIGINT, SIGTERM]
}

/// Beyond the largest file that is allowed, a write is to fail instead of ending the process.
#[cfg(unix)]
fn writes_that_fail() -> Option<SigId> {
    let unused = Arc::new(AtomicBool::new(false));
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, unused).ok()
}

#[cfg(not(unix))]
fn writes_that_fail() -> Option<SigId> {
    None
}
