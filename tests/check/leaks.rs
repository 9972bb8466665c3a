//! No secret comes out: not in a format, an error, a warning or a file that is written.

use std::collections::{BTreeSet, HashSet};

use fastrand::Rng;
use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::rules::{CATALOGUE, built_in, template};

use crate::place::{Place, RULE, Ran, token};

/// How many characters of a secret in a row nobody may see.
const WINDOW: usize = 10;
/// A stretch that has so many characters in common with the catalogue's own words is not chance.
const FIXED: usize = 5;

/// Stretches of secrets that must not be printed.
struct Planted(BTreeSet<Vec<u8>>);

impl Planted {
    /// The stretches of every secret that the engine knows in these texts, but for what it may show of one (its first four
    /// characters) and for what stands in the catalogue's own words anyway.
    fn of<'a>(texts: impl IntoIterator<Item = &'a String>) -> Self {
        // A rule for some files only says nothing of others.
        let rules = built_in().into_iter().filter(|r| r.paths.is_empty()).collect();
        let engine = Engine::new(Settings { rules, ..Settings::default() }).unwrap();
        let known: String = CATALOGUE
            .iter()
            .flat_map(|r| {
                [&r.info.help, &r.info.explain, &r.info.summary, &r.regex].into_iter().chain(r.info.hit.iter())
            })
            .map(|t| format!("{t}\n"))
            .collect();
        let mut scratch = Scratch::default();
        let mut stretches = BTreeSet::new();
        for text in texts {
            for range in engine.secrets(text.as_bytes(), &mut scratch) {
                let secret = &text.as_bytes()[range];
                let hidden = secret.get(4..).unwrap_or_default();
                stretches
                    .extend(hidden.windows(WINDOW).filter(|w| w.is_ascii() && !w.contains(&b'\n')).map(<[u8]>::to_vec));
            }
        }
        // Fixed parts of a format (a host, a path) are no secret.
        let fixed: HashSet<&[u8]> = known.as_bytes().windows(FIXED).collect();
        stretches.retain(|s: &Vec<u8>| !s.windows(FIXED).any(|part| fixed.contains(part)));
        Self(stretches)
    }

    #[track_caller]
    fn are_not_in(&self, text: &str, what: &str) {
        let seen = text.as_bytes().windows(WINDOW).find(|w| self.0.contains(*w));
        if let Some(seen) = seen {
            let seen = String::from_utf8_lossy(seen);
            let line = text.lines().find(|l| l.contains(&*seen)).unwrap_or_default();
            panic!("{what} shows `{seen}` of a secret: {line}");
        }
    }

    #[track_caller]
    fn are_hidden(&self, ran: &Ran, what: &str) {
        self.are_not_in(&ran.out, &format!("{what} (standard output)"));
        self.are_not_in(&ran.err, &format!("{what} (standard error)"));
    }
}

const FORMATS: [&str; 10] =
    ["human", "concise", "json", "jsonl", "csv", "markdown", "junit", "sarif", "github", "gitlab"];

/// One file for each rule with its examples, several a line among them.
fn one_of_each(place: &Place, seed: u64) -> Vec<String> {
    let mut rng = Rng::with_seed(seed);
    let mut texts = Vec::new();
    for rule in CATALOGUE {
        let mut examples = || rule.info.hit.iter().map(|t| template::expand(t, &mut rng).unwrap()).collect::<Vec<_>>();
        // Others for the line that they share: there not every rule knows its own.
        let (apart, mut together) = (examples(), examples());
        together.retain(|example| !example.contains('\n'));
        let name = rule.info.id.split_once('/').unwrap().1;
        let text = format!("{}\n\n{}\n", apart.join("\n\n"), together.join(" "));
        place.write(&format!("{}/{name}.txt", &name[..1]), &text);
        texts.push(text);
    }
    texts
}

#[test]
fn in_no_format() {
    let place = Place::new();
    let planted = Planted::of(&one_of_each(&place, 1));
    assert!(planted.0.len() > 5_000, "{}", planted.0.len());
    for format in FORMATS {
        let ran = place.govctl(&["check", "--only", "secrets", "--format", format, "--statistics"]);
        assert_eq!(ran.status, 1, "{format}");
        planted.are_hidden(&ran, format);
    }
    let ran = place.govctl(&["check", "--write-baseline", "--baseline", "known.json"]);
    planted.are_hidden(&ran, "--write-baseline");
    planted.are_not_in(&place.read("known.json"), "the baseline");
}

#[test]
fn not_through_redact() {
    let place = Place::new();
    let text = one_of_each(&place, 2).join("\n\n\n\n");
    let planted = Planted::of([&text]);
    let ran = Ran::of(place.command(&["redact"]).write_stdin(text.clone()));
    assert_eq!(ran.status, 0);
    planted.are_hidden(&ran, "redact");
    assert_eq!(ran.out.lines().count(), text.lines().count());
    // The second time there is nothing left to mask.
    assert_eq!(Ran::of(place.command(&["redact"]).write_stdin(ran.out.clone())).out, ran.out);
}

#[test]
fn not_on_a_line_that_is_shown_for_another_reason() {
    let planted = Planted::of([&format!("{}\n{}\n", token(1), token(2))]);
    for text in [
        format!("t = '{}'  # govctl: allow {RULE}\n", token(1)),
        format!("t = '{}'  # govctl: allow {RULE} until 2001-01-01 -- old\n", token(1)),
        format!("t = '{}'  # govctl: allow secrets/slack-bot-token -- {}\n", token(1), token(2)),
        format!("t = '{}'  # govctl: allow {RULE} -- it is {}\n", token(1), token(2)),
        format!("x = 1  # govctl: allow {RULE} -- instead of\n# {}\n", token(2)),
        format!(
            "def load():\n    '''{}'''\n    import numpy as np\n    return np.random.randn(3)  # {}\n",
            token(1),
            token(2)
        ),
        format!("noise = numpy.random.randn(3, '{}'); password = '{}'\n", token(1), token(2)),
        format!("import numpy\nnoise = numpy.random.randn(3), '{}'\n", token(1)),
    ] {
        for disabled in ["", "checks.disable = ['secrets/*']\n", "checks.severity = { 'secrets/*' = 'off' }\n"] {
            let place = Place::with(&[("a.py", &text)]);
            place.policy(disabled);
            for format in FORMATS {
                planted.are_hidden(
                    &place.govctl(&["check", "--format", format]),
                    &format!("{format} {disabled} of {text}"),
                );
            }
        }
    }
}

#[test]
fn not_with_the_commit() {
    let place = Place::repository(&[]);
    place.commit("one", &[("a.py", "x = 1\n")]);
    place.commit(&format!("Use {} at last", token(2)), &[("a.py", &format!("t = '{}'\n", token(1)))]);
    let planted = Planted::of([&format!("{}\n{}\n", token(1), token(2))]);
    for format in FORMATS {
        let ran = place.govctl(&["check", "--format", format, "--range", "HEAD~1..HEAD"]);
        assert_eq!(ran.status, 1, "{ran:?}");
        planted.are_hidden(&ran, format);
    }
}

#[test]
fn not_in_an_error() {
    let secret = token(1);
    let planted = Planted::of([&format!("{secret}\n")]);
    let none: &[&str] = &[];
    let (range, missing) = (format!("{secret}..HEAD"), format!("missing-{secret}"));
    let broken = [
        ("governance.toml", format!("policies.version = \"1.0\"\nchecks.disabel = [\"{secret}\"]\n"), none),
        (
            "governance.toml",
            format!("policies.version = \"1.0\"\nchecks.secrets.allow.values = [\"({secret}\"]\n"),
            none,
        ),
        ("governance.toml", format!("policies.version = \"1.0\"\nchecks.secrets.enabled = \"{secret}\"\n"), none),
        ("governance.toml", format!("policies.version = \"1.0\"\nchecks = \"{secret}\n"), none),
        ("governance.toml", format!("policies.version = \"{secret}\"\n"), none),
        ("rules.toml", format!("[[rules]]\nid = \"x\"\nregex = '({secret}'\n"), &["--rules", "rules.toml"]),
        ("rules.toml", format!("[[rules]]\nid = \"x\"\nregex = \"{secret}\n"), &["--rules", "rules.toml"]),
        ("rules.toml", format!("[[rules]]\nid = 7 # {secret}\n"), &["--rules", "rules.toml"]),
        (
            "rules.toml",
            format!("[extend]\nurl = \"https://x:{secret}@example.org/\"\n[[rules]]\nid = \"x\"\nregex = 'abc'\n"),
            &["--rules", "rules.toml"],
        ),
        ("known.json", format!("{{\"schema_version\":\"{secret}\",\"findings\":[]}}"), &["--baseline", "known.json"]),
        (
            "known.json",
            format!(
                "{{\"schema_version\":\"1\",\"findings\":[{{\"path\":\"{secret}\",\"rule\":\"r\",\"fingerprint\":\"x\"}}]}}"
            ),
            &["--baseline", "known.json"],
        ),
        ("known.json", format!("{{\"{secret}\":1}}"), &["--baseline", "known.json"]),
        ("a.py", "x = 1\n".to_owned(), &["--range", &range]),
        ("a.py", "x = 1\n".to_owned(), &[&missing]),
    ];
    for (name, text, arguments) in broken {
        let place = Place::repository(&[(name, &text)]);
        place.commit("one", &[]);
        for format in ["human", "json"] {
            let ran = place.govctl(&[&["check", "--format", format], arguments].concat());
            planted.are_hidden(&ran, &format!("{format} with {name} {text}"));
        }
        planted.are_hidden(&place.govctl(&["policy", "validate"]), &format!("policy validate with {text}"));
    }
}
