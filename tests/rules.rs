//! The catalogue, and `govctl rules`.

#![allow(clippy::unwrap_used)]

mod common;
#[path = "common/place.rs"]
mod place;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fastrand::Rng;
use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::finding::Confidence;
use govctl::rules::{CATALOGUE, built_in, pattern, template};
use place::{Place, RULE};
use proptest::prelude::*;

#[test]
fn the_catalogue_is_whole() {
    assert!(CATALOGUE.len() >= 500, "{}", CATALOGUE.len());
    assert!(CATALOGUE.is_sorted_by(|a, b| a.info.id < b.info.id), "ids are sorted and unique");
    let mut wrong = Vec::new();
    for rule in CATALOGUE {
        let info = &rule.info;
        let kebab = info.id.strip_prefix("secrets/").is_some_and(|name| {
            !name.starts_with('-') && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        });
        for (holds, what) in [
            (kebab, "its id is not secrets/<kebab-case>"),
            (!info.summary.is_empty() && !info.summary.ends_with('.'), "its summary is empty or ends in a full stop"),
            (info.explain.len() > 20, "its explanation says nothing"),
            (info.help.len() > 20, "its help says nothing"),
            (
                !rule.keywords.is_empty() && rule.keywords.iter().all(|k| k.len() >= 3),
                "a keyword has less than 3 bytes",
            ),
            (rule.keywords.iter().all(|k| **k == *k.to_ascii_lowercase()), "a keyword is not in lower case"),
            (!info.hit.is_empty() && !info.miss.is_empty(), "it has no hit or no miss"),
            (pattern::compile(&rule.regex).is_ok(), "its regex does not compile"),
        ] {
            if !holds {
                wrong.push(format!("{}: {what}", info.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The TOML files of the rules and of what has no rule.
fn toml_files(folder: &str, prefix: &str) -> Vec<toml::Table> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let named = |p: &&std::path::PathBuf| {
        let name = p.file_name().unwrap().to_str().unwrap();
        name.starts_with(prefix) && name.ends_with(".toml")
    };
    paths.iter().filter(named).map(|p| std::fs::read_to_string(p).unwrap().parse().unwrap()).collect()
}

#[test]
fn every_row_of_the_format_table_has_a_rule_or_a_reason() {
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in toml_files("src/rules/builtin", "") {
        for rule in file["rule"].as_array().unwrap() {
            for row in rule.get("covers").and_then(|c| c.as_array()).into_iter().flatten() {
                answers
                    .entry(row.as_str().unwrap().to_owned())
                    .or_default()
                    .push(rule["id"].as_str().unwrap().to_owned());
            }
        }
    }
    for file in toml_files("src/rules", "not_covered_") {
        for (row, reason) in file {
            assert!(reason.as_str().is_some_and(|r| r.len() > 10), "{row} has no reason");
            assert!(!answers.contains_key(&row), "{row} is called not covered and covered by {:?}", answers[&row]);
            answers.insert(row, Vec::new());
        }
    }
    assert!(answers.len() >= 500, "{}", answers.len());
    let Some(shared) = common::shared() else { return };
    let table = std::fs::read_to_string(shared.join("data/token-formats.tsv")).unwrap();
    let rows: BTreeSet<_> = table.lines().skip(1).filter_map(|l| l.split('\t').next()).collect();
    let unanswered: Vec<_> = rows.iter().filter(|r| !answers.contains_key(**r)).collect();
    assert!(unanswered.is_empty(), "rows without a rule or a reason: {unanswered:?}");
    let unknown: Vec<_> = answers.keys().filter(|a| !rows.contains(a.as_str())).collect();
    assert!(unknown.is_empty(), "no rows of the table: {unknown:?}");
}

#[test]
fn the_readmes_block_of_a_rule_is_one() {
    // The header of src/rules/mod.rs shows every field; a field more or less there misleads whoever adds a rule.
    let header = include_str!("../src/rules/mod.rs");
    let block: Vec<_> = header
        .lines()
        .skip_while(|l| *l != "//! ```toml")
        .skip(1)
        .take_while(|l| *l != "//! ```")
        .map(|l| l.trim_start_matches("//!").trim_start())
        .collect();
    let shown: toml::Table = block.join("\n").parse().unwrap();
    let shown = shown["rule"].as_array().unwrap()[0].as_table().unwrap();
    let used: BTreeSet<String> = toml_files("src/rules/builtin", "")
        .iter()
        .flat_map(|f| f["rule"].as_array().unwrap().clone())
        .flat_map(|r| r.as_table().unwrap().keys().cloned().collect::<Vec<_>>())
        .collect();
    let missing: Vec<_> = used.iter().filter(|k| !shown.contains_key(*k)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The same rule with its regex run over the whole text. Scorers have none: their keywords stay.
fn everywhere(rule: &pattern::PatternRule) -> pattern::PatternRule {
    match rule.credential {
        None => pattern::PatternRule { keywords: Cow::Borrowed(&[]), ..rule.clone() },
        Some(_) => rule.clone(),
    }
}

/// The catalogue, and the catalogue with every regex run over the whole text.
struct Both {
    windows: Engine,
    whole: Engine,
}

impl Both {
    fn new() -> Self {
        let engine = |change: fn(&mut pattern::PatternRule)| {
            let mut rules = built_in();
            rules.iter_mut().for_each(|rule| change(rule.to_mut()));
            Engine::new(Settings { rules, min_confidence: Confidence::Low, ..Settings::default() }).unwrap()
        };
        Self { windows: engine(|_| ()), whole: engine(|rule| *rule = everywhere(rule)) }
    }
}

/// The rules that find one thing around their keywords and another in the whole text.
fn culprits(text: &str) -> Vec<String> {
    let alone = |rule: &pattern::PatternRule| {
        let engine =
            Engine::new(Settings { rules: vec![pattern::Held::from(rule.clone())], ..Settings::default() }).unwrap();
        engine.secrets(text.as_bytes(), &mut Scratch::default())
    };
    CATALOGUE.iter().filter(|r| alone(r) != alone(&everywhere(r))).map(|r| r.info.id.to_string()).collect()
}

/// Texts with examples of a few rules, whole and broken, between filler, on lines of their own and on long ones.
fn texts() -> impl Strategy<Value = String> {
    let piece = (0..CATALOGUE.len(), any::<u64>(), 0u8..8, "[ -~\\n\\t]{0,60}", "[ \\n,;=]{0,3}");
    proptest::collection::vec(piece, 1..12).prop_map(|pieces| {
        let mut text = String::new();
        for (rule, seed, how, filler, between) in pieces {
            let mut rng = Rng::with_seed(seed);
            let info = &CATALOGUE[rule].info;
            let examples: Vec<_> = info.hit.iter().chain(info.miss.iter()).collect();
            let example = template::expand(examples[rng.usize(..examples.len())], &mut rng).unwrap();
            let cut = example.char_indices().map(|(i, _)| i).nth(example.chars().count() / 2).unwrap_or(0);
            text.push_str(&filler);
            text.push_str(&between);
            match how {
                0 => text.push_str(&example[cut..]),
                1 => text.push_str(&example[..cut]),
                2 => text.push_str(&format!("{}{example}", "0".repeat(rng.usize(..400)))),
                3 => text.push_str(&format!("{example}\n{example}")),
                4 => text.push_str(&example.to_uppercase()),
                _ => text.push_str(&example),
            }
            text.push_str(&between);
        }
        text
    })
}

#[test]
fn what_is_found_around_keywords_is_what_is_found_in_the_whole_text() {
    let both = Both::new();
    let (mut scratch, mut other) = (Scratch::default(), Scratch::default());
    let mut found = 0;
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let scratches = std::cell::RefCell::new((&mut scratch, &mut other, &mut found));
    runner
        .run(&texts(), |text| {
            let (scratch, other, found) = &mut *scratches.borrow_mut();
            let (windows, whole) =
                (both.windows.secrets(text.as_bytes(), scratch), both.whole.secrets(text.as_bytes(), other));
            **found += whole.len();
            prop_assert_eq!(windows, whole, "{:?}", culprits(&text));
            Ok(())
        })
        .unwrap();
    assert!(found > 100, "the texts hold too little: {found}");
}

#[test]
fn a_large_file_in_pieces_is_the_file() {
    // Tokens around the places where pieces of 8 MiB meet, and a key over several lines on one of them.
    let mut rng = Rng::with_seed(5);
    let mut text = String::with_capacity(20 << 20);
    let mut lines = 0;
    let mut expected = BTreeSet::new();
    while text.len() < 18 << 20 {
        let to_cut = (8 << 20) - text.len() % (8 << 20);
        if !(80_000..=(8 << 20) - 80_000).contains(&to_cut) {
            if rng.u8(..40) == 0 {
                let pem = template::expand("{pem:RSA PRIVATE KEY}\n", &mut rng).unwrap();
                expected.insert(lines + 1);
                lines += pem.lines().count();
                text.push_str(&pem);
                continue;
            }
            if rng.u8(..4) == 0 {
                text.push_str(&place::leak(rng.u64(..)));
                lines += 1;
                expected.insert(lines);
                continue;
            }
        }
        text.push_str("the quick brown fox jumps over the lazy dog and then over the fence, twice\n");
        lines += 1;
    }
    let place = Place::with(&[("large.txt", &text)]);
    place.policy("checks.max_file_size = \"100MiB\"\n");
    let ran = place.check(&["--only", "secrets", "large.txt"]);
    let found: Vec<_> = ran.findings().iter().map(|f| usize::try_from(f["line"].as_u64().unwrap()).unwrap()).collect();
    assert_eq!(found.len(), found.iter().collect::<BTreeSet<_>>().len(), "a finding is told twice");
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn list() {
    let place = Place::new();
    let ids = |arguments: &[&str]| {
        let ran = place.govctl(&[&["rules", "list", "--json"], arguments].concat());
        assert_eq!(ran.status, 0, "{ran:?}");
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(document["schema_version"], "1");
        let rules = document["rules"].as_array().unwrap();
        let ids: Vec<_> = rules.iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect();
        assert!(ids.is_sorted() && rules.iter().all(|r| r["help"].is_string() && r["severity"].is_string()));
        ids
    };
    let all = ids(&[]);
    assert!(all.len() > 500 && all.contains(&RULE.to_owned()) && all.contains(&"suppressions/unused".to_owned()));
    let slack = ids(&["slack"]);
    assert!(
        !slack.is_empty() && slack.len() < 30 && slack.contains(&"secrets/slack-bot-token".to_owned()),
        "{slack:?}"
    );
    assert_eq!(ids(&["SLACK"]), slack);
    let two = ids(&["slack", "github"]);
    assert!(two.len() > slack.len() && two.contains(&RULE.to_owned()));
    assert_eq!(ids(&["no such thing anywhere"]), Vec::<String>::new());
    let critical = ids(&["--severity", "critical"]);
    assert!(critical.len() > 5 && critical.len() < all.len() && critical.contains(&RULE.to_owned()));
    let text = place.govctl(&["rules", "list", "github-personal"]);
    assert!(text.out.starts_with(RULE) && text.out.contains("critical") && text.err.contains("1 rule"), "{text:?}");
}

#[test]
fn explain() {
    let place = Place::new();
    for name in [RULE, "github-personal-access-token"] {
        let ran = place.govctl(&["rules", "explain", name]);
        assert_eq!(ran.status, 0, "{ran:?}");
        for part in
            [&*format!("# {RULE}\n"), "## What to do", "## What it looks for", "ghp_", "Leaves alone", "govctl: allow"]
        {
            assert!(ran.out.contains(part), "{part}: {}", ran.out);
        }
    }
    // Every rule that is listed can be explained.
    let listed = place.govctl(&["rules", "list"]).out;
    for id in listed.lines().filter_map(|l| l.split_whitespace().next()).step_by(25) {
        assert_eq!(place.govctl(&["rules", "explain", id]).status, 0, "{id}");
    }
    // A pager is for terminals only.
    let ran = place::Ran::of(place.command(&["rules", "explain", RULE]).env("PAGER", "false"));
    assert!(ran.status == 0 && ran.out.contains("## What to do"), "{ran:?}");
}

#[test]
fn test_of_the_catalogue_and_of_ones_own() {
    let place = Place::new();
    let ran = place.govctl(&["rules", "test"]);
    assert_eq!((ran.status, &*ran.out), (0, ""), "{ran:?}");
    let rule = "[[checks.secrets.rule]]\nid = \"secrets/acme-token\"\nsummary = \"Acme\"\nseverity = \"low\"\n\
                keywords = [\"acme_\"]\nregex = '\\bacme_[A-Za-z0-9]{32}\\b'\nhit = [\"t = acme_{alnum:32}\"]\n";
    place.policy(rule);
    let own = place.govctl(&["rules", "test"]);
    assert_eq!(own.status, 0, "{own:?}");
    assert_ne!(own.err, ran.err, "the policy's rule is not counted");
    // What one rule's example gives to another one is a problem that only this command sees.
    place.policy(&rule.replace("t = acme_{alnum:32}", "t = acme_{alnum:32} and {crc:ghp_}"));
    let clash = place.govctl(&["rules", "test"]);
    assert!(clash.status == 1 && clash.out.contains("secrets/acme-token") && clash.out.contains(RULE), "{clash:?}");
    place.policy("");
    place.write("rules.toml", "[[rules]]\nid = \"acme\"\nregex = '''acme_[a-z]{9}'''\nkeywords = [\"acme_\"]\n");
    let file = place.govctl(&["rules", "test", "--rules", "rules.toml"]);
    assert!(file.status == 0 && file.err != ran.err, "{file:?}");
    place.write("rules.toml", "[[rules]]\nid = \"acme\"\nregex = '''ghp_[A-Za-z0-9]{30,}'''\nkeywords = [\"ghp_\"]\n");
    let clash = place.govctl(&["rules", "test", "--rules", "rules.toml"]);
    assert!(clash.status == 1 && clash.out.contains("secrets/acme"), "{clash:?}");
}
