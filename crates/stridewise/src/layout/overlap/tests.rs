//! Overlap against brute force, engine against engine, and the instances that are known to be
//! hard.

use proptest::prelude::*;

use super::equation::Term;
use super::search::{Halves, Search};
use super::{Answer, Meeting, Work, overlap, self_overlap, solve};
use crate::layout::{Layout, PerAxis};

fn all_indices(layout: &Layout) -> Vec<PerAxis<i64>> {
    let mut indices = vec![PerAxis::new()];
    for &extent in layout.shape() {
        let longer = |index: &PerAxis<i64>, next| index.iter().copied().chain([next]).collect();
        indices = (indices.iter())
            .flat_map(|index| (0..extent).map(move |next| longer(index, next)))
            .collect();
    }
    indices
}

fn bytes_of(layout: &Layout, index: &[i64]) -> std::ops::Range<i64> {
    let first = layout.offset_of(index).unwrap();
    first..first + layout.itemsize()
}

fn assert_meets(a: &Layout, b: &Layout, meeting: &Meeting) {
    let (first, second) = (bytes_of(a, &meeting.first), bytes_of(b, &meeting.second));
    assert_eq!(meeting.byte, first.start.max(second.start));
    assert!(first.contains(&meeting.byte) && second.contains(&meeting.byte), "{a} {b} {meeting:?}");
}

fn small_layout() -> impl Strategy<Value = Layout> {
    let axes = prop::collection::vec((0i64..5, -20i64..21), 0..4);
    let extents = prop_oneof![9 => 1i64..5, 1 => Just(0)];
    (axes, extents, 0i64..60, 0i64..7).prop_map(|(axes, extent, offset, itemsize)| {
        let (mut shape, strides): (Vec<_>, Vec<_>) = axes.into_iter().unzip();
        shape.iter_mut().for_each(|each| *each = (*each).max(extent.min(1)));
        Layout::new(&shape, &strides, offset, itemsize).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..Default::default() })]

    #[test]
    fn overlap_equals_comparing_all_bytes(a in small_layout(), b in small_layout()) {
        let mut owned = vec![false; 1000];
        let at = |byte: i64| usize::try_from(byte + 400).unwrap();
        all_indices(&a).iter().flat_map(|index| bytes_of(&a, index)).for_each(|byte| owned[at(byte)] = true);
        let shares = all_indices(&b).iter().flat_map(|index| bytes_of(&b, index)).any(|byte| owned[at(byte)]);
        match overlap(&a, &b, Work::Exact) {
            Answer::Yes(meeting) => { assert_meets(&a, &b, &meeting); prop_assert!(shares) }
            answer => prop_assert_eq!((answer, shares), (Answer::No, false)),
        }
        for nodes in [1, 10, 1000] {
            match overlap(&a, &b, Work::Nodes(nodes)) {
                Answer::Yes(meeting) => { assert_meets(&a, &b, &meeting); prop_assert!(shares) }
                Answer::No => prop_assert!(!shares),
                Answer::TooHard => {}
            }
        }
        if overlap(&a, &b, Work::BoundsOnly) == Answer::No { prop_assert!(!shares) }
    }

    #[test]
    fn self_overlap_equals_comparing_all_bytes(a in small_layout()) {
        let mut owned = vec![false; 1000];
        let mut shares = false;
        for byte in all_indices(&a).iter().flat_map(|index| bytes_of(&a, index)) {
            shares |= std::mem::replace(&mut owned[usize::try_from(byte + 400).unwrap()], true);
        }
        for work in [Work::Exact, Work::Nodes(1), Work::Nodes(10), Work::Nodes(1000)] {
            match self_overlap(&a, work) {
                Answer::Yes(meeting) => {
                    assert_meets(&a, &a, &meeting);
                    prop_assert_ne!(meeting.first, meeting.second);
                    prop_assert!(shares)
                }
                Answer::No => prop_assert!(!shares),
                Answer::TooHard => prop_assert_ne!(work, Work::Exact),
            }
        }
        prop_assert_eq!(a.is_unique(), !shares);
    }

    // Random equations, and targets that are made to be solvable half of the time.
    #[test]
    fn engines_agree_on_equations(
        terms in prop::collection::vec((1i64..9000, 1i64..40, 0i64..40), 0..7),
        divisor in prop_oneof![Just(1i64), Just(8), 1i64..40],
        noise in prop_oneof![Just(0i64), -50i64..50],
    ) {
        let mut target = noise;
        let mut list: Vec<Term> = vec![];
        for (coefficient, bound, x) in terms {
            let coefficient = (coefficient / divisor * divisor).max(1);
            target += coefficient * (x % (bound + 1));
            list.push(Term { coefficient, bound });
        }
        list.sort_by_key(|term| std::cmp::Reverse(term.coefficient));
        let want = Search::new(&list, Halves::Allowed, u64::MAX).run(target.max(0));
        for got in [solve::solve(&list, target.max(0)), solve::by_bitset(&list, target.max(0))] {
            prop_assert_eq!(got.clone().map(|_| ()), want.clone().map(|_| ()));
            if let Answer::Yes(x) = got {
                let sum: i64 = list.iter().zip(&x).map(|(term, x)| term.coefficient * x).sum();
                prop_assert_eq!(sum, target.max(0));
                prop_assert!(list.iter().zip(&x).all(|(term, &x)| 0 <= x && x <= term.bound));
            }
        }
    }
}

/// NumPy's documented hard instance, which keeps its search busy for seconds.
fn hard() -> (Layout, Layout) {
    let first = Layout::new(&[1049; 3], &[36674, 61119, 85569], 0, 1).unwrap();
    let second = Layout::new(&[1049, 1049, 1], &[12223, 12224, 1], 64_023_025, 1).unwrap();
    (first, second)
}

#[test]
fn the_documented_hard_instance_is_settled() {
    let (first, second) = hard();
    assert_eq!(overlap(&first, &second, Work::Exact), Answer::No);
    assert_eq!(overlap(&second, &first, Work::Exact), Answer::No);
    assert_eq!(overlap(&first, &second, Work::Nodes(100_000)), Answer::TooHard);
    assert_eq!(overlap(&first, &second, Work::BoundsOnly), Answer::TooHard);
}

#[test]
fn the_ends_of_the_integers_do_not_overflow() {
    let most = i64::MAX;
    let layouts = [
        Layout::new(&[2], &[most - 8], 0, 8).unwrap(),
        Layout::new(&[2], &[-(most - 8)], 0, 8).unwrap(),
        Layout::new(&[1], &[i64::MIN], i64::MIN, 8).unwrap(),
        Layout::new(&[1], &[i64::MIN], most - 8, 8).unwrap(),
        Layout::new(&[most / 8], &[1], -7, 8).unwrap(),
        Layout::new(&[most], &[0], 5, 1).unwrap(),
        Layout::new(&[2, 2, 2, 2], &[most / 5, most / 5 - 1, most / 5 - 3, most / 5 - 7], 0, 1)
            .unwrap(),
        Layout::new(&[1 << 20; 3], &[(1 << 41) - 9, (1 << 40) - 7, (1 << 39) + 5], 0, 1).unwrap(),
        Layout::new(&[1 << 20; 3], &[(1 << 41) + 1, (1 << 40) + 31, (1 << 39) + 55], 1 << 60, 1)
            .unwrap(),
    ];
    for a in &layouts {
        for work in [Work::Exact, Work::Nodes(1000)] {
            if let Answer::Yes(meeting) = self_overlap(a, work) {
                assert_meets(a, a, &meeting);
            }
            for b in &layouts {
                if let Answer::Yes(meeting) = overlap(a, b, work) {
                    assert_meets(a, b, &meeting);
                }
            }
        }
    }
}
