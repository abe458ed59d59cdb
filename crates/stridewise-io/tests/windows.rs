//! Windows from file to file: the bits that they have in memory, however little of it there is.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // files of a test are small

use std::fs;
use std::path::{Path, PathBuf};

use stridewise::control::{Control, Reply};
use stridewise::kernel::Element;
use stridewise::kernel::window::{Missing, Mode, Op, Windows, reduced};
use stridewise::layout::{DType, Layout, PerAxis};
use stridewise::view::Bytes;
use stridewise_io::raw::Order;
use stridewise_io::windows::{Reduction, ReductionOptions};
use stridewise_io::{Existing, Mapped, PassageError, RawOptions, WriteError, npy, open};
use tempfile::TempDir;

const LEAST: u64 = 8 << 20;

/// An `.npy` file of `<f8` noise, with spikes.
fn noise(path: &Path, shape: &[i64], order: Order) -> Mapped {
    let mut bytes = npy::header(&DType::float64(), shape, order).unwrap();
    for at in 0..shape.iter().product::<i64>() as u64 {
        let mixed = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let value = (mixed >> 11) as f64 / (1u64 << 53) as f64 - 0.5;
        bytes.extend((if at % 977 == 0 { value * 1e16 } else { value }).to_le_bytes());
    }
    fs::write(path, bytes).unwrap();
    open(path, &RawOptions::default()).unwrap()
}

fn with(size: &[i64], axes: &[i64], step: i64, dilation: i64) -> Windows {
    let mut windows = Windows::over(size, axes);
    windows.step = PerAxis::filled(step, size.len());
    windows.dilation = PerAxis::filled(dilation, size.len());
    windows
}

/// Reduces windows in 8 MiB; each file holds what memory holds. Returns the number of boxes.
fn check(shape: &[i64], order: Order, windows: &Windows, ops: &[Op]) -> u64 {
    let folder = TempDir::new().unwrap();
    let source = noise(&folder.path().join("a.npy"), shape, order);
    let path = |at: usize| folder.path().join(format!("{at}.npy"));
    let targets: Vec<(Op, PathBuf)> =
        ops.iter().enumerate().map(|(at, op)| (op.clone(), path(at))).collect();
    let options = ReductionOptions { memory: Some(LEAST), existing: Existing::Keep };
    let plan = Reduction::plan(&source, windows.clone(), &targets, &options).unwrap();
    plan.run(&Control::quiet().with_threads(2)).unwrap();
    let input = Bytes::new(source.bytes().unwrap(), source.layout().clone()).unwrap();
    for (op, path) in &targets {
        let whole = reduced(&input, Element::F64, op, windows, &Control::quiet()).unwrap();
        let file = open(path.as_path(), &RawOptions::default()).unwrap();
        assert_eq!(file.dtype(), &DType::parse(whole.element.name()).unwrap());
        let wanted = elements(&whole.buffer, &whole.layout);
        let got = elements(file.bytes().unwrap(), file.layout());
        assert!(got == wanted, "{op:?} {shape:?} {order:?} {windows:?}");
    }
    plan.tiles()
}

/// The bytes of each element, in C order.
fn elements(bytes: &[u8], layout: &Layout) -> Vec<Vec<u8>> {
    let shape = layout.shape();
    let mut index = vec![0; shape.len()];
    let element = |flat: i64| {
        let mut rest = flat;
        for axis in (0..shape.len()).rev() {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        let at = layout.offset_of(&index).unwrap() as usize;
        bytes[at..at + layout.itemsize() as usize].to_vec()
    };
    (0..layout.size()).map(element).collect()
}

#[test]
fn files_hold_the_bits_that_memory_holds() {
    let ops = [Op::Mean, Op::Var { ddof: 1 }, Op::Max, Op::ArgMin, Op::Median, Op::Count];
    let boxes = check(&[300_000], Order::C, &Windows::along(37, 0), &ops);
    assert!(boxes > 2, "{boxes}");
    assert!(check(&[300_000], Order::C, &with(&[1000], &[0], 7, 3), &ops[..4]) > 2);
    for order in [Order::C, Order::F] {
        for axis in 0..2 {
            let boxes = check(&[700, 500], order, &with(&[9], &[axis], 2, 3), &ops);
            assert!(boxes > 2, "{boxes}");
        }
        let both = with(&[5, 8], &[1, 0], 1, 1);
        assert!(check(&[400, 600], order, &both, &[Op::Mean, Op::Std { ddof: 0 }, Op::Min]) > 2);
    }
    assert_eq!(check(&[0, 5], Order::C, &Windows::along(3, 1), &[Op::Sum]), 0);
    assert_eq!(check(&[3, 5], Order::C, &Windows::along(3, 1), &[Op::Sum]), 1);
    let mut skipping = Windows::along(100, 0);
    skipping.missing = Missing::Skip { min_count: 3 };
    assert!(check(&[300_000], Order::C, &skipping, &[Op::Sum, Op::Mean]) > 2);
}

#[test]
fn windows_longer_than_boxes_are_read_again() {
    let boxes = check(&[200_000, 2], Order::C, &Windows::along(20_000, 0), &[Op::Sum]);
    assert!(boxes > 2, "{boxes}");
    let folder = TempDir::new().unwrap();
    let source = noise(&folder.path().join("a.npy"), &[200_000], Order::C);
    let target = [(Op::Sum, folder.path().join("b.npy"))];
    let options = ReductionOptions { memory: Some(LEAST), existing: Existing::Keep };
    let error = Reduction::plan(&source, Windows::along(150_000, 0), &target, &options);
    let error = error.unwrap_err();
    let PassageError::Memory { wanted, .. } = error else { panic!("{error}") };
    let options = ReductionOptions { memory: Some(wanted), ..options };
    assert!(Reduction::plan(&source, Windows::along(150_000, 0), &target, &options).is_ok());
}

#[test]
fn what_is_refused_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let source = noise(&folder.path().join("a.npy"), &[300_000], Order::C);
    let (target, other) = (folder.path().join("b.npy"), folder.path().join("c.npy"));
    let options = ReductionOptions { memory: Some(LEAST), existing: Existing::Keep };
    let plan = |windows: &Windows, targets: &[(Op, PathBuf)]| {
        Reduction::plan(&source, windows.clone(), targets, &options).map(|_| ())
    };
    let sum = |path: &Path| (Op::Sum, path.to_path_buf());
    let windows = Windows::along(3, 0);
    let mut trailing = windows.clone();
    trailing.mode = Mode::Trailing { fill: 0.0 };
    let refusals = [
        (plan(&windows, &[sum(&folder.path().join("a.npy"))]), "same-file"),
        (plan(&windows, &[sum(&target), sum(&target)]), "target-twice"),
        (plan(&windows, &[sum(&folder.path().join("b.txt"))]), "target-format"),
        (plan(&trailing, &[sum(&target)]), "mode"),
        (plan(&Windows::along(0, 0), &[sum(&target)]), "windows"),
        (plan(&Windows::along(300_001, 0), &[sum(&target)]), "windows"),
        (plan(&Windows::along(3, 1), &[sum(&target)]), "windows"),
    ];
    for (refusal, code) in refusals {
        assert_eq!(refusal.unwrap_err().code(), code);
    }
    let targets = [sum(&target), sum(&other)];
    let plan = Reduction::plan(&source, windows, &targets, &options).unwrap();
    let stop = |done, total| if done * 2 > total { Reply::Stop } else { Reply::Continue };
    let stopped = plan.run(&Control::reporting(&stop)).unwrap_err();
    assert!(matches!(stopped, PassageError::Stopped), "{stopped}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    let late = |done, total| {
        if done * 2 > total {
            fs::write(&other, "mine").unwrap();
        }
        Reply::Continue
    };
    let exists = plan.run(&Control::reporting(&late)).unwrap_err();
    assert!(matches!(exists, PassageError::Write(WriteError::Exists { .. })), "{exists}");
    assert_eq!(fs::read_to_string(&other).unwrap(), "mine");
}
