//! The command line as types: every command, option and worked example that `--help` shows.
//!
//! `stridewise offset 'zeros((4,5))' 2,3` parses to [`Command::Offset`].

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Args, Parser, Subcommand, ValueEnum};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const ABOUT: &str = "See where the bytes of an array lie, and why an operation copies them";

const START: &str = "\
Start here:
  stridewise inspect 'zeros((4,5,6))'                 where the bytes lie
  stridewise trace 'zeros((4,5,6))[::2].T.reshape(-1)'  view or copy, and why
  stridewise offset 'zeros((4,5,6))' 3,2,1            from an index to its byte

ARRAY is a file (a.npy, a.npz::name, m.safetensors::name, a zarr folder, raw bytes
with --dtype and --shape) or an expression in NumPy's words: 'zeros((4,5), f4).T'";

/// Everything that was typed.
#[derive(Debug, Parser)]
#[command(name = "stridewise", version, about = ABOUT, after_help = START, styles = STYLES)]
#[command(propagate_version = true, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) everywhere: Everywhere,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
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
#[command(next_help_heading = "Machine")]
pub(crate) struct MachineChoice {
    /// Another machine than this one, such as intel-desktop or apple-m1
    #[arg(long, value_name = "NAME")]
    pub(crate) machine: Option<String>,
    /// A data cache, nearest first, as in 48K:12:64 (repeatable)
    #[arg(long, value_name = "SIZE:WAYS:LINE")]
    pub(crate) cache: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show caches, page and instructions, and who says so
    #[command(after_help = "Example:\n  stridewise machine --machine apple-m1")]
    Machine {
        #[command(flatten)]
        machine: MachineChoice,
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
