//! RFC 4180.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::audit::entry::Entry;

pub(super) const COLUMNS: &str = "seq,ts,type,severity,tenant,actor,on_behalf_of,auth,action,resource,environment,decision,enforced,tier,outcome,approval,correlation,reasons,tags,action_hash,policy_hash,data_commit,id,prev";

pub(super) fn header(out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{COLUMNS}\r\n")
}

pub(super) fn row(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    let cells = cells(entry);
    let row: Vec<_> = cells.iter().map(|c| cell(c)).collect();
    write!(out, "{}\r\n", row.join(","))
}

/// The values of [`COLUMNS`]; empty where the entry has none.
pub(super) fn cells(entry: &Entry) -> [String; 24] {
    let text = |v: &Option<String>| v.clone().unwrap_or_default();
    [
        entry.seq.to_string(),
        entry.ts.clone(),
        entry.kind.clone(),
        entry.severity.to_string(),
        entry.tenant.clone(),
        entry.actor.to_string(),
        text(&entry.actor.on_behalf_of),
        text(&entry.actor.auth),
        text(&entry.action),
        text(&entry.resource),
        text(&entry.environment),
        text(&entry.decision),
        entry.enforced.map(|e| e.to_string()).unwrap_or_default(),
        entry.tier.map(|t| t.to_string()).unwrap_or_default(),
        text(&entry.outcome),
        text(&entry.approval),
        text(&entry.correlation),
        entry.reasons.iter().map(|r| r.code.as_str()).collect::<Vec<_>>().join(" "),
        entry.tags.join(" "),
        text(&entry.action_hash),
        text(&entry.policy_hash),
        text(&entry.data_commit),
        entry.id.clone(),
        entry.prev.clone(),
    ]
}

/// A cell: quoted where it must be, and with an apostrophe before what a spreadsheet would take for a formula.
pub fn cell(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    match text.contains([',', '"', '\n', '\r']) {
        true => Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells() {
        for (text, expected) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-1", "'-1"),
            ("=\"a\"", "\"'=\"\"a\"\"\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
