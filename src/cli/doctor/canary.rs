//! A known-bad change sent through a hook, to see that it is refused. It happens in a repository of its own in the temporary
//! folder, which has the hook's very script and this repository's policy, under the real git; the user's repository, index
//! and work tree are not touched. The secret is made up at that moment, so it stands in no file of govctl.
//!
//! A hook that ran here before govctl's, and what a manager runs beside it, are left out: they may do anything to the folder
//! they run in.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context as _, Result, anyhow, bail};
use toml_edit::{DocumentMut, Item, TableLike};

use super::Check;
use crate::cli::PolicyArgs;
use crate::cli::hook::managers::{Kind, Manager};
use crate::cli::hook::place::make_executable;
use crate::cli::hook::stage::{self, Stage};
use crate::policy::load::Loaded;
use crate::policy::raw::policies::EnforcementMode;
use crate::policy::{Policy, Verdict};
use crate::rules::{CATALOGUE, template};

/// The rule whose example is sent.
const RULE: &str = "secrets/github-personal-access-token";

/// Whether a hook is there to block.
pub fn blocks(stage: Stage) -> bool {
    !matches!(stage, Stage::ReferenceTransaction | Stage::PostCommit)
}

/// How git comes to govctl at a hook.
pub struct Way<'a> {
    /// The manager that runs govctl; `None`: the script does.
    pub manager: Option<&'a Manager>,
    /// The script that git runs: govctl's, or the manager's.
    pub script: PathBuf,
}

/// Sends the canary through a hook.
pub fn release(stage: Stage, way: &Way<'_>, options: &PolicyArgs, policy: Option<&Policy>) -> Check {
    let name = format!("canary through {}", stage.name());
    if policy.is_some_and(|p| p.environment.enforcement_mode != EnforcementMode::Strict) {
        return Check::good(name, "not sent: the policy does not block here");
    }
    match Cage::new(stage, way, options).and_then(|cage| cage.send(stage)) {
        Ok(sent) if sent.passed => {
            let detail = "a change with a secret went through";
            Check::bad(name, detail, format!("govctl hook install --stage {}; govctl policy show checks", stage.name()))
        }
        Ok(sent) if sent.told.contains(RULE) => Check::good(name, "a change with a secret is refused"),
        Ok(sent) => {
            let last = sent.told.lines().rfind(|l| !l.trim().is_empty()).unwrap_or("it said nothing").to_owned();
            Check::unknown(name, format!("it was refused, but not for the secret: {last}"))
        }
        Err(error) => Check::unknown(name, format!("{error:#}")),
    }
}

/// How it went.
struct Sent {
    passed: bool,
    told: String,
}

/// A repository to try a hook in.
struct Cage {
    path: PathBuf,
    environment: Option<String>,
    policy: Option<PathBuf>,
    /// Where git looks for hooks, from the work tree.
    hooks: &'static str,
    /// Programs of the user's own work tree.
    programs: Option<PathBuf>,
}

impl Cage {
    fn new(stage: Stage, way: &Way<'_>, options: &PolicyArgs) -> Result<Self> {
        let path = env::temp_dir().join(format!("govctl-canary-{}-{:016x}", std::process::id(), fastrand::u64(..)));
        let loaded = options.load_here()?;
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        let programs = way.manager.map(|m| m.root.join("node_modules/.bin"));
        let mut cage =
            Self { path, environment: options.environment.clone(), policy: None, hooks: "../hooks/_", programs };
        if let Loaded::File { verdict, .. } = &loaded {
            cage.policy = Some(cage.copy(verdict)?);
        }
        cage.must(&["init", "-q", "--template=", "work"], "")?;
        cage.must(&["init", "-q", "--bare", "--template=", "there.git"], "")?;
        cage.set_up(stage, way)?;
        cage.put("clean.txt", "nothing\n")?;
        cage.must(&["commit", "-q", "-m", "Start"], "work")?;
        Ok(cage)
    }

    /// Puts the script in place, and for a manager its configuration with govctl alone in it.
    fn set_up(&mut self, stage: Stage, way: &Way<'_>) -> Result<()> {
        let mut scripts = self.path.join("hooks/_");
        match way.manager {
            Some(manager) if manager.kind == Kind::Husky => {
                fs::create_dir_all(&scripts)?;
                fs::write(self.path.join("hooks").join(stage.name()), manager.alone(stage)?)?;
                copy_script(&way.script.with_file_name("h"), &scripts.join("h"))?;
            }
            Some(manager) => {
                // lefthook takes no other folder than the repository's own for granted.
                self.hooks = ".git/hooks";
                scripts = self.path.join("work/.git/hooks");
                fs::create_dir_all(&scripts)?;
                fs::write(self.path.join("work/lefthook.yml"), manager.alone(stage)?)?;
            }
            None if stage == Stage::PreReceive => {
                self.hooks = "/dev/null";
                scripts = self.path.join("there.git/hooks");
                fs::create_dir_all(&scripts)?;
            }
            None => fs::create_dir_all(&scripts)?,
        }
        copy_script(&way.script, &scripts.join(stage.name()))
    }

    /// Copies the policy and what it includes. The copy differs in two ways: its log is the cage's, so that nothing of this is
    /// in the real one, and it need not be trusted, which is another check's business.
    fn copy(&self, verdict: &Verdict) -> Result<PathBuf> {
        let mut copies = Vec::new();
        for file in verdict.sources.files() {
            let name = Path::new(file.path.trim_start_matches('/'));
            if !name.components().all(|c| matches!(c, Component::Normal(_))) {
                bail!("not sent: the policy includes {}, which lies elsewhere", file.path);
            }
            let copy = self.path.join("policy").join(name);
            fs::create_dir_all(copy.parent().unwrap_or(&self.path))?;
            fs::write(&copy, tamed(&file.text)?)?;
            copies.push(copy);
        }
        copies.into_iter().next().context("the policy has no text")
    }

    /// Does with real git what the hook is for.
    fn send(&self, stage: Stage) -> Result<Sent> {
        let secret = secret()?;
        match stage {
            Stage::CommitMsg => {
                self.put("more.txt", "nothing\n")?;
                self.armed(&["commit", "-m", &format!("Use it\n\n{secret}")])
            }
            Stage::PreMergeCommit => {
                self.must(&["checkout", "-q", "-b", "canary"], "work")?;
                self.put("canary.txt", &secret)?;
                self.must(&["commit", "-q", "-m", "Canary"], "work")?;
                self.must(&["checkout", "-q", "-"], "work")?;
                self.armed(&["merge", "--no-ff", "--no-edit", "canary"])
            }
            Stage::PrePush | Stage::PreReceive => {
                self.put("canary.txt", &secret)?;
                self.must(&["commit", "-q", "-m", "Canary"], "work")?;
                self.armed(&["push", "../there.git", "HEAD:refs/heads/main"])
            }
            _ => {
                self.put("canary.txt", &secret)?;
                self.armed(&["commit", "-m", "Canary"])
            }
        }
    }

    fn put(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.path.join("work").join(name), text)?;
        self.must(&["add", "-A"], "work")
    }

    /// Runs git with the hook in place.
    fn armed(&self, args: &[&str]) -> Result<Sent> {
        let output = self.git(args, "work", self.hooks)?;
        let told = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Ok(Sent { passed: output.status.success(), told })
    }

    fn must(&self, args: &[&str], folder: &str) -> Result<()> {
        let output = self.git(args, folder, "/dev/null")?;
        if !output.status.success() {
            bail!("git {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    fn git(&self, args: &[&str], folder: &str, hooks: &str) -> Result<Output> {
        let mut command = Command::new("git");
        command.current_dir(self.path.join(folder)).args(["-c", &format!("core.hooksPath={hooks}")]);
        command
            .args(["-c", "user.name=govctl", "-c", "user.email=govctl@localhost", "-c", "commit.gpgSign=false"])
            .args(args);
        for (name, _) in env::vars_os().filter(|(n, _)| n.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0");
        command.env("GIT_EDITOR", "true").env("GOVCTL_STATE_DIR", self.path.join("state")).stdin(Stdio::null());
        for name in ["GITHUB_STEP_SUMMARY", "GOVCTL_POLICY", "GOVCTL_ENV"] {
            command.env_remove(name);
        }
        if let Some(programs) = &self.programs {
            let old = env::var_os("PATH").unwrap_or_default();
            command.env("PATH", env::join_paths(env::split_paths(&old).chain([programs.clone()]))?);
        }
        command.envs(self.policy.as_ref().map(|p| ("GOVCTL_POLICY", p)));
        command.envs(self.environment.as_ref().map(|e| ("GOVCTL_ENV", e)));
        command.output().context("cannot run git: install it, or put it on PATH")
    }
}

impl Drop for Cage {
    fn drop(&mut self) {
        // A folder that stays in the temporary one harms nobody.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn copy_script(from: &Path, to: &Path) -> Result<()> {
    let text = fs::read_to_string(from).with_context(|| format!("cannot read {}", from.display()))?;
    fs::write(to, stage::alone(&text))?;
    Ok(make_executable(to)?)
}

/// A policy's text without its own place for the log, and without the demand that it be trusted.
fn tamed(text: &str) -> Result<String> {
    let mut document: DocumentMut = text.parse().map_err(|e| anyhow!("the policy is not TOML: {e}"))?;
    if let Some(storage) = below(document.as_item_mut(), &["audit", "storage"]) {
        storage.remove("path");
    }
    if let Some(environments) = below(document.as_item_mut(), &["policies", "environments"]) {
        for (_, environment) in environments.iter_mut() {
            environment.as_table_like_mut().map(|e| e.remove("trusted_policy"));
        }
    }
    Ok(document.to_string())
}

fn below<'i>(item: &'i mut Item, path: &[&str]) -> Option<&'i mut dyn TableLike> {
    let (first, rest) = path.split_first()?;
    let item = item.as_table_like_mut()?.get_mut(first)?;
    if rest.is_empty() { item.as_table_like_mut() } else { below(item, rest) }
}

fn secret() -> Result<String> {
    let rule = CATALOGUE.iter().find(|r| r.info.id == RULE).ok_or_else(|| anyhow!("there is no rule {RULE}"))?;
    let hit = rule.info.hit.first().ok_or_else(|| anyhow!("{RULE} has no example"))?;
    let text = template::expand(hit, &mut fastrand::Rng::new()).map_err(|e| anyhow!(e))?;
    Ok(format!("{text}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_policy_has_no_log_of_its_own_and_needs_no_trust() {
        let text = "audit = { storage = { path = \"/x\", backend = \"sqlite\" }, enabled = true }\n\
                    [policies]\nversion = \"1.0\"\nenvironments.prod.trusted_policy = true\n\
                    [policies.environments.dev]\ntrusted_policy = true\nsandbox = false\n";
        let tamed = tamed(text).unwrap();
        assert!(!tamed.contains("path") && !tamed.contains("trusted_policy"), "{tamed}");
        assert!(tamed.contains("backend") && tamed.contains("sandbox = false"), "{tamed}");
        assert_eq!(super::tamed("[audit]\nstorage.path = \"/x\"\n").unwrap(), "[audit]\n");
    }
}
