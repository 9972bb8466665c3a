//! A throw-away repository that uses pre-commit or prek.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use super::managers;

const MANAGERS: [&str; 2] = ["pre-commit", "prek"];

/// A line with a token that a rule finds.
pub fn secret() -> String {
    let token = govctl::rules::template::expand("{crc:ghp_}", &mut fastrand::Rng::with_seed(7)).unwrap();
    format!("pub const TOKEN: &str = \"{token}\";\n")
}

/// Runs a test under each hook manager; skips it, after saying so, where they cannot be had (a failure under CI=true).
pub fn each_manager(test: impl Fn(&Place)) {
    if let Some(bin) = managers::programs() {
        MANAGERS.iter().for_each(|manager| test(&Place::new(bin, manager)));
    }
}

/// A repository with a remote, whose hooks are a manager's, which are govctl's.
pub struct Place {
    dir: TempDir,
    bin: PathBuf,
    manager: &'static str,
}

impl Place {
    fn new(bin: &Path, manager: &'static str) -> Self {
        let place = Self { dir: TempDir::new().unwrap(), bin: bin.to_owned(), manager };
        for folder in ["repository", "hooks", "remote"] {
            fs::create_dir(place.dir.path().join(folder)).unwrap();
        }
        place.git_in("remote", &["init", "--quiet", "--bare"]).passes();
        place.git_in("hooks", &["init", "--quiet"]).passes();
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
        fs::copy(manifest, place.dir.path().join("hooks/.pre-commit-hooks.yaml")).unwrap();
        place.git_in("hooks", &["add", "."]).passes();
        place.git_in("hooks", &["commit", "--quiet", "-m", "hooks"]).passes();
        place.git(&["init", "--quiet", "--initial-branch", "main"]).passes();
        place.git(&["remote", "add", "origin", "../remote"]).passes();
        place.configure("");
        place.manager(&["install", "-t", "pre-commit", "-t", "pre-push"]).passes();
        place
    }

    /// Writes the manager's configuration, outside what is committed in a test; `more` is what `govctl-system` gets beside.
    pub fn configure(&self, more: &str) {
        let head = self.git_in("hooks", &["rev-parse", "HEAD"]);
        let rev = head.text.trim();
        let repo = self.dir.path().join("hooks");
        let config = format!(
            "repos:\n- repo: '{}'\n  rev: {rev}\n  hooks:\n  - id: govctl-system\n{more}  - id: govctl-pre-push\n    \
             language: system\n",
            repo.display()
        );
        fs::write(self.root().join(".pre-commit-config.yaml"), config).unwrap();
        self.git(&["add", ".pre-commit-config.yaml"]).passes();
        self.git(&["commit", "--quiet", "--no-verify", "-m", "hooks"]).passes();
    }

    /// Writes a file of the work tree.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Commits a file without asking the hooks.
    pub fn commit(&self, path: &str, text: &str) {
        self.write(path, text);
        self.git(&["add", "."]).passes();
        self.git(&["commit", "--quiet", "--no-verify", "-m", path]).passes();
    }

    /// Runs git in the repository.
    pub fn git(&self, arguments: &[&str]) -> Told {
        self.git_in("repository", arguments)
    }

    /// Runs the hook manager in the repository.
    pub fn manager(&self, arguments: &[&str]) -> Told {
        self.run(Command::new(self.bin.join(self.manager)).current_dir(self.root()).args(arguments))
    }

    fn git_in(&self, folder: &str, arguments: &[&str]) -> Told {
        self.run(Command::new("git").current_dir(self.dir.path().join(folder)).args(arguments))
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("repository")
    }

    fn run(&self, command: &mut Command) -> Told {
        let govctl = Path::new(env!("CARGO_BIN_EXE_govctl")).parent().unwrap().to_owned();
        let old = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths([govctl, self.bin.clone()].into_iter().chain(env::split_paths(&old))).unwrap();
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        let identity =
            [("AUTHOR_NAME", "A"), ("AUTHOR_EMAIL", "a@b.c"), ("COMMITTER_NAME", "A"), ("COMMITTER_EMAIL", "a@b.c")];
        command.envs(identity.map(|(name, value)| (format!("GIT_{name}"), value)));
        command.env("GIT_CONFIG_GLOBAL", self.dir.path().join("no-config")).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("PRE_COMMIT_HOME", self.dir.path().join("cache")).env("PREK_HOME", self.dir.path().join("cache"));
        command.env("PATH", path).env("NO_COLOR", "1").env_remove("GITHUB_STEP_SUMMARY").env_remove("SKIP");
        let what = format!("{}: {command:?}", self.manager);
        Told::of(what, &command.output().unwrap())
    }
}

/// What a command told.
pub struct Told {
    what: String,
    ok: bool,
    text: String,
}

impl Told {
    fn of(what: String, output: &Output) -> Self {
        let text = [&output.stdout[..], &output.stderr[..]].concat();
        Self { what, ok: output.status.success(), text: String::from_utf8_lossy(&text).into_owned() }
    }

    /// Holds that it went well.
    pub fn passes(&self) {
        assert!(self.ok, "{}\n{}", self.what, self.text);
    }

    /// Holds that it was refused, with a masked finding in `path`.
    pub fn refuses_showing(&self, path: &str) {
        let Self { what, ok, text } = self;
        assert!(!ok, "{what}\n{text}");
        assert!(text.contains(path) && text.contains("secrets/github"), "{what}\n{text}");
        let line = secret();
        let token = line.split('"').nth(1).unwrap();
        assert!(text.contains("****") && !text.contains(token), "{what}\n{text}");
    }
}
