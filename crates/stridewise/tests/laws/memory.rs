//! Other looks at the same bytes: items of another size, fields, and any strides in a buffer.
//!
//! `(2,3):(24,8)+0` of 8 is `(2,6):(24,4)+0` of 4; strides (8,8) over a buffer of 48 bytes admit
//! `(4,3):(8,8)+0` and refuse `(5,3):(8,8)+0`.

use stridewise::layout::{Access, AsStrided, Layout, Span};
use stridewise_oracle::{Rng, random};

use crate::{assert_lists, layouts};

#[test]
fn reinterpret_exists_exactly_where_bytes_are_adjacent() {
    let (mut made, mut refused) = (0, 0);
    for (strided, layout) in layouts() {
        assert_eq!(layout.reinterpret(strided.itemsize), Ok(layout.clone()));
        if strided.itemsize == 0 {
            continue;
        }
        for new_itemsize in [1, 2, 3, 4, 6, 8, 16, 18, 24] {
            if new_itemsize == strided.itemsize {
                continue;
            }
            let want = strided.list().reinterpret(strided.itemsize, new_itemsize);
            // Without elements the extents alone decide; a smaller size has to divide the old.
            let grows = new_itemsize > strided.itemsize;
            let want = want.filter(|_| grows || strided.itemsize % new_itemsize == 0);
            let want = want.filter(|list| list.fit().is_some());
            let got = layout.reinterpret(new_itemsize);
            let what = format!("{strided} as items of {new_itemsize}");
            assert_eq!(got.is_ok(), want.is_some(), "{what}: {got:?}");
            if let (Ok(got), Some(want)) = (got, want) {
                assert_eq!(got.itemsize(), new_itemsize);
                assert_lists(&got, &want, &what);
                made += 1;
            } else {
                refused += 1;
            }
        }
        assert!(layout.reinterpret(-1).is_err());
    }
    assert!(made > 1000 && refused > 1000, "{made} made, {refused} refused");
}

#[test]
fn field_is_some_bytes_of_each_item() {
    let mut rng = Rng::new(59);
    for (strided, layout) in layouts() {
        let offset = rng.integer(0..=strided.itemsize);
        let itemsize = rng.integer(0..=strided.itemsize - offset);
        let got = layout.field(offset, itemsize, &[]).unwrap();
        let mut want = strided.list();
        want.offsets.iter_mut().for_each(|byte| *byte += offset);
        assert_lists(&got, &want, &format!("{strided}, {itemsize} bytes at {offset}"));
        assert_eq!(got.itemsize(), itemsize);

        if strided.itemsize >= 6 && strided.size() > 0 {
            // A sub-array of shape (3,2) of single bytes.
            let got = layout.field(0, 1, &[3, 2]).unwrap();
            let shape = [&strided.shape[..], &[3, 2]].concat();
            let rank = strided.shape.len();
            let want = strided.list().pull(&shape, |index| index[..rank].to_vec());
            let mut nth = -1;
            let want = stridewise_oracle::Listing {
                offsets: want
                    .offsets
                    .iter()
                    .map(|byte| {
                        nth += 1;
                        byte + nth % 6
                    })
                    .collect(),
                ..want
            };
            assert_lists(&got, &want, &format!("{strided}, sub-array"));
        }
    }
}

#[test]
fn as_strided_admits_exactly_what_stays_inside() {
    let mut rng = Rng::new(61);
    let base = Layout::c_order(&[40], 8).unwrap();
    let (mut admitted, mut refused) = (0, 0);
    for _ in 0..4000 {
        let mut wanted = random(&mut rng, 60);
        wanted.itemsize = 8;
        wanted.offset = rng.integer(-16..=200);
        let buffer = Span { low: rng.integer(-8..=8), high: rng.integer(300..=330) };
        let inside =
            wanted.bounds().is_none_or(|(low, high)| buffer.low <= low && high <= buffer.high);
        let alignment = *rng.pick(&[None, None, Some(1), Some(4), Some(8)]);
        let aligned = alignment.is_none_or(|alignment| wanted.is_aligned(alignment));
        let access = *rng.pick(&[Access::Read, Access::Read, Access::Write]);
        let once = access == Access::Read || wanted.meets_itself().is_none();

        let asked = AsStrided {
            offset: wanted.offset,
            access,
            alignment,
            ..AsStrided::new(&wanted.shape, &wanted.strides, buffer)
        };
        let got = base.as_strided(&asked);
        let what = format!("{wanted} in {buffer:?}, {access:?}, aligned to {alignment:?}");
        assert_eq!(got.is_ok(), inside && aligned && once, "{what}: {got:?}");
        match got {
            Ok(got) => {
                assert_lists(&got, &wanted.list(), &what);
                admitted += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(admitted > 300 && refused > 300, "{admitted} admitted, {refused} refused");
}

#[test]
fn as_strided_refuses_numbers_that_leave_64_bits() {
    let base = Layout::new(&[4], &[8], 1 << 40, 8).unwrap();
    let everything = Span { low: i64::MIN, high: i64::MAX };
    let ask = |shape: &[i64], strides: &[i64], offset: i64| {
        let asked = AsStrided { offset, ..AsStrided::new(shape, strides, everything) };
        base.as_strided(&asked)
    };
    assert!(ask(&[2], &[8], 0).is_ok());
    assert!(ask(&[3], &[1 << 62], 0).is_err());
    assert!(ask(&[2], &[8], i64::MAX).is_err());
    assert!(ask(&[2], &[8], i64::MIN).is_ok());
    assert!(ask(&[1 << 40, 1 << 40], &[0, 0], 0).is_err());
    assert!(ask(&[2, 2], &[8], 0).is_err());
    assert!(ask(&[-2], &[8], 0).is_err());
}
