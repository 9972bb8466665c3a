//! The README: its commands do what it says, its policies are valid, its picture is the tool's own output.

#![allow(clippy::unwrap_used)]

#[path = "common/place.rs"]
mod place;
#[path = "readme/svg.rs"]
mod svg;

use std::path::Path;

use fastrand::Rng;
use govctl::rules::template::expand;
use place::{Place, Ran};

const README: &str = include_str!("../README.md");

/// The repository that the README's commands are run in: two commits on a branch that left `main`.
fn sample() -> Place {
    let rng = &mut Rng::with_seed(2027);
    let config =
        "import os\n\nSLACK_TOKEN = \"xoxb-{digit:12}-{digit:12}-{alnum:24}\"\nPORT = int(os.environ[\"PORT\"])\n";
    let place = Place::repository(&[]);
    place.commit(
        "Start",
        &[("src/main.py", "print('hello')\n"), ("docs/index.md", "# Hello\n"), ("gitleaks.toml", GITLEAKS)],
    );
    place.git(&["checkout", "-q", "-b", "topic"]);
    place.commit("Add the settings", &[("app/config.py", &expand(config, rng).unwrap()), ("app/prices.py", PRICES)]);
    place
}

const PRICES: &str =
    "import numpy as np\n\n\ndef latest_prices(symbol):\n    return np.random.normal(100, 2, size=30)\n";
const GITLEAKS: &str = "[[rules]]\nid = \"acme\"\nregex = '''acme_[a-z]{9}'''\nkeywords = [\"acme_\"]\n";

/// The fenced blocks of one language, each without its fences.
fn blocks(language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in README.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info == language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take().filter(|(wanted, _)| *wanted).map(|(_, text)| text)),
            (Some((_, text)), None) => text.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    blocks
}

/// A command of a `console` block: what is typed, what must be printed (nothing: whatever is), with which exit status.
struct Step {
    typed: String,
    printed: Vec<String>,
    status: Option<i32>,
}

fn steps(block: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(typed), _) => steps.push(Step { typed: typed.to_owned(), printed: Vec::new(), status: None }),
            (None, Some(step)) => match line.strip_prefix("? ") {
                Some(status) => step.status = Some(status.parse().unwrap()),
                None => step.printed.push(line.to_owned()),
            },
            (None, None) => panic!("a console block starts with `$ `: {line}"),
        }
    }
    steps
}

/// Runs as a shell does, with the binary on the PATH.
fn run(place: &Place, typed: &str, password: &str) -> Ran {
    let bin = Path::new(env!("CARGO_BIN_EXE_govctl")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut shell = place.shell(typed);
    Ran::of(shell.env("PATH", path).env("PASSWORD", password))
}

/// `[..]` stands for anything within a line; more lines may follow the last.
fn is_printed(expected: &[String], text: &str) -> bool {
    let like = |pattern: &str, line: &str| {
        let parts: Vec<_> = pattern.split("[..]").map(regex::escape).collect();
        regex::Regex::new(&format!("^{}$", parts.join(".*"))).unwrap().is_match(line)
    };
    let lines: Vec<_> = text.lines().collect();
    expected.len() <= lines.len() && expected.iter().zip(&lines).all(|(e, l)| like(e, l))
}

#[test]
fn every_command_does_what_it_says() {
    let mut count = 0;
    for block in blocks("console") {
        let place = sample();
        for step in steps(&block) {
            let password = expand("{alnum:12}", &mut Rng::with_seed(4)).unwrap();
            let ran = run(&place, &step.typed, &password);
            let Step { typed, printed, status } = &step;
            match status {
                Some(status) => assert_eq!(ran.status, *status, "{typed}: {ran:?}"),
                None => assert!(matches!(ran.status, 0 | 1), "{typed}: {ran:?}"),
            }
            let text = format!("{}{}", ran.out, ran.err);
            assert!(is_printed(printed, &text), "{typed} prints\n{text}\nand not\n{}", printed.join("\n"));
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn every_policy_in_it_is_valid() {
    let blocks = blocks("toml");
    assert!(blocks.len() >= 2);
    for block in blocks {
        let version = if block.contains("[policies]") { "" } else { "policies.version = \"1.0\"\n" };
        let place = Place::with(&[("governance.toml", &format!("{version}{block}"))]);
        let ran = place.govctl(&["policy", "validate"]);
        assert_eq!(ran.status, 0, "{block}\n{ran:?}");
    }
}

#[test]
fn its_links_lead_somewhere() {
    for link in README.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join(link.split('#').next().unwrap());
        assert!(link.starts_with("https://") || here.exists(), "{link}");
    }
}

/// `GOVCTL_UPDATE_PICTURE=1 cargo test --test readme` makes it anew.
#[test]
fn its_picture_is_the_tools_own_output() {
    let command = "govctl check";
    let ran = sample().govctl(&["check", "--color", "always"]);
    assert_eq!(ran.status, 1, "{ran:?}");
    let drawn = svg::draw(command, &ran.out);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/check.svg");
    if std::env::var_os("GOVCTL_UPDATE_PICTURE").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    // Sizes, times and the number of rules change; what is said does not.
    let said = |svg: &str| {
        let bare = regex::Regex::new("<[^>]*>|[0-9.,]+ (bytes|kB|rules|ms|s)\\b|under 1 ms").unwrap();
        bare.replace_all(svg, "").into_owned()
    };
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(said(&kept), said(&drawn), "GOVCTL_UPDATE_PICTURE=1 cargo test --test readme");
}
