//! A throw-away repository and a sink that remembers.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use govctl::finding::Commit;
use govctl::source::coverage::CoverageRecord;
use govctl::source::{Coverage, Sink, SkipReason, Source};

/// What a source said of itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub path: Option<String>,
    pub text: String,
    pub lines: Option<Vec<u32>>,
    pub subject: Option<String>,
    pub commit: Option<String>,
    pub author: Option<String>,
    pub date: Option<String>,
    pub first_line: u32,
    pub whole: bool,
}

impl Seen {
    /// The text of the lines that count, joined.
    pub fn counted(&self) -> String {
        let all: Vec<_> = self.text.lines().collect();
        match &self.lines {
            None => self.text.clone(),
            Some(lines) => lines.iter().map(|n| all[*n as usize - 1]).collect::<Vec<_>>().join("\n"),
        }
    }
}

/// Remembers every source.
#[derive(Default)]
pub struct Memory(Mutex<Vec<Seen>>);

impl Sink for Memory {
    fn source(&self, source: Source<'_>) {
        let of = |f: fn(&Commit) -> &String| source.commit.map(|c| f(c).clone());
        self.0.lock().unwrap().push(Seen {
            path: source.path.map(str::to_owned),
            text: String::from_utf8_lossy(source.bytes).into_owned(),
            lines: source.only_lines.map(<[u32]>::to_vec),
            subject: of(|c| &c.subject),
            commit: of(|c| &c.id),
            author: of(|c| &c.author),
            date: of(|c| &c.date),
            first_line: source.first_line,
            whole: source.whole,
        });
    }
}

/// What a visit saw, sorted, and what it says of its coverage.
#[derive(Debug)]
pub struct Looked {
    pub seen: Vec<Seen>,
    pub coverage: CoverageRecord,
}

impl Looked {
    pub fn paths(&self) -> Vec<&str> {
        self.seen.iter().map(|s| s.path.as_deref().unwrap()).collect()
    }

    pub fn text(&self, path: &str) -> &str {
        &self.seen.iter().find(|s| s.path.as_deref() == Some(path)).unwrap_or_else(|| panic!("{path}: {self:?}")).text
    }

    pub fn skipped(&self, reason: SkipReason) -> Vec<&str> {
        self.coverage.named.iter().filter(|s| s.reason == reason).map(|s| s.path.as_str()).collect()
    }

    /// Path → the lines that count, of all sources with that path.
    pub fn counted(&self) -> BTreeMap<String, Vec<String>> {
        let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for seen in &self.seen {
            out.entry(seen.path.clone().unwrap()).or_default().extend(seen.counted().lines().map(str::to_owned));
        }
        out
    }
}

/// Runs a visit and collects.
pub fn try_look(visit: impl FnOnce(&Coverage, &dyn Sink) -> anyhow::Result<()>) -> anyhow::Result<Looked> {
    let (coverage, memory) = (Coverage::default(), Memory::default());
    visit(&coverage, &memory)?;
    let mut seen = memory.0.into_inner().unwrap();
    seen.sort();
    Ok(Looked { seen, coverage: coverage.finish() })
}

/// The whole text of an error.
pub fn error_of(result: anyhow::Result<Looked>) -> String {
    format!("{:#}", result.unwrap_err())
}

/// A folder, perhaps with a repository in it.
pub struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    /// An empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// An empty repository.
    pub fn repository() -> Self {
        let place = Self::new();
        place.git(&["init", "-q", "-b", "main"]);
        place
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: impl AsRef<OsStr>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name.as_ref());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn git(&self, args: &[&str]) -> String {
        self.git_in(self.path(), args, &[])
    }

    pub fn git_in(&self, dir: &Path, args: &[&str], env: &[(&str, &str)]) -> String {
        let (ok, out) = self.try_git(dir, args, env);
        assert!(ok, "git {args:?}: {out}");
        out.trim_end().to_owned()
    }

    pub fn try_git(&self, dir: &Path, args: &[&str], env: &[(&str, &str)]) -> (bool, String) {
        let mut command = Command::new("git");
        command.current_dir(dir).args(["-c", "protocol.file.allow=always"]).args(args);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.org")
            .env("GIT_COMMITTER_NAME", "Bob")
            .env("GIT_COMMITTER_EMAIL", "bob@example.org")
            .env("GIT_AUTHOR_DATE", "2024-03-01T10:20:30+02:00")
            .env("GIT_COMMITTER_DATE", "2024-03-01T10:20:30+02:00")
            .envs(env.iter().copied());
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// Writes, adds and commits; gives the commit's id.
    pub fn commit(&self, subject: &str, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            self.write(name, text);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", subject]);
        self.git(&["rev-parse", "HEAD"])
    }
}
