//! `open`: from what a person names to a mapped array.
//!
//! The first bytes decide the format, the format's reader says where the elements lie, and the
//! file is asked whether they are there: `(2,3):(24,8)+0` needs 48 bytes behind its header.
#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::OnceLock;

use stridewise::layout::dtype::literal;

use crate::error::Problem;
use crate::map::Map;
use crate::mapped::{Deflated, Storage};
use crate::npy::{self, NpyError, NpyHeader};
use crate::npz::{self, Member};
use crate::raw::{self, RawError, RawOptions};
use crate::{Format, IoError, Mapped, Spec, safetensors, zarr};

/// The most bytes before the elements of an `.npy` file: prefix and header.
const NPY_START: u64 = literal::MAX_TEXT as u64 + 12;

/// Opens an array in a file, without reading its elements.
///
/// `options` say what a raw file holds; they stay empty for files that say so themselves.
///
/// The file must not change while the result lives: the crate's documentation says why, under
/// "While a file is mapped".
///
/// ```no_run
/// use stridewise_io::{RawOptions, open};
/// let array = open("weights.npz::layer1", &RawOptions::default())?;
/// println!("{} {}", array.dtype(), array.layout());
/// # Ok::<(), stridewise_io::IoError>(())
/// ```
///
/// # Errors
/// A file that is missing, no file, of no known format, or that does not hold what it claims;
/// a member that is not there, or none named where there are several.
pub fn open(spec: impl Into<Spec>, options: &RawOptions) -> Result<Mapped, IoError> {
    let spec = spec.into();
    read(&spec, options).map_err(|problem| IoError::new(&spec, problem))
}

fn read(spec: &Spec, options: &RawOptions) -> Result<Mapped, Problem> {
    if zarr::is_zarr(&spec.path) {
        zarr::load(&spec.path)?;
        return Err(Problem::Chunked);
    }
    let map = Map::open(&spec.path)?;
    match Format::of(map.bytes(), &spec.path) {
        Some(format) if !options.is_empty() => Err(Problem::NotRaw { format }),
        Some(Format::Npy) => open_npy(only_array(spec, Format::Npy)?, map),
        Some(Format::Npz) => open_npz(spec, map),
        Some(Format::Safetensors) => open_safetensors(spec, map),
        _ if options.is_empty() => {
            Err(Problem::UnknownFormat { first: map.bytes().iter().take(8).copied().collect() })
        }
        _ => open_raw(only_array(spec, Format::Raw)?, map, options),
    }
}

fn only_array(spec: &Spec, format: Format) -> Result<&Spec, Problem> {
    if spec.member.is_some() { Err(Problem::NoMembers { format }) } else { Ok(spec) }
}

fn open_npy(spec: &Spec, map: Map) -> Result<Mapped, Problem> {
    let header = npy::parse_header(map.bytes())?;
    let length = map.bytes().len() as u64;
    let place = in_place(&header, 0, length)?;
    npy_array(spec, Format::Npy, &header, map, place)
}

/// Where the elements of an `.npy` file that fills `start..end` of the file lie.
fn in_place(header: &NpyHeader, start: u64, end: u64) -> Result<Storage, Problem> {
    let data_start = start + header.data_start() as u64;
    npy::check_data(header, end - data_start)?;
    Ok(Storage::InPlace(data_start..data_start + header.layout().nbytes().unsigned_abs()))
}

fn npy_array(
    spec: &Spec,
    format: Format,
    header: &NpyHeader,
    map: Map,
    storage: Storage,
) -> Result<Mapped, Problem> {
    let (dtype, layout) = (header.dtype().clone(), header.layout().clone());
    Mapped::new(spec.clone(), format, dtype, layout, map, storage)
        .map_err(|error| NpyError::Layout { error, span: 0..header.data_start() }.into())
}

fn open_npz(spec: &Spec, map: Map) -> Result<Mapped, Problem> {
    let members = npz::directory(map.bytes())?;
    let keys = || members.iter().filter(|m| m.is_array()).map(|m| m.key().to_string()).collect();
    let member = match &spec.member {
        Some(asked) => {
            let found = members.iter().find(|member| member.is_array() && member.key() == asked);
            let found = found.or_else(|| members.iter().find(|member| member.name == *asked));
            found.ok_or_else(|| Problem::NoSuchMember { members: keys() })?
        }
        None => {
            let mut arrays = members.iter().filter(|member| member.is_array());
            match (arrays.next(), arrays.next()) {
                (Some(only), None) => only,
                _ => return Err(Problem::WhichMember { members: keys() }),
            }
        }
    };
    if !member.is_array() {
        return Err(Problem::NotAnArray);
    }
    let spec = Spec { path: spec.path.clone(), member: Some(member.key().to_string()) };
    match member.storage {
        npz::Storage::Stored => {
            let header = npy::parse_header(map.slice(&member.place))?;
            let place = in_place(&header, member.place.start, member.place.end)?;
            npy_array(&spec, Format::Npz, &header, map, place)
        }
        npz::Storage::Deflated => open_deflated(&spec, map, member),
        other => Err(Problem::Storage(other)),
    }
}

/// Inflates the header alone; the elements follow when they are asked for.
fn open_deflated(spec: &Spec, map: Map, member: &Member) -> Result<Mapped, Problem> {
    let mut deflated = Deflated {
        place: member.place.clone(),
        size: member.size,
        checksum: member.checksum,
        header: 0,
        inflated: OnceLock::new(),
    };
    let mut stream = deflated.stream(&map)?;
    // Most headers are short, so the few long ones are worth a second, longer look.
    let mut start = stream.take(NPY_START.min(4096))?;
    let mut header = npy::parse_header(&start);
    if let Err(NpyError::HeaderTruncated { .. }) = header {
        start.extend(stream.take(NPY_START)?);
        header = npy::parse_header(&start);
    }
    let header = header?;
    deflated.header = header.data_start() as u64;
    npy::check_data(&header, member.size.saturating_sub(deflated.header))?;
    npy_array(spec, Format::Npz, &header, map, Storage::Deflated(deflated))
}

fn open_safetensors(spec: &Spec, map: Map) -> Result<Mapped, Problem> {
    let tensors = safetensors::parse(map.bytes())?;
    let names = || tensors.iter().map(|tensor| tensor.name.clone()).collect();
    let tensor = match (&spec.member, &tensors[..]) {
        (None, [only]) => only,
        (None, _) => return Err(Problem::WhichMember { members: names() }),
        (Some(asked), _) => {
            let found = tensors.iter().find(|tensor| tensor.name == *asked);
            found.ok_or_else(|| Problem::NoSuchMember { members: names() })?
        }
    };
    let spec = Spec { path: spec.path.clone(), member: Some(tensor.name.clone()) };
    let (dtype, layout) = (tensor.dtype.clone(), tensor.layout.clone());
    let storage = Storage::InPlace(tensor.place.clone());
    let stored_as = tensor.stored_as.clone();
    let mapped = Mapped::new(spec, Format::Safetensors, dtype, layout, map, storage)
        .map_err(|error| Problem::Raw(RawError::Layout(error)))?;
    Ok(mapped.with_stored_as(stored_as))
}

fn open_raw(spec: &Spec, map: Map, options: &RawOptions) -> Result<Mapped, Problem> {
    let length = map.bytes().len() as u64;
    let (dtype, layout) = raw::layout(options, length)?;
    let storage = Storage::InPlace(0..length);
    Mapped::new(spec.clone(), Format::Raw, dtype, layout, map, storage)
        .map_err(|error| RawError::Layout(error).into())
}

/// Which arrays a file holds, by the names under which [`open`] finds them; one without a name
/// for files of a single array.
///
/// # Errors
/// As [`open`], except that no array need be named.
pub fn members(path: &Path) -> Result<Vec<String>, IoError> {
    let spec = Spec::from(path);
    list(path).map_err(|problem| IoError::new(&spec, problem))
}

fn list(path: &Path) -> Result<Vec<String>, Problem> {
    let map = Map::open(path)?;
    Ok(match Format::of(map.bytes(), path) {
        Some(Format::Npz) => {
            let members = npz::directory(map.bytes())?;
            members.iter().filter(|m| m.is_array()).map(|m| m.key().to_string()).collect()
        }
        Some(Format::Safetensors) => {
            safetensors::parse(map.bytes())?.into_iter().map(|tensor| tensor.name).collect()
        }
        _ => vec![String::new()],
    })
}
