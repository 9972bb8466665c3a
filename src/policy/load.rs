//! Where a policy comes from on disk: the one file of this room that reads.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::{Context, MOST_BYTES, Policy, Verdict, judge};

/// The names a policy has where none is given, from the working directory up to the root.
pub const NAMES: [&str; 2] = ["governance.toml", "config/governance.toml"];

/// A policy that was looked for.
#[derive(Debug)]
pub enum Loaded {
    /// There is no file: the built-in policy holds.
    BuiltIn(Box<Policy>),
    /// A file was found and judged.
    File {
        /// Where.
        path: PathBuf,
        /// What came out.
        verdict: Box<Verdict>,
    },
}

/// Finds and judges the policy: `named` (`--policy`, GOVCTL_POLICY), else the first of [`NAMES`] from `directory` up to `root`.
/// Errors: a named file that cannot be read. A file that is found but broken is no error here: see [`Verdict::mistakes`].
pub fn load(named: Option<&Path>, directory: &Path, root: Option<&Path>, context: &Context) -> anyhow::Result<Loaded> {
    let path = match named {
        Some(path) => Some(path.to_owned()),
        None => discover(directory, root)?,
    };
    let Some(path) = path else { return Ok(Loaded::BuiltIn(Box::new(Policy::built_in(context)))) };
    let verdict = Box::new(judge_file(&path, directory, context)?);
    Ok(Loaded::File { path, verdict })
}

/// The policy in force for a caller that only needs a valid one. Errors: what [`load`] has, and a policy with mistakes, told
/// in one line with the first of them and the command that shows all.
pub fn in_force(
    named: Option<&Path>,
    directory: &Path,
    root: Option<&Path>,
    context: &Context,
) -> anyhow::Result<Policy> {
    valid(load(named, directory, root, context)?)
}

/// The policy that was found. Errors: one with mistakes, told as [`in_force`] tells it.
pub fn valid(loaded: Loaded) -> anyhow::Result<Policy> {
    match loaded {
        Loaded::BuiltIn(policy) => Ok(*policy),
        Loaded::File { path, mut verdict } => match verdict.policy.take() {
            Some(policy) => Ok(policy),
            None => bail!("{}", invalid(&path, &verdict)),
        },
    }
}

fn invalid(path: &Path, verdict: &Verdict) -> String {
    let errors: Vec<_> = verdict.mistakes.iter().filter(|m| m.is_error()).collect();
    let first = errors.first().map(|m| m.to_finding(&verdict.sources, 0));
    let first =
        first.map(|f| format!("{}:{}:{}: {}", f.path, f.span.line, f.span.column, f.message)).unwrap_or_default();
    let more = match errors.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    format!("the policy {} is not valid: {first}{more}; see `govctl policy validate`", path.display())
}

/// Judges a file. It and what it includes are shown relative to `directory` where they lie in it.
pub fn judge_file(path: &Path, directory: &Path, context: &Context) -> anyhow::Result<Verdict> {
    let first = read(path).with_context(|| format!("cannot read the policy {}", path.display()))?;
    Ok(judge_text_of(path, first, directory, context))
}

/// Judges bytes as if they were the text of a file; what it includes is read.
pub fn judge_text_of(path: &Path, bytes: Vec<u8>, directory: &Path, context: &Context) -> Verdict {
    let shown = display_path(path, directory);
    let mut first = Some(bytes);
    let mut reader = |asked: &str| {
        if asked == shown
            && let Some(bytes) = first.take()
        {
            return Ok(bytes);
        }
        let place = directory.join(asked);
        read(&place).map_err(|e| match e.kind() {
            ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => e.to_string(),
        })
    };
    judge(&shown, &mut reader, context)
}

/// The first of [`NAMES`] from `directory` up to `root` (or to the top of the file system). Errors: something of that name
/// that cannot be looked at; it may be a policy.
pub fn discover(directory: &Path, root: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
    for folder in directory.ancestors() {
        for name in NAMES {
            let path = folder.join(name);
            match path.try_exists() {
                Ok(true) => return Ok(Some(path)),
                Ok(false) => {}
                // In a bare repository `config` is a file.
                Err(e) if e.kind() == ErrorKind::NotADirectory => {}
                Err(e) => return Err(e).with_context(|| format!("cannot look for the policy {}", path.display())),
            }
        }
        if root.is_some_and(|r| r == folder) {
            break;
        }
    }
    Ok(None)
}

/// One byte more than is allowed is read at most, so that a device or a huge file costs no more.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path as it is shown to somebody who stands in `directory`.
pub fn display_path(path: &Path, directory: &Path) -> String {
    let path = path.strip_prefix(directory).unwrap_or(path);
    path.to_string_lossy().replace('\\', "/")
}
