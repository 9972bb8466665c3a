//! How it is told, and what the exit status is.

use std::io::Read;
use std::process::Stdio;

use crate::place::{Place, RULE, Ran, leak};

const FORMATS: [&str; 10] =
    ["concise", "csv", "github", "gitlab", "human", "json", "jsonl", "junit", "markdown", "sarif"];

/// Forty files, half of them with findings, and a comment that allows nothing.
fn many() -> Place {
    let place = Place::new();
    for i in 0..40 {
        let text = if i % 2 == 0 { format!("{}x = 1\n{}", leak(i), leak(100 + i)) } else { "x = 1\n".repeat(200) };
        place.write(&format!("d{}/f{i}.py", i % 7), text);
    }
    place.write("unused.py", "x = 1  # govctl: allow secrets/slack-bot-token -- a fixture\n");
    place
}

#[test]
fn the_same_bytes_from_run_to_run_and_for_any_number_of_threads() {
    let place = many();
    for format in FORMATS {
        let run = |threads: &str| {
            let ran = place.govctl(&["check", "--format", format, "-j", threads]);
            assert_eq!(ran.status, 1, "{format}: {ran:?}");
            // The time taken is for people; GitLab's schema asks for the time of day.
            let timeless = |line: &&str| !line.contains(" rules in ") && !line.contains("_time\":");
            ran.out.lines().filter(timeless).collect::<Vec<_>>().join("\n")
        };
        let first = run("1");
        for threads in ["1", "2", "4", "0"] {
            assert_eq!(run(threads), first, "{format} -j {threads}");
        }
    }
}

#[test]
fn fail_on_and_exit_zero() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for (severity, arguments, status) in [
        ("critical", &["--fail-on", "critical"][..], 1),
        ("high", &["--fail-on", "critical"], 0),
        ("high", &["--fail-on", "high"], 1),
        ("medium", &["--fail-on", "high"], 0),
        ("low", &["--fail-on", "low"], 1),
        ("low", &[], 1),
        ("low", &["--fail-on", "medium"], 0),
        ("critical", &["--exit-zero"], 0),
        ("critical", &["--exit-zero", "--fail-on", "low"], 0),
    ] {
        place.policy(&format!("checks.severity = {{ \"{RULE}\" = \"{severity}\" }}\n"));
        let ran = place.check(arguments);
        assert_eq!((ran.status, ran.findings().len()), (status, 1), "{severity} {arguments:?}: {ran:?}");
    }
}

#[test]
fn output_to_a_file() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for format in FORMATS {
        let ran = place.govctl(&["check", "--format", format, "--output", "report.out", "--color", "always"]);
        assert_eq!((ran.status, &*ran.out), (1, ""), "{format}: {ran:?}");
        let written = place.read("report.out");
        let printed = place.govctl(&["check", "--format", format, "a.py"]).out;
        let lines = |t: &str| t.lines().filter(|l| l.contains("a.py")).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&written), lines(&printed), "{format}");
        assert!(!written.contains('\u{1b}'), "{format} is coloured in a file");
        std::fs::remove_file(place.path().join("report.out")).unwrap();
    }
    // A report that stood there is replaced whole, and a clean run writes one too.
    place.write("report.out", "x".repeat(100_000));
    place.write("a.py", "x = 1\n");
    assert_eq!(place.govctl(&["check", "--format", "sarif", "--output", "report.out", "a.py"]).status, 0);
    let _: serde_json::Value = serde_json::from_str(&place.read("report.out")).unwrap();
}

#[test]
fn statistics() {
    let place = Place::with(&[("a.py", &format!("{}{}", leak(1), leak(2)))]);
    let human = place.govctl(&["check", "--statistics"]);
    let row = |text: &str| text.lines().any(|l| l.contains('2') && l.contains(RULE) && !l.contains("-->"));
    assert!(row(human.out.rsplit("Looked at").next().unwrap()), "{human:?}");
    // Beside a report for machines, whose output stays what it is.
    let json = place.govctl(&["check", "--statistics", "--format", "json"]);
    let _: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(row(&json.err), "{json:?}");
}

#[test]
fn a_job_summary_where_github_wants_one() {
    let place = Place::with(&[("a.py", &leak(1)), ("summary.md", "# Before\n")]);
    let mut command = place.command(&["check", "--format", "github", "a.py"]);
    let ran = Ran::of(command.env("GITHUB_STEP_SUMMARY", place.path().join("summary.md")));
    assert!(ran.status == 1 && ran.out.starts_with("::error file=a.py,line=1"), "{ran:?}");
    let summary = place.read("summary.md");
    assert!(summary.starts_with("# Before\n") && summary.contains(RULE), "{summary}");
}

#[test]
fn a_reader_that_goes_away_is_success() {
    let place = Place::new();
    for i in 0..1500 {
        place.write(&format!("f{i}.py"), leak(i));
    }
    let runs = ["human", "json", "jsonl", "sarif", "csv", "junit"].map(|f| vec!["check", "--format", f]);
    let others = [vec!["rules", "list"], vec!["rules", "list", "--json"]];
    for arguments in runs.into_iter().chain(others) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_govctl"));
        command.current_dir(place.path()).args(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut first = [0];
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut first).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(0) && !err.contains("error"), "{arguments:?}: {err}");
    }
}

#[test]
fn colour() {
    let place = Place::with(&[("a.py", &leak(1))]);
    for (arguments, variables, coloured) in [
        (&[][..], &[][..], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1")], true),
        (&["--color", "never"], &[("FORCE_COLOR", "1")], false),
        (&[], &[("FORCE_COLOR", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "1")], true),
        (&[], &[("CLICOLOR_FORCE", "0")], false),
        (&[], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], false),
    ] {
        let mut command = place.command(&[&["check"], arguments].concat());
        let ran = Ran::of(command.envs(variables.iter().copied()));
        assert_eq!(ran.out.contains('\u{1b}'), coloured, "{arguments:?} {variables:?}");
    }
}

#[test]
fn the_human_report_on_one_screen() {
    let place = Place::with(&[("app/settings.py", &format!("import os\n{}", leak(1)))]);
    let ran = place.govctl(&["check"]);
    for part in [
        "app/settings.py:2:10",
        RULE,
        "ghp_****",
        "^^^^",
        "help: ",
        "1 finding in 1 file: 1 critical",
        "Looked at 1 file",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    assert!(ran.out.lines().count() < 20 && ran.err.is_empty(), "{ran:?}");
}
