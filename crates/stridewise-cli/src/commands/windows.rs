//! `windows`: what sliding windows over an array in a file make, written to other files.
//!
//! `stridewise windows a.npy --size 3 --op mean -o b.npy`: `(10):(8)+0` becomes `(8):(8)+0`.

use std::path::{Path, PathBuf};

use stridewise::kernel::window::{Missing, Op, Overflow, Windows};
use stridewise::layout::{Layout, LayoutError, PerAxis, normalize_axis};
use stridewise::suggest::nearest;
use stridewise_io::windows::{Reduction, ReductionOptions};
use stridewise_io::{Mapped, open};
use stridewise_report::document::{MadeObject, WindowsDocument};

use crate::args::WindowsArguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{numbers, spec_of};
use crate::passage::{after, before, file, instructions, memory, refused, watched};
use crate::terminal::Terminal;

/// The name that results have where none is given, and nothing is written.
const UNNAMED: &str = "OUT.npy";

/// `stridewise windows ARRAY`.
pub(crate) fn run(arguments: &WindowsArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let source = read(arguments)?;
    let windows = windows(arguments, source.layout())?;
    let asked = operations(&arguments.op)?;
    let write = arguments.target.is_some();
    let target = arguments.target.as_deref().unwrap_or(Path::new(UNNAMED));
    let named = asked.iter().map(|(text, op)| (op.clone(), target_of(target, text, asked.len())));
    let targets: Vec<(Op, PathBuf)> = named.collect();
    let options = ReductionOptions {
        memory: memory(arguments.memory.as_deref())?,
        existing: terminal.existing(),
    };
    let plan = Reduction::plan(&source, windows.clone(), &targets, &options);
    let plan = plan.map_err(refused)?;
    if write {
        let exit = watched(terminal, arguments.threads, |control| plan.run(control))?;
        if let Some(exit) = exit {
            return Ok(exit);
        }
    }
    let names = asked.into_iter().map(|(text, _)| text);
    terminal.answer(&describe(&plan, &windows, names, write), None)?;
    Ok(Exit::Fine)
}

fn read(arguments: &WindowsArguments) -> Result<Mapped, Failure> {
    let spec = spec_of(&arguments.source).ok_or_else(|| {
        let text = arguments.source.to_string_lossy();
        Failure::new("no-such-file", format!("there is no file '{text}'"))
            .help("windows are made of the elements of a file: a.npy, say".to_owned())
    })?;
    open(spec, &arguments.raw.read()?).map_err(|error| Failure::from_file(&error))
}

fn windows(arguments: &WindowsArguments, layout: &Layout) -> Result<Windows, Failure> {
    let size = numbers(&arguments.size, "a size", "5,5")?;
    if size.is_empty() {
        let help = "windows have elements along one axis or several: --size 100, say".to_owned();
        return Err(Failure::new("size", "there is no size of a window").help(help));
    }
    let several = size.len() as i64;
    let axes = match &arguments.axis {
        Some(text) => numbers(text, "an axis", "0,1")?,
        None => (-several..0).collect(),
    };
    let layout_error = |error: LayoutError| Failure::new("layout", error.to_string());
    let axes = axes.into_iter().map(|axis| normalize_axis(axis, layout.rank()).map(|at| at as i64));
    let axes = axes.collect::<Result<Vec<_>, _>>().map_err(layout_error)?;
    let each = |text: &Option<String>, what: &str| -> Result<PerAxis<i64>, Failure> {
        let given = match text {
            Some(text) => numbers(text, what, "2,3")?,
            None => vec![1],
        };
        Ok(match given[..] {
            [one] => PerAxis::filled(one, size.len()),
            _ => given[..].into(),
        })
    };
    let mut windows = Windows::over(&size, &axes);
    windows.backend = instructions()?;
    windows.step = each(&arguments.step, "a step")?;
    windows.dilation = each(&arguments.dilation, "a dilation")?;
    if let Some(min_count) = arguments.min_count {
        windows.missing = Missing::Skip { min_count };
    }
    if arguments.wrap {
        windows.overflow = Overflow::Wrap;
    }
    Ok(windows)
}

/// The operations as they were typed, and what they mean. What begins with no letter is a number
/// of the operation before it.
fn operations(text: &str) -> Result<Vec<(String, Op)>, Failure> {
    let mut typed: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim) {
        match typed.last_mut() {
            Some(before) if !part.starts_with(char::is_alphabetic) => {
                before.push(',');
                before.push_str(part);
            }
            _ => typed.push(part.to_owned()),
        }
    }
    let mut from = 0;
    let mut asked = Vec::new();
    for each in typed {
        let start = from + text[from..].find(&each).unwrap_or(0);
        from = (start + each.len()).min(text.len());
        let op = operation(&each).map_err(|help| {
            Failure::new("operation", format!("there is no operation '{each}'"))
                .at(text, start..from)
                .help(help)
        })?;
        asked.push((each, op));
    }
    Ok(asked)
}

/// An operation with its numbers, else a remedy.
fn operation(text: &str) -> Result<Op, String> {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let numbers = rest.split(',').filter(|number| !number.is_empty()).map(str::parse);
    let numbers: Result<Vec<f64>, _> = numbers.collect();
    if let Some(op) = numbers.ok().and_then(|numbers| Op::from_name(name, &numbers)) {
        return Ok(op);
    }
    Err(match name {
        "var" | "std" => format!("{name}, or {name}:1 for one degree of freedom less"),
        "quantile" => "quantile:0.9 for the lowest that 90 % are below".to_owned(),
        "dot" => "dot:1,2,1 with one weight per element of a window".to_owned(),
        name if Op::NAMES.contains(&name) => format!("'{name}' takes no numbers"),
        name => match nearest(name, Op::NAMES) {
            Some(name) => format!("did you mean '{name}'?"),
            None => format!("one of {}", Op::NAMES.join(", ")),
        },
    })
}

/// The file of an operation: of several, each adds its name.
fn target_of(target: &Path, operation: &str, several: usize) -> PathBuf {
    if several < 2 {
        return target.to_path_buf();
    }
    let name = operation.replace([':', ','], "-");
    match target.extension() {
        Some(ending) => target.with_extension(format!("{name}.{}", ending.display())),
        None => target.with_extension(name),
    }
}

fn describe(
    plan: &Reduction<'_>,
    windows: &Windows,
    names: impl Iterator<Item = String>,
    written: bool,
) -> WindowsDocument {
    let made = names.zip(plan.made()).map(|(op, (_, target))| MadeObject {
        op,
        target: file(target),
        file_bytes: target.file_bytes(),
        after: after(target),
    });
    WindowsDocument {
        source: plan.source().spec().to_string(),
        written,
        before: before(plan.source()),
        size: windows.size.to_vec(),
        axes: windows.axes.to_vec(),
        step: windows.step.to_vec(),
        dilation: windows.dilation.to_vec(),
        made: made.collect(),
        tiles: plan.tiles(),
        tile: plan.tile().to_vec(),
        memory: plan.memory(),
    }
}
