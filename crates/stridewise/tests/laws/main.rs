//! Every layout operation against the index-by-index oracle, over its corpus and random layouts.
//!
//! A law compares where the elements lie, not how that is written: `(1,3):(99,8)+0` and
//! `(1,3):(0,8)+0` hold the same. Each failure names the layout, such as `(2,3):(24,8)+0 of 8`.

mod facts;
mod memory;
mod offsets;
mod overlaps;
mod permutations;
mod reshapes;
mod selections;
mod stretches;

use stridewise::layout::Layout;
use stridewise_oracle::{Listing, Rng, Strided, corpus, random};

/// The corpus, then random layouts of at most 120 elements.
fn layouts() -> impl Iterator<Item = (Strided, Layout)> {
    let mut rng = Rng::new(20_260_801);
    let many = (0..1500).map(move |_| random(&mut rng, 120));
    corpus().into_iter().chain(many).map(|strided| {
        let layout = layout(&strided);
        (strided, layout)
    })
}

/// The layout under test that the oracle's numbers describe.
fn layout(strided: &Strided) -> Layout {
    Layout::new(&strided.shape, &strided.strides, strided.offset, strided.itemsize)
        .unwrap_or_else(|error| panic!("{strided}: {error}"))
}

/// The oracle's numbers that a layout under test holds.
fn strided(layout: &Layout) -> Strided {
    Strided::new(layout.shape(), layout.strides(), layout.offset(), layout.itemsize())
}

/// The layout under test has the shape and the elements that the oracle lists.
#[track_caller]
fn assert_lists(got: &Layout, want: &Listing, what: &str) {
    assert_eq!(got.shape(), &want.shape, "shape of {what}");
    assert_eq!(&strided(got).list(), want, "elements of {what}, got {got}");
}
