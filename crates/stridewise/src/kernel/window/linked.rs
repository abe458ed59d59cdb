//! Linked blocks: the element of one rank in every window, for windows of any size.
//!
//! Suomela's algorithm (arXiv 1406.1717, 2014): cut the lane into blocks of a window's length and
//! sort each once. A window is the end of one block and the beginning of the next. In a list
//! linked in sorted order, elements leave the first block as time goes on; the second block starts
//! empty, all its elements having left in reverse, and takes each departure back. Both blocks keep
//! a pointer, and the elements before both pointers are together as many as the rank.
//!
//! ```text
//! block 1 of `3 1 2`, block 2 of `5 4 6`, window 1: `1 2` of the first, `5` of the second
//! ```

/// No element: the end of a list.
#[derive(Clone, Copy)]
struct Links {
    before: u32,
    after: u32,
}

/// One block in sorted order.
pub(super) struct Block<K> {
    keys: Vec<K>,
    links: Vec<Links>,
    /// The first element that is not small, and how many are.
    here: u32,
    small: usize,
}

impl<K: Copy + Ord> Block<K> {
    fn end(&self) -> u32 {
        self.keys.len() as u32
    }

    /// Sorts some keys; `order` is room to work in.
    fn new(keys: Vec<K>, order: &mut Vec<(K, u32)>) -> Block<K> {
        order.clear();
        order.extend(keys.iter().zip(0u32..).map(|(&key, at)| (key, at)));
        order.sort_unstable();
        let end = keys.len() as u32;
        let mut links = vec![Links { before: end, after: end }; keys.len() + 1];
        let mut last = end;
        for &(_, at) in order.iter() {
            links[last as usize].after = at;
            links[at as usize].before = last;
            last = at;
        }
        links[last as usize].after = end;
        links[end as usize].before = last;
        Block { here: links[end as usize].after, small: 0, keys, links }
    }

    /// Takes all elements out, the last one first.
    fn unwind(&mut self) {
        for at in (0..self.keys.len()).rev() {
            self.unlink(at);
        }
        (self.here, self.small) = (self.end(), 0);
    }

    fn unlink(&mut self, at: usize) {
        let Links { before, after } = self.links[at];
        self.links[before as usize].after = after;
        self.links[after as usize].before = before;
    }

    fn is_small(&self, at: usize) -> bool {
        let here = self.here as usize;
        here == self.keys.len() || (self.keys[at], at) < (self.keys[here], here)
    }

    fn delete(&mut self, at: usize) {
        self.unlink(at);
        if self.is_small(at) {
            self.small -= 1;
        } else {
            if self.here as usize == at {
                self.here = self.links[at].after;
            }
            if self.small > 0 {
                self.here = self.links[self.here as usize].before;
                self.small -= 1;
            }
        }
    }

    fn restore(&mut self, at: usize) {
        let Links { before, after } = self.links[at];
        self.links[before as usize].after = at as u32;
        self.links[after as usize].before = at as u32;
        if self.is_small(at) {
            self.here = self.links[self.here as usize].before;
        }
    }

    fn advance(&mut self) {
        self.here = self.links[self.here as usize].after;
        self.small += 1;
    }

    fn peek(&self) -> Option<K> {
        self.keys.get(self.here as usize).copied()
    }

    /// The element after the one at the pointer.
    fn peek_on(&self) -> Option<K> {
        self.keys.get(self.links[self.here as usize].after as usize).copied()
    }
}

/// Hands on the elements of rank `rank` and, where there is one, the next rank, of every window.
pub(super) fn ranked<K: Copy + Ord>(
    keys: &[K],
    size: usize,
    rank: usize,
    mut take: impl FnMut(usize, K, K),
) {
    let windows = (keys.len() + 1).saturating_sub(size);
    if windows == 0 || size == 0 {
        return;
    }
    let mut order = Vec::new();
    let mut old = Block::new(keys[..size].to_vec(), &mut order);
    let mut new = Block::new(Vec::new(), &mut order);
    for _ in 0..rank {
        old.advance();
    }
    let mut give = |at: usize, old: &Block<K>, new: &Block<K>| {
        let (low, high) = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a <= b => (a, old.peek_on().map_or(b, |next| next.min(b))),
            (Some(a), Some(b)) => (b, new.peek_on().map_or(a, |next| next.min(a))),
            (Some(a), None) => (a, old.peek_on().unwrap_or(a)),
            (None, Some(b)) => (b, new.peek_on().unwrap_or(b)),
            (None, None) => return,
        };
        take(at, low, high);
    };
    give(0, &old, &new);
    for at in 1..windows {
        let place = (at - 1) % size;
        if place == 0 {
            if at > 1 {
                old = new;
            }
            let begin = at - 1 + size;
            new = Block::new(keys[begin..keys.len().min(begin + size)].to_vec(), &mut order);
            new.unwind();
        }
        old.delete(place);
        new.restore(place);
        if old.small + new.small < rank {
            match (old.peek(), new.peek()) {
                (Some(a), Some(b)) if a > b => new.advance(),
                (None, _) => new.advance(),
                _ => old.advance(),
            }
        }
        give(at, &old, &new);
    }
}

#[cfg(test)]
mod tests {
    use super::ranked;

    #[test]
    fn every_rank_of_every_window() {
        let mut state = 1u32;
        let keys: Vec<i16> = (0..200)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as i16 % 23
            })
            .collect();
        for size in [1, 2, 3, 7, 40, 100, 199, 200] {
            for rank in [0, size / 3, (size - 1) / 2, size - 1] {
                let mut count = 0;
                ranked(&keys, size, rank, |at, low, high| {
                    let mut window = keys[at..at + size].to_vec();
                    window.sort_unstable();
                    assert_eq!(low, window[rank], "window {at} of {size}, rank {rank}");
                    assert_eq!(high, window[(rank + 1).min(size - 1)], "{at} {size} {rank}");
                    count += 1;
                });
                assert_eq!(count, 201 - size);
            }
        }
    }
}
