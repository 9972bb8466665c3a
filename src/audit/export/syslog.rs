//! RFC 5424, facility 13 (log audit).

use std::io::{self, Write};

use crate::audit::entry::{Entry, Severity};

const FACILITY: u8 = 13;

pub(super) fn line(entry: &Entry, body: &str, out: &mut dyn Write) -> io::Result<()> {
    let severity = match entry.severity {
        Severity::Info => 6,
        Severity::Low => 5,
        Severity::Medium => 4,
        Severity::High => 3,
        Severity::Critical => 2,
    };
    let parameter = |(name, value): (&str, &str)| format!(" {name}=\"{}\"", escape(value));
    let seq = entry.seq.to_string();
    let actor = entry.actor.to_string();
    let optional = [("action", &entry.action), ("resource", &entry.resource), ("decision", &entry.decision)];
    let data: String = [("seq", seq.as_str()), ("actor", actor.as_str())]
        .into_iter()
        .chain(optional.iter().filter_map(|(n, v)| v.as_deref().map(|v| (*n, v))))
        .map(parameter)
        .collect();
    let id: String = entry.kind.chars().filter(char::is_ascii_graphic).take(32).collect();
    // The byte order mark says that what follows is UTF-8. 32473 is the number for examples: govctl has none of its own.
    writeln!(out, "<{}>1 {} - govctl - {id} [govctl@32473{data}] \u{feff}{body}", FACILITY * 8 + severity, entry.ts)
}

fn escape(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace(']', r"\]")
}
