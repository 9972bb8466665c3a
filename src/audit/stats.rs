//! Counts by group, as a table with bars, JSON, CSV or Prometheus text.

use std::io::{self, Write};

use serde_json::json;

use super::export::csv_cell;

/// What entries are counted by. Days and hours are in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// Their type.
    #[default]
    EventType,
    /// Who.
    Actor,
    /// What was asked for.
    Action,
    /// What it was done to.
    Resource,
    /// What was decided.
    Decision,
    /// How much attention they deserve.
    Severity,
    /// The day.
    Day,
    /// The hour.
    Hour,
}

impl GroupBy {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            GroupBy::EventType => "event_type",
            GroupBy::Actor => "actor",
            GroupBy::Action => "action",
            GroupBy::Resource => "resource",
            GroupBy::Decision => "decision",
            GroupBy::Severity => "severity",
            GroupBy::Day => "day",
            GroupBy::Hour => "hour",
        }
    }
}

/// Groups and their counts.
pub type Counts = [(String, u64)];

/// A table with bars, `width` columns wide.
///
/// # Errors
/// Those of `out`.
pub fn table(counts: &Counts, by: GroupBy, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = counts.iter().map(|c| c.1).sum();
    let most = counts.iter().map(|c| c.1).max().unwrap_or(0).max(1);
    let label = |name: &str| if name.is_empty() { "(none)".to_owned() } else { name.to_owned() };
    let names = counts.iter().map(|c| label(&c.0).chars().count()).max().unwrap_or(0).clamp(by.name().len(), width / 2);
    let digits = total.to_string().len().max(5);
    let room = width.saturating_sub(names + digits + 12).clamp(10, 60);
    writeln!(out, "{:<names$}  {:>digits$}  share", by.name(), "count")?;
    for (name, count) in counts {
        let name: String = label(name).chars().take(names).collect();
        let share = 100.0 * *count as f64 / total.max(1) as f64;
        let eighths = (*count as f64 / most as f64 * room as f64 * 8.0).round() as usize;
        writeln!(out, "{name:<names$}  {count:>digits$}  {share:>4.0}%  {}", bar(eighths.max(1)))?;
    }
    writeln!(out, "{:<names$}  {total:>digits$}", "total")
}

fn bar(eighths: usize) -> String {
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    format!("{}{}", "█".repeat(eighths / 8), rest.get(eighths % 8).copied().unwrap_or_default())
}

/// One JSON object.
///
/// # Errors
/// Those of `out`.
pub fn json(counts: &Counts, by: GroupBy, out: &mut dyn Write) -> io::Result<()> {
    let groups: Vec<_> = counts.iter().map(|(name, count)| json!({ "name": name, "count": count })).collect();
    let total: u64 = counts.iter().map(|c| c.1).sum();
    writeln!(out, "{}", json!({ "schema_version": "1", "group_by": by.name(), "total": total, "groups": groups }))
}

/// Two columns with a header.
///
/// # Errors
/// Those of `out`.
pub fn csv(counts: &Counts, by: GroupBy, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{},count\r", by.name())?;
    counts.iter().try_for_each(|(name, count)| writeln!(out, "{},{count}\r", csv_cell(name)))
}

/// The Prometheus text format 0.0.4.
///
/// # Errors
/// Those of `out`.
pub fn prometheus(counts: &Counts, by: GroupBy, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# HELP govctl_audit_entries Entries in the audit log.\n# TYPE govctl_audit_entries gauge")?;
    for (name, count) in counts {
        let value = name.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
        writeln!(out, "govctl_audit_entries{{{}=\"{value}\"}} {count}", by.name())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn sample() -> Vec<(String, u64)> {
        vec![("gate.approved".into(), 30), ("=cmd|'x'".into(), 10), (String::new(), 1)]
    }

    #[test]
    fn every_format() {
        let counts = sample();
        let table = text(|o| table(&counts, GroupBy::EventType, 60, o));
        assert!(
            table.contains("gate.approved     30    73%  █") && table.contains("(none)") && table.ends_with("41\n"),
            "{table}"
        );
        assert!(table.lines().all(|l| l.chars().count() <= 60), "{table}");
        let json: serde_json::Value = serde_json::from_str(&text(|o| json(&counts, GroupBy::Actor, o))).unwrap();
        assert_eq!((&json["total"], &json["groups"][1]["count"]), (&json!(41), &json!(10)));
        assert_eq!(
            text(|o| csv(&counts, GroupBy::Action, o)),
            "action,count\r\ngate.approved,30\r\n'=cmd|'x',10\r\n,1\r\n"
        );
        let prometheus = text(|o| prometheus(&[("a\"\\\n".into(), 2)], GroupBy::Day, o));
        assert!(prometheus.ends_with("govctl_audit_entries{day=\"a\\\"\\\\\\n\"} 2\n"), "{prometheus}");
    }

    #[test]
    fn nothing_to_count() {
        assert!(text(|o| table(&[], GroupBy::Day, 80, o)).contains("total"));
    }
}
