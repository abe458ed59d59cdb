//! The harness of benches/: cases, goals, rounds and results, without any kernel or peer.
//!
//! A [`Case`] is one line of a file in `benches/cases`: what to do to which array. An
//! [`Entrant`] is somebody who does it once into a given destination and says how long it took.
//! [`measure`] lets entrants take turns, [`Verdict`]s hold the ratios beside the goals, and a
//! [`Record`] keeps all of it as data. `copy f8 4,3 by 1,0` reads `(3,4):(8,24)+0`.
#![forbid(unsafe_code)]

mod case;
mod checksum;
mod goal;
mod record;
mod rounds;
mod statistics;
mod table;

pub use case::{Case, CaseError, parse_family, read_family};
pub use checksum::{checksum, rounded_checksum};
pub use goal::{Goal, Grade, Verdict, geometric_verdicts, verdicts};
pub use record::{CaseRecord, EntrantRecord, MachineRecord, Record};
pub use rounds::{Contender, Entrant, Expect, Kind, Rounds, Timing, measure};
pub use statistics::{geometric_mean, median, median_ratio};
pub use table::{against_peers, by_class, markdown, one_case, shortfalls};
