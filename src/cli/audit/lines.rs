//! Entries as lines for people.

use std::io::{self, Write};

use colored::{Color, Colorize as _};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit::entry::{Entry, Severity};
use crate::plan::identifier::visible;
use crate::report::Style;

/// Prints entries as a table whose columns have fixed widths, so that it needs to know only one entry at a time.
pub struct Lines {
    zone: TimeZone,
    style: Style,
}

impl Lines {
    /// Times in `zone`, as wide as the terminal.
    pub fn new(zone: TimeZone, style: Style) -> Self {
        Self { zone, style }
    }

    /// The names of the columns.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn header(&self, out: &mut dyn Write) -> io::Result<()> {
        let line = format!("{:>7}  {:<19}  {:<24}  {:<20}  {:<17}  what", "seq", "time", "type", "actor", "decision");
        if self.style.color { writeln!(out, "{}", line.bold()) } else { writeln!(out, "{line}") }
    }

    /// One entry.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn entry(&self, body: &str, out: &mut dyn Write) -> io::Result<()> {
        let Ok(entry) = serde_json::from_str::<Entry>(body) else {
            return writeln!(out, "{:>7}  this entry does not read; run `govctl audit verify`", "?");
        };
        let time = entry.ts.parse::<Timestamp>().map_or_else(
            |_| entry.ts.clone(),
            |t| t.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        );
        let decision = entry.decision.as_deref().or(entry.outcome.as_deref()).unwrap_or("-");
        let what =
            [entry.action.as_deref(), entry.resource.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let start = format!("{:>7}  {time:<19}  ", entry.seq);
        let kind = fit(&entry.kind, 24);
        let rest = format!("  {}  {}  {}", fit(&entry.actor.to_string(), 20), fit(decision, 17), visible(&what));
        let room = self.style.width.map(|w| usize::from(w).saturating_sub(start.chars().count() + 24).max(20));
        let rest: String = room.map_or(rest.clone(), |room| rest.chars().take(room).collect());
        match (self.style.color, color(entry.severity)) {
            (true, Some(c)) => writeln!(out, "{}{}{}", start.dimmed(), kind.color(c), rest.trim_end()),
            (true, None) => writeln!(out, "{}{kind}{}", start.dimmed(), rest.trim_end()),
            _ => writeln!(out, "{start}{kind}{}", rest.trim_end()),
        }
    }
}

fn fit(text: &str, width: usize) -> String {
    let text = visible(text);
    if text.chars().count() <= width {
        return format!("{text:<width$}");
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

fn color(severity: Severity) -> Option<Color> {
    match severity {
        Severity::Info => None,
        Severity::Low => Some(Color::Cyan),
        Severity::Medium => Some(Color::Yellow),
        Severity::High | Severity::Critical => Some(Color::Red),
    }
}
