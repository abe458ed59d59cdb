//! BLAS indexing written out from its reference, run on plans of random views.
//!
//! Each call reads its operands by its own numbers alone: `(2,3):(24,8)+0` with T and ld 3 has
//! element (i, j) on item `j * 3 + i`. The truth is the sum of products over the views' own
//! indices, which the oracle lists.

use stridewise_oracle::{Rng, Strided, corpus, random};

use super::{Call, Factor, Form, Memory, Operand, Plan, Trans, plan};
use crate::layout::{DType, Layout};

/// A number for every byte, so that reading another byte shows.
fn value(byte: i64) -> i128 {
    i128::from(byte.wrapping_mul(2_654_435_761) >> 7 & 0xffff) - 0x8000
}

/// What an operand's pointer points at: the buffer itself, or the copy in C order.
fn memory(operand: &Operand, view: &Strided) -> Box<dyn Fn(i64) -> i128> {
    if operand.obstacle.is_none() {
        return Box::new(value);
    }
    let (offsets, itemsize) = (view.list().offsets, view.itemsize);
    Box::new(move |byte| {
        assert_eq!(byte % itemsize, 0);
        value(offsets[usize::try_from(byte / itemsize).unwrap()])
    })
}

/// Makes the call on one matrix of the stack.
struct Machine<'a> {
    a: &'a dyn Fn(i64) -> i128,
    b: &'a dyn Fn(i64) -> i128,
    itemsize: i64,
}

impl Machine<'_> {
    /// Makes the call; the result in row-major order.
    fn run(&self, call: Call, at: [i64; 2]) -> Vec<i128> {
        let a = |item: i64| (self.a)(at[0] + self.itemsize * item);
        let b = |item: i64| (self.b)(at[1] + self.itemsize * item);
        match call {
            Call::Gemm { trans_a, trans_b, m, n, k, lda, ldb, ldc } => {
                let of =
                    |trans| move |rows: i64, cols: i64| if trans == Trans::N { cols } else { rows };
                assert!(lda >= of(trans_a)(m, k).max(1), "{call:?}");
                assert!(ldb >= of(trans_b)(k, n).max(1) && ldc == n.max(1), "{call:?}");
                let each = (0..m).flat_map(|i| (0..n).map(move |j| (i, j)));
                each.map(|(i, j)| {
                    let product = |p| a(item(trans_a, lda, i, p)) * b(item(trans_b, ldb, p, j));
                    (0..k).map(product).sum()
                })
                .collect()
            }
            Call::Gemv { matrix, trans, m, n, ld, incx, incy } => {
                assert!(ld >= n.max(1) && incx != 0 && incy == 1, "{call:?}");
                let (matrix, x): (&dyn Fn(i64) -> i128, &dyn Fn(i64) -> i128) =
                    if matrix == 0 { (&a, &b) } else { (&b, &a) };
                let (rows, cols) = if trans == Trans::N { (m, n) } else { (n, m) };
                let product = |i, j| matrix(item(trans, ld, i, j)) * x(nth(cols, incx, j));
                (0..rows).map(|i| (0..cols).map(|j| product(i, j)).sum()).collect()
            }
            Call::Dot { n, incx, incy } => {
                assert!(incx != 0 && incy != 0, "{call:?}");
                vec![(0..n).map(|i| a(nth(n, incx, i)) * b(nth(n, incy, i))).sum()]
            }
            Call::Syrk { trans, n, k, lda, .. } => {
                let each = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
                let product = |i, j, p| a(item(trans, lda, i, p)) * a(item(trans, lda, j, p));
                each.map(|(i, j)| (0..k).map(|p| product(i, j, p)).sum()).collect()
            }
        }
    }
}

/// The item of element (i, j) of an operand of a row-major call.
fn item(trans: Trans, ld: i64, i: i64, j: i64) -> i64 {
    match trans {
        Trans::N => i * ld + j,
        Trans::T => j * ld + i,
    }
}

/// The item of element i: with a negative increment, counted from the far end.
fn nth(len: i64, inc: i64, i: i64) -> i64 {
    if inc > 0 { i * inc } else { (len - 1 - i) * -inc }
}

/// `a @ b` summed by the views' own indices, stack by stack.
fn truth(plan: &Plan, a: &Strided, b: &Strided) -> Vec<Vec<i128>> {
    let at = |view: &Strided, stack: &[i64], core: &[i64]| {
        let own = view.shape.len() - core.len();
        let stack = &stack[stack.len() - own..];
        let clipped = stack.iter().zip(&view.shape).map(|(&at, &extent)| at.min(extent - 1));
        value(view.at(&clipped.chain(core.iter().copied()).collect::<Vec<_>>()))
    };
    let element = |stack: &[i64], i, j, p| {
        let of_a = if a.shape.len() == 1 { vec![p] } else { vec![i, p] };
        let of_b = if b.shape.len() == 1 { vec![p] } else { vec![p, j] };
        at(a, stack, &of_a) * at(b, stack, &of_b)
    };
    let each = |stack: &Vec<i64>| {
        let pairs = (0..plan.m).flat_map(|i| (0..plan.n).map(move |j| (i, j)));
        pairs.map(|(i, j)| (0..plan.k).map(|p| element(stack, i, j, p)).sum()).collect()
    };
    indices(&plan.stack).iter().map(each).collect()
}

fn indices(shape: &[i64]) -> Vec<Vec<i64>> {
    shape.iter().fold(vec![vec![]], |all, &extent| {
        let longer = |index: Vec<i64>| {
            (0..extent).map(move |at| [index.as_slice(), &[at]].concat()).collect::<Vec<_>>()
        };
        all.into_iter().flat_map(longer).collect()
    })
}

fn offset_of(operand: &Operand, stack: &[i64]) -> i64 {
    let first = match operand.form {
        Form::Matrix(matrix) => matrix.offset,
        Form::Vector(vector) => vector.offset,
    };
    first + stack.iter().zip(&operand.stack_strides).map(|(at, stride)| at * stride).sum::<i64>()
}

/// The plan of a product, checked; `None` where the shapes do not match.
fn check(a: &Strided, b: &Strided, shared: Memory) -> Option<Plan> {
    let whole = |view: &Strided| view.is_aligned(8);
    let dtype = match a.itemsize {
        4 => "f4",
        8 if whole(a) && whole(b) => "f8",
        8 => "c8",
        16 => "c16",
        _ => return None,
    };
    if a.itemsize != b.itemsize {
        return None;
    }
    let dtype = DType::parse(dtype).unwrap();
    let layout = |view: &Strided| {
        Layout::new(&view.shape, &view.strides, view.offset, view.itemsize).unwrap()
    };
    let (of_a, of_b) = (layout(a), layout(b));
    let factor = |layout| Factor { dtype: &dtype, layout };
    let plan = plan(factor(&of_a), factor(&of_b), shared).ok()?;
    let [first, second] = &plan.operands;
    let (of_first, of_second) = (memory(first, a), memory(second, b));
    let machine = Machine { a: &of_first, b: &of_second, itemsize: a.itemsize };
    let want = truth(&plan, a, b);
    for call in [Some(plan.call), plan.syrk].into_iter().flatten() {
        let got: Vec<_> = indices(&plan.stack)
            .iter()
            .map(|stack| machine.run(call, [offset_of(first, stack), offset_of(second, stack)]))
            .collect();
        assert_eq!(got, want, "{a} @ {b}: {plan:?}");
    }
    Some(plan)
}

/// What a plan does, for counting that all of it was tried.
fn traits(plan: &Plan) -> Vec<String> {
    let mut traits = vec![plan.call.routine().to_owned()];
    if !plan.stack.is_empty() {
        traits.push("stack".into());
    }
    if plan.syrk.is_some() {
        traits.push("syrk".into());
    }
    for operand in &plan.operands {
        traits.push(match (&operand.obstacle, operand.form) {
            (Some(obstacle), _) => obstacle.code.as_str().to_owned(),
            (None, Form::Matrix(matrix)) => format!("{:?}", matrix.trans),
            (None, Form::Vector(vector)) if vector.inc < 0 => "negative".into(),
            (None, Form::Vector(_)) => "positive".into(),
        });
    }
    traits
}

#[test]
fn plans_of_random_views_multiply_right() {
    let mut rng = Rng::new(5);
    let fit = |view: &Strided| !view.shape.is_empty() && [4, 8, 16].contains(&view.itemsize);
    let mut views: Vec<Strided> = corpus().into_iter().filter(fit).collect();
    while views.len() < 700 {
        let mut view = random(&mut rng, 60);
        if rng.once_in(2) {
            // Halves of complex numbers.
            view.offset &= -4;
            view.strides.iter_mut().for_each(|stride| *stride &= -4);
        }
        views.extend(fit(&view).then_some(view));
    }
    let mut seen = std::collections::BTreeMap::<String, usize>::new();
    let mut count = |plan: Option<Plan>| {
        for name in plan.iter().flat_map(traits) {
            *seen.entry(name).or_default() += 1;
        }
    };
    for a in &views {
        for _ in 0..40 {
            count(check(a, rng.pick(&views), Memory::Apart));
        }
        // a @ a.T, in the same memory.
        let mut b = a.clone();
        if let rank @ 2.. = b.shape.len() {
            b.shape.swap(rank - 2, rank - 1);
            b.strides.swap(rank - 2, rank - 1);
        }
        count(check(a, &b, Memory::Shared));
    }
    let wanted = "gemm gemv dot stack syrk N T negative positive not-packed runs-backwards \
                  parts-of-items lines-overlap repeats misaligned";
    for name in wanted.split_whitespace() {
        assert!(seen.get(name).is_some_and(|&count| count > 10), "few plans with {name}: {seen:?}");
    }
}
