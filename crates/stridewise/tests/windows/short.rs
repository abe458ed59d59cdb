//! Short lanes take another way than long ones, and give the same bits.
//!
//! The windows of a short lane are also the first ones of a long lane that begins with it; the
//! long lane takes the engine. `3 1 2` has the first three trailing windows of `3 1 2 0 0 0 ..`.

use super::inputs::{hard, noise};
use super::operations::operations;
use stridewise::control::Control;
use stridewise::kernel::window::{
    Missing, Mode, Op, Places, Trailing, WindowError, Windows, reduced, trailing,
};
use stridewise::kernel::{Backend, Element};
use stridewise::layout::Layout;
use stridewise::view::{Bytes, Plain, View};

/// Longer than any lane that is short.
const LONG: usize = 700;

/// The results; none where integers do not fit.
fn bytes(input: &Bytes<'_>, element: Element, op: &Op, windows: &Windows) -> Option<Vec<u8>> {
    match reduced(input, element, op, windows, &Control::quiet()) {
        Err(WindowError::Overflow) => None,
        done => Some(done.unwrap().buffer.to_vec()),
    }
}

/// Every lane that a longer one begins with, its elements `step` places apart.
fn check<T: Plain>(name: &str, lane: &[T], element: Element, windows: &Windows, step: i64) {
    let size = windows.size[0] as usize;
    let elements = (lane.len() as i64 + step.abs() - 1) / step.abs();
    let item = element.size();
    let view = |length: i64| {
        let first = if step < 0 { lane.len() as i64 - 1 } else { 0 };
        let layout = Layout::new(&[length], &[step * item], first * item, item).unwrap();
        View::new(lane, layout).unwrap()
    };
    for op in operations(size) {
        let mut windows = windows.clone();
        let Some(want) = bytes(&view(elements).as_bytes(), element, &op, &windows) else {
            continue;
        };
        let lengths = (size..size + 20).chain([63, 64, 65, 66, 97, 128, 255, 256, 257, 290]);
        for (k, length) in lengths.filter(|&n| n >= size && n as i64 <= elements).enumerate() {
            windows.backend = [Backend::Portable, Backend::Avx2, Backend::Avx512][k % 3];
            let got = bytes(&view(length as i64).as_bytes(), element, &op, &windows);
            assert!(
                got.is_some_and(|got| got == want[..got.len()]),
                "{name} {op:?} {length} {step} {windows:?}"
            );
        }
    }
}

fn kinds(size: i64) -> Vec<Windows> {
    let trailing = Mode::Trailing { fill: f64::NAN };
    let skip = |min_count| Missing::Skip { min_count };
    let (first, last) = (Places::FromFirst, Places::FromLast);
    [
        (Mode::Valid, Missing::Propagate, first),
        (Mode::Valid, Missing::Propagate, last),
        (Mode::Valid, skip(1), first),
        (trailing, Missing::Propagate, first),
        (trailing, skip(1), first),
        (trailing, skip(size), first),
        (trailing, skip(size), last),
    ]
    .into_iter()
    .map(|(mode, missing, places)| {
        let mut windows = Windows::along(size, 0);
        (windows.mode, windows.missing, windows.places) = (mode, missing, places);
        windows
    })
    .collect()
}

#[test]
fn doubles() {
    for (name, mut lane) in hard(LONG) {
        // Numbers on which sums fail, where short lanes have them; and ties.
        lane.rotate_left(LONG / 4 - 3);
        lane[5] = lane[4];
        for size in [1, 2, 3, 4, 7, 10, 16, 19, 31, 32] {
            for windows in kinds(size) {
                check(&name, &lane, Element::F64, &windows, 1);
            }
        }
    }
}

#[test]
fn holes_and_runs() {
    let lane: Vec<f64> = (0..2 * LONG)
        .map(|k| match k * k % 11 {
            1 | 4 => f64::NAN,
            _ if k % 40 < 25 => 0.1,
            residue => residue as f64 - 5.0,
        })
        .collect();
    for size in [1, 2, 5, 8, 13, 31] {
        for windows in kinds(size) {
            check("holes", &lane, Element::F64, &windows, 1);
            check("holes, every other", &lane, Element::F64, &windows, 2);
            check("holes, backward", &lane, Element::F64, &windows, -1);
        }
    }
}

/// A dense lane can also be handed over as bytes.
#[test]
fn bytes_alone() {
    let lane: Vec<f64> =
        noise(40, 3).iter().map(|x| if *x > 0.3 { f64::NAN } else { *x }).collect();
    let raw: Vec<u8> = lane.iter().flat_map(|x| x.to_ne_bytes()).collect();
    let layout = Layout::c_order(&[40], 8).unwrap();
    for (size, min_count) in [(1, 1), (4, 4), (4, 2), (31, 5)] {
        for op in operations(size) {
            let mut windows = Windows::along(size as i64, 0);
            windows.mode = Mode::Trailing { fill: f64::NAN };
            windows.missing = Missing::Skip { min_count: min_count as i64 };
            let want = bytes(
                &View::new(&lane, layout.clone()).unwrap().as_bytes(),
                Element::F64,
                &op,
                &windows,
            );
            let (places, backend) = (Places::FromFirst, Backend::Portable);
            let mut got = vec![0; 40 * 8];
            let windows = Trailing { size, min_count, places, backend };
            match trailing((&raw, Element::F64), &op, windows, &mut got) {
                Some(done) => {
                    assert!(done.is_ok() && Some(got) == want, "{op:?} {size} {min_count}")
                }
                None => assert!(matches!(op, Op::Dot { .. } | Op::Quantile { .. })),
            }
        }
    }
    let windows =
        Trailing { size: 32, min_count: 1, places: Places::FromFirst, backend: Backend::Portable };
    assert_eq!(trailing((&raw, Element::F64), &Op::Sum, windows, &mut [0; 320]), None);
    let windows = Trailing { size: 3, ..windows };
    assert_eq!(trailing((&raw, Element::F64), &Op::Sum, windows, &mut [0; 319]), None);
    assert_eq!(trailing((&raw[1..], Element::F64), &Op::Sum, windows, &mut [0; 312]), None);
}

#[test]
fn other_elements() {
    let wide = noise(LONG, 5);
    for size in [1, 3, 4, 9, 30] {
        for windows in kinds(size) {
            let scaled = |scale: f64| wide.iter().map(move |value| value * scale);
            let lane: Vec<f32> = scaled(9.0).map(|value| value as f32).collect();
            check("f32", &lane, Element::F32, &windows, 1);
            let lane: Vec<i64> = scaled(9e14).map(|value| value as i64).collect();
            check("i64", &lane, Element::I64, &windows, -1);
            let lane: Vec<u16> = scaled(9e4).map(|value| value.abs() as u16).collect();
            check("u16", &lane, Element::U16, &windows, 1);
            let lane: Vec<i8> = scaled(9.0).map(|value| value as i8).collect();
            check("i8", &lane, Element::I8, &windows, 3);
        }
    }
}
