//! The cache model: what a nest costs on a machine, without running it.
//!
//! Every engine reads the same [`Nest`](crate::nest::Nest) and answers in the same [`Counts`]:
//! - [`simulate`] is exact: every access, or runs of accesses that stay in their lines, or whole
//!   stretches of a loop after which the caches look the same up to a shift
//! - [`sample`](sample()) classifies random accesses and gives an interval
//! - [`rank_orders`] predicts all loop orders in closed form
//!
//! The model: set-associative LRU at each level, sets by modulo, a line is allocated on reads and
//! writes alike, a streaming store allocates none. An access that crosses lines touches all of
//! them and counts at most one miss; the next level is asked for the whole access on a miss
//! only, and no level includes another. Figures are *simulated*: no prefetch, no other program.
//!
//! Worked: reading `(2,8):(64,8)+0` in index order is 16 accesses and 2 misses.
#![forbid(unsafe_code)]

mod along;
mod answer;
mod cache;
mod counts;
mod error;
mod estimate;
mod finding;
mod predict;
mod program;
mod rank;
mod replay;
mod residue;
mod sample;
mod sets;
mod simulate;
mod survey;
mod walk;
mod warp;

pub use along::{AxisWalk, axis_walks};
pub use answer::{CacheAnswer, Effort, Engine, LevelAnswer, SiteAnswer, ask, longest_exact_ns};
pub use counts::{Counts, SiteCounts};
pub use error::LocalityError;
pub use finding::{Finding, FindingCode, FindingsError, findings};
pub use predict::{Costs, Inner, Prediction};
pub use rank::{
    BreakEven, Ranked, RankedLayout, break_even, predict_blocked, predict_order, rank_layouts,
    rank_orders,
};
pub use replay::{Played, Replay, replay};
pub use sample::{LevelSample, Sampled, Sampling, Share, SiteSample, sample};
pub use simulate::{Exact, Simulated, simulate};
pub use survey::{Question, Survey, Surveyed, survey};
