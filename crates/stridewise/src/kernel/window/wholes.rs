//! Wholes: exact sums of 64-bit integers, and whether they fit.
//!
//! The sum of the upper halves and the sum of the lower halves both fit in 64 bits, and together
//! they are the exact sum in 128. They are computed only where a bound does not already say that
//! nothing overflows. `2^63 - 1` and `1` have the halves `2^31 - 1, 2^32 - 1` and `0, 1`.

use std::marker::PhantomData;

use super::error::WindowError;
use super::folds::Sum;
use super::keys::Keyed;
use super::run::Job;
use super::scan::{Engine, Tiles};
use super::source::{Convert, Lower, Rule, Source, Upper, Whole};

/// Rows of a tile that is looked through.
const TILE: i64 = 1024;

/// The least and the greatest integer that windows of a job contain.
pub(super) fn range<N: Keyed>(job: &Job<'_>) -> (i128, i128) {
    let rule = Rule { missing: 0, constant: 0, flip: 0 };
    // SAFETY: the job's lanes may be read while it runs.
    let mut source = unsafe { Source::<Whole<N>>::new(job.lanes, job.pitch, rule, job.backend) };
    let end = job.starts.end + job.size as i64 - 1;
    let (mut low, mut high) = (i128::MAX, i128::MIN);
    let mut at = job.starts.start;
    while at < end {
        let rows = (end - at).min(TILE) as usize;
        let tile = source.tile(at, rows);
        for row in tile.chunks(job.pitch).take(rows) {
            for &whole in &row[..job.lanes.columns] {
                let whole = value::<N>(whole);
                (low, high) = (low.min(whole), high.max(whole));
            }
        }
        at += rows as i64;
    }
    (low, high)
}

/// The integer that 64 bits stand for.
pub(super) fn value<N: Keyed>(bits: i64) -> i128 {
    if N::UNSIGNED { i128::from(bits as u64) } else { i128::from(bits) }
}

/// The exact sum of each window of a job, `pitch` for each start.
pub(super) fn sums<N: Keyed>(job: &Job<'_>, rule: Rule<i64>) -> Result<Vec<i128>, WindowError> {
    let upper = halves::<Upper<N>>(job, Rule { constant: rule.constant >> 32, ..rule })?;
    let lower = halves::<Lower<N>>(job, Rule { constant: rule.constant & 0xffff_ffff, ..rule })?;
    Ok(upper.iter().zip(&lower).map(|(&u, &l)| (i128::from(u) << 32) + i128::from(l)).collect())
}

fn halves<C: Convert<To = i64>>(job: &Job<'_>, rule: Rule<i64>) -> Result<Vec<i64>, WindowError> {
    // SAFETY: the job's lanes may be read while it runs.
    let mut source = unsafe { Source::<C>::new(job.lanes, job.pitch, rule, job.backend) };
    let mut all = Vec::new();
    let mut engine = Engine::new(Sum::<i64>(PhantomData), job.size, job.pitch, job.backend)?;
    let starts = job.starts.clone();
    engine.run(&mut source, starts, None, &mut |_, sums| -> Result<(), WindowError> {
        all.extend_from_slice(sums);
        Ok(())
    })?;
    Ok(all)
}

/// An error where the sum of any window does not fit in 64 bits.
pub(super) fn check_sums<N: Keyed>(job: &Job<'_>, rule: Rule<i64>) -> Result<(), WindowError> {
    let (least, most) = limits::<N>();
    let size = job.size as i128;
    let (low, high) = range::<N>(job);
    if low.min(0) * size >= least && high.max(0) * size <= most {
        return Ok(());
    }
    let sums = sums::<N>(job, rule)?;
    let fits = sums
        .chunks(job.pitch)
        .all(|row| row[..job.lanes.columns].iter().all(|sum| (least..=most).contains(sum)));
    if fits { Ok(()) } else { Err(WindowError::Overflow) }
}

/// An error where the product of any window does not fit in 64 bits.
pub(super) fn check_products<N: Keyed>(job: &Job<'_>, rule: Rule<i64>) -> Result<(), WindowError> {
    let (least, most) = limits::<N>();
    let (low, high) = range::<N>(job);
    let size = u32::try_from(job.size).unwrap_or(u32::MAX);
    let largest = low.abs().max(high.abs());
    if largest <= 1 || largest.checked_pow(size).is_some_and(|power| power <= most) {
        return Ok(());
    }
    // SAFETY: the job's lanes may be read while it runs.
    let mut source = unsafe { Source::<Whole<N>>::new(job.lanes, job.pitch, rule, job.backend) };
    for start in job.starts.clone() {
        let tile = source.tile(start, job.size);
        for column in 0..job.lanes.columns {
            let factors = || tile[column..].iter().step_by(job.pitch).take(job.size);
            if factors().any(|&factor| factor == 0) {
                continue;
            }
            let mut product = 1i128;
            for &factor in factors() {
                product = product.checked_mul(value::<N>(factor)).unwrap_or(i128::MAX);
                // No zero follows, so a product that is too large stays too large.
                if product.abs() > most + 1 {
                    return Err(WindowError::Overflow);
                }
            }
            if !(least..=most).contains(&product) {
                return Err(WindowError::Overflow);
            }
        }
        job.poll()?;
    }
    Ok(())
}

fn limits<N: Keyed>() -> (i128, i128) {
    match N::UNSIGNED {
        true => (0, i128::from(u64::MAX)),
        false => (i128::from(i64::MIN), i128::from(i64::MAX)),
    }
}
