//! Exit: how a run ended, for scripts.
//!
//! `stridewise overlap --let a='zeros(4)' a 'a[::2]'` ends with 1: a finding.

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Asked and answered.
    Fine,
    /// Answered, and the answer is one that the user wants to be stopped by.
    Finding,
    /// Not answered: a wrong option, a file that cannot be read, an expression that NumPy refuses.
    Error,
    /// Stopped by a signal of this number, such as 2 for Ctrl-C.
    Interrupted(u8),
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Finding => 1,
            Exit::Error => 2,
            Exit::Interrupted(signal) => 128u8.saturating_add(signal),
        }
    }
}
