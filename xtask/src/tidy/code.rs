//! Reading Rust text just far enough: code without comments and literals, and the paths in it.

/// The text with comments, strings and character literals blanked out; lines stay where they are.
pub(super) fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end > at {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            // A word is taken whole, so that the r of `for` never opens a raw string.
            let word = chars[at..].iter().take_while(|c| is_word(**c)).count().max(1);
            out.extend(&chars[at..at + word]);
            at += word;
        }
    }
    out
}

/// Where the comment or literal that starts at `at` ends; `at` itself where none starts.
fn literal_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let starts = |text: &str| text.chars().eq(rest.iter().copied().take(text.len()));
    if starts("//") {
        return at + rest.iter().take_while(|c| **c != '\n').count();
    }
    if starts("/*") {
        return block_comment_end(chars, at);
    }
    let prefix = rest.iter().take_while(|c| matches!(c, 'b' | 'r' | 'c')).count();
    if prefix > 0 && prefix <= 2 {
        let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
        if rest.get(prefix + hashes) == Some(&'"') {
            return if rest[..prefix].contains(&'r') {
                raw_string_end(chars, at + prefix + hashes + 1, hashes)
            } else {
                quoted_end(chars, at + prefix + 1, '"')
            };
        }
        if starts("b'") {
            return quoted_end(chars, at + 2, '\'');
        }
        return at;
    }
    match rest {
        ['"', ..] => quoted_end(chars, at + 1, '"'),
        // A lifetime has no closing quote two characters on; a character literal has.
        ['\'', '\\', ..] => quoted_end(chars, at + 1, '\''),
        ['\'', _, '\'', ..] => at + 3,
        _ => at,
    }
}

fn block_comment_end(chars: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn raw_string_end(chars: &[char], start: usize, hashes: usize) -> usize {
    let closes = |at: &usize| {
        chars[*at] == '"'
            && chars[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
    };
    (start..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes)
}

fn quoted_end(chars: &[char], start: usize, quote: char) -> usize {
    let mut at = start;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a line of code.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// Lines with something other than space on them, counted from 1.
pub(super) fn lines(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, l)| !l.trim().is_empty())
}

/// Every path of two segments or more in the code with its line, groups written out:
/// `use crate::{a::b, c}` gives `crate::a::b` and `crate::c`.
pub(super) fn paths(code: &str) -> Vec<(usize, Vec<String>)> {
    let mut reader = PathReader { tokens: tokens(code), at: 0, found: Vec::new() };
    while reader.at < reader.tokens.len() {
        reader.path(&[]);
    }
    reader.found
}

/// Words, `::`, and single other characters, each with its line.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens = Vec::new();
    for (line, text) in lines(code) {
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push((line, rest[..length].to_string()));
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

struct PathReader {
    tokens: Vec<(usize, String)>,
    at: usize,
    found: Vec<(usize, Vec<String>)>,
}

impl PathReader {
    fn peek(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |(_, token)| token)
    }

    /// Reads one path that follows `prefix`, or steps over one token.
    fn path(&mut self, prefix: &[String]) {
        let Some((line, _)) = self.tokens.get(self.at) else { return };
        let line = *line;
        let mut segments = prefix.to_vec();
        while self.peek(0).starts_with(is_word) {
            segments.push(self.peek(0).to_string());
            self.at += 1;
            if self.peek(0) != "::" {
                break;
            }
            self.at += 1;
        }
        let after_separator = self.at > 0 && self.tokens[self.at - 1].1 == "::";
        if self.peek(0) == "{" && after_separator && !segments.is_empty() {
            self.at += 1;
            while !matches!(self.peek(0), "}" | "") {
                self.path(&segments);
            }
            self.at += 1;
        } else if segments.len() > prefix.len() {
            if segments.len() > 1 {
                self.found.push((line, segments));
            }
        } else {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{code_only, paths};

    #[test]
    fn comments_and_literals_are_blanked() {
        let kept = |text: &str| code_only(text).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(kept("a // unsafe\nb /* x /* y */ z */ c"), "a b c");
        assert_eq!(kept(r#"f("unsafe \" x", 'y', b'\'', '\n') + g"#), "f( , , , ) + g");
        assert_eq!(kept("r#\"un\"safe\"# + br\"x\" + r\"\\\" + y"), "+ + + y");
        assert_eq!(kept("fn f<'a>(x: &'a str, for_r: u8)"), "fn f<'a>(x: &'a str, for_r: u8)");
        assert_eq!(code_only("\"a\nb\"\nc").lines().count(), 3);
    }

    #[test]
    fn groups_are_written_out() {
        let found: Vec<String> = paths("use crate::{a::b, c::{d, e}};\nlet x = std::fs::read(y);")
            .into_iter()
            .map(|(line, segments)| format!("{line} {}", segments.join("::")))
            .collect();
        assert_eq!(found, ["1 crate::a::b", "1 crate::c::d", "1 crate::c::e", "2 std::fs::read"]);
    }
}
