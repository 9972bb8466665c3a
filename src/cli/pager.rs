//! Long texts for people: through a pager where standard output is a terminal, else as they are.

use std::env;
use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

use anyhow::Result;

use super::terminal::Terminal;

/// Shows a text. PAGER says with what (empty or `cat`: nothing), else `less`; a pager that does not start is no error.
///
/// # Errors
/// Standard output that cannot be written.
pub fn show(text: &str, terminal: &mut Terminal) -> Result<()> {
    let shown = std::io::stdout().is_terminal() && terminal.flush().is_ok() && page(text);
    if !shown {
        terminal.out().write_all(text.as_bytes())?;
    }
    Ok(())
}

/// Whether a pager took the text.
fn page(text: &str) -> bool {
    let asked = env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let mut words = asked.split_whitespace();
    let Some(program) = words.next().filter(|p| *p != "cat") else { return false };
    let mut command = Command::new(program);
    // As git does: leave at once if it fits on the screen, keep colours, leave the text there.
    if env::var_os("LESS").is_none() {
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.args(words).stdin(Stdio::piped()).spawn() else { return false };
    // Who quits early has seen enough.
    let _ = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    child.wait().is_ok_and(|status| status.success())
}
