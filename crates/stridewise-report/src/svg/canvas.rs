//! Canvas: shapes and text put at places, closed into a document with its style sheet.
//!
//! Everything that comes from outside, such as the expression `a['<f8']`, goes through
//! [`Canvas::text`], which escapes it.

use std::fmt::Write;

/// How many colours tell neighbouring lines apart.
const HUES: i64 = 6;

/// Columns of a monospaced letter per pixel of font size.
const LETTER: f64 = 0.602;

/// A picture that is being drawn.
#[derive(Clone, Debug, Default)]
pub(super) struct Canvas {
    body: String,
    width: f64,
    height: f64,
}

/// To which side of its place a text leans.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    fn rounded(self) -> Frame {
        let Frame { x, y, width, height } = self;
        let [x, y, width, height] = [x, y, width, height].map(rounded);
        Frame { x, y, width, height }
    }
}

/// To hundredths of a pixel: more digits only make the file longer.
fn rounded(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}

impl Canvas {
    /// A rectangle of a class of the style sheet.
    pub(super) fn rect(&mut self, class: &str, frame: Frame) {
        let Frame { x, y, width, height } = frame.rounded();
        self.reach(x + width, y + height);
        let _ = writeln!(
            self.body,
            r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}"/>"#
        );
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(rounded);
        self.reach(x1.max(x2), y1.max(y2));
        let _ = writeln!(
            self.body,
            r#"<line class="{class}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>"#
        );
    }

    /// A text, its base line at the given height.
    pub(super) fn text(&mut self, class: &str, (x, y): (f64, f64), anchor: Anchor, text: &str) {
        let wide = text_width(text, size_of(class));
        let anchor = match anchor {
            Anchor::Start => {
                self.reach(x + wide, y + 4.0);
                "start"
            }
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, text) = (rounded(x), rounded(y), escaped(text));
        let _ = writeln!(
            self.body,
            r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>"#
        );
    }

    fn reach(&mut self, x: f64, y: f64) {
        self.width = self.width.max(x);
        self.height = self.height.max(y);
    }

    /// The document.
    pub(super) fn finish(self, title: &str, description: &str) -> String {
        let (width, height) = ((self.width + MARGIN).ceil(), (self.height + MARGIN).ceil());
        let (title, description) = (escaped(title), escaped(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"stridewise\" role=\"img\" \
             width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             style=\"max-width:100%;height:auto\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n\
             <style>{STYLE}</style>\n\
             <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n\
             {body}</svg>\n",
            body = self.body
        )
    }
}

/// Room around everything.
pub(super) const MARGIN: f64 = 24.0;

/// The class that colours a cell by its line.
pub(super) fn hue(line: i64) -> String {
    format!("cell h{}", line.rem_euclid(HUES))
}

/// How wide a text is, about.
pub(super) fn text_width(text: &str, size: f64) -> f64 {
    use unicode_width::UnicodeWidthStr;
    // A text of more than 2^52 columns does not fit in memory.
    text.width() as f64 * size * LETTER
}

fn size_of(class: &str) -> f64 {
    match class {
        "title" => 15.0,
        _ => 12.0,
    }
}

/// Text that may stand between tags: markup escaped, characters that XML forbids replaced.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                safe.push('\u{fffd}');
            }
            letter => safe.push(letter),
        }
    }
    safe
}

/// Every rule begins with the class of the picture, so that a page it is put into is not touched.
const STYLE: &str = "\
.stridewise text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}\
.stridewise .title{font-size:15px;font-weight:600}\
.stridewise .small{font-size:10px}\
.stridewise .head{font-weight:600}\
.stridewise .quiet{fill:#59636e}\
.stridewise .ground{fill:#ffffff}\
.stridewise .cell{stroke:#59636e;stroke-width:.75}\
.stridewise .gap{fill:none;stroke:#8c959f;stroke-width:.75;stroke-dasharray:2 2}\
.stridewise .rule{stroke:#1f2328;stroke-width:1.5}\
.stridewise .mark{fill:none;stroke:#cf222e;stroke-width:3}\
.stridewise .link{stroke:#59636e;stroke-width:2}\
.stridewise .cut{stroke:#59636e;stroke-width:2;stroke-dasharray:2 4}\
.stridewise .new{fill:#ddf4ff;stroke:#0969da}\
.stridewise .view{fill:#dafbe1;stroke:#1a7f37}\
.stridewise .copy{fill:#fff8c5;stroke:#9a6700}\
.stridewise .h0{fill:#cfe8ff}.stridewise .h1{fill:#d7f5d0}.stridewise .h2{fill:#fff0b8}\
.stridewise .h3{fill:#ffdcd1}.stridewise .h4{fill:#e9dcff}.stridewise .h5{fill:#cdf2ee}\
@media (prefers-color-scheme:dark){\
.stridewise text{fill:#e6edf3}\
.stridewise .quiet{fill:#9198a1}\
.stridewise .ground{fill:#0d1117}\
.stridewise .cell{stroke:#9198a1}\
.stridewise .gap{stroke:#656c76}\
.stridewise .rule{stroke:#e6edf3}\
.stridewise .mark{stroke:#ff7b72}\
.stridewise .link,.stridewise .cut{stroke:#9198a1}\
.stridewise .new{fill:#0c2d6b;stroke:#58a6ff}\
.stridewise .view{fill:#033a16;stroke:#3fb950}\
.stridewise .copy{fill:#4b2900;stroke:#d29922}\
.stridewise .h0{fill:#123a66}.stridewise .h1{fill:#1d4a1c}.stridewise .h2{fill:#554300}\
.stridewise .h3{fill:#66291b}.stridewise .h4{fill:#412a70}.stridewise .h5{fill:#0f4a47}}";

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        assert_eq!(escaped("a<b>&\"\u{1}é\n"), "a&lt;b&gt;&amp;&quot;\u{fffd}é\u{fffd}");
    }
}
