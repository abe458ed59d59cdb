//! Findings about a statement in a loop order: what makes it slow, with its numbers and a cure.
//!
//! Every finding is data with a stable code of its own; [`FindingCode::rule`] explains the code
//! to somebody who meets it for the first time. SW1xx are about one layout (layout/), SW2xx
//! about loops over arrays.
//!
//! Worked: `a[i,j]` over `(1024,1024):(8192,8)+0` with i inside finds SW201 (j would move by 8
//! bytes), SW203 (one set of 64), SW204 (a page per element) and SW205 (pad rows by 64 bytes).

use std::fmt;

use super::error::LocalityError;
use super::estimate::{Walks, real};
use super::predict::{Costs, predict};
use super::rank::{break_even, rank_orders};
use crate::control::Control;
use crate::machine::Machine;
use crate::nest::{Effect, Statement, StatementError};

/// What kind of finding; codes never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingCode {
    /// SW201: the index with the smallest stride is not innermost.
    SmallestStrideOutside,
    /// SW202: most of every line is loaded and not used.
    LineUtilisation,
    /// SW203: a stride shares a divisor with the number of sets.
    SetConflicts,
    /// SW204: every element lies on another page, and there are more than the TLB remembers.
    PagePerElement,
    /// SW205: a row length that padding would cure.
    Padding,
    /// SW206: threads that split the outermost loop write into the same lines.
    FalseSharing,
    /// SW207: another loop order is faster.
    LoopOrder,
    /// SW208: a one-off copy pays.
    CopyPays,
}

impl FindingCode {
    /// Every code.
    pub const ALL: [FindingCode; 8] = [
        FindingCode::SmallestStrideOutside,
        FindingCode::LineUtilisation,
        FindingCode::SetConflicts,
        FindingCode::PagePerElement,
        FindingCode::Padding,
        FindingCode::FalseSharing,
        FindingCode::LoopOrder,
        FindingCode::CopyPays,
    ];

    /// The stable name: `SW201`, ….
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::SmallestStrideOutside => "SW201",
            FindingCode::LineUtilisation => "SW202",
            FindingCode::SetConflicts => "SW203",
            FindingCode::PagePerElement => "SW204",
            FindingCode::Padding => "SW205",
            FindingCode::FalseSharing => "SW206",
            FindingCode::LoopOrder => "SW207",
            FindingCode::CopyPays => "SW208",
        }
    }

    /// The code of that name.
    pub fn parse(name: &str) -> Option<FindingCode> {
        FindingCode::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(name))
    }

    /// One line that names it.
    pub fn title(self) -> &'static str {
        match self {
            FindingCode::SmallestStrideOutside => "the smallest stride is not innermost",
            FindingCode::LineUtilisation => "most of every cache line goes unused",
            FindingCode::SetConflicts => "a stride uses few sets of the cache",
            FindingCode::PagePerElement => "every element lies on another page",
            FindingCode::Padding => "rows are as long as a way of the cache, or divide it",
            FindingCode::FalseSharing => "threads would write into the same lines",
            FindingCode::LoopOrder => "another loop order is faster",
            FindingCode::CopyPays => "a one-off copy pays",
        }
    }

    /// What it means, for somebody who meets it for the first time.
    pub fn rule(self) -> &'static str {
        match self {
            FindingCode::SmallestStrideOutside => {
                "Memory moves in lines of (mostly) 64 bytes. The innermost loop should move by the smallest stride, so that the next element is usually in a line that is already there. Here another index moves this array by fewer bytes than the innermost one does."
            }
            FindingCode::LineUtilisation => {
                "A line that is loaded for one element, and gone before its neighbours are asked for, wastes the rest of its bytes. The share is the elements' bytes over the bytes of the lines that were loaded for them."
            }
            FindingCode::SetConflicts => {
                "A cache keeps a line in the set that its address names, modulo the number of sets. A stride of s lines reaches only sets / gcd(s, sets) of them, and only that part of the cache works for the walk. Powers of two are the common case, not the only one: 32000 bytes reach 16 of 64 sets."
            }
            FindingCode::PagePerElement => {
                "Addresses are translated page by page, and the TLB remembers a few dozen pages at once and some thousand in all. A stride of a page or more needs another translation for each element; beyond what the TLB remembers, each costs about as much as a miss."
            }
            FindingCode::Padding => {
                "When the distance between rows is a multiple of many sets, a column falls into few of them. Rows that are a line longer fall into all sets in turn: allocate (n, m + pad) and use [:, :m]."
            }
            FindingCode::FalseSharing => {
                "Two threads that write different elements of one line take the line from each other at every store. Threads should split an index that moves the written array by whole lines."
            }
            FindingCode::LoopOrder => {
                "Loops that do not depend on each other's results may run in any order. Orders differ in how many lines they load, and in whether the innermost loop can work on vectors."
            }
            FindingCode::CopyPays => {
                "Where arrays are walked against each other, no loop order suits all of them. One copy in the right order costs once and saves at every run; the finding says after how many runs it has paid for itself."
            }
        }
    }
}

impl fmt::Display for FindingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What kind.
    pub code: FindingCode,
    /// The operand that it is about, where it is about one.
    pub operand: Option<usize>,
    /// The index that it is about, where it is about one.
    pub index: Option<usize>,
    /// Its numbers by name.
    pub evidence: Vec<(&'static str, f64)>,
    /// What was found.
    pub text: String,
    /// What to do.
    pub help: String,
}

/// Of faster orders and copies only those that save at least this share are told.
const WORTH_TELLING: f64 = 0.1;

/// Fewer iterations than this are nothing to split over threads.
const WORTH_THREADS: f64 = 1e5;

/// What there is to say of a statement in a loop order, the most costly first.
///
/// # Errors
/// No permutation of the indices, steps beyond 64 bits, or a caller who asks to stop.
pub fn findings(
    statement: &Statement,
    order: &[usize],
    machine: &Machine,
    costs: &Costs,
    control: &Control<'_>,
) -> Result<Vec<Finding>, FindingsError> {
    let walks = Walks::new(statement).map_err(StatementError::from)?;
    super::rank::check_order(statement, order)?;
    let asker = Asker { statement, walks: &walks, order, machine };
    let mut found: Vec<Finding> = asker.loop_order(costs)?.into_iter().collect();
    // What stays in the nearest cache costs little, however it is walked.
    let is_small = walks.stays(machine.first_cache());
    for site in 0..walks.sites.len() {
        if walks.is_first_of_group(site) && !is_small {
            found.extend(asker.stride(site));
            found.extend(asker.utilisation(site));
            found.extend(asker.sets(site));
            found.extend(asker.pages(site));
        }
    }
    if walks.iterations() >= WORTH_THREADS {
        found.extend(asker.sharing());
    }
    for operand in 0..statement.operands().len() {
        control.tell(operand as u64, statement.operands().len() as u64)?;
        found.extend(asker.copy(operand, costs)?);
    }
    Ok(found)
}

/// Why there are no findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FindingsError {
    /// The statement or the order.
    Statement(StatementError),
    /// The caller asked to stop.
    Locality(LocalityError),
}

impl fmt::Display for FindingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FindingsError::Statement(error) => error.fmt(f),
            FindingsError::Locality(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for FindingsError {}

impl From<StatementError> for FindingsError {
    fn from(error: StatementError) -> Self {
        FindingsError::Statement(error)
    }
}

impl From<crate::control::Stopped> for FindingsError {
    fn from(stopped: crate::control::Stopped) -> Self {
        FindingsError::Locality(stopped.into())
    }
}

struct Asker<'a> {
    statement: &'a Statement,
    walks: &'a Walks,
    order: &'a [usize],
    machine: &'a Machine,
}

impl Asker<'_> {
    fn innermost(&self) -> Option<usize> {
        self.order.iter().copied().rfind(|&at| self.walks.extents[at] > 1)
    }

    fn index(&self, index: usize) -> &str {
        &self.statement.indices()[index].name
    }

    fn operand(&self, site: usize) -> &str {
        &self.statement.operands()[self.walks.sites[site].operand].name
    }

    fn about(&self, code: FindingCode, site: usize, index: usize) -> Finding {
        Finding {
            code,
            operand: Some(self.walks.sites[site].operand),
            index: Some(index),
            evidence: Vec::new(),
            text: String::new(),
            help: String::new(),
        }
    }

    fn step(&self, site: usize, index: usize) -> i64 {
        self.walks.sites[site].steps[index].saturating_abs()
    }

    /// SW201.
    fn stride(&self, site: usize) -> Option<Finding> {
        let inner = self.innermost()?;
        let step = self.step(site, inner);
        let moves = |&at: &usize| self.step(site, at) > 0 && self.walks.extents[at] > 1;
        let best =
            self.order.iter().copied().filter(moves).min_by_key(|&at| self.step(site, at))?;
        let least = self.step(site, best);
        if step <= least.max(self.walks.sites[site].size) {
            return None;
        }
        let (operand, inner_name, best_name) =
            (self.operand(site), self.index(inner), self.index(best));
        Some(Finding {
            evidence: vec![("stride", real(step)), ("smallest_stride", real(least))],
            text: format!(
                "the innermost loop {inner_name} moves {operand} by {step} bytes; {best_name} would move it by {least}"
            ),
            help: format!("for {operand}, let {best_name} be the innermost loop"),
            ..self.about(FindingCode::SmallestStrideOutside, site, inner)
        })
    }

    /// SW202.
    fn utilisation(&self, site: usize) -> Option<Finding> {
        let inner = self.innermost()?;
        let cache = self.machine.first_cache();
        let misses = self.walks.misses(self.order, cache);
        let (loads, all): (f64, f64) = (misses[site], misses.iter().sum());
        let accesses = self.walks.visits(site, self.order);
        let size = real(self.walks.sites[site].size);
        let used = accesses * size / (loads * real(cache.line())).max(1.0);
        if used >= 0.5 || loads < 0.05 * all {
            return None;
        }
        let operand = self.operand(site);
        Some(Finding {
            evidence: vec![("share", used), ("lines", loads)],
            text: format!(
                "{:.0} % of each line that is loaded for {operand} is used before it is gone",
                (used * 100.0).max(1.0)
            ),
            help: format!(
                "walk {operand} along its smallest stride, or in blocks that fit the {}",
                cache.name()
            ),
            ..self.about(FindingCode::LineUtilisation, site, inner)
        })
    }

    /// SW203, and SW205 where padding cures it.
    fn sets(&self, site: usize) -> Vec<Finding> {
        let Some(inner) = self.innermost() else { return Vec::new() };
        let cache = self.machine.first_cache();
        let (step, extent) = (self.step(site, inner), self.walks.extents[inner]);
        let lines = step / cache.line();
        if lines == 0 || step % cache.line() != 0 {
            return Vec::new();
        }
        let used = cache.sets() / gcd(lines, cache.sets());
        if used * cache.ways() >= extent.min(cache.lines()) || used * 2 > cache.sets() {
            return Vec::new();
        }
        let operand = self.operand(site);
        let (sets, ways, inner_name) = (cache.sets(), cache.ways(), self.index(inner));
        let mut found = vec![Finding {
            evidence: vec![
                ("stride", real(step)),
                ("sets_used", real(used)),
                ("sets", real(sets)),
                ("lines_held", real(used * ways)),
            ],
            text: format!(
                "{inner_name} moves {operand} by {lines} lines, which reaches {used} of the {sets} sets of the {}: {} lines stay, {extent} are walked",
                cache.name(),
                used * ways
            ),
            help: format!(
                "change the distance that {inner_name} moves {operand} by a line, or walk another index inside"
            ),
            ..self.about(FindingCode::SetConflicts, site, inner)
        }];
        let size = self.walks.sites[site].size;
        let pad = (1..=8).find(|pad| gcd(lines + pad, sets) == 1).map(|pad| pad * cache.line());
        if let Some(pad) = pad.filter(|pad| pad % size == 0) {
            let items = pad / size;
            found.push(Finding {
                evidence: vec![("pad_bytes", real(pad)), ("pad_items", real(items))],
                text: format!(
                    "{} bytes in place of {step} would spread {operand} over all {sets} sets",
                    step + pad
                ),
                help: format!(
                    "allocate rows of {operand} {items} items longer and use a slice of them"
                ),
                ..self.about(FindingCode::Padding, site, inner)
            });
        }
        found
    }

    /// SW204.
    fn pages(&self, site: usize) -> Option<Finding> {
        let inner = self.innermost()?;
        let page = self.machine.page().value;
        let (step, extent) = (self.step(site, inner), self.walks.extents[inner]);
        let entries = self.machine.tlbs().first().map_or(64, |tlb| tlb.entries);
        if step < page || extent <= entries {
            return None;
        }
        let (operand, inner_name) = (self.operand(site), self.index(inner));
        Some(Finding {
            evidence: vec![
                ("stride", real(step)),
                ("page", real(page)),
                ("entries", real(entries)),
            ],
            text: format!(
                "{inner_name} moves {operand} by {step} bytes, to another page each time, over {extent} pages; the nearest TLB remembers {entries}"
            ),
            help: format!(
                "walk {operand} along its smallest stride, or in blocks of at most {entries} steps of {inner_name}"
            ),
            ..self.about(FindingCode::PagePerElement, site, inner)
        })
    }

    /// SW206.
    fn sharing(&self) -> Option<Finding> {
        let outer = self.order.iter().copied().find(|&at| self.walks.extents[at] > 1)?;
        let line = self.machine.first_cache().line();
        let site = (0..self.walks.sites.len())
            .find(|&site| self.walks.sites[site].effect != Effect::Read)?;
        let step = self.step(site, outer);
        // Neighbours in one line belong to two threads only at the ends of what each is given;
        // it hurts where those ends are most of it.
        if step == 0 || step.saturating_mul(self.walks.extents[outer]) > 64 * line || step >= line {
            return None;
        }
        let (operand, outer_name) = (self.operand(site), self.index(outer));
        // Where one thread ends and the next begins, once for each line that other loops reach.
        let apart = |&at: &usize| at != outer && self.step(site, at) >= line;
        let lines: f64 = (0..self.walks.extents.len())
            .filter(apart)
            .map(|at| real(self.walks.extents[at]))
            .product();
        Some(Finding {
            evidence: vec![("stride", real(step)), ("line", real(line)), ("lines_shared", lines)],
            text: format!(
                "threads that split {outer_name} write elements of {operand} that are {step} bytes apart, in lines of {line}: two neighbours share up to {lines} of them"
            ),
            help: format!(
                "give each thread at least {} steps of {outer_name}, or a copy of {operand} of its own",
                line / step
            ),
            ..self.about(FindingCode::FalseSharing, site, outer)
        })
    }

    /// SW207.
    fn loop_order(&self, costs: &Costs) -> Result<Option<Finding>, StatementError> {
        let here = predict(self.walks, self.order, self.machine, costs).total_ns;
        let ranked = rank_orders(self.statement, self.machine, costs)?;
        let Some(best) = ranked.first() else { return Ok(None) };
        let saved = 1.0 - best.prediction.total_ns / here;
        if best.order == self.order || saved < WORTH_TELLING {
            return Ok(None);
        }
        let names: Vec<&str> = best.order.iter().map(|&at| self.index(at)).collect();
        let times = here / best.prediction.total_ns;
        let help = match self.einsum() {
            Some(call) => format!("{call}, or loops in the order {}", names.join(", ")),
            None => format!("let the loops run in the order {}", names.join(", ")),
        };
        Ok(Some(Finding {
            code: FindingCode::LoopOrder,
            operand: None,
            index: best.order.last().copied(),
            evidence: vec![("times_faster", times)],
            text: format!(
                "the order {} is predicted to be {times:.1} times faster, outermost first",
                names.join(", ")
            ),
            help,
        }))
    }

    /// SW208.
    fn copy(&self, operand: usize, costs: &Costs) -> Result<Option<Finding>, StatementError> {
        let reads = |site: &super::estimate::WalkSite| {
            site.operand == operand && site.effect == Effect::Read
        };
        let writes = |site: &super::estimate::WalkSite| {
            site.operand == operand && site.effect != Effect::Read
        };
        let sites = &self.walks.sites;
        if !sites.iter().any(reads) || sites.iter().any(writes) {
            return Ok(None);
        }
        let Some(even) = break_even(self.statement, operand, self.machine, costs)? else {
            return Ok(None);
        };
        let Some(runs) =
            even.runs.filter(|_| even.after_ns < (1.0 - WORTH_TELLING) * even.before_ns)
        else {
            return Ok(None);
        };
        let name = &self.statement.operands()[operand].name;
        Ok(Some(Finding {
            code: FindingCode::CopyPays,
            operand: Some(operand),
            index: None,
            evidence: vec![
                ("runs", runs),
                ("copy_ns", even.copy_ns),
                ("before_ns", even.before_ns),
                ("after_ns", even.after_ns),
            ],
            text: format!(
                "a copy of {name} with axes {:?} slowest first pays after {} of these",
                even.axes,
                if runs <= 1.0 {
                    "one run".to_string()
                } else {
                    format!("{:.0} runs", runs.ceil())
                }
            ),
            help: copy_in_numpy(name, &even.axes),
        }))
    }

    /// `np.einsum('ij,ji->j', a, b)`, where every subscript is a single index.
    fn einsum(&self) -> Option<String> {
        let statement = self.statement;
        let letters = |reference: &crate::nest::Reference| -> Option<String> {
            let single = |subscript: &crate::nest::Affine| {
                let moved = subscript.coefficients.iter().filter(|&&c| c != 0).count();
                let at = subscript.coefficients.iter().position(|&c| c == 1)?;
                let name = &statement.indices()[at].name;
                (moved == 1 && subscript.constant == 0 && name.len() == 1).then(|| name.clone())
            };
            reference.subscripts.iter().map(single).collect()
        };
        let write = statement.references().iter().find(|each| each.effect != Effect::Read)?;
        let reads = statement
            .references()
            .iter()
            .filter(|each| each.effect == Effect::Read && each.operand != write.operand);
        let (mut terms, mut names) = (Vec::new(), Vec::new());
        for read in reads {
            terms.push(letters(read)?);
            names.push(statement.operands()[read.operand].name.as_str());
        }
        if names.is_empty() || statement.update() != crate::nest::Update::Accumulate {
            return None;
        }
        let (terms, out) = (terms.join(","), letters(write)?);
        Some(format!("np.einsum('{terms}->{out}', {})", names.join(", ")))
    }
}

/// How NumPy spells a copy with these axes slowest first.
fn copy_in_numpy(name: &str, axes: &[usize]) -> String {
    if axes.is_sorted() {
        return format!("np.ascontiguousarray({name})");
    }
    if axes.iter().rev().is_sorted() {
        return format!("np.asfortranarray({name})");
    }
    let mut back = vec![0; axes.len()];
    for (place, &axis) in axes.iter().enumerate() {
        back[axis] = place;
    }
    let list =
        |axes: &[usize]| axes.iter().map(|axis| axis.to_string()).collect::<Vec<_>>().join(", ");
    format!("{name}.transpose({}).copy().transpose({})", list(axes), list(&back))
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_name() {
        for code in FindingCode::ALL {
            assert_eq!(FindingCode::parse(code.as_str()), Some(code));
            assert!(code.rule().ends_with('.') || code.rule().ends_with("]."), "{code}");
        }
    }

    #[test]
    fn copies_are_spelled_in_numpy() {
        assert_eq!(copy_in_numpy("a", &[0, 1]), "np.ascontiguousarray(a)");
        assert_eq!(copy_in_numpy("a", &[1, 0]), "np.asfortranarray(a)");
        assert_eq!(
            copy_in_numpy("a", &[0, 2, 1]),
            "a.transpose(0, 2, 1).copy().transpose(0, 2, 1)"
        );
        assert_eq!(
            copy_in_numpy("a", &[1, 2, 0]),
            "a.transpose(1, 2, 0).copy().transpose(2, 0, 1)"
        );
    }
}
