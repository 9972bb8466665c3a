//! commit-msg: the message, for secrets and for the trailers that the policy wants.

use std::fs;

use anyhow::{Context as _, Result};

use crate::cli::audit::later;
use crate::cli::check::selection::Selection;
use crate::cli::check::{self, Occasion, Pass};
use crate::cli::policy::options::working_directory;
use crate::cli::terminal::Terminal;
use crate::cli::{Exit, PolicyArgs};

use super::super::place::git;

/// What git puts above the diff of `git commit -v`; it and what follows are no part of the message.
const SCISSORS: &str = "------------------------ >8 ------------------------";

/// Checks the message in the file that git names.
pub(super) fn run(
    arguments: &[String],
    later: bool,
    pass: &Pass,
    policy: &PolicyArgs,
    terminal: &mut Terminal,
) -> Result<Exit> {
    let path = arguments.first().context("git gives commit-msg the file of the message, and this has none")?;
    let bytes = fs::read(path).with_context(|| format!("cannot read the message {path}"))?;
    let text = String::from_utf8_lossy(&bytes);
    let comment = if may_hold_comments(&text) { comment_start()? } else { String::new() };
    let occasion = Occasion { hook: later::HOOK, pass: pass.clone(), later, ..Occasion::default() };
    let message = Selection::of_message(cleaned(&text, &comment).into_bytes())?;
    check::for_hook(&message, policy, &["secrets"], &occasion, terminal)
}

/// Whether a line may be a comment, whatever git is told that a comment begins with: else there is nothing to ask. A comment
/// that begins with a letter stays in, and is looked at.
fn may_hold_comments(text: &str) -> bool {
    let starts = |line: &str| line.bytes().next().is_some_and(|b| b.is_ascii_punctuation() || !b.is_ascii());
    text.lines().any(|line| starts(line) || line.ends_with(SCISSORS))
}

/// What a comment begins with, by git's configuration.
fn comment_start() -> Result<String> {
    let set = git(&working_directory()?, &["config", "--get-regexp", "^core\\.comment(char|string)$"])?;
    let value = set.and_then(|lines| lines.lines().last().and_then(|l| l.split_once(' ')).map(|(_, v)| v.to_owned()));
    Ok(value.filter(|v| v != "auto").unwrap_or_else(|| "#".to_owned()))
}

/// The message without comments. A line that git would keep must not be lost: only whole comment lines go.
fn cleaned(text: &str, comment: &str) -> String {
    if comment.is_empty() {
        return text.to_owned();
    }
    let kept = text.lines().take_while(|l| !(l.starts_with(comment) && l.ends_with(SCISSORS)));
    kept.filter(|l| !l.starts_with(comment)).map(|l| format!("{l}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_the_diff_are_no_part_of_the_message() {
        let text = format!("Add\n\n# on branch\nbody # one\n# {SCISSORS}\n+secret\n");
        assert_eq!(cleaned(&text, "#"), "Add\n\nbody # one\n");
        assert_eq!(cleaned("a\n;b\n", ";"), "a\n");
    }

    #[test]
    fn git_is_asked_only_where_a_line_may_be_a_comment() {
        for text in ["Add\n", "Add\n\nbody, more\n  # no comment\n", ""] {
            assert!(!may_hold_comments(text), "{text}");
        }
        for text in ["Add\n# x\n", "Add\n;x", "Add\n\u{a7} x\n", &format!("REM {SCISSORS}\n")] {
            assert!(may_hold_comments(text), "{text}");
        }
    }
}
