//! Reduces arrays that are described on standard input, one a line: what the Python tests compare
//! with NumPy.
//!
//! A line holds, separated by tabs: operation, ddof, the least count where NaN is skipped or `-`,
//! `wrap` or `raise`, dtype, shape, strides, offset, axes or `-`, and the buffer in hexadecimal.
//! Summing `(2,3):(24,8)+0` along axis 0 answers `<f8`, `3` and the bytes of three numbers in
//! hexadecimal. Every backend and several numbers of threads run, and must give the same bytes.

#![allow(clippy::print_stdout)] // a filter speaks by printing

use std::fmt::Write as _;
use std::io::{BufRead, Write};

use stridewise::control::Control;
use stridewise::kernel::Backend;
use stridewise::kernel::reduce::{Operation, Overflow, ReduceError, Reduction, reduced};
use stridewise::layout::{DType, Layout};
use stridewise::view::Bytes;

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = answer(&line?).unwrap_or_else(|problem| format!("error\t{problem}"));
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn answer(line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split('\t').collect();
    let [name, ddof, skip, overflow, dtype, shape, strides, offset, axes, buffer] = words[..]
    else {
        return Err("ten words are needed".to_string());
    };
    let number = |word: &str| word.parse::<i64>().map_err(|error| format!("{word}: {error}"));
    let numbers = |words: &str| -> Result<Vec<i64>, String> {
        words.split(',').filter(|word| !word.is_empty()).map(number).collect()
    };
    let ddof = ddof.parse().map_err(|error| format!("{ddof}: {error}"))?;
    let mut reduction = Reduction::new(Operation::named(name, ddof).ok_or("no such operation")?);
    if axes != "-" {
        reduction = reduction.over(&numbers(axes)?);
    }
    if let Ok(least) = skip.parse() {
        reduction = reduction.skip_nan(least);
    }
    if overflow == "raise" {
        reduction = reduction.on_overflow(Overflow::Raise);
    }
    let dtype = DType::parse(dtype).map_err(|error| error.to_string())?;
    let layout =
        Layout::new(&numbers(shape)?, &numbers(strides)?, number(offset)?, dtype.itemsize())
            .map_err(|error| error.to_string())?;
    let buffer: Vec<u8> = (0..buffer.len() / 2)
        .map(|at| u8::from_str_radix(&buffer[2 * at..2 * at + 2], 16).unwrap_or(0))
        .collect();
    let view = Bytes::new(&buffer, layout).map_err(|error| error.to_string())?;
    let mut first: Option<Result<String, ReduceError>> = None;
    for backend in [Backend::Portable, Backend::Avx2, Backend::Avx512] {
        for threads in [1, 2, 5] {
            let control = Control::quiet().with_threads(threads);
            let reduction = reduction.clone().with_backend(backend);
            let told = reduced(&reduction, &view, &dtype, &control).map(|result| {
                let shape = result.layout.shape().iter().map(i64::to_string).collect::<Vec<_>>();
                let bytes = result.memory.iter().fold(String::new(), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                });
                format!("{}\t{}\t{bytes}", result.dtype, shape.join(","))
            });
            match &first {
                None => first = Some(told),
                Some(first) if *first != told => {
                    return Err(format!("{} on {threads} threads differs", backend.name()));
                }
                Some(_) => {}
            }
        }
    }
    match first {
        Some(Ok(told)) => Ok(told),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("no backend".to_string()),
    }
}
