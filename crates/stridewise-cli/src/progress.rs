//! Progress: a bar with rate and time left, on stderr where that is a terminal.
//!
//! It appears once an operation has taken half a second, so that quick ones do not flicker.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stridewise_report::text::Glyphs;

/// Operations below this show nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// The bar of one operation; it is removed with its value.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    shows: bool,
}

impl Progress {
    /// A bar for an operation that begins now.
    pub(crate) fn new(glyphs: Glyphs) -> Progress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let template = "{bar:30} {percent:>3} %  {bytes_per_sec}  {eta} left";
        // The template is known to be one; were it not, the default bar would show.
        let style = ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
        bar.set_style(match glyphs {
            Glyphs::Ascii => style.progress_chars("#>-"),
            Glyphs::Unicode => style.progress_chars("█▌ "),
        });
        Progress { bar, begun: Instant::now(), shows: io::stderr().is_terminal() }
    }

    /// So many bytes of so many are done.
    pub(crate) fn at(&self, done: u64, total: u64) {
        if !self.shows || self.begun.elapsed() < PATIENCE {
            return;
        }
        if self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
