//! Goals beside the cases, and what the measured ratios say about them.
//!
//! ```text
//! goal stridewise / stream 0.75 0.90     at least 0.75 times as fast, aim for 0.90
//! goal stridewise / peers 0.95           against whichever peer is the fastest
//! goal mean stridewise / peers 2         the geometric mean over the cases of the class
//! goal stridewise within 100 of hand     at most 100 ns more
//! goal stridewise below 50               at most 50 ns
//! ```
//! Speed of `(4096,4096):(8,32768)+0` at 22 of 28 GB/s is 0.79 of its floor: the must is met.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rounds::{Kind, Timing};
use crate::statistics::{geometric_mean, median, median_ratio};

/// The word for whichever peer is the fastest.
const PEERS: &str = "peers";

/// What is hoped for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// Whose speed is meant.
    pub who: String,
    /// What is asked of it.
    pub asked: Asked,
    /// What has to be reached.
    pub must: f64,
    /// What would be better.
    pub aim: Option<f64>,
}

/// How a goal is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// At least so many times as fast as another, in each case.
    Ratio(String),
    /// The same, as the geometric mean over a class.
    Mean(String),
    /// At most so many nanoseconds more than another.
    Within(String),
    /// At most so many nanoseconds.
    Below,
}

impl Goal {
    pub(crate) fn parse(text: &str) -> Result<Goal, String> {
        let wrong = || format!("`{text}` is no goal");
        let number = |word: &str| word.parse::<f64>().ok().filter(|number| *number > 0.0);
        let text = text.trim();
        let (who, asked, must, aim) = if let Some((who, rest)) = text.split_once(" / ") {
            // Names may be of several words; the numbers are the last one or two.
            let (rest, last) = rest.rsplit_once(' ').ok_or_else(wrong)?;
            let last = number(last).ok_or_else(wrong)?;
            let (against, must, aim) = match rest.rsplit_once(' ') {
                Some((against, must)) if number(must).is_some() => {
                    (against, number(must).ok_or_else(wrong)?, Some(last))
                }
                _ => (rest, last, None),
            };
            match who.strip_prefix("mean ") {
                Some(who) => (who, Asked::Mean(against.to_string()), must, aim),
                None => (who, Asked::Ratio(against.to_string()), must, aim),
            }
        } else if let Some((who, rest)) = text.split_once(" within ") {
            let (must, against) = rest.split_once(" of ").ok_or_else(wrong)?;
            (who, Asked::Within(against.to_string()), number(must).ok_or_else(wrong)?, None)
        } else {
            let (who, must) = text.split_once(" below ").ok_or_else(wrong)?;
            (who, Asked::Below, number(must).ok_or_else(wrong)?, None)
        };
        Ok(Goal { who: who.to_string(), asked, must, aim })
    }

    /// Whether more is better.
    fn more(&self) -> bool {
        matches!(self.asked, Asked::Ratio(_) | Asked::Mean(_))
    }

    fn judge(&self, reached: f64) -> Verdict {
        let meets = |wanted: f64| if self.more() { reached >= wanted } else { reached <= wanted };
        let grade = match self.aim {
            _ if !meets(self.must) => Grade::Missed,
            Some(aim) if meets(aim) => Grade::Aim,
            _ => Grade::Must,
        };
        let part = if self.more() { reached / self.must } else { self.must / reached };
        Verdict { goal: self.clone(), reached, part, grade }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Goal { who, asked, must, aim } = self;
        match asked {
            Asked::Ratio(against) => write!(f, "{who} / {against} >= {must}")?,
            Asked::Mean(against) => write!(f, "mean of {who} / {against} >= {must}")?,
            Asked::Within(against) => write!(f, "{who} - {against} <= {must} ns")?,
            Asked::Below => write!(f, "{who} <= {must} ns")?,
        }
        aim.map_or(Ok(()), |aim| write!(f, ", aim {aim}"))
    }
}

/// How far a goal was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Not even the must.
    Missed,
    /// The must.
    Must,
    /// What was aimed for.
    Aim,
}

/// A goal beside what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What was hoped for.
    pub goal: Goal,
    /// The ratio or the nanoseconds.
    pub reached: f64,
    /// The part of the must that was reached: below 1 where it was missed.
    pub part: f64,
    /// What that amounts to.
    pub grade: Grade,
}

/// The verdicts on one case. Goals about entrants that did not take part have none.
pub fn verdicts(goals: &[Goal], timings: &[Timing]) -> Vec<Verdict> {
    let judge = |goal: &Goal| {
        let who = timings.iter().find(|timing| timing.name == goal.who)?;
        let against = |name: &String| timings.iter().find(|timing| timing.name == *name);
        let reached = match &goal.asked {
            Asked::Ratio(name) if name == PEERS => against_peers(who, timings)?,
            Asked::Ratio(name) => median_ratio(&who.nanoseconds, &against(name)?.nanoseconds)?,
            Asked::Within(name) => {
                let other = &against(name)?.nanoseconds;
                median(who.nanoseconds.iter().zip(other).map(|(who, other)| who - other))?
            }
            Asked::Below => median(who.nanoseconds.iter().copied())?,
            Asked::Mean(_) => return None,
        };
        Some(goal.judge(reached))
    };
    goals.iter().filter_map(judge).collect()
}

/// The verdicts on a class: for each goal about a mean, the cases' goals and timings together.
pub fn geometric_verdicts(cases: &[(&[Goal], &[Timing])]) -> Vec<Verdict> {
    let mut goals: Vec<&Goal> = Vec::new();
    for goal in cases.iter().flat_map(|(goals, _)| goals.iter()) {
        if matches!(goal.asked, Asked::Mean(_)) && !goals.contains(&goal) {
            goals.push(goal);
        }
    }
    let judge = |goal: &Goal| {
        let Asked::Mean(name) = &goal.asked else { return None };
        let with_goal = cases.iter().filter(|(goals, _)| goals.contains(goal));
        let ratios = with_goal.filter_map(|(_, timings)| {
            let who = timings.iter().find(|timing| timing.name == goal.who)?;
            if name == PEERS {
                return against_peers(who, timings);
            }
            let against = timings.iter().find(|timing| timing.name == *name)?;
            median_ratio(&who.nanoseconds, &against.nanoseconds)
        });
        Some(goal.judge(geometric_mean(ratios)?))
    };
    goals.into_iter().filter_map(judge).collect()
}

/// The least of the ratios against the peers whose results were right.
fn against_peers(who: &Timing, timings: &[Timing]) -> Option<f64> {
    let peers = timings.iter().filter(|timing| timing.kind == Kind::Peer && timing.right);
    let ratios = peers.filter_map(|peer| median_ratio(&who.nanoseconds, &peer.nanoseconds));
    ratios.min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing(name: &str, kind: Kind, nanoseconds: &[f64]) -> Timing {
        let (name, nanoseconds) = (name.to_string(), nanoseconds.to_vec());
        Timing { name, kind, nanoseconds, right: true, checksum: 0, failed: None }
    }

    fn check(goal: &str, reached: f64, grade: Grade) {
        let timings = [
            timing("ours", Kind::Ours, &[10.0, 20.0, 10.0]),
            timing("floor", Kind::Floor, &[8.0, 16.0, 8.0]),
            timing("slow", Kind::Peer, &[100.0, 200.0, 100.0]),
            timing("fast", Kind::Peer, &[12.0, 24.0]),
            Timing { right: false, ..timing("wrong", Kind::Peer, &[1.0, 1.0, 1.0]) },
        ];
        let goals = [Goal::parse(goal).unwrap()];
        let verdicts = verdicts(&goals, &timings);
        assert!((verdicts[0].reached - reached).abs() < 1e-12, "{goal}: {verdicts:?}");
        assert_eq!(verdicts[0].grade, grade, "{goal}");
        assert_eq!(verdicts[0].part < 1.0, grade == Grade::Missed, "{goal}");
    }

    #[test]
    fn goals_about_one_case() {
        check("ours / floor 0.8 0.9", 0.8, Grade::Must);
        check("ours / floor 0.7 0.8", 0.8, Grade::Aim);
        check("ours / floor 0.81 0.9", 0.8, Grade::Missed);
        check("ours / slow 10", 10.0, Grade::Must);
        check("ours / peers 1.2", 1.2, Grade::Must); // "wrong" does not count
        check("ours / peers 1.3", 1.2, Grade::Missed);
        check("ours within 2 of floor", 2.0, Grade::Must);
        check("ours within 1 of floor", 2.0, Grade::Missed);
        check("ours below 10", 10.0, Grade::Must);
        check("ours below 9", 10.0, Grade::Missed);
    }

    #[test]
    fn who_is_absent_is_not_judged() {
        let goal = [Goal::parse("ours / numpy 2").unwrap()];
        assert_eq!(verdicts(&goal, &[timing("ours", Kind::Ours, &[1.0])]), []);
        assert_eq!(verdicts(&goal, &[timing("numpy", Kind::Peer, &[1.0])]), []);
    }

    #[test]
    fn means_run_over_a_class() {
        let goals = [Goal::parse("mean ours / peers 2 5").unwrap()];
        let one = [timing("ours", Kind::Ours, &[1.0]), timing("peer", Kind::Peer, &[2.0])];
        let two = [timing("ours", Kind::Ours, &[1.0]), timing("peer", Kind::Peer, &[8.0])];
        let verdicts = geometric_verdicts(&[(&goals, &one), (&goals, &two)]);
        assert_eq!((verdicts[0].reached, verdicts[0].grade), (4.0, Grade::Must));
        assert_eq!(super::verdicts(&goals, &one), []);
    }

    #[test]
    fn goals_that_are_none() {
        for text in ["", "a", "a / b", "a / b x", "a / b 0", "a below", "a / b 1 x"] {
            assert!(Goal::parse(text).is_err(), "{text}");
        }
        let goal = Goal::parse("stridewise x2 / numpy copy 1.8 1.95").unwrap();
        assert_eq!(goal.to_string(), "stridewise x2 / numpy copy >= 1.8, aim 1.95");
    }
}
