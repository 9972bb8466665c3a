//! A repository with a policy, a state directory beside it, and keys for its approvers.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::place::{Place, Ran};

/// Who this test runs as.
pub fn me() -> String {
    let output = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub struct Queue {
    pub place: Place,
    pub state: tempfile::TempDir,
}

/// A request that was put into the queue.
pub struct Asked {
    pub id: String,
    pub token: String,
    pub hash: String,
}

impl Queue {
    /// With more of a policy.
    pub fn new(policy: &str) -> Self {
        let place = Place::repository(&[]);
        place.policy(&format!(
            "policies.risk.high = [\"deploy\", \"drop_table\"]\npolicies.risk.medium = [\"build\"]\n{policy}"
        ));
        Self { place, state: tempfile::tempdir().unwrap() }
    }

    /// With one person, who may agree to what they ask for themselves.
    pub fn alone() -> Self {
        Self::new(&format!(
            "[approvals]\nallow_self_approval = true\nstrategies.high_risk_operations = \"single-approval\"\n\
             [[approvers.user]]\nid = \"ann\"\nrole = \"owner\"\ncan_approve = [\"*\"]\nos_user = \"{}\"\n",
            me()
        ))
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_govctl"));
        command.args(args).current_dir(self.place.path()).env("GOVCTL_STATE_DIR", self.state.path());
        for name in
            ["GOVCTL_POLICY", "GOVCTL_ENV", "GOVCTL_OVERRIDE", "GOVCTL_OVERRIDE_TOKEN", "GOVCTL_OVERRIDE_TOKEN_FILE"]
        {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        Ran { status: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// `govctl approvals …` with an exit status that is expected.
    #[track_caller]
    pub fn does(&self, args: &[&str], status: i32) -> Ran {
        let ran = self.run(&[&["approvals"], args].concat());
        assert_eq!(ran.status, status, "{args:?}: {ran:?}");
        ran
    }

    #[track_caller]
    pub fn ask(&self, more: &[&str]) -> Asked {
        let args = [&["request", "--justification", "a release", "--json"], more].concat();
        let ran = self.run(&[&["approvals"], args.as_slice()].concat());
        assert!(ran.status == 3 || ran.status == 0, "{ran:?}");
        let value: Value = serde_json::from_str(&ran.out).unwrap();
        let text = |name: &str| value[name].as_str().unwrap().to_owned();
        Asked { id: text("id"), token: text("token"), hash: text("action_hash") }
    }

    /// A request for an action of tier high.
    #[track_caller]
    pub fn ask_deploy(&self) -> Asked {
        self.ask(&["--action", "deploy", "--resource", "web"])
    }

    pub fn token_file(&self, asked: &Asked) -> PathBuf {
        self.place.write(&format!("{}.token", asked.id), &asked.token)
    }

    #[track_caller]
    pub fn consume(&self, asked: &Asked, status: i32) -> Ran {
        let file = self.token_file(asked);
        self.does(&["consume", &asked.id, "--token-file", file.to_str().unwrap(), "--hash", &asked.hash], status)
    }

    pub fn show(&self, id: &str) -> Value {
        serde_json::from_str(&self.does(&["show", id, "--json"], 0).out).unwrap()
    }

    /// How many entries of a type the log has.
    pub fn count(&self, kind: &str) -> u64 {
        let ran = self.run(&["audit", "query", "--count", "--event-type", kind]);
        ran.out.trim().parse().unwrap_or_else(|_| panic!("{ran:?}"))
    }
}
