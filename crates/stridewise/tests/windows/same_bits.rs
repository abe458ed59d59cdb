//! The third law: the same bits for any backend, threads, layout and cut.

use super::inputs::{hard, noise};
use stridewise::control::Control;
use stridewise::kernel::window::{Op, Windows, reduced};
use stridewise::kernel::{Backend, Element};
use stridewise::layout::{Layout, PerAxis};
use stridewise::view::View;

const OPS: [Op; 6] = [Op::Sum, Op::Mean, Op::Var { ddof: 0 }, Op::Prod, Op::Max, Op::ArgMin];

fn bits(x: &[f64], op: &Op, windows: &Windows) -> Vec<u64> {
    let layout = Layout::c_order(&[x.len() as i64], 8).unwrap();
    let input = View::new(x, layout).unwrap().as_bytes();
    super::numbers(&input, Element::F64, op, windows).unwrap()
}

#[test]
fn every_backend() {
    for (name, x) in hard(1_200).into_iter().step_by(2) {
        for size in [1, 2, 5, 31, 32, 45, 100, 333, 1200] {
            for op in &OPS {
                let mut windows = Windows::along(size, 0);
                windows.backend = Backend::Portable;
                let want = bits(&x, op, &windows);
                for backend in [Backend::Avx2, Backend::Avx512] {
                    windows.backend = backend;
                    assert_eq!(bits(&x, op, &windows), want, "{name} {op:?} {size} {backend:?}");
                }
            }
        }
    }
}

#[test]
fn every_cut_of_a_lane() {
    let x = noise(5_000, 3);
    for size in [1, 3, 17, 32, 100, 1001] {
        for op in &OPS {
            let whole = bits(&x, op, &Windows::along(size, 0));
            for begin in [0, 1, 7, 8, 31, 100, 1003, 3999] {
                for length in [size as usize, size as usize + 13, 5_000 - begin] {
                    let end = (begin + length).min(5_000);
                    if end - begin < size as usize {
                        continue;
                    }
                    let mut windows = Windows::along(size, 0);
                    windows.first_index = PerAxis::filled(begin as i64, 1);
                    let part = bits(&x[begin..end], op, &windows);
                    assert_eq!(
                        part,
                        whole[begin..begin + part.len()],
                        "{op:?} {size} {begin} {end}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_number_of_threads() {
    let x = noise(300_000, 5);
    for size in [2, 100, 5000] {
        for op in &OPS {
            let layout = Layout::c_order(&[x.len() as i64], 8).unwrap();
            let input = View::new(&x, layout).unwrap().as_bytes();
            let run = |threads| {
                let control = Control::quiet().with_threads(threads);
                reduced(&input, Element::F64, op, &Windows::along(size, 0), &control)
                    .unwrap()
                    .buffer
                    .to_vec()
            };
            assert!(run(1) == run(3), "{op:?} {size}");
        }
    }
}

#[test]
fn every_layout() {
    let (rows, columns) = (150, 43);
    let x = noise(rows * columns, 9);
    let (rows, columns) = (rows as i64, columns as i64);
    let c = Layout::c_order(&[rows, columns], 8).unwrap();
    for size in [1, 5, 33, 100] {
        for op in &OPS {
            let input = View::new(&x, c.clone()).unwrap();
            let got = reduced(
                &input.as_bytes(),
                Element::F64,
                op,
                &Windows::along(size, 0),
                &Control::quiet(),
            )
            .unwrap();
            let got: Vec<u64> = got
                .buffer
                .chunks_exact(8)
                .map(|bytes| u64::from_ne_bytes(bytes.try_into().unwrap()))
                .collect();
            for column in 0..columns as usize {
                let lane: Vec<f64> =
                    (0..rows as usize).map(|row| x[row * columns as usize + column]).collect();
                let want = bits(&lane, op, &Windows::along(size, 0));
                let have: Vec<u64> =
                    got.iter().copied().skip(column).step_by(columns as usize).collect();
                assert_eq!(have, want, "{op:?} {size} column {column}");
            }
        }
    }
}
