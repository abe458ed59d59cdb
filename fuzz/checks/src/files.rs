//! Files that may be truncated, lying or hostile: the readers' pure functions over bytes.
//!
//! A header that is understood describes a layout, such as `(2,3):(24,8)+0`, that fits into what
//! the file really holds.

use stridewise_io::npz::{Inflated, Storage};
use stridewise_io::{npy, npz, safetensors, zarr};

/// Bytes as an `.npy` file.
pub(crate) fn npy(data: &[u8]) {
    let Ok(header) = npy::parse_header(data) else { return };
    assert!(header.data_start() <= data.len(), "the header ends behind the file");
    let available = (data.len() - header.data_start()) as u64;
    if npy::check_data(&header, available).is_ok() {
        let span = header.layout().span();
        let high = u64::try_from(span.high).expect("it begins at 0 or later");
        assert!(span.is_empty() || high <= available, "{} of {available}", header.layout());
    }
}

/// Bytes as an `.npz` archive; its members are inflated and read as far as one MiB.
pub(crate) fn npz(data: &[u8]) {
    let Ok(members) = npz::directory(data) else { return };
    let place = |range: &std::ops::Range<u64>| {
        let bound = |end: u64| usize::try_from(end).expect("it fits the archive");
        data.get(bound(range.start)..bound(range.end)).expect("a member lies in the archive")
    };
    for member in members.iter().take(20) {
        let kept = place(&member.place);
        match member.storage {
            Storage::Stored => {
                assert_eq!(kept.len() as u64, member.size, "{}", member.name);
                npy(kept);
            }
            Storage::Deflated => {
                let Ok(mut inflated) = Inflated::new(kept, member.size) else { continue };
                if let Ok(bytes) = inflated.take(1 << 20) {
                    assert!(bytes.len() as u64 <= member.size, "{}", member.name);
                    npy(&bytes);
                }
            }
            Storage::Other(_) | Storage::Encrypted => {}
        }
    }
}

/// Bytes as a safetensors file.
pub(crate) fn safetensors(data: &[u8]) {
    let Ok(tensors) = safetensors::parse(data) else { return };
    for tensor in tensors {
        let end = usize::try_from(tensor.place.end).expect("it fits the file");
        assert!(end <= data.len(), "{} ends behind the file", tensor.name);
        let bytes = tensor.place.end - tensor.place.start;
        assert_eq!(u64::try_from(tensor.layout.nbytes()), Ok(bytes), "{}", tensor.name);
    }
}

/// Text as the metadata of a zarr array.
pub(crate) fn zarr(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(array) = zarr::parse(text) else { return };
    let _ = array.chunk_layout();
    assert_eq!(array.grid().len(), array.shape.len());
    assert!(array.grid().iter().all(|&chunks| chunks >= 0));
}
