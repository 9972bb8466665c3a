//! `[budgets]`: what may be spent. Money is exact: micro-dollars.

use super::Names;
use super::values::{Decimal, Ratio};

section! {
    /// What may be spent. A limit that is not given does not bind.
    pub struct Budgets {
        /// In a day, UTC.
        pub daily: Budget,
        /// In an hour, UTC.
        pub hourly: Budget,
        /// For one task.
        pub per_task: Budget,
        /// When it is told.
        pub alerts: Alerts,
        /// Prices by model; a model without a price is an error, not free.
        pub prices: Names<Price>,
    }

    /// One limit.
    pub struct Budget {
        /// Most money, in US dollars.
        #[schemars(extend("minimum" = 0))]
        pub max_usd: Option<Decimal>,
        /// Most tokens.
        #[schemars(range(min = 0, max = 1_000_000_000_000u64))]
        pub max_tokens: Option<u64>,
    }

    /// The shares of a limit at which it is told.
    pub struct Alerts {
        /// The first time.
        pub warning: Ratio = Ratio::hundredths(80),
        /// The second time.
        pub critical: Ratio = Ratio::hundredths(95),
    }

    /// The price of a model.
    #[schemars(extend("required" = ["input", "output"]))]
    pub struct Price {
        /// Required. US dollars per 1000 tokens read.
        #[schemars(extend("minimum" = 0))]
        pub input: Decimal,
        /// Required. US dollars per 1000 tokens written.
        #[schemars(extend("minimum" = 0))]
        pub output: Decimal,
    }
}
