//! Reads named nests from text, one word-separated command a line.
//!
//! ```text
//! case NAME                    a new nest
//! L n                          opens a loop of n iterations
//! E                            closes it
//! A r|w|s size base c0 c1 …    read, write or stream `size` bytes at base + sum(c_k * i_k)
//! ```
//!
//! Blank lines and lines that start with `#` say nothing. Operands are numbered by their first
//! appearance, one per base. Worked: `(2,3):(24,8)+0` in index order is
//! `case a`, `L 2`, `L 3`, `A r 8 0 24 8`, `E`, `E`.

use std::fmt;

use super::{Access, Effect, Loop, Nest, NestError, Node};

/// A nest and what it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: String,
    /// The nest.
    pub nest: Nest,
}

/// Why text is no list of nests, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: CaseProblem,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseProblem {
    /// A first word that is no command.
    Command(String),
    /// A command before the first `case`.
    NoCase,
    /// A number that is missing or no 64-bit integer.
    Number(&'static str),
    /// An effect that is not `r`, `w` or `s`.
    Effect,
    /// `E` without a loop to close.
    NothingOpen,
    /// A case that ends inside a loop.
    StillOpen,
    /// More loops within each other than a nest allows.
    TooDeep,
    /// A tree that is no nest.
    Nest(NestError),
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.problem {
            CaseProblem::Command(word) => write!(f, "'{word}' is none of case, L, E, A"),
            CaseProblem::NoCase => f.write_str("a nest begins with 'case NAME'"),
            CaseProblem::Number(what) => write!(f, "{what} needs to be a 64-bit integer"),
            CaseProblem::Effect => f.write_str("an access is r, w or s"),
            CaseProblem::NothingOpen => f.write_str("E closes no loop"),
            CaseProblem::StillOpen => f.write_str("the case ends inside a loop: E is missing"),
            CaseProblem::TooDeep => f.write_str("loops nest deeper than 128 levels"),
            CaseProblem::Nest(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CaseError {}

/// Reads every case of a text.
///
/// ```
/// let cases = stridewise::nest::read_cases("case a\nL 2\nL 3\nA r 8 0 24 8\nE\nE\n").unwrap();
/// assert_eq!(cases[0].nest.to_string().lines().count(), 3);
/// ```
///
/// # Errors
/// The first line that is wrong.
pub fn read_cases(text: &str) -> Result<Vec<Case>, CaseError> {
    let mut reader = Reader::default();
    let mut number = 0;
    for line in text.lines() {
        number += 1;
        let wrong = |problem| CaseError { line: number, problem };
        let mut words = line.split_whitespace();
        match words.next() {
            None => {}
            Some(word) if word.starts_with('#') => {}
            Some("case") => {
                reader.finish().map_err(wrong)?;
                let name = words.collect::<Vec<_>>().join(" ");
                reader.current = Some((name, Vec::new()));
            }
            Some(word) => reader.command(word, words).map_err(wrong)?,
        }
    }
    reader.finish().map_err(|problem| CaseError { line: number, problem })?;
    Ok(reader.cases)
}

/// Deep enough for any nest; deeper text is refused before it is built.
const MAX_DEPTH: usize = 128;

#[derive(Default)]
struct Reader {
    cases: Vec<Case>,
    current: Option<(String, Vec<Node>)>,
    open: Vec<Loop>,
    bases: Vec<i64>,
}

impl Reader {
    fn command<'a>(
        &mut self,
        word: &str,
        mut words: impl Iterator<Item = &'a str>,
    ) -> Result<(), CaseProblem> {
        if self.current.is_none() {
            return Err(CaseProblem::NoCase);
        }
        match word {
            "L" if self.open.len() == MAX_DEPTH => return Err(CaseProblem::TooDeep),
            "L" => {
                let extent = number(words.next(), "an extent")?;
                self.open.push(Loop { extent, body: Vec::new() });
            }
            "E" => {
                let closed = self.open.pop().ok_or(CaseProblem::NothingOpen)?;
                self.push(Node::Loop(closed));
            }
            "A" => {
                let effect = match words.next() {
                    Some("r") => Effect::Read,
                    Some("w") => Effect::Write,
                    Some("s") => Effect::Stream,
                    _ => return Err(CaseProblem::Effect),
                };
                let size = number(words.next(), "a size")?;
                let base = number(words.next(), "a base")?;
                let coefficients = words
                    .map(|word| number(Some(word), "a coefficient"))
                    .collect::<Result<_, _>>()?;
                let operand = match self.bases.iter().position(|&known| known == base) {
                    Some(operand) => operand,
                    None => {
                        self.bases.push(base);
                        self.bases.len() - 1
                    }
                };
                self.push(Node::Access(Access { operand, effect, size, base, coefficients }));
            }
            _ => return Err(CaseProblem::Command(word.chars().take(20).collect())),
        }
        Ok(())
    }

    fn push(&mut self, node: Node) {
        match (self.open.last_mut(), &mut self.current) {
            (Some(open), _) => open.body.push(node),
            (None, Some((_, body))) => body.push(node),
            (None, None) => {}
        }
    }

    fn finish(&mut self) -> Result<(), CaseProblem> {
        if !self.open.is_empty() {
            return Err(CaseProblem::StillOpen);
        }
        if let Some((name, body)) = self.current.take() {
            let nest = Nest::new(body).map_err(CaseProblem::Nest)?;
            self.cases.push(Case { name, nest });
        }
        self.bases.clear();
        Ok(())
    }
}

fn number(word: Option<&str>, what: &'static str) -> Result<i64, CaseProblem> {
    word.and_then(|word| word.parse().ok()).ok_or(CaseProblem::Number(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refuse(text: &str, line: usize, problem: CaseProblem) {
        assert_eq!(read_cases(text), Err(CaseError { line, problem }), "{text}");
    }

    #[test]
    fn says_which_line_is_wrong() {
        refuse("L 2", 1, CaseProblem::NoCase);
        refuse("case a\nL x", 2, CaseProblem::Number("an extent"));
        refuse("case a\n\nE", 3, CaseProblem::NothingOpen);
        refuse("case a\nL 2\ncase b", 3, CaseProblem::StillOpen);
        refuse("case a\nA q 8 0", 2, CaseProblem::Effect);
        refuse("case a\nJ", 2, CaseProblem::Command("J".to_string()));
        let coefficients = NestError::Coefficients { operand: 0, wanted: 1, got: 0 };
        refuse("case a\nL 2\nA r 8 0\nE", 4, CaseProblem::Nest(coefficients));
        refuse(&format!("case a\n{}", "L 1\n".repeat(200)), 130, CaseProblem::TooDeep);
    }
}
