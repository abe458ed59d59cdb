//! Rearranging in place, and copies inside one buffer, against the oracle.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the numbers here are small

use stridewise::control::{Control, Reply, Stopped};
use stridewise::kernel::Backend;
use stridewise::kernel::copy::{
    CopyError, CopyOptions, InPlaceError, copy_within, pack_in_place, swap_in_place,
};
use stridewise::layout::Layout;
use stridewise::view::{BytesMut, ViewError};
use stridewise_oracle::{Rng, Strided};

const BACKENDS: [Backend; 3] = [Backend::Portable, Backend::Avx2, Backend::Avx512];

fn backends() -> impl Iterator<Item = CopyOptions> {
    BACKENDS.into_iter().filter(|backend| backend.is_there()).map(|backend| {
        let mut options = CopyOptions::default();
        options.backend = backend;
        options
    })
}

/// Strides of a shape whose axes lie in memory in the given order, with gaps and turned axes.
fn strided(rng: &mut Rng, shape: &[i64], itemsize: i64, gaps: bool) -> Strided {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    rng.shuffle(&mut order);
    let mut strides = vec![0; shape.len()];
    let mut next = itemsize;
    for &axis in order.iter().rev() {
        next += if gaps && rng.once_in(4) { rng.integer(1..=2 * itemsize) } else { 0 };
        strides[axis] = if rng.once_in(6) { -next } else { next };
        next *= shape[axis].max(1);
    }
    let truth = Strided::new(shape, &strides, 0, itemsize);
    let low = truth.bounds().map_or(0, |(low, _)| low);
    Strided { offset: 5 - low, ..truth }
}

fn layout(truth: &Strided) -> Layout {
    Layout::new(&truth.shape, &truth.strides, truth.offset, truth.itemsize).unwrap()
}

fn memory(rng: &mut Rng, truth: &Strided) -> Vec<u8> {
    let high = truth.bounds().map_or(5, |(_, high)| high) as usize + 5;
    (0..high).map(|_| rng.integer(0..=255) as u8).collect()
}

/// What a copy from one layout to another leaves in the same memory, read as a whole first.
fn copied(memory: &[u8], from: &Strided, to: &Strided) -> Vec<u8> {
    let mut wanted = memory.to_vec();
    let size = from.itemsize as usize;
    for (&out_of, &into) in from.list().offsets.iter().zip(&to.list().offsets) {
        wanted[into as usize..][..size].copy_from_slice(&memory[out_of as usize..][..size]);
    }
    wanted
}

#[test]
fn equal_axes_are_exchanged_in_any_layout() {
    let mut rng = Rng::new(11);
    for round in 0..150 {
        let side = [1, 2, 3, 7, 63, 64, 65, 130][round % 8];
        let rank = 2 + rng.index(3);
        let mut shape: Vec<i64> = (0..rank).map(|_| rng.integer(1..=3)).collect();
        let (one, other) = (rng.index(rank), rng.index(rank));
        (shape[one], shape[other]) = (side, side);
        let itemsize = *rng.pick(&[1, 2, 4, 8, 16, 3, 9, 24]);
        let truth = strided(&mut rng, &shape, itemsize, true);
        let before = memory(&mut rng, &truth);
        let mut exchanged = truth.clone();
        exchanged.strides.swap(one, other);
        let wanted = copied(&before, &truth, &exchanged);
        for options in backends() {
            let mut got = before.clone();
            let mut view = BytesMut::new(&mut got, layout(&truth)).unwrap();
            let (one, other) = (one as i64, other as i64 - rank as i64);
            swap_in_place(&mut view, one, other, &options, &Control::quiet()).unwrap();
            assert!(got == wanted, "{} {one} {other}", layout(&truth));
        }
    }
}

#[test]
fn dense_views_are_packed_in_any_order() {
    let mut rng = Rng::new(12);
    for _ in 0..300 {
        let rank = rng.index(5);
        let most = [1, 3000, 90, 20, 9][rank];
        let shape: Vec<i64> =
            (0..rank).map(|_| if rng.once_in(40) { 0 } else { rng.integer(1..=most) }).collect();
        let itemsize = *rng.pick(&[1, 2, 4, 8, 16, 3, 9, 24]);
        let truth = strided(&mut rng, &shape, itemsize, false);
        let before = memory(&mut rng, &truth);
        let mut order: Vec<usize> = (0..rank).collect();
        rng.shuffle(&mut order);
        let packed = Layout::packed_in_order(&shape, itemsize, &order).unwrap();
        let low = truth.bounds().map_or(truth.offset, |(low, _)| low);
        let place = Strided { strides: packed.strides().to_vec(), offset: low, ..truth.clone() };
        let wanted = copied(&before, &truth, &place);
        let mut got = before.clone();
        let view = BytesMut::new(&mut got, layout(&truth)).unwrap();
        let options = CopyOptions::default();
        let result = pack_in_place(view, &order, &options, &Control::quiet()).unwrap();
        assert_eq!(result.layout(), &layout(&place));
        assert!(got == wanted, "{} to order {order:?}", layout(&truth));
    }
}

#[test]
fn copies_inside_one_buffer_are_as_if_read_first() {
    let mut rng = Rng::new(13);
    for _ in 0..600 {
        let rank = rng.index(4);
        let most = [1, 300, 30, 9][rank];
        let shape: Vec<i64> = (0..rank).map(|_| rng.integer(1..=most)).collect();
        let itemsize = *rng.pick(&[1, 2, 4, 8, 3, 9]);
        let from = strided(&mut rng, &shape, itemsize, true);
        let to = match rng.once_in(3) {
            true => from.clone(),
            false => strided(&mut rng, &shape, itemsize, true),
        };
        let high = |truth: &Strided| truth.bounds().map_or(5, |(_, high)| high);
        let shift = rng.integer(0..=high(&from) + 10);
        let shift = if rng.once_in(2) { shift } else { shift.min(40) };
        let (mut from, mut to) = (from, to);
        if rng.once_in(2) {
            from.offset += shift
        } else {
            to.offset += shift
        }
        let length = high(&from).max(high(&to)) as usize + 3;
        let before: Vec<u8> = (0..length).map(|_| rng.integer(0..=255) as u8).collect();
        let wanted = copied(&before, &from, &to);
        let mut got = before.clone();
        let options = CopyOptions::default();
        let control = Control::quiet().with_threads(2);
        copy_within(&mut got, &layout(&from), &layout(&to), &options, &control).unwrap();
        assert!(got == wanted, "{} to {}", layout(&from), layout(&to));
    }
}

#[test]
fn broadcast_and_overlapping_sources_are_read_first_too() {
    fn check(from: Layout, to: Layout, wanted: &[u8]) {
        let mut bytes = [1, 2, 3, 4, 5, 6];
        copy_within(&mut bytes, &from, &to, &CopyOptions::default(), &Control::quiet()).unwrap();
        assert_eq!(bytes, wanted);
    }
    let one = |extent: i64, stride, offset| Layout::new(&[extent], &[stride], offset, 1).unwrap();
    check(one(4, 0, 1), one(4, 1, 0), &[2, 2, 2, 2, 5, 6]);
    check(one(3, 1, 0), one(3, 2, 1), &[1, 1, 3, 2, 5, 3]);
    check(one(6, -1, 5), one(6, 1, 0), &[6, 5, 4, 3, 2, 1]);
    check(one(5, 1, 0), one(5, 1, 1), &[1, 1, 2, 3, 4, 5]);
    check(one(5, 1, 1), one(5, 1, 0), &[2, 3, 4, 5, 6, 6]);
    let windows = Layout::new(&[2, 3], &[1, 1], 0, 1).unwrap();
    check(windows, Layout::c_order(&[2, 3], 1).unwrap(), &[1, 2, 3, 2, 3, 4]);
}

#[test]
fn what_cannot_be_done_in_place_is_refused_by_name() {
    let (options, quiet) = (CopyOptions::default(), Control::quiet());
    let mut bytes = [0u8; 64];
    let c = Layout::c_order(&[4, 5], 1).unwrap();
    let mut view = BytesMut::new(&mut bytes, c.clone()).unwrap();
    let error = swap_in_place(&mut view, 0, 1, &options, &quiet);
    assert_eq!(error, Err(InPlaceError::NotSquare { axis: 0, wanted: 4, got: 5 }));
    assert!(matches!(
        swap_in_place(&mut view, 0, 2, &options, &quiet),
        Err(InPlaceError::Layout(_))
    ));
    let gaps = Layout::new(&[4, 5], &[8, 1], 0, 1).unwrap();
    let view = BytesMut::new(&mut bytes, gaps).unwrap();
    let error = pack_in_place(view, &[1, 0], &options, &quiet).map(|_| ());
    assert_eq!(error, Err(InPlaceError::NotDense { wanted: 20, got: 29 }));
    let view = BytesMut::new(&mut bytes, c.clone()).unwrap();
    let error = pack_in_place(view, &[1, 1], &options, &quiet).map(|_| ());
    assert!(matches!(error, Err(InPlaceError::Layout(_))));
    let mut within = |from: &Layout, to: &Layout| {
        copy_within(&mut bytes, from, to, &options, &quiet).unwrap_err()
    };
    let other = Layout::c_order(&[5, 4], 1).unwrap();
    assert!(matches!(within(&c, &other), InPlaceError::Copy(CopyError::Nest(_))));
    let large = Layout::c_order(&[4, 5], 2).unwrap();
    assert!(matches!(within(&c, &large), InPlaceError::Copy(CopyError::ItemSize { .. })));
    let far = Layout::new(&[4, 5], &[5, 1], 60, 1).unwrap();
    assert!(matches!(within(&c, &far), InPlaceError::View(ViewError::OutsideBuffer { .. })));
    let twice = Layout::new(&[4, 5], &[0, 1], 0, 1).unwrap();
    assert!(matches!(within(&c, &twice), InPlaceError::View(ViewError::Aliasing { .. })));
}

#[test]
fn a_stop_is_heard() {
    let stop = |_, _| Reply::Stop;
    let mut bytes = vec![0u8; 300 * 300];
    let options = CopyOptions::default();
    let stopped = Err(InPlaceError::Copy(CopyError::Stopped(Stopped)));
    let square = Layout::c_order(&[300, 300], 1).unwrap();
    let mut view = BytesMut::new(&mut bytes, square).unwrap();
    assert_eq!(swap_in_place(&mut view, 0, 1, &options, &Control::reporting(&stop)), stopped);
    let flat = Layout::c_order(&[200, 450], 1).unwrap();
    let view = BytesMut::new(&mut bytes, flat).unwrap();
    let packed = pack_in_place(view, &[1, 0], &options, &Control::reporting(&stop));
    assert_eq!(packed.map(|_| ()), stopped);
}
