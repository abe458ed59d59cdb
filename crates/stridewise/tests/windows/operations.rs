//! Every operation against its plain definition: modes, policies, steps, layouts, types.
//!
//! `check` reduces a lane of `x` in one way and compares each result with one window at a time.

use super::inputs::noise;
use super::{numbers, plain, windows_of};
use stridewise::control::{Control, Reply};
use stridewise::kernel::Element;
use stridewise::kernel::window::{Missing, Mode, Op, Overflow, Windows, apply, reduced};
use stridewise::layout::{Layout, PerAxis, Pick};
use stridewise::view::{Bytes, Plain, View, ViewMut};

pub(crate) fn operations(size: usize) -> Vec<Op> {
    vec![
        Op::Sum,
        Op::Prod,
        Op::Mean,
        Op::Var { ddof: 0 },
        Op::Std { ddof: 1 },
        Op::Min,
        Op::Max,
        Op::ArgMin,
        Op::ArgMax,
        Op::Any,
        Op::All,
        Op::Count,
        Op::Median,
        Op::Quantile { q: 0.3 },
        Op::Quantile { q: 1.0 },
        Op::Rank,
        Op::Dot { weights: (0..size).map(|k| k as f64 * 0.25 - 1.0).collect() },
    ]
}

pub(crate) fn near(got: f64, want: f64) -> bool {
    got == want
        || (got.is_nan() && want.is_nan())
        || (got - want).abs() <= 1e-9 * want.abs().max(1e-3)
}

/// Results as doubles, whatever their type.
fn as_doubles(x: &[f64], op: &Op, windows: &Windows) -> Vec<f64> {
    let layout = Layout::c_order(&[x.len() as i64], 8).unwrap();
    as_doubles_of(&View::new(x, layout).unwrap().as_bytes(), op, windows)
}

/// As `as_doubles`, of any array of doubles.
pub(crate) fn as_doubles_of(input: &Bytes<'_>, op: &Op, windows: &Windows) -> Vec<f64> {
    match op.result(Element::F64, windows.mode) {
        Element::Bool => {
            let all: Vec<u8> = numbers(input, Element::F64, op, windows).unwrap();
            all.into_iter().map(f64::from).collect()
        }
        Element::I64 => {
            let all: Vec<i64> = numbers(input, Element::F64, op, windows).unwrap();
            all.into_iter().map(|v| v as f64).collect()
        }
        _ => numbers(input, Element::F64, op, windows).unwrap(),
    }
}

/// What a window gives by the rules for missing elements.
pub(crate) fn wanted(op: &Op, window: &[Option<f64>], windows: &Windows) -> f64 {
    let absent = match op.result(Element::F64, windows.mode) {
        Element::Bool => 0.0,
        Element::I64 => -1.0,
        _ => f64::NAN,
    };
    match windows.missing {
        Missing::Propagate => match window.iter().copied().collect::<Option<Vec<f64>>>() {
            Some(all) => plain::reduce(op, &all),
            None if *op == Op::Count => {
                window.iter().flatten().filter(|v| !v.is_nan()).count() as f64
            }
            None => f64::NAN,
        },
        Missing::Skip { min_count } => {
            let there = |v: &Option<f64>| v.filter(|v| !v.is_nan());
            let all: Vec<f64> = window.iter().filter_map(there).collect();
            if *op == Op::Count {
                return all.len() as f64;
            }
            if (all.len() as i64) < min_count
                || (*op == Op::Rank && there(&window[window.len() - 1]).is_none())
            {
                return absent;
            }
            match op {
                Op::ArgMin | Op::ArgMax => {
                    let place = plain::reduce(op, &all) as usize;
                    window
                        .iter()
                        .enumerate()
                        .filter(|(_, v)| there(v).is_some())
                        .nth(place)
                        .unwrap()
                        .0 as f64
                }
                Op::Dot { weights } => window
                    .iter()
                    .zip(weights)
                    .filter_map(|(v, weight)| Some(there(v)? * weight))
                    .sum(),
                _ => plain::reduce(op, &all),
            }
        }
    }
}

fn check(x: &[f64], op: &Op, windows: &Windows) {
    let (size, n) = (windows.size[0], x.len() as i64);
    let step = windows.step.first().copied().unwrap_or(1);
    let dilation = windows.dilation.first().copied().unwrap_or(1);
    let origin = windows.origin.first().copied().unwrap_or(0);
    let reach = (size - 1) * dilation + 1;
    let (left, count) = match windows.mode {
        Mode::Valid => (0, n - reach + 1),
        Mode::Trailing { .. } => (reach - 1, n),
        _ => ((size / 2 + origin) * dilation, n),
    };
    let starts = (0..count).step_by(step as usize).map(|i| i - left);
    let beside = plain::beside(windows.mode);
    let all = plain::windows(x.len(), starts, size as usize, dilation, beside);
    let got = as_doubles(x, op, windows);
    assert_eq!(got.len(), all.len(), "{op:?} {windows:?}");
    for (at, (got, places)) in got.iter().zip(&all).enumerate() {
        let value = |place: &Option<usize>| match (place, windows.mode) {
            (Some(place), _) => Some(x[*place]),
            (None, Mode::Constant { value }) => Some(value),
            (None, _) => None,
        };
        let window: Vec<Option<f64>> = places.iter().map(value).collect();
        let want = wanted(op, &window, windows);
        assert!(near(*got, want), "{op:?} {windows:?}: window {at} is {got:e}, not {want:e}");
    }
}

pub(crate) fn modes() -> [Mode; 7] {
    [
        Mode::Valid,
        Mode::Trailing { fill: f64::NAN },
        Mode::Reflect,
        Mode::Mirror,
        Mode::Nearest,
        Mode::Wrap,
        Mode::Constant { value: 0.75 },
    ]
}

#[test]
fn every_mode_and_policy() {
    let mut holes = noise(90, 11);
    for at in [3, 4, 5, 20, 41, 43, 44, 45, 46, 47, 48, 80] {
        holes[at] = f64::NAN;
    }
    let whole: Vec<f64> = noise(90, 12).iter().map(|v| (v * 8.0).round() / 4.0).collect();
    for x in [&whole, &holes] {
        for size in [1, 2, 3, 7, 16, 33, 90] {
            for op in operations(size) {
                for mode in modes() {
                    for missing in [
                        Missing::Propagate,
                        Missing::Skip { min_count: 1 },
                        Missing::Skip { min_count: size.min(4) as i64 },
                    ] {
                        let mut windows = Windows::along(size as i64, 0);
                        (windows.mode, windows.missing) = (mode, missing);
                        check(x, &op, &windows);
                    }
                }
            }
        }
    }
}

#[test]
fn every_step_dilation_and_origin() {
    let x = noise(200, 13);
    for op in operations(5) {
        for mode in modes() {
            for (step, dilation, origin) in
                [(2, 1, 0), (1, 2, 1), (3, 2, -1), (4, 6, 2), (7, 3, -2), (1, 40, 0), (500, 1, 0)]
            {
                let mut windows = Windows::along(5, 0);
                windows.mode = mode;
                windows.step = [step][..].into();
                windows.dilation = [dilation][..].into();
                windows.origin = [origin][..].into();
                check(&x, &op, &windows);
            }
        }
    }
}

#[test]
fn windows_longer_than_the_lane_where_something_lies_beside_it() {
    for x in [noise(1, 1), noise(4, 1)] {
        for op in operations(11) {
            for mode in &modes()[2..] {
                let mut windows = Windows::along(11, 0);
                windows.mode = *mode;
                check(&x, &op, &windows);
            }
        }
    }
}

#[test]
fn long_windows_have_ranks() {
    let x: Vec<f64> = noise(4_000, 17).iter().map(|v| (v * 500.0).round()).collect();
    for size in [300, 321, 400, 1001] {
        for op in [Op::Median, Op::Quantile { q: 0.1 }, Op::Quantile { q: 0.0 }, Op::Rank] {
            check(&x, &op, &Windows::along(size, 0));
        }
    }
}

/// Lanes in any place of an array give what the same numbers give alone.
#[test]
fn every_axis_of_every_layout() {
    let (rows, columns) = (70usize, 37usize);
    let x = noise(rows * columns * 3, 19);
    let cube = Layout::c_order(&[rows as i64, columns as i64, 3], 8).unwrap();
    let reversed = cube
        .slice(&[Pick::Slice { start: None, stop: None, step: Some(-1) }, Pick::Ellipsis])
        .unwrap();
    let thinned = cube
        .slice(&[
            Pick::Slice { start: Some(1), stop: None, step: Some(2) },
            Pick::Ellipsis,
            Pick::At(1),
        ])
        .unwrap();
    let repeated = Layout::new(&[40, 5], &[8, 0], 16, 8).unwrap();
    for layout in [
        cube.clone(),
        cube.transpose(),
        cube.permute(&[1, 2, 0]).unwrap(),
        reversed,
        thinned,
        repeated,
    ] {
        let view = View::new(&x, layout.clone()).unwrap();
        for axis in 0..layout.rank() {
            let size = layout.shape()[axis].min(9);
            for op in operations(size as usize) {
                let mut windows = Windows::along(size, axis as i64);
                windows.mode = Mode::Mirror;
                let all = reduced(&view.as_bytes(), Element::F64, &op, &windows, &Control::quiet())
                    .unwrap();
                let width = all.element.size() as usize;
                let shape = layout.shape();
                let outer: i64 = shape.iter().product::<i64>() / shape[axis];
                for lane in 0..outer {
                    let mut rest = lane;
                    let mut picks: Vec<i64> = vec![0; shape.len()];
                    for other in (0..shape.len()).rev().filter(|&other| other != axis) {
                        picks[other] = rest % shape[other];
                        rest /= shape[other];
                    }
                    let values: Vec<f64> = (0..shape[axis])
                        .map(|k| {
                            picks[axis] = k;
                            *view.at(&picks).unwrap()
                        })
                        .collect();
                    let alone = Layout::c_order(&[shape[axis]], 8).unwrap();
                    let alone = View::new(&values, alone).unwrap();
                    let mut along = windows.clone();
                    along.axes = PerAxis::filled(0, 1);
                    let want =
                        reduced(&alone.as_bytes(), Element::F64, &op, &along, &Control::quiet())
                            .unwrap();
                    for k in 0..shape[axis] {
                        picks[axis] = k;
                        let at = all.layout.offset_of(&picks).unwrap() as usize;
                        let k = k as usize * width;
                        assert_eq!(
                            all.buffer[at..at + width],
                            want.buffer[k..k + width],
                            "{op:?} {layout} {picks:?}"
                        );
                    }
                }
            }
        }
    }
}

/// Whole numbers of a type, and their results as doubles, beside the same as doubles.
fn check_type<T: Plain + Copy>(
    element: Element,
    x: &[f64],
    of: impl Fn(f64) -> T,
    back: impl Fn(T) -> f64,
) {
    let items: Vec<T> = x.iter().map(|&v| of(v)).collect();
    let values: Vec<f64> = items.iter().map(|&v| back(v)).collect();
    let layout = Layout::c_order(&[x.len() as i64], size_of::<T>() as i64).unwrap();
    let view = View::new(&items, layout).unwrap();
    for size in [1, 4, 35] {
        for op in operations(size) {
            if op == Op::Prod && size > 4 {
                continue;
            }
            for mode in [Mode::Valid, Mode::Trailing { fill: f64::NAN }, Mode::Nearest] {
                let mut windows = Windows::along(size as i64, 0);
                windows.mode = mode;
                let want = as_doubles(&values, &op, &windows);
                let got =
                    reduced(&view.as_bytes(), element, &op, &windows, &Control::quiet()).unwrap();
                let bytes = |k: usize, size: usize| got.buffer[k * size..(k + 1) * size].to_vec();
                for (k, &want) in want.iter().enumerate() {
                    let value = match got.element {
                        Element::Bool => f64::from(got.buffer[k]),
                        Element::I8 => {
                            f64::from(i8::from_ne_bytes(bytes(k, 1).try_into().unwrap()))
                        }
                        Element::U8 => f64::from(got.buffer[k]),
                        Element::I16 => {
                            f64::from(i16::from_ne_bytes(bytes(k, 2).try_into().unwrap()))
                        }
                        Element::U16 => {
                            f64::from(u16::from_ne_bytes(bytes(k, 2).try_into().unwrap()))
                        }
                        Element::I32 => {
                            f64::from(i32::from_ne_bytes(bytes(k, 4).try_into().unwrap()))
                        }
                        Element::U32 => {
                            f64::from(u32::from_ne_bytes(bytes(k, 4).try_into().unwrap()))
                        }
                        Element::I64 => i64::from_ne_bytes(bytes(k, 8).try_into().unwrap()) as f64,
                        Element::U64 => u64::from_ne_bytes(bytes(k, 8).try_into().unwrap()) as f64,
                        Element::F32 => {
                            f64::from(f32::from_ne_bytes(bytes(k, 4).try_into().unwrap()))
                        }
                        Element::F64 => f64::from_ne_bytes(bytes(k, 8).try_into().unwrap()),
                        _ => stridewise::kernel::Half(u16::from_ne_bytes(
                            bytes(k, 2).try_into().unwrap(),
                        ))
                        .to_f64(),
                    };
                    let close = match got.element {
                        Element::F32 => {
                            value == f64::from(want as f32) || (value.is_nan() && want.is_nan())
                        }
                        Element::F16 => {
                            value == stridewise::kernel::Half::from_f64(want).to_f64()
                                || (value.is_nan() && want.is_nan())
                        }
                        _ => near(value, want),
                    };
                    assert!(
                        close,
                        "{element:?} {op:?} {mode:?} {size}: window {k} is {value}, not {want}"
                    );
                }
            }
        }
    }
}

/// Short lanes are taken together, some at a time, and one may be left: it has the bits of a lane
/// that is alone.
#[test]
fn a_lane_that_is_left_over() {
    for (lanes, length) in [(33, 40), (65, 60), (97, 50), (5, 63)] {
        let x = noise(lanes * length, 23);
        let layout = Layout::c_order(&[lanes as i64, length as i64], 8).unwrap();
        let view = View::new(&x, layout).unwrap();
        for size in [1, 5, 12, 31, 33, 40] {
            for op in operations(size) {
                let together =
                    as_doubles_of(&view.as_bytes(), &op, &Windows::along(size as i64, 1));
                let alone = x
                    .chunks(length)
                    .flat_map(|lane| as_doubles(lane, &op, &Windows::along(size as i64, 0)));
                for (at, (got, want)) in together.iter().zip(alone).enumerate() {
                    let same = got.to_bits() == want.to_bits();
                    assert!(
                        same,
                        "{op:?} of {size} in {lanes},{length}: {at} is {got}, not {want}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_type() {
    let x: Vec<f64> = noise(100, 23).iter().map(|v| (v * 240.0).round() / 2.0).collect();
    let positive: Vec<f64> = x.iter().map(|v| v.abs()).collect();
    let whole: Vec<f64> = x.iter().map(|v| v.round()).collect();
    check_type(Element::F32, &x, |v| v as f32, f64::from);
    check_type(
        Element::F16,
        &x,
        |v| stridewise::kernel::Half::from_f64(v).0,
        |bits| stridewise::kernel::Half(bits).to_f64(),
    );
    check_type(Element::I8, &whole, |v| v as i8, f64::from);
    check_type(Element::I16, &whole, |v| v as i16, f64::from);
    check_type(Element::I32, &whole, |v| v as i32, f64::from);
    check_type(Element::I64, &whole, |v| v as i64, |v| v as f64);
    check_type(Element::U8, &positive, |v| v as u8, f64::from);
    check_type(Element::U16, &positive, |v| v as u16, f64::from);
    check_type(Element::U32, &positive, |v| v as u32, f64::from);
    check_type(Element::U64, &positive, |v| v as u64, |v| v as f64);
    check_type(Element::Bool, &whole, |v| u8::from(v > 20.0) * 3, |v| f64::from(u8::from(v != 0)));
}

fn wholes(x: &[i64], op: &Op, overflow: Overflow) -> Result<Vec<i64>, String> {
    let view = View::new(x, Layout::c_order(&[x.len() as i64], 8).unwrap()).unwrap();
    let mut windows = Windows::along(2, 0);
    windows.overflow = overflow;
    numbers(&view.as_bytes(), Element::I64, op, &windows).map_err(|error| error.to_string())
}

#[test]
fn integers_are_exact_or_say_so() {
    let big = 1 << 53;
    assert_eq!(wholes(&[big, 1, 1], &Op::Sum, Overflow::Error), Ok(vec![big + 1, 2]));
    assert_eq!(
        wholes(&[i64::MAX, 0, i64::MIN], &Op::Sum, Overflow::Error),
        Ok(vec![i64::MAX, i64::MIN])
    );
    let text = "a sum or product does not fit in 64 bits; convert to float64, or ask for wrapping";
    for (x, op) in
        [([i64::MAX, 1], Op::Sum), ([i64::MIN, -1], Op::Sum), ([1 << 32, 1 << 31], Op::Prod)]
    {
        assert_eq!(wholes(&x, &op, Overflow::Error), Err(text.to_string()), "{x:?}");
    }
    assert_eq!(wholes(&[i64::MAX, 1], &Op::Sum, Overflow::Wrap), Ok(vec![i64::MIN]));
    assert_eq!(wholes(&[1 << 40, 0, 1 << 22], &Op::Prod, Overflow::Error), Ok(vec![0, 0]));
    assert_eq!(wholes(&[-(1 << 32), 1 << 31], &Op::Prod, Overflow::Error), Ok(vec![i64::MIN]));
    let view = [big + 1, big - 1, -big, 3];
    let view = View::new(&view, Layout::c_order(&[4], 8).unwrap()).unwrap();
    let means: Vec<f64> =
        numbers(&view.as_bytes(), Element::I64, &Op::Mean, &Windows::along(2, 0)).unwrap();
    assert_eq!(means, [big as f64, -0.5, (3 - big) as f64 / 2.0]);
}

#[test]
fn whole_numbers_beyond_doubles_have_their_variance() {
    let big = 1i64 << 62;
    let x = [big, big + 1, big + 2, -big, big, big + 4];
    let view = View::new(&x, Layout::c_order(&[6], 8).unwrap()).unwrap();
    let of = |windows: &Windows, op: &Op| -> Vec<f64> {
        numbers(&view.as_bytes(), Element::I64, op, windows).unwrap()
    };
    let square = (2.0 * big as f64 + 1.0).powi(2);
    let pairs = of(&Windows::along(2, 0), &Op::Var { ddof: 0 });
    assert_eq!(pairs, [0.25, 0.25, square / 4.0, square / 4.0, 4.0]);
    assert_eq!(of(&Windows::along(2, 0), &Op::Std { ddof: 1 })[4], 8f64.sqrt());
    let mut windows = Windows::along(3, 0);
    windows.mode = Mode::Trailing { fill: f64::NAN };
    windows.missing = Missing::Skip { min_count: 2 };
    let trailing = of(&windows, &Op::Var { ddof: 0 });
    assert!(trailing[0].is_nan());
    assert_eq!(trailing[1..3], [0.25, 2.0 / 3.0]);
}

#[test]
fn boxes_of_several_axes() {
    let (rows, columns) = (17usize, 13usize);
    let x = noise(rows * columns, 29);
    let view = View::new(&x, Layout::c_order(&[rows as i64, columns as i64], 8).unwrap()).unwrap();
    for op in operations(12) {
        for mode in [Mode::Valid, Mode::Nearest, Mode::Constant { value: 2.5 }] {
            let mut windows = Windows::over(&[4, 3], &[0, 1]);
            windows.mode = mode;
            let windows = &windows;
            let got =
                reduced(&view.as_bytes(), Element::F64, &op, windows, &Control::quiet()).unwrap();
            let shape = got.layout.shape().to_vec();
            for row in 0..shape[0] {
                for column in 0..shape[1] {
                    let mut window = Vec::new();
                    for k in 0..12i64 {
                        let (left, up) = if mode == Mode::Valid { (0, 0) } else { (1, 2) };
                        let (r, c) = (row + k / 3 - up, column + k % 3 - left);
                        let (near_r, near_c) =
                            (r.clamp(0, rows as i64 - 1), c.clamp(0, columns as i64 - 1));
                        let outside = (r, c) != (near_r, near_c);
                        window.push(match mode {
                            Mode::Constant { value } if outside => value,
                            _ => x[near_r as usize * columns + near_c as usize],
                        });
                    }
                    let want = plain::reduce(&op, &window);
                    let at = got.layout.offset_of(&[row, column]).unwrap() as usize;
                    let value = match got.element {
                        Element::Bool => f64::from(got.buffer[at]),
                        Element::I64 => {
                            i64::from_ne_bytes(got.buffer[at..at + 8].try_into().unwrap()) as f64
                        }
                        _ => f64::from_ne_bytes(got.buffer[at..at + 8].try_into().unwrap()),
                    };
                    assert!(near(value, want), "{op:?} {mode:?} ({row},{column}): {value} {want}");
                }
            }
        }
    }
}

#[test]
fn apply_hands_out_chunks() {
    let x = noise(500, 31);
    for (size, most, mode) in
        [(1, 1, Mode::Valid), (7, 100, Mode::Wrap), (30, 1, Mode::Trailing { fill: -1.0 })]
    {
        let mut windows = Windows::along(size, 0);
        windows.mode = mode;
        let want = windows_of(&x, &Op::Max, &windows).unwrap();
        let mut got = vec![0.0; want.len()];
        let greatest = |chunk: &[f64], size: usize, results: &mut [f64]| {
            assert!(chunk.len() <= most.max(size) && chunk.len() == results.len() * size);
            for (window, result) in chunk.chunks(size).zip(results) {
                *result = window.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            }
        };
        let input = View::new(&x, Layout::c_order(&[500], 8).unwrap()).unwrap().as_bytes();
        let length = got.len() as i64;
        let mut output =
            ViewMut::new(&mut got, Layout::c_order(&[length], 8).unwrap()).unwrap().into_bytes();
        apply(&input, Element::F64, &windows, most, &greatest, &mut output, &Control::quiet())
            .unwrap();
        assert_eq!(got, want);
    }
}

#[test]
fn the_caller_can_stop() {
    let x = noise(2_000_000, 37);
    let input = View::new(&x, Layout::c_order(&[2_000_000], 8).unwrap()).unwrap().as_bytes();
    for op in [Op::Sum, Op::Median, Op::Rank] {
        for threads in [1, 2] {
            let control = Control::reporting(&|done, total| {
                assert!(done <= total);
                Reply::Stop
            });
            let stopped = reduced(
                &input,
                Element::F64,
                &op,
                &Windows::along(50, 0),
                &control.with_threads(threads),
            );
            assert_eq!(stopped.unwrap_err().to_string(), "stopped as asked", "{op:?}");
        }
    }
}
