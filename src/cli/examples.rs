//! The examples that lead `--help` and stand in the manual: one table by subcommand, so that a test can run its eye over all
//! of them. They cost nothing at start: only who asks for help gets a command with examples in it.

use clap::Command;

/// What is typed, and what for.
pub type Example = (&'static str, &'static str);

/// By subcommand, sorted. A group of subcommands without a row shows the first example of each of its own.
pub const EXAMPLES: &[(&str, &[Example])] = &[
    (
        "",
        &[
            ("govctl init", "start: a first policy, hooks, a baseline"),
            ("govctl check", "look at the files here"),
            ("govctl check --staged", "look at what would be committed"),
            ("govctl rules explain secrets/private-key", "why it was found and what to do"),
            ("govctl audit tail", "what was decided lately"),
        ],
    ),
    (
        "approvals approve",
        &[
            ("govctl approvals approve", "choose from what waits"),
            ("govctl approvals approve k7m2 --comment 'seen'", "agree to one, by the beginning of its id"),
            ("govctl approvals approve k7m2 --sign ~/.ssh/id_ed25519", "with a signed vote"),
        ],
    ),
    ("approvals cancel", &[("govctl approvals cancel k7m2 --reason 'no longer needed'", "take your own request back")]),
    ("approvals close", &[("govctl approvals close k7m2 --reason 'key rotated'", "an override was looked into")]),
    (
        "approvals consume",
        &[("govctl approvals consume k7m2 --token-file token --plan plan.json", "use it once, then act")],
    ),
    (
        "approvals list",
        &[
            ("govctl approvals list --pending", "what waits for votes"),
            ("govctl approvals list --mine --all", "what you ever asked for"),
        ],
    ),
    ("approvals reject", &[("govctl approvals reject k7m2 --reason 'not on a Friday'", "refuse, and say why")]),
    (
        "approvals request",
        &[
            ("govctl approvals request --plan plan.json --justification 'release 1.4'", "ask for a whole plan"),
            (
                "govctl approvals request --action deploy --resource web --param n=3 --justification 'release 1.4'",
                "ask for one action",
            ),
        ],
    ),
    ("approvals show", &[("govctl approvals show k7m2", "exactly what is to be approved")]),
    ("approvals verify", &[("govctl approvals verify k7m2", "check every vote again")]),
    ("approvals wait", &[("govctl approvals wait k7m2 --timeout 10m", "until it is decided")]),
    ("approvals withdraw", &[("govctl approvals withdraw k7m2", "take your vote back")]),
    (
        "audit checkpoint",
        &[
            ("govctl audit checkpoint", "sign the log as it is now"),
            ("govctl audit checkpoint --publish file:checkpoint.note", "keep the note outside the log"),
        ],
    ),
    (
        "audit compliance",
        &[("govctl audit compliance --standard soc2 --last 90d --output soc2.html", "evidence for one standard")],
    ),
    (
        "audit export",
        &[
            ("govctl audit export --format ocsf --last 24h", "a day of it, for a collector"),
            ("govctl audit export --format jsonl --output log.jsonl", "everything, verifiable elsewhere"),
        ],
    ),
    ("audit key rotate", &[("govctl audit key rotate", "sign with a new key from now on; the old one vouches for it")]),
    ("audit key show", &[("govctl audit key show", "the verifier key, to keep elsewhere")]),
    ("audit prove", &[("govctl audit prove 42 --output 42.proof", "show somebody that entry 42 is in the log")]),
    (
        "audit prune",
        &[
            ("govctl audit prune", "purge what is older than the policy keeps"),
            ("govctl audit prune --keep-days 400", "keep more than the policy says"),
        ],
    ),
    (
        "audit query",
        &[
            ("govctl audit query --last 7d --severity critical", "what was bad this week"),
            ("govctl audit query --event-type check.blocked --format jsonl", "every block, for a script"),
        ],
    ),
    (
        "audit reconcile",
        &[
            ("govctl audit reconcile", "commits that no check has seen"),
            ("govctl audit reconcile v1.0..HEAD", "of those since a release"),
        ],
    ),
    ("audit report", &[("govctl audit report --last 30d --output month.html", "a page for people about a month")]),
    ("audit schema", &[("govctl audit schema", "the JSON Schema of an entry")]),
    ("audit stats", &[("govctl audit stats --group-by actor --last 7d", "who did how much this week")]),
    (
        "audit tail",
        &[
            ("govctl audit tail -n 50", "the last fifty entries"),
            ("govctl audit tail --follow", "and new ones as they come"),
        ],
    ),
    (
        "audit verify",
        &[
            ("govctl audit verify", "find every entry that was changed"),
            ("govctl audit verify --against checkpoint.note", "find what was cut off or rewritten, too"),
        ],
    ),
    (
        "check",
        &[
            ("govctl check", "everything here, with every rule"),
            ("govctl check --staged", "what would be committed"),
            ("govctl check --range main...HEAD", "what this branch adds"),
            ("govctl check --history --only secrets", "every blob that any ref reaches"),
            ("govctl check --format sarif --output found.sarif src", "for a machine"),
        ],
    ),
    (
        "completions",
        &[
            ("source <(govctl completions bash)", "in this bash"),
            ("govctl completions zsh > ~/.zfunc/_govctl", "for zsh, from the next start on"),
            ("govctl completions fish > ~/.config/fish/completions/govctl.fish", "for fish"),
            ("govctl completions --static bash", "a script that never calls govctl"),
        ],
    ),
    (
        "doctor",
        &[
            ("govctl doctor", "is everything in force? Tries the hooks, too"),
            ("govctl doctor --fix", "mend permissions and govctl's own hooks"),
            ("govctl doctor --json", "for a script"),
        ],
    ),
    (
        "hook install",
        &[
            ("govctl hook install --dry-run", "show what would change"),
            ("govctl hook install", "check each commit, message and push here"),
            ("govctl hook install --stage pre-push", "only one hook"),
            ("govctl hook install --global", "in every repository of yours"),
            ("govctl hook install --server", "in a bare repository that is pushed to"),
        ],
    ),
    ("hook run", &[("govctl hook run pre-commit", "what git's script calls; it reads what git gives that hook")]),
    ("hook uninstall", &[("govctl hook uninstall", "what was there before comes back, byte for byte")]),
    (
        "init",
        &[
            ("govctl init --dry-run", "show what would be written"),
            ("govctl init", "write a first policy, its schema, a baseline"),
            ("govctl init --yes --ci github", "and a workflow; ask nothing"),
            ("govctl init --undo", "take it back, byte for byte"),
        ],
    ),
    (
        "lint",
        &[("govctl lint src", "imports and standards of one folder"), ("govctl lint --fix", "insert what is missing")],
    ),
    (
        "man",
        &[
            ("govctl man | man -l -", "read the manual"),
            ("govctl man audit verify | man -l -", "read one page of it"),
            ("govctl man --output ~/.local/share/man/man1", "install all pages"),
        ],
    ),
    (
        "override request",
        &[(
            "govctl override request --scope secrets/generic-api-key --reason 'a test key' --env staging",
            "let one rule pass, once",
        )],
    ),
    ("plan hash", &[("govctl plan hash plan.json", "the same for files that mean the same")]),
    ("plan validate", &[("govctl plan validate plan.json", "does it pass, and if not, everything that is wrong")]),
    (
        "plan verify",
        &[("govctl plan verify --plan plan.json --graph graph.json", "every step once, unchanged, in order")],
    ),
    ("policy diff", &[("govctl policy diff old.toml governance.toml", "what a change means, not how it looks")]),
    (
        "policy explain",
        &[
            ("govctl policy explain checks", "what can be said of checks"),
            ("govctl policy explain audit.retention_days", "one key: type, default, choices"),
        ],
    ),
    ("policy hash", &[("govctl policy hash", "what `policy trust` records")]),
    ("policy import", &[("govctl policy import agents.yaml --output governance.toml", "from another dialect")]),
    ("policy schema", &[("govctl policy schema > governance.schema.json", "for an editor")]),
    ("policy set", &[("govctl policy set audit.retention_days 400", "one key; comments and order stay")]),
    (
        "policy show",
        &[
            ("govctl policy show", "everything in force, defaults filled in"),
            ("govctl policy show --sources checks", "and where each value comes from"),
        ],
    ),
    ("policy trust", &[("govctl policy trust", "record that this very policy is trusted")]),
    (
        "policy validate",
        &[
            ("govctl policy validate", "every mistake, with its place"),
            ("govctl policy validate --strict --format github", "in CI, warnings count"),
        ],
    ),
    ("redact", &[("make deploy 2>&1 | govctl redact", "a log without its secrets")]),
    ("rules explain", &[("govctl rules explain private-key", "what it looks for, and what to do about it")]),
    ("rules import", &[("govctl rules import .gitleaks.toml >> governance.toml", "keep the rules you have")]),
    (
        "rules list",
        &[
            ("govctl rules list aws --severity high", "rules about one vendor"),
            ("govctl rules list --json", "all, for a script"),
        ],
    ),
    ("rules suppressions", &[("govctl rules suppressions --json", "every one with its age, reason and expiry")]),
    (
        "rules test",
        &[
            ("govctl rules test", "run every rule's examples"),
            ("govctl rules test --rules mine.toml", "and those of a file"),
        ],
    ),
    (
        "scan",
        &[
            ("govctl scan --staged", "secrets and fabricated data in what would be committed"),
            ("govctl scan --stdin --path .env < .env", "one file as it comes"),
        ],
    ),
];

/// How help is laid out: what it does, examples, and then the rest.
const LAYOUT: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// The command with its examples in the help of every subcommand.
pub fn decorated(command: Command) -> Command {
    decorate(command, "")
}

fn decorate(command: Command, path: &str) -> Command {
    let names: Vec<_> = command.get_subcommands().map(|s| s.get_name().to_owned()).collect();
    let command = names.iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| decorate(sub, join(path, name).trim_start()))
    });
    let examples = of(path);
    if examples.is_empty() {
        return command;
    }
    let text = text(&examples, &command);
    command.help_template(LAYOUT).before_help(text)
}

fn join(path: &str, name: &str) -> String {
    format!("{path} {name}")
}

fn text(examples: &[Example], command: &Command) -> String {
    let (header, literal) = (command.get_styles().get_header(), command.get_styles().get_literal());
    let width = examples.iter().map(|(typed, _)| typed.chars().count()).filter(|w| *w <= 44).max().unwrap_or(0);
    let line = |(typed, what): &Example| {
        let gap = " ".repeat(width.saturating_sub(typed.chars().count()) + 2);
        let apart = if typed.chars().count() <= width { gap } else { format!("\n{}", " ".repeat(width + 4)) };
        format!("\n  {literal}{typed}{literal:#}{apart}{what}")
    };
    format!("{header}Examples:{header:#}{}", examples.iter().map(line).collect::<String>())
}

/// The examples of a subcommand (`audit tail`), or of a group the first of each of its own.
pub fn of(path: &str) -> Vec<Example> {
    if let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == path) {
        return examples.to_vec();
    }
    let group = join(path, "");
    EXAMPLES.iter().filter(|(name, _)| name.starts_with(&group)).filter_map(|(_, all)| all.first().copied()).collect()
}
