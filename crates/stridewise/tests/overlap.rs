//! Overlap against NumPy's answers, recorded, under several work limits.
//!
//! A line holds one or two views as `shape:strides+offset/itemsize` (`-` for the second where
//! the first is asked about itself) and the answers of NumPy 2.4.6 for `max_work` of 0, 1, 2, 5,
//! 10, 100, 1000 and -1: T true, F false, H for "too hard". `STRIDEWISE_OVERLAP_CASES` names
//! another file to be read in place of the one that is checked in.

use stridewise::layout::{Answer, Layout, Meeting, Work, overlap, self_overlap};

const WORK: [Work; 8] = [
    Work::BoundsOnly,
    Work::Nodes(1),
    Work::Nodes(2),
    Work::Nodes(5),
    Work::Nodes(10),
    Work::Nodes(100),
    Work::Nodes(1000),
    Work::Exact,
];

fn layout(text: &str) -> Layout {
    let numbers = |text: &str| -> Vec<i64> {
        text.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect()
    };
    let (shape, rest) = text.split_once(':').unwrap();
    let (strides, rest) = rest.split_once('+').unwrap();
    let (offset, itemsize) = rest.split_once('/').unwrap();
    let (offset, itemsize) = (offset.parse().unwrap(), itemsize.parse().unwrap());
    Layout::new(&numbers(shape), &numbers(strides), offset, itemsize).unwrap()
}

fn letter(a: &Layout, b: &Layout, answer: &Answer<Meeting>) -> char {
    match answer {
        Answer::Yes(meeting) => {
            for (layout, index) in [(a, &meeting.first), (b, &meeting.second)] {
                let first = layout.offset_of(index).unwrap();
                assert!((first..first + layout.itemsize()).contains(&meeting.byte), "{meeting:?}");
            }
            'T'
        }
        Answer::No => 'F',
        Answer::TooHard => 'H',
    }
}

#[test]
fn the_same_answers_as_numpy_under_every_work_limit() {
    let recorded = include_str!("data/overlap_numpy.txt").to_string();
    let cases = match std::env::var_os("STRIDEWISE_OVERLAP_CASES") {
        Some(path) => std::fs::read_to_string(path).unwrap(),
        None => recorded,
    };
    let mut differing = vec![];
    for line in cases.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let a = layout(words[0]);
        let got: String = match words[1] {
            "-" => WORK.map(|work| letter(&a, &a, &self_overlap(&a, work))).iter().collect(),
            second => {
                let b = layout(second);
                WORK.map(|work| letter(&a, &b, &overlap(&a, &b, work))).iter().collect()
            }
        };
        if got != words[2] {
            differing.push(format!("{line} got {got}"));
        }
    }
    let (count, first) = (differing.len(), differing.iter().take(20).collect::<Vec<_>>());
    assert!(differing.is_empty(), "{count} of {} differ: {first:#?}", cases.lines().count());
}
