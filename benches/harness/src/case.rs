//! Cases: one line of a file says what is done to which array, and what is hoped for.
//!
//! ```text
//! class f64 aligned
//! goal stridewise / stream 0.75 0.90
//! copy f8 4096,4096 by 1,0 quick
//! ```
//! A line is a verb, a dtype, the shape of the array as it lies in memory, `by` and its axes in
//! the order of the operation, options `key=value`, and `quick` where the short run takes part.
//! Arrays lie in C order, with `order=F` source and destination lie in F order, and `strides=`
//! gives the source's strides in items. `copy f8 2,3 by 1,0` reads `(3,2):(8,24)+0`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::goal::Goal;

/// Every verb with the options that it understands.
const VERBS: [(&str, &[&str]); 8] = [
    ("copy", &["order", "strides"]),
    ("fresh", &[]),
    ("consume", &[]),
    ("threads", &[]),
    ("reduce", &["op", "over"]),
    ("window", &["op", "over", "threads", "w"]),
    ("tiny", &[]),
    ("layout", &["op"]),
];

/// One thing to be measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The file's name without its ending.
    pub family: String,
    /// What the goals are given for.
    pub class: String,
    /// What is done.
    pub verb: String,
    /// As NumPy writes it, without byte order: `f8`.
    pub dtype: String,
    /// Bytes of an item.
    pub itemsize: usize,
    /// The array as it lies in memory.
    pub lies: Vec<usize>,
    /// Its axes in the order in which the operation sees them.
    pub axes: Vec<usize>,
    /// What else the line says.
    pub options: BTreeMap<String, String>,
    /// Whether the short run takes part.
    pub quick: bool,
    /// What is hoped for.
    pub goals: Vec<Goal>,
}

impl Case {
    /// The line without `quick`: unique within a family.
    pub fn name(&self) -> String {
        let list =
            |values: &[usize]| values.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        let mut name = format!("{} {} {}", self.verb, self.dtype, list(&self.lies));
        if !self.axes.iter().copied().eq(0..self.axes.len()) {
            name += &format!(" by {}", list(&self.axes));
        }
        for (key, value) in &self.options {
            name += &format!(" {key}={value}");
        }
        name
    }

    /// Items of the array.
    pub fn items(&self) -> usize {
        self.lies.iter().product()
    }

    /// Bytes of the array.
    pub fn bytes(&self) -> usize {
        self.items() * self.itemsize
    }

    /// The shape that the operation sees.
    pub fn shape(&self) -> Vec<usize> {
        self.axes.iter().map(|&axis| self.lies[axis]).collect()
    }

    /// The axes, of those that the operation sees, that a reduction goes over; all where none are
    /// named.
    pub fn over(&self) -> Vec<usize> {
        let named = self.options.get("over").and_then(|axes| numbers(axes).ok());
        named.unwrap_or_else(|| (0..self.lies.len()).collect())
    }

    /// How many elements windows have, along each axis that they go over.
    pub fn sizes(&self) -> Vec<usize> {
        self.options.get("w").and_then(|sizes| numbers(sizes).ok()).unwrap_or_default()
    }

    /// The strides of the source that the operation sees, in items.
    pub fn source_strides(&self) -> Vec<usize> {
        let strides = match self.options.get("strides") {
            Some(given) => numbers(given).unwrap_or_default(),
            None => self.packed(&self.lies),
        };
        self.axes.iter().map(|&axis| strides[axis]).collect()
    }

    /// The strides of a destination of the shape that the operation sees, in items.
    pub fn destination_strides(&self) -> Vec<usize> {
        self.packed(&self.shape())
    }

    fn packed(&self, shape: &[usize]) -> Vec<usize> {
        let mut strides = vec![1; shape.len()];
        let f_order = self.options.get("order").is_some_and(|order| order == "F");
        let along: Vec<usize> =
            if f_order { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
        for pair in along.windows(2) {
            strides[pair[1]] = strides[pair[0]] * shape[pair[0]];
        }
        strides
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.family, self.name(), self.class)
    }
}

/// A line that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The family whose file it is.
    pub family: String,
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub text: String,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.txt:{}: {}", self.family, self.line, self.text)
    }
}

impl std::error::Error for CaseError {}

/// The cases of `FOLDER/FAMILY.txt`.
///
/// # Errors
/// A file that cannot be read, or a line that is not understood.
pub fn read_family(folder: &Path, family: &str) -> Result<Vec<Case>, CaseError> {
    let path = folder.join(format!("{family}.txt"));
    let error = |error: std::io::Error| CaseError {
        family: family.to_string(),
        line: 0,
        text: error.to_string(),
    };
    parse_family(family, &std::fs::read_to_string(path).map_err(error)?)
}

/// The cases in the text of a family's file.
///
/// ```
/// let text = "class flat\ngoal stridewise / stream 0.5 0.9\ncopy f8 4,3 by 1,0 quick";
/// let cases = stridewise_harness::parse_family("copies", text).unwrap();
/// assert_eq!(cases[0].shape(), [3, 4]);
/// assert_eq!(cases[0].source_strides(), [1, 3]);
/// assert_eq!(cases[0].destination_strides(), [4, 1]);
/// ```
///
/// # Errors
/// The first line that is not understood, or that is there twice.
pub fn parse_family(family: &str, text: &str) -> Result<Vec<Case>, CaseError> {
    let (mut class, mut goals) = (String::new(), Vec::new());
    let mut cases: Vec<Case> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let error = |text: String| CaseError { family: family.to_string(), line: at + 1, text };
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            "class" => (class, goals) = (rest.trim().to_string(), Vec::new()),
            "goal" => goals.push(Goal::parse(rest).map_err(error)?),
            _ => {
                let mut case = parse_case(verb, rest).map_err(error)?;
                (case.family, case.class) = (family.to_string(), class.clone());
                case.goals = goals.clone();
                if cases.iter().any(|earlier| earlier.name() == case.name()) {
                    return Err(error(format!("`{}` is there twice", case.name())));
                }
                cases.push(case);
            }
        }
    }
    Ok(cases)
}

fn parse_case(verb: &str, rest: &str) -> Result<Case, String> {
    let Some((_, understood)) = VERBS.iter().find(|(listed, _)| *listed == verb) else {
        return Err(format!("`{verb}` is no verb"));
    };
    let mut words = rest.split_whitespace();
    let dtype = words.next().ok_or("a dtype is missing")?.to_string();
    let (kind, size) = dtype.split_at_checked(1).unwrap_or_default();
    let itemsize: usize = size.parse().map_err(|_| format!("`{dtype}` is no dtype"))?;
    if !["f", "c", "i", "u"].contains(&kind) || !matches!(itemsize, 1 | 2 | 4 | 8 | 16) {
        return Err(format!("`{dtype}` is no dtype"));
    }
    let lies = numbers(words.next().ok_or("a shape is missing")?)?;
    let items = lies.iter().try_fold(itemsize, |bytes, &extent| bytes.checked_mul(extent));
    if !items.is_some_and(|bytes| 0 < bytes && bytes <= 1 << 31) {
        return Err("the array is empty, or does not fit 2 GiB".to_string());
    }
    let mut axes: Vec<usize> = (0..lies.len()).collect();
    let (mut options, mut quick) = (BTreeMap::new(), false);
    while let Some(word) = words.next() {
        match word.split_once('=') {
            None if word == "by" => {
                let given = numbers(words.next().ok_or("axes are missing after `by`")?)?;
                let mut sorted = given.clone();
                sorted.sort_unstable();
                if sorted != axes {
                    return Err(format!("{given:?} does not name each axis once"));
                }
                axes = given;
            }
            None if word == "quick" => quick = true,
            Some((key, value)) if understood.contains(&key) => {
                options.insert(key.to_string(), value.to_string());
            }
            _ => return Err(format!("`{verb}` does not understand `{word}`")),
        }
    }
    if let Some(strides) = options.get("strides") {
        let strides = numbers(strides)?;
        let last: Option<usize> = (strides.len() == lies.len())
            .then(|| lies.iter().zip(&strides).map(|(extent, stride)| (extent - 1) * stride).sum());
        if last.is_none_or(|last| last >= lies.iter().product()) {
            return Err("the strides do not fit the array".to_string());
        }
    }
    let over = options.get("over").map(|axes| numbers(axes)).transpose()?;
    let once = |over: &Vec<usize>| {
        over.windows(2).all(|pair| pair[0] < pair[1]) && over.iter().all(|&axis| axis < lies.len())
    };
    if !over.as_ref().is_none_or(once) {
        return Err("`over` wants axes in rising order".to_string());
    }
    if verb == "window" {
        let sizes = options.get("w").map(|sizes| numbers(sizes)).transpose()?.unwrap_or_default();
        let over = over.unwrap_or_else(|| (0..lies.len()).collect());
        let fit = |(&axis, &size): (&usize, &usize)| 0 < size && size <= lies[axes[axis]];
        if sizes.len() != over.len() || !over.iter().zip(&sizes).all(fit) {
            return Err("`w` wants a size for each axis, within its extent".to_string());
        }
    }
    Ok(Case {
        family: String::new(),
        class: String::new(),
        verb: verb.to_string(),
        dtype,
        itemsize,
        lies,
        axes,
        options,
        quick,
        goals: Vec::new(),
    })
}

/// `4,5,6`
fn numbers(word: &str) -> Result<Vec<usize>, String> {
    let numbers: Result<Vec<usize>, _> = word.split(',').map(str::parse).collect();
    numbers.map_err(|_| format!("`{word}` is no list of numbers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape, the source's strides and the destination's, or the complaint.
    type Wanted<'a> = Result<(&'a [usize], &'a [usize], &'a [usize]), &'a str>;

    fn check(line: &str, wanted: Wanted<'_>) {
        match (parse_family("f", line), wanted) {
            (Ok(cases), Ok((shape, source, destination))) => {
                assert_eq!(cases[0].shape(), shape, "{line}");
                assert_eq!(cases[0].source_strides(), source, "{line}");
                assert_eq!(cases[0].destination_strides(), destination, "{line}");
                let again = parse_family("f", &cases[0].name()).unwrap();
                assert_eq!(again[0].name(), cases[0].name(), "{line}");
            }
            (Err(error), Err(wanted)) => assert!(error.text.contains(wanted), "{line}: {error}"),
            (got, wanted) => panic!("{line}: {got:?}, not {wanted:?}"),
        }
    }

    #[test]
    fn lines() {
        check("copy f8 2,3 by 1,0", Ok((&[3, 2], &[1, 3], &[2, 1])));
        check("copy f8 2,3,4 by 2,0,1", Ok((&[4, 2, 3], &[1, 12, 4], &[6, 3, 1])));
        check("copy f8 2,3,4 by 2,0,1 order=F", Ok((&[4, 2, 3], &[6, 1, 2], &[1, 4, 8])));
        check("copy f8 2,3 strides=1,2", Ok((&[2, 3], &[1, 2], &[3, 1])));
        check("copy u1 5 quick # a remark", Ok((&[5], &[1], &[1])));
        check("reduce f4 4,4 over=0 op=sum", Ok((&[4, 4], &[4, 1], &[4, 1])));
        check("reduce f4 4,4 over=2 op=sum", Err("rising order"));
        check("reduce f4 4,4 over=1,0 op=sum", Err("rising order"));
        check("window f8 5 op=sum w=5", Ok((&[5], &[1], &[1])));
        check("window f8 5,6 op=sum w=6 over=0", Err("within its extent"));
        check("window f8 5,6 op=sum w=2", Err("a size for each axis"));
        check("copy f8 2,3 by 0,0", Err("each axis once"));
        check("copy f8 2,3 by 0", Err("each axis once"));
        check("copy f8 2,3 over=0", Err("does not understand"));
        check("copy f8 2,3 strides=1,3", Err("do not fit"));
        check("copy f8 0,3", Err("empty"));
        check("copy f8 1000000,1000000", Err("2 GiB"));
        check("copy q8 2,3", Err("no dtype"));
        check("copy é 2,3", Err("no dtype"));
        check("copy f8", Err("shape is missing"));
        check("fly f8 2,3", Err("no verb"));
        check("copy f8 2,3\ncopy f8 2,3 quick", Err("twice"));
        check("goal stridewise", Err("goal"));
    }

    #[test]
    fn a_class_ends_the_goals_of_the_one_before() {
        let text = "class a\ngoal x / y 1\ncopy f8 2\nclass b\ncopy f8 3";
        let cases = parse_family("f", text).unwrap();
        assert_eq!((cases[0].goals.len(), cases[1].goals.len()), (1, 0));
        assert_eq!(cases[1].class, "b");
    }
}
