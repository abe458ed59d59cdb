//! The operations as anybody would write them, one window at a time.

use stridewise::kernel::window::{Mode, Op};

/// The elements of the windows of a lane, `None` where one lies beside it.
pub(crate) fn windows(
    length: usize,
    starts: impl Iterator<Item = i64>,
    size: usize,
    dilation: i64,
    beside: impl Fn(i64, i64) -> Option<i64>,
) -> Vec<Vec<Option<usize>>> {
    let element = |at: i64| {
        let inside = (0..length as i64).contains(&at).then_some(at);
        inside.or_else(|| beside(at, length as i64)).map(|at| at as usize)
    };
    starts.map(|start| (0..size as i64).map(|k| element(start + k * dilation)).collect()).collect()
}

/// One window, of elements that are all there.
pub(crate) fn reduce(op: &Op, x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let nan = x.iter().any(|v| v.is_nan());
    let pick = |better: fn(f64, f64) -> bool| {
        let mut best = 0;
        for (at, &value) in x.iter().enumerate() {
            if x[best].is_nan() {
                break;
            }
            if value.is_nan() || better(value, x[best]) {
                best = at;
            }
        }
        best
    };
    let spread = |ddof: i64| {
        let mean = x.iter().sum::<f64>() / n;
        x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - ddof as f64).max(0.0)
    };
    match op {
        Op::Sum => x.iter().sum(),
        Op::Prod => x.iter().product(),
        Op::Mean => x.iter().sum::<f64>() / n,
        Op::Var { ddof } => spread(*ddof),
        Op::Std { ddof } => spread(*ddof).sqrt(),
        Op::Min | Op::Max if nan => f64::NAN,
        Op::Min => x.iter().copied().fold(f64::INFINITY, f64::min),
        Op::Max => x.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        Op::ArgMin => pick(|a, b| a < b) as f64,
        Op::ArgMax => pick(|a, b| a > b) as f64,
        Op::Any => f64::from(u8::from(x.iter().any(|&v| v != 0.0))),
        Op::All => f64::from(u8::from(x.iter().all(|&v| v != 0.0))),
        Op::Count => x.iter().filter(|v| !v.is_nan()).count() as f64,
        Op::Median if nan => f64::NAN,
        Op::Median => quantile(x, 0.5),
        Op::Quantile { .. } if nan => f64::NAN,
        Op::Quantile { q } => quantile(x, *q),
        Op::Rank if nan => f64::NAN,
        Op::Rank if x.len() == 1 => 0.0,
        Op::Rank => {
            let last = x[x.len() - 1];
            let less = x.iter().filter(|&&v| v < last).count() as f64;
            let equal = x.iter().filter(|&&v| v == last).count() as f64;
            (2.0 * less + equal - 1.0) / (n - 1.0) - 1.0
        }
        Op::Dot { weights } => x.iter().zip(weights).map(|(v, weight)| v * weight).sum(),
        _ => unreachable!(),
    }
}

fn quantile(x: &[f64], q: f64) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (x.len() - 1) as f64 * q;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    if low == high { low } else { low + (high - low) * place.fract() }
}

/// What lies at an index beside a lane, in each mode that makes something up.
pub(crate) fn beside(mode: Mode) -> fn(i64, i64) -> Option<i64> {
    match mode {
        Mode::Nearest => |at, n| Some(if at < 0 { 0 } else { n - 1 }),
        Mode::Wrap => |at, n| Some(((at % n) + n) % n),
        Mode::Reflect => |mut at, n| {
            while !(0..n).contains(&at) {
                at = if at < 0 { -1 - at } else { 2 * n - 1 - at };
            }
            Some(at)
        },
        Mode::Mirror => |mut at, n| {
            while !(0..n).contains(&at) && n > 1 {
                at = if at < 0 { -at } else { 2 * n - 2 - at };
            }
            Some(at.clamp(0, n - 1))
        },
        _ => |_, _| None,
    }
}
