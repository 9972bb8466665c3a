//! Which argument takes which words. Arguments are told by the subcommand they belong to and by their names, so that no
//! subcommand has to know of completions.

use std::env;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use super::queue;
use crate::audit::EventType;
use crate::cli::{PolicyArgs, rules};
use crate::policy::Policy;
use crate::policy::load::Loaded;
use crate::policy::raw::approvals::Strategy;

/// A source of words. Each may fail to have any, but never fails.
#[derive(Clone, Copy)]
enum Words {
    Rules,
    Severities,
    Confidences,
    EventTypes,
    Environments,
    Approvals,
    Approvers,
    Roles,
    Strategies,
}

fn of(path: &str, arg: &Arg) -> Option<Words> {
    if !arg.get_possible_values().is_empty() {
        return None;
    }
    let value = arg.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
    match (path, arg.get_long(), value) {
        ("rules explain", None, _) => Some(Words::Rules),
        (_, _, "RULE") => Some(Words::Rules),
        (_, Some("env"), _) => Some(Words::Environments),
        (_, _, "SEVERITY") => Some(Words::Severities),
        (_, Some("min-confidence"), _) => Some(Words::Confidences),
        (_, Some("event-type"), _) => Some(Words::EventTypes),
        (_, Some("override"), _) => Some(Words::Approvals),
        (path, None, "ID") if path.starts_with("approvals ") => Some(Words::Approvals),
        ("approvals approve" | "approvals reject" | "approvals withdraw", Some("as"), _) => Some(Words::Approvers),
        (_, Some("role"), "ROLE") => Some(Words::Roles),
        (_, Some("strategy"), "STRATEGY") => Some(Words::Strategies),
        _ => None,
    }
}

/// The command as the engine of dynamic completions wants it.
pub fn dynamic(command: Command) -> Command {
    each(command, "", &|arg, words| match words {
        Words::Approvals => arg.add(ArgValueCompleter::new(queue::approvals)),
        words => arg.add(ArgValueCandidates::new(move || candidates(words))),
    })
}

/// The command with what never changes written into it.
pub fn fixed(command: Command) -> Command {
    each(command, "", &|arg, words| match words {
        Words::Environments | Words::Approvals | Words::Approvers | Words::Roles => arg,
        words => {
            arg.value_parser(PossibleValuesParser::new(list(words).into_iter().map(|(w, _)| PossibleValue::new(w))))
        }
    })
}

fn each(command: Command, path: &str, change: &dyn Fn(Arg, Words) -> Arg) -> Command {
    let names: Vec<_> = command.get_subcommands().map(|s| s.get_name().to_owned()).collect();
    let command = names.iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |sub| each(sub, path.trim_start(), change))
    });
    command.mut_args(|arg| match of(path, &arg) {
        Some(words) => change(arg, words),
        None => arg,
    })
}

fn candidates(words: Words) -> Vec<CompletionCandidate> {
    let candidate = |(word, help): (String, String)| {
        CompletionCandidate::new(word).help(Some(help).filter(|h| !h.is_empty()).map(Into::into))
    };
    list(words).into_iter().map(candidate).collect()
}

fn list(words: Words) -> Vec<(String, String)> {
    let plain = |names: &[&str]| names.iter().map(|n| ((*n).to_owned(), String::new())).collect();
    match words {
        Words::Rules => rules::all().into_iter().map(|r| (r.id.into_owned(), r.summary.into_owned())).collect(),
        Words::Severities => plain(&["low", "medium", "high", "critical"]),
        Words::Confidences => plain(&["low", "medium", "high"]),
        Words::EventTypes => EventType::ALL.iter().map(|t| (t.name().to_owned(), String::new())).collect(),
        Words::Environments => environments(),
        Words::Approvals => Vec::new(),
        Words::Approvers => policy().map(|p| queue::approvers(&p)).unwrap_or_default(),
        Words::Roles => policy().map(|p| queue::roles(&p)).unwrap_or_default(),
        Words::Strategies => plain(&Strategy::ALL.map(Strategy::name)),
    }
}

fn environments() -> Vec<(String, String)> {
    let Some(policy) = policy() else { return Vec::new() };
    let mode =
        |e: &crate::policy::raw::policies::Environment| e.enforcement_mode.map(|m| format!("{m:?}").to_lowercase());
    let named = policy.sections().policies.environments.iter();
    named.map(|(name, e)| (name.clone(), mode(e).unwrap_or_default())).collect()
}

/// The policy here, if it is a good one. The words of the command line that is being typed are not looked at.
pub(super) fn policy() -> Option<Policy> {
    let options = PolicyArgs { file: env::var_os("GOVCTL_POLICY").map(PathBuf::from), environment: None };
    match options.load_here().ok()? {
        Loaded::BuiltIn(policy) => Some(*policy),
        Loaded::File { verdict, .. } => verdict.policy,
    }
}
