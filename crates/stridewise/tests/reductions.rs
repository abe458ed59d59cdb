//! Reductions against the oracle: every slice by itself, on every backend, on any threads.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the numbers here are small

use stridewise::control::Control;
use stridewise::kernel::Backend;
use stridewise::kernel::reduce::{Operation, Reduction, reduce};
use stridewise::layout::{DType, Layout};
use stridewise::view::{Bytes, BytesMut};
use stridewise_oracle::{Rng, Strided};

const BACKENDS: [Backend; 3] = [Backend::Portable, Backend::Avx2, Backend::Avx512];

/// A layout with its lowest byte `low` bytes into a buffer of the right length.
fn place(truth: &Strided, low: i64) -> (Strided, Layout, usize) {
    let (lowest, highest) = truth.bounds().unwrap_or((truth.offset, truth.offset));
    let truth = Strided { offset: truth.offset - lowest + low, ..truth.clone() };
    let layout = Layout::new(&truth.shape, &truth.strides, truth.offset, truth.itemsize).unwrap();
    (truth, layout, (highest - lowest + low) as usize)
}

/// Random strides: axes in some order, with gaps, some negative, some zero.
fn strided(rng: &mut Rng, shape: &[i64], itemsize: i64, repeats: bool) -> Strided {
    let rank = shape.len();
    let mut order: Vec<usize> = (0..rank).collect();
    if !rng.once_in(3) {
        rng.shuffle(&mut order);
    }
    let mut strides = vec![0; rank];
    let mut next = itemsize;
    for &axis in order.iter().rev() {
        if rng.once_in(4) {
            next += rng.integer(1..=2 * itemsize);
        }
        strides[axis] = next;
        next *= shape[axis].max(1);
    }
    for stride in &mut strides {
        if rng.once_in(6) {
            *stride = -*stride;
        } else if repeats && rng.once_in(10) {
            *stride = 0;
        }
    }
    Strided::new(shape, &strides, 0, itemsize)
}

fn random_shape(rng: &mut Rng) -> Vec<i64> {
    let rank = rng.index(7);
    let most = [2000, 6000, 150, 30, 12, 6, 4][rank];
    let extent = |rng: &mut Rng| match rng.index(40) {
        0 => 0,
        1..15 => rng.integer(1..=4),
        _ => rng.integer(1..=most),
    };
    (0..rank).map(|_| extent(rng)).collect()
}

/// Values of each result's slice, in C order of the results and of the reduced indices.
fn slices(source: &Strided, axes: &[usize], bytes: &[u8]) -> Vec<Vec<f64>> {
    let kept: Vec<usize> = (0..source.shape.len()).filter(|axis| !axes.contains(axis)).collect();
    let order: Vec<usize> = kept.iter().chain(axes).copied().collect();
    let listed = source.list().permute(&order).offsets;
    let count: i64 = axes.iter().map(|&axis| source.shape[axis]).product();
    let results: i64 = kept.iter().map(|&axis| source.shape[axis]).product();
    let value = |&offset: &i64| {
        f64::from_le_bytes(bytes[offset as usize..offset as usize + 8].try_into().unwrap())
    };
    (0..results)
        .map(|at| {
            let first = (at * count) as usize;
            listed[first..first + count as usize].iter().map(value).collect()
        })
        .collect()
}

#[test]
fn sums_of_random_layouts() {
    let mut rng = Rng::new(11);
    for _ in 0..3000 {
        let shape = random_shape(&mut rng);
        let (source, layout, length) =
            place(&strided(&mut rng, &shape, 8, true), rng.clone().integer(0..=9));
        let axes: Vec<usize> = (0..shape.len()).filter(|_| rng.once_in(2)).collect();
        let mut bytes = vec![0u8; length];
        // Integers, so that every order of adding gives the same.
        for offset in source.list().offsets {
            let value = rng.integer(-1000..=1000) as f64;
            bytes[offset as usize..offset as usize + 8].copy_from_slice(&value.to_le_bytes());
        }
        let wanted: Vec<f64> =
            slices(&source, &axes, &bytes).iter().map(|s| s.iter().sum()).collect();
        let signed: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
        let mut sum = Reduction::new(Operation::Sum).over(&signed);
        let results = sum.result_shape(&shape).unwrap();
        let (truth, to, out_length) = place(&strided(&mut rng, &results, 8, false), 3);
        for backend in BACKENDS.into_iter().filter(|backend| backend.is_there()) {
            sum.backend = backend;
            let mut out = vec![0xEE; out_length];
            let mut write = BytesMut::new(&mut out, to.clone()).unwrap();
            let read = Bytes::new(&bytes, layout.clone()).unwrap();
            let f8 = DType::float64();
            reduce(&sum, &read, &f8, &mut write, &f8, &Control::quiet().with_threads(2)).unwrap();
            let got: Vec<f64> = truth
                .list()
                .offsets
                .iter()
                .map(|&offset| {
                    f64::from_le_bytes(
                        out[offset as usize..offset as usize + 8].try_into().unwrap(),
                    )
                })
                .collect();
            assert_eq!(got, wanted, "{layout} over {axes:?} into {to}, {}", backend.name());
        }
    }
}
