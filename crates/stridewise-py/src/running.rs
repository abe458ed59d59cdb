//! Running: long work without the interpreter, on several threads, stopped by Ctrl-C.
//!
//! Work that is over in a moment runs where it is called. Longer work lets other Python threads
//! run; the calling thread goes on looking for signals, as only the main thread can, and stops the
//! work at its next report. Summing `(4000,4000):(8,32000)+0` is such work.
//!
//! While the interpreter is released, other threads may change the arrays: their values are then
//! any mixture, never a crash. Memory that is freed meanwhile, as by `resize(refcheck=False)`,
//! cannot be defended against.

use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use stridewise::control::{Control, Reply};

/// Work on fewer bytes is over before anybody could interrupt it.
const AT_ONCE: i64 = 1 << 17;
/// Work on fewer bytes stays on one thread unless more are asked for.
const WORTH_THREADS: i64 = 8 << 20;
/// How often Ctrl-C is looked for.
const LISTEN: Duration = Duration::from_millis(20);
/// More than any machine has.
const MOST_THREADS: usize = 1024;

/// Runs work that moves so many bytes, or as many as take as long.
///
/// # Errors
/// What a signal's handler raises, and `ValueError` for less than one thread.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    bytes: i64,
    threads: Option<isize>,
    work: impl FnOnce(&Control<'_>) -> T + Send,
) -> PyResult<T> {
    let asked = threads.map(|count| match usize::try_from(count) {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(PyValueError::new_err(format!("threads must be 1 or more, got {count}"))),
    });
    let asked = asked.transpose()?;
    if bytes < AT_ONCE {
        return Ok(work(&Control::quiet()));
    }
    let threads = match asked {
        None if bytes < WORTH_THREADS => 1,
        asked => stridewise_io::threads(asked).min(MOST_THREADS),
    };
    let (done, raised) = if threads == 1 {
        py.detach(|| listening(work))
    } else {
        let pool = pool(threads)?;
        py.detach(|| watched(pool, threads, work))
    };
    raised.map_or(done.ok_or_else(|| PyRuntimeError::new_err("a thread ended early")), Err)
}

/// On this thread, which looks for signals between blocks.
fn listening<T>(work: impl FnOnce(&Control<'_>) -> T) -> (Option<T>, Option<PyErr>) {
    let raised = Mutex::new((Instant::now(), None));
    let report = |_, _| {
        let mut raised = raised.lock().unwrap_or_else(PoisonError::into_inner);
        if raised.0.elapsed() >= LISTEN {
            raised.1 = Python::attach(|py| py.check_signals()).err();
            raised.0 = Instant::now();
        }
        if raised.1.is_some() { Reply::Stop } else { Reply::Continue }
    };
    let done = work(&Control::reporting(&report));
    (Some(done), raised.into_inner().unwrap_or_else(PoisonError::into_inner).1)
}

/// On a pool of threads, while this one looks for signals.
fn watched<T: Send>(
    pool: &rayon::ThreadPool,
    threads: usize,
    work: impl FnOnce(&Control<'_>) -> T + Send,
) -> (Option<T>, Option<PyErr>) {
    let stop = AtomicBool::new(false);
    let report = |_, _| if stop.load(Ordering::Relaxed) { Reply::Stop } else { Reply::Continue };
    std::thread::scope(|scope| {
        let (send, receive) = channel();
        let report = &report;
        scope.spawn(move || {
            let done = pool.install(|| work(&Control::reporting(report).with_threads(threads)));
            let _ = send.send(done); // Received below.
        });
        let mut raised = None;
        loop {
            match receive.recv_timeout(LISTEN) {
                Ok(done) => return (Some(done), raised),
                Err(RecvTimeoutError::Disconnected) => return (None, raised),
                Err(RecvTimeoutError::Timeout) if raised.is_none() => {
                    raised = Python::attach(|py| py.check_signals()).err();
                    stop.store(raised.is_some(), Ordering::Relaxed);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    })
}

/// Threads of one process: a forked child has none of them, and makes its own.
struct Pool {
    process: u32,
    threads: rayon::ThreadPool,
}

static POOL: AtomicPtr<Pool> = AtomicPtr::new(std::ptr::null_mut());

fn pool(threads: usize) -> PyResult<&'static rayon::ThreadPool> {
    let process = std::process::id();
    // SAFETY: null, or a pool that was leaked below and is never freed.
    let known = unsafe { POOL.load(Ordering::Acquire).as_ref() };
    if let Some(pool) = known
        && pool.process == process
        && pool.threads.current_num_threads() >= threads
    {
        return Ok(&pool.threads);
    }
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("stridewise-{number}"))
        .build()
        .map_err(|error| PyRuntimeError::new_err(error.to_string()))?;
    // One that was there stays, unused: in a child its threads do not exist and cannot be joined.
    let pool = Box::leak(Box::new(Pool { process, threads: built }));
    POOL.store(pool, Ordering::Release);
    Ok(&pool.threads)
}
