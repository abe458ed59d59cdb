//! What can be wrong with a machine, each with the figure that is wrong and the remedy.

use std::fmt;
use std::ops::Range;

/// Why a machine or a cache cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MachineError {
    /// A cache whose size, ways or line is not positive.
    NotPositive {
        /// Which figure: `size`, `ways` or `line`.
        figure: &'static str,
        /// What was given.
        got: i64,
    },
    /// A line or a page whose size is not a power of two.
    NotPowerOfTwo {
        /// Which figure: `line` or `page`.
        figure: &'static str,
        /// What was given.
        got: i64,
    },
    /// A size that is not a whole number of sets of `ways` lines.
    NotWholeSets {
        /// The cache's size in bytes.
        size: i64,
        /// Its ways.
        ways: i64,
        /// Its line in bytes.
        line: i64,
    },
    /// A figure beyond what any machine has and a simulation could hold.
    TooLarge {
        /// Which figure: `ways`, `lines` or `levels`.
        figure: &'static str,
        /// The limit.
        wanted: i64,
        /// What was given.
        got: i64,
    },
    /// A machine without a data cache.
    NoCaches,
    /// Text that is not `SIZE:WAYS:LINE`.
    Syntax {
        /// What was expected.
        wanted: &'static str,
        /// Which bytes of the text are wrong.
        span: Range<usize>,
    },
    /// A name that is no preset.
    UnknownPreset {
        /// What was given.
        got: String,
        /// The preset whose name is nearest, where one is near.
        nearest: Option<&'static str>,
    },
}

impl MachineError {
    /// Which bytes of the override string are wrong, where the error knows.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            MachineError::Syntax { span, .. } => Some(span.clone()),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            MachineError::NotPositive { figure, .. } => {
                format!("give a {figure} of at least 1, as in 48K:12:64")
            }
            MachineError::NotPowerOfTwo { figure, got } => {
                let near = u64::try_from(*got).unwrap_or(1).clamp(1, 1 << 40).next_power_of_two();
                format!("a {figure} is a power of two bytes: {near}, perhaps")
            }
            MachineError::NotWholeSets { size, ways, line } => {
                let set = ways.saturating_mul(*line);
                let below = size / set * set;
                let near = if below > 0 { below } else { set };
                format!("the size is a multiple of ways x line = {set} bytes: {near}, perhaps")
            }
            MachineError::TooLarge { figure, wanted, .. } => {
                format!("at most {wanted} {figure} can be simulated")
            }
            MachineError::NoCaches => "give at least one cache, as in 48K:12:64".to_string(),
            MachineError::Syntax { .. } => {
                "write SIZE:WAYS:LINE, as in 48K:12:64; K, M and G are 1024-based".to_string()
            }
            MachineError::UnknownPreset { nearest: Some(name), .. } => {
                format!("did you mean '{name}'?")
            }
            MachineError::UnknownPreset { nearest: None, .. } => {
                format!("known machines: {}", super::Machine::preset_names().join(", "))
            }
        }
    }
}

impl fmt::Display for MachineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MachineError::NotPositive { figure, got } => {
                write!(f, "a cache needs a positive {figure}, got {got}")
            }
            MachineError::NotPowerOfTwo { figure, got } => {
                write!(f, "a {figure} of {got} bytes is not a power of two")
            }
            MachineError::NotWholeSets { size, ways, line } => write!(
                f,
                "a cache of {size} bytes is not a whole number of sets of {ways} lines of {line} bytes"
            ),
            MachineError::TooLarge { figure, wanted, got } => {
                write!(f, "{got} {figure} are more than the {wanted} allowed")
            }
            MachineError::NoCaches => f.write_str("a machine needs at least one data cache"),
            MachineError::Syntax { wanted, .. } => write!(f, "expected {wanted}"),
            MachineError::UnknownPreset { got, .. } => write!(f, "no machine is called '{got}'"),
        }
    }
}

impl std::error::Error for MachineError {}
