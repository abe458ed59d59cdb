//! `convert`: an array written to another file, in another order, with other axes, of another dtype.
//!
//! `stridewise convert a.npy b.npy --order F`: `(2,3):(24,8)+0` becomes `(2,3):(8,16)+0`.

use stridewise::kernel::cast::Casting;
use stridewise::kernel::copy::CopyOptions;
use stridewise_io::convert::{Conversion, ConvertOptions};
use stridewise_io::raw::{Order, RawError};
use stridewise_io::{Mapped, Problem, Spec, open};
use stridewise_report::document::Converted;

use crate::args::{CastingRule, ConvertArguments, RawFile};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{dtype, numbers, spec_of};
use crate::passage::{after, before, file, instructions, memory, refused, watched};
use crate::terminal::Terminal;

/// `stridewise convert IN OUT`.
pub(crate) fn run(arguments: ConvertArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let source = read(&arguments)?;
    let write = !arguments.dry_run;
    let options = options(&arguments, terminal)?;
    let plan = Conversion::plan(&source, &arguments.target, options).map_err(refused)?;
    if write {
        let exit = watched(terminal, arguments.threads, |control| plan.run(control))?;
        if let Some(exit) = exit {
            return Ok(exit);
        }
    }
    terminal.answer(&describe(&plan, arguments.casting.into(), write), None)?;
    Ok(Exit::Fine)
}

fn read(arguments: &ConvertArguments) -> Result<Mapped, Failure> {
    let raw = RawFile::from(arguments.raw.clone()).read()?;
    let spec = spec_of(&arguments.source)
        .unwrap_or_else(|| Spec::from(std::path::Path::new(&arguments.source)));
    open(spec, &raw).map_err(|error| {
        let help = match error.problem() {
            Problem::UnknownFormat { .. } | Problem::Raw(RawError::NoDType) => {
                "say what the file holds, as in --in-dtype f4 --in-shape 480,640"
            }
            Problem::NotRaw { .. } => {
                "leave out --in-dtype, --in-shape, --in-order, --in-strides and --in-offset"
            }
            Problem::Chunked => "open it with zarr and save it with numpy.save first",
            _ => return Failure::from_file(&error),
        };
        Failure::from_file(&error).help(help.to_owned())
    })
}

fn options(arguments: &ConvertArguments, terminal: &Terminal) -> Result<ConvertOptions, Failure> {
    let permute = arguments.permute.as_deref();
    Ok(ConvertOptions {
        order: arguments.order.map(Order::from),
        permute: permute.map(|text| numbers(text, "a permutation", "2,0,1")).transpose()?,
        dtype: arguments.dtype.as_deref().map(dtype).transpose()?,
        casting: arguments.casting.into(),
        memory: memory(arguments.memory.as_deref())?,
        existing: terminal.existing(),
        copy: copying()?,
    })
}

/// How this machine copies.
fn copying() -> Result<CopyOptions, Failure> {
    let mut options = CopyOptions::on(&stridewise_io::machine::detect());
    options.backend = instructions()?;
    Ok(options)
}

impl From<CastingRule> for Casting {
    fn from(rule: CastingRule) -> Casting {
        match rule {
            CastingRule::No => Casting::No,
            CastingRule::Equiv => Casting::Equiv,
            CastingRule::Safe => Casting::Safe,
            CastingRule::SameKind => Casting::SameKind,
            CastingRule::Unsafe => Casting::Unsafe,
        }
    }
}

fn describe(plan: &Conversion<'_>, casting: Casting, written: bool) -> Converted {
    let (source, target) = (plan.source(), plan.target());
    let (read_run, write_run) = plan.runs();
    Converted {
        source: source.spec().to_string(),
        target: file(target),
        written,
        file_bytes: target.file_bytes(),
        before: before(source),
        after: after(target),
        casting: casting.name(),
        tiles: plan.tiles(),
        read_run,
        write_run,
        memory: plan.memory(),
    }
}
