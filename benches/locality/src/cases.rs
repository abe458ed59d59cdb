//! Cases: a statement and its arrays on one line, `out[j] += a[i,j] ; a=zeros((2,3))`.
//!
//! The array above is `(2,3):(24,8)+0`; arrays are expressions, as `--let` takes them.

use stridewise::expr::{Names, Pattern, pattern, trace};

/// A statement.
pub struct Case {
    /// The line.
    pub text: String,
    /// What it says.
    pub pattern: Pattern,
    /// The array that is named first.
    pub first: usize,
}

impl Case {
    /// Reads one line.
    pub fn read(line: &str) -> Result<Case, String> {
        let mut parts = line.split(';').map(str::trim);
        let source = parts.next().unwrap_or_default();
        let mut names = Names::new();
        let mut first = None;
        for part in parts {
            let (name, expression) = part.split_once('=').ok_or(format!("no '=' in '{part}'"))?;
            let made = trace(expression, &names).map_err(|error| format!("{part}: {error}"))?;
            first.get_or_insert(name.to_string());
            names.insert(name, made.result);
        }
        let pattern = pattern(source, &names).map_err(|error| format!("{line}: {error}"))?;
        let operands = pattern.statement.operands();
        let first = operands.iter().position(|operand| Some(&operand.name) == first.as_ref());
        Ok(Case { text: line.to_string(), first: first.unwrap_or(0), pattern })
    }

    /// Reads a list; blank lines and lines that begin with `#` say nothing.
    pub fn read_all(text: &str) -> Result<Vec<Case>, String> {
        let lines = text.lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Case::read).collect()
    }

    /// How often the statement itself runs.
    pub fn iterations(&self) -> f64 {
        let extents = self.pattern.statement.indices().iter().map(|index| index.extent as f64);
        extents.product()
    }

    /// `i,k,j`
    pub fn spelled(&self, order: &[usize]) -> String {
        let names = order.iter().map(|&at| self.pattern.statement.indices()[at].name.as_str());
        names.collect::<Vec<_>>().join(",")
    }
}

/// All orders of so many loops, in the order of a dictionary.
pub fn orders(loops: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..loops {
        let longer = |order: &Vec<usize>| {
            let order = order.clone();
            let free = (0..loops).filter(move |at| !order.contains(at));
            free.collect::<Vec<_>>()
        };
        all = all
            .iter()
            .flat_map(|order| longer(order).into_iter().map(|at| [&order[..], &[at]].concat()))
            .collect();
    }
    all
}
