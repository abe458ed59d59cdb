//! Copies against the oracle: every item at its index, no other byte touched, on every backend.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the numbers here are small

use stridewise::control::{Control, Reply, Stopped};
use stridewise::kernel::Backend;
use stridewise::kernel::copy::{CopyError, CopyOptions, Stores, copy, nest};
use stridewise::layout::Layout;
use stridewise::nest::{Effect, Node};
use stridewise::view::{Bytes, BytesMut};
use stridewise_oracle::{Rng, Strided};

const BACKENDS: [Backend; 3] = [Backend::Portable, Backend::Avx2, Backend::Avx512];

/// A buffer in which a layout lies `low` bytes after a line boundary, and guard bytes around it.
struct Placed {
    memory: Vec<u8>,
    start: usize,
    layout: Layout,
    truth: Strided,
}

fn place(truth: &Strided, low: usize, fill: impl Fn(usize) -> u8) -> Placed {
    let (lowest, highest) = truth.bounds().unwrap_or((truth.offset, truth.offset));
    let length = (highest - lowest) as usize + low + 64;
    let memory: Vec<u8> = (0..length + 64).map(fill).collect();
    let start = memory.as_ptr().align_offset(64);
    let truth = Strided { offset: truth.offset - lowest + low as i64, ..truth.clone() };
    let layout = Layout::new(&truth.shape, &truth.strides, truth.offset, truth.itemsize).unwrap();
    Placed { memory, start, layout, truth }
}

fn check(from: &Strided, to: &Strided, low: (usize, usize)) {
    let source =
        place(from, low.0, |byte| (byte as u32).wrapping_mul(2_654_435_761).to_be_bytes()[0]);
    let clean = place(to, low.1, |_| 0xEE);
    let mut wanted = clean.memory.clone();
    let item = to.itemsize as usize;
    let (from_list, to_list) = (source.truth.list(), clean.truth.list());
    for (&from, &to) in from_list.offsets.iter().zip(&to_list.offsets) {
        let (from, to) = (source.start + from as usize, clean.start + to as usize);
        wanted[to..to + item].copy_from_slice(&source.memory[from..from + item]);
    }
    let read = Bytes::new(&source.memory[source.start..], source.layout.clone()).unwrap();
    for backend in BACKENDS.into_iter().filter(|backend| backend.is_there()) {
        for stores in [Stores::Cache, Stores::Stream] {
            for threads in [1, 3] {
                let mut options = CopyOptions::default();
                (options.backend, options.stores) = (backend, stores);
                let mut memory = clean.memory.clone();
                // A clone may start elsewhere: keep the phase of the line.
                let start = memory.as_ptr().align_offset(64);
                let shift = clean.start as isize - start as isize;
                if shift >= 0 {
                    memory.rotate_left(shift as usize)
                } else {
                    memory.rotate_right(-shift as usize)
                }
                let mut write = BytesMut::new(&mut memory[start..], clean.layout.clone()).unwrap();
                copy(&read, &mut write, &options, &Control::quiet().with_threads(threads)).unwrap();
                if shift >= 0 {
                    memory.rotate_right(shift as usize)
                } else {
                    memory.rotate_left(-shift as usize)
                }
                if memory != wanted {
                    let at = memory.iter().zip(&wanted).position(|(a, b)| a != b).unwrap();
                    panic!(
                        "{} <- {} of {item} bytes, {low:?}, {} {stores:?} {threads} threads: byte {}",
                        clean.layout,
                        source.layout,
                        backend.name(),
                        at as i64 - clean.start as i64,
                    );
                }
            }
        }
    }
}

/// Strides of a shape whose axes lie in memory in the given order, last fastest, with gaps.
fn strided(shape: &[i64], order: &[usize], itemsize: i64, gaps: &[i64]) -> Strided {
    let mut strides = vec![0; shape.len()];
    let mut next = itemsize;
    for (&axis, gap) in order.iter().rev().zip(gaps) {
        next += gap;
        strides[axis] = next;
        next *= shape[axis].max(1);
    }
    Strided::new(shape, &strides, 0, itemsize)
}

fn negate(truth: &mut Strided, axis: usize) {
    truth.strides[axis] = -truth.strides[axis];
}

#[test]
fn lengths_around_lane_widths() {
    let lengths = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 130];
    let mut rng = Rng::new(1);
    for itemsize in [1, 2, 4, 8, 16] {
        for &rows in &lengths {
            for &columns in &lengths {
                let shape = [columns, rows];
                let gaps = *rng.pick(&[[0, 0], [0, 0], [0, 1], [0, 64 - rows * itemsize % 64]]);
                let from = strided(&shape, &[1, 0], itemsize, &[0, 0]);
                let to = strided(&shape, &[0, 1], itemsize, &gaps);
                check(
                    &from,
                    &to,
                    (rng.index(64), *rng.pick(&[0, 0, 8, 16, rng.clone().index(64)])),
                );
            }
        }
    }
}

#[test]
fn random_layouts() {
    let mut rng = Rng::new(2);
    for _ in 0..4000 {
        let rank = rng.index(7);
        let most = [2000, 300, 70, 20, 9, 5, 4][rank];
        let shape: Vec<i64> = (0..rank)
            .map(|_| {
                if rng.once_in(40) {
                    0
                } else if rng.once_in(3) {
                    rng.integer(1..=3)
                } else {
                    rng.integer(1..=most)
                }
            })
            .collect();
        let itemsize = *rng.pick(&[1, 2, 4, 8, 16, 1, 2, 4, 8, 3, 5, 6, 9, 12, 24, 33, 100]);
        let mut random = |broadcast: bool| {
            let mut order: Vec<usize> = (0..rank).collect();
            if !rng.once_in(3) {
                rng.shuffle(&mut order);
            }
            let gap =
                |rng: &mut Rng| if rng.once_in(4) { rng.integer(1..=2 * itemsize) } else { 0 };
            let gaps: Vec<i64> = (0..rank).map(|_| gap(&mut rng)).collect();
            let mut truth = strided(&shape, &order, itemsize, &gaps);
            for axis in 0..rank {
                if rng.once_in(6) {
                    negate(&mut truth, axis);
                }
                if broadcast && rng.once_in(8) {
                    truth.strides[axis] = 0;
                }
            }
            truth
        };
        let (from, to) = (random(true), random(false));
        check(&from, &to, (rng.index(70), if rng.once_in(2) { 0 } else { rng.index(70) }));
    }
}

#[test]
fn blocks_strips_and_unfinished_lines() {
    // Sides longer than a block, in both operands, aligned and not.
    for (shape, itemsize) in [
        ([700, 333], 8),
        ([2500, 70], 8),
        ([2113, 130], 4),
        ([300, 2049], 2),
        ([530, 1021], 1),
        ([65, 640], 16),
        ([20_000, 3], 4),
        ([3, 20_000], 4),
        ([20_001, 3], 1),
        ([3, 20_001], 1),
        ([20_001, 5], 2),
        ([5, 20_001], 2),
        ([9_001, 13], 1),
        ([13, 9_001], 8),
    ] {
        for low in [(0, 0), (3, 0), (5, 8), (1, 61)] {
            let from = strided(&shape, &[1, 0], itemsize, &[0, 0]);
            check(&from, &strided(&shape, &[0, 1], itemsize, &[0, 0]), low);
            check(&from, &strided(&shape, &[0, 1], itemsize, &[0, 24]), low);
        }
    }
}

#[test]
fn blocks_in_the_order_of_the_source() {
    // Short rows that other axes continue: strips of rows stand outside those axes, or among them.
    for (shape, itemsize) in [
        (vec![64, 5, 70], 8),
        (vec![66, 5, 64], 8),
        (vec![128, 3, 4, 66], 4),
        (vec![512, 3, 300], 1),
        (vec![192, 2, 3, 140], 2),
        (vec![20, 3, 5, 9], 16),
        (vec![3, 5, 300, 7], 8),
    ] {
        let mut order: Vec<usize> = (0..shape.len()).collect();
        let gaps = vec![0; shape.len()];
        let from = strided(&shape, &order, itemsize, &gaps);
        order.reverse();
        for low in [(0, 0), (3, 0), (0, 16)] {
            check(&from, &strided(&shape, &order, itemsize, &gaps), low);
        }
        order.swap(0, 1);
        check(&from, &strided(&shape, &order, itemsize, &gaps), (0, 0));
    }
}

#[test]
fn many_axes_of_extent_two() {
    let mut rng = Rng::new(3);
    for (rank, itemsize) in [(17, 1), (16, 2), (16, 4), (15, 8), (14, 16), (13, 9)] {
        let shape = vec![2; rank];
        let gaps = vec![0; rank];
        let mut order: Vec<usize> = (0..rank).collect();
        let c = strided(&shape, &order, itemsize, &gaps);
        order.reverse();
        check(&c, &strided(&shape, &order, itemsize, &gaps), (0, 0));
        rng.shuffle(&mut order);
        check(&c, &strided(&shape, &order, itemsize, &gaps), (0, 8));
    }
}

#[test]
fn whole_lines_that_run_alike() {
    // Runs of a few lines: axes that follow one another in the source, and others.
    for (shape, order, itemsize) in [
        (vec![2, 3, 2, 5, 8], [3, 0, 2, 1, 4], 8),
        (vec![4, 3, 7, 1, 128], [2, 1, 0, 3, 4], 1),
        (vec![3, 2, 2, 300, 16], [1, 0, 3, 2, 4], 16),
    ] {
        let gaps = [0, 0, 64, 0, 0];
        let from = strided(&shape, &order, itemsize, &gaps);
        for low in [(0, 0), (7, 0), (0, 8)] {
            check(&from, &strided(&shape, &[0, 1, 2, 3, 4], itemsize, &[0; 5]), low);
        }
    }
}

#[test]
fn rows_that_end_within_a_line_and_rows_that_crowd() {
    for (shape, order, itemsize) in [
        (vec![70, 9, 67], [2, 1, 0], 1), // 70 bytes, then on with the axis of 9
        (vec![140, 5, 70], [2, 1, 0], 2),
        (vec![67, 11, 50], [2, 1, 0], 8),
        (vec![300, 1, 512], [2, 1, 0], 1), // rows of 512 bytes, and of 4096
        (vec![200, 1, 4096], [2, 1, 0], 1),
        (vec![130, 1, 2048], [2, 1, 0], 2),
    ] {
        let from = strided(&shape, &[0, 1, 2], itemsize, &[0; 3]);
        for low in [(0, 0), (3, 0), (0, 5)] {
            check(&from, &strided(&shape, &order, itemsize, &[0; 3]), low);
        }
    }
}

#[test]
fn images() {
    for itemsize in [1, 2, 4, 8] {
        for channels in 1..=5 {
            let shape = [2, channels, 37, 41];
            let nchw = strided(&shape, &[0, 1, 2, 3], itemsize, &[0; 4]);
            let nhwc = strided(&shape, &[0, 2, 3, 1], itemsize, &[0; 4]);
            check(&nchw, &nhwc, (0, 0));
            check(&nhwc, &nchw, (0, 0));
            check(&nhwc, &nchw, (7, 3));
        }
    }
}

#[test]
fn long_runs() {
    let from = strided(&[3, 5, 1500], &[0, 1, 2], 1, &[0, 9, 0]);
    let to = strided(&[3, 5, 1500], &[1, 0, 2], 1, &[0, 3, 0]);
    check(&from, &to, (1, 2));
    let line = strided(&[3_000_001], &[0], 1, &[0]);
    check(&line, &line, (0, 0));
    check(&line, &line, (5, 9));
}

#[test]
fn what_cannot_be_copied_is_refused() {
    let (source, mut memory) = (vec![0u8; 24], vec![0u8; 24]);
    let mut check = |from: Layout, to: Layout| {
        let read = Bytes::new(&source, from).unwrap();
        let mut write = BytesMut::new(&mut memory, to).unwrap();
        copy(&read, &mut write, &CopyOptions::default(), &Control::quiet()).unwrap_err()
    };
    let layout = |shape: &[i64], itemsize| Layout::c_order(shape, itemsize).unwrap();
    assert!(matches!(check(layout(&[3, 2], 4), layout(&[2, 3], 4)), CopyError::Nest(_)));
    let sizes = check(layout(&[2, 3], 2), layout(&[2, 3], 4));
    assert_eq!(sizes, CopyError::ItemSize { wanted: 2, got: 4 });
}

#[test]
fn a_caller_can_stop_it() {
    let source = vec![1u8; 16 << 20];
    let mut memory = vec![0u8; 16 << 20];
    for threads in [1, 2] {
        let read = Bytes::new(&source, Layout::c_order(&[4096, 4096], 1).unwrap()).unwrap();
        let to = Layout::f_order(&[4096, 4096], 1).unwrap();
        let mut write = BytesMut::new(&mut memory, to).unwrap();
        let stop = |done: u64, total: u64| {
            assert!(done <= total && total == 16 << 20);
            if done > total / 4 { Reply::Stop } else { Reply::Continue }
        };
        let control = Control::reporting(&stop).with_threads(threads);
        let result = copy(&read, &mut write, &CopyOptions::default(), &control);
        assert_eq!(result, Err(CopyError::Stopped(Stopped)));
        let written = memory.iter().filter(|&&byte| byte == 1).count();
        assert!(written < memory.len(), "{written}");
        memory.fill(0);
    }
}

/// Every pair of bytes (read, written) that the nest of a copy touches.
fn touched(body: &[Node], at: &mut Vec<i64>, all: &mut Vec<(i64, i64)>) {
    let mut read = (0, 0);
    for node in body {
        match node {
            Node::Loop(inner) => {
                for step in 0..inner.extent {
                    at.push(step);
                    touched(&inner.body, at, all);
                    at.pop();
                }
            }
            Node::Access(access) => {
                let steps = access.coefficients.iter().zip(&*at).map(|(by, step)| by * step);
                let first = access.base + steps.sum::<i64>();
                match access.effect {
                    Effect::Read => read = (first, access.size),
                    _ => {
                        assert_eq!(read.1, access.size);
                        all.extend((0..access.size).map(|byte| (read.0 + byte, first + byte)));
                    }
                }
            }
        }
    }
}

#[test]
fn the_nest_of_a_copy_moves_every_byte_once() {
    for (shape, itemsize) in [
        (vec![70, 333], 8),
        (vec![130, 67], 1),
        (vec![5, 7, 11, 3], 4),
        (vec![2; 12], 2),
        (vec![96, 3, 40], 8),
        (vec![3, 1500], 1),
        (vec![600, 3], 4),
        (vec![], 8),
        (vec![3, 0], 8),
    ] {
        for turn in 0..=shape.len() {
            let mut order: Vec<usize> = (0..shape.len()).collect();
            let from = strided(&shape, &order, itemsize, &vec![0; shape.len()]);
            match turn {
                0 => order.reverse(),
                _ => order.rotate_left(turn),
            }
            let to = strided(&shape, &order, itemsize, &vec![0; shape.len()]);
            let (source, destination) = (place(&from, 0, |_| 0), place(&to, 0, |_| 0));
            let pairs =
                source.truth.list().offsets.into_iter().zip(destination.truth.list().offsets);
            let bytes =
                pairs.flat_map(|(a, b)| (0..itemsize).map(move |byte| (a + byte, b + byte)));
            let mut wanted: Vec<(i64, i64)> = bytes.collect();
            wanted.sort_unstable();
            for stores in [Stores::Cache, Stores::Stream] {
                let mut options = CopyOptions::default();
                options.stores = stores;
                let nest = nest(&source.layout, &destination.layout, &options).unwrap();
                let mut all = Vec::new();
                touched(nest.body(), &mut Vec::new(), &mut all);
                all.sort_unstable();
                assert_eq!(all, wanted, "{} <- {}", destination.layout, source.layout);
            }
        }
    }
}
