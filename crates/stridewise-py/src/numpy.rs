//! NumPy's C API, as far as views need it: read an array's layout, make a view from a checked one.
//!
//! Views are made with `PyArray_NewFromDescr` from a pointer and byte strides, never through a
//! typed array: `(3):(9)+1` of 8-byte items is a field of packed records, and no typed view of it
//! would be right. Only the part of the interface that NumPy 2 guarantees is used.
//!
//! Invariants that SAFETY comments cite:
//! - **P1** an [`Array`] is an ndarray or a subclass of it, checked where it is made, and so its
//!   object begins with [`ArrayFields`] (NumPy's binary interface since 2.0, checked at import)
//! - **P2** the calling thread is attached to the interpreter, and the object is referenced while
//!   its fields are read; nothing between two reads runs other Python code

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr::NonNull;

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use stridewise::kernel::Element;
use stridewise::layout::{DType, Layout, LayoutError, PerAxis, Span};
use stridewise::view::{Bytes, BytesMut};

/// What every ndarray object begins with, from NumPy's `ndarraytypes.h`.
#[repr(C)]
struct ArrayFields {
    object: ffi::PyObject,
    data: *mut u8,
    rank: c_int,
    shape: *mut isize,
    strides: *mut isize,
    base: *mut ffi::PyObject,
    descr: *mut DescrFields,
    flags: c_int,
}

/// What every dtype object begins with in NumPy 2, from `ndarraytypes.h`.
#[repr(C)]
struct DescrFields {
    object: ffi::PyObject,
    scalar: *mut ffi::PyTypeObject,
    kind: c_char,
    letter: c_char,
    byteorder: c_char,
    former_flags: c_char,
    number: c_int,
    flags: u64,
    itemsize: isize,
    alignment: isize,
}

const C_CONTIGUOUS: c_int = 0x1;
const F_CONTIGUOUS: c_int = 0x2;
const WRITEABLE: c_int = 0x400;
const ENSUREARRAY: c_int = 0x40;
const WARN_ON_WRITE: c_int = 1 << 31;
/// The last of the dtypes that NumPy numbers itself.
const HALF: c_int = 23;
/// Elements are references: bytes that are no element must never be read as one.
const ITEM_REFCOUNT: u64 = 0x1;

type NewFromDescr = unsafe extern "C" fn(
    *mut ffi::PyTypeObject,
    *mut DescrFields,
    c_int,
    *const isize,
    *const isize,
    *mut c_void,
    c_int,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;
type SetBaseObject = unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> c_int;
type FromAny = unsafe extern "C" fn(
    *mut ffi::PyObject,
    *mut DescrFields,
    c_int,
    c_int,
    c_int,
    *mut ffi::PyObject,
) -> *mut ffi::PyObject;
type DescrFromType = unsafe extern "C" fn(c_int) -> *mut DescrFields;
type Version = unsafe extern "C" fn() -> c_uint;

/// The functions and types that are used.
struct Interface {
    ndarray: NonNull<ffi::PyTypeObject>,
    new_from_descr: NewFromDescr,
    set_base_object: SetBaseObject,
    from_any: FromAny,
    descr_from_type: DescrFromType,
}

// SAFETY: pointers to functions and to a static type of an extension module that is never unloaded.
unsafe impl Send for Interface {}
// SAFETY: as above.
unsafe impl Sync for Interface {}

static INTERFACE: PyOnceLock<Interface> = PyOnceLock::new();

/// NumPy's interface; imports NumPy the first time.
fn interface(py: Python<'_>) -> PyResult<&'static Interface> {
    match INTERFACE.get(py) {
        Some(interface) => Ok(interface),
        None => INTERFACE.get_or_try_init(py, || load(py)),
    }
}

fn load(py: Python<'_>) -> PyResult<Interface> {
    let capsule = py.import("numpy._core._multiarray_umath")?.getattr("_ARRAY_API")?;
    // SAFETY: P2; NumPy's capsule has no name and holds a table of pointers, in the order of its
    // __multiarray_api.h, that only ever grows.
    unsafe {
        let table: *const *const c_void =
            ffi::PyCapsule_GetPointer(capsule.as_ptr(), std::ptr::null()).cast();
        if table.is_null() {
            return Err(PyErr::fetch(py));
        }
        let version: Version = std::mem::transmute(*table);
        if version() >> 24 != 2 {
            let text = "stridewise needs NumPy 2: its arrays have another binary interface";
            return Err(PyImportError::new_err(text));
        }
        Ok(Interface {
            ndarray: NonNull::new((*table.add(2)).cast_mut().cast())
                .ok_or_else(|| PyImportError::new_err("NumPy has no ndarray"))?,
            from_any: std::mem::transmute::<*const c_void, FromAny>(*table.add(69)),
            descr_from_type: std::mem::transmute::<*const c_void, DescrFromType>(*table.add(45)),
            new_from_descr: std::mem::transmute::<*const c_void, NewFromDescr>(*table.add(94)),
            set_base_object: std::mem::transmute::<*const c_void, SetBaseObject>(*table.add(282)),
        })
    }
}

/// Loads the interface, so that a NumPy that is too old is noticed at import.
pub(crate) fn require(py: Python<'_>) -> PyResult<()> {
    interface(py).map(|_| ())
}

/// Whether subclasses of ndarray stay what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subclass {
    Keep,
    Drop,
}

/// Whether a view may be written through, as far as its original can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writeable {
    Yes,
    /// Yes, with NumPy's warning at the first write.
    Warning,
    No,
}

/// An ndarray (P1).
#[derive(Clone)]
pub(crate) struct Array<'py>(Bound<'py, PyAny>);

impl<'py> Array<'py> {
    /// The object itself, if it is an ndarray or a subclass of it.
    pub(crate) fn cast(object: &Bound<'py, PyAny>) -> PyResult<Option<Array<'py>>> {
        let ndarray = interface(object.py())?.ndarray.as_ptr();
        // SAFETY: P2; both are objects.
        let is = unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), ndarray) != 0 };
        Ok(is.then(|| Array(object.clone())))
    }

    /// As `np.array(object, copy=None, subok=..)`; what has only `__dlpack__` comes through that.
    ///
    /// # Errors
    /// NumPy's, and where the memory is known not to be what the array says.
    pub(crate) fn of(object: &Bound<'py, PyAny>, subclass: Subclass) -> PyResult<Array<'py>> {
        let array = Array::told(object, subclass)?;
        array.believed()?;
        Ok(array)
    }

    fn told(object: &Bound<'py, PyAny>, subclass: Subclass) -> PyResult<Array<'py>> {
        let py = object.py();
        let interface = interface(py)?;
        let ndarray = interface.ndarray.as_ptr();
        // SAFETY: P2.
        if unsafe { ffi::Py_TYPE(object.as_ptr()) } == ndarray {
            return Ok(Array(object.clone()));
        }
        if subclass == Subclass::Keep
            && let Some(array) = Array::cast(object)?
        {
            return Ok(array);
        }
        if speaks_only_dlpack(object)? {
            return Array::told(
                &py.import("numpy")?.call_method1("from_dlpack", (object,))?,
                subclass,
            );
        }
        let flags = if subclass == Subclass::Drop { ENSUREARRAY } else { 0 };
        // SAFETY: P2; no dtype, no limits of rank, no context. It returns an ndarray or an error.
        unsafe {
            let array = (interface.from_any)(
                object.as_ptr(),
                std::ptr::null_mut(),
                0,
                0,
                flags,
                std::ptr::null_mut(),
            );
            Bound::from_owned_ptr_or_err(py, array).map(Array)
        }
    }

    /// The object itself, if it is an ndarray and of no subclass.
    pub(crate) fn exact(object: &Bound<'py, PyAny>) -> PyResult<Option<Array<'py>>> {
        let ndarray = interface(object.py())?.ndarray.as_ptr();
        Ok((object.get_type_ptr() == ndarray).then(|| Array(object.clone())))
    }

    /// The object.
    pub(crate) fn object(&self) -> &Bound<'py, PyAny> {
        &self.0
    }

    /// The object, given away.
    pub(crate) fn into_object(self) -> Bound<'py, PyAny> {
        self.0
    }

    fn fields(&self) -> &ArrayFields {
        // SAFETY: P1, P2.
        unsafe { &*self.0.as_ptr().cast::<ArrayFields>() }
    }

    fn descr(&self) -> &DescrFields {
        // SAFETY: P1, P2: every array has a dtype, which it references.
        unsafe { &*self.fields().descr }
    }

    /// How many axes.
    pub(crate) fn rank(&self) -> usize {
        usize::try_from(self.fields().rank).unwrap_or(0)
    }

    /// The extents, until other Python code runs.
    fn extents(&self) -> &[i64] {
        numbers(self.fields().shape, self.rank())
    }

    /// The strides, until other Python code runs.
    fn steps(&self) -> &[i64] {
        numbers(self.fields().strides, self.rank())
    }

    /// The extent of an axis, 0 where there is none such.
    pub(crate) fn extent(&self, axis: usize) -> i64 {
        self.extents().get(axis).copied().unwrap_or(0)
    }

    /// The extents.
    pub(crate) fn shape(&self) -> PerAxis<i64> {
        PerAxis::from(self.extents())
    }

    /// The strides in bytes.
    pub(crate) fn strides(&self) -> PerAxis<i64> {
        PerAxis::from(self.steps())
    }

    /// Bytes of an element.
    pub(crate) fn itemsize(&self) -> i64 {
        self.descr().itemsize as i64
    }

    /// The address of the element at (0, 0, ..).
    pub(crate) fn address(&self) -> i64 {
        self.fields().data.addr() as i64 // Addresses of user space have at most 57 bits.
    }

    /// NumPy's flag WRITEABLE.
    pub(crate) fn is_writeable(&self) -> bool {
        self.fields().flags & WRITEABLE != 0
    }

    /// NumPy's flag C_CONTIGUOUS.
    pub(crate) fn is_c_contiguous(&self) -> bool {
        self.fields().flags & C_CONTIGUOUS != 0
    }

    /// The addresses that the elements cover.
    pub(crate) fn span(&self) -> Result<Span, LayoutError> {
        if self.fields().flags & (C_CONTIGUOUS | F_CONTIGUOUS) == 0 {
            return Ok(self.layout_from(0)?.span());
        }
        // Without gaps; where there are no elements, extents beside a zero may be anything.
        let bytes =
            self.extents().iter().fold(self.itemsize(), |bytes, &n| bytes.saturating_mul(n));
        let low = self.address();
        Ok(Span { low, high: low.saturating_add(bytes) })
    }

    /// Whether elements are bytes and nothing more: of a dtype that NumPy itself defines, without
    /// references and without fields, whose padding need not be copied.
    pub(crate) fn is_plain(&self) -> bool {
        let descr = self.descr();
        (0..=HALF).contains(&descr.number)
            && descr.flags & ITEM_REFCOUNT == 0
            && self.kind() != b'V'
            && descr.itemsize > 0
    }

    /// Whether elements are references to objects.
    pub(crate) fn holds_references(&self) -> bool {
        self.descr().flags & ITEM_REFCOUNT != 0
    }

    /// NumPy's letter of the dtype's kind: `f`, `i`, ...
    pub(crate) fn kind(&self) -> u8 {
        self.descr().kind.to_ne_bytes()[0]
    }

    /// The dtype.
    pub(crate) fn dtype(&self) -> Bound<'py, PyAny> {
        // SAFETY: as for `descr`.
        unsafe { Bound::from_borrowed_ptr(self.0.py(), self.fields().descr.cast()) }
    }

    /// The dtype as the core knows it, if it is one of numbers, truth values or times.
    pub(crate) fn number_type(&self) -> PyResult<Option<DType>> {
        let text = match self.kind() {
            kind @ (b'b' | b'i' | b'u' | b'f' | b'c') if self.is_plain() => {
                let order = char::from(self.descr().byteorder.to_ne_bytes()[0]);
                format!("{order}{}{}", char::from(kind), self.itemsize())
            }
            b'm' | b'M' if self.is_plain() => self.dtype().getattr("str")?.extract()?,
            _ => return Ok(None),
        };
        Ok(DType::parse(&text).ok().filter(|dtype| dtype.itemsize() == self.itemsize()))
    }

    /// The element that kernels of windows know, in the machine's byte order.
    pub(crate) fn element(&self) -> Option<Element> {
        let (kind, size) = (self.kind(), self.itemsize());
        let native = matches!(self.descr().byteorder.to_ne_bytes()[0], b'=' | b'|');
        let known = |element: &&Element| (element.kind(), element.size()) == (kind, size);
        Element::ALL.iter().find(known).copied().filter(|_| native && self.is_plain())
    }

    /// A new array in C order, of a shape and a dtype, with any values.
    pub(crate) fn empty(py: Python<'py>, shape: &[i64], element: Element) -> PyResult<Array<'py>> {
        let interface = interface(py)?;
        let rank = c_int::try_from(shape.len())?;
        // SAFETY: P2; NumPy's number of the dtype, whose reference is given away; NumPy refuses a
        // shape that it does not take.
        unsafe {
            let descr = (interface.descr_from_type)(number_of(element));
            let ndarray = interface.ndarray.as_ptr();
            let (none, null) = (std::ptr::null(), std::ptr::null_mut());
            let array = (interface.new_from_descr)(
                ndarray,
                descr,
                rank,
                shape.as_ptr().cast(),
                none,
                null,
                0,
                std::ptr::null_mut(),
            );
            Bound::from_owned_ptr_or_err(py, array).map(Array)
        }
    }

    /// The bytes of elements that lie one after the other along one axis, until other Python code
    /// runs; `None` of all other arrays.
    pub(crate) fn line(&self) -> Option<&[u8]> {
        let &[extent] = self.extents() else { return None };
        let length = usize::try_from(extent.checked_mul(self.itemsize())?).ok()?;
        let data = NonNull::new(self.fields().data).filter(|_| self.is_c_contiguous())?;
        // SAFETY: P1, P2: the array's own bytes, which a reference keeps alive.
        Some(unsafe { std::slice::from_raw_parts(data.as_ptr(), length) })
    }

    /// The bytes of a new array, likewise, to be written.
    pub(crate) fn new_line(&mut self) -> Option<&mut [u8]> {
        let length = self.line()?.len();
        // SAFETY: as for `line`; nobody else knows a new array, and NumPy never reads it.
        Some(unsafe { std::slice::from_raw_parts_mut(self.fields().data, length) })
    }

    /// How many elements.
    fn size(&self) -> usize {
        self.extents().iter().map(|&extent| usize::try_from(extent).unwrap_or(0)).product()
    }

    /// Writes doubles into a new C-ordered array of as many.
    pub(crate) fn fill(&self, numbers: &[f64]) {
        let length = self.size().min(numbers.len());
        // SAFETY: P1, P2: the array is new, C-ordered and of doubles, and holds as many.
        unsafe {
            std::ptr::copy_nonoverlapping(numbers.as_ptr(), self.fields().data.cast(), length);
        }
    }

    /// Reads the doubles of a C-ordered array.
    pub(crate) fn read_into(&self, numbers: &mut [f64]) {
        let length = self.size().min(numbers.len());
        // SAFETY: P1, P2: the array is C-ordered and of doubles, and holds as many.
        unsafe {
            std::ptr::copy_nonoverlapping(self.fields().data.cast(), numbers.as_mut_ptr(), length);
        }
    }

    /// What the memory belongs to; `None` where to the array itself.
    pub(crate) fn base(&self) -> Option<Bound<'py, PyAny>> {
        // SAFETY: P1, P2: null or an object that the array references.
        unsafe { Bound::from_borrowed_ptr_or_opt(self.0.py(), self.fields().base) }
    }

    /// The layout, its offset counted from an address.
    pub(crate) fn layout_from(&self, start: i64) -> Result<Layout, LayoutError> {
        let offset = self.address().wrapping_sub(start);
        Layout::new(self.extents(), self.steps(), offset, self.itemsize())
    }

    /// The elements, for a kernel to read, broadcast to a shape; `None` if they cannot be.
    ///
    /// They may be read as long as the array is referenced. That no other thread writes to them
    /// is for the caller of the Python function to see to.
    pub(crate) fn bytes_as(&self, shape: &[i64]) -> Option<Bytes<'py>> {
        let layout = self.layout_from(self.address()).ok()?.broadcast_to(shape).ok()?;
        let origin = NonNull::new(self.fields().data)?;
        // SAFETY: V1: the layout is the array's own (P1), which a reference keeps alive, and a
        // broadcast one reaches no other bytes.
        Some(unsafe { Bytes::from_raw(origin, layout) })
    }

    /// The elements, for a kernel to read.
    pub(crate) fn bytes(&self) -> Option<Bytes<'py>> {
        let layout = self.layout_from(self.address()).ok()?;
        let origin = NonNull::new(self.fields().data)?;
        // SAFETY: V1: the layout is the array's own (P1), which a reference keeps alive.
        Some(unsafe { Bytes::from_raw(origin, layout) })
    }

    /// The elements, for a kernel to write; `None` where that is not allowed or would reach one
    /// twice.
    pub(crate) fn bytes_mut(&self) -> Option<BytesMut<'py>> {
        let layout = self.layout_from(self.address()).ok().filter(|_| self.is_writeable())?;
        let origin = NonNull::new(self.fields().data)?;
        // SAFETY: V1 as above; V3: the caller reads no bytes of the array meanwhile.
        unsafe { BytesMut::from_raw(origin, layout) }.ok()
    }

    /// Another view of the same memory: `layout` counts from the address `start`.
    ///
    /// # Safety
    /// Every byte that the layout reaches from `start` is memory that lives as long as this array,
    /// and where elements hold references, every element is one of this array's own dtype.
    pub(crate) unsafe fn view(
        &self,
        layout: &Layout,
        start: i64,
        writeable: Writeable,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (shape, strides) = (layout.shape(), layout.strides());
        let shift = (start.wrapping_add(layout.offset())).wrapping_sub(self.address());
        // SAFETY: the caller's promise.
        unsafe { self.view_of_parts(shape, strides, shift, writeable) }
    }

    /// Another view of the same memory, its first element `shift` bytes behind this one's.
    ///
    /// # Safety
    /// As for [`Array::view`]; shape and strides have one length, at most 64, and NumPy refuses
    /// what it does not take of them.
    pub(crate) unsafe fn view_of_parts(
        &self,
        shape: &[i64],
        strides: &[i64],
        shift: i64,
        writeable: Writeable,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = self.0.py();
        let interface = interface(py)?;
        let object = self.0.as_ptr();
        let mut flags = 0;
        if writeable != Writeable::No && self.is_writeable() {
            flags |= WRITEABLE;
        }
        #[allow(clippy::cast_possible_truncation)] // 64 axes at most, and 64-bit addresses.
        let (rank, shift) = (shape.len() as c_int, shift as isize);
        // SAFETY: P1, P2; the type is that of an ndarray; a reference to the dtype is given away,
        // and one to this array, which keeps the memory alive; the caller's promise.
        unsafe {
            let descr = self.fields().descr;
            ffi::Py_INCREF(descr.cast());
            let view = (interface.new_from_descr)(
                ffi::Py_TYPE(object),
                descr,
                rank,
                shape.as_ptr().cast(),
                strides.as_ptr().cast(),
                self.fields().data.wrapping_offset(shift).cast(),
                flags,
                object,
            );
            let view = Bound::from_owned_ptr_or_err(py, view)?;
            ffi::Py_INCREF(object);
            if (interface.set_base_object)(view.as_ptr(), object) != 0 {
                return Err(PyErr::fetch(py));
            }
            if writeable == Writeable::Warning && flags & WRITEABLE != 0 {
                (*view.as_ptr().cast::<ArrayFields>()).flags |= WARN_ON_WRITE;
            }
            Ok(view)
        }
    }
}

/// What NumPy calls the dtype of an element, from its `NPY_TYPES`; `long` has 64 bits or 32.
fn number_of(element: Element) -> c_int {
    let long = size_of::<std::ffi::c_long>() == 8;
    match element {
        Element::Bool => 0,
        Element::I8 => 1,
        Element::U8 => 2,
        Element::I16 => 3,
        Element::U16 => 4,
        Element::I32 => 5,
        Element::U32 => 6,
        Element::I64 => {
            if long {
                7
            } else {
                9
            }
        }
        Element::U64 => {
            if long {
                8
            } else {
                10
            }
        }
        Element::F32 => 11,
        Element::F64 => 12,
        Element::F16 => 23,
    }
}

/// NumPy does not ask for `__dlpack__` by itself.
fn speaks_only_dlpack(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let exactly = |class: *mut ffi::PyTypeObject| object.get_type().as_type_ptr() == class;
    let plain = [
        &raw mut ffi::PyFloat_Type,
        &raw mut ffi::PyLong_Type,
        &raw mut ffi::PyList_Type,
        &raw mut ffi::PyTuple_Type,
    ];
    if plain.into_iter().any(exactly) {
        return Ok(false);
    }
    // SAFETY: P2.
    if unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) } != 0 {
        return Ok(false);
    }
    let has = |name: &str| object.hasattr(name);
    Ok(has("__dlpack__")?
        && !has("__array_interface__")?
        && !has("__array_struct__")?
        && !has("__array__")?)
}

/// One number per axis.
fn numbers<'a>(first: *const isize, rank: usize) -> &'a [i64] {
    const { assert!(size_of::<isize>() == size_of::<i64>(), "64-bit systems only") };
    if rank == 0 {
        return &[];
    }
    // SAFETY: P1, P2: an array of rank > 0 has as many extents and strides, of 64 bits each.
    unsafe { std::slice::from_raw_parts(first.cast(), rank) }
}
