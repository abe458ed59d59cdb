//! Advice: the order of the strides as code to paste.
//!
//! `(3,2):(8,24)+0` is walked best with axis 1 outside and axis 0 inside, which NumPy spells
//! `a.transpose(1, 0)`.

use serde::Serialize;
use stridewise::layout::Layout;

/// More nested loops than this help nobody.
const MOST_LOOPS: usize = 5;

/// How to walk an array in the order of its strides.
#[derive(Clone, Debug, Serialize)]
pub struct Advice {
    /// The axes, outermost loop first.
    pub order: Vec<usize>,
    /// The loops, one a line; empty where there are too many or nothing to walk.
    pub loops: Vec<String>,
    /// The view whose last axis moves least; null where the array is that already.
    pub transpose: Option<String>,
    /// The `axis=` along which neighbours lie together.
    pub axis: Option<usize>,
}

impl Advice {
    /// The advice for a layout.
    pub fn of(layout: &Layout) -> Advice {
        let order = layout.order().to_vec();
        let sorted = order.iter().enumerate().all(|(place, &axis)| place == axis);
        let axes = order.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
        let axis = layout.smallest_stride_axis();
        let walked = axis.is_some() && !layout.is_empty() && order.len() <= MOST_LOOPS;
        Advice {
            loops: if walked { loops(&order) } else { Vec::new() },
            transpose: (!sorted && axis.is_some()).then(|| format!("a.transpose({axes})")),
            order,
            axis,
        }
    }
}

/// Loops over `a`, outermost first.
fn loops(order: &[usize]) -> Vec<String> {
    const NAMES: [&str; MOST_LOOPS] = ["i", "j", "k", "l", "m"];
    let header = |(depth, &axis): (usize, &usize)| {
        format!("{}for {} in range(a.shape[{axis}]):", " ".repeat(4 * depth), NAMES[axis])
    };
    let mut lines: Vec<String> = order.iter().enumerate().map(header).collect();
    lines.push(format!("{}a[{}]", " ".repeat(4 * order.len()), NAMES[..order.len()].join(", ")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shape: &[i64], strides: &[i64], transpose: Option<&str>, loops: &[&str]) {
        let advice = Advice::of(&Layout::new(shape, strides, 0, 8).unwrap());
        assert_eq!(advice.transpose.as_deref(), transpose, "{shape:?} {strides:?}");
        assert_eq!(advice.loops, loops, "{shape:?} {strides:?}");
    }

    #[test]
    fn loops_follow_the_strides() {
        let f_order =
            ["for j in range(a.shape[1]):", "    for i in range(a.shape[0]):", "        a[i, j]"];
        check(&[3, 2], &[8, 24], Some("a.transpose(1, 0)"), &f_order);
        check(&[3], &[-8], None, &["for i in range(a.shape[0]):", "    a[i]"]);
        check(&[], &[], None, &[]);
        check(&[0, 2], &[8, 16], Some("a.transpose(1, 0)"), &[]);
        check(&[1, 1], &[8, 16], None, &[]);
        check(&[2; 6], &[256, 128, 64, 32, 16, 8], None, &[]);
    }
}
