//! The executor runs what the nest says, in every order and in blocks.
#![cfg(feature = "measure")]

use std::time::Duration;

use stridewise::control::Control;
use stridewise::expr::{Array, Names, pattern};
use stridewise::layout::{DType, Layout};
use stridewise::measure::{Timing, time_nest};

/// With arrays of ones a product of matrices counts its terms: 7 each, and the 1 that was there.
#[test]
fn products_of_ones_count_in_every_order() {
    let mut names = Names::new();
    for (name, shape) in [("a", [5, 7]), ("b", [7, 4])] {
        let layout = Layout::c_order(&shape, 8).unwrap();
        names.insert(name, Array::allocated(DType::parse("f8").unwrap(), layout));
    }
    let pattern = pattern("c[i,j] += a[i,k] * b[k,j]", &names).unwrap();
    let timing = Timing { rounds: 1, round: Duration::ZERO, ..Timing::default() };
    for order in ["i,j,k", "i,k,j", "j,i,k", "j,k,i", "k,i,j", "k,j,i"] {
        let order = pattern.order(order).unwrap();
        for sizes in [[0, 0, 0], [2, 3, 4], [1, 2, 3]] {
            let nest = pattern.statement.blocked_nest(&order, &sizes).unwrap();
            let measured = time_nest(&pattern.statement, &nest, timing, &Control::quiet()).unwrap();
            assert_eq!(measured.checksum, (35 + 28 + 20 * 8) as f64, "{nest}");
        }
    }
}
