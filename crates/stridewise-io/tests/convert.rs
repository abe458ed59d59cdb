//! Conversions from file to file against what the elements say, and everything that stops one.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // files of a test are small

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use stridewise::control::{Control, Reply};
use stridewise::kernel::cast::Casting;
use stridewise::layout::{DType, Layout};
use stridewise_io::convert::{Conversion, ConvertOptions};
use stridewise_io::raw::Order;
use stridewise_io::{Existing, Mapped, PassageError, RawOptions, Spec, WriteError, npy, open};
use tempfile::TempDir;

const LEAST: Option<u64> = Some(8 << 20);

fn dtype(text: &str) -> DType {
    DType::parse(text).unwrap()
}

/// An `.npy` file of which element k, in memory order, is made of k.
fn numbered(path: &Path, dtype: &DType, shape: &[i64], order: Order) {
    let mut bytes = npy::header(dtype, shape, order).unwrap();
    let size: i64 = shape.iter().product();
    for at in 0..size as u64 {
        let item = match dtype.code().as_str() {
            "<f8" => (at as f64).to_le_bytes().to_vec(),
            "<f4" => (at as f32).to_le_bytes().to_vec(),
            _ => {
                let many = at.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
                many.iter().cycle().take(dtype.itemsize() as usize).copied().collect()
            }
        };
        bytes.extend(item);
    }
    fs::write(path, bytes).unwrap();
}

fn opened(path: &Path) -> Mapped {
    open(path, &RawOptions::default()).unwrap()
}

/// Runs a conversion; the names of files in the folder afterwards are as they were, and the target.
fn convert(source: &Mapped, target: &Path, options: ConvertOptions) -> Result<u64, PassageError> {
    let plan = Conversion::plan(source, target, options)?;
    plan.run(&Control::quiet().with_threads(2))?;
    Ok(plan.tiles())
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every element of the result is the element of the source that its index names.
fn check(shape: &[i64], from: Order, axes: &[i64], to: Order, item: &str, least_tiles: u64) {
    let folder = TempDir::new().unwrap();
    let (before, after) = (folder.path().join("before.npy"), folder.path().join("after.npy"));
    numbered(&before, &dtype(item), shape, from);
    let source = opened(&before);
    let options = ConvertOptions {
        order: Some(to),
        permute: Some(axes.to_vec()),
        memory: LEAST,
        ..ConvertOptions::default()
    };
    let tiles = convert(&source, &after, options).unwrap();
    assert!(tiles >= least_tiles, "{shape:?}: {tiles} tiles");
    let result = opened(&after);
    let axes: Vec<usize> = axes.iter().map(|&axis| axis as usize).collect();
    let wanted = source.layout().permute(&axes).unwrap();
    assert_eq!(result.layout().shape(), wanted.shape());
    assert_eq!(result.dtype(), source.dtype());
    assert!(match to {
        Order::C => result.layout().is_c_contiguous(),
        Order::F => result.layout().is_f_contiguous(),
    });
    let (old, new) = (source.bytes().unwrap(), result.bytes().unwrap());
    let size = wanted.itemsize() as usize;
    let mut index = vec![0; shape.len()];
    for flat in 0..wanted.size() {
        let mut rest = flat;
        for axis in (0..shape.len()).rev() {
            index[axis] = rest % wanted.shape()[axis];
            rest /= wanted.shape()[axis];
        }
        let old = &old[wanted.offset_of(&index).unwrap() as usize..][..size];
        let new = &new[result.layout().offset_of(&index).unwrap() as usize..][..size];
        assert_eq!(old, new, "{shape:?} by {axes:?} at {index:?}");
    }
    assert_eq!(names(&folder), ["after.npy", "before.npy"]);
}

#[test]
fn orders_and_axes() {
    use Order::{C, F};
    check(&[3, 4], C, &[0, 1], F, "<i4", 1);
    check(&[3, 4], F, &[1, 0], C, "<i4", 1);
    check(&[], C, &[], C, "<f8", 1);
    check(&[0, 5], C, &[1, 0], F, "<f8", 0);
    check(&[7], F, &[0], C, "S9", 1);
    check(&[1201, 1003], C, &[0, 1], F, "<f8", 4);
    check(&[1201, 1003], C, &[0, 1], F, "V9", 4);
    check(&[1201, 1003], F, &[0, 1], F, "<f8", 1);
    check(&[40, 3, 120, 99], C, &[0, 2, 3, 1], C, "<f4", 2);
    check(&[99, 120, 130], C, &[2, 0, 1], C, "<f4", 3);
    check(&[99, 120, 130], F, &[1, 2, 0], F, "<f4", 3);
    check(
        &[2, 3, 2, 5, 2, 7, 2, 11, 2, 13, 2],
        C,
        &[10, 0, 9, 1, 8, 2, 7, 3, 6, 4, 5],
        C,
        "<f8",
        1,
    );
}

#[test]
fn casts_and_what_is_kept() {
    let folder = TempDir::new().unwrap();
    let (before, after) = (folder.path().join("a.npy"), folder.path().join("b.npy"));
    numbered(&before, &dtype("<f8"), &[700, 900], Order::F);
    let options = || ConvertOptions {
        dtype: Some(dtype(">i4")),
        casting: Casting::Unsafe,
        memory: LEAST,
        existing: Existing::Replace,
        ..ConvertOptions::default()
    };
    assert_eq!(convert(&opened(&before), &after, options()).unwrap(), 3);
    let result = opened(&after);
    assert_eq!(result.layout().to_string(), "(700,900):(4,2800)+0"); // F order is kept
    for (at, bytes) in result.bytes().unwrap().chunks(4).enumerate() {
        assert_eq!(bytes, (at as i32).to_be_bytes());
    }
    let permuted = ConvertOptions { permute: Some(vec![-1, 0]), ..options() };
    convert(&opened(&before), &after, permuted).unwrap();
    assert_eq!(opened(&after).layout().to_string(), "(900,700):(2800,4)+0"); // C order
}

#[test]
fn raw_files_with_gaps_downward_strides_and_offsets() {
    let folder = TempDir::new().unwrap();
    let (before, after) = (folder.path().join("a.raw"), folder.path().join("b.raw"));
    let bytes: Vec<u8> = (0..200_000u32).flat_map(u32::to_le_bytes).collect();
    fs::write(&before, &bytes).unwrap();
    let raw = |shape: &[i64], strides: &[i64], offset| RawOptions {
        dtype: Some(dtype("<u4")),
        shape: Some(shape.to_vec()),
        strides: Some(strides.to_vec()),
        offset: Some(offset),
        ..RawOptions::default()
    };
    for (shape, strides, offset) in [
        (&[100, 50][..], &[4000, 16][..], 8),
        (&[100, 50], &[-4000, 16], 400_000),
        (&[50, 100], &[4, -4000], 399_999),
        (&[10, 50], &[0, 9000], 3),
        (&[300, 7], &[4, 4], 0), // windows: many indices, few bytes
        (&[3, 4, 5], &[200_000, -20, 10_000], 80),
        (&[1], &[77], 799_996),
    ] {
        for order in [Order::C, Order::F] {
            let source = open(before.as_path(), &raw(shape, strides, offset)).unwrap();
            let options = ConvertOptions {
                order: Some(order),
                existing: Existing::Replace,
                ..ConvertOptions::default()
            };
            convert(&source, &after, options).unwrap();
            let result = fs::read(&after).unwrap();
            let place = match order {
                Order::C => Layout::c_order(shape, 4).unwrap(),
                Order::F => Layout::f_order(shape, 4).unwrap(),
            };
            assert_eq!(result.len() as i64, place.nbytes());
            for flat in 0..place.size() {
                let (mut rest, mut index) = (flat, vec![0; shape.len()]);
                for axis in (0..shape.len()).rev() {
                    index[axis] = rest % shape[axis];
                    rest /= shape[axis];
                }
                let old = &bytes[source.layout().offset_of(&index).unwrap() as usize..][..4];
                let new = &result[place.offset_of(&index).unwrap() as usize..][..4];
                assert_eq!(old, new, "{shape:?} {strides:?} {index:?}");
            }
        }
    }
}

fn code(error: PassageError) -> (&'static str, String) {
    (error.code(), error.to_string())
}

#[test]
fn what_cannot_be_converted_is_refused_before_anything_is_written() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    numbered(&path("a.npy"), &dtype("<f8"), &[2, 3], Order::C);
    let source = opened(&path("a.npy"));
    let refused = |target: PathBuf, options: ConvertOptions| {
        let (code, text) = code(Conversion::plan(&source, &target, options).unwrap_err());
        (code, text.replace(folder.path().to_str().unwrap(), "."))
    };
    let usual = ConvertOptions::default;
    let replacing = || ConvertOptions { existing: Existing::Replace, ..usual() };
    let check = |got: (&str, String), code: &str, text: &str| {
        assert_eq!((got.0, got.1.as_str()), (code, text));
    };
    check(
        refused(path("a.npy"), replacing()),
        "same-file",
        "'./a.npy' is the file that is read: ./a.npy",
    );
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(path("a.npy"), path("link.npy")).unwrap();
        fs::hard_link(path("a.npy"), path("hard.npy")).unwrap();
        for name in ["link.npy", "hard.npy"] {
            assert_eq!(refused(path(name), replacing()).0, "same-file");
            fs::remove_file(path(name)).unwrap();
        }
    }
    fs::write(path("there.npy"), "mine").unwrap();
    check(refused(path("there.npy"), usual()), "exists", "'./there.npy' exists and is left alone");
    fs::create_dir(path("folder.npy")).unwrap();
    check(
        refused(path("folder.npy"), replacing()),
        "output",
        "cannot write './folder.npy': it is a directory",
    );
    check(
        refused(path("b.txt"), usual()),
        "target-format",
        "'./b.txt' ends as no format that can be written",
    );
    check(
        refused(path("b.npy"), ConvertOptions { permute: Some(vec![0, 0]), ..usual() }),
        "layout",
        "axes don't match array: [0, 0] is not a permutation of 0..2",
    );
    check(
        refused(path("b.npy"), ConvertOptions { permute: Some(vec![0, 2]), ..usual() }),
        "layout",
        "axis 2 is out of bounds for array of dimension 2",
    );
    check(
        refused(path("b.npy"), ConvertOptions { dtype: Some(dtype("i4")), ..usual() }),
        "cast",
        "cannot cast array data from <f8 to <i4 according to the rule 'same_kind'",
    );
    let unsafe_text =
        ConvertOptions { dtype: Some(dtype("S4")), casting: Casting::Unsafe, ..usual() };
    check(
        refused(path("b.npy"), unsafe_text),
        "cast",
        "|S4 is no dtype of numbers that can be cast",
    );
    check(
        refused(path("b.npy"), ConvertOptions { memory: Some(1000), ..usual() }),
        "memory",
        "this takes at least 8388608 bytes of memory, 1000 are allowed",
    );
    let nowhere = Conversion::plan(&source, &path("none/b.npy"), usual()).unwrap();
    let (code, text) = code(nowhere.run(&Control::quiet()).unwrap_err());
    assert_eq!(code, "output");
    assert!(text.ends_with("No such file or directory"), "{text}");
    assert_eq!(names(&folder), ["a.npy", "folder.npy", "there.npy"]);
    assert_eq!(fs::read(path("there.npy")).unwrap(), b"mine");
}

#[test]
fn compressed_members_are_refused() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/deflated.npz");
    let member = stridewise_io::members(&data).unwrap().remove(0);
    let source = open(Spec { path: data, member: Some(member) }, &RawOptions::default()).unwrap();
    let folder = TempDir::new().unwrap();
    let plan = Conversion::plan(&source, &folder.path().join("b.npy"), ConvertOptions::default());
    assert_eq!(code(plan.unwrap_err()).0, "compressed");
}

/// Runs a conversion of 8 MB in several tiles, doing something at the first report past the middle.
fn disturbed(options: ConvertOptions, disturb: impl Fn(&Path) -> Reply + Sync) -> PassageError {
    let folder = TempDir::new().unwrap();
    let before = folder.path().join("a.npy");
    numbered(&before, &dtype("<f8"), &[1000, 1000], Order::C);
    let source = opened(&before);
    let plan = Conversion::plan(
        &source,
        &folder.path().join("b.npy"),
        ConvertOptions { memory: LEAST, ..options },
    )
    .unwrap();
    let once = AtomicU64::new(0);
    let report = |done, total| match done > total / 2 && once.fetch_add(1, Ordering::Relaxed) == 0 {
        true => disturb(&before),
        false => Reply::Continue,
    };
    let error = plan.run(&Control::reporting(&report)).unwrap_err();
    assert_eq!(names(&folder), ["a.npy"], "{error}");
    error
}

#[test]
fn a_source_that_changes_meanwhile_is_an_error() {
    for order in [Order::C, Order::F] {
        let options = || ConvertOptions { order: Some(order), ..ConvertOptions::default() };
        let cut = disturbed(options(), |path| {
            OpenOptions::new().write(true).open(path).unwrap().set_len(100_000).unwrap();
            Reply::Continue
        });
        assert!(
            matches!(cut, PassageError::SourceCut { wanted: 8_000_128, got: 100_000, .. }),
            "{cut}"
        );
        let changed = disturbed(options(), |path| {
            let file = OpenOptions::new().write(true).open(path).unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20)); // the clock's granularity
            std::io::Write::write_all(&mut &file, b"\x93NUMPY").unwrap();
            Reply::Continue
        });
        assert!(matches!(changed, PassageError::SourceChanged { .. }), "{changed}");
    }
}

#[test]
fn a_stop_leaves_nothing_behind() {
    for order in [Order::C, Order::F] {
        let options = ConvertOptions { order: Some(order), ..ConvertOptions::default() };
        let stopped = disturbed(options, |_| Reply::Stop);
        assert!(matches!(stopped, PassageError::Stopped), "{stopped}");
    }
}

#[test]
fn a_target_that_comes_to_exist_meanwhile_is_kept() {
    let options = ConvertOptions { order: Some(Order::F), ..ConvertOptions::default() };
    let folder = TempDir::new().unwrap();
    let (before, after) = (folder.path().join("a.npy"), folder.path().join("b.npy"));
    numbered(&before, &dtype("<f8"), &[20, 30], Order::C);
    let source = opened(&before);
    let plan = Conversion::plan(&source, &after, options).unwrap();
    fs::write(&after, "mine").unwrap();
    let report = |_, _| Reply::Continue;
    let error = plan.run(&Control::reporting(&report)).unwrap_err();
    assert!(matches!(error, PassageError::Write(WriteError::Exists { .. })), "{error}");
    assert_eq!(fs::read(&after).unwrap(), b"mine");
    assert_eq!(names(&folder), ["a.npy", "b.npy"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_too_small_is_named_with_what_is_needed() {
    let folder = TempDir::new().unwrap();
    let before = folder.path().join("a.bin");
    // A sparse file of more than any disk of a test has.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&before)
        .unwrap()
        .set_len(1 << 43)
        .unwrap();
    let raw = RawOptions { dtype: Some(dtype("u1")), ..RawOptions::default() };
    let source = open(before.as_path(), &raw).unwrap();
    let options = ConvertOptions::default();
    let plan = Conversion::plan(&source, &folder.path().join("b.npy"), options).unwrap();
    let error = plan.run(&Control::quiet()).unwrap_err();
    let wanted_bytes = (1u64 << 43) + 128;
    assert!(
        matches!(
            error,
            PassageError::Write(WriteError::NoSpace { wanted, free, .. })
                if wanted == wanted_bytes && free.is_none_or(|free| free < wanted)
        ),
        "{error}"
    );
    assert_eq!(names(&folder), ["a.bin"]);
}

#[test]
fn headers_come_back_as_they_were_written() {
    for text in [
        "<f8",
        ">c16",
        "|b1",
        "S7",
        "<U3",
        "<M8[25s]",
        "V9",
        "[('x', '<i2'), ('y', '>f8', (2, 3))]",
        "[('größe', 'i1')]",
        "[('λ', 'i1')]",
    ] {
        for shape in [&[][..], &[5], &[0, 3], &[1 << 40, 2, 3]] {
            for order in [Order::C, Order::F] {
                let header = npy::header(&dtype(text), shape, order).unwrap();
                assert_eq!(header.len() % 64, 0);
                let read = npy::parse_header(&header).unwrap();
                assert_eq!((read.dtype(), read.layout().shape()), (&dtype(text), shape));
                assert_eq!(read.data_start(), header.len());
                let order = if order == Order::C { Layout::c_order } else { Layout::f_order };
                assert_eq!(*read.layout(), order(shape, dtype(text).itemsize()).unwrap());
            }
        }
    }
    let fields: Vec<String> = (0..9000).map(|at| format!("('a{at}', 'i1')")).collect();
    let many = dtype(&format!("[{}]", fields.join(", ")));
    let header = npy::header(&many, &[2], Order::C).unwrap();
    assert_eq!(npy::parse_header(&header).map(|read| read.version()), Ok(2));
}
