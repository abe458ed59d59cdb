//! Survey: a question about the loop orders of a statement, and the whole document that answers it.
//!
//! `out[j] += a[i,j]` over `(4,4):(32,8)+0`: two orders ranked, both simulated, the accesses of
//! the one that was asked about one by one, because they are few.

use std::error::Error;

use stridewise::control::Control;
use stridewise::expr::Pattern;
use stridewise::locality::{
    Effort, Engine, Question, Survey, Surveyed, longest_exact_ns, replay, survey,
};
use stridewise::machine::Machine;
use stridewise::nest::{Nest, StatementError};

use super::Locality;
use crate::traversal::Traversal;

/// Nests with more accesses than this are traced only where that is asked for.
const TRACED: usize = 512;
/// The most accesses that are given one by one.
const MOST_TRACED: usize = 100_000;
/// Accesses of the picture.
const PICTURED: usize = 64;

/// A statement, and what is asked about it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The statement.
    pub pattern: &'a Pattern,
    /// Its loops from outside in, as places in its indices.
    pub order: &'a [usize],
    /// Block sizes, one per place of the order, 0 for a loop left whole; empty without blocks.
    pub blocks: &'a [i64],
    /// How misses may be counted.
    pub effort: Effort,
    /// How many accesses are wanted one by one; `None` for all of them if they are few.
    pub trace: Option<usize>,
}

impl Asked<'_> {
    /// The loops.
    ///
    /// # Errors
    /// Steps beyond 64 bits.
    pub fn nest(&self) -> Result<Nest, StatementError> {
        match self.blocks {
            [] => self.pattern.statement.nest(self.order),
            sizes => self.pattern.statement.blocked_nest(self.order, sizes),
        }
    }

    /// The document, and the survey that it shows.
    ///
    /// # Errors
    /// Steps beyond 64 bits, more work than an exact answer may take, or the caller's wish to stop.
    pub fn answer(
        &self,
        machine: &Machine,
        control: &Control<'_>,
    ) -> Result<(Locality, Survey), Box<dyn Error + Send + Sync>> {
        let Asked { pattern, order, blocks, effort, trace } = *self;
        let nest = self.nest()?;
        let question = Question { order, blocks, effort };
        let survey = survey(&pattern.statement, question, machine, control)?;
        let mut document = Locality::new(pattern, &survey, machine);
        if survey.orders.iter().any(is_sampled) {
            document.notes.push(format!(
                "Sampled where simulating every access would take up to {}: ± is a 95 % interval; --exact insists.",
                duration(longest_exact_ns(&nest))
            ));
        }
        let limit = trace.unwrap_or(TRACED).min(MOST_TRACED);
        let replay = replay(&nest, machine, limit.max(PICTURED));
        document.traversal = Some(Traversal::of(&replay, PICTURED, &pattern.statement, machine));
        if trace.is_some() || replay.is_complete {
            document = document.with_trace(&replay, pattern, machine);
            if let Some(trace) = &mut document.trace {
                trace.complete &= trace.accesses.len() <= limit;
                trace.accesses.truncate(limit);
            }
        }
        Ok((document, survey))
    }
}

fn is_sampled(one: &Surveyed) -> bool {
    one.caches.as_ref().is_some_and(|caches| caches.engine == Engine::Sampled)
}

/// Nanoseconds as `3 s`, `5 min`, `2 h`, `4 d`.
pub fn duration(nanoseconds: f64) -> String {
    match nanoseconds / 1e9 {
        seconds if seconds < 120.0 => format!("{:.0} s", seconds.max(1.0)),
        seconds if seconds < 7200.0 => format!("{:.0} min", seconds / 60.0),
        seconds if seconds < 172_800.0 => format!("{:.0} h", seconds / 3600.0),
        seconds => format!("{:.0} d", seconds / 86_400.0),
    }
}
