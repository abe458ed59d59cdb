//! Short tables: what is refused, and in which words.

use super::windows_of;
use stridewise::kernel::window::{Missing, Mode, Op, Windows};

fn refused(windows: Windows, want: &str) {
    let got = windows_of(&[1.0, 2.0, 3.0, 4.0], &Op::Sum, &windows).unwrap_err().to_string();
    assert_eq!(got, want);
}

#[test]
fn what_is_no_window() {
    let along = Windows::along;
    refused(along(0, 0), "window size must be at least 1, on axis 0 it is 0");
    refused(along(-2, 0), "`window_shape` cannot contain negative values: on axis 0 it is -2");
    refused(
        along(5, 0),
        "window shape cannot be larger than input array shape: on axis 0 the window reaches over 5 elements and there are 4",
    );
    refused(along(2, 1), "axis 1 is out of bounds for array of dimension 1");
    let mut windows = along(2, 0);
    windows.step = [0][..].into();
    refused(windows, "window step must be at least 1, on axis 0 it is 0");
    let mut windows = along(2, 0);
    windows.dilation = [0][..].into();
    refused(windows, "window dilation must be at least 1, on axis 0 it is 0");
    let mut windows = along(2, 0);
    windows.missing = Missing::Skip { min_count: 3 };
    refused(windows, "min_count (3) must be > 0 and <= window (2)");
    let mut windows = along(2, 0);
    windows.mode = Mode::Nearest;
    windows.origin = [2][..].into();
    refused(windows, "invalid origin: 2 moves a window of 2 off its element");
    for (size, dilation) in [(2, i64::MAX), (i64::MAX, 2), (i64::MAX, i64::MAX)] {
        let mut windows = along(size, 0);
        windows.dilation = [dilation][..].into();
        for mode in [Mode::Valid, Mode::Wrap] {
            windows.mode = mode;
            assert!(windows_of(&[1.0, 2.0], &Op::Sum, &windows).is_err());
        }
    }
}
