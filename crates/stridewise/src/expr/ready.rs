//! Ready patterns: `matmul(n=512)` stands for `c[i,j] += a[i,k] * b[k,j]` over arrays of that size.
//!
//! ```text
//! reduce(A, axis=0)         out[j] += a[i,j]
//! copy(A)                   b[i,j] = a[i,j]
//! transpose(A, axes=(1,0))  b[j,i] = a[i,j]
//! matmul(n) matmul(A, B)    c[i,j] += a[i,k] * b[k,j]
//! window(A, size=5)         y[i] += a[i+k] for k in 5      windows along the last axis
//! stencil(A)                b[i,j] = a[i,j] + a[i-1,j] + a[i+1,j] + a[i,j-1] + a[i,j+1]
//! ```
//!
//! A is an array's name, an extent or a tuple of extents; `dtype='f4'` and `order='F'` say what
//! a made array is. Worked: `reduce((2,3), axis=0)` reads `(2,3):(24,8)+0`.

use super::array::{Array, Names};
use super::ast::{Argument, Expr, Kind, LinkKind, Passing, Sign};
use super::error::{ErrorCode, ExprError};
use super::parser::parse;
use crate::layout::{DType, Layout};
use crate::suggest::nearest;

/// A ready pattern, written out.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The pattern that it stands for.
    pub pattern: String,
    /// The arrays of the pattern beside those that had names already.
    pub names: Names,
}

/// The names of all ready patterns, each with its arguments.
pub const READY: [(&str, &str); 6] = [
    ("reduce", "reduce((1000,1000), axis=0)"),
    ("copy", "copy((1000,1000), order='F')"),
    ("transpose", "transpose((1000,1000), axes=(1,0))"),
    ("matmul", "matmul(512)"),
    ("window", "window(100000, size=50)"),
    ("stencil", "stencil((1000,1000))"),
];

/// Names of the indices of an array, first axis first.
const INDICES: [&str; 6] = ["i", "j", "k", "l", "m", "n"];

/// What a ready pattern stands for; `None` where the text is no call without brackets, and so a
/// pattern of its own.
///
/// ```
/// use stridewise::expr::{Names, ready};
/// let ready = ready("transpose((30,20))", &Names::new()).unwrap().unwrap();
/// assert_eq!(ready.pattern, "b[j,i] = a[i,j]");
/// ```
///
/// # Errors
/// Calls of no ready pattern, and arguments that do not fit it.
pub fn ready(source: &str, names: &Names) -> Option<Result<Ready, ExprError>> {
    if source.contains('[') || source.contains(" for ") {
        return None;
    }
    let Ok(Expr { kind: Kind::Chain(base, links), .. }) = parse(source, false) else { return None };
    let (Kind::Name(name), [link]) = (&base.kind, links.as_slice()) else { return None };
    let LinkKind::Call(arguments) = &link.kind else { return None };
    let mut call = Call {
        pattern: String::new(),
        known: names,
        names: names.clone(),
        arguments,
        whole: base.span.start..link.span.end,
    };
    let told = match name.as_str() {
        "reduce" => call.reduce(),
        "copy" => call.permuted(|_| {}),
        "transpose" => call.permuted(|axes| axes.reverse()),
        "matmul" => call.matmul(),
        "window" => call.window(),
        "stencil" => call.stencil(),
        _ => {
            let message = format!("'{name}' is no ready pattern");
            let error = ExprError::new(ErrorCode::UnknownName, base.span.clone(), message);
            Err(error.with_help(match nearest(name, READY.iter().map(|(name, _)| *name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("ready patterns are {}", READY.map(|(name, _)| name).join(", ")),
            }))
        }
    };
    Some(told.map(|()| Ready { pattern: call.pattern, names: call.names }))
}

struct Call<'a> {
    pattern: String,
    known: &'a Names,
    names: Names,
    arguments: &'a [Argument],
    whole: std::ops::Range<usize>,
}

impl Call<'_> {
    fn wrong(&self, message: impl Into<String>) -> ExprError {
        ExprError::new(ErrorCode::Argument, self.whole.clone(), message)
    }

    /// The values at these places or with these names; others are refused.
    fn take<const COUNT: usize>(
        &self,
        wanted: [&str; COUNT],
    ) -> Result<[Option<&Expr>; COUNT], ExprError> {
        let mut found = [None; COUNT];
        for (place, argument) in self.arguments.iter().enumerate() {
            let at = match &argument.passing {
                Passing::Positional if place < COUNT => Some(place),
                Passing::Keyword(name) if ["dtype", "order"].contains(&name.as_str()) => continue,
                Passing::Keyword(name) => wanted.iter().position(|wanted| wanted == name),
                _ => None,
            };
            let Some(at) = at.filter(|&at| found[at].is_none()) else {
                let message = "this argument has no place here";
                let error = ExprError::new(ErrorCode::Argument, argument.span.clone(), message);
                return Err(
                    error.with_help(format!("it takes {}, dtype, order", wanted.join(", ")))
                );
            };
            found[at] = Some(&argument.value);
        }
        Ok(found)
    }

    /// The text of a keyword that says what made arrays are.
    fn text(&self, keyword: &str) -> Option<(&str, &Expr)> {
        self.arguments.iter().find_map(|argument| match (&argument.passing, &argument.value.kind) {
            (Passing::Keyword(name), Kind::Text(text) | Kind::Name(text)) if name == keyword => {
                Some((text.as_str(), &argument.value))
            }
            _ => None,
        })
    }

    /// The array that an argument names or describes, under a name of the pattern, and its rank.
    fn array(&mut self, name: &str, value: &Expr) -> Result<usize, ExprError> {
        if let Kind::Name(given) = &value.kind {
            let Some(array) = self.known.get(given).cloned() else {
                let message = format!("name '{given}' is not defined");
                let error = ExprError::new(ErrorCode::UnknownName, value.span.clone(), message);
                return Err(error.with_help(format!("give the array: {given}=...")));
            };
            let rank = array.layout.rank();
            self.names.insert(name, array);
            return Ok(rank);
        }
        let shape = match &value.kind {
            Kind::Tuple(_) => integers(value)?,
            _ => vec![integer(value)?],
        };
        self.make(name, &shape, value)
    }

    fn make(&mut self, name: &str, shape: &[i64], at: &Expr) -> Result<usize, ExprError> {
        let dtype = match self.text("dtype") {
            Some((text, value)) => DType::parse(text).map_err(|error| {
                ExprError::new(ErrorCode::Argument, value.span.clone(), error.to_string())
            })?,
            None => DType::parse("f8").map_err(|error| self.wrong(error.to_string()))?,
        };
        let made = match self.text("order") {
            Some(("F", _)) => Layout::f_order(shape, dtype.itemsize()),
            None | Some(("C", _)) => Layout::c_order(shape, dtype.itemsize()),
            Some((_, value)) => {
                let message = "order must be 'C' or 'F' here";
                return Err(ExprError::new(ErrorCode::Argument, value.span.clone(), message));
            }
        };
        let layout = made.map_err(|error| ExprError::from_layout(error, at.span.clone()))?;
        self.names.insert(name, Array::allocated(dtype, layout));
        Ok(shape.len())
    }

    /// The first argument as array `a`, with names for its indices.
    fn first(&mut self, value: Option<&Expr>) -> Result<&'static [&'static str], ExprError> {
        let Some(value) = value else {
            return Err(self.wrong("an array is missing").with_help(
                "give a name, an extent or a tuple of extents, as in copy((1000,1000))",
            ));
        };
        let rank = self.array("a", value)?;
        if rank == 0 || rank > INDICES.len() {
            let message = format!("an array of 1 to {} axes is wanted, got {rank}", INDICES.len());
            return Err(ExprError::new(ErrorCode::Argument, value.span.clone(), message));
        }
        Ok(&INDICES[..rank])
    }

    fn reduce(&mut self) -> Result<(), ExprError> {
        let [array, axis] = self.take(["a", "axis"])?;
        let (array, axis) = (array.cloned(), axis.cloned());
        let indices = self.first(array.as_ref())?;
        let over = match &axis {
            Some(axis) => one_axis(axis, indices.len())?,
            None => indices.len() - 1,
        };
        let mut kept = indices.to_vec();
        kept.remove(over);
        let target =
            if kept.is_empty() { "out".into() } else { format!("out[{}]", kept.join(",")) };
        self.pattern = format!("{target} += a[{}]", indices.join(","));
        Ok(())
    }

    /// A copy with its axes in another order: as told, else as usual for what was called.
    fn permuted(&mut self, usual: fn(&mut Vec<usize>)) -> Result<(), ExprError> {
        let [array, axes] = self.take(["a", "axes"])?;
        let (array, axes) = (array.cloned(), axes.cloned());
        let indices = self.first(array.as_ref())?;
        let mut order: Vec<usize> = (0..indices.len()).collect();
        if let Some(axes) = &axes {
            let given = match &axes.kind {
                Kind::Tuple(items) => items.iter(),
                _ => std::slice::from_ref(axes).iter(),
            };
            let given = given.map(|axis| one_axis(axis, indices.len()));
            let given = given.collect::<Result<Vec<usize>, ExprError>>()?;
            let mut sorted = given.clone();
            sorted.sort_unstable();
            if sorted != order {
                let message = "axes don't match array";
                let error = ExprError::new(ErrorCode::Argument, axes.span.clone(), message);
                return Err(error.with_help("name each axis once"));
            }
            order = given;
        } else {
            usual(&mut order);
        }
        let target: Vec<&str> = order.iter().map(|&axis| indices[axis]).collect();
        self.pattern = format!("b[{}] = a[{}]", target.join(","), indices.join(","));
        Ok(())
    }

    fn matmul(&mut self) -> Result<(), ExprError> {
        let is_array = |argument: &Argument| {
            matches!((&argument.passing, &argument.value.kind), (_, Kind::Name(_)))
                && !matches!(&argument.passing, Passing::Keyword(name) if name == "dtype")
        };
        if self.arguments.iter().any(is_array) {
            let [a, b] = self.take(["a", "b"])?;
            let (Some(a), Some(b)) = (a.cloned(), b.cloned()) else {
                return Err(self.wrong("two arrays are wanted, or extents as in matmul(n=512)"));
            };
            self.array("a", &a)?;
            self.array("b", &b)?;
        } else {
            let [n, m, k] = self.take(["n", "m", "k"])?;
            let Some(n) = n.cloned() else {
                return Err(self.wrong("an extent is missing").with_help("as in matmul(n=512)"));
            };
            let rows = integer(&n)?;
            let or = |value: Option<&Expr>| value.map_or(Ok(rows), integer);
            let (columns, terms) = (or(m)?, or(k)?);
            self.make("a", &[rows, terms], &n)?;
            self.make("b", &[terms, columns], &n)?;
        }
        self.pattern = "c[i,j] += a[i,k] * b[k,j]".into();
        Ok(())
    }

    fn window(&mut self) -> Result<(), ExprError> {
        let [array, size] = self.take(["a", "size"])?;
        let (array, size) = (array.cloned(), size.cloned());
        let indices = self.first(array.as_ref())?;
        let Some(size) = size else {
            return Err(self.wrong("a size is missing").with_help("as in window(1000, size=50)"));
        };
        let size = integer(&size)?;
        let (last, before) = indices.split_last().unwrap_or((&"i", &[]));
        let outer: String = before.iter().map(|index| format!("{index},")).collect();
        self.pattern = format!("y[{outer}{last}] += a[{outer}{last}+w] for w in {size}");
        Ok(())
    }

    fn stencil(&mut self) -> Result<(), ExprError> {
        let [array] = self.take(["a"])?;
        let array = array.cloned();
        let indices = self.first(array.as_ref())?;
        let whole = indices.join(",");
        let mut terms = vec![format!("a[{whole}]")];
        for axis in 0..indices.len() {
            for sign in ["-", "+"] {
                let mut moved: Vec<String> = indices.iter().map(|&index| index.into()).collect();
                moved[axis] = format!("{}{sign}1", indices[axis]);
                terms.push(format!("a[{}]", moved.join(",")));
            }
        }
        let shape = self.names.get("a").map_or(Vec::new(), |array| array.layout.shape().to_vec());
        let ranges = indices.iter().zip(&shape);
        let ranges = ranges.map(|(index, extent)| format!("{index} in 1:{}", (extent - 1).max(1)));
        let ranges: Vec<String> = ranges.collect();
        self.pattern = format!("b[{whole}] = {} for {}", terms.join(" + "), ranges.join(", "));
        Ok(())
    }
}

/// A whole number, with its sign.
fn integer(value: &Expr) -> Result<i64, ExprError> {
    let (negative, inner) = match &value.kind {
        Kind::Signed(signs, inner) if signs.iter().all(|(sign, _)| *sign != Sign::Invert) => {
            (signs.iter().filter(|(sign, _)| *sign == Sign::Minus).count() % 2 == 1, &inner.kind)
        }
        kind => (false, kind),
    };
    match inner {
        Kind::Int(number) => {
            let number = if negative { number.checked_neg() } else { Some(*number) };
            number.and_then(|number| i64::try_from(number).ok()).ok_or_else(|| {
                let message = "number too large for an extent";
                ExprError::new(ErrorCode::TooLarge, value.span.clone(), message)
            })
        }
        _ => {
            let message = "a whole number is wanted here";
            Err(ExprError::new(ErrorCode::Argument, value.span.clone(), message))
        }
    }
}

fn integers(value: &Expr) -> Result<Vec<i64>, ExprError> {
    match &value.kind {
        Kind::Tuple(items) => items.iter().map(integer).collect(),
        _ => Ok(vec![integer(value)?]),
    }
}

/// An axis, counted from the end where it is negative.
fn one_axis(value: &Expr, rank: usize) -> Result<usize, ExprError> {
    let axis = integer(value)?;
    crate::layout::normalize_axis(axis, rank)
        .map_err(|error| ExprError::from_layout(error, value.span.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::pattern;

    fn check(source: &str, want: &str) {
        let told = ready(source, &Names::new()).unwrap_or_else(|| panic!("{source}"));
        let told = told.unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(told.pattern, want, "{source}");
        pattern(&told.pattern, &told.names).unwrap_or_else(|error| panic!("{source}: {error}"));
    }

    fn refuse(source: &str, fault: &str, message: &str) {
        let error = ready(source, &Names::new()).unwrap().unwrap_err();
        assert_eq!((&source[error.span.clone()], &*error.message), (fault, message), "{source}");
    }

    #[test]
    fn calls_stand_for_patterns() {
        check("reduce((4,6), axis=0)", "out[j] += a[i,j]");
        check("reduce((4,6))", "out[i] += a[i,j]");
        check("reduce(9)", "out += a[i]");
        check("copy((4,6), order='F')", "b[i,j] = a[i,j]");
        check("transpose((4,5,6))", "b[k,j,i] = a[i,j,k]");
        check("transpose((4,5,6), axes=(0,-1,1))", "b[i,k,j] = a[i,j,k]");
        check("matmul(8)", "c[i,j] += a[i,k] * b[k,j]");
        check("matmul(n=8, m=3, k=5, dtype='f4')", "c[i,j] += a[i,k] * b[k,j]");
        check("window((3,20), size=5)", "y[i,j] += a[i,j+w] for w in 5");
        check("stencil(9)", "b[i] = a[i] + a[i-1] + a[i+1] for i in 1:8");
        assert!(ready("a[i,j]", &Names::new()).is_none());
    }

    #[test]
    fn arguments_that_do_not_fit_are_named() {
        refuse("matmull(8)", "matmull", "'matmull' is no ready pattern");
        refuse("matmul(8, q=1)", "q=1", "this argument has no place here");
        refuse("copy(q)", "q", "name 'q' is not defined");
        refuse("reduce((4,6), axis=2)", "2", "axis 2 is out of bounds for array of dimension 2");
        refuse("transpose((4,6), axes=(0,0))", "(0,0)", "axes don't match array");
        refuse("matmul(2.5)", "2.5", "a whole number is wanted here");
        refuse("window(9)", "window(9)", "a size is missing");
    }
}
