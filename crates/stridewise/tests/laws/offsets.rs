//! From an index to its byte, and from a byte to every index that covers it.
//!
//! `(2,2):(8,8)+0` of 8 has (1,0) on byte 8, and byte 9 covered by (0,1) and (1,0).

use stridewise::layout::{Count, Layout, Listed};
use stridewise_oracle::{Rng, Strided};

use crate::{layout, layouts};

#[test]
fn an_index_lies_where_the_oracle_says_also_counted_from_the_end() {
    let mut rng = Rng::new(7);
    for (strided, layout) in layouts() {
        if strided.size() == 0 {
            let first = vec![0; layout.rank()];
            assert!(layout.offset_of(&first).is_err(), "{strided}");
            continue;
        }
        for _ in 0..4 {
            let index: Vec<i64> = strided.shape.iter().map(|n| rng.integer(0..=n - 1)).collect();
            let byte = strided.at(&index);
            assert_eq!(layout.offset_of(&index), Ok(byte), "{strided} at {index:?}");
            let terms = layout.terms(&index).unwrap();
            assert_eq!(layout.offset() + terms.iter().map(|t| t.product).sum::<i64>(), byte);

            let from_end: Vec<i64> = index.iter().zip(&strided.shape).map(|(i, n)| i - n).collect();
            assert_eq!(layout.offset_of(&from_end), Ok(byte), "{strided} at {from_end:?}");

            for axis in 0..layout.rank() {
                for outside in [strided.shape[axis], -strided.shape[axis] - 1, i64::MIN, i64::MAX] {
                    let mut index = index.clone();
                    index[axis] = outside;
                    assert!(layout.offset_of(&index).is_err(), "{strided} at {index:?}");
                }
            }
            let longer = [&index[..], &[0]].concat();
            assert!(layout.offset_of(&longer).is_err(), "{strided} at {longer:?}");
        }
    }
}

#[test]
fn a_byte_is_covered_by_exactly_the_indices_that_the_oracle_finds() {
    let mut rng = Rng::new(11);
    for (strided, layout) in layouts() {
        let (low, high) = strided.bounds().unwrap_or((0, 0));
        for _ in 0..3 {
            let byte = rng.integer(low - 2..=high + 1);
            check_covering(&strided, &layout, byte, rng.index(6));
            check_covering(&strided, &layout, byte, usize::MAX);
        }
    }
}

fn check_covering(strided: &Strided, layout: &Layout, byte: i64, limit: usize) {
    let want = strided.indices_at(byte);
    let got = layout.indices_at(byte, limit);
    assert_eq!(got.count, Count::Exact(want.len() as u64), "{strided} on byte {byte}");
    assert_eq!(got.listed, Listed::First, "{strided} on byte {byte}");
    let listed: Vec<Vec<i64>> = got.indices.iter().map(|index| index.to_vec()).collect();
    assert_eq!(listed, want[..want.len().min(limit)], "{strided} on byte {byte}");
}

#[test]
fn coverings_of_large_overlapping_layouts() {
    let mut rng = Rng::new(13);
    for _ in 0..30 {
        let rank = rng.integer(2..=4);
        let shape: Vec<i64> = (0..rank).map(|_| rng.integer(2..=12)).collect();
        let strides: Vec<i64> = (0..rank).map(|_| rng.integer(-40..=40)).collect();
        let strided = Strided::new(&shape, &strides, 1000, rng.integer(1..=9));
        let (low, high) = strided.bounds().unwrap();
        for _ in 0..10 {
            check_covering(&strided, &layout(&strided), rng.integer(low..=high - 1), 50);
        }
    }
}
