//! Apply: any function of windows, handed out in chunks of bounded size.
//!
//! A view of all windows costs nothing, but a function that wants them side by side makes `w`
//! times the input of it. Here it gets as many windows at a time as fit in a given number of
//! elements: windows of 3 on `1 2 3 4` in chunks of 6 elements come as `1 2 3 2 3 4`.

use super::error::WindowError;
use super::keys::Keyed;
use super::options::{Missing, Mode, Windows};
use super::order::finish;
use super::reduce::Ending;
use super::run::Worker;
use super::scan::Tiles;
use super::sink::{Fill, Float};
use super::source::{Real, Rule, Source};
use crate::control::Control;
use crate::kernel::Element;
use crate::kernel::element::with_number;
use crate::view::{Bytes, BytesMut};

/// A function of some windows of `size` elements each, one after the other, and as many results.
pub type Function<'a> = &'a (dyn Fn(&[f64], usize, &mut [f64]) + Sync);

/// Applies a function to every window along one axis, as doubles, into doubles.
///
/// At most `most` elements are handed out at a time, but always a whole window. Missing elements
/// are NaN; the policy about them is the function's own.
///
/// ```
/// use stridewise::control::Control;
/// use stridewise::kernel::Element;
/// use stridewise::kernel::window::{Windows, apply};
/// use stridewise::layout::Layout;
/// use stridewise::view::{View, ViewMut};
///
/// let x = [1.0, 5.0, 2.0, 4.0];
/// let mut ranges = [0.0; 3];
/// let input = View::new(&x, Layout::c_order(&[4], 8).unwrap()).unwrap().as_bytes();
/// let output = ViewMut::new(&mut ranges, Layout::c_order(&[3], 8).unwrap()).unwrap();
/// let range = |windows: &[f64], size: usize, results: &mut [f64]| {
///     for (window, result) in windows.chunks(size).zip(results) {
///         *result = (window[1] - window[0]).abs();
///     }
/// };
/// let mut output = output.into_bytes();
/// apply(&input, Element::F64, &Windows::along(2, 0), 100, &range, &mut output, &Control::quiet()).unwrap();
/// assert_eq!(ranges, [4.0, 3.0, 2.0]);
/// ```
///
/// # Errors
/// As [`reduce()`](super::reduce()).
pub fn apply(
    input: &Bytes<'_>,
    element: Element,
    windows: &Windows,
    most: usize,
    function: Function<'_>,
    output: &mut BytesMut<'_>,
    control: &Control<'_>,
) -> Result<(), WindowError> {
    let worker = with_number!(element, N => worker::<N>(windows, most, function));
    super::run_along(input, element, windows, &worker, (output, Element::F64), control)
}

fn worker<'a, N: Keyed>(windows: &Windows, most: usize, function: Function<'a>) -> Worker<'a> {
    let constant = match windows.mode {
        Mode::Constant { value } => value,
        _ => 0.0,
    };
    let rule = Rule { missing: f64::NAN, constant, flip: 0.0 };
    let fill = Fill { min_count: 0.0, value: f64::NAN, flip: 0 };
    let ending = Ending { missing: Missing::Propagate, fill };
    Box::new(move |job| {
        let (size, pitch) = (job.size, job.pitch);
        let count = (job.starts.end - job.starts.start) as usize;
        let together = (most / size).clamp(1, count);
        // SAFETY: the job's lanes may be read while it runs.
        let mut source = unsafe { Source::<Real<N>>::new(job.lanes, pitch, rule, job.backend) };
        let mut results = vec![0.0; count * pitch];
        let mut chunk = Vec::new();
        let mut made = vec![0.0; together];
        let mut first = 0;
        while first < count {
            let windows = together.min(count - first);
            let tile = source.tile(job.starts.start + first as i64, windows + size - 1);
            for column in 0..job.lanes.columns {
                chunk.clear();
                for window in 0..windows {
                    chunk.extend((0..size).map(|k| tile[(window + k) * pitch + column]));
                }
                function(&chunk, size, &mut made[..windows]);
                for (window, &result) in made[..windows].iter().enumerate() {
                    results[(first + window) * pitch + column] = result;
                }
            }
            job.poll()?;
            first += windows;
        }
        finish::<Float<f64>>(job, job.starts.start, &results, None, ending)
    })
}
