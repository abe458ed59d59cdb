//! Passage: what commands share that make files from files: memory, a watch for signals, progress.
//!
//! `--memory 64M` is a number of bytes; Ctrl-C ends with 130 and leaves nothing.

use stridewise::control::{Control, Reply};
use stridewise::expr::{Array, Buffer};
use stridewise::kernel::Backend;
use stridewise::kernel::window::WindowError;
use stridewise::machine::read_bytes;
use stridewise_io::{Format, Mapped, PassageError, TargetFile, WriteError, threads};
use stridewise_report::document::{FileObject, Subject};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::signals::Signals;
use crate::terminal::Terminal;

/// What `.npy` elements are aligned to, and raw ones as far as one can tell.
const ALIGNMENT: i64 = 64;

/// The number of bytes that `--memory` says.
pub(crate) fn memory(text: Option<&str>) -> Result<Option<u64>, Failure> {
    let read = |text: &str| {
        read_bytes(text).map(i64::unsigned_abs).map_err(|error| {
            Failure::new("memory", format!("'{text}' is no number of bytes"))
                .at(text, error.span().unwrap_or(0..text.len()))
                .help("write 512M or 2G, say".to_owned())
        })
    };
    text.map(read).transpose()
}

/// The instructions to use: the best there are, or those that the environment names.
pub(crate) fn instructions() -> Result<Backend, Failure> {
    stridewise_io::instructions()
        .map_err(|error| Failure::new("instructions", error.to_string()).help(error.help()))
}

/// Runs what writes files, with a bar, until it is done or a signal stops it: then that is said,
/// and how the run ended is returned.
pub(crate) fn watched(
    terminal: &Terminal,
    asked: Option<usize>,
    work: impl FnOnce(&Control<'_>) -> Result<(), PassageError>,
) -> Result<Option<Exit>, Failure> {
    let signals = Signals::watch();
    let progress = Progress::new(terminal.glyphs());
    let report = |done, total| {
        progress.at(done, total);
        if signals.caught().is_some() { Reply::Stop } else { Reply::Continue }
    };
    let control = Control::reporting(&report).with_threads(threads(asked));
    let done = work(&control);
    drop(progress);
    match (done, signals.caught()) {
        (Err(PassageError::Stopped), Some(signal)) => {
            terminal.fail(&Failure::new("stopped", "stopped: nothing was written"));
            Ok(Some(Exit::Interrupted(signal)))
        }
        (done, _) => done.map(|()| None).map_err(refused),
    }
}

/// What is refused, with the remedy in this program's words.
#[allow(clippy::needless_pass_by_value)] // for map_err
pub(crate) fn refused(error: PassageError) -> Failure {
    let help = match &error {
        PassageError::Cast(stridewise::kernel::cast::CastError::Forbidden { wanted, .. }) => {
            Some(format!("--casting {} allows it", wanted.name()))
        }
        PassageError::Windows(WindowError::Overflow) => {
            Some("--wrap keeps the lowest 64 bits".to_owned())
        }
        PassageError::Memory { .. } => error.help().map(|help| format!("--memory: {help}")),
        PassageError::Write(WriteError::Exists { .. }) => Some("--force replaces it".to_owned()),
        _ => error.help(),
    };
    Failure::new(error.code(), error.to_string()).help(help)
}

/// The array that is read.
pub(crate) fn before(source: &Mapped) -> Subject {
    let bytes = i64::try_from(source.byte_length()).unwrap_or(i64::MAX);
    Subject(Array {
        dtype: source.dtype().clone(),
        layout: source.layout().clone(),
        buffer: Buffer::new(bytes, source.base_alignment()),
        writeable: false,
    })
}

/// The array that is written.
pub(crate) fn after(target: &TargetFile) -> Subject {
    Subject(Array {
        dtype: target.dtype().clone(),
        layout: target.layout().clone(),
        buffer: Buffer::new(target.layout().nbytes(), ALIGNMENT),
        writeable: true,
    })
}

/// The file that is written.
pub(crate) fn file(target: &TargetFile) -> FileObject {
    FileObject {
        format: if target.format() == Format::Npy { "npy" } else { "raw" },
        path: target.path().display().to_string(),
        member: None,
        stored_as: None,
        data_start: Some(target.data_start()),
        alignment: ALIGNMENT,
        chunked: None,
    }
}
