//! `convert`: an array written to another file, in another order, with other axes, of another dtype.
//!
//! `stridewise convert a.npy b.npy --order F`: `(2,3):(24,8)+0` becomes `(2,3):(8,16)+0`.

use stridewise::control::{Control, Reply};
use stridewise::expr::{Array, Buffer};
use stridewise::kernel::Backend;
use stridewise::kernel::cast::Casting;
use stridewise::kernel::copy::CopyOptions;
use stridewise::machine::read_bytes;
use stridewise_io::convert::{Conversion, ConvertError, ConvertOptions};
use stridewise_io::raw::{Order, RawError};
use stridewise_io::{Format, Mapped, Problem, Spec, open, threads};
use stridewise_report::document::{Converted, FileObject, Subject};

use crate::args::{CastingRule, ConvertArguments, RawFile};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{dtype, numbers, spec_of};
use crate::progress::Progress;
use crate::signals::Signals;
use crate::terminal::Terminal;

/// Names the instructions to use instead of the best there are; for tests and measurements.
const INSTRUCTIONS: &str = "STRIDEWISE_ISA";
/// What `.npy` elements are aligned to, and raw ones as far as one can tell.
const ALIGNMENT: i64 = 64;

/// `stridewise convert IN OUT`.
pub(crate) fn run(arguments: ConvertArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let source = read(&arguments)?;
    let threads = threads(arguments.threads);
    let write = !arguments.dry_run;
    let options = options(&arguments, terminal)?;
    let plan = Conversion::plan(&source, &arguments.target, options).map_err(refused)?;
    if write {
        let signals = Signals::watch();
        let progress = Progress::new(terminal.glyphs());
        let report = |done, total| {
            progress.at(done, total);
            if signals.caught().is_some() { Reply::Stop } else { Reply::Continue }
        };
        let control = Control::reporting(&report).with_threads(threads);
        let done = plan.run(&control);
        drop(progress);
        match (done, signals.caught()) {
            (Err(ConvertError::Stopped), Some(signal)) => {
                terminal.fail(&Failure::new("stopped", "stopped: nothing was written"));
                return Ok(Exit::Interrupted(signal));
            }
            (done, _) => done.map_err(refused)?,
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
    let memory = arguments.memory.as_deref().map(|text| {
        read_bytes(text).map(i64::unsigned_abs).map_err(|error| {
            Failure::new("memory", format!("'{text}' is no number of bytes"))
                .at(text, error.span().unwrap_or(0..text.len()))
                .help("write 512M or 2G, say".to_owned())
        })
    });
    Ok(ConvertOptions {
        order: arguments.order.map(Order::from),
        permute: permute.map(|text| numbers(text, "a permutation", "2,0,1")).transpose()?,
        dtype: arguments.dtype.as_deref().map(dtype).transpose()?,
        casting: arguments.casting.into(),
        memory: memory.transpose()?,
        existing: terminal.existing(),
        copy: instructions()?,
    })
}

/// The instructions that the environment names.
fn instructions() -> Result<CopyOptions, Failure> {
    let mut options = CopyOptions::default();
    if let Ok(name) = std::env::var(INSTRUCTIONS) {
        let named = Backend::from_name(&name).filter(|backend| backend.is_there());
        options.backend = named.ok_or_else(|| {
            Failure::new("instructions", format!("there are no instructions '{name}' here"))
                .help(format!("unset {INSTRUCTIONS}, or name portable, avx2 or avx512"))
        })?;
    }
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

fn refused(error: ConvertError) -> Failure {
    let help = match &error {
        ConvertError::Cast(stridewise::kernel::cast::CastError::Forbidden { wanted, .. }) => {
            Some(format!("--casting {} allows it", wanted.name()))
        }
        ConvertError::Memory { .. } => error.help().map(|help| format!("--memory: {help}")),
        ConvertError::Write(stridewise_io::WriteError::Exists { .. }) => {
            Some("--force replaces it".to_owned())
        }
        _ => error.help(),
    };
    Failure::new(error.code(), error.to_string()).help(help)
}

fn describe(plan: &Conversion<'_>, casting: Casting, written: bool) -> Converted {
    let source = plan.source();
    let bytes = i64::try_from(source.byte_length()).unwrap_or(i64::MAX);
    let before = Array {
        dtype: source.dtype().clone(),
        layout: source.layout().clone(),
        buffer: Buffer::new(bytes, source.base_alignment()),
        writeable: false,
    };
    let after = Array {
        dtype: plan.dtype().clone(),
        layout: plan.layout().clone(),
        buffer: Buffer::new(plan.layout().nbytes(), ALIGNMENT),
        writeable: true,
    };
    let target = FileObject {
        format: if plan.format() == Format::Npy { "npy" } else { "raw" },
        path: plan.target().display().to_string(),
        member: None,
        stored_as: None,
        data_start: Some(plan.data_start()),
        alignment: ALIGNMENT,
        chunked: None,
    };
    let (read_run, write_run) = plan.runs();
    Converted {
        source: source.spec().to_string(),
        target,
        written,
        file_bytes: plan.file_bytes(),
        before: Subject(before),
        after: Subject(after),
        casting: casting.name(),
        tiles: plan.tiles(),
        read_run,
        write_run,
        memory: plan.memory(),
    }
}
