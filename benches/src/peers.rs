//! Cases, and who takes part in them: the floors, stridewise, and other people's copies.

use std::fmt;

use ndarray::{ArrayView, ArrayViewMut, IxDyn};
use stridewise::control::Control;
use stridewise::kernel::Backend;
use stridewise::kernel::copy::{CopyOptions, copy};
use stridewise::layout::Layout;
use stridewise::view::{Buffer, Bytes, BytesMut};

use crate::floor;

/// A C-order source, its axes permuted, copied to C order.
#[derive(Clone)]
pub struct Case {
    item: usize,
    shape: Vec<usize>,
    axes: Vec<usize>,
    class: String,
}

impl Case {
    /// `8  4096,4096  1,0  f64`
    pub fn parse(line: &str) -> Option<Case> {
        let line = line.split('#').next()?;
        let mut words = line.split_whitespace();
        let list = |word: &str| word.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>();
        Some(Case {
            item: words.next()?.parse().ok()?,
            shape: list(words.next()?).ok()?,
            axes: list(words.next()?).ok()?,
            class: words.collect::<Vec<_>>().join(" "),
        })
    }

    pub fn bytes(&self) -> usize {
        self.shape.iter().product::<usize>() * self.item
    }

    /// The permuted source in items: shape and strides.
    fn source(&self) -> (Vec<usize>, Vec<usize>) {
        let strides = c_strides(&self.shape);
        let permuted = |values: &[usize]| self.axes.iter().map(|&axis| values[axis]).collect();
        (permuted(&self.shape), permuted(&strides))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} B {:?} by {:?}: {}", self.item, self.shape, self.axes, self.class)
    }
}

fn c_strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// One way to make the copy.
pub struct Contender {
    pub name: &'static str,
    /// Whether its result is right, as far as that can be asked of it.
    pub checked: bool,
    pub run: Box<dyn FnMut()>,
}

/// The floors first, then stridewise, then peers.
pub fn contenders(case: &Case, threads: usize) -> Vec<Contender> {
    match case.item {
        1 => of::<u8>(case, threads, |at| (at * 7 + (at >> 8) * 13) as u8),
        2 => of::<u16>(case, threads, |at| (at * 7 + (at >> 16) * 13) as u16),
        4 => of::<f32>(case, threads, |at| (at & 0xff_ffff) as f32),
        8 => of::<f64>(case, threads, |at| at as f64),
        _ => of::<[f64; 2]>(case, threads, |at| [at as f64, -1.0]),
    }
}

fn of<T>(case: &Case, threads: usize, value: fn(usize) -> T) -> Vec<Contender>
where
    T: Copy + PartialEq + Send + Sync + stridewise::view::Plain,
{
    let size = case.bytes();
    // Leaked for the rest of the process would be simplest; a case gives them back when it ends.
    let source = Memory::<T>::new(size, value);
    let destination = Memory::<T>::new(size, value);
    let mut contenders = Vec::new();
    let (shape, strides) = case.source();
    let wanted = {
        let (shape, strides) = (shape.clone(), strides.clone());
        move |at: usize| {
            let mut rest = at;
            let axes = shape.iter().zip(&strides).rev();
            axes.map(|(extent, stride)| {
                let index = rest % extent;
                rest /= extent;
                index * stride
            })
            .sum::<usize>()
        }
    };
    let mut add = |name, check: bool, mut run: Box<dyn FnMut()>| {
        let (from, to) = (source.clone(), destination.clone());
        to.get_mut().fill(value(0));
        run();
        let items = to.get_mut();
        let every = items.len() / 5000 + 1;
        let right = |at: usize| items[at] == from.get()[wanted(at)];
        let checked = !check || (0..items.len()).step_by(every).all(right);
        contenders.push(Contender { name, checked, run });
    };
    macro_rules! contender {
        ($name:expr, $check:expr, |$from:ident, $to:ident| $body:expr) => {{
            let ($from, $to) = (source.clone(), destination.clone());
            add($name, $check, Box::new(move || $body));
        }};
    }
    contender!("memcpy", false, |from, to| to.get_mut().copy_from_slice(from.get()));
    contender!("streaming copy", false, |from, to| floor::stream(from.bytes(), to.bytes_mut()));

    let bytes = |values: &[usize]| values.iter().map(|v| (v * case.item) as i64).collect::<Vec<_>>();
    let extents: Vec<i64> = shape.iter().map(|&extent| extent as i64).collect();
    let from_layout = Layout::new(&extents, &bytes(&strides), 0, case.item as i64).unwrap();
    let to_layout = Layout::c_order(&extents, case.item as i64).unwrap();
    let mut options = CopyOptions::default();
    let isa = std::env::var("STRIDEWISE_ISA").ok();
    if let Some(backend) = isa.and_then(|name| Backend::from_name(&name)) {
        options.backend = backend;
    }
    {
        let (from_layout, to_layout) = (from_layout.clone(), to_layout.clone());
        contender!("stridewise", true, |from, to| {
            let read = Bytes::new(from.bytes(), from_layout.clone()).unwrap();
            let mut write = BytesMut::new(to.bytes_mut(), to_layout.clone()).unwrap();
            copy(&read, &mut write, &options, &Control::quiet()).unwrap();
        });
    }
    if threads > 1 {
        contender!("stridewise x N", true, |from, to| {
            let read = Bytes::new(from.bytes(), from_layout.clone()).unwrap();
            let mut write = BytesMut::new(to.bytes_mut(), to_layout.clone()).unwrap();
            copy(&read, &mut write, &options, &Control::quiet().with_threads(threads)).unwrap();
        });
    }
    {
        let (case, shape) = (case.clone(), shape.clone());
        contender!("ndarray", true, |from, to| {
            let array = ArrayView::from_shape(IxDyn(&case.shape), from.get()).unwrap();
            let array = array.permuted_axes(IxDyn(&case.axes));
            ArrayViewMut::from_shape(IxDyn(&shape), to.get_mut()).unwrap().assign(&array);
        });
    }
    {
        let (shape, strides) = (shape.clone(), strides.clone());
        let c = c_strides(&shape).into_iter().map(|s| s as isize).collect::<Vec<_>>();
        let strides: Vec<isize> = strides.into_iter().map(|s| s as isize).collect();
        contender!("strided-perm", true, |from, to| {
            use strided_view::{StridedView, StridedViewMut};
            let read = StridedView::new(from.get(), &shape, &strides, 0).unwrap();
            let mut write = StridedViewMut::new(to.get_mut(), &shape, &c, 0).unwrap();
            strided_perm::copy_into(&mut write, &read, threadteam::Exec::serial()).unwrap();
        });
    }
    if case.axes == [1, 0] {
        let (width, height) = (case.shape[1], case.shape[0]);
        contender!("transpose crate", true, |from, to| {
            transpose::transpose(from.get(), to.get_mut(), width, height);
        });
    }
    contenders
}

/// Items on huge pages, shared by contenders that take turns.
struct Memory<T>(std::rc::Rc<std::cell::UnsafeCell<Buffer>>, std::marker::PhantomData<T>);

impl<T> Clone for Memory<T> {
    fn clone(&self) -> Self {
        Memory(self.0.clone(), self.1)
    }
}

#[allow(clippy::mut_from_ref)]
impl<T: Copy> Memory<T> {
    fn new(bytes: usize, value: fn(usize) -> T) -> Memory<T> {
        let buffer = Buffer::zeroed(bytes).expect("memory for the case");
        let memory = Memory(std::rc::Rc::new(buffer.into()), std::marker::PhantomData);
        memory.get_mut().iter_mut().enumerate().for_each(|(at, item)| *item = value(at));
        memory
    }

    fn bytes_mut(&self) -> &mut [u8] {
        // SAFETY: one contender runs at a time, and keeps no reference.
        unsafe { &mut *self.0.get() }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes_mut()
    }

    fn get_mut(&self) -> &mut [T] {
        let bytes = self.bytes_mut();
        let count = bytes.len() / size_of::<T>();
        // SAFETY: aligned to 64 bytes, and every T was written by `new`, or is zeroed plain data.
        unsafe { std::slice::from_raw_parts_mut(bytes.as_mut_ptr().cast(), count) }
    }

    fn get(&self) -> &[T] {
        self.get_mut()
    }
}
