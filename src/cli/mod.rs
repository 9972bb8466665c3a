//! Arguments → options → call → print. The only place that knows a clock, an environment and a terminal.
//!
//! One file per subcommand, each with its clap `Args` and `run(args, &mut Terminal) -> Result<Exit>`. Data goes to standard
//! output, talk to standard error.

pub mod approvals;
pub mod audit;
pub mod check;
mod clock;
mod completions;
mod doctor;
pub mod examples;
mod files;
mod given;
pub mod hook;
mod identity;
pub mod init;
mod man;
mod override_;
mod pager;
pub mod plan;
pub mod policy;
pub mod redact;
pub mod rules;
pub mod terminal;

use std::ffi::OsString;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use terminal::{ColorChoice, Terminal};

/// How a run ended; the same numbers everywhere but in `gate hook`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: clean, approved, verified.
    Clean,
    /// 1: findings, rejected, verification failed.
    Findings,
    /// 2: could not tell: usage, configuration, I/O, internal error. Always to be treated as blocking.
    Failure,
    /// 3: approval required, or still pending.
    Pending,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Failure => 2,
            Exit::Pending => 3,
        })
    }
}

/// Keeps secrets, fabricated data and ungoverned code out of a repository, and remembers what was decided.
#[derive(Parser)]
#[command(name = "govctl", version, max_term_width = 100, arg_required_else_help = true, propagate_version = true)]
struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: ColorChoice,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(subcommand)]
    command: Command,
}

/// Which policy holds, and which of its environments.
#[derive(clap::Args, Clone, Debug)]
pub struct PolicyArgs {
    /// The policy file; else governance.toml or config/governance.toml, from here up to the repository's root
    #[arg(long = "policy", global = true, env = "GOVCTL_POLICY", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The environment of the policy; one it does not list gets the strictest of all that it lists
    #[arg(long = "env", global = true, env = "GOVCTL_ENV", value_name = "NAME")]
    pub environment: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Ask people, agree, and use what was agreed to
    Approvals(approvals::Args),
    /// Look into the audit log, verify it, hand it out
    Audit(audit::Args),
    /// Look for secrets, fabricated data and ungoverned code
    Check(check::Args),
    /// As check, for secrets and fabricated data only
    Scan(check::Args),
    /// As check, for imports and standards only
    Lint(check::Args),
    /// Print the script that lets a shell complete govctl's words
    Completions(completions::Args),
    /// Look whether everything is in force; try the hooks; mend what can be mended
    Doctor(doctor::Args),
    /// Put git's hooks in place, take them away, run one
    Hook(hook::Args),
    /// Start: take over what is there, write a first governance.toml, hooks, a baseline
    Init(init::Args),
    /// The manual: print a page, or write all of them
    Man(man::Args),
    /// Judge plans before they are carried out
    Plan(plan::Args),
    /// Let what blocks pass, once, by an approval
    Override(override_::Args),
    /// Find mistakes in the policy, look into it, change it
    Policy(policy::Args),
    /// Copy standard input to standard output with every secret masked, line by line as it arrives
    Redact(redact::Args),
    /// Look into the catalogue of rules
    Rules(rules::Args),
}

/// The whole command line as clap knows it, for help, completions and the manual.
pub fn command() -> clap::Command {
    Cli::command()
}

/// A command line `govctl hook run …`, read without what all other subcommands would need: git waits for it several times a
/// commit. `None`: it is another one, or wrong, or asks for help.
fn hook_run(mut args: impl Iterator<Item = OsString>) -> Option<Cli> {
    #[derive(Parser)]
    #[command(version)]
    struct HookRun {
        #[arg(long, global = true, value_enum, default_value_t)]
        color: ColorChoice,
        #[command(flatten)]
        policy: PolicyArgs,
        #[command(flatten)]
        args: hook::run::Args,
    }
    let program = args.next()?;
    if args.next()? != "hook" || args.next()? != "run" {
        return None;
    }
    let HookRun { color, policy, args } = HookRun::try_parse_from(std::iter::once(program).chain(args)).ok()?;
    Some(Cli { color, policy, command: Command::Hook(hook::Args::running(args)) })
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    if let Some(exit) = completions::answer(command) {
        return exit.into();
    }
    let cli = match hook_run(std::env::args_os()).map_or_else(Cli::try_parse, Ok) {
        Ok(cli) => cli,
        Err(e) => return usage(&with_examples(e)),
    };
    let outcome = panic::catch_unwind(|| {
        let mut terminal = Terminal::new(cli.color);
        let result = dispatch(cli.command, &cli.policy, &mut terminal).and_then(|exit| terminal.flush().map(|()| exit));
        conclude(result, &mut terminal)
    });
    // The panic hook has already told what happened; a panic is never a "yes".
    outcome.unwrap_or(Exit::Failure).into()
}

fn dispatch(asked: Command, policy: &PolicyArgs, terminal: &mut Terminal) -> anyhow::Result<Exit> {
    match asked {
        Command::Approvals(args) => approvals::run(args, policy, terminal),
        Command::Audit(args) => audit::run(args, policy, terminal),
        Command::Check(args) => check::run(&args, policy, &[], terminal),
        Command::Scan(args) => check::run(&args, policy, &["secrets", "synthetic"], terminal),
        Command::Lint(args) => check::run(&args, policy, &["imports", "standards"], terminal),
        Command::Completions(args) => completions::run(&args, command(), terminal),
        Command::Doctor(args) => doctor::run(&args, policy, terminal),
        Command::Hook(args) => hook::run(&args, policy, terminal),
        Command::Init(args) => init::run(&args, policy, terminal),
        Command::Man(args) => man::run(&args, command(), terminal),
        Command::Plan(args) => plan::run(&args, policy, terminal),
        Command::Override(args) => override_::run(&args, policy, terminal),
        Command::Policy(args) => policy::run(&args, policy, terminal),
        Command::Redact(args) => redact::run(&args, policy, terminal),
        Command::Rules(args) => rules::run(args, policy, terminal),
    }
}

/// Help with examples in it, where help was asked for.
fn with_examples(error: clap::Error) -> clap::Error {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand};
    match error.kind() {
        DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand => {
            examples::decorated(command()).try_get_matches().err().unwrap_or(error)
        }
        _ => error,
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    match error.kind() {
        clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion if printed.is_ok() => {
            Exit::Clean.into()
        }
        _ => Exit::Failure.into(),
    }
}

/// A closed pipe is success: whoever reads has seen enough. Every other error is told with its causes.
fn conclude(result: anyhow::Result<Exit>, terminal: &mut Terminal) -> Exit {
    match result {
        Ok(exit) => exit,
        Err(error) if terminal::is_broken_pipe(&error) => Exit::Clean,
        Err(error) => {
            terminal.error(&format!("{error:#}"));
            Exit::Failure
        }
    }
}

/// `, did you mean …?` for a name that is not known, or nothing where none is near.
pub fn suggest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = |k: &&str| {
        strsim::damerau_levenshtein(name, k.rsplit('/').next().unwrap_or(k)).min(strsim::damerau_levenshtein(name, k))
    };
    known
        .into_iter()
        .min_by_key(near)
        .filter(|k| near(k) <= 2.max(name.len() / 3))
        .map_or_else(String::new, |k| format!(", did you mean `{k}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hook_is_read_as_the_whole_command_line_reads_it() {
        let lines = [
            "hook run pre-commit",
            "hook run commit-msg .git/COMMIT_EDITMSG",
            "hook run reference-transaction prepared",
            "hook run --override ap-1 pre-push origin ../remote",
            "hook run --env prod pre-commit --policy p.toml",
            "hook run pre-push -- --force",
            "hook run update --color never",
            "hook run --color never pre-commit",
            "hook run nothing",
            "hook run",
            "hook run --help",
            "hook run pre-commit --help",
            "hook run --version",
            "hook run pre-commit --version",
            "hook install",
            "check",
            "",
        ];
        for line in lines {
            let args = || std::iter::once("govctl").chain(line.split_whitespace()).map(OsString::from);
            let whole = Cli::try_parse_from(args());
            let told = |cli: &Cli| match &cli.command {
                Command::Hook(hook) => format!("{:?} {:?} {hook:?}", cli.color, cli.policy),
                _ => String::new(),
            };
            match (hook_run(args()), whole) {
                (Some(quick), Ok(whole)) => assert_eq!(told(&quick), told(&whole), "{line}"),
                (None, whole) => assert!(whole.is_err() || !line.starts_with("hook run"), "{line}"),
                (Some(quick), Err(e)) => panic!("{line}: {} {e}", told(&quick)),
            }
        }
    }
}
