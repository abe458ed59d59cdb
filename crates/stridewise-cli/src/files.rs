//! Files: arrays that lie in files, opened once each.
//!
//! `a.npy` may hold `(2,3):(24,8)+0`; named twice, it is one buffer.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use stridewise::expr::{Array, Buffer};
use stridewise::layout::DType;
use stridewise::suggest::nearest;
use stridewise_io::raw::{Order, RawError};
use stridewise_io::{Format, IoError, Problem, RawOptions, Spec, open, zarr};
use stridewise_report::document::{Chunked, FileObject};

use crate::args::{MemoryOrder, RawFile};
use crate::failure::Failure;
use crate::numbers::integers;

/// How many files are looked at for one that was meant.
const MOST_NEIGHBOURS: usize = 1000;

/// An array in a file, and what the file says of it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) array: Array,
    pub(crate) file: FileObject,
}

/// The files of a run.
#[derive(Debug)]
pub(crate) struct Files {
    raw: RawOptions,
    opened: RefCell<Vec<(Spec, Stored)>>,
}

/// The file that an argument names, where it names one.
pub(crate) fn spec_of(argument: &OsStr) -> Option<Spec> {
    match argument.to_str() {
        Some(text) => Some(Spec::parse(text)).filter(Spec::names_a_file),
        // No expression, so it has to be a path.
        None => Some(Spec::from(Path::new(argument))),
    }
}

impl Files {
    /// None opened yet.
    pub(crate) fn new(options: &RawFile) -> Result<Files, Failure> {
        Ok(Files { raw: options.read()?, opened: RefCell::new(Vec::new()) })
    }

    /// The array of a file; the same one each time.
    pub(crate) fn open(&self, spec: &Spec) -> Result<Stored, Failure> {
        let known = |(other, _): &&(Spec, Stored)| is_same(other, spec);
        if let Some((_, stored)) = self.opened.borrow().iter().find(known) {
            return Ok(stored.clone());
        }
        let stored = if zarr::is_zarr(&spec.path) { chunk(&spec.path)? } else { self.map(spec)? };
        self.opened.borrow_mut().push((spec.clone(), stored.clone()));
        Ok(stored)
    }

    fn map(&self, spec: &Spec) -> Result<Stored, Failure> {
        let mapped = open(spec.clone(), &self.raw).map_err(|error| Failure::from_file(&error))?;
        let bytes = i64::try_from(mapped.byte_length()).unwrap_or(i64::MAX);
        let array = Array {
            dtype: mapped.dtype().clone(),
            layout: mapped.layout().clone(),
            buffer: match mapped.is_in_place() {
                true => Buffer::new(bytes, mapped.base_alignment()),
                false => Buffer::allocated(bytes), // Reading it inflates it.
            },
            writeable: true,
        };
        let file = FileObject {
            format: match mapped.format() {
                Format::Npy => "npy",
                Format::Npz => "npz",
                Format::Safetensors => "safetensors",
                Format::Zarr => "zarr",
                _ => "raw",
            },
            path: spec.path.display().to_string(),
            member: mapped.member().map(str::to_owned),
            stored_as: mapped.stored_as().map(str::to_owned),
            data_start: mapped.file_offset(),
            alignment: array.buffer.alignment(),
            chunked: None,
        };
        Ok(Stored { array, file })
    }
}

impl From<MemoryOrder> for Order {
    fn from(order: MemoryOrder) -> Order {
        match order {
            MemoryOrder::C => Order::C,
            MemoryOrder::F => Order::F,
        }
    }
}

impl RawFile {
    /// The options as values.
    pub(crate) fn read(&self) -> Result<RawOptions, Failure> {
        Ok(RawOptions {
            dtype: self.dtype.as_deref().map(dtype).transpose()?,
            shape: self
                .shape
                .as_deref()
                .map(|text| numbers(text, "a shape", "480,640"))
                .transpose()?,
            order: self.order.map(Order::from),
            strides: self
                .strides
                .as_deref()
                .map(|text| numbers(text, "strides", "5120,8"))
                .transpose()?,
            offset: self.offset,
        })
    }
}

/// One decoded chunk of a zarr array: the only layout that it has.
fn chunk(path: &Path) -> Result<Stored, Failure> {
    let zarr = zarr::read(path).map_err(|error| Failure::from_file(&error))?;
    let layout = zarr
        .chunk_layout()
        .map_err(|error| Failure::new("zarr", error.to_string()).help(error.help()))?;
    let chunked = Chunked {
        shape: zarr.shape.clone(),
        chunks: zarr.chunks.clone(),
        inner_chunks: zarr.inner_chunks.clone(),
        grid: zarr.grid(),
        codecs: zarr.codecs.clone(),
    };
    let file = FileObject {
        format: "zarr",
        path: path.display().to_string(),
        member: None,
        stored_as: zarr.stored_as.clone(),
        data_start: None,
        alignment: 1,
        chunked: Some(chunked),
    };
    Ok(Stored { array: Array::allocated(zarr.dtype, layout), file })
}

/// The same file, by whatever path, and the same member.
fn is_same(one: &Spec, other: &Spec) -> bool {
    let whole = |spec: &Spec| spec.path.canonicalize().unwrap_or_else(|_| spec.path.clone());
    one.member == other.member && whole(one) == whole(other)
}

/// Reads a dtype.
pub(crate) fn dtype(text: &str) -> Result<DType, Failure> {
    DType::parse(text).map_err(|error| {
        Failure::new("dtype", error.message)
            .at(text, error.span)
            .help("f4, <i2 or float64, say".to_owned())
    })
}

/// Reads a list of integers.
pub(crate) fn numbers(text: &str, what: &str, example: &str) -> Result<Vec<i64>, Failure> {
    let numbers = integers(text, what, example)?;
    Ok(numbers.into_iter().map(|(number, _)| number).collect())
}

impl Failure {
    /// A file that cannot be opened; the remedy is in this program's words where it has some.
    pub(crate) fn from_file(error: &IoError) -> Failure {
        let help = match error.problem() {
            Problem::UnknownFormat { .. } | Problem::Raw(RawError::NoDType) => {
                "say what the file holds, as in --dtype f4 --shape 480,640".to_owned()
            }
            Problem::NotRaw { .. } => {
                "leave out --dtype, --shape, --order, --strides and --offset".to_owned()
            }
            Problem::System(cause) if cause.kind() == ErrorKind::NotFound => {
                match neighbour(&error.spec().path) {
                    Some(name) => format!("did you mean '{}'?", name.display()),
                    None => error.help(),
                }
            }
            _ => error.help(),
        };
        Failure::new(error.code(), error.to_string()).help(help)
    }
}

/// A file beside one that is missing, whose name differs by a slip.
fn neighbour(missing: &Path) -> Option<PathBuf> {
    let typed = missing.file_name()?.to_str()?;
    let folder =
        missing.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let names = folder.read_dir().ok()?.take(MOST_NEIGHBOURS);
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.collect();
    let nearest = nearest(typed, names.iter().map(String::as_str))?;
    Some(missing.with_file_name(nearest))
}
