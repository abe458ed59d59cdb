//! Peers from crates.io: ndarray, the transpose crate, strided-perm, strided-kernel.
//!
//! Each gets the case's arrays in its own kind of view: `(3,4):(8,24)+0` is shape and strides in
//! items for all of them.

use ndarray::{ArrayView, ArrayViewMut, IxDyn, ShapeBuilder};
use strided_view::{StridedView, StridedViewMut};
use stridewise_harness::{Case, Entrant, Expect, Kind};
use threadteam::{Exec, Pool};

use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::local::{Fresh, Reused};

/// The crates that can do the case.
pub fn crates(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    match case.dtype.as_str() {
        "u1" => of::<u8>(case, arrays, clock),
        "u2" => of::<u16>(case, arrays, clock),
        "f4" => of::<f32>(case, arrays, clock),
        "f8" => of::<f64>(case, arrays, clock),
        "c16" => of::<[f64; 2]>(case, arrays, clock),
        _ => Vec::new(),
    }
}

fn of<T: Copy + Send + Sync + 'static>(case: &Case, arrays: &Arrays, clock: Clock) -> Vec<Entrant> {
    let role = |name| (name, Kind::Peer, Expect::Result);
    let (shape, from_strides, to_strides) =
        (case.shape(), case.source_strides(), case.destination_strides());
    let mut peers = Vec::new();
    let (from, to) = (arrays.source.clone(), arrays.destination.clone());
    let view = {
        let (shape, strides, from) = (shape.clone(), from_strides.clone(), from.clone());
        // Where ndarray cannot take the strides as they are, it does not take part.
        move || {
            let shape = IxDyn(&shape).strides(IxDyn(&strides));
            // SAFETY: nobody writes the source while it is read.
            ArrayView::from_shape(shape, unsafe { as_static(from.items::<T>()) }).ok()
        }
    };
    if case.verb == "fresh" {
        peers.push(Fresh::entrant(role("ndarray"), clock, made_bytes, move || {
            view().expect("packed strides").as_standard_layout().into_owned()
        }));
        return peers;
    }
    if !matches!(case.verb.as_str(), "copy" | "tiny" | "threads") {
        return peers;
    }
    if view().is_some() && case.verb != "threads" {
        let (shape, strides, to) = (shape.clone(), to_strides.clone(), to.clone());
        peers.push(Reused::entrant(role("ndarray"), clock, &arrays.destination, move || {
            let shape = IxDyn(&shape).strides(IxDyn(&strides));
            let mut write = ArrayViewMut::from_shape(shape, to.items_mut::<T>()).expect("it fits");
            write.assign(&view().expect("packed strides"));
        }));
    }
    let signed = |strides: &[usize]| -> Vec<isize> {
        strides.iter().map(|&stride| stride as isize).collect()
    };
    let (from_signed, to_signed) = (signed(&from_strides), signed(&to_strides));
    let mut strided = |name, threads: usize, copy: Copy_<T>| {
        let (from, to, shape) = (from.clone(), to.clone(), shape.clone());
        let (from_signed, to_signed) = (from_signed.clone(), to_signed.clone());
        let pool = (threads > 1).then(|| Pool::builder().threads(threads).build().ok()).flatten();
        peers.push(Reused::entrant(role(name), clock, &arrays.destination, move || {
            let read = StridedView::new(from.items::<T>(), &shape, &from_signed, 0).expect("fits");
            let mut write =
                StridedViewMut::new(to.items_mut::<T>(), &shape, &to_signed, 0).expect("it fits");
            let exec = match &pool {
                Some(pool) => Exec::new(pool, threads).unwrap_or(Exec::serial()),
                None => Exec::serial(),
            };
            copy(&mut write, &read, exec);
        }));
    };
    strided("strided-perm", 1, |to, from, exec| {
        strided_perm::copy_into(to, from, exec).expect("shapes agree");
    });
    if case.verb == "threads" {
        strided("strided-perm x2", 2, |to, from, exec| {
            strided_perm::copy_into(to, from, exec).expect("shapes agree");
        });
        return peers;
    }
    strided("strided-kernel", 1, |to, from, exec| {
        strided_kernel::copy_into(to, from, exec).expect("shapes agree");
    });
    if case.axes == [1, 0] && !case.options.contains_key("strides") {
        let f_order = case.options.contains_key("order");
        let (height, width) = match f_order {
            true => (case.lies[1], case.lies[0]),
            false => (case.lies[0], case.lies[1]),
        };
        peers.push(Reused::entrant(role("transpose"), clock, &arrays.destination, move || {
            transpose::transpose(from.items::<T>(), to.items_mut::<T>(), width, height);
        }));
    }
    peers
}

type Copy_<T> = fn(&mut StridedViewMut<'_, T>, &StridedView<'_, T>, Exec<'_>);

/// # Safety
/// The items live as long as the entrant that reads them.
unsafe fn as_static<T>(items: &[T]) -> &'static [T] {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(items.as_ptr(), items.len()) }
}

/// The bytes of an array that ndarray made, as they lie.
pub fn made_bytes<T: Copy>(made: &ndarray::ArrayD<T>) -> &[u8] {
    let items = made.as_slice_memory_order().unwrap_or_default();
    // SAFETY: plain numbers, seen as bytes.
    unsafe { std::slice::from_raw_parts(items.as_ptr().cast::<u8>(), size_of_val(items)) }
}
