//! Arrays without memory: a dtype, a layout, and which buffer the layout counts from.
//!
//! Two arrays can share bytes only where their buffers are the same one: `a[::2]` is
//! `(2,3):(48,8)+0` in the buffer of `a`, and so is `a.T`; every constructor call and every copy
//! has a buffer of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::layout::{DType, Layout};

/// The alignment that memory from an allocator has at least.
const ALLOCATED: i64 = 16;

/// One owning buffer, told from every other; clones are the same buffer.
#[derive(Clone, Debug)]
pub struct Buffer(Arc<Extent>);

#[derive(Debug)]
struct Extent {
    bytes: i64,
    alignment: i64,
    /// Whether it is that of a scalar, which is no array and has no memory to be seen.
    scalar: bool,
}

impl Buffer {
    /// A buffer of its own: how long it is, and a power of two that its first byte is a
    /// multiple of.
    pub fn new(bytes: i64, alignment: i64) -> Buffer {
        Buffer(Arc::new(Extent { bytes, alignment, scalar: false }))
    }

    /// A buffer that an allocator would give for `bytes` bytes.
    pub fn allocated(bytes: i64) -> Buffer {
        Buffer::new(bytes, ALLOCATED)
    }

    /// The inside of a scalar of so many bytes.
    pub(super) fn scalar(bytes: i64) -> Buffer {
        Buffer(Arc::new(Extent { bytes, alignment: ALLOCATED, scalar: true }))
    }

    pub(super) fn is_scalar(&self) -> bool {
        self.0.scalar
    }

    /// How many bytes.
    pub fn bytes(&self) -> i64 {
        self.0.bytes
    }

    /// A power of two that the first byte's address is a multiple of.
    pub fn alignment(&self) -> i64 {
        self.0.alignment
    }
}

/// The same buffer, not merely one of the same length.
impl PartialEq for Buffer {
    fn eq(&self, other: &Buffer) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Buffer {}

/// An array as a trace knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array {
    /// What an element is; its itemsize is the layout's.
    pub dtype: DType,
    /// Where the elements lie, counted from the first byte of `buffer`.
    pub layout: Layout,
    /// Which memory.
    pub buffer: Buffer,
    /// NumPy's flag WRITEABLE.
    pub writeable: bool,
}

impl Array {
    /// A writeable array in a buffer of its own that is exactly as long as the layout's span
    /// reaches.
    pub fn allocated(dtype: DType, layout: Layout) -> Array {
        let buffer = Buffer::allocated(layout.span().high.max(0));
        Array { dtype, layout, buffer, writeable: true }
    }

    /// Whether every element lies on a multiple of the dtype's alignment, as far as the
    /// buffer's own alignment is known (NumPy's flag ALIGNED).
    pub fn is_aligned(&self) -> bool {
        self.layout.is_empty()
            || self.dtype.alignment() <= self.buffer.alignment()
                && self.layout.is_aligned(self.dtype.alignment())
    }
}

/// The arrays that an expression may name.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeMap<String, Array>);

impl Names {
    /// No names.
    pub fn new() -> Names {
        Names::default()
    }

    /// Names an array; a later one of the same name takes its place.
    pub fn insert(&mut self, name: impl Into<String>, array: Array) {
        self.0.insert(name.into(), array);
    }

    /// The array of that name.
    pub fn get(&self, name: &str) -> Option<&Array> {
        self.0.get(name)
    }

    /// All names, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Array)> {
        self.0.iter().map(|(name, array)| (name.as_str(), array))
    }
}
