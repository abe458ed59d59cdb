//! Our copies: as users get them, and as columns with another instruction set or way to store.
//!
//! Views and layouts are built within the time, as a caller would: `(2,3):(8,16)+0` to C order.

use stridewise::control::Control;
use stridewise::kernel::Backend;
use stridewise::kernel::copy::{CopyOptions, Stores, copy};
use stridewise::layout::Layout;
use stridewise::view::{Buffer, Bytes, BytesMut};
use stridewise_harness::{Case, Entrant, Expect, Kind};

use crate::arguments::Arguments;
use crate::arrays::Arrays;
use crate::clock::Clock;
use crate::floor;
use crate::local::{Fresh, Reused};

/// The layouts of a case's source and destination.
pub fn layouts(case: &Case) -> Result<(Layout, Layout), String> {
    let bytes = |items: Vec<usize>| -> Vec<i64> {
        items.iter().map(|&items| (items * case.itemsize) as i64).collect()
    };
    let shape: Vec<i64> = case.shape().iter().map(|&extent| extent as i64).collect();
    let of = |strides| {
        Layout::new(&shape, &bytes(strides), 0, case.itemsize as i64).map_err(|e| e.to_string())
    };
    Ok((of(case.source_strides())?, of(case.destination_strides())?))
}

/// What is best on this machine, or what the environment's `STRIDEWISE_ISA` forces.
fn options() -> CopyOptions {
    let mut options = CopyOptions::on(&stridewise_io::machine::detect());
    let forced = std::env::var("STRIDEWISE_ISA").ok();
    if let Some(backend) = forced.and_then(|name| Backend::from_name(&name)) {
        options.backend = backend;
    }
    options
}

/// Ours for a case: first the one that users get.
pub fn ours(
    case: &Case,
    arrays: &Arrays,
    clock: Clock,
    arguments: &Arguments,
) -> Result<Vec<Entrant>, String> {
    let (from_layout, to_layout) = layouts(case)?;
    let with = |name: &str, options: CopyOptions, threads: usize, then_read: bool| {
        let (from, to) = (arrays.source.clone(), arrays.destination.clone());
        let (from_layout, to_layout) = (from_layout.clone(), to_layout.clone());
        let role = (name, Kind::Ours, Expect::Result);
        Reused::entrant(role, clock, &arrays.destination, move || {
            let read = Bytes::new(from.bytes(), from_layout.clone()).expect("it fits");
            let mut write = BytesMut::new(to.bytes_mut(), to_layout.clone()).expect("it fits");
            let control = match threads {
                1 => Control::quiet(),
                _ => Control::quiet().with_threads(threads),
            };
            copy(&read, &mut write, &options, &control).expect("shapes agree");
            if then_read {
                std::hint::black_box(floor::read(to.bytes()));
            }
        })
    };
    let reads = case.verb == "consume";
    let columns = arguments.columns && case.family == "copies";
    let storing = |stores| {
        let mut options = options();
        options.stores = stores;
        options
    };
    if case.verb == "fresh" {
        let (from, options) = (arrays.source.clone(), options());
        let role = ("stridewise", Kind::Ours, Expect::Result);
        return Ok(vec![Fresh::entrant(
            role,
            clock,
            |made: &Buffer| &made[..],
            move || {
                let read = Bytes::new(from.bytes(), from_layout.clone()).expect("it fits");
                let mut made = Buffer::zeroed(from.bytes().len()).expect("memory");
                let mut write = BytesMut::new(&mut made, to_layout.clone()).expect("it fits");
                copy(&read, &mut write, &options, &Control::quiet()).expect("shapes agree");
                made
            },
        )]);
    }
    let mut ours = vec![with("stridewise", options(), 1, reads)];
    if case.verb == "threads" {
        ours.push(with("stridewise x2", options(), 2, false));
    }
    if reads || columns {
        ours.push(with("stridewise stream", storing(Stores::Stream), 1, reads));
        ours.push(with("stridewise cache", storing(Stores::Cache), 1, reads));
    }
    if columns {
        for (name, backend) in
            [("stridewise avx2", Backend::Avx2), ("stridewise portable", Backend::Portable)]
        {
            if backend.is_there() {
                let mut options = options();
                options.backend = backend;
                ours.push(with(name, options, 1, false));
            }
        }
    }
    Ok(ours)
}
