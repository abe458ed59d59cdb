//! `rule`: what the code of a finding means.
//!
//! `stridewise rule SW202` explains why a walk over `(1000):(8000)+0` wastes lines.

use stridewise_report::document::Rules;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// `stridewise rule [CODE]`.
pub(crate) fn run(code: Option<&str>, terminal: &Terminal) -> Result<Exit, Failure> {
    match code {
        None => terminal.answer(&Rules::all(), None)?,
        Some(code) => {
            let rule = Rules::all().find(code).ok_or_else(|| {
                Failure::new("rule", format!("there is no rule '{code}'"))
                    .help("`stridewise rule` lists them".to_owned())
            })?;
            terminal.answer(&rule, None)?;
        }
    }
    Ok(Exit::Fine)
}
