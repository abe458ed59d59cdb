//! What is wrong with the command line, with a caret under the argument.
//!
//! `stridewise inspct a.npy` has its caret under `inspct` and asks "did you mean 'inspect'?".

use std::ffi::OsString;
use std::ops::Range;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::Failure;

impl Failure {
    /// The parser's error in this program's form.
    pub(crate) fn from_usage(error: &clap::Error, argv: &[OsString]) -> Failure {
        let Explained { text, token } = explain(error, argv);
        let mut failure = Failure::new("usage", text).help(remedy(error));
        let line = CommandLine::new(argv);
        if let Some(span) = token.and_then(|token| line.find(&token)) {
            failure = failure.at(line.text, span);
        }
        failure
    }
}

/// What is wrong, and the argument that is at fault.
struct Explained {
    text: String,
    token: Option<String>,
}

fn explain(error: &clap::Error, argv: &[OsString]) -> Explained {
    let get = |kind| context(error, kind);
    let argument = get(ContextKind::InvalidArg).unwrap_or_default();
    let value = get(ContextKind::InvalidValue);
    let named = |text: String, token: String| Explained { text, token: Some(token) };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let command = get(ContextKind::InvalidSubcommand).unwrap_or_default();
            named(format!("there is no command '{command}'"), command)
        }
        ErrorKind::UnknownArgument if argument.starts_with('-') => {
            named(format!("there is no option '{argument}' here"), argument)
        }
        ErrorKind::UnknownArgument => {
            named(format!("'{argument}' is one argument too many"), argument)
        }
        ErrorKind::InvalidValue => match value.filter(|value| !value.is_empty()) {
            Some(value) => named(format!("'{value}' is no value for {argument}"), value),
            None => named(format!("{argument} needs a value"), first_word(&argument)),
        },
        ErrorKind::ValueValidation => {
            let value = value.unwrap_or_default();
            let source = std::error::Error::source(error).map(|source| format!(": {source}"));
            let text =
                format!("'{value}' is no value for {argument}{}", source.unwrap_or_default());
            named(text, value)
        }
        ErrorKind::MissingRequiredArgument => {
            Explained { text: format!("missing {argument}"), token: None }
        }
        ErrorKind::ArgumentConflict => {
            let prior = get(ContextKind::PriorArg).unwrap_or_default();
            let text = if prior == argument {
                format!("{argument} is given twice")
            } else {
                format!("{argument} cannot be combined with {prior}")
            };
            named(text, first_word(&argument))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            Explained { text: "missing a command".to_owned(), token: None }
        }
        ErrorKind::InvalidUtf8 => {
            let culprit = argv.iter().find(|argument| argument.to_str().is_none());
            let token = culprit.map(|argument| argument.to_string_lossy().into_owned());
            Explained { text: "an argument is not valid UTF-8".to_owned(), token }
        }
        _ => {
            let text = error.render().to_string();
            let text = text.lines().next().unwrap_or_default();
            let text = text.strip_prefix("error: ").unwrap_or(text).to_owned();
            let token = (!argument.is_empty()).then(|| first_word(&argument));
            Explained { text, token }
        }
    }
}

/// One thing to do about it.
fn remedy(error: &clap::Error) -> String {
    let suggestions =
        [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    if let Some(meant) = suggestions.into_iter().find_map(|kind| context(error, kind)) {
        return format!("did you mean '{meant}'?");
    }
    if let Some(values) = context(error, ContextKind::ValidValue) {
        return format!("one of {values}");
    }
    let usage = error.render().to_string();
    let usage = usage.lines().find_map(|line| line.strip_prefix("Usage: "));
    match (error.kind(), usage) {
        (ErrorKind::InvalidSubcommand, _) | (_, None) => {
            "`stridewise --help` lists the commands".to_owned()
        }
        (_, Some(usage)) => format!("usage: {usage}"),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        ContextValue::StyledStrs(texts) => texts.first().map(ToString::to_string),
        _ => None,
    }
    .filter(|text| !text.is_empty() || kind == ContextKind::InvalidValue)
}

/// `--color <WHEN>` is found on the command line as `--color`.
fn first_word(argument: &str) -> String {
    argument.split([' ', '=']).next().unwrap_or_default().to_owned()
}

/// The arguments on one line, as they could be typed.
struct CommandLine {
    text: String,
    arguments: Vec<(String, Range<usize>)>,
}

impl CommandLine {
    fn new(argv: &[OsString]) -> CommandLine {
        let mut line = CommandLine { text: "stridewise".to_owned(), arguments: Vec::new() };
        for argument in argv.iter().skip(1) {
            let argument = argument.to_string_lossy().into_owned();
            line.text.push(' ');
            let start = line.text.len();
            line.text.push_str(&quoted(&argument));
            line.arguments.push((argument, start..line.text.len()));
        }
        line
    }

    /// Where the argument stands: on its own, or as the value of `--option=value`.
    fn find(&self, token: &str) -> Option<Range<usize>> {
        let whole = self.arguments.iter().find(|(argument, _)| argument == token);
        let part = || {
            self.arguments.iter().find(|(argument, _)| {
                argument
                    .split_once('=')
                    .is_some_and(|(name, value)| name == token || value == token)
            })
        };
        whole.or_else(part).map(|(_, span)| span.clone())
    }
}

/// The argument with quotes where a shell needs them.
fn quoted(argument: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c) || !c.is_ascii();
    // A control character would break the line that the caret stands under.
    let argument = argument.replace(char::is_control, "\u{fffd}");
    if !argument.is_empty() && argument.chars().all(safe) {
        argument
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
