//! One HTML file that loads nothing and runs nothing.

use std::io::{self, Write};

use super::{APPROVALS, Figure, Figures, Summary, VIOLATIONS, seconds, svg, top};
use crate::audit::entry::Entry;
use crate::plan::identifier::visible;

/// Text as it may stand in an element or an attribute.
pub fn escape(text: &str) -> String {
    visible(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A page around some content.
///
/// # Errors
/// Those of `out`.
pub fn page(title: &str, out: &mut dyn Write, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let title = escape(title);
    // Even if an escape were forgotten somewhere, a browser that honours this runs and loads nothing.
    let csp = "default-src 'none'; style-src 'unsafe-inline'";
    let style = include_str!("style.css");
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"{csp}\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{style}</style></head><body>\n"
    )?;
    body(out)?;
    writeln!(out, "</body></html>")
}

/// The report.
///
/// # Errors
/// Those of `out`.
pub fn write(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    page(&format!("Audit report: {}", summary.origin), out, |out| {
        head(summary, out)?;
        writeln!(out, "<h2>Decisions over time</h2>")?;
        if summary.days.is_empty() {
            writeln!(out, "<p class=\"dim\">No decisions in this range.</p>")?;
        } else {
            writeln!(out, "{}", svg::days(&summary.days))?;
        }
        for (title, figures) in
            [("Actors", &summary.actors), ("Rules", &summary.rules), ("Resources", &summary.resources)]
        {
            chart(title, figures, out)?;
        }
        figures_table("By type", &summary.types, out)?;
        violations(summary, out)?;
        approvals(summary, out)?;
        integrity(summary, out)?;
        entries(summary, out)
    })
}

fn head(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h1>Audit report</h1><p><b>{}</b> · {}</p>", escape(&summary.origin), escape(&summary.range))?;
    writeln!(
        out,
        "<p class=\"dim\">Made {} by govctl {}</p><div class=\"cards\">",
        escape(&summary.generated),
        env!("CARGO_PKG_VERSION")
    )?;
    let decision = |name: &str| summary.decisions.get(name).map_or(0, |f| f.count);
    let cards = [
        ("entries", summary.entries),
        ("approved", decision("approved")),
        ("need approval", decision("requires_approval")),
        ("rejected", decision("rejected")),
        ("violations", summary.violation_count),
        ("approvals", summary.approvals.len() as u64),
    ];
    for (name, count) in cards {
        write!(out, "<div class=\"card\"><b>{count}</b>{name}</div>")?;
    }
    let (class, word) = if summary.integrity.verified { ("good", "verified") } else { ("bad", "NOT verified") };
    writeln!(out, "<div class=\"card {class}\"><b>{word}</b>integrity</div></div>")
}

fn chart(title: &str, figures: &Figures, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>{title}</h2>")?;
    if figures.is_empty() {
        return writeln!(out, "<p class=\"dim\">None in this range.</p>");
    }
    writeln!(out, "{}<details><summary>The entries behind it</summary>", svg::bars(title, figures))?;
    table(&top(figures), out)?;
    writeln!(out, "</details>")
}

fn figures_table(title: &str, figures: &Figures, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>{title}</h2>")?;
    table(&figures.iter().collect::<Vec<_>>(), out)
}

fn table(rows: &[(&String, &Figure)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<table><tr><th>name<th class=\"n\">count<th>entries</tr>")?;
    for (name, figure) in rows {
        writeln!(out, "<tr><td>{}<td class=\"n\">{}<td>{}</tr>", escape(name), figure.count, links(figure))?;
    }
    writeln!(out, "</table>")
}

fn links(figure: &Figure) -> String {
    let mut links: Vec<_> = figure.seqs.iter().map(|s| format!("<a href=\"#e{s}\">{s}</a>")).collect();
    if figure.count > figure.seqs.len() as u64 {
        links.push("…".into());
    }
    links.join(" ")
}

fn violations(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Violations</h2>")?;
    if summary.violations.is_empty() {
        return writeln!(out, "<p class=\"dim\">Nothing was rejected or blocked.</p>");
    }
    if summary.violation_count > VIOLATIONS as u64 {
        writeln!(out, "<p>The first {VIOLATIONS} of {}.</p>", summary.violation_count)?;
    }
    writeln!(out, "<table><tr><th>entry<th>time<th>severity<th>type<th>actor<th>what<th>why</tr>")?;
    for e in &summary.violations {
        let why: Vec<_> = e.reasons.iter().map(|r| r.rule.as_ref().unwrap_or(&r.code).clone()).collect();
        writeln!(
            out,
            "<tr><td><a href=\"#e{seq}\">{seq}</a><td>{}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
            escape(&e.ts),
            e.severity,
            escape(&e.kind),
            escape(&e.actor.to_string()),
            escape(&what(e)),
            escape(&why.join(", ")),
            seq = e.seq,
        )?;
    }
    writeln!(out, "</table>")
}

fn approvals(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<h2>Approvals</h2>")?;
    if summary.approvals.is_empty() {
        return writeln!(out, "<p class=\"dim\">None in this range.</p>");
    }
    let latencies = summary.latencies();
    if let (Some(median), Some(longest)) = (latencies.get(latencies.len() / 2), latencies.last()) {
        writeln!(
            out,
            "<p>{} decided; median {}, longest {}.</p>",
            latencies.len(),
            seconds(*median),
            seconds(*longest)
        )?;
    }
    if summary.approvals.len() > APPROVALS {
        writeln!(out, "<p>The first {APPROVALS} of {}.</p>", summary.approvals.len())?;
    }
    writeln!(out, "<table><tr><th>approval<th>outcome<th class=\"n\">latency<th>entries</tr>")?;
    for (id, approval) in summary.approvals.iter().take(APPROVALS) {
        let outcome = approval.decided.as_ref().map_or("pending", |d| d.1.as_str());
        let latency = approval.latency().map_or("–".into(), seconds);
        writeln!(
            out,
            "<tr><td>{}<td>{}<td class=\"n\">{latency}<td>{}</tr>",
            escape(id),
            escape(outcome),
            links(&approval.figure)
        )?;
    }
    writeln!(out, "</table>")
}

fn integrity(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let integrity = &summary.integrity;
    let class = if integrity.verified { "good" } else { "bad" };
    writeln!(out, "<h2>Integrity</h2><div class=\"card {class}\">")?;
    for line in &integrity.statement {
        writeln!(out, "<p>{}</p>", escape(line))?;
    }
    let checkpoint: Vec<_> = integrity.checkpoint.lines().map(escape).collect();
    writeln!(
        out,
        "</div><p>Newest checkpoint:</p><pre>{}</pre><p>Verifier key:</p><pre>{}</pre>",
        checkpoint.join("\n"),
        escape(&integrity.vkey)
    )
}

fn entries(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "<h2>The entries behind the figures</h2><table><tr><th>entry<th>time<th>type<th>actor<th>decision<th>what</tr>"
    )?;
    for e in &summary.behind {
        writeln!(
            out,
            "<tr id=\"e{seq}\"><td>{seq}<td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
            escape(&e.ts),
            escape(&e.kind),
            escape(&e.actor.to_string()),
            escape(e.decision.as_deref().unwrap_or("–")),
            escape(&what(e)),
            seq = e.seq,
        )?;
    }
    writeln!(out, "</table>")
}

fn what(entry: &Entry) -> String {
    [entry.action.as_deref(), entry.resource.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}
