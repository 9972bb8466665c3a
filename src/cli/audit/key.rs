//! `govctl audit key`.

use anyhow::Result;
use clap::Subcommand;

use super::log::Place;
use crate::cli::Exit;
use crate::cli::terminal::Terminal;

/// `govctl audit key`.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Print the verifier key, to be kept where the log's owner cannot change it
    Show,
    /// Replace the signing key; the checkpoint of this moment is signed by the old and the new one
    Rotate,
}

pub(super) fn run(args: &Args, place: &Place, terminal: &mut Terminal) -> Result<Exit> {
    let mut store = place.open_to_write()?;
    match args.command {
        Command::Show => {
            let key = store.signer()?.verifier();
            writeln!(terminal.out(), "{}", key.vkey())?;
            for old in store.keys()?.iter().filter(|k| k.verifier != key) {
                let until = old.until.map(|u| format!(" to {u}")).unwrap_or_default();
                // A verifier key is public; a note would mask it as a secret.
                terminal.say(&format!("note: before it: {} (from size {}{until})\n", old.verifier.vkey(), old.since));
            }
        }
        Command::Rotate => {
            let (old, new) = store.rotate_key()?;
            writeln!(terminal.out(), "{}", new.vkey())?;
            if let Some(old) = old {
                terminal.say(&format!("note: it replaces {}; both signed the newest checkpoint\n", old.vkey()));
            }
        }
    }
    Ok(Exit::Clean)
}
