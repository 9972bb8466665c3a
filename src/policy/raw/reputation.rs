//! `[reputation]`: what an actor's record is worth.

use super::Names;
use super::values::{Pattern, Ratio};

section! {
    /// What an actor's record is worth, in points; trust is score / 200.
    pub struct Reputation {
        /// What a new actor starts with.
        #[schemars(range(min = 0, max = 1_000_000))]
        pub initial_score: u32 = 100,
        /// The highest score.
        #[schemars(range(min = 1, max = 1_000_000))]
        pub max_score: u32 = 200,
        /// Most points gained in a day; losses are never capped.
        #[schemars(range(min = 0, max = 1_000_000))]
        pub cap_gain_per_day: u32 = 20,
        /// Levels by name, from 0 without gaps; an actor's level is always derived from its score.
        pub permission_levels: Names<PermissionLevel>,
        /// Points by event.
        #[schemars(extend("x-govctl-keys" = "score-event"))]
        pub scoring_rules: Names<Points>,
        /// Towards `initial_score` for an idle actor, computed from the time stamps.
        pub decay: Decay,
    }

    /// What a score allows.
    #[schemars(extend("required" = ["min_score"]))]
    pub struct PermissionLevel {
        /// Required. The least score.
        #[schemars(range(min = 0, max = 1_000_000))]
        pub min_score: u32,
        /// What an actor of this level, or of a higher one, may do.
        pub allowed_operations: Vec<Pattern>,
    }

    /// How an idle actor's score moves.
    pub struct Decay {
        /// Whether it does.
        pub enabled: bool,
        /// The share of the distance to `initial_score` per week.
        pub rate_per_week: Ratio = Ratio::hundredths(1),
        /// It falls no lower than this.
        #[schemars(range(min = 0, max = 1_000_000))]
        pub min_score: u32,
    }
}

/// Points gained or lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct Points(#[schemars(range(min = -1_000_000, max = 1_000_000))] pub i32);
