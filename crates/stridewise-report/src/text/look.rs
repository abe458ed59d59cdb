//! Look: how wide a page is, which characters it may use, and whether it is coloured.
//!
//! A gap in `(2,3):(32,8)+0` is `·` in Unicode, `.` in ASCII, and dim where there is colour.

use anstyle::{AnsiColor, Style};

/// Which characters pictures and rules are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Box drawing and blocks.
    Unicode,
    /// Characters of 7 bits only.
    Ascii,
}

/// Whether text carries ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Nothing but the text.
    Plain,
    /// With ANSI escape sequences.
    Ansi,
}

/// What a piece of text is for; its colour follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Plain,
    /// The subject of the page, and headings.
    Title,
    /// Labels, column heads, explanations.
    Quiet,
    /// Bytes that belong to the array.
    Item,
    /// As one would wish: a view, a line used in full.
    Good,
    /// Worth a look: a copy, a finding.
    Warn,
    /// To be pasted into a program.
    Code,
}

impl Role {
    fn style(self) -> Style {
        match self {
            Role::Plain => Style::new(),
            Role::Title => Style::new().bold(),
            Role::Quiet => Style::new().dimmed(),
            Role::Item => AnsiColor::Cyan.on_default(),
            Role::Good => AnsiColor::Green.on_default(),
            Role::Warn => AnsiColor::Yellow.on_default().bold(),
            Role::Code => AnsiColor::Blue.on_default(),
        }
    }
}

/// How a page of text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns; text is wrapped, and pictures are chosen, to fit.
    pub width: usize,
    /// Which characters.
    pub glyphs: Glyphs,
    /// Whether coloured.
    pub paint: Paint,
}

impl Look {
    /// 80 columns of Unicode without colour: what a pipe gets.
    pub const PIPE: Look = Look { width: 80, glyphs: Glyphs::Unicode, paint: Paint::Plain };

    /// The text in the colour of its role.
    pub fn paint(self, role: Role, text: &str) -> String {
        if self.paint == Paint::Plain || role == Role::Plain || text.trim().is_empty() {
            return text.to_owned();
        }
        let style = role.style();
        format!("{style}{text}{style:#}")
    }

    /// The text without characters that would steer the terminal or turn the line around, which
    /// a file name may have.
    pub fn printable(text: &str) -> String {
        let steers = |letter: char| {
            letter.is_control()
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        text.replace(steers, "\u{fffd}")
    }

    /// One of two spellings.
    pub fn glyph(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }
}
