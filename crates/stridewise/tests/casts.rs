//! Casts against NumPy's rules and values, and against the oracle's layouts.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // the numbers here are small

use std::sync::atomic::{AtomicU64, Ordering};

use stridewise::control::{Control, Reply, Stopped};
use stridewise::kernel::Backend;
use stridewise::kernel::cast::{CastError, Casting, cast};
use stridewise::kernel::copy::{CopyError, CopyOptions, Stores};
use stridewise::layout::{DType, Layout};
use stridewise::view::{Bytes, BytesMut};
use stridewise_oracle::{Rng, Strided};

const BACKENDS: [Backend; 3] = [Backend::Portable, Backend::Avx2, Backend::Avx512];

fn dtype(text: &str) -> DType {
    DType::parse(text).unwrap()
}

fn options(backend: Backend, stores: Stores) -> CopyOptions {
    let mut options = CopyOptions::default();
    (options.backend, options.stores) = (backend, stores);
    options
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Packed values as one axis.
fn packed(dtype: &DType, bytes: usize) -> Layout {
    Layout::c_order(&[bytes as i64 / dtype.itemsize()], dtype.itemsize()).unwrap()
}

/// Whether two elements are the same bytes, or hold no number in the same places.
fn alike(dtype: &DType, one: &[u8], other: &[u8]) -> bool {
    let part = match dtype.kind().letter() {
        'f' => one.len(),
        'c' => one.len() / 2,
        _ => return one == other,
    };
    let is_nan = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        if !dtype.is_native() {
            bytes.reverse();
        }
        match *bytes {
            [low, high] => u16::from_le_bytes([low, high]) & 0x7fff > 0x7c00,
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]).is_nan(),
            _ => f64::from_le_bytes(bytes.try_into().unwrap()).is_nan(),
        }
    };
    let parts = one.chunks(part).zip(other.chunks(part));
    parts.into_iter().all(|(one, other)| one == other || is_nan(one) && is_nan(other))
}

#[test]
fn rules_and_values_are_numpys() {
    let mut rows = 0;
    for row in include_str!("data/casts.tsv").lines().filter(|row| !row.starts_with('#')) {
        let [from, to, rule, before, after] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let (from, to) = (dtype(from), dtype(to));
        let needed = Casting::needed(&from, &to).unwrap();
        assert_eq!(needed.name(), rule, "{from} to {to}");
        for casting in Casting::ALL {
            assert_eq!(casting.allows(&from, &to), Ok(needed <= casting));
        }
        let (before, wanted) = (unhex(before), unhex(after));
        for backend in BACKENDS.into_iter().filter(|backend| backend.is_there()) {
            let mut got = vec![0xEE; wanted.len()];
            let source = Bytes::new(&before, packed(&from, before.len())).unwrap();
            let mut place = BytesMut::new(&mut got, packed(&to, wanted.len())).unwrap();
            let options = options(backend, Stores::Auto);
            let quiet = Control::quiet();
            let cast = cast((&source, &from), (&mut place, &to), Casting::Unsafe, &options, &quiet);
            if wanted.is_empty() && cast.is_err() {
                continue; // A rule alone: the long doubles are not cast.
            }
            cast.unwrap();
            let size = to.itemsize() as usize;
            for (at, (got, wanted)) in got.chunks(size).zip(wanted.chunks(size)).enumerate() {
                let value = &before[at * from.itemsize() as usize..][..from.itemsize() as usize];
                assert!(
                    alike(&to, got, wanted),
                    "{from} {value:02x?} to {to}: {got:02x?}, NumPy {wanted:02x?}"
                );
            }
            rows += 1;
        }
    }
    assert!(rows > 300);
}

/// What one element becomes, by the path that the table above has checked.
fn one(value: &[u8], from: &DType, to: &DType) -> Vec<u8> {
    let mut got = vec![0; to.itemsize() as usize];
    let source = Bytes::new(value, packed(from, value.len())).unwrap();
    let mut place = BytesMut::new(&mut got, packed(to, to.itemsize() as usize)).unwrap();
    let (options, quiet) = (CopyOptions::default(), Control::quiet());
    cast((&source, from), (&mut place, to), Casting::Unsafe, &options, &quiet).unwrap();
    got
}

#[test]
fn floats_beyond_an_integers_range_saturate() {
    fn check(value: f64, to: &str, wanted: i64) {
        let to = dtype(to);
        let got = one(&value.to_le_bytes(), &DType::float64(), &to);
        assert_eq!(got, wanted.to_le_bytes()[..got.len()], "{value} to {to}");
    }
    check(300.7, "u1", 255);
    check(-1.0, "u1", 0);
    check(-0.9, "u1", 0);
    check(f64::NAN, "u1", 0);
    check(f64::NAN, "i8", 0);
    check(1e300, "i4", i64::from(i32::MAX));
    check(f64::NEG_INFINITY, "i4", i64::from(i32::MIN));
    check(-129.0, "i1", -128);
    check(1e19, "i8", i64::MAX);
    check(1e20, "u8", -1); // all bits: the largest
    check(-1e300, "i8", i64::MIN);
}

/// Strides of a shape whose axes lie in memory in the given order, last fastest, with gaps.
fn strided(rng: &mut Rng, shape: &[i64], itemsize: i64) -> Strided {
    let mut order: Vec<usize> = (0..shape.len()).collect();
    if !rng.once_in(3) {
        rng.shuffle(&mut order);
    }
    let mut strides = vec![0; shape.len()];
    let mut next = itemsize;
    for &axis in order.iter().rev() {
        next += if rng.once_in(4) { rng.integer(1..=2 * itemsize) } else { 0 };
        strides[axis] = if rng.once_in(6) { -next } else { next };
        next *= shape[axis].max(1);
    }
    Strided::new(shape, &strides, 0, itemsize)
}

/// Moved so that its lowest byte is `low`, and the bytes it then needs.
fn placed(truth: &Strided, low: i64) -> (Strided, Layout, usize) {
    let (lowest, highest) = truth.bounds().unwrap_or((truth.offset, truth.offset));
    let truth = Strided { offset: truth.offset - lowest + low, ..truth.clone() };
    let layout = Layout::new(&truth.shape, &truth.strides, truth.offset, truth.itemsize).unwrap();
    (truth, layout, (highest - lowest + low) as usize + 5)
}

#[test]
fn every_layout_becomes_every_layout() {
    let pairs = [
        ("<i2", "<f8"),
        ("<f8", "|u1"),
        (">f4", "<i8"),
        ("<c8", ">f2"),
        ("|b1", ">c16"),
        (">u4", "<u4"),
    ];
    let mut rng = Rng::new(7);
    for round in 0..240 {
        let rank = rng.index(6);
        let most = [1, 9000, 120, 30, 9, 6][rank];
        let shape: Vec<i64> =
            (0..rank).map(|_| if rng.once_in(30) { 0 } else { rng.integer(1..=most) }).collect();
        let (from, to) = pairs[round % pairs.len()];
        let (from, to) = (dtype(from), dtype(to));
        let mut before = strided(&mut rng, &shape, from.itemsize());
        for stride in &mut before.strides {
            *stride *= i64::from(!rng.once_in(10)); // broadcast
        }
        let after = strided(&mut rng, &shape, to.itemsize());
        let (before, source_layout, length) = placed(&before, rng.integer(0..=9));
        let memory: Vec<u8> = (0..length).map(|_| rng.integer(0..=255) as u8).collect();
        let (after, layout, length) = placed(&after, rng.integer(0..=9));
        let mut wanted = vec![0xEE; length];
        for (&out_of, &into) in before.list().offsets.iter().zip(&after.list().offsets) {
            let value = &memory[out_of as usize..][..from.itemsize() as usize];
            wanted[into as usize..][..to.itemsize() as usize]
                .copy_from_slice(&one(value, &from, &to));
        }
        let source = Bytes::new(&memory, source_layout).unwrap();
        for backend in BACKENDS.into_iter().filter(|backend| backend.is_there()) {
            for (stores, threads) in [(Stores::Cache, 1), (Stores::Stream, 3)] {
                let mut got = vec![0xEE; length];
                let mut place = BytesMut::new(&mut got, layout.clone()).unwrap();
                let control = Control::quiet().with_threads(threads);
                let options = options(backend, stores);
                cast((&source, &from), (&mut place, &to), Casting::Unsafe, &options, &control)
                    .unwrap();
                assert!(
                    got == wanted,
                    "{from} {} to {to} {layout}, {} {stores:?} {threads} threads",
                    source.layout(),
                    backend.name()
                );
            }
        }
    }
}

#[test]
fn threads_share_large_casts_and_all_of_it_is_reported() {
    let shape = [700, 600];
    let (from, to) = (dtype("<f4"), dtype("<f8"));
    let memory: Vec<u8> = (0..420_000u32).flat_map(|at| (at as f32).to_le_bytes()).collect();
    let source = Bytes::new(&memory, Layout::f_order(&shape, 4).unwrap()).unwrap();
    let mut result = vec![0; 420_000 * 8];
    let done = AtomicU64::new(0);
    let report = |so_far: u64, total: u64| {
        assert_eq!(total, 420_000);
        done.fetch_max(so_far, Ordering::Relaxed);
        Reply::Continue
    };
    for threads in [1, 2, 5] {
        let mut place = BytesMut::new(&mut result, Layout::c_order(&shape, 8).unwrap()).unwrap();
        let control = Control::reporting(&report).with_threads(threads);
        cast((&source, &from), (&mut place, &to), Casting::Safe, &CopyOptions::default(), &control)
            .unwrap();
        assert_eq!(done.swap(0, Ordering::Relaxed), 420_000);
        for (at, bytes) in result.chunks(8).enumerate() {
            let wanted = (at % 600 * 700 + at / 600) as f64;
            assert_eq!(bytes, wanted.to_le_bytes());
        }
        result.fill(0);
    }
    let stop = |_, _| Reply::Stop;
    let mut place = BytesMut::new(&mut result, Layout::c_order(&shape, 8).unwrap()).unwrap();
    let control = Control::reporting(&stop).with_threads(2);
    let stopped =
        cast((&source, &from), (&mut place, &to), Casting::Safe, &CopyOptions::default(), &control);
    assert_eq!(stopped, Err(CastError::Copy(CopyError::Stopped(Stopped))));
}

#[test]
fn small_casts_stay_on_the_calling_thread() {
    let (from, to) = (dtype("<f4"), dtype("<f8"));
    for elements in [1000, 100_000] {
        let memory = vec![0u8; elements * 4];
        let source = Bytes::new(&memory, packed(&from, memory.len())).unwrap();
        let mut result = vec![0u8; elements * 8];
        let mut place = BytesMut::new(&mut result, packed(&to, elements * 8)).unwrap();
        let caller = std::thread::current().id();
        let elsewhere = AtomicU64::new(0);
        let report = |_, _| {
            if std::thread::current().id() != caller {
                elsewhere.fetch_add(1, Ordering::Relaxed);
            }
            Reply::Continue
        };
        let control = Control::reporting(&report).with_threads(8);
        let options = CopyOptions::default();
        cast((&source, &from), (&mut place, &to), Casting::Safe, &options, &control).unwrap();
        assert_eq!(elsewhere.into_inner(), 0, "{elements}");
    }
}

#[test]
fn what_cannot_be_cast_is_refused_by_name() {
    fn check(from: &str, to: &str, casting: Casting, wanted: &str) {
        let (from, to) = (dtype(from), dtype(to));
        let (before, mut after) = ([0u8; 64], [0u8; 64]);
        let layout = |dtype: &DType| Layout::c_order(&[2], dtype.itemsize()).unwrap();
        let source = Bytes::new(&before, layout(&from)).unwrap();
        let mut place = BytesMut::new(&mut after, layout(&to)).unwrap();
        let (options, quiet) = (CopyOptions::default(), Control::quiet());
        let error = cast((&source, &from), (&mut place, &to), casting, &options, &quiet);
        assert_eq!(error.unwrap_err().to_string(), wanted);
    }
    check(
        "f8",
        "f4",
        Casting::Safe,
        "cannot cast array data from <f8 to <f4 according to the rule 'safe'",
    );
    check(
        "f8",
        "i4",
        Casting::SameKind,
        "cannot cast array data from <f8 to <i4 according to the rule 'same_kind'",
    );
    check("f8", "S8", Casting::Unsafe, "|S8 is no dtype of numbers that can be cast");
    check("M8[s]", "M8[ms]", Casting::Unsafe, "<M8[s] is no dtype of numbers that can be cast");
    check("f16", "f8", Casting::Unsafe, "<f16 is no dtype of numbers that can be cast");
    let (from, bytes) = (DType::float64(), [0u8; 16]);
    let source = Bytes::new(&bytes, Layout::c_order(&[2], 8).unwrap()).unwrap();
    let mut after = [0u8; 16];
    let mut place = BytesMut::new(&mut after, Layout::c_order(&[2], 8).unwrap()).unwrap();
    let (options, quiet) = (CopyOptions::default(), Control::quiet());
    let half = dtype("f4");
    let error = cast((&source, &from), (&mut place, &half), Casting::Unsafe, &options, &quiet);
    assert_eq!(error, Err(CastError::ItemSize { dtype: half.clone(), got: 8 }));
    let mut place = BytesMut::new(&mut after, Layout::c_order(&[4], 4).unwrap()).unwrap();
    let error = cast((&source, &from), (&mut place, &half), Casting::Unsafe, &options, &quiet);
    assert_eq!(
        error.unwrap_err().to_string(),
        "operands must have one shape: operand 0 has [4], operand 1 has [2]; broadcast them first"
    );
}
