//! Charts as inline SVG, coloured by the page's style sheet.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::html::escape;
use super::{Figure, top};

const WIDTH: u64 = 960;
const DECISIONS: [&str; 3] = ["approved", "requires_approval", "rejected"];

/// Horizontal bars, the most frequent first.
pub(super) fn bars(title: &str, figures: &BTreeMap<String, Figure>) -> String {
    let rows = top(figures);
    let most = rows.first().map_or(1, |r| r.1.count).max(1);
    let height = rows.len() as u64 * 26 + 4;
    let mut svg = format!(r#"<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{}">"#, escape(title));
    for (i, (name, figure)) in rows.iter().enumerate() {
        let y = i as u64 * 26;
        let length = (figure.count * 560 / most).max(2);
        let short: String = name.chars().take(44).collect();
        let more = if short.len() < name.len() { "…" } else { "" };
        let _ = write!(
            svg,
            r#"<g><title>{}: {count}</title><text x="300" y="{}" text-anchor="end">{}{more}</text><rect x="312" y="{}" width="{length}" height="16" rx="2" fill="var(--bar)"/><text class="d" x="{}" y="{}">{count}</text></g>"#,
            escape(name),
            y + 17,
            escape(&short),
            y + 5,
            318 + length,
            y + 17,
            count = figure.count,
        );
    }
    svg + "</svg>"
}

/// A stacked column a day (or a group of days, where there are many).
pub(super) fn days(days: &BTreeMap<String, BTreeMap<String, u64>>) -> String {
    let per_column = days.len().div_ceil(60).max(1);
    let columns: Vec<_> = days.iter().collect::<Vec<_>>().chunks(per_column).map(column).collect();
    let most = columns.iter().map(|c| c.1.iter().sum::<u64>()).max().unwrap_or(1).max(1);
    let step = ((WIDTH - 40) / columns.len().max(1) as u64).clamp(8, 60);
    let mut svg = format!(r#"<svg viewBox="0 0 {WIDTH} 240" role="img" aria-label="Decisions over time">"#);
    let _ = write!(
        svg,
        r#"<text class="d" x="0" y="14">{most}</text><path d="M30 200H{WIDTH}M30 10H{WIDTH}" stroke="var(--line)"/>"#
    );
    for (i, (label, counts)) in columns.iter().enumerate() {
        let x = 32 + i as u64 * step;
        let _ = write!(svg, "<g><title>{}: {}</title>", escape(label), counts.iter().sum::<u64>());
        let mut y = 200;
        for (decision, count) in DECISIONS.iter().zip(counts) {
            let height = count * 190 / most + u64::from(*count > 0 && count * 190 < most);
            y -= height.min(y);
            let _ = write!(
                svg,
                r#"<rect x="{x}" y="{y}" width="{}" height="{height}" fill="var(--{decision})"/>"#,
                step - 3
            );
        }
        svg += "</g>";
        if (i as u64).is_multiple_of((90 / step).max(1)) {
            let _ =
                write!(svg, r#"<text class="d" x="{x}" y="216">{}</text>"#, escape(label.get(..10).unwrap_or(label)));
        }
    }
    for (i, decision) in DECISIONS.iter().enumerate() {
        let x = 32 + i as u64 * 170;
        let _ = write!(
            svg,
            r#"<rect x="{x}" y="226" width="10" height="10" fill="var(--{decision})"/><text x="{}" y="235">{}</text>"#,
            x + 15,
            decision.replace('_', " ")
        );
    }
    svg + "</svg>"
}

fn column(days: &[(&String, &BTreeMap<String, u64>)]) -> (String, [u64; 3]) {
    let mut counts = [0; 3];
    for (_, day) in days {
        for (sum, decision) in counts.iter_mut().zip(DECISIONS) {
            *sum += day.get(decision).copied().unwrap_or(0);
        }
    }
    let label = match days {
        [(only, _)] => (*only).clone(),
        [(first, _), .., (last, _)] => format!("{first} to {last}"),
        [] => String::new(),
    };
    (label, counts)
}
