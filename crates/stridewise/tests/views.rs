//! Views against the oracle: every element where it belongs, and only admitted memory.
#![allow(clippy::cast_possible_truncation)] // the numbers here are small

use stridewise::layout::{Layout, Pick, Window};
use stridewise::view::{Bytes, BytesMut, View, ViewError, ViewMut};
use stridewise_oracle::{Rng, Strided, corpus, random};

/// The layout moved so that its lowest byte is byte `low` of a buffer, and that buffer's length.
fn placed(truth: &Strided, low: i64) -> Option<(Strided, Layout, usize)> {
    let (lowest, highest) = truth.bounds().unwrap_or((truth.offset, truth.offset));
    let length = usize::try_from(highest - lowest + low).ok().filter(|&length| length < 1 << 20)?;
    let offset = truth.offset - lowest + low;
    let layout = Layout::new(&truth.shape, &truth.strides, offset, truth.itemsize).ok()?;
    Some((Strided { offset, ..truth.clone() }, layout, length))
}

fn check(truth: &Strided) {
    let Some((truth, layout, length)) = placed(truth, 3) else { return };
    let mut buffer: Vec<u8> = (0..length).map(|byte| (byte % 251) as u8).collect();
    let itemsize = truth.itemsize as usize;
    let listing = truth.list();
    let unique = itemsize == 0 || {
        let bytes = listing.offsets.iter().flat_map(|&at| at..at + truth.itemsize);
        let mut bytes: Vec<i64> = bytes.collect();
        let all = bytes.len();
        bytes.sort_unstable();
        bytes.dedup();
        bytes.len() == all
    };
    let bytes = Bytes::new(&buffer, layout.clone()).unwrap();
    let indices = every_index(&truth.shape);
    for (index, &at) in indices.iter().zip(&listing.offsets) {
        assert_eq!(bytes.at(index).unwrap(), &buffer[at as usize..at as usize + itemsize]);
    }
    if itemsize == 1 {
        let view = View::new(&buffer, layout.clone()).unwrap();
        assert!(view.iter().eq(listing.offsets.iter().map(|&at| &buffer[at as usize])), "{layout}");
    }
    if length > 0 && !listing.offsets.is_empty() && itemsize > 0 {
        let short = Bytes::new(&buffer[..length - 1], layout.clone());
        assert!(matches!(short, Err(ViewError::OutsideBuffer { .. })), "{layout}");
    }
    let mutable = BytesMut::new(&mut buffer, layout.clone());
    assert_eq!(mutable.is_ok(), unique, "{layout} of {itemsize}");
    if let (Ok(_), 1) = (mutable, itemsize) {
        let mut view = ViewMut::new(&mut buffer, layout).unwrap();
        view.iter_mut().zip(0u32..).for_each(|(element, number)| *element = number as u8);
        for (&at, number) in listing.offsets.iter().zip(0u32..) {
            assert_eq!(buffer[at as usize], number as u8);
        }
    }
}

fn every_index(shape: &[i64]) -> Vec<Vec<i64>> {
    let mut indices = vec![Vec::new()];
    for &extent in shape {
        let longer = |index: &Vec<i64>| {
            (0..extent).map(|at| [&index[..], &[at]].concat()).collect::<Vec<_>>()
        };
        indices = indices.iter().flat_map(longer).collect();
    }
    indices
}

#[test]
fn corpus_and_random_layouts() {
    corpus().iter().filter(|truth| (0..5000).contains(&truth.size())).for_each(check);
    let mut rng = Rng::new(7);
    (0..3000).for_each(|_| check(&random(&mut rng, 200)));
}

#[test]
fn parts_of_views() {
    let numbers: Vec<i32> = (0..24).collect();
    let view = View::new(&numbers, Layout::c_order(&[4, 6], 4).unwrap()).unwrap();
    let every_other = Pick::Slice { start: None, stop: None, step: Some(-2) };
    let part = view.slice(&[Pick::At(1), every_other]).unwrap();
    assert_eq!(part.iter().copied().collect::<Vec<_>>(), [11, 9, 7]);
    let windows = part.window(&Window::over_all(&[2])).unwrap();
    assert_eq!(windows.iter().copied().collect::<Vec<_>>(), [11, 9, 9, 7]);
    assert_eq!(view.transpose().at(&[5, -1]), Ok(&23));
    assert_eq!(view.permute(&[1, 0]).unwrap().as_bytes().read::<i32>(&[1, 2]), Ok(13));
    assert!(view.at(&[4, 0]).is_err() && view.at(&[0]).is_err());
}

#[test]
fn memory_is_refused_with_the_reason() {
    let mut numbers = [0u32; 8];
    let layout = |shape: &[i64], strides: &[i64], offset| Layout::new(shape, strides, offset, 4);
    let view = |layout: Layout| View::new(&numbers, layout).unwrap_err();
    let start = view(layout(&[2], &[4], 2).unwrap());
    assert_eq!(start, ViewError::MisalignedStart { wanted: 4, got: 2 });
    let stride = view(layout(&[1, 2], &[3, 6], 0).unwrap());
    assert_eq!(stride, ViewError::MisalignedStride { axis: 1, wanted: 4, got: 6 });
    assert_eq!(view(Layout::c_order(&[2], 8).unwrap()), ViewError::ItemSize { wanted: 4, got: 8 });
    let broadcast = ViewMut::new(&mut numbers, layout(&[2, 2], &[0, 4], 0).unwrap());
    assert_eq!(
        broadcast.unwrap_err(),
        ViewError::Aliasing { first: vec![0, 0], second: vec![1, 0] }
    );
    // A pair may not be taken from the halves of two others.
    let pairs = [(0u32, 1u32); 4];
    let halves = View::new(&pairs, Layout::new(&[3], &[8], 4, 8).unwrap()).unwrap_err();
    assert_eq!(halves, ViewError::MisalignedStart { wanted: 8, got: 4 });
}

#[test]
fn views_are_send_and_sync_as_references_are() {
    fn send_sync<T: Send + Sync>() {}
    send_sync::<View<'_, u64>>();
    send_sync::<ViewMut<'_, u64>>();
    send_sync::<Bytes<'_>>();
    send_sync::<BytesMut<'_>>();
}
