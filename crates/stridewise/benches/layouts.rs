//! How long layout operations take: nanoseconds a call, the least and the median of 15 rounds.
//!
//! `cargo bench -p stridewise --bench layouts [NAME]`. Layouts are of rank 4, such as
//! `(2,3,4,5):(480,160,40,8)+0`. Goals: any operation below 50 ns, an ordinary overlap question
//! below 200 ns, the instance that NumPy documents as hard below 10 ms.

#![allow(clippy::print_stdout)] // a bench speaks by printing

use std::hint::black_box;
use std::time::{Duration, Instant};

use stridewise::layout::{
    AsStrided, CopyOrder, IndexOrder, Layout, Pick, Window, Work, broadcast_pair, broadcast_shapes,
    overlap, self_overlap,
};

const ROUNDS: usize = 15;

/// Times `work` in rounds of about two milliseconds.
fn time<T>(name: &str, wanted: f64, mut work: impl FnMut() -> T) {
    let asked = std::env::args().nth(1).filter(|argument| !argument.starts_with("--"));
    if asked.is_some_and(|asked| !name.contains(&asked)) {
        return;
    }
    let mut calls = 1u32;
    loop {
        let start = Instant::now();
        for _ in 0..calls {
            black_box(work());
        }
        if start.elapsed() > Duration::from_millis(2) || calls > 1 << 24 {
            break;
        }
        calls *= 2;
    }
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(work());
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    let (least, median) = (rounds[0], rounds[ROUNDS / 2]);
    let verdict = if least > wanted { "   above the goal" } else { "" };
    println!("{name:<28} {least:>12.1} {median:>12.1} {wanted:>12.0}{verdict}");
}

fn main() {
    let shape = black_box([2, 3, 4, 5]);
    let a = black_box(Layout::c_order(&shape, 8).unwrap());
    let turned = black_box(a.transpose());
    let apart = black_box(Layout::new(&shape, &[960, 320, 80, 16], 32, 8).unwrap());
    let single = black_box(Layout::c_order(&[2, 1, 4, 1], 8).unwrap());
    // Axes in no order, with gaps and a negative stride: no fast path fits.
    let mixed = black_box(Layout::new(&[3, 2, 5, 4], &[40, 960, -8, 240], 32, 8).unwrap());
    let row = black_box(Layout::c_order(&[3, 1, 5], 8).unwrap());
    let slice = black_box([
        Pick::Slice { start: Some(1), stop: None, step: None },
        Pick::Ellipsis,
        Pick::NewAxis,
        Pick::Slice { start: None, stop: None, step: Some(-2) },
    ]);
    let windows = black_box(Window::over(&[2, 2], &[2, 3]));
    let asked = black_box(AsStrided::new(&[4, 3], &[24, 8], a.span()));

    println!("{:<28} {:>12} {:>12} {:>12}", "ns a call", "least", "median", "goal");
    time("new", 50.0, || Layout::new(black_box(&shape), &[480, 160, 40, 8], 0, 8));
    time("c_order", 50.0, || Layout::c_order(black_box(&shape), 8));
    time("f_order", 50.0, || Layout::f_order(black_box(&shape), 8));
    time("packed_in_order", 50.0, || Layout::packed_in_order(black_box(&shape), 8, &[0, 2, 3, 1]));
    time("clone", 50.0, || black_box(&a).clone());
    time("is_c_contiguous", 50.0, || black_box(&a).is_c_contiguous());
    time("is_f_contiguous", 50.0, || black_box(&turned).is_f_contiguous());
    time("is_dense", 50.0, || black_box(&turned).is_dense());
    time("is_aligned", 50.0, || black_box(&a).is_aligned(8));
    time("item_strides", 50.0, || black_box(&a).item_strides());
    time("span", 50.0, || black_box(&a).span());
    time("order", 50.0, || black_box(&a).order());
    time("order, turned", 50.0, || black_box(&turned).order());
    time("smallest_stride_axis", 50.0, || black_box(&a).smallest_stride_axis());
    time("permute", 50.0, || black_box(&a).permute(&[3, 1, 2, 0]));
    time("transpose", 50.0, || black_box(&a).transpose());
    time("swap_axes", 50.0, || black_box(&a).swap_axes(0, -1));
    time("move_axis", 50.0, || black_box(&a).move_axis(&[0], &[-1]));
    time("slice", 50.0, || black_box(&a).slice(&slice));
    time("slice, four integers", 50.0, || black_box(&a).slice(&[Pick::At(1); 4]));
    time("flip", 50.0, || black_box(&a).flip(&[0, 2]));
    time("rot90", 50.0, || black_box(&a).rot90(1, (1, 2)));
    time("squeeze", 50.0, || black_box(&single).squeeze(None));
    time("expand_dims", 50.0, || black_box(&a).expand_dims(&[1]));
    time("expand_dims, gaps", 50.0, || black_box(&apart).expand_dims(&[0, 2]));
    time("diagonal", 50.0, || black_box(&a).diagonal(1, 0, 3));
    time("broadcast_to", 50.0, || black_box(&single).broadcast_to(&[2, 6, 4, 7]));
    time("broadcast_shapes", 50.0, || broadcast_shapes(&[black_box(&shape), &[1, 5]]));
    time("broadcast_pair", 50.0, || broadcast_pair(black_box(&single), black_box(&row)));
    time("window", 50.0, || black_box(&a).window(&windows));
    time("as_strided", 50.0, || black_box(&a).as_strided(&asked));
    time("reinterpret", 50.0, || black_box(&a).reinterpret(2));
    time("field", 50.0, || black_box(&a).field(4, 2, &[]));
    time("field, a sub-array", 50.0, || black_box(&a).field(0, 2, &[2, 2]));
    time("coalesce", 50.0, || black_box(&apart).coalesce());
    time("canonical", 50.0, || black_box(&turned).canonical());
    time("reshape, a view", 50.0, || black_box(&a).reshape(&[6, -1], IndexOrder::C));
    time("reshape F, a view", 50.0, || black_box(&turned).reshape(&[-1, 6], IndexOrder::F));
    time("reshape A, a view", 50.0, || black_box(&turned).reshape(&[-1, 6], IndexOrder::A));
    time("reshape, gaps, a view", 50.0, || black_box(&apart).reshape(&[6, -1], IndexOrder::C));
    time("reshape, a copy", 50.0, || black_box(&turned).reshape(&[-1], IndexOrder::C));
    time("reshape F, a copy", 50.0, || black_box(&a).reshape(&[6, -1], IndexOrder::F));
    time("reshape, mixed, a copy", 50.0, || black_box(&mixed).reshape(&[-1], IndexOrder::C));
    time("ravel C", 50.0, || black_box(&a).ravel(CopyOrder::C));
    time("ravel F", 50.0, || black_box(&turned).ravel(CopyOrder::F));
    time("ravel A", 50.0, || black_box(&turned).ravel(CopyOrder::A));
    time("ravel K", 50.0, || black_box(&turned).ravel(CopyOrder::K));
    time("ravel C, a copy", 50.0, || black_box(&turned).ravel(CopyOrder::C));
    time("ravel F, a copy", 50.0, || black_box(&a).ravel(CopyOrder::F));
    time("ravel A, a copy", 50.0, || black_box(&apart).ravel(CopyOrder::A));
    time("ravel K, a copy", 50.0, || black_box(&apart).ravel(CopyOrder::K));
    time("ravel K, mixed, a copy", 50.0, || black_box(&mixed).ravel(CopyOrder::K));
    time("copied C", 50.0, || black_box(&apart).copied(CopyOrder::C));
    time("copied F", 50.0, || black_box(&apart).copied(CopyOrder::F));
    time("copied A", 50.0, || black_box(&apart).copied(CopyOrder::A));
    time("copied K", 50.0, || black_box(&apart).copied(CopyOrder::K));
    time("copied K, mixed", 50.0, || black_box(&mixed).copied(CopyOrder::K));
    time("copied_as", 50.0, || black_box(&turned).copied_as(CopyOrder::K, 2));
    time("offset_of", 50.0, || black_box(&a).offset_of(&[1, -1, 2, 3]));
    time("normalize_index", 50.0, || black_box(&a).normalize_index(&[1, -1, 2, 3]));
    time("terms", 50.0, || black_box(&a).terms(&[1, -1, 2, 3]));

    // Questions whose answers are lists or tables of any length: without a goal.
    time("indices_at", f64::NAN, || black_box(&a).indices_at(100, 1));
    time("walk", f64::NAN, || black_box(&a).walk(0, 64));
    time("touched", f64::NAN, || black_box(&a).touched(64));
    time("set_use", f64::NAN, || black_box(&a).set_use(0, 64, 64));

    // Two halves of one 2-D array, interleaved, and two that do meet.
    let even = Layout::new(&[1000, 500], &[8000, 16], 0, 8).unwrap();
    let odd = Layout::new(&[1000, 500], &[8000, 16], 8, 8).unwrap();
    let block = Layout::new(&[500, 300], &[8000, 8], 2400, 8).unwrap();
    time("overlap, apart", 200.0, || overlap(black_box(&even), black_box(&odd), Work::Exact));
    time("overlap, meeting", 200.0, || overlap(black_box(&even), black_box(&block), Work::Exact));
    time("self_overlap", 200.0, || self_overlap(black_box(&even), Work::Exact));

    // The hard instance in the documentation of numpy.shares_memory.
    let (one, other) = hard_instance();
    time("overlap, documented as hard", 10e6, || {
        overlap(black_box(&one), black_box(&other), Work::Exact)
    });
}

/// Both over `x = zeros([192163377], int8)`, the second over `x[64023025:]`.
fn hard_instance() -> (Layout, Layout) {
    let one = Layout::new(&[1049; 3], &[36_674, 61_119, 85_569], 0, 1).unwrap();
    let other = Layout::new(&[1049, 1049, 1], &[12_223, 12_224, 1], 64_023_025, 1).unwrap();
    (one, other)
}
