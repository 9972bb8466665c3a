//! The report as Markdown.

use std::io::{self, Write};

use super::{Figures, Summary, seconds, top};
use crate::plan::identifier::visible;

/// Text as it may stand in a table's cell.
pub fn cell(text: &str) -> String {
    let escape = |c: char| match c {
        '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' => format!("\\{c}"),
        '<' => "&lt;".into(),
        '>' => "&gt;".into(),
        '&' => "&amp;".into(),
        c => c.to_string(),
    };
    visible(text).chars().map(escape).collect()
}

/// The report.
///
/// # Errors
/// Those of `out`.
pub fn write(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "# Audit report\n\n{}, {}. Made {}.\n",
        cell(&summary.origin),
        cell(&summary.range),
        summary.generated
    )?;
    let decision = |name: &str| summary.decisions.get(name).map_or(0, |f| f.count);
    writeln!(
        out,
        "| entries | approved | need approval | rejected | violations | approvals |\n|--:|--:|--:|--:|--:|--:|"
    )?;
    writeln!(
        out,
        "| {} | {} | {} | {} | {} | {} |",
        summary.entries,
        decision("approved"),
        decision("requires_approval"),
        decision("rejected"),
        summary.violation_count,
        summary.approvals.len()
    )?;
    let figures = [
        ("Types", &summary.types),
        ("Actors", &summary.actors),
        ("Rules", &summary.rules),
        ("Resources", &summary.resources),
    ];
    figures.iter().try_for_each(|(title, figures)| table(title, figures, out))?;
    violations(summary, out)?;
    writeln!(out, "\n## Approvals\n")?;
    let latencies = summary.latencies();
    match (latencies.get(latencies.len() / 2), latencies.last()) {
        (Some(median), Some(longest)) => {
            writeln!(out, "{} decided; median {}, longest {}.", latencies.len(), seconds(*median), seconds(*longest))?
        }
        _ => writeln!(out, "None decided in this range.")?,
    }
    writeln!(out, "\n## Integrity\n")?;
    summary.integrity.statement.iter().try_for_each(|line| writeln!(out, "{}\n", cell(line)))?;
    writeln!(
        out,
        "    {}\n\nVerifier key:\n\n    {}",
        summary.integrity.checkpoint.trim_end().replace('\n', "\n    "),
        summary.integrity.vkey
    )
}

fn violations(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Violations\n")?;
    for e in &summary.violations {
        let what = [e.action.as_deref(), e.resource.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        writeln!(
            out,
            "- entry {} ({}): {} by {} {}",
            e.seq,
            e.ts,
            cell(&e.kind),
            cell(&e.actor.to_string()),
            cell(&what)
        )?;
    }
    if summary.violations.is_empty() {
        writeln!(out, "Nothing was rejected or blocked.")?;
    }
    Ok(())
}

fn table(title: &str, figures: &Figures, out: &mut dyn Write) -> io::Result<()> {
    if figures.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {title}\n\n| name | count | entries |\n|---|--:|---|")?;
    for (name, figure) in top(figures) {
        let seqs: Vec<_> = figure.seqs.iter().map(u64::to_string).collect();
        writeln!(out, "| {} | {} | {} |", cell(name), figure.count, seqs.join(" "))?;
    }
    Ok(())
}
