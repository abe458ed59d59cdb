//! What indexing and the other view operations select, said in terms of indices alone.
//!
//! `(4):(8)+0` at `[::-2]` visits the positions 3, 1, so it lists `[24, 8]`.

use crate::Listing;

/// One part of a basic index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `a[position]`
    At(i64),
    /// `a[start:stop:step]`
    Slice(Option<i64>, Option<i64>, Option<i64>),
    /// `a[None]`
    NewAxis,
    /// `a[...]`
    Ellipsis,
}

/// The positions that Python's `range(extent)[start:stop:step]` visits, found by walking.
fn positions(extent: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> Vec<i64> {
    let from_end = |bound: i64| if bound < 0 { bound.saturating_add(extent) } else { bound };
    let (first, end) = if step > 0 {
        (start.map_or(0, from_end).max(0), stop.map_or(extent, from_end))
    } else {
        (start.map_or(extent - 1, from_end).min(extent - 1), stop.map_or(-1, from_end).max(-1))
    };
    let mut found = Vec::new();
    let mut position = first;
    while (step > 0 && position < end.min(extent)) || (step < 0 && position > end) {
        if (0..extent).contains(&position) {
            found.push(position);
        }
        match position.checked_add(step) {
            Some(next) => position = next,
            None => break,
        }
    }
    found
}

impl Listing {
    /// Basic indexing, or `None` where NumPy raises.
    pub fn select(&self, selectors: &[Selector]) -> Option<Listing> {
        let consumes =
            |selector: &&Selector| matches!(selector, Selector::At(_) | Selector::Slice(..));
        let named = selectors.iter().filter(consumes).count();
        let ellipses = selectors.iter().filter(|s| matches!(s, Selector::Ellipsis)).count();
        if named > self.shape.len() || ellipses > 1 {
            return None;
        }
        let mut full = selectors.to_vec();
        let fill = vec![Selector::Slice(None, None, None); self.shape.len() - named];
        match full.iter().position(|selector| *selector == Selector::Ellipsis) {
            Some(at) => drop(full.splice(at..=at, fill)),
            None => full.extend(fill),
        }

        // Per axis of this listing the positions visited; per axis of the result whose they are.
        let mut visited: Vec<Vec<i64>> = Vec::new();
        let mut shape = Vec::new();
        let mut from: Vec<Option<usize>> = Vec::new();
        for selector in full {
            let axis = visited.len();
            match selector {
                Selector::At(position) => {
                    let extent = self.shape[axis];
                    let position =
                        if position < 0 { position.checked_add(extent)? } else { position };
                    if !(0..extent).contains(&position) {
                        return None;
                    }
                    visited.push(vec![position]);
                }
                Selector::Slice(start, stop, step) => {
                    let step = step.unwrap_or(1);
                    if step == 0 {
                        return None;
                    }
                    visited.push(positions(self.shape[axis], start, stop, step));
                    shape.push(visited[axis].len() as i64);
                    from.push(Some(axis));
                }
                Selector::NewAxis => {
                    shape.push(1);
                    from.push(None);
                }
                Selector::Ellipsis => return None,
            }
        }
        Some(self.pull(&shape, |index| {
            let mut source: Vec<i64> = vec![0; visited.len()];
            for (axis, list) in visited.iter().enumerate() {
                let at = from.iter().position(|&owner| owner == Some(axis));
                source[axis] = list[at.map_or(0, |at| as_index(index[at]))];
            }
            source
        }))
    }

    /// The axes in `axes` walked backwards.
    pub fn flip(&self, axes: &[usize]) -> Listing {
        self.pull(&self.shape, |index| {
            let turned = |(axis, &at): (usize, &i64)| {
                if axes.contains(&axis) { self.shape[axis] - 1 - at } else { at }
            };
            index.iter().enumerate().map(turned).collect()
        })
    }

    /// A quarter turn from the first axis towards the second: `result[i, j] == self[j, n-1-i]`.
    pub fn quarter_turn(&self, first: usize, second: usize) -> Listing {
        let mut shape = self.shape.clone();
        shape.swap(first, second);
        self.pull(&shape, |index| {
            let mut source = index.to_vec();
            source[first] = index[second];
            source[second] = self.shape[second] - 1 - index[first];
            source
        })
    }

    /// The axes of extent 1 named by `axes` left out.
    pub fn squeeze(&self, axes: &[usize]) -> Listing {
        let kept: Vec<usize> = (0..self.shape.len()).filter(|axis| !axes.contains(axis)).collect();
        let shape: Vec<i64> = kept.iter().map(|&axis| self.shape[axis]).collect();
        self.pull(&shape, |index| {
            let mut source = vec![0; self.shape.len()];
            for (at, &axis) in index.iter().zip(&kept) {
                source[axis] = *at;
            }
            source
        })
    }

    /// Axes of extent 1 where `axes` says, counted in the result.
    pub fn expand(&self, axes: &[usize]) -> Listing {
        let rank = self.shape.len() + axes.len();
        let mut old = self.shape.iter();
        let extent =
            |axis| if axes.contains(&axis) { 1 } else { *old.next().expect("an old axis") };
        let shape: Vec<i64> = (0..rank).map(extent).collect();
        self.pull(&shape, |index| {
            let kept = index.iter().enumerate().filter(|(axis, _)| !axes.contains(axis));
            kept.map(|(_, at)| *at).collect()
        })
    }

    /// The elements whose positions satisfy `second == first + offset`, along a new last axis.
    pub fn diagonal(&self, offset: i64, first: usize, second: usize) -> Listing {
        let on_it = |row: &i64| (0..self.shape[second]).contains(&(row + offset));
        let rows: Vec<i64> = (0..self.shape[first]).filter(on_it).collect();
        let kept: Vec<usize> =
            (0..self.shape.len()).filter(|axis| *axis != first && *axis != second).collect();
        let mut shape: Vec<i64> = kept.iter().map(|&axis| self.shape[axis]).collect();
        shape.push(rows.len() as i64);
        self.pull(&shape, |index| {
            let mut source = vec![0; self.shape.len()];
            for (at, &axis) in index.iter().zip(&kept) {
                source[axis] = *at;
            }
            let row = rows[as_index(*index.last().expect("the diagonal axis"))];
            source[first] = row;
            source[second] = row + offset;
            source
        })
    }

    /// Repeated along new leading axes and along axes of extent 1; `None` where NumPy raises.
    pub fn broadcast(&self, shape: &[i64]) -> Option<Listing> {
        let added = shape.len().checked_sub(self.shape.len())?;
        let fits =
            |(wanted, extent): (&i64, &i64)| wanted == extent || (*extent == 1 && *wanted >= 0);
        if shape[..added].iter().any(|&wanted| wanted < 0)
            || !shape[added..].iter().zip(&self.shape).all(fits)
        {
            return None;
        }
        Some(self.pull(shape, |index| {
            let repeated = index[added..].iter().zip(&self.shape);
            repeated.map(|(at, extent)| if *extent == 1 { 0 } else { *at }).collect()
        }))
    }

    /// Windows along `axes`: `result[.., i, .., k, ..] == self[.., i * step + k * dilation, ..]`,
    /// the positions inside a window on new last axes. `None` where a window does not fit.
    pub fn window(
        &self,
        axes: &[usize],
        size: &[i64],
        step: &[i64],
        dilation: &[i64],
    ) -> Option<Listing> {
        let mut shape = self.shape.clone();
        for (at, &axis) in axes.iter().enumerate() {
            let reach = (size[at] - 1) * dilation[at];
            let fits = |start: &i64| start + reach < shape[axis] || size[at] == 0;
            // A window of nothing starts anywhere, one past the end included.
            let starts = if size[at] == 0 { shape[axis] + 1 } else { shape[axis] };
            shape[axis] = (0..starts).step_by(as_index(step[at])).filter(fits).count() as i64;
            if shape[axis] == 0 {
                return None;
            }
        }
        shape.extend(size);
        Some(self.pull(&shape, |index| {
            let mut source = index[..self.shape.len()].to_vec();
            // An axis named twice holds windows of windows: the last one named is outermost.
            for (at, &axis) in axes.iter().enumerate().rev() {
                source[axis] =
                    source[axis] * step[at] + index[self.shape.len() + at] * dilation[at];
            }
            source
        }))
    }
}

fn as_index(position: i64) -> usize {
    usize::try_from(position).expect("a position is not negative")
}
