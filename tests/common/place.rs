//! A throw-away folder, perhaps with a repository in it, and the real binary run in it.

#![allow(dead_code)]

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A folder that is removed at the end.
pub struct Place {
    dir: tempfile::TempDir,
    /// Beside it: where caches and state go.
    home: tempfile::TempDir,
}

/// How a run of the binary ended.
#[derive(Debug)]
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// An empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() }
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        place.files(files);
        place
    }

    /// An empty repository with these files, none of them added.
    pub fn repository(files: &[(&str, &str)]) -> Self {
        let place = Self::with(files);
        place.git(&["init", "-q", "-b", "main"]);
        place
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn files(&self, files: &[(&str, &str)]) {
        files.iter().for_each(|(name, text)| drop(self.write(name, text)));
    }

    /// A policy: `[policies]` and what is given.
    pub fn policy(&self, rest: &str) {
        self.write("governance.toml", format!("policies.version = \"1.0\"\n{rest}"));
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// Real git without anybody's configuration.
    pub fn git(&self, args: &[&str]) -> String {
        let (ok, text) = self.try_git(args);
        assert!(ok, "git {args:?}: {text}");
        text.trim_end().to_owned()
    }

    pub fn try_git(&self, args: &[&str]) -> (bool, String) {
        let mut command = std::process::Command::new("git");
        command.current_dir(self.path()).args(args);
        self.clean(|name, value| match value {
            Some(value) => drop(command.env(name, value)),
            None => drop(command.env_remove(name)),
        });
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    /// Writes, adds and commits; gives the commit's id.
    pub fn commit(&self, subject: &str, files: &[(&str, &str)]) -> String {
        self.files(files);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// The binary, ready to run here.
    pub fn command(&self, args: &[&str]) -> Command {
        self.program(env!("CARGO_BIN_EXE_govctl"), args)
    }

    /// A line of shell, ready to run here.
    pub fn shell(&self, line: &str) -> Command {
        self.program("sh", &["-c", line])
    }

    fn program(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).args(args);
        self.clean(|name, value| match value {
            Some(value) => drop(command.env(name, value)),
            None => drop(command.env_remove(name)),
        });
        command
    }

    pub fn govctl(&self, args: &[&str]) -> Ran {
        Ran::of(&mut self.command(args))
    }

    /// `check --format jsonl` with more arguments.
    pub fn check(&self, args: &[&str]) -> Ran {
        self.govctl(&[&["check", "--format", "jsonl"], args].concat())
    }

    /// What no test may inherit, and what every one has.
    fn clean(&self, mut set: impl FnMut(&str, Option<&str>)) {
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let taken = ["GIT_", "GITHUB_", "GOVCTL_", "XDG_"].iter().any(|p| name.starts_with(p));
            if taken || ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "PAGER"].contains(&&*name) {
                set(&name, None);
            }
        }
        let who = [("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", "2024-03-01T10:20:30+02:00")];
        for (what, value) in who {
            set(&format!("GIT_AUTHOR_{what}"), Some(value));
            set(&format!("GIT_COMMITTER_{what}"), Some(value));
        }
        set("GIT_CONFIG_GLOBAL", Some("/dev/null"));
        set("GIT_CONFIG_SYSTEM", Some("/dev/null"));
        set("HOME", self.home.path().to_str());
    }
}

impl Ran {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let status = output.status.code().unwrap_or(-1);
        Self { status, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// The findings of a run with `--format jsonl`, parsed.
    pub fn findings(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {self:?}"))).collect()
    }

    /// The findings of a run with `--format json`, suppressed and logged ones among them.
    pub fn all(&self) -> Vec<serde_json::Value> {
        let document: serde_json::Value = serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"));
        document["findings"].as_array().unwrap().clone()
    }

    /// `path:line rule` of those that nothing suppresses.
    pub fn found(&self) -> Vec<String> {
        let findings = self.findings();
        let active = findings.iter().filter(|f| f.get("suppressed").is_none_or(serde_json::Value::is_null));
        active
            .map(|f| format!("{}:{} {}", f["path"].as_str().unwrap(), f["line"], f["rule"].as_str().unwrap()))
            .collect()
    }

    /// As [`Ran::found`], after looking at the exit status.
    #[track_caller]
    pub fn finds(&self, expected: &[&str]) {
        assert_eq!(self.found(), expected, "{self:?}");
        assert_eq!(self.status, i32::from(!expected.is_empty()), "{self:?}");
    }

    /// Exit status 2, and standard error has each of these.
    #[track_caller]
    pub fn fails(&self, parts: &[&str]) {
        assert_eq!(self.status, 2, "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "no `{part}` in {self:?}");
        }
        assert!(!self.err.contains("panicked"), "{self:?}");
    }
}

/// A GitHub token with a checksum that holds; another one for each seed.
pub fn token(seed: u64) -> String {
    govctl::rules::template::expand("{crc:ghp_}", &mut fastrand::Rng::with_seed(seed)).unwrap()
}

/// A line with [`token`] that no other rule speaks of.
pub fn leak(seed: u64) -> String {
    format!("connect(\"{}\")\n", token(seed))
}

/// The rule that finds [`leak`].
pub const RULE: &str = "secrets/github-personal-access-token";
