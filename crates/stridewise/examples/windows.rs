//! Times windowed reductions, or writes them to a file: for comparison with other libraries.
//!
//! `windows time N ROUNDS W,W,.. OP,OP,.. [axis0]` prints nanoseconds per element, the least and
//! the median of the rounds. Anything else is read from standard input, one question a line:
//! `INPUT OUTPUT DTYPE SHAPE AXES SIZE STEP DILATION MODE MISSING OP`, raw C-order files.
#![allow(clippy::print_stdout, clippy::cast_possible_truncation)] // a command speaks by printing

use std::error::Error;
use std::io::BufRead;
use std::time::Instant;

use stridewise::control::Control;
use stridewise::kernel::window::{Missing, Mode, Op, Windows, reduce, reduced, result};
use stridewise::kernel::{Backend, Element};
use stridewise::layout::dtype::DType;
use stridewise::layout::{Layout, PerAxis};
use stridewise::view::{Buffer, Bytes, BytesMut};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().map(String::as_str) == Some("time") {
        return time(&words[1..]);
    }
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        match answer(&line.split('\t').collect::<Vec<_>>()) {
            Ok(text) => println!("{text}"),
            Err(error) => println!("error: {error}"),
        }
    }
    Ok(())
}

fn list(text: &str) -> Result<PerAxis<i64>> {
    Ok(text
        .split(',')
        .filter(|t| !t.is_empty())
        .map(str::parse)
        .collect::<std::result::Result<Vec<i64>, _>>()?[..]
        .into())
}

fn operation(text: &str) -> Result<Op> {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let numbers = rest.split(',').filter(|text| !text.is_empty()).map(str::parse);
    let numbers = numbers.collect::<std::result::Result<Vec<f64>, _>>()?;
    Op::from_name(name, &numbers).ok_or_else(|| format!("no operation {text}").into())
}

fn answer(words: &[&str]) -> Result<String> {
    let [input, output, dtype, shape, axes, size, step, dilation, mode, missing, op] = words else {
        return Err("eleven words are needed".into());
    };
    let element = Element::of(&DType::parse(dtype)?).ok_or("no number type")?;
    let bytes = std::fs::read(input)?;
    let view = Bytes::new(&bytes, Layout::c_order(&list(shape)?, element.size())?)?;
    let mut windows = Windows::over(&list(size)?, &list(axes)?);
    (windows.step, windows.dilation) = (list(step)?, list(dilation)?);
    windows.mode = match *mode {
        "valid" => Mode::Valid,
        "trailing" => Mode::Trailing { fill: f64::NAN },
        "reflect" => Mode::Reflect,
        "mirror" => Mode::Mirror,
        "nearest" => Mode::Nearest,
        "wrap" => Mode::Wrap,
        other => Mode::Constant { value: other.parse()? },
    };
    windows.missing = match missing.parse()? {
        0 => Missing::Propagate,
        min_count => Missing::Skip { min_count },
    };
    let found = reduced(&view, element, &operation(op)?, &windows, &Control::quiet())?;
    std::fs::write(output, &found.buffer[..])?;
    Ok(format!("{} {:?}", found.element.name(), found.layout.shape()))
}

/// Noise in -0.5..0.5.
fn noise(length: usize) -> Vec<f64> {
    let mut state = 12345u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        })
        .collect()
}

fn time(words: &[String]) -> Result<()> {
    let length: usize = words[0].parse()?;
    let rounds: usize = words[1].parse()?;
    let single = std::env::var("DTYPE").as_deref() == Ok("f4");
    let threads = std::env::var("THREADS").map_or(Ok(1), |text| text.parse())?;
    let element = if single { Element::F32 } else { Element::F64 };
    let bytes: Vec<u8> = match single {
        true => noise(length).iter().flat_map(|&v| (v as f32).to_ne_bytes()).collect(),
        false => noise(length).iter().flat_map(|&v| v.to_ne_bytes()).collect(),
    };
    let (shape, axis) = match words.get(4) {
        Some(_) => {
            let side = length.isqrt() as i64;
            (vec![side, side], 0)
        }
        None => (vec![length as i64], 0),
    };
    let view = Bytes::new(&bytes, Layout::c_order(&shape, element.size())?)?;
    for op in words[3].split(',') {
        for size in words[2].split(',') {
            let op = operation(op)?;
            let mut windows = Windows::along(size.parse()?, axis);
            if let Some(backend) =
                std::env::var("STRIDEWISE_ISA").ok().and_then(|name| Backend::from_name(&name))
            {
                windows.backend = backend;
            }
            let (shape, to) = result(view.layout(), element, &op, &windows)?;
            let layout = Layout::c_order(&shape, to.size())?;
            let mut buffer = Buffer::zeroed(layout.nbytes() as usize).ok_or("no memory")?;
            buffer.fill(1);
            let mut output = BytesMut::new(&mut buffer, layout)?;
            let control = Control::quiet().with_threads(threads);
            let mut times = Vec::new();
            for _ in 0..rounds {
                let start = Instant::now();
                reduce(&view, element, &op, &windows, &mut output, to, &control)?;
                times.push(start.elapsed().as_secs_f64() * 1e9 / length as f64);
            }
            times.sort_by(f64::total_cmp);
            println!("{} {size} {:.3} {:.3}", op.name(), times[0], times[rounds / 2]);
        }
    }
    Ok(())
}
