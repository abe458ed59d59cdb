//! A trace as a table of steps, the copies explained under it, and the words explained last.
//!
//! `zeros((2,3)).T.reshape(-1)` has three rows: new, view, copy.

use stridewise::expr::Effect;
use stridewise::layout::Layout;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Align, Look, Page, Piece, Role, quantity};
use crate::document::{StepObject, TraceDocument};

/// Columns of the longest step that is shown in full.
const LONGEST_STEP: usize = 34;

/// The steps of a trace.
pub fn trace_text(trace: &TraceDocument, look: Look) -> String {
    let mut page = Page::new(look);
    page.paragraph(0, Piece::new(Role::Title, &trace.source));
    page.paragraph(0, verdict(trace));
    page.blank();
    steps(&mut page, trace);
    for step in &trace.steps {
        reason(&mut page, step);
    }
    legend(&mut page, trace);
    page.finish()
}

fn quiet(text: impl Into<String>) -> Piece {
    Piece::new(Role::Quiet, text)
}

fn role(effect: Effect) -> Role {
    match effect {
        Effect::New => Role::Plain,
        Effect::View => Role::Good,
        Effect::Copy => Role::Warn,
    }
}

fn verdict(trace: &TraceDocument) -> Piece {
    let bytes = quantity::bytes(trace.copied_bytes);
    let computed = trace.steps.iter().any(StepObject::is_computed);
    let viewed = trace.steps.iter().any(|step| step.kind == Effect::View);
    match (trace.copies, computed) {
        (0, _) if viewed => Piece::new(
            Role::Good,
            "no step copies: the result is a view of the bytes it began with",
        ),
        (0, _) if trace.steps.is_empty() => Piece::new(Role::Good, "nothing is done to it"),
        (0, _) => Piece::new(Role::Good, "no step copies"),
        (1, false) => Piece::new(Role::Warn, format!("1 step copies: {bytes}")),
        (1, true) => Piece::new(Role::Warn, format!("1 step makes new memory: {bytes}")),
        (copies, false) => Piece::new(Role::Warn, format!("{copies} steps copy: {bytes}")),
        (copies, true) => {
            Piece::new(Role::Warn, format!("{copies} steps make new memory: {bytes}"))
        }
    }
}

fn steps(page: &mut Page, trace: &TraceDocument) {
    let head = ["", "step", "effect", "writes", "shape", "strides in bytes"];
    let mut rows = vec![head.map(quiet).to_vec()];
    for given in &trace.given {
        let layout = &given.layout.0.layout;
        rows.push(vec![
            "".into(),
            shortened(&given.name, page.look()).into(),
            "given".into(),
            "".into(),
            quantity::tuple(layout.shape()).into(),
            strides(layout).into(),
        ]);
    }
    for (number, step) in trace.steps.iter().enumerate() {
        let layout = &step.layout.0.layout;
        let writes = if step.writes_reach_original { "reach" } else { "stop" };
        rows.push(vec![
            quiet((number + 1).to_string()),
            shortened(&step.op, page.look()).into(),
            Piece::new(role(step.kind), step.effect),
            if step.kind == Effect::New { "".into() } else { writes.into() },
            quantity::tuple(layout.shape()).into(),
            strides(layout).into(),
        ]);
    }
    use Align::{Left, Right};
    page.table(2, &[Right, Left, Left, Left, Left, Left], &rows);
}

/// The strides, and where the first element lies if not at the start of its buffer.
fn strides(layout: &Layout) -> String {
    let strides = quantity::tuple(layout.strides());
    match layout.offset() {
        0 => strides,
        offset => format!("{strides} from byte {}", quantity::grouped(offset)),
    }
}

fn shortened(op: &str, look: Look) -> String {
    if op.width() <= LONGEST_STEP {
        return op.to_owned();
    }
    let dots = look.glyph("…", "...");
    let mut room = LONGEST_STEP - dots.width();
    let fits = |letter: &char| {
        let fits = letter.width().unwrap_or(0) <= room;
        room = room.saturating_sub(letter.width().unwrap_or(0));
        fits
    };
    op.chars().take_while(fits).collect::<String>() + dots
}

fn reason(page: &mut Page, step: &StepObject) {
    let Some(reason) = &step.reason else { return };
    page.blank();
    let what = match step.kind {
        Effect::Copy => {
            let verb = if step.is_computed() { "makes" } else { "copies" };
            format!(" {verb} {}", quantity::bytes(step.layout.0.layout.nbytes()))
        }
        _ if reason.code == "read-only" => " is read-only".to_owned(),
        _ => String::new(),
    };
    page.line([
        Piece::new(Role::Title, format!("  {}", step.op)),
        Piece::new(role(step.kind), what),
    ]);
    let plainly = match reason.code {
        "cannot-merge" => "a view has one stride per axis, and here no single stride fits: ",
        _ => "",
    };
    page.labelled(4, quiet("why: "), format!("{plainly}{}", reason.text));
    if !reason.help.is_empty() {
        page.labelled(4, quiet("help:"), reason.help.as_str());
    }
}

/// What the words in the table mean, those of them that are in it.
fn legend(page: &mut Page, trace: &TraceDocument) {
    let mut rows = Vec::new();
    let mut explain = |word: &str, meaning: &str| rows.push(vec![quiet(word), quiet(meaning)]);
    let any = |effect| trace.steps.iter().any(|step| step.kind == effect);
    if !trace.given.is_empty() {
        explain("given", "an array that is there already");
    }
    if any(Effect::New) {
        explain("new", "an array is made; nothing is copied into it");
    }
    if any(Effect::View) {
        explain("view", "the same bytes under another shape and strides; nothing is copied");
    }
    if any(Effect::Copy) {
        explain("copy", "new memory, filled from the elements before");
    }
    explain("stride", "how many bytes one step along an axis moves");
    let changes = |step: &&StepObject| step.kind != Effect::New;
    if trace.steps.iter().filter(changes).any(|step| step.writes_reach_original) {
        explain("reach", "writing to the result changes the array that the chain began with");
    }
    if trace.steps.iter().filter(changes).any(|step| !step.writes_reach_original) {
        explain("stop", "writing to the result leaves the first array as it is");
    }
    page.blank();
    page.table(2, &[Align::Left, Align::Left], &rows);
}
