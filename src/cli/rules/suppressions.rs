//! `govctl rules suppressions`: every suppression with its age, reason and expiry.

use std::fs;
use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::check::{self, output};
use crate::cli::policy::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs, clock};
use crate::engine::suppress::Directive;
use crate::policy::load::Loaded;
use crate::report::escape::visible;
use crate::source::git::{Location, Repo};

/// One suppression.
#[derive(Serialize)]
struct Suppression {
    /// `comment` or `policy`.
    kind: &'static str,
    /// The file, or the globs of files.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    rules: Vec<String>,
    reason: String,
    /// The last day it holds.
    expires: Option<String>,
    expired: bool,
    /// The day its line was last changed; `None` where no commit has it.
    since: Option<String>,
    age_days: Option<i64>,
}

/// Runs the subcommand.
///
/// # Errors
/// A policy that does not hold; what makes a check impossible. What could not be read is told, and the status is 2.
pub fn run(json: bool, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    let (directives, resolved, report) = check::suppressions(policy)?;
    let today = clock::today();
    let mut all = comments(&directives, &today)?;
    let allowances = &resolved.checks.synthetic.allow;
    let headings = headings(policy, allowances.len());
    all.extend(allowances.iter().zip(headings).map(|(a, written)| {
        let expires = a.expires.0.to_string();
        Suppression {
            kind: "policy",
            path: a.paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            line: None,
            rules: a.rules.iter().map(ToString::to_string).collect(),
            reason: a.reason.clone(),
            expired: expires < today,
            expires: Some(expires),
            since: day(written),
            age_days: age(written),
        }
    }));
    if json {
        let document = serde_json::json!({ "schema_version": "1", "suppressions": all });
        writeln!(terminal.out(), "{document:#}")?;
    } else {
        table(&all, terminal)?;
    }
    output::tell_gaps(&report, terminal);
    Ok(if report.is_complete() { Exit::Clean } else { Exit::Failure })
}

fn comments(directives: &[Directive], today: &str) -> Result<Vec<Suppression>> {
    let dir = working_directory()?;
    let repo = Repo::open(&Location::new(&dir, |name| std::env::var_os(name))).ok();
    let mut out = Vec::with_capacity(directives.len());
    for of_file in directives.chunk_by(|a, b| a.path == b.path) {
        let lines: Vec<u32> = of_file.iter().map(|d| d.line).collect();
        let written = repo.as_ref().map_or_else(|| vec![None; lines.len()], |r| written(r, &of_file[0].path, &lines));
        out.extend(of_file.iter().zip(written).map(|(d, at)| comment(d, at, today)));
    }
    Ok(out)
}

fn written(repo: &Repo, path: &str, lines: &[u32]) -> Vec<Option<i64>> {
    let text = repo.work_tree().and_then(|root| fs::read(root.join(path)).ok());
    text.map_or_else(|| vec![None; lines.len()], |text| repo.written(Path::new(path), &text, lines))
}

fn comment(directive: &Directive, written: Option<i64>, today: &str) -> Suppression {
    Suppression {
        kind: "comment",
        path: directive.path.clone(),
        line: Some(directive.line),
        rules: directive.rules.iter().map(|g| g.as_str().to_owned()).collect(),
        reason: directive.reason.clone(),
        expired: directive.until.as_deref().is_some_and(|until| until < today),
        expires: directive.until.clone(),
        since: day(written),
        age_days: age(written),
    }
}

fn day(written: Option<i64>) -> Option<String> {
    Timestamp::from_second(written?).ok().map(|t| t.strftime("%Y-%m-%d").to_string())
}

fn age(written: Option<i64>) -> Option<i64> {
    Timestamp::from_second(written?).ok().map(|t| Timestamp::now().duration_since(t).as_hours() / 24)
}

/// When the headings of a policy's allowances were written; `None` where its file is in no commit, or they stand elsewhere.
fn headings(policy: &PolicyArgs, count: usize) -> Vec<Option<i64>> {
    let find = || {
        let dir = working_directory().ok()?;
        let Ok(Loaded::File { path, .. }) = policy.load_here() else { return None };
        let text = fs::read_to_string(&path).ok()?;
        let is_heading = |line: &str| line.replace([' ', '\t'], "").starts_with("[[checks.synthetic.allow]]");
        let lines: Vec<u32> = (1..).zip(text.lines()).filter(|(_, l)| is_heading(l)).map(|(n, _)| n).collect();
        let repo = Repo::open(&Location::new(&dir, |name| std::env::var_os(name))).ok()?;
        let root = fs::canonicalize(repo.work_tree()?).ok()?;
        let path = fs::canonicalize(path).ok()?;
        let written = repo.written(path.strip_prefix(&root).ok()?, text.as_bytes(), &lines);
        (written.len() == count).then_some(written)
    };
    find().unwrap_or_else(|| vec![None; count])
}

fn table(all: &[Suppression], terminal: &mut Terminal) -> Result<()> {
    let out = terminal.out();
    for one in all {
        let place = one.line.map_or_else(|| format!("policy: {}", one.path), |line| format!("{}:{line}", one.path));
        let age = one.age_days.map_or_else(|| "age unknown".to_owned(), |days| format!("{days} days old"));
        let expires = one.expires.as_deref().map_or("no expiry".to_owned(), |day| format!("until {day}"));
        let expired = if one.expired { ", expired" } else { "" };
        writeln!(out, "{}  {}", visible(&place), visible(&one.rules.join(", ")))?;
        writeln!(out, "    {age}, {expires}{expired}: {}", visible(&one.reason))?;
    }
    terminal.note(&format!("{} suppressions", all.len()));
    Ok(())
}
