//! Copies and reductions of small random layouts beside the oracle, item by item.
//!
//! Values are small integers, so that every order of adding gives the same; a copy of
//! `(2,3):(8,16)+0` onto `(2,3):(24,8)+0` touches 48 bytes and no other.

use stridewise::control::Control;
use stridewise::kernel::Backend;
use stridewise::kernel::copy::{CopyOptions, Stores, copy};
use stridewise::kernel::reduce::{Operation, Reduction, reduce, reduced};
use stridewise::layout::{DType, Layout};
use stridewise::view::{Bytes, BytesMut};
use stridewise_oracle::Strided;

use crate::dice::Dice;

/// The layout moved so that its lowest byte is `low`, and the bytes that it needs.
fn place(strided: &Strided, low: i64) -> (Strided, Layout, usize) {
    let (lowest, highest) = strided.bounds().unwrap_or((strided.offset, strided.offset));
    let placed = Strided { offset: strided.offset - lowest + low, ..strided.clone() };
    let layout = Layout::new(&placed.shape, &placed.strides, placed.offset, placed.itemsize)
        .expect("small numbers are legal");
    (placed, layout, usize::try_from(highest - lowest + low).expect("small"))
}

fn backend(dice: &mut Dice) -> Backend {
    let backend = *dice.pick(&[Backend::Avx512, Backend::Avx2, Backend::Portable]);
    if backend.is_there() { backend } else { Backend::Portable }
}

fn at(offset: i64) -> usize {
    usize::try_from(offset).expect("inside the buffer")
}

/// Any layout onto any other of its shape.
pub(crate) fn copies(data: &[u8]) {
    let mut dice = Dice(data);
    let from = dice.strided();
    let mut to = Strided { strides: Vec::new(), ..from.clone() };
    let mut stride = from.itemsize;
    let turned = dice.below(2) == 1;
    for axis in 0..from.shape.len() {
        let axis = if turned { axis } else { from.shape.len() - 1 - axis };
        stride += i64::from(dice.byte() & 3);
        to.strides.push(if dice.below(4) == 0 { -stride } else { stride });
        stride *= from.shape[axis].max(1);
    }
    if !turned {
        to.strides.reverse();
    }
    let (from, from_layout, source) = place(&from, dice.within(0..=9));
    let (to, to_layout, length) = place(&to, dice.within(0..=9));
    let source: Vec<u8> = (0..source).map(|at| ((at * 151) >> 3).to_le_bytes()[0]).collect();
    let mut wanted = vec![0xEE; length];
    for (&from, &to) in from.list().offsets.iter().zip(&to.list().offsets) {
        for byte in 0..from_layout.itemsize() {
            wanted[at(to + byte)] = source[at(from + byte)];
        }
    }
    let mut options = CopyOptions::default();
    options.backend = backend(&mut dice);
    options.stores = *dice.pick(&[Stores::Auto, Stores::Stream, Stores::Cache]);
    let mut memory = vec![0xEE; length];
    let read = Bytes::new(&source, from_layout).expect("placed inside");
    let mut write = BytesMut::new(&mut memory, to_layout.clone()).expect("placed inside");
    copy(&read, &mut write, &options, &Control::quiet()).expect("one shape");
    assert_eq!(memory, wanted, "{from} onto {to_layout}, {options:?}");
}

const OPERATIONS: [Operation; 9] = [
    Operation::Sum,
    Operation::Min,
    Operation::Max,
    Operation::ArgMin,
    Operation::ArgMax,
    Operation::CountNonzero,
    Operation::Any,
    Operation::All,
    Operation::Product,
];

/// Any operation over any axes of any layout.
pub(crate) fn reductions(data: &[u8]) {
    let mut dice = Dice(data);
    let mut from = dice.strided();
    let code = *dice.pick(&["f8", "i1", "u1", "i2", ">i2", "i4", ">f4", "f4", ">f8", "u8", "i8"]);
    let dtype = DType::parse(code).expect("a dtype");
    let (size, scale) = (dtype.itemsize(), from.itemsize);
    if from.strides.iter().all(|stride| stride % scale == 0) {
        from.strides.iter_mut().for_each(|stride| *stride = *stride / scale * size);
    }
    from.itemsize = size;
    // One axis may be long.
    if !from.shape.is_empty() && dice.below(3) == 0 {
        let axis = dice.below(from.shape.len());
        from.shape[axis] = dice.within(0..=250) * dice.within(1..=9);
        if from.shape.iter().product::<i64>() > 20_000 {
            return;
        }
    }
    let axes: Vec<usize> = (0..from.shape.len()).filter(|_| dice.below(2) == 1).collect();
    let operation = *dice.pick(&OPERATIONS);
    let backend = backend(&mut dice);
    let (from, layout, length) = place(&from, dice.within(0..=9));
    let list = from.list();
    let mut memory = vec![0; length];
    let few = dice.within(1..=3);
    for (nth, &offset) in list.offsets.iter().enumerate() {
        let value = (nth as i64 * 7 + i64::from(dice.byte())) % (2 * few + 1);
        let value = if code.contains('u') { value } else { value - few };
        put(&mut memory[at(offset)..], &dtype, value);
    }
    // Elements that share some of their bytes may be anything by now.
    let is_small = |&offset: &i64| {
        let item = &memory[at(offset)..][..at(size)];
        let mut again = vec![0; item.len()];
        let value = get(item, &dtype);
        put(&mut again, &dtype, value);
        (-10..=10).contains(&value) && again == item
    };
    if !list.offsets.iter().all(is_small) {
        return;
    }
    let signed: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
    let reduction = Reduction::new(operation).over(&signed).with_backend(backend);
    let view = Bytes::new(&memory, layout.clone()).expect("placed inside");
    let wanted: Option<Vec<i64>> = list
        .slices(&axes)
        .iter()
        .map(|slice| {
            let values: Vec<i64> =
                slice.iter().map(|&offset| get(&memory[at(offset)..], &dtype)).collect();
            result(operation, &values)
        })
        .collect();
    let empty = axes.iter().any(|&axis| from.shape[axis] == 0);
    let got = reduced(&reduction, &view, &dtype, &Control::quiet());
    let told = format!("{operation:?} of {code} {layout} over {axes:?}, {}", backend.name());
    match (wanted, got) {
        (Some(wanted), Ok(got)) => {
            let size = at(got.dtype.itemsize());
            let values: Vec<i64> =
                got.memory.chunks_exact(size).map(|item| get(item, &got.dtype)).collect();
            // A product of floats may leave the integers that a float tells apart.
            if operation == Operation::Product
                && dtype.kind() == stridewise::layout::dtype::Kind::Float
            {
                return;
            }
            assert_eq!(values, wanted, "{told}");
        }
        (_, Err(_)) if empty => {}
        (wanted, got) => panic!("{told}: {:?}, not {wanted:?}", got.err()),
    }
    // Into a view of another shape it is refused.
    let mut other = [0u8; 64];
    let wrong = Layout::c_order(&[7, 1], 8).expect("small");
    let mut out = BytesMut::new(&mut other, wrong).expect("56 of 64 bytes");
    let f8 = DType::float64();
    assert!(reduce(&reduction, &view, &dtype, &mut out, &f8, &Control::quiet()).is_err(), "{told}");
}

fn result(operation: Operation, values: &[i64]) -> Option<i64> {
    let first = |best: i64| values.iter().position(|&value| value == best).map(|at| at as i64);
    Some(match operation {
        Operation::Sum => values.iter().sum(),
        Operation::Product => values.iter().fold(1, |product, &value| product.wrapping_mul(value)),
        Operation::Min => *values.iter().min()?,
        Operation::Max => *values.iter().max()?,
        Operation::ArgMin => first(*values.iter().min()?)?,
        Operation::ArgMax => first(*values.iter().max()?)?,
        Operation::CountNonzero => values.iter().filter(|&&value| value != 0).count() as i64,
        Operation::Any => i64::from(values.iter().any(|&value| value != 0)),
        _ => i64::from(values.iter().all(|&value| value != 0)),
    })
}

/// The bytes of a number as the dtype has them, the lowest first.
fn turned(dtype: &DType, item: &mut [u8]) {
    if dtype.byte_order() == stridewise::layout::dtype::ByteOrder::Big {
        item.reverse();
    }
}

fn put(to: &mut [u8], dtype: &DType, value: i64) {
    let size = at(dtype.itemsize());
    let mut item = match (dtype.kind().letter(), size) {
        ('f', 4) => (value as f32).to_le_bytes().to_vec(),
        ('f', _) => (value as f64).to_le_bytes().to_vec(),
        _ => value.to_le_bytes()[..size].to_vec(),
    };
    turned(dtype, &mut item);
    to[..size].copy_from_slice(&item);
}

#[allow(clippy::cast_possible_truncation)] // values are small integers
fn get(from: &[u8], dtype: &DType) -> i64 {
    let size = at(dtype.itemsize());
    let mut item = from[..size].to_vec();
    turned(dtype, &mut item);
    let signed = dtype.kind().letter() == 'i' && item[size - 1] >= 0x80;
    match (dtype.kind().letter(), size) {
        ('f', 4) => f32::from_le_bytes(item.try_into().expect("4 bytes")) as i64,
        ('f', _) => f64::from_le_bytes(item.try_into().expect("8 bytes")) as i64,
        _ => {
            item.resize(8, if signed { 0xff } else { 0 });
            i64::from_le_bytes(item.try_into().expect("8 bytes"))
        }
    }
}
