//! `govctl redact`: standard input to standard output with every secret masked. It asks for no trust in the policy: that can only
//! add to what is masked, and a filter that prints nothing would be taken out of its pipe.

use std::io::{self, Read};

use anyhow::{Context, Result};
use clap::Args as ClapArgs;

use super::check::settings::rules_in_force;
use super::terminal::Terminal;
use super::{Exit, PolicyArgs};
use crate::engine::{Engine, settings::Settings, stream::Redactor};

/// Copy standard input to standard output with every secret masked, line by line as it arrives.
#[derive(ClapArgs)]
pub struct Args {}

/// Runs the subcommand.
///
/// # Errors
/// A policy that is not valid, standard input that cannot be read, standard output that cannot be written.
pub fn run(_: &Args, policy: &PolicyArgs, terminal: &mut Terminal) -> Result<Exit> {
    // What the policy switches off is masked all the same.
    let settings = Settings { rules: rules_in_force(policy, &[])?, ..Settings::default() };
    let engine = Engine::new(settings).map_err(anyhow::Error::msg)?;
    let mut redactor = Redactor::new(&engine);
    let (mut input, mut buffer, mut masked) = (io::stdin().lock(), vec![0; 256 << 10], Vec::new());
    loop {
        let count = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(e).context("cannot read standard input"),
        };
        redactor.push(&buffer[..count], &mut masked);
        terminal.out().write_all(&masked)?;
        terminal.flush()?;
        masked.clear();
    }
    redactor.finish(&mut masked);
    terminal.out().write_all(&masked)?;
    Ok(Exit::Clean)
}
