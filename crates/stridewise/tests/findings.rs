//! Findings about statements: which codes are found for which loop orders.

use stridewise::control::Control;
use stridewise::expr::{Array, Names, pattern};
use stridewise::layout::{DType, Layout};
use stridewise::locality::{Costs, findings};
use stridewise::machine::Machine;

fn codes(source: &str, shapes: &[(&str, &[i64])], order: &str) -> Vec<&'static str> {
    let mut names = Names::new();
    for (name, shape) in shapes {
        let layout = Layout::c_order(shape, 8).unwrap();
        names.insert(*name, Array::allocated(DType::parse("f8").unwrap(), layout));
    }
    let pattern = pattern(source, &names).unwrap();
    let machine = Machine::preset("intel-server").unwrap();
    let order = pattern.order(order).unwrap();
    let costs = Costs::typical(3);
    let found = findings(&pattern.statement, &order, &machine, &costs, &Control::quiet()).unwrap();
    found.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn columns_are_found_and_rows_are_not() {
    let square: &[(&str, &[i64])] = &[("a", &[1024, 1024])];
    let all = ["SW207", "SW201", "SW202", "SW203", "SW205", "SW204"];
    assert_eq!(codes("a[i,j]", square, "j,i"), all);
    assert_eq!(codes("a[i,j]", square, "i,j"), [""; 0]);
    // Conflicts without a power of two: 32000 bytes reach a quarter of the sets.
    let odd = codes("a[i,j]", &[("a", &[1000, 4000])], "j,i");
    assert!(odd.contains(&"SW203"), "{odd:?}");
}

#[test]
fn opposed_walks_want_a_copy() {
    let arrays: &[(&str, &[i64])] = &[("a", &[900, 900]), ("b", &[900, 900])];
    let found = codes("out[i,j] = a[i,j] + b[j,i]", arrays, "i,j");
    assert!(found.contains(&"SW208"), "{found:?}");
}

#[test]
fn few_elements_are_shared_between_threads() {
    let found = codes("out[i] += a[i,j]", &[("a", &[8, 100_000])], "i,j");
    assert!(found.contains(&"SW206"), "{found:?}");
}
