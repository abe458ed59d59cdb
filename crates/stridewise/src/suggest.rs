//! "Did you mean": the known name that is fewest keystrokes away.
//!
//! `reshpae` is one swap from `reshape`; `zzz` is near nothing. Names of functions, dtypes, files and
//! arrays in archives are all looked for here; to layouts such as `(2,3):(24,8)+0` it is a stranger.

/// Longer words than this are no typing slips of ours, and comparing them costs time.
const LONGEST: usize = 32;

/// The nearest of the candidates, if it is near enough to be what was meant: one slip for three
/// characters, at least one and at most three.
///
/// ```
/// # use stridewise::suggest::nearest;
/// assert_eq!(nearest("reshpae", ["ravel", "reshape"]), Some("reshape"));
/// assert_eq!(nearest("zzz", ["ravel", "reshape"]), None);
/// ```
pub fn nearest<'n>(word: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if word.len() > LONGEST {
        return None;
    }
    let near = |candidate: &&str| candidate.len() <= 4 * LONGEST;
    let allowed = (word.len() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(near)
        .map(|candidate| (distance(&word, &candidate.chars().collect::<Vec<_>>()), candidate))
        .filter(|&(distance, candidate)| distance <= allowed && distance < candidate.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the
/// other (optimal string alignment); a change of case counts as none.
fn distance(from: &[char], to: &[char]) -> usize {
    let same = |a: char, b: char| a.eq_ignore_ascii_case(&b);
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, &letter) in from.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, &other) in to.iter().enumerate() {
            let replaced = last[column] + usize::from(!same(letter, other));
            let mut least = replaced.min(last[column + 1] + 1).min(now[column] + 1);
            let swapped =
                row > 0 && column > 0 && same(letter, to[column - 1]) && same(from[row - 1], other);
            if swapped {
                least = least.min(before_last[column - 1] + 1);
            }
            now.push(least);
        }
        before_last = std::mem::replace(&mut last, now);
    }
    last[to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_find_their_word_and_noise_finds_none() {
        let known = ["reshape", "ravel", "T", "transpose", "zeros", "mean"];
        for (typed, meant) in [
            ("reshpae", Some("reshape")),
            ("zerso", Some("zeros")),
            ("Zeros", Some("zeros")),
            ("transpos", Some("transpose")),
            ("t", Some("T")),
            ("q", None),
            ("zzz", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
        assert_eq!(nearest(&"x".repeat(100_000), known), None);
    }
}
