//! `completions` and `man`: the command line described for shells and for `man`.
//!
//! `stridewise man trace` prints the page of one command.

use clap::CommandFactory;

use crate::args::Arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::Terminal;

/// `stridewise completions SHELL`.
pub(crate) fn completions(
    shell: clap_complete::Shell,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "stridewise", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

/// `stridewise man [COMMAND]`.
pub(crate) fn page(name: Option<&str>, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut command = Arguments::command();
    // Gives the subcommands their full names and the global options.
    command.build();
    if let Some(name) = name {
        let Some(found) = command.find_subcommand(name) else {
            let names: Vec<_> = command.get_subcommands().map(clap::Command::get_name).collect();
            let help = format!("one of {}", names.join(", "));
            return Err(Failure::new("usage", format!("there is no command '{name}'")).help(help));
        };
        command = found.clone();
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .map_err(|error| Failure::new("output", format!("cannot make the page: {error}")))?;
    terminal.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Fine)
}
