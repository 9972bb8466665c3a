//! `govctl completions`: words for the TAB key. Dynamic: the shell's script asks this binary, which knows today's rules,
//! environments and approvals; `--static` is a script that stands alone.
//!
//! The shell asks with COMPLETE in the environment. A hook may inherit that variable, so a question counts as one only
//! where nothing is asked for, or a `--` comes first; anything else runs as ever. Otherwise a variable would be enough
//! for a hook to say "clean".

mod queue;
mod words;

use std::env;
use std::ffi::OsString;

use anyhow::{Result, anyhow};
use clap::{Args as ClapArgs, Command};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use super::Exit;
use super::terminal::Terminal;

const QUESTION: &str = "COMPLETE";

/// Which shell, and how.
#[derive(ClapArgs)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
    /// A script that stands alone: it never calls govctl, and knows no environments and approvals
    #[arg(long = "static")]
    alone: bool,
}

/// Writes the script to standard output.
///
/// # Errors
/// Standard output that cannot be written.
pub fn run(args: &Args, command: Command, terminal: &mut Terminal) -> Result<Exit> {
    let mut script = Vec::new();
    if args.alone {
        clap_complete::generate(args.shell, &mut words::fixed(command), "govctl", &mut script);
    } else {
        let name = args.shell.to_string();
        let shells = Shells::builtins();
        let shell = shells.completer(&name).ok_or_else(|| anyhow!("there are no completions for {name}"))?;
        shell.write_registration(QUESTION, "govctl", "govctl", "govctl", &mut script)?;
    }
    terminal.out().write_all(&script)?;
    Ok(Exit::Clean)
}

/// Answers the shell's question where it is one; `None` is a run like any other. Costs one look at the environment.
pub fn answer(command: impl Fn() -> Command) -> Option<Exit> {
    env::var_os(QUESTION)?;
    let args: Vec<OsString> = env::args_os().collect();
    if args.get(1).is_some_and(|first| first != "--") {
        return None;
    }
    let here = env::current_dir().ok();
    match CompleteEnv::with_factory(|| words::dynamic(command())).try_complete(args, here.as_deref()) {
        Ok(true) => Some(Exit::Clean),
        Ok(false) => None,
        Err(error) => {
            let _ = error.print();
            Some(Exit::Failure)
        }
    }
}
