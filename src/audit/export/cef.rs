//! ArcSight's Common Event Format, version 0.

use std::io::{self, Write};

use jiff::Timestamp;

use crate::audit::entry::{Entry, Severity};

pub(super) fn line(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let severity = match entry.severity {
        Severity::Info => 1,
        Severity::Low => 3,
        Severity::Medium => 5,
        Severity::High => 8,
        Severity::Critical => 10,
    };
    let kind = header(&entry.kind);
    write!(out, "CEF:0|govctl|govctl|{}|{kind}|{kind}|{severity}|", env!("CARGO_PKG_VERSION"))?;
    let time = entry.ts.parse::<Timestamp>().map_or(0, |t| t.as_millisecond());
    let optional = [
        ("act", &entry.action),
        ("outcome", &entry.decision),
        ("request", &entry.resource),
        ("reason", &entry.outcome),
    ];
    let mut fields = vec![
        format!("rt={time}"),
        format!("suser={}", value(&entry.actor.to_string())),
        format!("externalId={}", entry.seq),
    ];
    fields.extend(optional.iter().filter_map(|(k, v)| v.as_ref().map(|v| format!("{k}={}", value(v)))));
    fields.push(format!("cs1Label=prev cs1={}", value(&entry.prev)));
    writeln!(out, "{}", fields.join(" "))
}

fn header(text: &str) -> String {
    text.replace('\\', r"\\").replace('|', r"\|")
}

fn value(text: &str) -> String {
    text.replace('\\', r"\\").replace('=', r"\=").replace('\n', r"\n").replace('\r', r"\r")
}
