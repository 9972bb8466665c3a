//! `govctl audit reconcile`: commits against what checks have left in the log. `core.hooksPath=/dev/null` turns every hook
//! off unseen; what was made then is found here.

use std::collections::HashSet;
use std::env;

use anyhow::Result;
use serde_json::{Value, json};

use super::log::Place;
use crate::audit::query::{Field, Query};
use crate::cli::Exit;
use crate::cli::policy::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::engine::masker;
use crate::plan::identifier::visible;
use crate::source::git::{CommitInfo, Location, Oid, Repo, TipKind};
use crate::source::range;

/// `govctl audit reconcile`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// These commits, as A..B; else all of HEAD and the local branches but what `check --history` has covered
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// What checks have left: the tags of entries.
#[derive(Default)]
struct Left {
    checked: HashSet<String>,
    bypassed: HashSet<String>,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let repo = Repo::open(&Location::new(&working_directory()?, |name| env::var_os(name)))?;
    let left = left(place)?;
    let commits = match &args.range {
        Some(range) => range::commits(&repo, range)?,
        None => local(&repo, &left)?,
    };
    let mut missing = 0;
    for id in &commits {
        let commit = repo.commit(*id)?;
        let tags = [format!("commit:{id}"), format!("tree:{}", commit.tree)];
        if tags.iter().any(|t| left.checked.contains(t)) {
            continue;
        }
        missing += 1;
        tell(&commit, left.bypassed.contains(&tags[0]), args.json, terminal)?;
    }
    if missing == 0 {
        terminal.note(&format!("each of {} commits has an entry of a check that passed", commits.len()));
        return Ok(Exit::Clean);
    }
    terminal.note(&format!(
        "{missing} of {} commits have no entry of a check that passed; `govctl check --range A..B` (or --history) looks \
         at them now and leaves one",
        commits.len()
    ));
    Ok(Exit::Findings)
}

/// The end of the log must verify: what is compared with must not be made up.
fn left(place: &Place) -> Result<Left> {
    let store = place.open_to_write()?;
    let types = ["check.completed", "hook.bypassed"].map(ToOwned::to_owned);
    let mut left = Left::default();
    store.query::<anyhow::Error>(&Query::default().filter(Field::Type, &types), |_, body| {
        let entry: Value = serde_json::from_str(body)?;
        let tags = entry["tags"].as_array().into_iter().flatten().filter_map(|t| t.as_str().map(ToOwned::to_owned));
        let set = if entry["type"] == "check.completed" { &mut left.checked } else { &mut left.bypassed };
        set.extend(tags);
        Ok(())
    })?;
    Ok(left)
}

fn local(repo: &Repo, left: &Left) -> Result<Vec<Oid>> {
    let tips = repo.tips()?.into_iter().filter(|t| t.kind == TipKind::Commit);
    let from: Vec<_> = tips.filter(|t| t.name == "HEAD" || t.name.starts_with("refs/heads/")).map(|t| t.id).collect();
    let covered = left.checked.iter().filter_map(|t| Oid::from_str(t.strip_prefix("tip:")?).ok());
    let hide: Vec<_> = covered.filter(|id| repo.has(*id)).collect();
    repo.walk(&from, &hide)
}

fn tell(commit: &CommitInfo, bypassed: bool, json: bool, terminal: &mut Terminal) -> Result<()> {
    let info = masker::masked_commit(&commit.info);
    let why = if bypassed { "went past its checks" } else { "no check" };
    if json {
        let line = json!({
            "schema_version": 1, "commit": info.id, "tree": commit.tree.to_string(), "author": info.author,
            "date": info.date, "subject": info.subject, "bypassed": bypassed,
        });
        writeln!(terminal.out(), "{line}")?;
    } else {
        let (author, subject) = (visible(&info.author), visible(&info.subject));
        writeln!(terminal.out(), "{}  {}  {why}  {author}  {subject}", &info.id[..12], info.date)?;
    }
    Ok(())
}
