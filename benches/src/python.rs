//! Peers from PyPI: a Python process that takes its turns like everybody else.
//!
//! `worker.py` gets each case with the source's bytes, times itself when it is told to run, and
//! sends back the bytes of a result when asked. `(3,4):(8,24)+0` travels as shape and strides.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::rc::Rc;

use serde_json::{Value, json};
use stridewise_harness::{Case, Contender, Entrant, Expect, Kind};

use crate::arguments::folder;
use crate::arrays::Arrays;

/// The process.
pub struct Worker {
    pipes: Rc<RefCell<Pipes>>,
    process: Child,
    /// Names and versions of what it brings.
    pub versions: Vec<String>,
}

struct Pipes {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    shown: Vec<u8>,
}

impl Worker {
    /// Starts it with the Python of `target/venv`, or the one that `STRIDEWISE_BENCH_PYTHON` names.
    pub fn start() -> Result<Worker, String> {
        let python = std::env::var_os("STRIDEWISE_BENCH_PYTHON")
            .map_or_else(|| folder().join("target/venv/bin/python"), Into::into);
        let mut process = Command::new(&python)
            .arg(folder().join("src/worker.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("no Python worker ({error}): `make bench` prepares one"))?;
        let (to, from) = (process.stdin.take(), process.stdout.take());
        let (Some(to), Some(from)) = (to, from) else { return Err("no pipes".to_string()) };
        let mut pipes = Pipes { to, from: BufReader::new(from), shown: Vec::new() };
        let answer = pipes.ask(&json!({"ask": "versions"}), &[])?;
        let versions = strings(&answer["versions"]);
        Ok(Worker { pipes: Rc::new(RefCell::new(pipes)), process, versions })
    }

    /// Who of it can do the case.
    pub fn entrants(&mut self, case: &Case, arrays: &Arrays) -> Result<Vec<Entrant>, String> {
        let bytes = |strides: Vec<usize>| -> Vec<usize> {
            strides.iter().map(|stride| stride * case.itemsize).collect()
        };
        let ask = json!({
            "ask": "case",
            "verb": case.verb,
            "dtype": case.dtype,
            "lies": case.lies,
            "axes": case.axes,
            "shape": case.shape(),
            "from": bytes(case.source_strides()),
            "to": bytes(case.destination_strides()),
            "options": case.options,
            "bytes": arrays.source.bytes().len(),
            "result": arrays.destination.bytes().len(),
        });
        let answer = self.pipes.borrow_mut().ask(&ask, arrays.source.bytes())?;
        let entrant = |name: String, kind: Kind, expect: Expect| {
            let contender = Remote { pipes: self.pipes.clone(), name: name.clone() };
            Entrant { name, kind, expect, contender: Box::new(contender) }
        };
        let peers = strings(&answer["peers"]).into_iter();
        let floors = strings(&answer["plain"]).into_iter();
        let peers = peers.map(|name| entrant(name, Kind::Peer, arrays.expect));
        let floors = floors.map(|name| entrant(name, Kind::Floor, Expect::Source));
        Ok(peers.chain(floors).collect())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Pipes {
    /// One line and some bytes to the worker, one line back.
    fn ask(&mut self, question: &Value, bytes: &[u8]) -> Result<Value, String> {
        let mut told = || {
            writeln!(self.to, "{question}")?;
            self.to.write_all(bytes)?;
            self.to.flush()?;
            let mut line = String::new();
            self.from.read_line(&mut line)?;
            Ok(line)
        };
        let line = told().map_err(|error: std::io::Error| format!("Python worker: {error}"))?;
        let answer: Value = serde_json::from_str(&line)
            .map_err(|error| format!("Python worker said `{line}`: {error}"))?;
        match answer["error"].as_str() {
            Some(error) => Err(format!("Python worker: {error}")),
            None => Ok(answer),
        }
    }
}

/// One of the worker's ways to do the case.
struct Remote {
    pipes: Rc<RefCell<Pipes>>,
    name: String,
}

impl Contender for Remote {
    fn run(&mut self, repeats: u32) -> Result<f64, String> {
        let ask = json!({"ask": "run", "who": self.name, "repeats": repeats});
        let answer = self.pipes.borrow_mut().ask(&ask, &[])?;
        answer["nanoseconds"].as_f64().ok_or("no time".to_string())
    }

    fn show(&mut self, look: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        let pipes = &mut *self.pipes.borrow_mut();
        let answer = pipes.ask(&json!({"ask": "result", "who": self.name}), &[])?;
        let length = answer["bytes"].as_u64().ok_or("no length")?;
        let length = usize::try_from(length).map_err(|error| error.to_string())?;
        pipes.shown.resize(length, 0);
        pipes.from.read_exact(&mut pipes.shown).map_err(|error| error.to_string())?;
        look(&pipes.shown);
        Ok(())
    }
}

fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| Some(item.as_str()?.to_string())).collect()
}
