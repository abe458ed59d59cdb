//! The arrays of a case: its source with known contents, its destination, the right result.
//!
//! What lies at a place follows from the place alone, and so the right result is worked out
//! without reading the source, sharing no code with any entrant: reading `(2,3):(24,8)+0` by
//! columns gives the places 0, 3, 1, 4, 2, 5.

use std::cell::UnsafeCell;
use std::rc::Rc;

use stridewise::view::Buffer;
use stridewise_harness::{Case, Expect, checksum, rounded_checksum};

/// Memory on huge pages, shared by entrants that take turns.
#[derive(Clone)]
pub struct Memory(Rc<UnsafeCell<Buffer>>);

#[allow(clippy::mut_from_ref)]
impl Memory {
    /// Zeroed bytes.
    pub fn new(bytes: usize) -> Result<Memory, String> {
        let mut buffer = Buffer::zeroed(bytes).ok_or("there is no memory for the case")?;
        buffer.fill(1); // so that every page is there
        Ok(Memory(Rc::new(buffer.into())))
    }

    /// The bytes, to be written.
    pub fn bytes_mut(&self) -> &mut [u8] {
        // SAFETY: one entrant runs at a time, and keeps no reference.
        unsafe { &mut *self.0.get() }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes_mut()
    }

    /// The bytes as plain items, to be written.
    pub fn items_mut<T: Copy>(&self) -> &mut [T] {
        let bytes = self.bytes_mut();
        // SAFETY: buffers are aligned to 64 bytes, and every pattern of bits is a T: entrants use
        // integers, floats and pairs of floats.
        unsafe {
            std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), bytes.len() / size_of::<T>())
        }
    }

    /// The bytes as plain items.
    pub fn items<T: Copy>(&self) -> &[T] {
        self.items_mut()
    }
}

/// What the entrants of a case share.
pub struct Arrays {
    /// The source.
    pub source: Memory,
    /// The destination.
    pub destination: Memory,
    /// The checksum of the right result.
    pub wanted: u64,
    /// Whether it is right to the bit, or within some rounding.
    pub expect: Expect,
    /// The checksum of the source's bytes.
    pub as_it_lies: u64,
}

impl Arrays {
    /// Fills the source and works out the result.
    pub fn new(case: &Case) -> Result<Arrays, String> {
        match case.verb.as_str() {
            "layout" => Arrays::of(Memory::new(0)?, Vec::new(), Expect::Nothing),
            "reduce" => reduced::arrays(case),
            "window" => crate::windowed::arrays(case),
            _ => match case.itemsize {
                1 => copied::<u8>(case),
                2 => copied::<u16>(case),
                4 => copied::<f32>(case),
                8 => copied::<f64>(case),
                _ => copied::<[f64; 2]>(case),
            },
        }
    }

    /// The right result is given as bytes.
    pub fn of(source: Memory, right: Vec<u8>, expect: Expect) -> Result<Arrays, String> {
        let as_it_lies = checksum(source.bytes());
        let wanted = match expect {
            Expect::Nearly(itemsize) => rounded_checksum(&right, itemsize),
            _ => checksum(&right),
        };
        Ok(Arrays { source, destination: Memory::new(right.len())?, wanted, expect, as_it_lies })
    }

    /// Bytes read and written; of a reduction those that are read, of layouts none.
    pub fn moved(&self, case: &Case) -> usize {
        match case.verb.as_str() {
            "reduce" => self.source.bytes().len(),
            _ => self.source.bytes().len() + self.destination.bytes().len(),
        }
    }
}

/// Bits that look random and depend on the place alone.
pub fn hash(at: usize) -> u64 {
    let hash = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// What lies at a place of the source: an ordinary number, unlike its neighbours.
trait Value: Copy {
    fn at(at: usize) -> Self;
}

impl Value for u8 {
    fn at(at: usize) -> u8 {
        (hash(at) >> 56) as u8
    }
}

impl Value for u16 {
    fn at(at: usize) -> u16 {
        (hash(at) >> 48) as u16
    }
}

impl Value for f32 {
    fn at(at: usize) -> f32 {
        (hash(at) >> 40) as f32
    }
}

impl Value for f64 {
    fn at(at: usize) -> f64 {
        (hash(at) >> 12) as f64
    }
}

impl Value for [f64; 2] {
    fn at(at: usize) -> [f64; 2] {
        [f64::at(at), at as f64]
    }
}

/// The arrays of a copy. The result is worked out from the places alone, in the order in which
/// it lies.
fn copied<T: Value>(case: &Case) -> Result<Arrays, String> {
    let (source, destination) = (Memory::new(case.bytes())?, Memory::new(case.bytes())?);
    for (at, item) in source.items_mut::<T>().iter_mut().enumerate() {
        *item = T::at(at);
    }
    let mut axes: Vec<usize> = (0..case.lies.len()).collect();
    let to = case.destination_strides();
    axes.sort_by_key(|&axis| std::cmp::Reverse(to[axis]));
    let (shape, from) = (case.shape(), case.source_strides());
    let (shape, from): (Vec<usize>, Vec<usize>) =
        axes.iter().map(|&axis| (shape[axis], from[axis])).unzip();
    let mut items = destination.items_mut::<T>().iter_mut();
    places(&shape, &from, |at| *items.next().expect("as many") = T::at(at));
    let (wanted, as_it_lies) = (checksum(destination.bytes()), checksum(source.bytes()));
    Ok(Arrays { source, destination, wanted, expect: Expect::Result, as_it_lies })
}

/// Visits the places of all indices, the last index fastest.
fn places(shape: &[usize], strides: &[usize], mut visit: impl FnMut(usize)) {
    let Some((&extent, outer)) = shape.split_last() else { return visit(0) };
    let stride = strides[outer.len()];
    let mut index = vec![0; outer.len()];
    let mut start = 0;
    loop {
        (0..extent).for_each(|step| visit(start + step * stride));
        let mut axis = outer.len();
        loop {
            if axis == 0 {
                return;
            }
            axis -= 1;
            index[axis] += 1;
            start += strides[axis];
            if index[axis] < outer[axis] {
                break;
            }
            start -= strides[axis] * outer[axis];
            index[axis] = 0;
        }
    }
}

pub mod reduced {
    //! Reductions of small whole numbers, chosen so that every right way gives the same bits;
    //! of variances all but the last bits.

    use stridewise_harness::{Case, Expect};

    use super::{Arrays, Memory, hash, places};

    /// How many different numbers there are, so that sums stay exact in the result's dtype, and
    /// so do squares of differences over up to 4096 of them.
    fn range(case: &Case, count: u64) -> u64 {
        let exact = if case.dtype == "f4" { 1 << 24 } else { 1 << 40 };
        match case.options.get("op").map(String::as_str) {
            Some("max" | "min" | "argmax" | "argmin") if case.itemsize > 1 => 1 << 24,
            Some("var" | "std") => 16,
            _ => (exact / count).clamp(2, 250),
        }
    }

    pub fn arrays(case: &Case) -> Result<Arrays, String> {
        let (shape, strides, over) = (case.shape(), case.source_strides(), case.over());
        let count: usize = over.iter().map(|&axis| shape[axis]).product();
        let range = range(case, count as u64);
        let value = |at: usize| (hash(at) >> 20) % range;
        let source = Memory::new(case.bytes())?;
        for (at, item) in source.bytes_mut().chunks_exact_mut(case.itemsize).enumerate() {
            item.copy_from_slice(&number(&case.dtype, value(at) as f64)?);
        }
        // Kept axes first, so that each result's numbers come one after the other.
        let kept: Vec<usize> = (0..shape.len()).filter(|axis| !over.contains(axis)).collect();
        let axes: Vec<usize> = kept.into_iter().chain(over).collect();
        let (shape, strides): (Vec<usize>, Vec<usize>) =
            axes.into_iter().map(|axis| (shape[axis], strides[axis])).unzip();
        let (mut right, mut slice) = (Vec::new(), Vec::with_capacity(count));
        let mut failed = None;
        places(&shape, &strides, |at| {
            slice.push(value(at));
            if slice.len() == count {
                match result(case, &slice) {
                    Ok(bytes) => right.extend(bytes),
                    Err(error) => failed = Some(error),
                }
                slice.clear();
            }
        });
        let expect = match case.options.get("op").map(String::as_str) {
            Some("var" | "std") => Expect::Nearly(right.len() * count / case.items()),
            _ => Expect::Result,
        };
        failed.map_or_else(|| Arrays::of(source, right, expect), Err)
    }

    /// The bytes of a number of a dtype.
    pub fn number(dtype: &str, value: f64) -> Result<Vec<u8>, String> {
        Ok(match dtype {
            "f8" => value.to_le_bytes().to_vec(),
            "f4" => (value as f32).to_le_bytes().to_vec(),
            "i8" | "u8" => (value as i64).to_le_bytes().to_vec(),
            "i4" | "u4" => (value as i32).to_le_bytes().to_vec(),
            "i2" | "u2" => (value as i16).to_le_bytes().to_vec(),
            "i1" | "u1" => vec![value as u8],
            _ => return Err(format!("no reductions of {dtype}")),
        })
    }

    /// What NumPy's operation makes of the numbers, in the dtype that it would have.
    fn result(case: &Case, numbers: &[u64]) -> Result<Vec<u8>, String> {
        let whole = !case.dtype.starts_with('f');
        let sum: u64 = numbers.iter().sum();
        let count = numbers.len() as f64;
        let place = |best: Option<&u64>| {
            numbers.iter().position(|number| Some(number) == best).unwrap_or(0) as f64
        };
        let variance = || {
            let mean = sum as f64 / count;
            numbers.iter().map(|&number| (number as f64 - mean).powi(2)).sum::<f64>() / count
        };
        let float = if whole { "f8" } else { &case.dtype };
        match case.options.get("op").map(String::as_str) {
            Some("sum") => number(if whole { "i8" } else { &case.dtype }, sum as f64),
            Some("mean") => number(float, sum as f64 / count),
            Some("var") => number(float, variance()),
            Some("std") => number(float, variance().sqrt()),
            Some("max") => number(&case.dtype, *numbers.iter().max().unwrap_or(&0) as f64),
            Some("min") => number(&case.dtype, *numbers.iter().min().unwrap_or(&0) as f64),
            Some("argmax") => number("i8", place(numbers.iter().max())),
            Some("argmin") => number("i8", place(numbers.iter().min())),
            op => Err(format!("no right result for {op:?}")),
        }
    }
}
