//! Reports for people: what happened in a range of time, as one self-contained HTML file or as Markdown.
//!
//! [`Summary`] is a fold over the entries; every figure remembers some of the entries behind it.

mod html;
mod markdown;
mod svg;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::entry::{Entry, Severity};
use super::verdict::Verdict;

pub use html::{escape, page, write as html};
pub use markdown::{cell, write as markdown};

/// How many entries are named behind a figure.
const BEHIND: usize = 5;
/// How many bars a chart has.
const BARS: usize = 10;
/// How many different names are told apart; what comes later is counted under one name.
const NAMES: usize = 20_000;
/// How many violations are listed; all are counted.
const VIOLATIONS: usize = 200;
/// How many approvals are listed; all are counted.
const APPROVALS: usize = 200;

/// A count and some of the entries behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub seqs: Vec<u64>,
}

impl Figure {
    fn add(&mut self, seq: u64) {
        self.count += 1;
        if self.seqs.len() < BEHIND {
            self.seqs.push(seq);
        }
    }
}

/// Figures by name.
pub type Figures = BTreeMap<String, Figure>;

/// The course of an approval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval {
    /// When it was asked for.
    pub created: Option<Timestamp>,
    /// When and how it was decided.
    pub decided: Option<(Timestamp, String)>,
    /// Its entries.
    pub figure: Figure,
}

impl Approval {
    /// Seconds from the question to the answer.
    pub fn latency(&self) -> Option<i64> {
        Some(self.decided.as_ref()?.0.duration_since(self.created?).as_secs())
    }
}

/// What the log's verification says, as the report prints it.
#[derive(Clone, Debug, Default)]
pub struct Integrity {
    /// Whether every entry verifies.
    pub verified: bool,
    /// What was found.
    pub statement: Vec<String>,
    /// The newest checkpoint, as a signed note.
    pub checkpoint: String,
    /// The key it is signed with.
    pub vkey: String,
}

impl Integrity {
    /// From a verdict over the whole log, its newest checkpoint and its key.
    pub fn new(verdict: &Verdict, checkpoint: String, vkey: String) -> Self {
        let entries = verdict.walked.entries;
        let mut statement = match verdict.is_good() {
            true => vec![format!(
                "All {entries} entries of the log verify: canonical, chained, and under the root {}.",
                verdict.walked.tree.root().base64()
            )],
            false => vec![format!(
                "The log does NOT verify: {} bad entries, first at {}.",
                verdict.walked.problems.len(),
                verdict.first_bad.map_or("an unknown place".into(), |s| s.to_string())
            )],
        };
        statement.extend(verdict.failures.iter().chain(&verdict.not_ruled_out).cloned());
        Self { verified: verdict.is_good(), statement, checkpoint, vkey }
    }
}

/// What happened.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The log's name.
    pub origin: String,
    /// The range, in words.
    pub range: String,
    /// When the report was made, RFC 3339.
    pub generated: String,
    /// How many entries.
    pub entries: u64,
    /// The first and the last: number and time.
    pub ends: Option<((u64, String), (u64, String))>,
    /// By type.
    pub types: Figures,
    /// By decision.
    pub decisions: Figures,
    /// By day and decision.
    pub days: BTreeMap<String, BTreeMap<String, u64>>,
    /// By actor.
    pub actors: Figures,
    /// By rule that gave a reason.
    pub rules: Figures,
    /// By resource.
    pub resources: Figures,
    /// Refused or blocked, or of high severity; the first of them.
    pub violations: Vec<Entry>,
    /// How many of those there are.
    pub violation_count: u64,
    /// By approval id.
    pub approvals: BTreeMap<String, Approval>,
    /// Whether the log can be relied on.
    pub integrity: Integrity,
    /// The entries behind the figures.
    pub behind: Vec<Entry>,
}

impl Summary {
    /// Counts an entry.
    pub fn add(&mut self, entry: &Entry) {
        self.entries += 1;
        let end = (entry.seq, entry.ts.clone());
        self.ends = Some((self.ends.take().map_or_else(|| end.clone(), |e| e.0), end));
        count(&mut self.types, &entry.kind, entry.seq);
        count(&mut self.actors, &entry.actor.to_string(), entry.seq);
        if let Some(resource) = &entry.resource {
            count(&mut self.resources, resource, entry.seq);
        }
        entry.reasons.iter().filter_map(|r| r.rule.as_ref()).for_each(|r| count(&mut self.rules, r, entry.seq));
        if let Some(decision) = &entry.decision {
            count(&mut self.decisions, decision, entry.seq);
            let day = entry.ts.get(..10).unwrap_or_default().to_owned();
            *self.days.entry(day).or_default().entry(decision.clone()).or_default() += 1;
        }
        if is_violation(entry) {
            self.violation_count += 1;
            if self.violations.len() < VIOLATIONS {
                self.violations.push(entry.clone());
            }
        }
        self.approval(entry);
    }

    fn approval(&mut self, entry: &Entry) {
        let Some(id) = entry.approval.as_ref().filter(|_| entry.kind.starts_with("approval.")) else { return };
        if self.approvals.len() >= NAMES && !self.approvals.contains_key(id) {
            return;
        }
        let approval = self.approvals.entry(id.clone()).or_default();
        approval.figure.add(entry.seq);
        let at = entry.ts.parse().ok();
        match (entry.kind.as_str(), at) {
            ("approval.created", at) => approval.created = at,
            ("approval.granted" | "approval.rejected" | "approval.expired" | "approval.revoked", Some(at))
                if approval.decided.is_none() =>
            {
                approval.decided = Some((at, entry.kind["approval.".len()..].to_owned()));
            }
            _ => (),
        }
    }

    /// The numbers of the entries that the report shows behind its figures.
    pub fn needed(&self) -> BTreeSet<u64> {
        let charts = [&self.actors, &self.rules, &self.resources];
        let tops = charts.into_iter().flat_map(|f| top(f)).map(|(_, f)| f);
        let all = tops.chain(self.types.values()).chain(self.decisions.values());
        let approvals = self.approvals.values().take(APPROVALS).flat_map(|a| a.figure.seqs.iter());
        let mut seqs: BTreeSet<u64> = all.flat_map(|f| f.seqs.iter()).chain(approvals).copied().collect();
        seqs.extend(self.violations.iter().map(|v| v.seq));
        seqs
    }

    /// Latencies of the decided approvals in seconds, sorted.
    pub fn latencies(&self) -> Vec<i64> {
        let mut all: Vec<_> = self.approvals.values().filter_map(Approval::latency).collect();
        all.sort_unstable();
        all
    }
}

/// Refused, blocked, bypassed, or of high severity.
fn is_violation(entry: &Entry) -> bool {
    entry.decision.as_deref() == Some("rejected") || entry.kind == "check.blocked" || entry.severity >= Severity::High
}

fn count(figures: &mut Figures, name: &str, seq: u64) {
    if let Some(figure) = figures.get_mut(name) {
        return figure.add(seq);
    }
    let name = if figures.len() < NAMES { name } else { "(others)" };
    figures.entry(name.to_owned()).or_default().add(seq);
}

/// The most frequent, most frequent first.
pub fn top(figures: &Figures) -> Vec<(&String, &Figure)> {
    let mut all: Vec<_> = figures.iter().collect();
    all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then(a.0.cmp(b.0)));
    all.truncate(BARS);
    all
}

/// Seconds for people: `42 s`, `3 min`, `2.5 h`.
pub fn seconds(n: i64) -> String {
    match n {
        ..120 => format!("{n} s"),
        120..7200 => format!("{} min", n / 60),
        7200..172_800 => format!("{:.1} h", n as f64 / 3600.0),
        _ => format!("{:.1} d", n as f64 / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::{Actor, Event, Reason, Stamp, seal};
    use super::super::kind::EventType;
    use super::super::tree::Hash;
    use super::*;

    fn entry(seq: u64, kind: EventType, at: &str, change: impl Fn(&mut Event)) -> Entry {
        let mut event = Event::new(kind, Actor::new("agent", "<script>alert(1)</script>"));
        change(&mut event);
        let stamp = Stamp { seq, prev: Hash::ZERO, at: at.parse().unwrap(), id: uuid::Uuid::nil(), salt: [0; 16] };
        serde_json::from_str(&seal(&event, &stamp).unwrap().body).unwrap()
    }

    fn summary() -> Summary {
        let mut summary = Summary {
            origin: "govctl.local/<b>acme</b>".into(),
            range: "2026-11-20".into(),
            generated: "2026-11-21T00:00:00Z".into(),
            integrity: Integrity {
                verified: true,
                statement: vec!["All 4 entries verify.".into()],
                checkpoint: "o\n4\n".into(),
                vkey: "o+1+A".into(),
            },
            ..Summary::default()
        };
        let rejected = |e: &mut Event| {
            e.decision = Some("rejected".into());
            e.resource = Some("\"><img src=x onerror=alert(1)>|`".into());
            e.reasons = vec![Reason { code: "forbidden".into(), message: None, rule: Some("no-'push'".into()) }];
        };
        let approval = |e: &mut Event| e.approval = Some("ap_1".into());
        let all = [
            entry(1, EventType::GateRejected, "2026-11-19T10:00:00Z", rejected),
            entry(2, EventType::GateApproved, "2026-11-20T10:00:00Z", |e| e.decision = Some("approved".into())),
            entry(3, EventType::ApprovalCreated, "2026-11-20T10:00:00Z", approval),
            entry(4, EventType::ApprovalGranted, "2026-11-20T10:03:10Z", approval),
        ];
        all.iter().for_each(|e| summary.add(e));
        summary.behind = all.to_vec();
        summary
    }

    #[test]
    fn the_fold() {
        let summary = summary();
        assert_eq!((summary.entries, summary.violation_count, summary.latencies()), (4, 1, vec![190]));
        assert_eq!(summary.days["2026-11-19"]["rejected"], 1);
        assert_eq!(summary.needed().into_iter().collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn hostile_names_are_escaped_and_nothing_is_loaded() {
        let mut out = Vec::new();
        html(&summary(), &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        for bad in ["<script", "<img", "<b>acme", "http://", "https://", "src=", "javascript:"] {
            let escaped = page.replace("&lt;img src=x", "");
            assert!(!escaped.contains(bad), "{bad}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("3 min"));
    }

    #[test]
    fn markdown_tables_cannot_be_broken() {
        let mut out = Vec::new();
        markdown(&summary(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
