//! Answers questions on standard input, one a line, as one JSON object a line: what the Python
//! tests compare with NumPy.
//!
//! A question is a word and its arguments, separated by tabs: `trace<TAB>zeros((2,3)).T` is
//! answered with the layout after each step, of which the last is `(3,2):(8,24)+0`.

#![allow(clippy::print_stdout)] // a filter speaks by printing

use std::io::{BufRead, Write};
use std::panic::catch_unwind;

use stridewise::expr::{Array, Names, Step, Trace, trace};
use stridewise::layout::dtype::Field;
use stridewise::layout::{Answer, DType, Layout, Meeting, Work, overlap, self_overlap};

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = catch_unwind(|| answer(&line));
        writeln!(out, "{}", answer.unwrap_or_else(|_| r#"{"panic":true}"#.to_string()))?;
    }
    Ok(())
}

fn answer(line: &str) -> String {
    let arguments: Vec<&str> = line.split('\t').collect();
    match arguments[..] {
        ["trace", ref lets @ .., expression] => traced(lets, expression),
        ["dtype", text] => dtype(text),
        ["overlap", work, ref both @ ..] if both.len() == 8 => {
            let (a, b) = (layout(&both[..4]), layout(&both[4..]));
            limited_and_exact(work, |work| overlap(&a, &b, work))
        }
        ["self_overlap", work, ref one @ ..] if one.len() == 4 => {
            let layout = layout(one);
            limited_and_exact(work, |work| self_overlap(&layout, work))
        }
        _ => r#"{"error":"no such question"}"#.to_string(),
    }
}

/// `lets` are `name=expression`, in order; each may use the ones before.
fn traced(lets: &[&str], expression: &str) -> String {
    let mut names = Names::new();
    for binding in lets {
        let Some((name, source)) = binding.split_once('=') else { continue };
        match trace(source, &names) {
            Ok(found) => names.insert(name, found.result),
            Err(error) => return failed(error.code.as_str(), &error.message),
        }
    }
    match trace(expression, &names) {
        Ok(found) => trace_json(&found),
        Err(error) => failed(error.code.as_str(), &error.message),
    }
}

fn failed(code: &str, message: &str) -> String {
    format!(r#"{{"error":{},"message":{}}}"#, quoted(code), quoted(message))
}

fn trace_json(found: &Trace) -> String {
    let steps: Vec<String> = found.steps.iter().map(step_json).collect();
    let result = &found.result;
    format!(
        r#"{{"steps":[{}],"result":{{{}}}}}"#,
        steps.join(","),
        array_json(result, result.is_aligned())
    )
}

fn step_json(step: &Step) -> String {
    let array = Array {
        dtype: step.dtype.clone(),
        layout: step.layout.clone(),
        buffer: step.buffer.clone(),
        writeable: step.writeable,
    };
    format!(
        r#"{{"op":{},"end":{},"effect":"{}","reaches":{},"reason":{},{}}}"#,
        quoted(&step.op),
        step.span.end,
        step.effect.as_str(),
        step.writes_reach_original,
        step.reason.as_ref().map_or("null".to_string(), |reason| quoted(reason.code.as_str())),
        array_json(&array, array.is_aligned()),
    )
}

fn array_json(array: &Array, aligned: bool) -> String {
    let Array { dtype, layout, buffer, writeable } = array;
    format!(
        r#""dtype":{},"aligned":{aligned},"writeable":{writeable},"buffer":{},{}"#,
        quoted(&dtype.to_string()),
        buffer.bytes(),
        layout_json(layout)
    )
}

fn layout_json(layout: &Layout) -> String {
    format!(
        r#""shape":{:?},"strides":{:?},"offset":{},"itemsize":{},"c":{},"f":{}"#,
        layout.shape(),
        layout.strides(),
        layout.offset(),
        layout.itemsize(),
        layout.is_c_contiguous(),
        layout.is_f_contiguous(),
    )
}

fn dtype(text: &str) -> String {
    let dtype = match DType::parse(text) {
        Ok(dtype) => dtype,
        Err(error) => return failed("dtype", &error.message),
    };
    let field = |field: &Field| {
        format!("[{},{},{}]", quoted(&field.name), field.offset, field.dtype.itemsize())
    };
    format!(
        r#"{{"dtype":{},"itemsize":{},"alignment":{},"kind":"{}","name":{},"code":{},"descr":{},"native":{},"fields":[{}]}}"#,
        quoted(&dtype.to_string()),
        dtype.itemsize(),
        dtype.alignment(),
        dtype.kind().letter(),
        quoted(&dtype.name()),
        quoted(&dtype.code()),
        dtype.descr().map_or("null".to_string(), |descr| quoted(&descr)),
        dtype.is_native(),
        dtype.fields().iter().map(field).collect::<Vec<_>>().join(","),
    )
}

/// Shape, strides, offset and itemsize, lists separated by commas.
fn layout(words: &[&str]) -> Layout {
    let integer = |word: &str| word.parse::<i64>().expect("an integer");
    let list = |word: &str| -> Vec<i64> {
        word.split(',').filter(|item| !item.is_empty()).map(integer).collect()
    };
    Layout::new(&list(words[0]), &list(words[1]), integer(words[2]), integer(words[3]))
        .expect("a layout")
}

/// What an overlap question answers with NumPy's `max_work`, and exactly.
fn limited_and_exact(work: &str, ask: impl Fn(Work) -> Answer<Meeting>) -> String {
    let said = |answer: Answer<Meeting>| match answer {
        Answer::Yes(_) => "yes",
        Answer::No => "no",
        Answer::TooHard => "too hard",
    };
    let limited = said(ask(Work::Nodes(work.parse().expect("a number of nodes"))));
    format!(r#"{{"limited":"{limited}","exact":"{}"}}"#, said(ask(Work::Exact)))
}

fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c < ' ' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}
