//! Records: results as data, written beside the machine they were measured on.
//!
//! A record is a JSON document. Running one family again replaces its cases and leaves the
//! others, so that a whole run can be made in pieces; each case keeps the date and the commit
//! that it was measured at. A case such as `copy f8 2,3 by 1,0` is found by family and name.

use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::goal::{Goal, Verdict, geometric_verdicts, verdicts};
use crate::rounds::{Kind, Timing};
use crate::statistics::{median, median_ratio};

/// All results of one machine and one day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Where.
    pub machine: MachineRecord,
    /// What took part, with versions.
    pub versions: Vec<String>,
    /// One for each case, in the order of the families' files.
    pub cases: Vec<CaseRecord>,
}

/// The machine in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineRecord {
    /// Its processor.
    pub cpu: String,
    /// How many can run at once.
    pub cores: usize,
    /// Level, size, ways and line of each cache.
    pub caches: Vec<String>,
    /// Bytes of memory.
    pub memory: u64,
    /// The instructions that kernels use.
    pub isa: String,
    /// The system and its version.
    pub system: String,
    /// When huge pages are given.
    pub huge_pages: String,
}

/// One case with all who took part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CaseRecord {
    /// The family.
    pub family: String,
    /// What the goals are given for.
    pub class: String,
    /// The case's line.
    pub name: String,
    /// Bytes of the source.
    pub bytes: usize,
    /// Bytes read and written, which GB/s count.
    pub moved: usize,
    /// The day, as 2026-11-23.
    pub date: String,
    /// The commit that was measured.
    pub commit: String,
    /// The checksum of the right result, in hexadecimal.
    pub checksum: String,
    /// Which clock: `thread` (processor time of the thread) or `wall`.
    pub clock: String,
    /// What was hoped for.
    pub goals: Vec<Goal>,
    /// The goals about this case beside what was measured.
    pub verdicts: Vec<Verdict>,
    /// Who took part.
    pub entrants: Vec<EntrantRecord>,
}

/// One who took part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EntrantRecord {
    /// Who, and what it did.
    #[serde(flatten)]
    pub timing: Timing,
    /// The median over its rounds; none where it failed.
    pub median: Option<f64>,
}

impl CaseRecord {
    /// A measured case.
    pub fn new(case: &Case, timings: Vec<Timing>, wanted: u64, moved: usize) -> CaseRecord {
        let verdicts = verdicts(&case.goals, &timings);
        let entrant = |timing: Timing| {
            let median = median(timing.nanoseconds.iter().copied());
            EntrantRecord { timing, median }
        };
        CaseRecord {
            family: case.family.clone(),
            class: case.class.clone(),
            name: case.name(),
            bytes: case.bytes(),
            moved,
            date: String::new(),
            commit: String::new(),
            checksum: format!("{wanted:016x}"),
            clock: "thread".to_string(),
            goals: case.goals.clone(),
            verdicts,
            entrants: timings.into_iter().map(entrant).collect(),
        }
    }

    /// Gigabytes a second of an entrant, reads and writes counted; none where nothing is moved.
    pub fn gigabytes(&self, entrant: &EntrantRecord) -> Option<f64> {
        entrant.median.filter(|_| self.moved > 0).map(|median| self.moved as f64 / median)
    }

    /// The entrant of that name.
    pub fn entrant(&self, name: &str) -> Option<&EntrantRecord> {
        self.entrants.iter().find(|entrant| entrant.timing.name == name)
    }

    /// How many times faster than another an entrant was.
    pub fn ratio(&self, who: &str, against: &str) -> Option<f64> {
        let (who, against) = (self.entrant(who)?, self.entrant(against)?);
        median_ratio(&who.timing.nanoseconds, &against.timing.nanoseconds)
    }

    /// How many times faster ours was than the best peer.
    pub fn lead(&self) -> Option<f64> {
        match self.winner()? {
            (name, Some(lead)) if self.entrant(name)?.timing.kind == Kind::Peer => Some(1.0 / lead),
            (_, lead) => lead,
        }
    }

    /// The fastest of ours and of the peers whose result was right, and how many times faster it
    /// was than the best of the other side.
    pub fn winner(&self) -> Option<(&str, Option<f64>)> {
        let best = |kind: Kind| {
            let ran = self.entrants.iter().filter(move |entrant| {
                let timing = &entrant.timing;
                timing.kind == kind && timing.right && entrant.median.is_some()
            });
            // The first of ours is the one that users get; the others are columns.
            if kind == Kind::Ours {
                return ran.into_iter().next();
            }
            ran.min_by(|one, other| {
                one.median.unwrap_or(0.0).total_cmp(&other.median.unwrap_or(0.0))
            })
        };
        match (best(Kind::Ours), best(Kind::Peer)) {
            (Some(ours), Some(peer)) => {
                let ratio = self.ratio(&ours.timing.name, &peer.timing.name)?;
                Some(match ratio >= 1.0 {
                    true => (&ours.timing.name, Some(ratio)),
                    false => (&peer.timing.name, Some(1.0 / ratio)),
                })
            }
            (Some(only), None) | (None, Some(only)) => Some((&only.timing.name, None)),
            (None, None) => None,
        }
    }
}

impl Record {
    /// Puts a case in the place of its earlier result, or at the end.
    pub fn put(&mut self, case: CaseRecord) {
        let same = |old: &&mut CaseRecord| (&old.family, &old.name) == (&case.family, &case.name);
        match self.cases.iter_mut().find(same) {
            Some(old) => *old = case,
            None => self.cases.push(case),
        }
    }

    /// Keeps the cases that are still in the files, in the files' order.
    pub fn arrange(&mut self, cases: &[Case]) {
        let place = |old: &CaseRecord| {
            cases.iter().position(|case| case.family == old.family && case.name() == old.name)
        };
        self.cases.retain(|old| place(old).is_some());
        self.cases.sort_by_key(place);
    }

    /// The verdicts about whole classes, each with its family and class.
    pub fn class_verdicts<'a>(&'a self) -> Vec<(&'a str, &'a str, Verdict)> {
        let mut classes: Vec<(&str, &str)> = Vec::new();
        for case in &self.cases {
            if !classes.contains(&(&case.family, &case.class)) {
                classes.push((&case.family, &case.class));
            }
        }
        let of = |(family, class): (&'a str, &'a str)| {
            let cases =
                self.cases.iter().filter(|case| case.family == family && case.class == class);
            let timings: Vec<(&[Goal], Vec<Timing>)> = cases
                .map(|case| {
                    let timings = case.entrants.iter().map(|entrant| entrant.timing.clone());
                    (case.goals.as_slice(), timings.collect())
                })
                .collect();
            let borrowed: Vec<(&[Goal], &[Timing])> =
                timings.iter().map(|(goals, timings)| (*goals, timings.as_slice())).collect();
            geometric_verdicts(&borrowed)
        };
        let named = |class: (&'a str, &'a str)| {
            of(class).into_iter().map(move |verdict| (class.0, class.1, verdict))
        };
        classes.into_iter().flat_map(named).collect()
    }

    /// The record in a JSON document.
    ///
    /// # Errors
    /// What serde says.
    pub fn parse(text: &str) -> Result<Record, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// As a JSON document.
    ///
    /// # Errors
    /// What serde says.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::parse_family;

    fn measured(family: &str, line: &str, times: &[(&str, Kind, &[f64])]) -> CaseRecord {
        let text = format!("class c\ngoal ours / peers 0.95\ngoal mean ours / peers 2\n{line}");
        let case = parse_family(family, &text).unwrap().remove(0);
        let timing = |&(name, kind, times): &(&str, Kind, &[f64])| Timing {
            name: name.to_string(),
            kind,
            nanoseconds: times.to_vec(),
            right: true,
            checksum: 1,
            failed: None,
        };
        CaseRecord::new(&case, times.iter().map(timing).collect(), 1, 2 * case.bytes())
    }

    #[test]
    fn a_case_measured_again_takes_its_own_place() {
        let mut record = Record::default();
        record.put(measured("a", "copy f8 2", &[("ours", Kind::Ours, &[1.0])]));
        record.put(measured("b", "copy f8 2", &[("ours", Kind::Ours, &[2.0])]));
        record.put(measured("a", "copy f8 2", &[("ours", Kind::Ours, &[3.0])]));
        let medians: Vec<f64> =
            record.cases.iter().filter_map(|case| case.entrants[0].median).collect();
        assert_eq!(medians, [3.0, 2.0]);
        let again = Record::parse(&record.to_json().unwrap()).unwrap();
        assert_eq!(again, record);

        let cases = parse_family("b", "copy f8 2").unwrap();
        record.arrange(&cases);
        assert_eq!(record.cases.len(), 1);
    }

    #[test]
    fn winners_are_named_with_their_lead() {
        let peer: (&str, Kind, &[f64]) = ("peer", Kind::Peer, &[4.0, 4.0]);
        let case = measured("a", "copy f8 2", &[("ours", Kind::Ours, &[2.0, 2.0]), peer]);
        assert_eq!(case.winner(), Some(("ours", Some(2.0))));
        assert_eq!(case.gigabytes(&case.entrants[0]), Some(16.0));
        let case = measured("a", "copy f8 2", &[("ours", Kind::Ours, &[8.0, 8.0]), peer]);
        assert_eq!(case.winner(), Some(("peer", Some(2.0))));
        assert_eq!(measured("a", "copy f8 2", &[peer]).winner(), Some(("peer", None)));
    }

    #[test]
    fn classes_have_verdicts_of_their_own() {
        let mut record = Record::default();
        for (line, time) in [("copy f8 2", 2.0), ("copy f8 3", 8.0)] {
            let times: [(&str, Kind, &[f64]); 2] =
                [("ours", Kind::Ours, &[1.0]), ("peer", Kind::Peer, &[time])];
            record.put(measured("a", line, &times));
        }
        let verdicts = record.class_verdicts();
        assert_eq!(verdicts.len(), 1);
        assert_eq!((verdicts[0].0, verdicts[0].1, verdicts[0].2.reached), ("a", "c", 4.0));
    }
}
