//! `hook install` and `hook uninstall`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::place::{Place, Ran, leak};

/// Every file below a folder, with its mode and bytes.
fn everything(dir: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else {
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            found.insert(path.display().to_string(), (mode, fs::read(&path).unwrap()));
        }
    }
    found
}

fn hook(place: &Place, path: &str, text: &str) {
    let path = place.write(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn installing_twice_changes_nothing_and_uninstalling_restores_every_byte() {
    let place = Place::repository(&[]);
    hook(&place, ".git/hooks/pre-commit", "#!/bin/sh\n# mine\nexit 0");
    let before = everything(&place.path().join(".git"));
    let dry = place.govctl(&["hook", "install", "--dry-run"]);
    assert!(dry.status == 0 && dry.out.contains("would write") && dry.out.contains("pre-push"), "{dry:?}");
    assert_eq!(everything(&place.path().join(".git")), before);
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    let installed = everything(&place.path().join(".git"));
    for name in ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push", "reference-transaction", "post-commit"] {
        assert_eq!(installed[&place.path().join(".git/hooks").join(name).display().to_string()].0 & 0o777, 0o755);
    }
    let again = place.govctl(&["hook", "install"]);
    assert!(again.status == 0 && again.out.is_empty() && again.err.contains("in place"), "{again:?}");
    assert_eq!(everything(&place.path().join(".git")), installed);
    assert_eq!(place.govctl(&["hook", "uninstall"]).status, 0);
    assert_eq!(everything(&place.path().join(".git")), before);
}

#[test]
fn the_hook_that_was_there_runs_first_and_its_status_counts() {
    let place = Place::repository(&[]);
    place.policy("");
    hook(&place, ".git/hooks/pre-commit", "#!/bin/sh\necho mine ran\ntest ! -e stop\n");
    hook(&place, ".git/hooks/pre-push", "#!/bin/sh\ncat > \"$(git rev-parse --show-toplevel)/told\"\n");
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    place.write("stop", "");
    place.git(&["add", "-A"]);
    let (ok, text) = place.try_git(&["commit", "-m", "one"]);
    assert!(!ok && text.contains("mine ran") && !text.contains("stop"), "{text}");
    fs::remove_file(place.path().join("stop")).unwrap();
    place.write("a.py", leak(1));
    place.git(&["add", "-A"]);
    let (ok, text) = place.try_git(&["commit", "-m", "one"]);
    assert!(!ok && text.find("mine ran").unwrap() < text.find("a.py").unwrap(), "{text}");
}

#[test]
fn two_hooks_of_others_are_not_both_lost() {
    let place = Place::repository(&[]);
    hook(&place, ".git/hooks/pre-commit", "#!/bin/sh\n");
    hook(&place, ".git/hooks/pre-commit.before-govctl", "#!/bin/sh\n");
    place.govctl(&["hook", "install"]).fails(&["only one can run"]);
}

#[test]
fn without_the_binary_nothing_passes_and_the_way_out_is_told() {
    let place = Place::repository(&[("a.txt", "a\n")]);
    assert_eq!(place.govctl(&["hook", "install", "--stage", "pre-commit"]).status, 0);
    let script = place.read(".git/hooks/pre-commit");
    let line = script.lines().find(|l| l.starts_with("govctl=")).unwrap();
    place.write(".git/hooks/pre-commit", script.replace(line, "govctl=/nowhere/govctl-that-is-gone"));
    place.git(&["add", "-A"]);
    let mut command = place.shell("PATH=$(dirname \"$(command -v git)\"):/bin; git commit -m one");
    let ran = Ran::of(&mut command);
    // A govctl that the machine has on that PATH would rightly run.
    if std::env::split_paths("/usr/bin:/bin").all(|p| !p.join("govctl").exists()) {
        assert!(ran.status != 0 && ran.err.contains("Install it") && ran.err.contains("remove .git/hooks"), "{ran:?}");
    }
    assert_eq!(place.govctl(&["hook", "uninstall"]).status, 0);
    place.git(&["commit", "-q", "-m", "one"]);
}

#[test]
fn a_folder_of_hooks_that_the_configuration_names_is_used() {
    let place = Place::repository(&[]);
    place.policy("");
    place.git(&["config", "core.hooksPath", "my hooks"]);
    assert_eq!(place.govctl(&["hook", "install"]).status, 0);
    assert!(place.path().join("my hooks/pre-commit").exists());
    place.write("a.py", leak(1));
    place.git(&["add", "a.py"]);
    assert!(!place.try_git(&["commit", "-m", "one"]).0);
    place.git(&["config", "core.hooksPath", "/dev/null"]);
    place.govctl(&["hook", "install"]).fails(&["/dev/null"]);
}

#[test]
fn every_repository_of_a_user_gets_them_and_keeps_its_own() {
    let place = Place::repository(&[]);
    hook(&place, ".git/hooks/pre-commit", "#!/bin/sh\necho mine ran\n");
    let git = |line: &str| Ran::of(&mut place.shell(&format!("unset GIT_CONFIG_GLOBAL; {line}")));
    let govctl = env!("CARGO_BIN_EXE_govctl");
    let ran = git(&format!("'{govctl}' hook install --global"));
    assert!(ran.status == 0 && ran.out.contains("core.hooksPath"), "{ran:?}");
    place.write("a.py", leak(1));
    let ran = git("git add a.py && git commit -m one");
    assert!(ran.status != 0 && (ran.out.clone() + &ran.err).contains("mine ran"), "{ran:?}");
    assert!((ran.out.clone() + &ran.err).contains("a.py"), "{ran:?}");
    // In a linked worktree and a submodule too, where the shell has to ask git for that folder.
    let line =
        "git worktree add -q --detach .git/linked 2>&1; cd .git/linked && echo 1 >c && git add c && git commit -m c";
    git("git commit -q --no-verify --allow-empty -m zero 2>&1");
    let ran = git(line);
    assert!((ran.out.clone() + &ran.err).contains("mine ran"), "{ran:?}");
    // One repository does not take them away from all others.
    let ran = git(&format!("'{govctl}' hook uninstall"));
    assert!(ran.status == 2 && ran.err.contains("hook uninstall --global"), "{ran:?}");
    assert_eq!(git(&format!("'{govctl}' hook uninstall --global")).status, 0);
    assert_ne!(git("git config --global core.hooksPath").status, 0);
    let ran = git("git commit -q --allow-empty -m one");
    assert_eq!(ran.status, 0, "{ran:?}");
}

/// Runs a line of shell for a user whose home is the folder `home`.
fn at_home(place: &Place, line: &str) -> Ran {
    let start = "unset GIT_CONFIG_GLOBAL; export HOME=\"$PWD/home\"";
    let govctl = format!("govctl() {{ '{}' \"$@\"; }}", env!("CARGO_BIN_EXE_govctl"));
    Ran::of(&mut place.shell(&format!("{start}; {govctl}; {line}")))
}

#[test]
fn the_configuration_of_a_user_comes_back_byte_for_byte() {
    let own = "# mine\n[user]\n\tname = Ada\n[core]\n    editor = vi ; always\n";
    let older = format!("{own}  hooksPath = \"~/my hooks\"   # since ever\n[alias]\n\tci = commit\n");
    let cases = [None, Some(String::new()), Some(own.to_owned()), Some(older), Some("[user]\n\tname = Ada".to_owned())];
    for text in cases {
        let place = Place::repository(&[]);
        let home = place.path().join("home");
        fs::create_dir(&home).unwrap();
        if let Some(text) = &text {
            fs::write(home.join(".gitconfig"), text).unwrap();
        }
        let before = everything(&home);
        let run = |line: &str| at_home(&place, &format!("govctl hook {line}"));
        let dry = run("install --global --dry-run");
        assert!(dry.status == 0 && dry.out.contains("core.hooksPath") && everything(&home) == before, "{dry:?}");
        assert_eq!(run("install --global").status, 0);
        let installed = everything(&home);
        assert_ne!(installed, before);
        let again = run("install --global");
        assert!(again.status == 0 && again.out.is_empty() && everything(&home) == installed, "{again:?}");
        let dry = run("uninstall --global --dry-run");
        assert!(dry.status == 0 && dry.out.contains("core.hooksPath") && everything(&home) == installed, "{dry:?}");
        assert_eq!(run("uninstall --global").status, 0);
        assert_eq!(everything(&home), before, "{text:?}");
        assert!(!home.join(".config/govctl").exists());
    }
}

#[test]
fn what_else_was_written_into_the_configuration_meanwhile_stays() {
    let place = Place::repository(&[]);
    place.write("home/.gitconfig", "[core]\n\thooksPath = /old\n");
    let run = |line: &str| at_home(&place, line);
    assert_eq!(run("govctl hook install --global && git config --global user.name Eve").status, 0);
    assert_eq!(run("govctl hook uninstall --global").status, 0);
    assert_eq!(place.read("home/.gitconfig"), "[core]\n\thooksPath = /old\n[user]\n\tname = Eve\n");
    // The line itself was written anew: git is asked then.
    let line = "govctl hook install --global && path=$(git config --global core.hooksPath) && \
                git config --global --unset core.hooksPath && git config --global CORE.hookspath \"$path\"";
    assert_eq!(run(line).status, 0);
    assert_eq!(run("govctl hook uninstall --global").status, 0);
    assert_eq!(run("git config --global core.hooksPath").out, "/old\n");
    // And one that the user has changed since is left alone.
    assert_eq!(run("govctl hook install --global && git config --global core.hooksPath /new").status, 0);
    assert_eq!(run("govctl hook uninstall --global").status, 0);
    assert_eq!(run("git config --global core.hooksPath").out, "/new\n");
}

#[test]
fn the_hooks_that_a_user_had_for_all_repositories_run_first() {
    let place = Place::repository(&[]);
    hook(&place, "home/my hooks/pre-commit", "#!/bin/sh\necho mine ran | tee -a \"$HOME/ran\"\ntest ! -e stop\n");
    hook(&place, "home/my hooks/pre-push", "#!/bin/sh\ncat >\"$HOME/told\"\n");
    // Git did not run this one before either.
    hook(&place, ".git/hooks/pre-commit", "#!/bin/sh\necho the repository ran\n");
    place.write("home/.gitconfig", "[core]\n\thooksPath = ~/my hooks\n");
    let run = |line: &str| {
        let ran = at_home(&place, line);
        (ran.status, ran.out + &ran.err)
    };
    assert_eq!(run("govctl hook install --global").0, 0);
    place.write("stop", "");
    place.write("a.py", leak(1));
    let (status, text) = run("git add a.py && git commit -m one");
    assert!(status != 0 && text.contains("mine ran") && !text.contains("a.py"), "{text}");
    fs::remove_file(place.path().join("stop")).unwrap();
    let (status, text) = run("git commit -m one");
    assert!(status != 0 && text.find("mine ran").unwrap() < text.find("a.py").unwrap(), "{text}");
    assert!(!text.contains("the repository ran"), "{text}");
    place.write("a.py", "pass\n");
    let (status, text) =
        run("git add a.py && git commit -q -m one && git init -q --bare .git/far && git push -q .git/far main");
    assert!(status == 0 && place.read("home/told").contains("refs/heads/main"), "{text}");
    // Where the canary is tried they do not run: they may do anything.
    let before = place.read("home/ran");
    let (_, text) = run("govctl doctor");
    assert!(text.contains("✓ canary through pre-commit") && place.read("home/ran") == before, "{text}");
    // Installed again they are known still, and gone they are again what git runs.
    let (status, text) = run("govctl hook install --global");
    assert!(status == 0 && text.contains("in place"), "{text}");
    assert_eq!(run("govctl hook uninstall --global").0, 0);
    place.write("a.py", leak(1));
    let (status, text) = run("git add a.py && git commit -m two");
    assert!(status == 0 && text.contains("mine ran") && !text.contains("the repository ran"), "{text}");
}

#[test]
fn a_server_gets_its_hook_and_gives_it_back() {
    let place = Place::new();
    place.git(&["init", "-q", "--bare", "far away.git"]);
    let far = place.path().join("far away.git");
    hook(&place, "far away.git/hooks/pre-receive", "#!/bin/sh\ncat >told\n");
    let before = everything(&far);
    let govctl = |args: &[&str]| Ran::of(place.command(args).current_dir(&far));
    assert_eq!(govctl(&["hook", "install", "--server"]).status, 0);
    let installed = everything(&far);
    assert_eq!(installed.len(), before.len() + 1);
    let again = govctl(&["hook", "install", "--server"]);
    assert!(again.status == 0 && again.out.is_empty() && everything(&far) == installed, "{again:?}");
    let ran = govctl(&["hook", "uninstall"]);
    assert!(ran.status == 0 && everything(&far) == before, "{ran:?}");
    let ran = govctl(&["hook", "uninstall"]);
    assert!(ran.status == 0 && ran.err.contains("no hook"), "{ran:?}");
}
