//! Choosing at a terminal which approvals to agree to.

use std::io::{self, IsTerminal as _};

use anyhow::{Result, bail};

use super::desk::Desk;
use super::text;
use crate::cli::terminal::Terminal;
use crate::store::approvals::{Wanted, Which};

/// Asks which of the pending approvals are meant.
///
/// # Errors
/// No terminal, nothing pending, nothing chosen.
pub fn choose(desk: &mut Desk, terminal: &mut Terminal) -> Result<Vec<String>> {
    if !io::stdin().is_terminal() || !terminal.is_interactive() {
        bail!("which approval? Give its id; `govctl approvals list --pending` shows them");
    }
    let now = desk.now();
    let found = desk.store.approvals(&Wanted { which: Which::Pending, requester: None, limit: 20 }, &now)?;
    if found.is_empty() {
        bail!("nothing waits for votes");
    }
    for (n, s) in found.iter().enumerate() {
        let what = format!("{} {}", text::name(&s.bound.action(), 30), text::name(&s.bound.resource, 50));
        terminal.say(&format!("{:>3}  {}  {:<8}  {what}\n", n + 1, s.bound.id, s.bound.tier.name()));
    }
    terminal.say("Which? Numbers, with spaces between; nothing leaves it: ");
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let chosen = |word: &str| {
        let n = word.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        n.and_then(|n| found.get(n)).map(|s| s.bound.id.clone())
    };
    let ids: Option<Vec<_>> = line.split_whitespace().map(chosen).collect();
    match ids {
        Some(ids) if !ids.is_empty() => Ok(ids),
        Some(_) => bail!("nothing was chosen"),
        None => bail!("`{}` is none of the numbers", text::name(line.trim(), 40)),
    }
}
