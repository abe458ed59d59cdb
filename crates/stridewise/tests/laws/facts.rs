//! What a layout says of itself: construction, flags, span, order, sizes.
//!
//! `(2,3):(8,16)+0` is F contiguous, spans 0..48, and its order is [1, 0].

use stridewise::layout::{Layout, Span};
use stridewise_oracle::{Rng, Strided, huge};

use crate::{layout, layouts};

#[test]
fn numbers_are_kept_verbatim() {
    for (strided, layout) in layouts() {
        assert_eq!(crate::strided(&layout), strided);
        assert_eq!(layout.rank(), strided.shape.len());
        assert_eq!(layout.size(), strided.size(), "{strided}");
        assert_eq!(layout.nbytes(), strided.size() * strided.itemsize, "{strided}");
        assert_eq!(layout.is_empty(), strided.list().offsets.is_empty(), "{strided}");
        let whole =
            strided.strides.iter().all(|s| strided.itemsize != 0 && s % strided.itemsize == 0);
        let items = layout.item_strides();
        assert_eq!(items.is_some(), whole, "{strided}");
        for (item, stride) in items.iter().flatten().zip(&strided.strides) {
            assert_eq!(item * strided.itemsize, *stride, "{strided}");
        }
    }
}

#[test]
fn flags_are_what_the_elements_say() {
    for (strided, layout) in layouts() {
        assert_eq!(layout.is_c_contiguous(), strided.is_c_contiguous(), "C of {strided}");
        assert_eq!(layout.is_f_contiguous(), strided.is_f_contiguous(), "F of {strided}");
        assert_eq!(layout.is_dense(), strided.is_dense(), "density of {strided}");
        for alignment in [1, 2, 4, 8, 16] {
            let want = strided.is_aligned(alignment);
            assert_eq!(layout.is_aligned(alignment), want, "{strided} on {alignment}");
        }
    }
}

#[test]
fn span_is_the_lowest_and_highest_byte() {
    for (strided, layout) in layouts() {
        let span = layout.span();
        match strided.bounds() {
            Some((low, high)) => assert_eq!(span, Span { low, high }, "{strided}"),
            None => assert!(span.is_empty(), "{strided}"),
        }
    }
}

#[test]
fn order_sorts_the_axes_and_keeps_ties() {
    for (strided, layout) in layouts() {
        let mut want: Vec<usize> = (0..strided.shape.len()).collect();
        want.sort_by_key(|&axis| std::cmp::Reverse(strided.strides[axis].unsigned_abs()));
        assert_eq!(&layout.order()[..], &want, "{strided}");

        let moves = |axis: &usize| strided.shape[*axis] > 1;
        let smallest = layout.smallest_stride_axis();
        assert_eq!(smallest.is_some(), (0..strided.shape.len()).any(|axis| moves(&axis)));
        if let Some(axis) = smallest.filter(|&axis| strided.strides[axis] != 0) {
            let least = (0..strided.shape.len())
                .filter(moves)
                .map(|other| strided.strides[other].unsigned_abs())
                .filter(|&stride| stride != 0)
                .min();
            assert_eq!(least, Some(strided.strides[axis].unsigned_abs()), "{strided}");
        }
    }
}

#[test]
fn packed_layouts_are_dense_in_their_order() {
    let mut rng = Rng::new(3);
    for (strided, _) in layouts() {
        let (shape, itemsize) = (&strided.shape, strided.itemsize);
        let c = Layout::c_order(shape, itemsize).unwrap();
        let f = Layout::f_order(shape, itemsize).unwrap();
        assert!(crate::strided(&c).is_c_contiguous() && c.offset() == 0, "{c}");
        assert!(crate::strided(&f).is_f_contiguous() && f.offset() == 0, "{f}");

        let mut order: Vec<usize> = (0..shape.len()).collect();
        rng.shuffle(&mut order);
        let packed = Layout::packed_in_order(shape, itemsize, &order).unwrap();
        assert_eq!(packed.shape(), shape);
        assert!(packed.permute(&order).unwrap().is_c_contiguous(), "{packed} in {order:?}");
    }
}

#[test]
fn huge_layouts_are_refused_exactly_where_a_byte_leaves_64_bits() {
    let (mut legal, mut refused) = (0, 0);
    for strided in huge() {
        let got = Layout::new(&strided.shape, &strided.strides, strided.offset, strided.itemsize);
        let Ok(layout) = got else {
            assert_eq!(wide_span(&strided), None, "{strided}: {got:?}");
            refused += 1;
            continue;
        };
        assert_eq!(Some(layout.span()), wide_span(&strided), "{strided}");
        layout.order();
        let _ = (layout.is_c_contiguous(), layout.is_f_contiguous(), layout.is_dense());
        let _ = (layout.is_aligned(8), layout.transpose(), layout.item_strides());
        legal += 1;
    }
    assert!(legal > 10 && refused > 3, "{legal} legal, {refused} refused");
}

/// The span by invariants L3 and L4 in 128 bits, or `None` where one is broken.
fn wide_span(strided: &Strided) -> Option<Span> {
    let wide = |value: &i64| i128::from(*value);
    let count = |size: i128, extent: &i64| size.saturating_mul(wide(extent).max(1));
    let nominal = strided.shape.iter().fold(i128::from(strided.itemsize.max(1)), count);
    i64::try_from(nominal).ok()?;
    let (mut low, mut high) = (wide(&strided.offset), wide(&strided.offset));
    if !strided.shape.contains(&0) {
        for (extent, stride) in strided.shape.iter().zip(&strided.strides) {
            let reach = (wide(extent) - 1) * wide(stride);
            low += reach.min(0);
            high += reach.max(0);
        }
        high += wide(&strided.itemsize);
    }
    i64::try_from(high - low).ok()?;
    Some(Span { low: low.try_into().ok()?, high: high.try_into().ok()? })
}

#[test]
fn bad_numbers_are_refused() {
    assert!(Layout::new(&[2], &[8, 8], 0, 8).is_err());
    assert!(Layout::new(&[-1], &[8], 0, 8).is_err());
    assert!(Layout::new(&[2], &[8], 0, -8).is_err());
    assert!(Layout::new(&[1; 65], &[0; 65], 0, 8).is_err());
    assert!(Layout::new(&[1; 64], &[0; 64], 0, 8).is_ok());
    assert!(Layout::c_order(&[i64::MAX, 2], 0).is_err());
    assert!(Layout::packed_in_order(&[2, 3], 8, &[0, 0]).is_err());
    assert_eq!(layout(&Strided::new(&[2, 3], &[24, 8], 0, 8)).to_string(), "(2,3):(24,8)+0");
}
