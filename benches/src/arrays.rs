//! The arrays of a case: its source with known contents, its destination, the right result.
//!
//! The right result comes from a walk index by index that shares no code with any entrant:
//! `(2,3):(24,8)+0` read by columns gives bytes 0, 24, 8, 32, 16, 40.

use std::cell::UnsafeCell;
use std::rc::Rc;

use stridewise::view::Buffer;
use stridewise_harness::{Case, checksum};

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
    /// The checksum of the source's bytes.
    pub as_it_lies: u64,
}

impl Arrays {
    /// Fills the source and works out the result.
    pub fn new(case: &Case) -> Result<Arrays, String> {
        let source = Memory::new(case.bytes())?;
        fill(case, source.bytes_mut());
        let destination = Memory::new(case.bytes())?;
        walk(case, source.bytes(), destination.bytes_mut());
        let wanted = checksum(destination.bytes());
        let as_it_lies = checksum(source.bytes());
        Ok(Arrays { source, destination, wanted, as_it_lies })
    }

    /// Bytes read and written.
    pub fn moved(&self) -> usize {
        self.source.bytes().len() + self.destination.bytes().len()
    }
}

/// Numbers that differ from their neighbours, and are ordinary numbers of the dtype.
fn fill(case: &Case, bytes: &mut [u8]) {
    for (at, item) in bytes.chunks_exact_mut(case.itemsize).enumerate() {
        let hash = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = hash ^ (hash >> 29);
        match case.itemsize {
            4 => item.copy_from_slice(&((hash >> 40) as f32).to_le_bytes()),
            8 => item.copy_from_slice(&((hash >> 12) as f64).to_le_bytes()),
            16 => {
                item[..8].copy_from_slice(&((hash >> 12) as f64).to_le_bytes());
                item[8..].copy_from_slice(&(at as f64).to_le_bytes());
            }
            size => item.copy_from_slice(&hash.to_le_bytes()[8 - size..]),
        }
    }
}

/// Copies item by item, in the order of the destination's indices.
fn walk(case: &Case, source: &[u8], destination: &mut [u8]) {
    let (size, shape) = (case.itemsize, case.shape());
    let (from, to) = (case.source_strides(), case.destination_strides());
    let mut index = vec![0; shape.len()];
    let (mut read, mut write) = (0, 0);
    for _ in 0..case.items() {
        destination[write * size..][..size].copy_from_slice(&source[read * size..][..size]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            read += from[axis];
            write += to[axis];
            if index[axis] < shape[axis] {
                break;
            }
            read -= from[axis] * shape[axis];
            write -= to[axis] * shape[axis];
            index[axis] = 0;
        }
    }
}
