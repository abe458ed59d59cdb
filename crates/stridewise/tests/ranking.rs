//! Closed form against exact simulation, and orders against what everybody knows.

use stridewise::control::Control;
use stridewise::expr::{Array, Names, Pattern, pattern};
use stridewise::layout::{DType, Layout};
use stridewise::locality::{Costs, Exact, break_even, rank_layouts, rank_orders, simulate};
use stridewise::machine::Machine;

fn read(source: &str, arrays: &[(&str, &[i64])]) -> Pattern {
    let mut names = Names::new();
    for (name, shape) in arrays {
        let layout = Layout::c_order(shape, 8).unwrap();
        names.insert(*name, Array::allocated(DType::parse("f8").unwrap(), layout));
    }
    pattern(source, &names).unwrap()
}

fn machine() -> Machine {
    let caches = ["32K:8:64", "512K:8:64"].map(|text| text.parse().unwrap());
    Machine::preset("amd-server").unwrap().with_caches(caches.to_vec()).unwrap()
}

/// The closed form is within a tenth of the accesses of the exact count, for every order.
#[allow(clippy::cast_precision_loss)]
fn check(source: &str, arrays: &[(&str, &[i64])], best: &str) {
    let pattern = read(source, arrays);
    let (machine, costs) = (machine(), Costs::typical(2));
    let ranked = rank_orders(&pattern.statement, &machine, &costs).unwrap();
    let names = |order: &[usize]| {
        order.iter().map(|&at| pattern.statement.indices()[at].name.as_str()).collect::<String>()
    };
    assert_eq!(names(&ranked[0].order), best, "{source}");
    for one in &ranked {
        let nest = pattern.statement.nest(&one.order).unwrap();
        let exact = simulate(&nest, &machine, Exact::Warps, u64::MAX, &Control::quiet()).unwrap();
        for level in 0..2 {
            let want = exact.counts.all_misses(level) as f64;
            let off = (one.prediction.misses[level] - want).abs();
            let what = format!("{source} {} level {level}: {want}", names(&one.order));
            assert!(off <= 0.1 * exact.counts.all_accesses() as f64, "{what} off by {off}");
        }
    }
}

#[test]
fn orders_are_ranked_and_their_misses_nearly_right() {
    check("c[i,j] += a[i,k] * b[k,j]", &[("a", &[90, 90]), ("b", &[90, 90])], "ikj");
    check("out[j] += a[i,j]", &[("a", &[300, 400])], "ij");
    // Sums of 90 into elements apart overlap with one another, one long sum waits for itself:
    // measured 0.55 against 0.81 ns per element on (60,200,90), processor time.
    check("s[i] += a[i,j,k]", &[("a", &[30, 40, 90])], "jik");
    check("b[i,j] = a[i-1,j] + a[i+1,j] for i in 1:199", &[("a", &[200, 300])], "ij");
    check("y[i] += x[i+k] * w[k]", &[("x", &[4000]), ("w", &[50])], "ki");
}

#[test]
fn a_layout_that_suits_comes_first_and_pays_or_does_not() {
    let (machine, costs) = (machine(), Costs::typical(2));
    // Both operands of a product of transposes walk against each other, so one is copied.
    let pattern = read("out[i,j] = a[i,j] + b[j,i]", &[("a", &[500, 500]), ("b", &[500, 500])]);
    let ranked = rank_layouts(&pattern.statement, 1, &machine, &costs).unwrap();
    assert_eq!(ranked[0].axes, [1, 0]);
    let pays = break_even(&pattern.statement, 1, &machine, &costs).unwrap().unwrap();
    assert!(pays.runs.is_some_and(|runs| runs > 0.5 && runs < 20.0), "{pays:?}");
    // A sum in memory order cannot be helped.
    let pattern = read("s[i] += a[i,j]", &[("a", &[500, 500])]);
    let never = break_even(&pattern.statement, 0, &machine, &costs).unwrap().unwrap();
    assert!(never.runs.is_none_or(|runs| runs > 1.0), "{never:?}");
}
