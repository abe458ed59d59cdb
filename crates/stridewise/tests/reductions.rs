//! Reductions against the oracle: every slice by itself, on every backend, on any threads.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the numbers here are small

use proptest::prelude::*;
use stridewise::control::{Control, Reply, Stopped};
use stridewise::kernel::Backend;
use stridewise::kernel::reduce::{Operation, ReduceError, Reduction, nest, reduce, reduced};
use stridewise::layout::{DType, Layout, LayoutError};
use stridewise::nest::{Effect, Node};
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

/// Shape, seed of the strides, axes, and which operation.
fn any_reduction() -> impl Strategy<Value = (Vec<i64>, u64, Vec<bool>, usize)> {
    let shape = prop::collection::vec(prop_oneof![4 => 1..6i64, 2 => 1..40i64, 1 => 0..2i64], 0..6);
    (shape, any::<u64>(), prop::collection::vec(any::<bool>(), 6), 0..6usize)
}

proptest! {
    #[test]
    fn integers_of_any_layout((shape, seed, chosen, operation) in any_reduction()) {
        prop_assume!(shape.iter().product::<i64>() < 20_000);
        let mut rng = Rng::new(seed);
        let (source, layout, length) = place(&strided(&mut rng, &shape, 2, true), 1);
        let axes: Vec<usize> = (0..shape.len()).filter(|&axis| chosen[axis]).collect();
        let mut bytes = vec![0u8; length];
        for offset in source.list().offsets {
            let value = (rng.integer(-300..=300) as i16).to_le_bytes();
            bytes[offset as usize..offset as usize + 2].copy_from_slice(&value);
        }
        let value = |offset: &i64| {
            let at = *offset as usize;
            i64::from(i16::from_le_bytes([bytes[at], bytes[at + 1]]))
        };
        let slices: Vec<Vec<i64>> = (source.list().slices(&axes).iter())
            .map(|slice| slice.iter().map(value).collect())
            .collect();
        type Truth = fn(&[i64]) -> i64;
        type Boxed = Box<dyn Fn(&[i64]) -> i64>;
        let first = |best: fn(&[i64]) -> i64| move |v: &[i64]| {
            v.iter().position(|&x| x == best(v)).unwrap() as i64
        };
        let lowest: Truth = |v| *v.iter().min().unwrap();
        let highest: Truth = |v| *v.iter().max().unwrap();
        let (operation, truth): (Operation, Boxed) = match operation {
            0 => (Operation::Sum, Box::new(|v| v.iter().sum())),
            1 => (Operation::Min, Box::new(lowest)),
            2 => (Operation::Max, Box::new(highest)),
            3 => (Operation::ArgMin, Box::new(first(lowest))),
            4 => (Operation::ArgMax, Box::new(first(highest))),
            _ => (Operation::CountNonzero, Box::new(|v| v.iter().filter(|&&x| x != 0).count() as i64)),
        };
        let signed: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
        let view = Bytes::new(&bytes, layout.clone()).unwrap();
        for backend in BACKENDS.into_iter().filter(|backend| backend.is_there()) {
            let reduction = Reduction::new(operation).over(&signed).with_backend(backend);
            let i2 = DType::parse("i2").unwrap();
            let got = match reduced(&reduction, &view, &i2, &Control::quiet()) {
                Ok(got) => got,
                Err(error) => {
                    let empty = axes.iter().any(|&axis| shape[axis] == 0);
                    let told = matches!(error, ReduceError::Empty { .. });
                    prop_assert!(empty && told, "{error}");
                    continue;
                }
            };
            let results: Vec<i64> = match got.dtype.itemsize() {
                2 => got.memory.chunks_exact(2).map(|b| i64::from(i16::from_le_bytes([b[0], b[1]]))).collect(),
                _ => got.memory.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().unwrap())).collect(),
            };
            let wanted: Vec<i64> = slices.iter().map(|slice| truth(slice)).collect();
            prop_assert_eq!(results, wanted, "{:?} of {} over {:?}", operation, layout, axes);
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads_and_every_backend() {
    let mut rng = Rng::new(5);
    let bytes: Vec<u8> =
        (0..600_000).flat_map(|_| (rng.bits() as f64 / 1e15).to_le_bytes()).collect();
    let f8 = DType::float64();
    for (shape, order) in [
        (vec![600_000], 'C'),
        (vec![2000, 300], 'C'),
        (vec![2000, 300], 'F'),
        (vec![100, 60, 100], 'C'),
        (vec![37_500, 4, 4], 'C'),
    ] {
        let layout = match order {
            'C' => Layout::c_order(&shape, 8).unwrap(),
            _ => Layout::f_order(&shape, 8).unwrap(),
        };
        let view = Bytes::new(&bytes, layout).unwrap();
        for axes in 1..1usize << shape.len() {
            let axes: Vec<i64> =
                (0..shape.len() as i64).filter(|axis| axes >> axis & 1 == 1).collect();
            for operation in [
                Operation::Sum,
                Operation::Mean,
                Operation::Variance { ddof: 1.0 },
                Operation::Product,
                Operation::ArgMax,
            ] {
                let mut first: Option<Vec<u8>> = None;
                for backend in BACKENDS.into_iter().filter(|backend| backend.is_there()) {
                    for threads in [1, 2, 3, 7] {
                        let reduction = Reduction::new(operation).over(&axes).with_backend(backend);
                        let control = Control::quiet().with_threads(threads);
                        let got =
                            reduced(&reduction, &view, &f8, &control).unwrap().memory.to_vec();
                        let told = format!(
                            "{operation:?} {shape:?} {axes:?} {} {threads}",
                            backend.name()
                        );
                        assert!(*first.get_or_insert_with(|| got.clone()) == got, "{told}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_reduced_is_refused() {
    let memory = [0u8; 48];
    let f8 = DType::float64();
    let check = |operation: Operation,
                 axes: &[i64],
                 shape: &[i64],
                 dtype: &str,
                 out: &[i64],
                 out_dtype: &str| {
        let dtype = DType::parse(dtype).unwrap();
        let out_dtype = DType::parse(out_dtype).unwrap();
        let view = Bytes::new(&memory, Layout::c_order(shape, dtype.itemsize()).unwrap()).unwrap();
        let mut result = [0u8; 64];
        let to = Layout::c_order(out, out_dtype.itemsize()).unwrap();
        let mut write = BytesMut::new(&mut result, to).unwrap();
        let reduction = Reduction::new(operation).over(axes);
        reduce(&reduction, &view, &dtype, &mut write, &out_dtype, &Control::quiet()).unwrap_err()
    };
    let sum = Operation::Sum;
    let axis = LayoutError::AxisOutOfBounds { axis: 2, rank: 2, argument: None };
    assert_eq!(check(sum, &[2], &[2, 3], "f8", &[3], "f8"), ReduceError::Layout(axis));
    let twice = LayoutError::RepeatedAxis { axis: 1, argument: Some("axis") };
    assert_eq!(check(sum, &[1, -1], &[2, 3], "f8", &[2], "f8"), ReduceError::Layout(twice));
    let shape = ReduceError::Shape { axis: 0, wanted: vec![3], got: vec![2] };
    assert_eq!(check(sum, &[0], &[2, 3], "f8", &[2], "f8"), shape);
    let shape = ReduceError::Shape { axis: 1, wanted: vec![3], got: vec![3, 1] };
    assert_eq!(check(sum, &[0], &[2, 3], "f8", &[3, 1], "f8"), shape);
    let int = DType::int64();
    let dtype = ReduceError::ResultDType { wanted: f8.clone(), got: int.clone() };
    assert_eq!(check(sum, &[0], &[2, 3], "f8", &[3], "i8"), dtype);
    let text = DType::parse("S3").unwrap();
    let unsupported = ReduceError::Unsupported { operation: "sum", got: text };
    assert_eq!(check(sum, &[0], &[2, 3], "S3", &[3], "f8"), unsupported);
    let empty = ReduceError::Empty { operation: "min", axis: 1 };
    assert_eq!(check(Operation::Min, &[1], &[2, 0], "f8", &[2], "f8"), empty);
}

#[test]
fn a_caller_can_stop_it() {
    let source = vec![0u8; 32 << 20];
    let f8 = DType::float64();
    for (axes, threads) in [(vec![0], 1), (vec![1], 1), (vec![0, 1], 2), (vec![1], 2)] {
        let view = Bytes::new(&source, Layout::c_order(&[2048, 2048], 8).unwrap()).unwrap();
        let stop = |done: u64, total: u64| {
            assert!(done <= total);
            if done > total / 4 { Reply::Stop } else { Reply::Continue }
        };
        let control = Control::reporting(&stop).with_threads(threads);
        let sum = Reduction::new(Operation::Sum).over(&axes);
        let stopped = reduced(&sum, &view, &f8, &control).map(|result| result.layout);
        assert_eq!(stopped, Err(ReduceError::Stopped(Stopped)), "{axes:?}");
    }
}

/// Every byte that a nest reads, and every byte that it writes.
fn touched(body: &[Node], at: &mut Vec<i64>, all: &mut [Vec<i64>; 2]) {
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
                let which = usize::from(access.effect != Effect::Read);
                all[which].extend(first..first + access.size);
            }
        }
    }
}

#[test]
fn the_nest_of_a_reduction_reads_and_writes_every_byte_once() {
    let mut rng = Rng::new(21);
    for case in 0..300 {
        let shape = random_shape(&mut rng);
        let code = *rng.pick(&["f8", "i2", ">f4", "c8"]);
        let dtype = DType::parse(code).unwrap();
        let (source, from, _) = place(&strided(&mut rng, &shape, dtype.itemsize(), false), 3);
        let axes: Vec<i64> = (0..shape.len() as i64).filter(|_| rng.once_in(2)).collect();
        let operation = *rng.pick(&[Operation::Sum, Operation::ArgMin, Operation::CountNonzero]);
        let reduction = Reduction::new(operation).over(&axes);
        let result = reduction.result_dtype(&dtype).unwrap();
        let results = reduction.result_shape(&shape).unwrap();
        let (truth, to, _) = place(&strided(&mut rng, &results, result.itemsize(), false), 0);
        let Ok(nest) = nest(&reduction, &from, &dtype, &to) else { panic!("case {case}") };
        let mut all = [Vec::new(), Vec::new()];
        touched(nest.body(), &mut Vec::new(), &mut all);
        all.iter_mut().for_each(|bytes| bytes.sort_unstable());
        let bytes = |strided: &Strided| {
            let mut bytes: Vec<i64> = (strided.list().offsets.iter())
                .flat_map(|&first| first..first + strided.itemsize)
                .collect();
            bytes.sort_unstable();
            bytes
        };
        if shape.contains(&0) {
            assert!(nest.body().is_empty());
            continue;
        }
        assert!(
            all[0] == bytes(&source),
            "{operation:?} of {code} {from} over {axes:?} reads\n{nest}"
        );
        assert!(
            all[1] == bytes(&truth),
            "{operation:?} of {code} {from} over {axes:?} writes\n{nest}"
        );
    }
}
