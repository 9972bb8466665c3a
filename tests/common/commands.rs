//! Every subcommand that the binary has.

use clap::Command;

/// Each with its path (`audit verify`), groups and the binary itself (an empty path) among them.
pub fn all() -> Vec<(String, Command)> {
    let mut seen = Vec::new();
    walk(&govctl::cli::command(), "", &mut seen);
    seen
}

fn walk(command: &Command, path: &str, seen: &mut Vec<(String, Command)>) {
    seen.push((path.to_owned(), command.clone()));
    for sub in command.get_subcommands().filter(|s| s.get_name() != "help" && !s.is_hide_set()) {
        walk(sub, format!("{path} {}", sub.get_name()).trim(), seen);
    }
}
