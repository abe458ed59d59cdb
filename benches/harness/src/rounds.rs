//! Rounds: entrants take turns, so that what slows the machine down slows all of them.
//!
//! First each runs once into a cleared destination and its result's checksum is compared; then
//! come the rounds, in an order that moves on by one entrant each time. Who is much slower than
//! the fastest takes part in the first third of the rounds only. Small cases such as `(8,8):(8,64)+0`
//! are repeated within a turn until the clock can see them.

use serde::{Deserialize, Serialize};

use crate::checksum::{checksum, rounded_checksum};

/// Runs a case once into a given destination; the harness knows nothing else of it.
pub trait Contender {
    /// Runs the case so many times and says how many nanoseconds one of them took.
    ///
    /// # Errors
    /// Why it could not run.
    fn run(&mut self, repeats: u32) -> Result<f64, String>;

    /// Clears the destination, runs the case once, and shows the bytes of the result.
    ///
    /// # Errors
    /// Why it could not run.
    fn show(&mut self, look: &mut dyn FnMut(&[u8])) -> Result<(), String>;
}

/// What an entrant is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As fast as the machine can be.
    Floor,
    /// This project.
    Ours,
    /// Somebody else's.
    Peer,
}

/// What the result of an entrant should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// What the case asks for.
    Result,
    /// The same floats of so many bytes, but for their last bits.
    Nearly(usize),
    /// The bytes of the source as they lie: a floor that only moves them.
    Source,
    /// Nothing that could be compared.
    Nothing,
}

/// A contender with its name.
pub struct Entrant {
    /// Unique within a case.
    pub name: String,
    /// What it is there for.
    pub kind: Kind,
    /// What its result should be.
    pub expect: Expect,
    /// Who runs.
    pub contender: Box<dyn Contender>,
}

/// How the turns are taken.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// How many.
    pub rounds: u32,
    /// A turn lasts at least about so long, in nanoseconds.
    pub turn: f64,
    /// Who is so many times slower than the fastest takes part in a third of the rounds.
    pub slow: f64,
}

impl Default for Rounds {
    fn default() -> Self {
        Rounds { rounds: 7, turn: 2e6, slow: 6.0 }
    }
}

/// What one entrant did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Who.
    pub name: String,
    /// What it is there for.
    pub kind: Kind,
    /// Nanoseconds of one run, for each round that it took part in.
    pub nanoseconds: Vec<f64>,
    /// Whether the result was right, or nothing could be compared.
    pub right: bool,
    /// The checksum of its result.
    pub checksum: u64,
    /// Why it did not run.
    pub failed: Option<String>,
}

/// Checks every entrant, then times them in turn. `wanted` and `source` are the checksums of the
/// right result and of the source's bytes.
pub fn measure(entrants: &mut [Entrant], plan: &Rounds, wanted: u64, source: u64) -> Vec<Timing> {
    let mut timings: Vec<Timing> =
        entrants.iter_mut().map(|entrant| checked(entrant, wanted, source)).collect();
    let mut repeats = vec![1; entrants.len()];
    for ((entrant, timing), repeats) in entrants.iter_mut().zip(&mut timings).zip(&mut repeats) {
        // Twice where it is short: the first run may have met cold caches and sleeping cores.
        for _ in 0..2 {
            let Some(time) = turn(entrant, timing, *repeats) else { break };
            *repeats = repeats_of(plan.turn, time);
            if time > plan.turn {
                break;
            }
        }
    }
    let count = entrants.len();
    for round in 0..plan.rounds {
        let fastest = fastest(&timings);
        for step in 0..count {
            let at = (round as usize + step) % count;
            let slow =
                timings[at].nanoseconds.first().is_some_and(|&time| time > plan.slow * fastest);
            if round >= plan.rounds.div_ceil(3) && slow {
                continue;
            }
            if let Some(time) = turn(&mut entrants[at], &mut timings[at], repeats[at]) {
                timings[at].nanoseconds.push(time);
            }
        }
    }
    timings
}

fn checked(entrant: &mut Entrant, wanted: u64, source: u64) -> Timing {
    let mut sum = 0;
    let result = entrant.contender.show(&mut |bytes| {
        sum = match entrant.expect {
            Expect::Nearly(itemsize) => rounded_checksum(bytes, itemsize),
            _ => checksum(bytes),
        }
    });
    let right = match entrant.expect {
        Expect::Result | Expect::Nearly(_) => sum == wanted,
        Expect::Source => sum == source,
        Expect::Nothing => true,
    };
    Timing {
        name: entrant.name.clone(),
        kind: entrant.kind,
        nanoseconds: Vec::new(),
        right: right && result.is_ok(),
        checksum: sum,
        failed: result.err(),
    }
}

/// One turn, unless the entrant failed before; a failure is kept.
fn turn(entrant: &mut Entrant, timing: &mut Timing, repeats: u32) -> Option<f64> {
    if timing.failed.is_some() {
        return None;
    }
    match entrant.contender.run(repeats) {
        Ok(time) => Some(time),
        Err(why) => {
            timing.failed = Some(why);
            None
        }
    }
}

fn repeats_of(turn: f64, time: f64) -> u32 {
    let repeats = (turn / time.max(1.0)).clamp(1.0, 1e6);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let repeats = repeats as u32;
    repeats
}

fn fastest(timings: &[Timing]) -> f64 {
    let first = timings.iter().filter_map(|timing| timing.nanoseconds.first().copied());
    first.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    /// Takes a fixed time, and writes down when it ran.
    struct Clockwork {
        name: &'static str,
        time: f64,
        result: Result<Vec<u8>, String>,
        log: Rc<RefCell<Vec<&'static str>>>,
    }

    impl Contender for Clockwork {
        fn run(&mut self, _: u32) -> Result<f64, String> {
            self.log.borrow_mut().push(self.name);
            Ok(self.time)
        }
        fn show(&mut self, look: &mut dyn FnMut(&[u8])) -> Result<(), String> {
            look(&self.result.clone()?);
            Ok(())
        }
    }

    /// A name, a time, and the result that it shows.
    type Who<'a> = (&'static str, f64, Result<&'a [u8], &'a str>);

    fn run(rounds: u32, who: &[Who<'_>]) -> (Vec<Timing>, String) {
        let log = Rc::new(RefCell::new(Vec::new()));
        let entrant = |&(name, time, result): &Who<'_>| {
            let result = result.map(<[u8]>::to_vec).map_err(str::to_string);
            let contender = Box::new(Clockwork { name, time, result, log: log.clone() });
            Entrant { name: name.to_string(), kind: Kind::Peer, expect: Expect::Result, contender }
        };
        let mut entrants: Vec<Entrant> = who.iter().map(entrant).collect();
        let plan = Rounds { rounds, turn: 1.0, slow: 6.0 };
        let timings = measure(&mut entrants, &plan, checksum(&[1, 2, 3]), 0);
        let log = log.borrow().concat();
        (timings, log)
    }

    #[test]
    fn entrants_take_turns_in_a_fixed_order() {
        let right: Result<&[u8], &str> = Ok(&[1, 2, 3]);
        let who = [("a", 2.0, right), ("b", 3.0, right), ("c", 4.0, right)];
        let (timings, log) = run(4, &who);
        assert_eq!(log, "abc".to_string() + "abc" + "bca" + "cab" + "abc");
        assert!(timings.iter().all(|timing| timing.right && timing.nanoseconds.len() == 4));
        assert_eq!(run(4, &who).1, log);
    }

    #[test]
    fn who_is_slow_takes_part_in_a_third_of_the_rounds() {
        let right: Result<&[u8], &str> = Ok(&[1, 2, 3]);
        let (timings, _) = run(9, &[("a", 1.0, right), ("b", 7.0, right), ("c", 6.0, right)]);
        let counts: Vec<usize> = timings.iter().map(|timing| timing.nanoseconds.len()).collect();
        assert_eq!(counts, [9, 3, 9]);
    }

    #[test]
    fn a_wrong_peer_is_found_and_a_failing_one_does_not_run() {
        let (timings, log) = run(
            1,
            &[("a", 1.0, Ok(&[1, 2, 3])), ("b", 1.0, Ok(&[1, 3, 2])), ("c", 1.0, Err("no"))],
        );
        let right: Vec<bool> = timings.iter().map(|timing| timing.right).collect();
        assert_eq!(right, [true, false, false]);
        assert_eq!(timings[2].failed.as_deref(), Some("no"));
        assert!(!log.contains('c'));
        assert_eq!(timings[1].nanoseconds.len(), 1); // a wrong one is shown beside the others
    }

    #[test]
    fn rounding_is_forgiven_where_the_case_says_so() {
        let bytes: [u8; 8] = (0.1f64 + 0.2).to_le_bytes();
        let clockwork =
            Clockwork { name: "a", time: 1.0, result: Ok(bytes.to_vec()), log: Rc::default() };
        let mut entrant = Entrant {
            name: "a".to_string(),
            kind: Kind::Peer,
            expect: Expect::Nearly(8),
            contender: Box::new(clockwork),
        };
        let wanted = |value: f64| rounded_checksum(&value.to_le_bytes(), 8);
        assert!(checked(&mut entrant, wanted(0.3), 0).right);
        assert!(!checked(&mut entrant, wanted(0.300_001), 0).right);
        entrant.expect = Expect::Result;
        assert!(!checked(&mut entrant, checksum(&0.3f64.to_le_bytes()), 0).right);
    }

    #[test]
    fn small_cases_are_repeated() {
        assert_eq!(repeats_of(2e6, 100.0), 20_000);
        assert_eq!(repeats_of(2e6, 1e9), 1);
        assert_eq!(repeats_of(2e6, 0.0), 1_000_000);
    }
}
