//! Run: boxes read, reduced by every operation, and written, one after the other.
//!
//! Windows of 3 on `(10):(8)+0` in boxes of 4 results: elements 0..6 make results 0..4, elements
//! 4..10 make results 4..8.
#![forbid(unsafe_code)]

use std::ops::Range;

use stridewise::control::Control;
use stridewise::kernel::window::{Windows, reduce};
use stridewise::layout::{Layout, Pick};
use stridewise::view::{Buffer, Bytes, BytesMut, ViewError};

use super::plan::from_to;
use super::{Made, Reduction};
use crate::passage::{GAP, PassageError, Source, Target, Told, buffer, part};

impl Reduction<'_> {
    /// Makes the results: all files, or none.
    ///
    /// Tells `control` of bytes read and written, of as many as it will read and write.
    ///
    /// # Errors
    /// A source that cannot be read, was cut short or changed, sums that do not fit, a target that
    /// cannot be written or exists by now, a full disk, and the caller's wish to stop.
    pub fn run(&self, control: &Control<'_>) -> Result<(), PassageError> {
        let mut targets: Vec<Target<'_>> =
            self.made.iter().map(|made| Target::create(&made.file)).collect::<Result<_, _>>()?;
        let source = Source::open(self.source)?;
        let told = Told { control, total: self.bytes() };
        self.in_boxes(&source, &mut targets, &told)?;
        source.refuse_changes()?;
        for target in &targets {
            target.sync()?;
            told.tell(told.total)?; // Waiting for the disk may have taken long.
        }
        targets.into_iter().try_for_each(Target::persist)
    }

    /// Bytes that are read, some of them twice, and written.
    fn bytes(&self) -> u64 {
        let axes = self.shape.iter().zip(self.cuts()).zip(&self.lanes);
        // All boxes of an axis together.
        let elements = axes.map(|((&extent, cuts), lane)| {
            let elements = (extent - cuts).saturating_mul(lane.step);
            elements.saturating_add(cuts.saturating_mul(lane.reach)).unsigned_abs()
        });
        let itemsize = self.source.layout().itemsize().unsigned_abs();
        let read = elements.fold(itemsize, u64::saturating_mul);
        let written = self.made.iter().map(|made| made.file.layout().nbytes().unsigned_abs());
        written.fold(read, u64::saturating_add)
    }

    fn in_boxes(
        &self,
        source: &Source<'_>,
        targets: &mut [Target<'_>],
        told: &Told<'_>,
    ) -> Result<(), PassageError> {
        let Some(Made { file, .. }) = self.made.first() else { return Ok(()) };
        // In the order in which results lie, so that they are complete one after the other.
        let order = file.layout().order();
        let (mut before, mut after) = (None, None);
        let mut done = 0;
        for at in 0..self.tiles() {
            let results = self.results(at, &order);
            let picks: Vec<Pick> = results.iter().map(|r| from_to(r.start, r.end)).collect();
            let elements = results.iter().zip(&self.lanes).map(|(results, lane)| {
                let start = results.start * lane.step; // Inside the array, as its end is.
                from_to(start, start + lane.elements(results.end - results.start))
            });
            let out_of = self.source.layout().slice(&elements.collect::<Vec<_>>())?;
            let read = out_of.pieces(GAP)?;
            // The first box is the largest.
            let before = part(kept(&mut before, || buffer(&read))?, &read)?;
            source.gather(&read, before, told, &mut done, out_of.nbytes())?;
            let windows = self.windows_of(&results);
            for (made, target) in self.made.iter().zip(&mut *targets) {
                let whole = made.file.layout();
                if let Some(&outermost) = order.first() {
                    let mut complete = vec![from_to(0, i64::MAX); order.len()];
                    complete[outermost] = picks[outermost];
                    target.send(whole.slice(&complete)?.span().low.unsigned_abs());
                }
                let written = whole.slice(&picks)?.pieces(0)?;
                let room = kept(&mut after, || self.room())?;
                let results = part(room, &written)?;
                let box_of = (read.layout(), written.layout());
                self.reduce(made, &windows, (before, &mut *results), box_of, (told, done))?;
                target.scatter(&written, results, told, &mut done)?;
            }
        }
        Ok(())
    }

    /// The results of a box, the last axis of an order fastest.
    fn results(&self, at: u64, order: &[usize]) -> Vec<Range<i64>> {
        let cuts: Vec<i64> = self.cuts().collect();
        let mut results = vec![0..0; order.len()];
        let mut rest = at;
        for &axis in order.iter().rev() {
            let cut = cuts[axis].unsigned_abs().max(1);
            let start = (rest % cut).cast_signed() * self.tile[axis];
            results[axis] = start..(start + self.tile[axis]).min(self.shape[axis]);
            rest /= cut;
        }
        results
    }

    /// The windows of a box: its elements are part of longer lanes.
    fn windows_of(&self, results: &[Range<i64>]) -> Windows {
        let mut first = self.windows.size.clone();
        for (results, lane) in results.iter().zip(&self.lanes) {
            if let Some(at) = lane.windowed {
                let whole = self.windows.first_index.get(at).copied().unwrap_or(0);
                first[at] = whole.saturating_add(results.start * lane.step);
            }
        }
        let mut windows = self.windows.clone();
        windows.first_index = first;
        windows
    }

    /// Room for the results of any operation on the largest box.
    fn room(&self) -> Result<Buffer, PassageError> {
        let results: i64 = self.tile.iter().product();
        let item = self.made.iter().map(|made| made.element.size()).max().unwrap_or(0);
        let wanted = results.saturating_mul(item).unsigned_abs();
        let made = usize::try_from(wanted).ok().and_then(Buffer::zeroed);
        made.ok_or(PassageError::OutOfMemory { wanted })
    }

    fn reduce(
        &self,
        made: &Made,
        windows: &Windows,
        (before, after): (&[u8], &mut [u8]),
        (out_of, into): (&Layout, &Layout),
        (told, done): (&Told<'_>, u64),
    ) -> Result<(), PassageError> {
        let view = |error| match error {
            ViewError::Layout(error) => PassageError::Layout(error),
            // Pieces hold what they are gathered for.
            _ => PassageError::OutOfMemory { wanted: out_of.nbytes().unsigned_abs() },
        };
        let input = Bytes::new(before, out_of.clone()).map_err(view)?;
        let mut output = BytesMut::new(after, into.clone()).map_err(view)?;
        let report = |_, _| told.control.reply(done, told.total);
        let control = Control::reporting(&report).with_threads(told.control.threads());
        let (op, to) = (&made.op, made.element);
        Ok(reduce(&input, self.element, op, windows, &mut output, to, &control)?)
    }
}

/// What was made the first time.
fn kept<T, E>(made: &mut Option<T>, make: impl FnOnce() -> Result<T, E>) -> Result<&mut T, E> {
    match made {
        Some(made) => Ok(made),
        none => Ok(none.insert(make()?)),
    }
}
