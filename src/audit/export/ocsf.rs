//! OCSF 1.3: class API Activity (6003), the one for "somebody asked for an operation on a resource".

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::json;

use crate::audit::entry::{Entry, Severity};

const CLASS: u32 = 6003;
/// `activity_id` Other: none of create, read, update, delete is known.
const OTHER: u32 = 99;

pub(super) fn line(entry: &Entry, body: &str, origin: &str, out: &mut dyn Write) -> io::Result<()> {
    let severity = match entry.severity {
        Severity::Info => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    };
    let (status_id, status) = match entry.decision.as_deref() {
        Some("approved") => (1, "Success"),
        Some("rejected") => (2, "Failure"),
        _ => (0, "Unknown"),
    };
    let time = entry.ts.parse::<Timestamp>().map_or(0, |t| t.as_millisecond());
    let event = json!({
        "category_uid": 6, "class_uid": CLASS, "activity_id": OTHER, "activity_name": entry.kind,
        "type_uid": CLASS * 100 + OTHER, "severity_id": severity, "time": time, "status_id": status_id, "status": status,
        "metadata": {
            "version": "1.3.0", "uid": entry.id, "sequence": entry.seq, "log_name": origin, "correlation_uid": entry.correlation,
            "product": { "name": "govctl", "vendor_name": "govctl", "version": env!("CARGO_PKG_VERSION") },
        },
        "actor": { "user": { "name": entry.actor.id, "type": entry.actor.kind } },
        "api": { "operation": entry.action.as_deref().unwrap_or(&entry.kind) },
        "resources": entry.resource.iter().map(|r| json!({ "uid": r })).collect::<Vec<_>>(),
        "src_endpoint": { "name": "localhost" },
        "raw_data": body,
    });
    writeln!(out, "{event}")
}
