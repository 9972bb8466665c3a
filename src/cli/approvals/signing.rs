//! Signatures of votes, by OpenSSH's own program: files, agents and hardware keys all work, and anyone can verify.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::desk::Desk;
use crate::approvals::vote::{NAMESPACE, key_body};
use crate::approvals::{Bound, Cast};

/// The public key of a key file: the file itself where it is public, the one beside it, or what the private one yields.
///
/// # Errors
/// No key.
pub fn public_key(file: &Path) -> Result<String> {
    let of = |path: &Path| {
        fs::read_to_string(path)
            .ok()
            .filter(|t| t.starts_with("ssh-") || t.starts_with("ecdsa-") || t.starts_with("sk-"))
    };
    let beside = file.with_file_name(format!("{}.pub", file.file_name().unwrap_or_default().to_string_lossy()));
    if let Some(key) = of(file).or_else(|| of(&beside)) {
        return Ok(key_body(&key));
    }
    let output = program().arg("-y").arg("-f").arg(file).stdin(Stdio::null()).output().context(MISSING)?;
    match output.status.success() {
        true => Ok(key_body(&String::from_utf8_lossy(&output.stdout))),
        false => bail!("{} is no SSH key: {}", file.display(), String::from_utf8_lossy(&output.stderr).trim()),
    }
}

const MISSING: &str = "cannot run ssh-keygen (OpenSSH 8.2 or later), which makes and verifies signatures";

fn program() -> Command {
    Command::new("ssh-keygen")
}

/// Signs a text.
///
/// # Errors
/// ssh-keygen cannot be run or refuses.
pub fn sign(key: &Path, text: &str) -> Result<String> {
    let mut command = program();
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let output = feed(&mut command, text)?;
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).context("ssh-keygen printed no text")?),
        false => bail!("ssh-keygen does not sign: {}", String::from_utf8_lossy(&output.stderr).trim()),
    }
}

/// Whether a signature over a text is by a public key.
///
/// # Errors
/// ssh-keygen cannot be run.
pub fn verify(key: &str, voter: &str, text: &str, signature: &str) -> Result<bool> {
    let folder = tempfile::tempdir().context("no folder for what ssh-keygen is to read")?;
    let (signers, file) = (folder.path().join("allowed_signers"), folder.path().join("vote.sig"));
    fs::write(&signers, allowed_signer(voter, key))?;
    fs::write(&file, signature)?;
    let mut command = program();
    command.args(["-Y", "verify", "-n", NAMESPACE, "-I", &principal(voter)]);
    command.arg("-f").arg(&signers).arg("-s").arg(&file);
    Ok(feed(&mut command, text)?.status.success())
}

/// The votes on an approval whose signatures hold, where only signed ones count; none where others do.
///
/// # Errors
/// ssh-keygen cannot be run; the disk.
pub fn verified(desk: &mut Desk, bound: &Bound) -> Result<Vec<Cast>> {
    let mut verified = Vec::new();
    if desk.with(|_, context| anyhow::Ok(context.wants_signatures(bound)))? {
        for vote in desk.store.votes(&bound.id)? {
            if let (Some(signature), Some(key)) = (&vote.signature, &vote.key)
                && verify(key, &vote.ballot.voter, &vote.ballot.canonical(), signature)?
            {
                verified.push(vote);
            }
        }
    }
    Ok(verified)
}

/// The line of an allowed-signers file.
pub fn allowed_signer(voter: &str, key: &str) -> String {
    format!("{} namespaces=\"{NAMESPACE}\" {}\n", principal(voter), key_body(key))
}

/// An approver as ssh-keygen may call them: its patterns know wildcards, and its lists end at spaces and commas.
pub fn principal(voter: &str) -> String {
    voter.chars().map(|c| if c.is_ascii_alphanumeric() || "@._-".contains(c) { c } else { '_' }).collect()
}

fn feed(command: &mut Command, text: &str) -> Result<std::process::Output> {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context(MISSING)?;
    if let Some(mut input) = child.stdin.take() {
        // A program that has failed reads no further; its exit status tells.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait_with_output().context("ssh-keygen did not end")
}
