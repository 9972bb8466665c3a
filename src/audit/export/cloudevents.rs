//! CloudEvents 1.0, JSON format.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::audit::entry::Entry;

pub(super) fn line(entry: &Entry, body: &str, origin: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut event = json!({
        "specversion": "1.0",
        "id": entry.id,
        "source": format!("govctl:{origin}"),
        "type": format!("govctl.{}", entry.kind),
        "time": entry.ts,
        "datacontenttype": "application/json",
        "data": serde_json::from_str::<Value>(body)?,
    });
    if let Some(resource) = entry.resource.as_ref().filter(|r| !r.is_empty()) {
        event["subject"] = json!(resource);
    }
    writeln!(out, "{event}")
}
