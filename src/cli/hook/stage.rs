//! The hooks of git that govctl has a script for, and the scripts.

use std::path::PathBuf;

use clap::ValueEnum;

/// A hook of git.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Stage {
    /// Checks what is about to be committed
    PreCommit,
    /// The same for a merge
    PreMergeCommit,
    /// Checks the message
    CommitMsg,
    /// Checks every new commit of a push
    PrePush,
    /// Notices commits that went past the checks
    ReferenceTransaction,
    /// Remembers the commit
    PostCommit,
    /// Checks every new commit of a push, on the server
    PreReceive,
    /// The same for one reference
    Update,
}

/// The line of a script that says where govctl is.
const PROGRAM: &str = "govctl=govctl\n";
/// The line of a script that says which hook ran here before.
const BEFORE: &str = "before=$0.before-govctl\n";
/// The mark by which a script is known as govctl's, of whatever version.
const MARK: &str = "# govctl hook: ";

impl Stage {
    /// Every hook.
    pub const ALL: [Stage; 8] = [
        Stage::PreCommit,
        Stage::PreMergeCommit,
        Stage::CommitMsg,
        Stage::PrePush,
        Stage::ReferenceTransaction,
        Stage::PostCommit,
        Stage::PreReceive,
        Stage::Update,
    ];
    /// Those of a developer's clone.
    pub const CLIENT: [Stage; 6] = [
        Stage::PreCommit,
        Stage::PreMergeCommit,
        Stage::CommitMsg,
        Stage::PrePush,
        Stage::ReferenceTransaction,
        Stage::PostCommit,
    ];
    /// Those of a server. `update` would look at the same commits again.
    pub const SERVER: [Stage; 1] = [Stage::PreReceive];

    /// As git calls it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::PreCommit => "pre-commit",
            Stage::PreMergeCommit => "pre-merge-commit",
            Stage::CommitMsg => "commit-msg",
            Stage::PrePush => "pre-push",
            Stage::ReferenceTransaction => "reference-transaction",
            Stage::PostCommit => "post-commit",
            Stage::PreReceive => "pre-receive",
            Stage::Update => "update",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Stage::PreCommit => include_str!("../../../hooks/pre-commit"),
            Stage::PreMergeCommit => include_str!("../../../hooks/pre-merge-commit"),
            Stage::CommitMsg => include_str!("../../../hooks/commit-msg"),
            Stage::PrePush => include_str!("../../../hooks/pre-push"),
            Stage::ReferenceTransaction => include_str!("../../../hooks/reference-transaction"),
            Stage::PostCommit => include_str!("../../../hooks/post-commit"),
            Stage::PreReceive => include_str!("../../../hooks/pre-receive"),
            Stage::Update => include_str!("../../../hooks/update"),
        }
    }

    /// Its script, which runs `program` (where that is gone, the govctl on PATH), and what ran there `before`.
    pub fn script(self, program: &str, before: &Before) -> String {
        let text = self.text().replacen(PROGRAM, &format!("govctl={}\n", quoted(program)), 1);
        text.replacen(BEFORE, &self.before(before), 1)
    }

    /// Whether a script of govctl's runs that first.
    pub fn runs_first(self, script: &str, before: &Before) -> bool {
        script.contains(&format!("\n{}", self.before(before)))
    }

    fn before(self, before: &Before) -> String {
        let name = self.name();
        match before {
            Before::Beside => BEFORE.to_owned(),
            // Git is asked only where the shell cannot tell: a linked worktree, a submodule.
            Before::OfRepository => format!(
                "before=${{GIT_DIR:-.git}}; if [ ! -d \"$before\" ] || [ -e \"$before/commondir\" ]; then \
                 before=$(git rev-parse --git-common-dir); fi; before=$before/hooks/{name}\n"
            ),
            Before::In(folder) => format!("before={}/{name}\n", quoted(&folder.to_string_lossy())),
        }
    }

    /// Whether a script is this one as this govctl writes it, wherever its program is.
    pub fn is_current(self, script: &str) -> bool {
        let line = |start: &str| script.lines().find(|l| l.starts_with(start)).map(|l| format!("{l}\n"));
        let (Some(program), Some(before)) = (line("govctl="), line("before=")) else { return false };
        script.replacen(&program, PROGRAM, 1).replacen(&before, BEFORE, 1) == self.text()
    }
}

/// Which hook runs before govctl's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// The one that it took the place of.
    Beside,
    /// For every repository of a user: the repository's own.
    OfRepository,
    /// The one in the folder that git looked into before.
    In(PathBuf),
}

/// A script of govctl's without the hook of another folder that runs first; any other as it is.
pub fn alone(script: &str) -> String {
    let elsewhere = |line: &&str| line.starts_with("before='");
    let line = script.lines().find(elsewhere).filter(|_| is_ours(script.as_bytes()));
    line.map_or_else(|| script.to_owned(), |line| script.replacen(&format!("{line}\n"), BEFORE, 1))
}

/// As a word of the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether a script is one that govctl wrote.
pub fn is_ours(script: &[u8]) -> bool {
    String::from_utf8_lossy(script).lines().take(3).any(|l| l.starts_with(MARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_known_wherever_its_program_is() {
        for stage in Stage::ALL {
            assert!(stage.text().contains(PROGRAM) && stage.text().contains(BEFORE), "{}", stage.name());
            for before in [Before::Beside, Before::OfRepository, Before::In("/it's/old".into())] {
                let script = stage.script("/opt/it's here/govctl", &before);
                assert!(stage.runs_first(&script, &before) && !stage.runs_first(&script, &Before::In("/other".into())));
                assert!(is_ours(script.as_bytes()) && stage.is_current(&script), "{script}");
                assert!(!stage.is_current(&script.replace("exit", "true")), "{script}");
                let elsewhere = matches!(before, Before::In(_));
                assert_eq!(
                    alone(&script),
                    stage.script("/opt/it's here/govctl", if elsewhere { &Before::Beside } else { &before })
                );
            }
        }
        assert!(!is_ours(b"#!/bin/sh\nexit 0\n"));
        assert!(!Stage::PreCommit.is_current(&Stage::PrePush.script("govctl", &Before::Beside)));
    }

    #[test]
    fn every_hook_is_listed_under_gits_name() {
        for stage in Stage::ALL {
            assert_eq!(stage.to_possible_value().unwrap().get_name(), stage.name());
            assert!(stage.text().starts_with(&format!("#!/bin/sh\n{MARK}{}.", stage.name())));
        }
    }
}
