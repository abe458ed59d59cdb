//! Trace: the steps of an expression, each new, a view or a copy, and why.
//!
//! `zeros((2,3)).T.reshape(-1)` is new `(2,3):(24,8)+0`, view `(3,2):(8,24)+0`, copy `(6):(8)+0`.

use serde::Serialize;
use stridewise::expr::{Array, Effect, ReasonCode, Step, Trace};

use super::{Document, Subject, enveloped};
use crate::svg::chain_svg;
use crate::text::{Look, trace_text};

/// What `trace` answers.
#[derive(Clone, Debug, Serialize)]
pub struct TraceDocument {
    /// The expression.
    pub source: String,
    /// The arrays that the expression may name.
    pub given: Vec<GivenObject>,
    /// The steps in the order in which Python takes them.
    pub steps: Vec<StepObject>,
    /// What the whole expression is.
    pub result: Subject,
    /// How many steps copy.
    pub copies: usize,
    /// How many bytes they copy.
    pub copied_bytes: i64,
}

/// An array with a name.
#[derive(Clone, Debug, Serialize)]
pub struct GivenObject {
    /// Its name, or its file.
    pub name: String,
    /// Where its elements lie.
    pub layout: Subject,
}

/// One step.
#[derive(Clone, Debug, Serialize)]
pub struct StepObject {
    /// The step as it is written.
    pub op: String,
    /// `new`, `view` or `copy`.
    pub effect: &'static str,
    /// Whether a write through the result reaches the first array of its chain.
    pub writes_reach_original: bool,
    /// Where the elements lie after the step.
    pub layout: Subject,
    /// Why it copies, or why writes stop here.
    pub reason: Option<ReasonObject>,
    #[serde(skip)]
    pub(crate) kind: Effect,
}

/// Why a step copies, or why writes stop at it.
#[derive(Clone, Debug, Serialize)]
pub struct ReasonObject {
    /// A stable name.
    pub code: &'static str,
    /// One sentence with the axes and the numbers.
    pub text: String,
    /// The axes, of the array before the step.
    pub axes: Vec<usize>,
    /// The stride in bytes that would have made it a view.
    pub wanted: Option<i64>,
    /// The stride in bytes that was found.
    pub got: Option<i64>,
    /// The cheapest way out.
    pub help: String,
}

impl TraceDocument {
    /// Describes a trace, and the named arrays that it may begin with.
    pub fn new(trace: Trace, given: impl IntoIterator<Item = (String, Array)>) -> TraceDocument {
        let given = given.into_iter();
        let is_copy = |step: &&Step| step.effect == Effect::Copy;
        let copied = |step: &Step| step.layout.nbytes();
        let copies = trace.steps.iter().filter(is_copy);
        TraceDocument {
            copies: copies.clone().count(),
            copied_bytes: copies.map(copied).fold(0, i64::saturating_add),
            steps: trace.steps.into_iter().map(StepObject::new).collect(),
            source: trace.source,
            given: given
                .map(|(name, array)| GivenObject { name, layout: Subject(array) })
                .collect(),
            result: Subject(trace.result),
        }
    }
}

impl StepObject {
    /// Whether its elements are computed or put together, rather than copied one by one.
    pub(crate) fn is_computed(&self) -> bool {
        let code = self.reason.as_ref().map(|reason| reason.code);
        [ReasonCode::Computed, ReasonCode::Joined].map(|code| Some(code.as_str())).contains(&code)
    }

    fn new(step: Step) -> StepObject {
        let Step { dtype, layout, buffer, writeable, .. } = step;
        StepObject {
            op: step.op,
            effect: step.effect.as_str(),
            kind: step.effect,
            writes_reach_original: step.writes_reach_original,
            layout: Subject(Array { dtype, layout, buffer, writeable }),
            reason: step.reason.map(|reason| ReasonObject {
                code: reason.code.as_str(),
                text: reason.text,
                axes: reason.axes,
                wanted: reason.wanted,
                got: reason.got,
                help: reason.help,
            }),
        }
    }
}

impl Document for TraceDocument {
    fn to_json(&self) -> String {
        enveloped("trace", self)
    }

    fn to_text(&self, look: Look) -> String {
        trace_text(self, look)
    }

    fn to_svg(&self) -> Option<String> {
        Some(chain_svg(self))
    }
}
