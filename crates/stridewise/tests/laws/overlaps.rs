//! Overlap of two layouts, and of one with itself, against bytes counted one by one.
//!
//! `(3,2):(2,3)+0` of 1 reaches no byte twice though its axes interleave; of 2 it does.

use stridewise::layout::{Answer, Layout, Work, overlap, self_overlap, self_overlap_within};
use stridewise_oracle::{Rng, Strided, random};

use crate::{layout, layouts, strided};

#[test]
fn self_overlap_is_found_with_two_indices_that_meet() {
    let (mut yes, mut no) = (0, 0);
    for (strided, layout) in layouts() {
        match (self_overlap(&layout, Work::Exact), strided.meets_itself()) {
            (Answer::Yes(meeting), Some(_)) => {
                let (first, second) = (&meeting.first[..], &meeting.second[..]);
                assert_ne!(first, second, "{strided}");
                assert!(strided.share_a_byte(first, &strided, second), "{strided}: {meeting:?}");
                assert!(!layout.is_unique(), "{strided}");
                yes += 1;
            }
            (Answer::No, None) => {
                assert!(layout.is_unique(), "{strided}");
                no += 1;
            }
            (got, want) => panic!("{strided}: {got:?}, by bytes {want:?}"),
        }
    }
    assert!(yes > 200 && no > 200, "{yes} yes, {no} no");
}

/// Two random layouts in one buffer, near one another.
fn neighbours(rng: &mut Rng) -> (Strided, Strided) {
    let first = random(rng, 40);
    let mut second = random(rng, 40);
    if let (Some((low, high)), Some((other, _))) = (first.bounds(), second.bounds()) {
        second.offset += rng.integer(low - 4..=high + 4) - other;
    }
    (first, second)
}

#[test]
fn overlap_of_two_is_found_with_two_indices_that_meet() {
    let mut rng = Rng::new(67);
    let (mut yes, mut no) = (0, 0);
    for _ in 0..6000 {
        let (first, second) = neighbours(&mut rng);
        let (a, b) = (layout(&first), layout(&second));
        let what = format!("{first} and {second}");
        match (overlap(&a, &b, Work::Exact), first.meets(&second)) {
            (Answer::Yes(meeting), Some(_)) => {
                let (mine, theirs) = (&meeting.first[..], &meeting.second[..]);
                assert!(first.share_a_byte(mine, &second, theirs), "{what}: {meeting:?}");
                assert!(overlap(&b, &a, Work::Exact).yes().is_some(), "{what}, turned");
                yes += 1;
            }
            (Answer::No, None) => {
                assert_eq!(overlap(&b, &a, Work::Exact), Answer::No, "{what}, turned");
                no += 1;
            }
            (got, want) => panic!("{what}: {got:?}, by bytes {want:?}"),
        }
    }
    assert!(yes > 1000 && no > 1000, "{yes} yes, {no} no");
}

#[test]
fn less_work_never_gives_a_wrong_answer() {
    let mut rng = Rng::new(71);
    let mut too_hard = 0;
    for _ in 0..3000 {
        let (first, second) = neighbours(&mut rng);
        let (a, b) = (layout(&first), layout(&second));
        let apart = match (first.bounds(), second.bounds()) {
            (Some((low, high)), Some((other_low, other_high))) => {
                high <= other_low || other_high <= low
            }
            _ => true,
        };
        let bounds_only = overlap(&a, &b, Work::BoundsOnly);
        let of_bounds = if apart { Answer::No } else { Answer::TooHard };
        // Nothing is reached by items of no bytes, whatever the bounds say.
        if a.itemsize() > 0 && b.itemsize() > 0 {
            assert_eq!(bounds_only, of_bounds, "{first} and {second}");
        }
        let exact = overlap(&a, &b, Work::Exact).yes().is_some();
        for work in [Work::Nodes(0), Work::Nodes(1), Work::Nodes(20), Work::Nodes(u64::MAX)] {
            match overlap(&a, &b, work) {
                Answer::Yes(_) => assert!(exact, "{first} and {second}, {work:?}"),
                Answer::No => assert!(!exact, "{first} and {second}, {work:?}"),
                Answer::TooHard => too_hard += 1,
            }
            match self_overlap(&a, work) {
                Answer::Yes(_) => assert!(!a.is_unique(), "{first}, {work:?}"),
                Answer::No => assert!(a.is_unique(), "{first}, {work:?}"),
                Answer::TooHard => too_hard += 1,
            }
        }
    }
    assert!(too_hard > 100, "{too_hard}");
}

#[test]
fn a_bounded_answer_is_the_exact_one_wherever_it_is_one() {
    let (mut settled, mut asked) = (0, 0);
    for (strided, layout) in layouts() {
        let exact = self_overlap(&layout, Work::Exact);
        match self_overlap_within(&layout, 50) {
            Answer::TooHard => {}
            Answer::No => assert_eq!(exact, Answer::No, "{strided}"),
            Answer::Yes(meeting) => {
                assert!(matches!(exact, Answer::Yes(_)), "{strided}");
                assert_ne!(meeting.first, meeting.second, "{strided}");
                let starts = [&meeting.first, &meeting.second].map(|index| layout.offset_of(index));
                let [first, second] = starts.map(|start| start.unwrap());
                assert!((first - second).abs() < layout.itemsize(), "{strided}");
            }
        }
        settled += usize::from(self_overlap_within(&layout, 50) != Answer::TooHard);
        asked += 1;
    }
    assert!(settled * 10 > asked * 9, "{settled} of {asked}");
}

/// Strides that a header could hold, made so that sums of them come close and never meet soon.
#[test]
fn a_hostile_layout_is_given_up_and_takes_no_memory() {
    let strides: Vec<i64> = (0..6).map(|k| (1 << 40) + 7919 * k * k * k + 104_729 * k).collect();
    let layout = Layout::new(&[1000; 6], &strides, 0, 1).unwrap();
    assert_eq!(self_overlap_within(&layout, 1000), Answer::TooHard);
}

#[test]
fn large_layouts_meet_exactly_where_one_of_them_is_moved_to() {
    // Sums of a few large strides: byte 0 of the second is put on or beside an element.
    let mut rng = Rng::new(73);
    let mut found = 0;
    for _ in 0..300 {
        let rank = rng.integer(1..=4);
        let shape: Vec<i64> = (0..rank).map(|_| rng.integer(2..=2000)).collect();
        let strides: Vec<i64> = (0..rank).map(|_| rng.integer(-5000..=5000)).collect();
        let first = Strided::new(&shape, &strides, 0, 1);
        let index: Vec<i64> = shape.iter().map(|extent| rng.integer(0..=extent - 1)).collect();
        let second = Strided::new(&[], &[], first.at(&index), 1);
        let (a, b) = (layout(&first), layout(&second));
        let meeting = overlap(&a, &b, Work::Exact).yes().expect("it was put there");
        assert_eq!(first.at(&meeting.first), second.offset, "{first}");
        let beside = Strided::new(&[], &[], second.offset + rng.integer(1..=3), 1);
        match overlap(&a, &layout(&beside), Work::Exact) {
            Answer::Yes(meeting) => assert_eq!(first.at(&meeting.first), beside.offset, "{first}"),
            Answer::No => {
                let covering = a.indices_at(beside.offset, 1);
                assert!(covering.indices.is_empty(), "{first} reaches {}", beside.offset);
                found += 1;
            }
            Answer::TooHard => panic!("{first} is too hard"),
        }
    }
    assert!(found > 50, "{found}");
}

#[test]
fn copies_and_broadcasts_are_told_apart() {
    for (given, layout) in layouts() {
        let copy = layout.copied(stridewise::layout::CopyOrder::K);
        assert!(copy.is_unique(), "a copy of {given}");
        let doubled = [&[2], layout.shape()].concat();
        let broadcast = layout.broadcast_to(&doubled).unwrap();
        let reaches_something = !layout.is_empty() && layout.itemsize() > 0;
        assert_eq!(broadcast.is_unique(), !reaches_something, "{}", strided(&broadcast));
    }
    let empty = Layout::c_order(&[0, 5], 8).unwrap();
    assert_eq!(overlap(&empty, &empty, Work::Exact), Answer::No);
}
