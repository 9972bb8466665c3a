//! `govctl audit schema`.

use anyhow::Result;

use crate::audit::Entry;
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

pub(super) fn run(terminal: &mut Terminal) -> Result<Exit> {
    let mut schema = schemars::schema_for!(Entry);
    schema.insert("$id".into(), "https://govctl.dev/schema/audit-entry-1.json".into());
    schema.insert("title".into(), "govctl audit entry".into());
    writeln!(terminal.out(), "{}", serde_json::to_string_pretty(&schema)?)?;
    Ok(Exit::Clean)
}
