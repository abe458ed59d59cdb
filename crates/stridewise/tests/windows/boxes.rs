//! Windows over several axes against their plain definition: every operation, mode and policy.
//!
//! `check` reduces boxes of an array and compares each result with one box at a time, its elements
//! in C order: boxes of 2 by 2 on `(2,3):(24,8)+0` are `a b d e` and `b c e f`.

use super::inputs::noise;
use super::operations::{as_doubles_of, modes, near, operations, wanted};
use super::plain;
use stridewise::control::{Control, Reply};
use stridewise::kernel::Element;
use stridewise::kernel::window::{Missing, Mode, Op, WindowError, Windows, reduced};
use stridewise::layout::{Layout, PerAxis};
use stridewise::view::View;

/// The windows of one axis, as the places of their elements.
fn along(extent: usize, at: usize, windows: &Windows) -> Vec<Vec<Option<usize>>> {
    let either = |list: &PerAxis<i64>, default: i64| list.get(at).copied().unwrap_or(default);
    let (size, n) = (windows.size[at], extent as i64);
    let dilation = either(&windows.dilation, 1);
    let reach = (size - 1) * dilation + 1;
    let (left, count) = match windows.mode {
        Mode::Valid => (0, n - reach + 1),
        Mode::Trailing { .. } => (reach - 1, n),
        _ => ((size / 2 + either(&windows.origin, 0)) * dilation, n),
    };
    let starts = (0..count).step_by(either(&windows.step, 1) as usize).map(|i| i - left);
    plain::windows(extent, starts, size as usize, dilation, plain::beside(windows.mode))
}

fn check(x: &[f64], shape: &[usize], op: &Op, windows: &Windows) {
    let layout = Layout::c_order(&shape.iter().map(|&n| n as i64).collect::<Vec<_>>(), 8).unwrap();
    let input = View::new(x, layout).unwrap().as_bytes();
    let got = as_doubles_of(&input, op, windows);
    // Windows along every axis; one element on those without.
    let each: Vec<Vec<Vec<Option<usize>>>> = (0..shape.len())
        .map(|axis| match windows.axes.iter().position(|&over| over == axis as i64) {
            Some(at) => along(shape[axis], at, windows),
            None => (0..shape[axis]).map(|k| vec![Some(k)]).collect(),
        })
        .collect();
    assert_eq!(got.len(), each.iter().map(Vec::len).product::<usize>(), "{op:?} {windows:?}");
    for (flat, got) in got.into_iter().enumerate() {
        let mut rest = flat;
        let mut places = vec![&[][..]; shape.len()];
        for axis in (0..shape.len()).rev() {
            places[axis] = &each[axis][rest % each[axis].len()];
            rest /= each[axis].len();
        }
        // Elements in the order of the windowed axes, the last fastest.
        let mut elements: Vec<Option<Vec<usize>>> = vec![Some(vec![0; shape.len()])];
        let rests = (0..shape.len()).filter(|axis| !windows.axes.contains(&(*axis as i64)));
        for axis in rests.chain(windows.axes.iter().map(|&axis| axis as usize)) {
            elements = elements
                .iter()
                .flat_map(|index| {
                    places[axis].iter().map(move |place| {
                        let (mut index, place) = (index.clone()?, (*place)?);
                        index[axis] = place;
                        Some(index)
                    })
                })
                .collect();
        }
        let value = |index: &Option<Vec<usize>>| match (index, windows.mode) {
            (Some(index), _) => Some(x[index.iter().zip(shape).fold(0, |at, (&k, &n)| at * n + k)]),
            (None, Mode::Constant { value }) => Some(value),
            (None, _) => None,
        };
        let window: Vec<Option<f64>> = elements.iter().map(value).collect();
        let want = wanted(op, &window, windows);
        assert!(near(got, want), "{op:?} {windows:?}: window {flat} is {got:e}, not {want:e}");
    }
}

fn holed(length: usize, seed: u64) -> Vec<f64> {
    let chance = noise(length, seed + 1);
    let halves = noise(length, seed).into_iter().map(|v| (v * 8.0).round() / 2.0);
    halves.zip(chance).map(|(v, chance)| if chance > 0.3 { f64::NAN } else { v }).collect()
}

#[test]
fn every_operation_mode_and_policy() {
    let (shape, size) = ([9usize, 11], [4i64, 3]);
    for x in [noise(99, 3), holed(99, 5)] {
        for op in operations(12) {
            for mode in modes() {
                for missing in [
                    Missing::Propagate,
                    Missing::Skip { min_count: 1 },
                    Missing::Skip { min_count: 3 },
                ] {
                    for axes in [[0, 1], [1, 0]] {
                        let mut windows = Windows::over(&size, &axes);
                        (windows.mode, windows.missing) = (mode, missing);
                        check(&x, &shape, &op, &windows);
                    }
                }
            }
        }
    }
}

#[test]
fn steps_dilations_and_origins() {
    let x = holed(17 * 23, 7);
    for (step, dilation, origin) in
        [([1, 1], [2, 3], [0, 0]), ([2, 3], [1, 2], [1, -1]), ([5, 1], [3, 1], [-1, 0])]
    {
        for op in operations(12) {
            for mode in modes() {
                let mut windows = Windows::over(&[3, 4], &[0, 1]);
                (windows.step, windows.dilation) = (step[..].into(), dilation[..].into());
                if !matches!(mode, Mode::Valid | Mode::Trailing { .. }) {
                    windows.origin = origin[..].into();
                }
                windows.mode = mode;
                windows.missing = Missing::Skip { min_count: 2 };
                check(&x, &[17, 23], &op, &windows);
                windows.missing = Missing::Propagate;
                check(&x, &[17, 23], &op, &windows);
            }
        }
    }
}

#[test]
fn three_axes_and_axes_between() {
    let x = holed(5 * 6 * 7, 9);
    for op in operations(8) {
        let mut windows = Windows::over(&[2, 2, 2], &[0, 1, 2]);
        check(&x, &[5, 6, 7], &op, &windows);
        windows.mode = Mode::Mirror;
        windows.missing = Missing::Skip { min_count: 4 };
        check(&x, &[5, 6, 7], &op, &windows);
        for axes in [[0, 2], [1, 2], [0, 1]] {
            let mut windows = Windows::over(&[2, 4], &axes);
            windows.missing = Missing::Skip { min_count: 2 };
            check(&x, &[5, 6, 7], &op, &windows);
        }
    }
}

#[test]
fn larger_than_a_tile_and_on_any_threads() {
    let x = holed(300 * 170, 11);
    let layout = Layout::c_order(&[300, 170], 8).unwrap();
    let input = View::new(&x, layout).unwrap().as_bytes();
    for op in [Op::Median, Op::ArgMax, Op::Rank] {
        let mut windows = Windows::over(&[3, 5], &[0, 1]);
        windows.missing = Missing::Skip { min_count: 1 };
        check(&x, &[300, 170], &op, &windows);
        let one = reduced(&input, Element::F64, &op, &windows, &Control::quiet()).unwrap();
        let two = Control::quiet().with_threads(2);
        let two = reduced(&input, Element::F64, &op, &windows, &two).unwrap();
        assert_eq!(one.buffer[..], two.buffer[..]);
        let stop = Control::reporting(&|_, _| Reply::Stop);
        let stopped = reduced(&input, Element::F64, &op, &windows, &stop).unwrap_err();
        assert!(matches!(stopped, WindowError::Stopped(_)), "{stopped}");
    }
}

#[test]
fn whole_numbers_stay_exact() {
    let big = (1i64 << 53) + 1;
    let x = [big, big - 1, 5, i64::MAX, i64::MIN, 3];
    let view = View::new(&x, Layout::c_order(&[2, 3], 8).unwrap()).unwrap();
    let mut windows = Windows::over(&[2, 2], &[0, 1]);
    windows.mode = Mode::Constant { value: f64::NAN };
    windows.missing = Missing::Skip { min_count: 1 };
    let least: Vec<i64> =
        super::numbers(&view.as_bytes(), Element::I64, &Op::Min, &windows).unwrap();
    assert_eq!(least, [big, big - 1, 5, big, i64::MIN, i64::MIN]);
    let places: Vec<i64> =
        super::numbers(&view.as_bytes(), Element::I64, &Op::ArgMax, &windows).unwrap();
    assert_eq!(places, [3, 2, 2, 3, 2, 0]);
}

#[test]
fn equal_elements_have_their_mean_and_no_variance() {
    let x = [0.1, f64::NAN, 0.1, 0.1, 0.1, 0.1, f64::NAN, 0.1, 0.1];
    let view = View::new(&x, Layout::c_order(&[3, 3], 8).unwrap()).unwrap();
    let mut windows = Windows::over(&[2, 3], &[0, 1]);
    windows.missing = Missing::Skip { min_count: 1 };
    let of = |op: &Op| super::numbers::<f64>(&view.as_bytes(), Element::F64, op, &windows).unwrap();
    assert_eq!(of(&Op::Mean), [0.1, 0.1]);
    assert_eq!(of(&Op::Var { ddof: 0 }), [0.0, 0.0]);
}

#[test]
fn boxes_of_more_elements_than_memory_has_are_refused() {
    let view = View::new(&[1.0], Layout::c_order(&[1, 1, 1], 8).unwrap()).unwrap();
    let mut windows = Windows::over(&[60_000; 3], &[0, 1, 2]);
    windows.mode = Mode::Reflect;
    for size in [60_000, 2] {
        windows.size = PerAxis::filled(size, 3);
        windows.dilation = PerAxis::filled(60_000 / size, 3);
        let refused = super::numbers::<f64>(&view.as_bytes(), Element::F64, &Op::Median, &windows);
        assert!(matches!(refused, Err(WindowError::OutOfMemory { .. })), "{refused:?}");
    }
}
