//! The README's ways in, each as it is written there: put in place, seen at work, taken out again.

use std::fs;

use crate::commit::{passed, refused, shell};
use crate::managers::{husky, with_all};
use crate::place::{Place, leak};
use crate::programs;

const README: &str = include_str!("../../README.md");

/// The fenced blocks below a heading, up to the next.
fn blocks(heading: &str) -> Vec<String> {
    let (_, text) = README.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let text = ["\n## ", "\n### ", "\n#### "].into_iter().fold(text, |text, next| text.split(next).next().unwrap());
    let fenced = text.split("\n```").skip(1).step_by(2);
    fenced.map(|block| block.split_once('\n').unwrap().1.to_owned() + "\n").collect()
}

/// A block that is a file names it in its first line.
fn write(place: &Place, block: &str) {
    let name = block.lines().next().unwrap().strip_prefix("# ").unwrap();
    place.write(name, block);
}

/// A repository with a policy and its first commit, whose files are out of the hooks' sight afterwards.
fn repository() -> Place {
    let place = Place::repository(&[]);
    place.policy("");
    place
}

fn begin(place: &Place) {
    place.git(&["add", "-A"]);
    place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "first"]);
}

/// A commit of a secret is refused; one that was made behind the hooks' back is when it is pushed.
fn guards(place: &Place, pushes: bool) {
    place.write("a.py", leak(1));
    refused(with_all(place, "git add a.py && git commit -m x"));
    if pushes {
        place.git(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "x"]);
        place.git(&["init", "-q", "--bare", ".git/far.git"]);
        refused(with_all(place, "git push -q .git/far.git main"));
        assert_eq!(place.git(&["ls-remote", ".git/far.git"]), "");
        place.git(&["-c", "core.hooksPath=/dev/null", "reset", "-q", "--soft", "HEAD~1"]);
    }
    place.write("a.py", "pass\n");
    passed(with_all(place, "git add a.py && git commit -m x"));
}

/// Nothing of govctl is left: what was refused passes.
fn guards_no_more(place: &Place) {
    place.write("a.py", leak(2));
    passed(with_all(place, "git add a.py && git commit -m x"));
}

#[test]
fn with_git_alone() {
    let place = repository();
    begin(&place);
    let [install, uninstall] = &blocks("#### With git alone")[..] else { panic!() };
    passed(with_all(&place, install));
    guards(&place, true);
    passed(with_all(&place, uninstall));
    guards_no_more(&place);
}

#[test]
fn with_pre_commit_and_prek() {
    if programs::programs().is_none() {
        return;
    }
    let [config, install, uninstall] = &blocks("#### pre-commit")[..] else { panic!() };
    let prek = blocks("#### prek");
    for commands in [[install, uninstall], [&prek[0], &prek[1]]] {
        let place = repository();
        let manifest = include_str!("../../.pre-commit-hooks.yaml");
        place.write(".git/suite/.pre-commit-hooks.yaml", manifest);
        passed(shell(&place, "cd .git/suite && git init -q && git add . && git commit -q -m hooks"));
        let suite = place.path().join(".git/suite").display().to_string();
        let revision = place.git(&["-C", ".git/suite", "rev-parse", "HEAD"]);
        let config = config.replace("<the URL of this repository>", &suite);
        write(&place, &config.replace("<a tag or commit of it>", &revision));
        begin(&place);
        passed(with_all(&place, commands[0]));
        guards(&place, true);
        passed(with_all(&place, commands[1]));
        guards_no_more(&place);
    }
}

#[test]
fn with_lefthook() {
    if programs::programs().is_none() {
        return;
    }
    let [config, install, uninstall] = &blocks("#### lefthook")[..] else { panic!() };
    let place = repository();
    write(&place, config);
    begin(&place);
    passed(with_all(&place, install));
    guards(&place, true);
    passed(with_all(&place, uninstall));
    guards_no_more(&place);
    // What `hook install` writes has these entries in it.
    place.write("lefthook.yml", "");
    passed(with_all(&place, "govctl hook install"));
    let written = place.read("lefthook.yml");
    for line in config.lines().filter(|l| l.contains("run:")) {
        assert!(written.contains(line.trim()), "{line}: {written}");
    }
}

#[test]
fn with_husky() {
    let place = repository();
    husky(&place);
    let files = blocks("#### husky");
    files.iter().for_each(|file| write(&place, file));
    begin(&place);
    guards(&place, true);
    for file in &files {
        let name = file.lines().next().unwrap().trim_start_matches("# ");
        let kept: String =
            place.read(name).lines().filter(|l| !l.contains("govctl")).map(|l| format!("{l}\n")).collect();
        place.write(name, kept);
        // `hook install` writes the same lines.
        passed(with_all(&place, "govctl hook install"));
        let line = file.lines().nth(1).unwrap();
        assert!(place.read(name).contains(line), "{line}: {}", place.read(name));
    }
    passed(with_all(&place, "govctl hook uninstall"));
    guards_no_more(&place);
}

#[test]
fn with_a_bare_server() {
    let place = repository();
    begin(&place);
    place.git(&["init", "-q", "--bare", ".git/far.git"]);
    let [install, uninstall] = &blocks("#### A bare server")[..] else { panic!() };
    passed(with_all(&place, &format!("cd .git/far.git\n{install}")));
    passed(with_all(&place, "git push -q .git/far.git main"));
    place.commit("x", &[("a.py", &leak(1))]);
    let told = refused(with_all(&place, "git push .git/far.git main"));
    assert!(told.contains("remote: ") && told.contains("! [remote rejected]"), "{told}");
    passed(with_all(&place, &format!("cd .git/far.git\n{uninstall}")));
    passed(with_all(&place, "git push -q .git/far.git main"));
}

#[test]
fn in_ci() {
    for (heading, file, key) in [
        ("#### GitHub Actions", "govctl.sarif", "runs"),
        ("#### GitLab CI", "gl-secret-detection-report.json", "vulnerabilities"),
    ] {
        let place = Place::repository(&[("a.py", &leak(1))]);
        begin(&place);
        let [workflow] = &blocks(heading)[..] else { panic!() };
        let command = workflow.lines().find_map(|l| l.find("govctl check").map(|at| &l[at..])).unwrap();
        assert!(workflow.matches(file).count() == 2, "what is written is what is uploaded: {workflow}");
        let (ok, told) = with_all(&place, command);
        assert!(!ok, "the job fails: {told}");
        let report: serde_json::Value = serde_json::from_slice(&fs::read(place.path().join(file)).unwrap()).unwrap();
        assert_eq!(report[key].as_array().map(Vec::len), Some(1), "{report}");
        // `init` writes the same command.
        let name = if heading.contains("GitHub") { "github" } else { "gitlab" };
        let written = place.govctl(&["init", "--ci", name, "--dry-run"]);
        assert!((written.out.clone() + &written.err).contains(command), "{written:?}");
    }
}
