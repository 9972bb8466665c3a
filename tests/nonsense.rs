//! Every subcommand, given nonsense, says what is wrong and ends: no panic, no silence, no reading without end.

#![allow(clippy::unwrap_used)]

#[path = "common/commands.rs"]
mod commands;
#[path = "common/place.rs"]
mod place;

use clap::{Arg, ArgAction, Command};
use commands::all;
use place::Place;

/// What stands where a name, a number, a file or a time belongs.
const NONSENSE: [&str; 6] =
    ["", "\u{202e}\u{1b}[2J\n", "../no/such/place", "99999999999999999999", "{\"a\":", "/dev/zero"];

/// Those that print a fixed text or wait for something on purpose.
const LEFT_OUT: [&str; 3] = ["completions", "man", "wait"];

/// Those that have no subcommands of their own, by the words of their paths.
fn leaves() -> Vec<(Vec<String>, Command)> {
    let is_leaf = |(path, command): &(String, Command)| {
        !command.has_subcommands() && !LEFT_OUT.iter().any(|left| path.split(' ').any(|word| word == *left))
    };
    let words = |(path, command): (String, Command)| (path.split(' ').map(str::to_owned).collect(), command);
    all().into_iter().filter(is_leaf).map(words).collect()
}

/// One call for each argument that takes a value.
fn calls(path: &[String], command: &Command, nonsense: &str) -> Vec<Vec<String>> {
    let takes_value = |a: &&Arg| matches!(a.get_action(), ArgAction::Set | ArgAction::Append);
    let call = |a: &Arg| {
        let flag = a.get_long().map(|long| format!("--{long}={nonsense}"));
        [path, &[flag.unwrap_or_else(|| nonsense.to_owned())]].concat()
    };
    command.get_arguments().filter(takes_value).map(call).collect()
}

#[test]
fn nonsense_ends_with_a_message() {
    let found = leaves();
    assert!(found.len() > 40, "only {} subcommands", found.len());
    let mut all: Vec<_> = found.iter().flat_map(|(path, c)| NONSENSE.iter().flat_map(|n| calls(path, c, n))).collect();
    all.sort();
    all.dedup();
    let place = Place::repository(&[("app.py", "print(1)\n")]);
    place.policy("");
    let chunks: Vec<_> = all.chunks(all.len().div_ceil(4)).collect();
    let wrong: Vec<String> = std::thread::scope(|threads| {
        let running: Vec<_> = chunks.into_iter().map(|c| threads.spawn(|| wrong(&place, c))).collect();
        running.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The calls that did not end as they should.
fn wrong(place: &Place, calls: &[Vec<String>]) -> Vec<String> {
    let ended_badly = |call: &Vec<String>| {
        let args: Vec<&str> = call.iter().map(String::as_str).collect();
        let mut run = place.command(&args);
        let run = run.write_stdin("{").timeout(std::time::Duration::from_secs(60)).output().unwrap();
        let told = String::from_utf8_lossy(&run.stderr);
        let silent = run.status.code() != Some(0) && run.stdout.is_empty() && run.stderr.is_empty();
        let bad = !matches!(run.status.code(), Some(0..=3)) || silent || told.contains("panicked");
        bad.then(|| format!("{call:?}: {:?} {told}", run.status))
    };
    calls.iter().filter_map(ended_badly).collect()
}
