//! Layout operations up to rank 8 never touch the heap: counted, not timed.
//!
//! A layout such as `(2,3,4,5):(480,160,40,8)+0` keeps its axes inline, and so do all that
//! operations make of it.

#![allow(unsafe_code)] // an allocator can only be counted by being one

use std::alloc::{GlobalAlloc, Layout as Block, System};
use std::cell::Cell;
use std::hint::black_box;

use stridewise::layout::{
    Access, AsStrided, CopyOrder, IndexOrder, Layout, Pick, Window, Work, broadcast_pair,
    broadcast_shapes, overlap, self_overlap,
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, block: Block) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(block) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, block: Block) {
        // SAFETY: `pointer` came from `System` by way of `alloc`.
        unsafe { System.dealloc(pointer, block) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` asks for memory.
fn allocations<T>(work: impl FnOnce() -> T) -> u64 {
    let before = ALLOCATIONS.get();
    black_box(work());
    ALLOCATIONS.get() - before
}

fn check<T>(name: &str, work: impl Fn() -> T) {
    assert_eq!(allocations(&work), 0, "{name} allocates");
}

#[test]
fn counting_counts() {
    assert_eq!(allocations(|| Box::new(5)), 1);
    assert_eq!(allocations(|| 5), 0);
}

#[test]
fn operations_on_few_axes_do_not_allocate() {
    let shape = [2, 3, 4, 5];
    let a = Layout::c_order(&shape, 8).unwrap();
    let strided = Layout::new(&shape, &[960, 320, 80, 16], 32, 8).unwrap();
    let single = Layout::c_order(&[2, 1, 4, 1], 8).unwrap();
    let turned = a.transpose();
    let mixed = Layout::new(&[3, 2, 5, 4], &[40, 960, -8, 240], 32, 8).unwrap();
    let row = Layout::c_order(&[3, 1, 5], 8).unwrap();
    let slice = [
        Pick::Slice { start: Some(1), stop: None, step: None },
        Pick::Ellipsis,
        Pick::NewAxis,
        Pick::Slice { start: None, stop: None, step: Some(-2) },
        Pick::At(-1),
    ];
    let windows = Window::over(&[2, 2], &[2, 3]);
    let asked = AsStrided { access: Access::Write, ..AsStrided::new(&[4, 3], &[24, 8], a.span()) };

    check("new", || Layout::new(&shape, &[480, 160, 40, 8], 0, 8));
    check("c_order", || Layout::c_order(&shape, 8));
    check("f_order", || Layout::f_order(&shape, 8));
    check("packed_in_order", || Layout::packed_in_order(&shape, 8, &[0, 2, 3, 1]));
    check("clone", || a.clone());
    check("flags", || (a.is_c_contiguous(), a.is_f_contiguous(), a.is_dense(), a.is_aligned(8)));
    check("facts", || (a.span(), a.order(), a.item_strides(), a.smallest_stride_axis()));
    check("permute", || a.permute(&[3, 1, 2, 0]));
    check("transpose", || a.transpose());
    check("swap_axes", || a.swap_axes(0, -1));
    check("move_axis", || a.move_axis(&[0, 1], &[-1, 0]));
    check("slice", || a.slice(&slice));
    check("flip", || a.flip(&[0, 2]));
    check("rot90", || a.rot90(3, (1, 2)));
    check("squeeze", || single.squeeze(None));
    check("expand_dims", || a.expand_dims(&[0, 2]));
    check("diagonal", || a.diagonal(1, 0, 3));
    check("broadcast_to", || single.broadcast_to(&[3, 2, 6, 4, 7]));
    check("broadcast_shapes", || broadcast_shapes(&[&shape, &[1, 5], &[3, 1, 1]]));
    check("window", || a.window(&windows));
    check("as_strided", || a.as_strided(&asked));
    check("reinterpret", || a.reinterpret(2));
    check("field", || a.field(4, 2, &[2]));
    check("coalesce", || strided.coalesce());
    check("broadcast_pair", || broadcast_pair(&single, &row));
    check("expand_dims with gaps", || strided.expand_dims(&[0, 2]));
    for (a, name) in [(&a, "C order"), (&turned, "F order"), (&strided, "gaps"), (&mixed, "mixed")]
    {
        check(&format!("canonical of {name}"), || a.canonical());
        check(&format!("is_unique of {name}"), || a.is_unique());
        for order in [IndexOrder::C, IndexOrder::F, IndexOrder::A] {
            check(&format!("reshape of {name} in {order:?}"), || a.reshape(&[6, -1], order));
            check(&format!("reshape of {name} in {order:?} to 1-D"), || a.reshape(&[-1], order));
        }
        for order in [CopyOrder::C, CopyOrder::F, CopyOrder::A, CopyOrder::K] {
            check(&format!("ravel of {name} in {order:?}"), || a.ravel(order));
            check(&format!("its remedy in {order:?}"), || a.remedy(&a.ravel(order)));
            check(&format!("copied of {name} in {order:?}"), || a.copied(order));
            check(&format!("copied_as of {name} in {order:?}"), || a.copied_as(order, 4));
        }
    }
    check("offset_of", || a.offset_of(&[1, -1, 2, 3]));
    check("normalize_index", || a.normalize_index(&[1, -1, 2, 3]));
    check("terms", || a.terms(&[1, -1, 2, 3]));
    let even = Layout::new(&[100, 50], &[800, 16], 0, 8).unwrap();
    let odd = Layout::new(&[100, 50], &[800, 16], 8, 8).unwrap();
    check("overlap of ordinary layouts", || overlap(&even, &odd, Work::Exact));
    check("self_overlap", || self_overlap(&even, Work::Exact));
}
