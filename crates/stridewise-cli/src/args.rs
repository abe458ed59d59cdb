//! The command line as types: every command, option and worked example that `--help` shows.
//!
//! `stridewise offset 'zeros((4,5))' 2,3` parses to [`Command::Offset`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Headings of the help.
const OUTPUT: &str = "Output";
const MACHINE: &str = "Machine";
const RAW: &str = "Raw files";

const ABOUT: &str = "See where the bytes of an array lie, and why an operation copies them";

const START: &str = "\
Start here:
  stridewise inspect 'zeros((4,5,6))'                     where the bytes lie
  stridewise trace 'zeros((4,5,6))[::2].T.reshape(-1)'    view or copy, and why
  stridewise offset 'zeros((4,5,6))' 3,2,1                from an index to its byte

ARRAY is a file (a.npy, a.npz::name, m.safetensors::name, a zarr folder, raw
bytes with --dtype and --shape) or an expression in NumPy's words, such as
'zeros((4,5), f4).T'";

const INSPECT: &str = "\
Examples:
  stridewise inspect 'zeros((4,5,6))[::2].T'
  stridewise inspect a.npy '[::2, :, 3].T' --svg a.svg
  stridewise inspect samples.bin --dtype f4 --shape -1,2";

const OFFSET: &str = "\
Examples:
  stridewise offset 'zeros((4,5,6))' 3,2,1
  stridewise offset 'zeros((4,5,6))[::2].T' --byte 500";

const OVERLAP: &str = "\
Examples:
  stridewise overlap --let a='zeros((4,6))' 'a[:, ::2]' 'a[:, 1::2]'
  stridewise overlap 'sliding_window_view(zeros(10), 3)'

Exit code: 0 where nothing is shared, 1 where something is.";

const BLAS: &str = "\
Examples:
  stridewise blas 'zeros((4,6))[:, 1:]' 'zeros((3,5)).T'
  stridewise blas --no-copy a.npy b.npy || echo 'an operand is copied'";

const TRACE: &str = "\
Examples:
  stridewise trace 'zeros((4,5,6))[::2].T.reshape(-1)'
  stridewise trace --no-copy --let x=a.npy 'x.T.reshape(-1)' || echo copies";

const LOCALITY: &str = "\
Ready patterns, each over an array's name or over extents:
  reduce((1000,1000), axis=0)    copy((1000,1000), order='F')    matmul(n=512)
  transpose((30,40,50), axes=(2,0,1))    window(100000, size=50)
  stencil((1000,1000))

Examples:
  stridewise locality --let a='zeros((1000,1000))' 'out[j] += a[i,j]'
  stridewise locality --let a=a.npy 'reduce(a, axis=0)' --order j,i
  stridewise locality 'matmul(500)' --block i=64,k=64 --measure
  stridewise locality 'transpose((8,8))' --json --trace 64
  stridewise locality --let a=a.npy --order j,i 'b[j,i] = a[i,j]'
  stridewise locality --nests nests.txt --cache 32K:8:64 --cache 1M:16:64 --csv";

const CONVERT: &str = "\
Examples:
  stridewise convert a.npy f.npy --order F
  stridewise convert images.npy nhwc.npy --permute 0,2,3,1 --dtype f4
  stridewise convert m.safetensors::w w.npy --memory 512M
  stridewise convert scan.raw scan.npy --in-dtype '>u2' --in-shape 480,640,-1

OUT ends in .npy, or in .bin or .raw for elements alone. It appears whole or not
at all, and the source is only read. Numbers saturate where a float is beyond an
integer's range (--casting unsafe), and what is no number becomes 0.";

const WINDOWS: &str = "\
Operations, of which several share one pass: sum, prod, mean, var, std, min,
max, argmin, argmax, any, all, count, median, quantile, rank and dot. Numbers
follow a colon: var:1 and std:1 with one degree of freedom less, quantile:0.9,
dot:1,2,1 with the weights 1, 2 and 1.

Examples:
  stridewise windows a.npy --size 100 --op mean -o means.npy
  stridewise windows a.npy --size 5,5 --axis 0,1 --op min,max,quantile:0.9 -o a.npy
  stridewise windows scan.raw --dtype f4 --shape -1,3 --axis 0 --size 60 --step 60 --op mean -o minutes.npy

With several operations OUT.npy stands for OUT.min.npy, OUT.max.npy and
OUT.quantile-0.9.npy. Files appear whole or not at all, and ARRAY is only read.
Without -o nothing is written.";

const NEST: &str = "\
Examples:
  stridewise nest 'zeros((4,5,6))' 'zeros((6,5,4)).T'
  stridewise nest --let a=a.npy 'zeros((1000,1000)).T' a

The first array is the one whose memory the loops follow; with more than one it
is written and the others are read.";

/// Everything that was typed.
#[derive(Debug, Parser)]
#[command(name = "stridewise", version, about = ABOUT, after_help = START, styles = STYLES)]
#[command(arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = OUTPUT)]
pub(crate) struct Everywhere {
    /// Print one JSON document (schema 1); errors become JSON on stderr
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// When to colour [NO_COLOR and CLICOLOR_FORCE are honoured]
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: When,
    /// Draw with 7-bit characters only
    #[arg(long, global = true)]
    pub(crate) ascii: bool,
    /// Replace files that exist
    #[arg(long, global = true)]
    pub(crate) force: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    Auto,
    Always,
    Never,
}

/// Which machine's caches and pages an answer is about.
#[derive(Clone, Debug, Args)]
pub(crate) struct MachineChoice {
    /// Another machine than this one, such as intel-desktop or apple-m1
    #[arg(long, value_name = "NAME", help_heading = MACHINE)]
    pub(crate) machine: Option<String>,
    /// A data cache, nearest first, as in 48K:12:64 (repeatable)
    #[arg(long, value_name = "SIZE:WAYS:LINE", help_heading = MACHINE)]
    pub(crate) cache: Vec<String>,
}

/// What arrays may be called.
#[derive(Clone, Debug, Args)]
pub(crate) struct ArrayOptions {
    /// Give an array a name that expressions may use (repeatable)
    #[arg(long = "let", value_name = "NAME=ARRAY")]
    pub(crate) names: Vec<OsString>,
    #[command(flatten)]
    pub(crate) raw: RawFile,
}

/// What a raw file holds.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RawFile {
    /// What an element is, as in f4 or '<i2'
    #[arg(long, help_heading = RAW)]
    pub(crate) dtype: Option<String>,
    /// The extents, as in 480,640; one may be -1
    #[arg(long, allow_hyphen_values = true, help_heading = RAW)]
    pub(crate) shape: Option<String>,
    /// C: the last axis is contiguous; F: the first [default: C]
    #[arg(long, value_name = "C|F", ignore_case = true, hide_possible_values = true)]
    #[arg(help_heading = RAW)]
    pub(crate) order: Option<MemoryOrder>,
    /// Signed bytes per step along each axis, instead of an order
    #[arg(long, allow_hyphen_values = true, help_heading = RAW)]
    pub(crate) strides: Option<String>,
    /// The byte of the file at which the first element lies [default: 0]
    #[arg(long, value_name = "BYTE", allow_hyphen_values = true, help_heading = RAW)]
    pub(crate) offset: Option<i64>,
}

/// Which axis is contiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MemoryOrder {
    /// The last.
    #[value(name = "C")]
    C,
    /// The first.
    #[value(name = "F")]
    F,
}

/// Where the picture goes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Picture {
    /// Draw a picture to FILE as well; - is stdout, in place of the text
    #[arg(long, value_name = "FILE", help_heading = OUTPUT)]
    svg: Option<PathBuf>,
}

impl Picture {
    /// The file, where a picture is asked for.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.svg.as_deref()
    }
}

/// `stridewise inspect`.
#[derive(Debug, Args)]
pub(crate) struct InspectArguments {
    /// A file or an expression
    pub(crate) array: OsString,
    /// What to do to it first, as in '[::2, :, 3].T'
    pub(crate) expr: Option<String>,
    /// Exit with 1 where there is a finding
    #[arg(long)]
    pub(crate) lint: bool,
    #[command(flatten)]
    pub(crate) picture: Picture,
    #[command(flatten)]
    pub(crate) options: ArrayOptions,
    #[command(flatten)]
    pub(crate) machine: MachineChoice,
}

/// `stridewise offset`.
#[derive(Debug, Args)]
#[command(override_usage = "stridewise offset [OPTIONS] <ARRAY> [EXPR] <INDEX>\n       \
                            stridewise offset [OPTIONS] <ARRAY> [EXPR] --byte <N>")]
pub(crate) struct OffsetArguments {
    /// A file or an expression
    pub(crate) array: OsString,
    /// What to do to it first, as in '[::2].T'
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    pub(crate) expr_or_index: Option<String>,
    /// One number per axis, as in 2,3 or -1,0
    #[arg(value_name = "INDEX", allow_hyphen_values = true)]
    pub(crate) index: Option<String>,
    /// The way back: which indices land on this byte of the buffer
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) byte: Option<i64>,
    /// How many indices to list
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) picture: Picture,
    #[command(flatten)]
    pub(crate) options: ArrayOptions,
    #[command(flatten)]
    pub(crate) machine: MachineChoice,
}

/// `stridewise trace`.
#[derive(Debug, Args)]
pub(crate) struct TraceArguments {
    /// An expression, or a file
    pub(crate) array: OsString,
    /// What to do to it, as in '.T.reshape(-1)'
    pub(crate) expr: Option<String>,
    #[command(flatten)]
    pub(crate) picture: Picture,
    /// Exit with 1 where a step copies
    #[arg(long)]
    pub(crate) no_copy: bool,
    #[command(flatten)]
    pub(crate) options: ArrayOptions,
}

/// `stridewise overlap`.
#[derive(Debug, Args)]
pub(crate) struct OverlapArguments {
    /// A file or an expression
    pub(crate) a: OsString,
    /// Another; without it, the question is whether A overlaps itself
    pub(crate) b: Option<OsString>,
    /// As NumPy's max_work: -1 is exact, 0 looks at the bounds alone
    #[arg(long, value_name = "N", default_value_t = -1, allow_hyphen_values = true)]
    pub(crate) max_work: i64,
    #[command(flatten)]
    pub(crate) picture: Picture,
    #[command(flatten)]
    pub(crate) options: ArrayOptions,
    #[command(flatten)]
    pub(crate) machine: MachineChoice,
}

/// `stridewise blas`.
#[derive(Debug, Args)]
pub(crate) struct BlasArguments {
    /// A file or an expression
    pub(crate) a: OsString,
    /// What it is multiplied with, as in A @ B
    pub(crate) b: Option<OsString>,
    /// Exit with 1 where an operand has to be copied
    #[arg(long)]
    pub(crate) no_copy: bool,
    #[command(flatten)]
    pub(crate) options: ArrayOptions,
}

/// `stridewise convert`.
#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    /// The file to read, as in a.npy or m.safetensors::w
    #[arg(value_name = "IN")]
    pub(crate) source: OsString,
    /// The file to write, .npy, .bin or .raw
    #[arg(value_name = "OUT")]
    pub(crate) target: PathBuf,
    /// C: the last axis is contiguous; F: the first [default: as IN; C with --permute]
    #[arg(long, value_name = "C|F", ignore_case = true, hide_possible_values = true)]
    pub(crate) order: Option<MemoryOrder>,
    /// Which axis of IN each axis of OUT is, as in 2,0,1
    #[arg(long, value_name = "AXES", allow_hyphen_values = true)]
    pub(crate) permute: Option<String>,
    /// What an element of OUT is, as in f4 or '>i2' [default: as IN]
    #[arg(long)]
    pub(crate) dtype: Option<String>,
    /// Which casts are allowed: no, equiv, safe, same_kind or unsafe
    #[arg(long, value_name = "RULE", default_value = "same_kind", hide_possible_values = true)]
    pub(crate) casting: CastingRule,
    /// Memory to stay within, as in 512M [default: a quarter of what there is]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<String>,
    /// Threads that work on a large tile [default: one per processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) raw: RawSource,
}

/// `stridewise windows`.
#[derive(Debug, Args)]
pub(crate) struct WindowsArguments {
    /// The file to read, as in a.npy or m.safetensors::w
    #[arg(value_name = "ARRAY")]
    pub(crate) source: OsString,
    /// Elements of a window along each windowed axis, as in 100 or 5,5
    #[arg(long, value_name = "W,...", allow_hyphen_values = true)]
    pub(crate) size: String,
    /// The windowed axes [default: the last ones]
    #[arg(long, value_name = "AXIS,...", allow_hyphen_values = true)]
    pub(crate) axis: Option<String>,
    /// From one window to the next, in elements, one for each axis or one for all [default: 1]
    #[arg(long, value_name = "N,...", allow_hyphen_values = true)]
    pub(crate) step: Option<String>,
    /// From one element of a window to the next, likewise [default: 1]
    #[arg(long, value_name = "N,...", allow_hyphen_values = true)]
    pub(crate) dilation: Option<String>,
    /// What is made of each window, as in mean,max,quantile:0.9
    #[arg(long, value_name = "OP,...")]
    pub(crate) op: String,
    /// The file to write, .npy, .bin or .raw; of several operations each adds its name
    #[arg(short = 'o', long = "output", value_name = "OUT")]
    pub(crate) target: Option<PathBuf>,
    /// Leave NaN out; windows with fewer other elements than this give NaN
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) min_count: Option<i64>,
    /// Keep the lowest 64 bits of integer sums and products that are longer
    #[arg(long)]
    pub(crate) wrap: bool,
    /// Memory to stay within, as in 512M [default: a quarter of what there is]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<String>,
    /// Threads that work on a large box [default: one per processor]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) raw: RawFile,
}

/// Which casts are allowed, by NumPy's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum CastingRule {
    No,
    Equiv,
    Safe,
    SameKind,
    Unsafe,
}

/// What a raw file that is read holds, where other options are about the one that is written.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RawSource {
    /// What an element of a raw IN is, as in f4 or '<i2'
    #[arg(long, value_name = "DTYPE", help_heading = RAW)]
    in_dtype: Option<String>,
    /// The extents of a raw IN, as in 480,640; one may be -1
    #[arg(long, value_name = "SHAPE", allow_hyphen_values = true, help_heading = RAW)]
    in_shape: Option<String>,
    /// The order of a raw IN [default: C]
    #[arg(long, value_name = "C|F", ignore_case = true, hide_possible_values = true)]
    #[arg(help_heading = RAW)]
    in_order: Option<MemoryOrder>,
    /// Signed bytes per step along each axis of a raw IN, instead of an order
    #[arg(long, value_name = "STRIDES", allow_hyphen_values = true)]
    #[arg(help_heading = RAW)]
    in_strides: Option<String>,
    /// The byte of a raw IN at which the first element lies [default: 0]
    #[arg(long, value_name = "BYTE", allow_hyphen_values = true)]
    #[arg(help_heading = RAW)]
    in_offset: Option<i64>,
}

impl From<RawSource> for RawFile {
    fn from(raw: RawSource) -> RawFile {
        let RawSource { in_dtype, in_shape, in_order, in_strides, in_offset } = raw;
        RawFile {
            dtype: in_dtype,
            shape: in_shape,
            order: in_order,
            strides: in_strides,
            offset: in_offset,
        }
    }
}

/// `stridewise nest`.
#[derive(Debug, Args)]
pub(crate) struct NestArguments {
    /// Files or expressions of one shape, called a, b, c, … in the loops
    #[arg(required = true, value_name = "ARRAY")]
    pub(crate) arrays: Vec<OsString>,
    #[command(flatten)]
    pub(crate) options: ArrayOptions,
    #[command(flatten)]
    pub(crate) machine: MachineChoice,
}

/// `stridewise locality`.
#[derive(Debug, Args)]
pub(crate) struct LocalityArguments {
    /// A statement over arrays, as in 'out[j] += a[i,j]', or a ready one: 'matmul(n=512)'
    #[arg(required_unless_present = "nests")]
    pub(crate) pattern: Option<String>,
    /// The loop order to ask about, outermost first; else as the indices first appear
    #[arg(long, value_name = "I,J,...", conflicts_with = "nests")]
    pub(crate) order: Option<String>,
    /// Cut loops into blocks, as in i=32,k=64
    #[arg(long, value_name = "I=N,...", conflicts_with = "nests")]
    pub(crate) block: Option<String>,
    /// Simulate every access, however long that takes; else what takes long is sampled
    #[arg(long, conflicts_with = "nests")]
    pub(crate) exact: bool,
    /// Run the loops on this machine too, beside the prediction
    #[arg(long, conflicts_with = "nests")]
    pub(crate) measure: bool,
    /// List the first N accesses in the JSON document, with where each was found [default: all
    /// of nests with at most 512]
    #[arg(long, value_name = "N", conflicts_with = "nests")]
    pub(crate) trace: Option<usize>,
    #[command(flatten)]
    pub(crate) picture: Picture,
    /// Count the misses of loop trees from a file in two caches; needs --csv
    #[arg(long, value_name = "FILE", conflicts_with = "pattern", requires = "csv")]
    pub(crate) nests: Option<PathBuf>,
    /// Print a row per loop tree
    #[arg(long, requires = "nests")]
    pub(crate) csv: bool,
    /// Give an array a name that the statement may use (repeatable)
    #[arg(long = "let", value_name = "NAME=ARRAY")]
    pub(crate) names: Vec<OsString>,
    #[command(flatten)]
    pub(crate) machine: MachineChoice,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show where the bytes of an array lie, and what that means for loops over it
    #[command(after_help = INSPECT)]
    Inspect(InspectArguments),
    /// Work out the byte of an index term by term, or the indices on a byte
    #[command(after_help = OFFSET)]
    Offset(OffsetArguments),
    /// Find out whether two arrays share memory, and where they meet
    #[command(after_help = OVERLAP)]
    Overlap(OverlapArguments),
    /// Plan A @ B for BLAS: the call without a copy, or which operand is copied
    #[command(after_help = BLAS)]
    Blas(BlasArguments),
    /// Follow an expression step by step: view or copy, and why
    #[command(after_help = TRACE)]
    Trace(TraceArguments),
    /// Reduce sliding windows of an array in a file: means, extremes, medians, little memory
    #[command(after_help = WINDOWS)]
    Windows(WindowsArguments),
    /// Write an array to another file: other order, other axes, other dtype, little memory
    #[command(after_help = CONVERT)]
    Convert(ConvertArguments),
    /// Show the loops over arrays of one shape, from the axes to blocks
    #[command(after_help = NEST)]
    Nest(NestArguments),
    /// Rank the loop orders of a statement by what the caches make of them
    #[command(after_help = LOCALITY)]
    Locality(LocalityArguments),
    /// Show caches, page and instructions, and who says so
    #[command(
        after_help = "Examples:\n  stridewise machine --machine apple-m1\n  stridewise machine --bench"
    )]
    Machine {
        /// Measure how fast memory moves here as well: a second or two
        #[arg(long)]
        bench: bool,
        #[command(flatten)]
        machine: MachineChoice,
    },
    /// Explain the code of a finding, or list them all
    #[command(after_help = "Example:\n  stridewise rule SW202")]
    Rule {
        /// A code, such as SW202
        code: Option<String>,
    },
    /// Print a script that completes commands in your shell
    #[command(
        after_help = "Example:\n  stridewise completions bash > ~/.local/share/bash-completion/completions/stridewise"
    )]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, of one command where named
    #[command(after_help = "Example:\n  stridewise man > stridewise.1 && man ./stridewise.1")]
    Man {
        /// A command, such as trace
        command: Option<String>,
    },
}
