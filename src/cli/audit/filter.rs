//! The flags that say which entries are meant.

use anyhow::{Result, anyhow, bail};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit::query::{Field, Query, did_you_mean, parse_duration, parse_time};
use crate::audit::{EventType, Severity};

/// Which entries. A flag given twice means either; `*`, `?` and `[…]` match as in shells.
#[derive(clap::Args, Debug, Default)]
pub struct Filter {
    /// By type: gate.rejected, check.*
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub event_type: Vec<String>,
    /// By actor: agent:claude, or claude alone
    #[arg(long, value_name = "ACTOR")]
    pub actor: Vec<String>,
    /// By action
    #[arg(long, value_name = "ACTION")]
    pub action: Vec<String>,
    /// By resource
    #[arg(long, value_name = "RESOURCE")]
    pub resource: Vec<String>,
    /// By decision: approved, requires_approval, rejected
    #[arg(long, value_name = "DECISION", value_delimiter = ',')]
    pub decision: Vec<String>,
    /// By severity: info, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY", value_delimiter = ',')]
    pub severity: Vec<Severity>,
    /// By correlation id
    #[arg(long, value_name = "ID")]
    pub correlation: Vec<String>,
    /// By tag
    #[arg(long, value_name = "TAG")]
    pub tag: Vec<String>,
    /// By tenant
    #[arg(long, value_name = "TENANT")]
    pub tenant: Vec<String>,
    #[command(flatten)]
    pub range: Range,
}

/// Which time.
#[derive(clap::Args, Debug, Default)]
pub struct Range {
    /// Not before: 2026-11-20, 2026-11-20T12:00, RFC 3339, or 24h for a day ago
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Before
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// The time that just passed: 90s, 5m, 24h, 7d, 2w
    #[arg(long, value_name = "DURATION", conflicts_with_all = ["from", "to"])]
    pub last: Option<String>,
    /// Read and print times in UTC, not in the local zone
    #[arg(long)]
    pub utc: bool,
}

impl Range {
    /// The zone that times are read and printed in.
    pub fn zone(&self) -> TimeZone {
        if self.utc { TimeZone::UTC } else { TimeZone::system() }
    }

    /// Narrows a query to this time.
    ///
    /// # Errors
    /// What is no time or duration; a range that ends before it begins.
    pub fn narrow(&self, query: Query) -> Result<Query> {
        let now = Timestamp::now();
        if let Some(last) = &self.last {
            let ago = parse_duration(last).map_err(|e| anyhow!("--last: {e}"))?;
            return query.between(now.checked_sub(ago).ok(), None).map_err(|e| anyhow!(e));
        }
        let read = |flag: &str, text: &Option<String>| {
            let at = text.as_ref().map(|t| parse_time(t, &self.zone(), now)).transpose();
            at.map_err(|e| anyhow!("{flag}: {e}"))
        };
        query.between(read("--from", &self.from)?, read("--to", &self.to)?).map_err(|e| anyhow!(e))
    }
}

impl Filter {
    /// The query it means.
    ///
    /// # Errors
    /// A type or decision that does not exist, a bad time.
    pub fn query(&self) -> Result<Query> {
        let types: Vec<_> = EventType::ALL.iter().map(|t| t.name()).collect();
        known("--event-type", &self.event_type, &types)?;
        known("--decision", &self.decision, &["approved", "requires_approval", "rejected"])?;
        let severities: Vec<_> = self.severity.iter().map(ToString::to_string).collect();
        let query = Query::default()
            .filter(Field::Type, &self.event_type)
            .filter(Field::Actor, &self.actor)
            .filter(Field::Action, &self.action)
            .filter(Field::Resource, &self.resource)
            .filter(Field::Decision, &self.decision)
            .filter(Field::Severity, &severities)
            .filter(Field::Correlation, &self.correlation)
            .filter(Field::Tag, &self.tag)
            .filter(Field::Tenant, &self.tenant);
        self.range.narrow(query)
    }
}

fn known(flag: &str, given: &[String], names: &[&str]) -> Result<()> {
    let is_known = |g: &str| g.contains(['*', '?', '[']) || names.contains(&g);
    let Some(unknown) = given.iter().find(|g| !is_known(g)) else { return Ok(()) };
    let hint = match did_you_mean(unknown, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", names.join(", ")),
    };
    bail!("{flag}: there is no `{unknown}`; {hint}")
}
