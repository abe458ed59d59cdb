//! Layouts that have caught mistakes, and random ones of the same kinds.
//!
//! Rank 0, extents 0 and 1, stride 0, negative strides, overlap such as `(3,3):(8,8)+0`,
//! packed 9-byte strides, misalignment, and sizes near the ends of 64-bit integers.

use crate::{Rng, Strided};

/// Layouts small enough to visit index by index.
pub fn corpus() -> Vec<Strided> {
    let table: &[(&[i64], &[i64], i64, i64)] = &[
        // rank 0
        (&[], &[], 0, 8),
        (&[], &[], -3, 1),
        (&[], &[], 24, 0),
        // C and F order
        (&[7], &[8], 0, 8),
        (&[2, 3], &[24, 8], 0, 8),
        (&[2, 3], &[8, 16], 0, 8),
        (&[2, 3, 4], &[48, 16, 4], 0, 4),
        (&[2, 3, 4], &[2, 4, 12], 6, 2),
        (&[2, 3, 2, 2, 2], &[48, 16, 8, 4, 2], 0, 2),
        // extent 0
        (&[0], &[8], 0, 8),
        (&[0], &[-8], 16, 8),
        (&[3, 0, 2], &[16, 16, 8], 0, 8),
        (&[0, 0], &[8, 8], 0, 8),
        (&[2, 0], &[0, 0], 5, 4),
        // extent 1, with strides that mean nothing
        (&[1], &[8], 0, 8),
        (&[1], &[-7], 3, 8),
        (&[1, 10], &[8000, 8], 0, 8),
        (&[3, 1], &[8, 999], 0, 8),
        (&[1, 1, 1], &[5, -6, 0], 40, 2),
        (&[2, 1, 3], &[24, 1, 8], 0, 8),
        (&[1, 4, 1], &[0, 4, -4], 0, 4),
        // stride 0: broadcast
        (&[3], &[0], 0, 8),
        (&[3, 4], &[0, 8], 0, 8),
        (&[3, 4], &[8, 0], 0, 8),
        (&[2, 2], &[0, 0], 16, 4),
        // negative strides
        (&[5], &[-8], 32, 8),
        (&[2, 3], &[-24, -8], 40, 8),
        (&[2, 3], &[24, -8], 16, 8),
        (&[4, 4], &[-4, 16], 12, 4),
        // steps and parts of larger arrays
        (&[3], &[16], 8, 8),
        (&[2, 5, 6], &[480, 48, 8], 0, 8),
        (&[5, 6, 2], &[48, 8, 480], 0, 8),
        (&[2, 2], &[96, 8], 8, 8),
        (&[3, 2], &[-32, 16], 64, 8),
        // transposes and other permutations
        (&[3, 2], &[8, 24], 0, 8),
        (&[2, 4, 3], &[48, 4, 16], 0, 4),
        (&[3, 4, 4], &[4, 48, 12], 0, 4),
        // overlap: windows, and strides below the itemsize
        (&[4, 3], &[8, 8], 0, 8),
        (&[3, 3], &[16, 8], 0, 8),
        (&[4], &[1], 0, 8),
        (&[3, 2], &[2, 3], 0, 1),
        (&[3, 2], &[2, 3], 0, 2),
        (&[4, 3], &[3, 4], 0, 1),
        (&[3, 3, 3], &[9, 3, 1], 0, 1),
        (&[3, 3, 3], &[8, 3, 1], 0, 1),
        (&[2, 2, 2], &[1, 2, 4], 0, 2),
        (&[3, 2], &[-2, 3], 4, 1),
        // packed structures: a stride that is no multiple of the itemsize
        (&[4], &[9], 1, 8),
        (&[3, 2], &[18, 9], 1, 8),
        (&[2, 3], &[9, 18], 0, 1),
        (&[3], &[-9], 19, 8),
        (&[2, 3], &[27, 9], 0, 9),
        // misaligned
        (&[4], &[8], 3, 8),
        (&[2, 2], &[17, 8], 0, 8),
        // odd itemsizes
        (&[3], &[16], 0, 16),
        (&[3], &[0], 0, 0),
        (&[2, 2], &[12, 3], 0, 3),
        (&[2, 2], &[200, 100], 0, 100),
    ];
    let strided = |&(shape, strides, offset, itemsize): &(&[i64], &[i64], i64, i64)| {
        Strided::new(shape, strides, offset, itemsize)
    };
    table.iter().map(strided).collect()
}

/// Layouts that nobody can visit index by index: most are legal, some leave 64-bit integers.
pub fn huge() -> Vec<Strided> {
    const TOP: i64 = i64::MAX;
    let wide: Vec<i64> = vec![1; 64];
    let two: Vec<i64> = vec![2; 62];
    let binary: Vec<i64> = (0..62).map(|bit| 1 << bit).collect();
    vec![
        Strided::new(&[1 << 40], &[8], 0, 8),
        Strided::new(&[TOP], &[0], 0, 1),
        Strided::new(&[TOP], &[1], 0, 1),
        Strided::new(&[TOP], &[1], 1, 1),
        Strided::new(&[TOP], &[-1], TOP - 1, 1),
        Strided::new(&[TOP], &[-1], -1, 1),
        Strided::new(&[3], &[1 << 62], 0, 1),
        Strided::new(&[2], &[1 << 62], 0, 8),
        Strided::new(&[2], &[i64::MIN], 0, 8),
        Strided::new(&[2], &[i64::MIN], TOP - 8, 8),
        Strided::new(&[1], &[i64::MIN], TOP - 8, 8),
        Strided::new(&[1, 1], &[TOP, i64::MIN], i64::MIN, 1),
        Strided::new(&[2, 2], &[TOP, i64::MIN], 0, 1),
        Strided::new(&[2, 2], &[1 << 62, 1 << 62], -(1 << 62), 1),
        Strided::new(&[1 << 31, 1 << 31], &[1 << 31, 1], 0, 1),
        Strided::new(&[1 << 20, 1 << 20, 1 << 20], &[0, 0, 0], 0, 4),
        Strided::new(&[0, TOP], &[TOP, TOP], TOP, 1),
        Strided::new(&[TOP, 0], &[i64::MIN, 8], i64::MIN, 8),
        Strided::new(&[1 << 30, 1 << 30], &[-(1 << 31), 2], 1 << 62, 2),
        Strided::new(&wide, &wide, 0, 8),
        Strided::new(&two, &binary, 0, 1),
        Strided::new(&two, &wide[..62], 0, 1),
        Strided::new(&[1 << 62], &[0], 0, 0),
    ]
}

/// A random layout of at most `most` elements, of one of the kinds of the corpus.
pub fn random(rng: &mut Rng, most: i64) -> Strided {
    let itemsize = *rng.pick(&[1, 1, 2, 3, 4, 8, 8, 8, 9, 16]);
    let mut shape = Vec::new();
    let mut size = 1;
    for _ in 0..rng.integer(0..=5) {
        let extent = match rng.index(10) {
            0 => 1,
            1 if rng.once_in(4) => 0,
            _ => rng.integer(2..=6),
        };
        if size * extent.max(1) <= most {
            size *= extent.max(1);
            shape.push(extent);
        }
    }
    let rank = shape.len();
    let mut strides = packed(rng, &shape, itemsize);
    let mut offset = 0;
    match rng.index(6) {
        0 => {}
        1 => {
            // Part of a larger array: some axes stepped over.
            for stride in &mut strides {
                *stride *= rng.integer(1..=3);
            }
        }
        2 => {
            // Members of a packed structure.
            let padding = rng.integer(0..=9);
            let wider = packed(rng, &shape, itemsize + padding);
            strides = wider;
            offset = rng.integer(0..=padding);
        }
        3 => {
            // Windows and other overlap: strides drawn from a few.
            let few = [0, itemsize, itemsize, 2 * itemsize, 1, 3];
            strides = (0..rank).map(|_| *rng.pick(&few)).collect();
        }
        4 => strides = (0..rank).map(|_| rng.integer(-24..=24)).collect(),
        _ => {
            for stride in &mut strides {
                if rng.once_in(3) {
                    *stride = 0;
                }
            }
        }
    }
    for axis in 0..rank {
        if rng.once_in(4) {
            offset += strides[axis] * (shape[axis] - 1).max(0);
            strides[axis] = -strides[axis];
        }
        if shape[axis] == 1 && rng.once_in(2) {
            strides[axis] = rng.integer(-100..=100);
        }
    }
    if rng.once_in(6) {
        offset += rng.integer(-40..=40);
    }
    Strided { shape, strides, offset, itemsize }
}

/// Contiguous strides in a random order of the axes; C and F order more often than others.
fn packed(rng: &mut Rng, shape: &[i64], itemsize: i64) -> Vec<i64> {
    let mut fastest_first: Vec<usize> = (0..shape.len()).rev().collect();
    match rng.index(4) {
        0 | 1 => {}
        2 => fastest_first.reverse(),
        _ => rng.shuffle(&mut fastest_first),
    }
    let mut strides = vec![0; shape.len()];
    let mut stride = itemsize;
    for axis in fastest_first {
        strides[axis] = stride;
        stride *= shape[axis].max(1);
    }
    strides
}

#[cfg(test)]
mod tests {
    use super::{corpus, random};
    use crate::{Rng, Strided};

    type Kind = (&'static str, fn(&Strided) -> bool);

    /// The kinds of layout that the tests are worth nothing without.
    const KINDS: [Kind; 8] = [
        ("rank 0", |s| s.shape.is_empty()),
        ("empty", |s| s.size() == 0),
        ("extent 1", |s| s.shape.contains(&1)),
        ("stride 0", |s| s.strides.contains(&0)),
        ("negative stride", |s| s.strides.iter().any(|stride| *stride < 0)),
        ("overlap", |s| s.meets_itself().is_some()),
        ("packed", |s| s.itemsize > 0 && s.strides.iter().any(|x| x % s.itemsize != 0)),
        ("misaligned", |s| !s.is_aligned(2) && s.itemsize % 2 == 0),
    ];

    #[test]
    fn corpus_and_random_layouts_are_of_every_kind() {
        let mut rng = Rng::new(1);
        let random: Vec<Strided> = (0..1000).map(|_| random(&mut rng, 200)).collect();
        for (kind, is) in KINDS {
            assert!(corpus().iter().any(is), "no {kind} in the corpus");
            let count = random.iter().filter(|strided| is(strided)).count();
            assert!(count >= 20, "only {count} of 1000 random layouts: {kind}");
        }
        assert!(random.iter().all(|strided| strided.size() <= 200));
    }
}
