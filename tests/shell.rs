//! Completions load and answer, the manual can be read, every help leads with examples that hold.

#![allow(clippy::unwrap_used)]

#[path = "common/commands.rs"]
mod commands;
#[path = "common/place.rs"]
mod place;

use std::path::Path;
use std::process::Command as Process;

use clap::Command;
use commands::all;
use govctl::cli::{command, examples};
use place::{Place, Ran};

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

/// Runs a line of bash with the binary on the PATH.
fn bash(place: &Place, line: &str) -> Ran {
    let bin = Path::new(env!("CARGO_BIN_EXE_govctl")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut shell = place.command(&[]);
    shell = {
        let mut bash = assert_cmd::Command::new("bash");
        bash.current_dir(place.path()).args(["--norc", "-c", line]).env("PATH", path).env_remove("COMPLETE");
        bash.envs(shell.get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))));
        bash
    };
    Ran::of(&mut shell)
}

/// What TAB gives in bash after these words; the last one is being typed.
fn tab(place: &Place, words: &[&str]) -> Vec<String> {
    let (last, before) = (words.last().unwrap(), words[words.len() - 2]);
    let quoted: Vec<_> = words.iter().map(|w| format!("'{w}'")).collect();
    let ran = bash(
        place,
        &format!(
            "source <(govctl completions bash) && complete -p govctl >/dev/null && COMP_WORDS=({}) COMP_CWORD={} && \
             _clap_complete_govctl govctl '{last}' '{before}' && printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            quoted.join(" "),
            words.len() - 1
        ),
    );
    assert_eq!((ran.status, &*ran.err), (0, ""), "{ran:?}");
    ran.out.lines().map(|l| l.trim_end().to_owned()).collect()
}

#[test]
fn bash_completes_subcommands_flags_rules_formats_and_environments() {
    let place = Place::repository(&[]);
    place.policy("[policies.environments.staging]\nenforcement_mode = \"strict\"\n");
    assert!(tab(&place, &["govctl", "com"]).contains(&"completions".to_owned()));
    assert!(tab(&place, &["govctl", "check", "--sta"]).contains(&"--staged".to_owned()));
    assert_eq!(
        tab(&place, &["govctl", "rules", "explain", "secrets/slack-bot-token-l"]),
        ["secrets/slack-bot-token-legacy"]
    );
    assert_eq!(tab(&place, &["govctl", "check", "--format", "sar"]), ["sarif"]);
    assert_eq!(tab(&place, &["govctl", "check", "--fail-on", "cri"]), ["critical"]);
    assert_eq!(tab(&place, &["govctl", "check", "--env", "st"]), ["staging"]);
    assert_eq!(tab(&place, &["govctl", "audit", "query", "--event-type", "check.bl"]), ["check.blocked"]);
}

#[test]
fn bash_completes_approvals_approvers_roles_and_strategies() {
    let place = Place::repository(&[]);
    let ann = "[[approvers.user]]\nid = \"ann\"\nrole = \"owner\"\ncan_approve = [\"*\"]\n";
    place.policy(&format!("policies.risk.high = [\"deploy\"]\n{ann}"));
    assert!(tab(&place, &["govctl", "approvals", "show", "ap-"]).iter().all(String::is_empty));
    let ask = ["approvals", "request", "--action", "deploy", "--resource", "web", "--justification", "x"];
    let id = place.govctl(&ask).out.lines().next().unwrap().to_owned();
    for command in ["show", "approve", "reject", "withdraw", "cancel", "wait", "consume", "verify", "close"] {
        assert_eq!(tab(&place, &["govctl", "approvals", command, &id[..5]]), [&*id], "{command}");
    }
    assert_eq!(tab(&place, &["govctl", "approvals", "show", ""])[0], id);
    assert_eq!(tab(&place, &["govctl", "approvals", "show", &id[3..6]]), [&id[3..]]);
    assert_eq!(tab(&place, &["govctl", "check", "--override", "ap-"]), [&*id]);
    assert_eq!(tab(&place, &["govctl", "approvals", "approve", &id, "--as", "a"]), ["ann"]);
    assert_eq!(tab(&place, &["govctl", "approvals", "list", "--role", "o"]), ["owner"]);
    assert_eq!(tab(&place, &["govctl", "approvals", "list", "--strategy", "time"]), ["time-based"]);
    for (args, rows) in [(["--role", "owner"], 1), (["--role", "guest"], 0), (["--strategy", "multi-approval"], 1)] {
        let listed = place.govctl(&[&["approvals", "list"], &args[..]].concat());
        assert_eq!(listed.out.matches(&id).count(), rows, "{args:?}: {listed:?}");
    }
    assert_eq!(place.govctl(&["approvals", "list", "--strategy", "x"]).status, 2);
}

#[test]
fn a_script_that_stands_alone_loads_in_bash() {
    let place = Place::new();
    let ran = bash(
        &place,
        "source <(govctl completions --static bash) && COMP_WORDS=(govctl rules explain secrets/slack-bot-token-l) COMP_CWORD=3 && \
         _govctl govctl secrets/slack-bot-token-l explain && printf '%s\\n' \"${COMPREPLY[@]}\"",
    );
    assert_eq!((ran.status, ran.out.trim()), (0, "secrets/slack-bot-token-legacy"), "{ran:?}");
}

/// The shells that are here read both scripts; for the others the text must at least speak of every subcommand.
#[test]
fn every_shell_has_its_scripts() {
    let place = Place::new();
    for shell in SHELLS {
        let dynamic = place.govctl(&["completions", shell]);
        assert_eq!((dynamic.status, &*dynamic.err), (0, ""), "{shell}: {dynamic:?}");
        assert!(dynamic.out.contains("COMPLETE") && dynamic.out.contains("govctl"), "{shell}: {dynamic:?}");
        let alone = place.govctl(&["completions", "--static", shell]);
        assert_eq!((alone.status, &*alone.err), (0, ""), "{shell}");
        assert!(!alone.out.contains("COMPLETE="), "{shell}");
        for name in command().get_subcommands().map(Command::get_name) {
            assert!(alone.out.contains(name), "{shell}: {name}");
        }
        for text in [&dynamic.out, &alone.out] {
            let file = place.write("script", text);
            let loads = match shell {
                "bash" | "zsh" => Process::new(shell).arg("-n").arg(file).status(),
                "fish" => Process::new(shell).arg("--no-execute").arg(file).status(),
                _ => continue,
            };
            assert!(loads.is_err() || loads.unwrap().success(), "{shell} does not read its script");
        }
    }
    place.govctl(&["completions", "tcsh"]).fails(&["tcsh"]);
}

/// Where zsh and fish are, they load both scripts as their users do; fish tells what TAB gives.
#[test]
fn zsh_and_fish_load_their_scripts() {
    let place = Place::new();
    let has = |shell: &str| Process::new(shell).args(["-c", "true"]).status().is_ok_and(|s| s.success());
    for (shell, with) in [("zsh", "zsh -f -c"), ("fish", "fish --no-config -c")] {
        if !has(shell) {
            eprintln!("skipped: {shell} is not here");
            continue;
        }
        for kind in ["", "--static"] {
            let ask = match shell {
                "zsh" => "autoload -U compinit; compinit -u -d ./dump; source ./script; echo ${_comps[govctl]}",
                _ => {
                    "source ./script; complete -C 'govctl comple'; complete -C 'govctl rules explain secrets/github-p'"
                }
            };
            let line = format!("ASK={}; govctl completions {kind} {shell} >script && {with} \"$ASK\"", quoted(ask));
            let ran = bash(&place, &line);
            assert_eq!((ran.status, &*ran.err), (0, ""), "{shell} {kind}: {ran:?}");
            let words = if shell == "zsh" { ["govctl", ""] } else { ["completions\t", place::RULE] };
            // A script that stands alone leaves fish without words for an argument that has no fixed ones.
            assert!(ran.out.contains(words[0]), "{shell} {kind}: {ran:?}");
            assert!(!kind.is_empty() || ran.out.contains(words[1]), "{shell} {kind}: {ran:?}");
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A hook inherits the environment: a variable must not be enough to answer "clean".
#[test]
fn a_variable_alone_answers_no_check() {
    let place = Place::repository(&[("a.py", &place::leak(3))]);
    let ran = Ran::of(place.command(&["check", "--format", "concise"]).env("COMPLETE", "bash"));
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.out.contains(place::RULE), "{ran:?}");
    let ran = Ran::of(place.command(&[]).env("COMPLETE", "bash"));
    assert!(ran.status == 0 && ran.out.contains("_clap_complete_govctl"), "{ran:?}");
    let ran = Ran::of(place.command(&["--", "govctl", ""]).env("COMPLETE", "tcsh"));
    assert_eq!((ran.status, &*ran.out), (2, ""), "{ran:?}");
}

#[test]
fn every_help_leads_with_examples() {
    let place = Place::new();
    for (path, _) in all() {
        for flag in ["--help", "-h"] {
            let words: Vec<_> = path.split_whitespace().chain([flag]).collect();
            let ran = place.govctl(&words);
            assert_eq!((ran.status, &*ran.err), (0, ""), "{path}: {ran:?}");
            let (examples, usage) = (ran.out.find("\nExamples:\n  "), ran.out.find("\nUsage: govctl"));
            assert!(
                examples.is_some() && examples < usage,
                "`govctl {path} {flag}` has no examples; add a row to src/cli/examples.rs"
            );
        }
    }
}

/// The words of each `govctl …` in a line of shell.
fn words(typed: &str) -> Vec<Vec<String>> {
    let parts = typed.split(" | ").flat_map(|p| p.split("<(")).map(|p| p.trim_end_matches(')'));
    let own = parts.filter(|p| p.starts_with("govctl"));
    own.map(|p| {
        let p = [" > ", " >> ", " < "].iter().fold(p, |p, sign| p.split(sign).next().unwrap());
        let mut quoted = false;
        let mut words = vec![String::new()];
        for c in p.chars() {
            match c {
                '\'' | '"' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().unwrap().push(c),
            }
        }
        assert!(!quoted, "{typed}");
        words
    })
    .collect()
}

#[test]
fn every_example_is_understood() {
    let known: Vec<_> = all().into_iter().map(|(path, _)| path).collect();
    for (path, rows) in examples::EXAMPLES {
        assert!(
            known.iter().any(|k| k == path),
            "there is no `govctl {path}`; take its row out of src/cli/examples.rs"
        );
        for (typed, what) in *rows {
            assert!(!what.is_empty() && !words(typed).is_empty(), "{typed}");
            for words in words(typed) {
                assert!(words[1..].join(" ").starts_with(path), "`{typed}` is no example of `{path}`");
                let parsed = command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "`{typed}`: {}", parsed.err().unwrap());
            }
        }
    }
    let names: Vec<_> = examples::EXAMPLES.iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted(), "src/cli/examples.rs is sorted by subcommand");
}

#[test]
fn there_is_a_page_for_every_subcommand_and_it_can_be_read() {
    let place = Place::new();
    let ran = place.govctl(&["man", "--output", "man/man1"]);
    assert_eq!((ran.status, &*ran.out), (0, ""), "{ran:?}");
    let mut pages = Vec::new();
    for (path, _) in all() {
        let name = format!("govctl {path}").trim().replace(' ', "-");
        let page = place.read(&format!("man/man1/{name}.1"));
        for part in [".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH EXAMPLES", ".SH \"EXIT STATUS\"", ".SH OPTIONS"] {
            assert!(page.contains(part), "{name}: no {part}\n{page}");
        }
        let words: Vec<_> = ["man"].into_iter().chain(path.split_whitespace()).collect();
        assert_eq!(place.govctl(&words).out, page, "{name}");
        pages.push(place.path().join(format!("man/man1/{name}.1")));
    }
    assert_eq!(std::fs::read_dir(place.path().join("man/man1")).unwrap().count(), pages.len());
    read_with_groff(&pages);
    place.govctl(&["man", "chek"]).fails(&["chek", "did you mean `check`"]);
}

/// Where groff or mandoc is, it must have nothing to say against a page.
fn read_with_groff(pages: &[std::path::PathBuf]) {
    for (program, args) in [("groff", &["-man", "-Tascii", "-ww", "-z"][..]), ("mandoc", &["-Tlint", "-Werror"])] {
        let Ok(read) = Process::new(program).args(args).args(pages).output() else {
            eprintln!("skipped: there is no {program} here");
            continue;
        };
        assert!(read.status.success(), "{program}: {}", String::from_utf8_lossy(&read.stdout));
        assert_eq!(String::from_utf8_lossy(&read.stderr), "", "{program}");
    }
}
