//! Every key of a whole policy renamed, mistyped, duplicated, deleted and taken out of its range, one at a time and three at
//! a time: each mutation is reported at its own place.

#![allow(clippy::unwrap_used)]

mod common;

use std::ops::Range;

use govctl::policy::mistake::Mistake;
use govctl::policy::shape::{self, Shape};
use govctl::policy::tree::{self, Entry, Node, Place, Table, Value};
use govctl::policy::{self, Context};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A policy of this repository's own that uses every section; tests need nothing else.
const OWN: &str = include_str!("fixtures/policy/whole.toml");

#[derive(Clone, Debug)]
struct Mutation {
    what: &'static str,
    path: String,
    /// What is replaced.
    range: Range<usize>,
    by: String,
    expect: Expect,
}

#[derive(Clone, Debug)]
enum Expect {
    /// A mistake that touches this part of the replacement.
    At(Range<usize>),
    /// A mistake that names the key that is gone.
    Named(String),
}

fn context() -> Context {
    Context { today: jiff::civil::date(2026, 11, 20), environment: None }
}

fn mistakes(text: &str) -> Vec<Mistake> {
    policy::judge_text("governance.toml", text, &context()).mistakes
}

/// Applies mutations and returns, for each that was not reported, what it was.
fn missed(text: &str, mutations: &[&Mutation]) -> Vec<String> {
    let mut order: Vec<&Mutation> = mutations.to_vec();
    order.sort_by_key(|m| m.range.start);
    let (mut out, mut at, mut places) = (String::new(), 0, Vec::new());
    for mutation in &order {
        out.push_str(&text[at..mutation.range.start]);
        let base = out.len();
        out.push_str(&mutation.by);
        at = mutation.range.end;
        places.push(match &mutation.expect {
            Expect::At(r) => Some(base + r.start..base + r.end),
            Expect::Named(_) => None,
        });
    }
    out.push_str(&text[at..]);
    let told = mistakes(&out);
    let reported = |mutation: &Mutation, place: &Option<Place>| match (&mutation.expect, place) {
        (Expect::Named(key), _) => {
            told.iter().any(|m| m.message.contains(&format!("`{key}`")) || m.label.contains(key))
        }
        (_, Some(place)) => told.iter().any(|m| m.place.start <= place.end && place.start <= m.place.end),
        _ => false,
    };
    let pairs = order.iter().zip(&places).filter(|(m, p)| !reported(m, p));
    pairs
        .map(|(m, _)| {
            format!(
                "{} {} → {:?}; told {:?}",
                m.what,
                m.path,
                m.by,
                told.iter().map(|t| (&t.message, &t.place)).collect::<Vec<_>>()
            )
        })
        .collect()
}

struct Maker<'t> {
    text: &'t str,
    out: Vec<Mutation>,
}

impl Maker<'_> {
    fn table(&mut self, table: &Table, shape: &Shape, path: &str) {
        for (key, entry) in &table.entries {
            let here = format!("{path}.{key}");
            match shape {
                Shape::Table(fields) => {
                    let Some(field) = fields.fields.get(key.as_str()) else { panic!("{here} is not in the schema") };
                    self.rename(key, entry, &here);
                    self.delete(key, entry, fields.required.contains(&key.as_str()), &here);
                    self.entry(entry, field.shape(), &here);
                }
                Shape::Names { item, keys } => {
                    if keys.as_deref().is_some_and(|k| k != "score-event") {
                        self.rename(key, entry, &here);
                    }
                    self.entry(entry, item, &here);
                }
                _ => {}
            }
        }
    }

    fn entry(&mut self, entry: &Entry, shape: &Shape, path: &str) {
        self.duplicate(entry, path);
        self.mistype(&entry.node, path);
        if let Some(by) = out_of_range(shape) {
            self.replace("range-break", entry.node.place.clone(), by, path);
        }
        self.inside(&entry.node, shape, path);
    }

    fn inside(&mut self, node: &Node, shape: &Shape, path: &str) {
        match (&node.value, shape) {
            (Value::Table(table), Shape::Table(_) | Shape::Names { .. }) => self.table(table, shape, path),
            (Value::List(list), Shape::List { item, .. }) => {
                list.items.iter().enumerate().for_each(|(i, node)| self.inside(node, item, &format!("{path}[{i}]")));
            }
            _ => {}
        }
    }

    fn replace(&mut self, what: &'static str, range: Place, by: String, path: &str) {
        let expect = Expect::At(0..by.len());
        self.out.push(Mutation { what, path: path.into(), range, by, expect });
    }

    fn rename(&mut self, key: &str, entry: &Entry, path: &str) {
        let written = &self.text[entry.key.clone()];
        let by = if written.starts_with('"') { format!("\"{key}x\"") } else { format!("{key}x") };
        self.replace("rename", entry.key.clone(), by, path);
    }

    fn mistype(&mut self, node: &Node, path: &str) {
        let is_header = self.text[node.place.clone()].starts_with('[')
            && (matches!(node.value, Value::Table(_)) || header_list(node));
        if is_header || !self.text[..node.place.start].trim_end().ends_with('=') {
            return;
        }
        let by = if matches!(node.value, Value::Table(_) | Value::List(_)) { "7" } else { "{ wrong = [7] }" };
        self.replace("mistype", node.place.clone(), by.into(), path);
    }

    fn duplicate(&mut self, entry: &Entry, path: &str) {
        let after = self.text[entry.key.end..].trim_start();
        let whole = entry.key.start..entry.node.place.end.max(entry.key.end);
        let line_start = self.text[..entry.key.start].rfind('\n').map_or(0, |i| i + 1);
        let before = &self.text[line_start..entry.key.start];
        if after.starts_with('=') {
            let copy = &self.text[whole.clone()];
            let (by, at) = if before.trim().is_empty() {
                (format!("{copy}\n"), whole.start)
            } else {
                (format!("{copy}, "), whole.start)
            };
            let second = by.len()..by.len() + entry.key.len();
            self.out.push(Mutation {
                what: "duplicate",
                path: path.into(),
                range: at..at,
                by,
                expect: Expect::At(second),
            });
        } else if after.starts_with(']') && before.starts_with('[') && !before.starts_with("[[") {
            let end = entry.key.end + 1;
            let by = format!("\n{before}{}]", &self.text[entry.key.clone()]);
            let expect = Expect::At(0..by.len());
            self.out.push(Mutation { what: "duplicate", path: path.into(), range: end..end, by, expect });
        }
    }

    fn delete(&mut self, key: &str, entry: &Entry, required: bool, path: &str) {
        let line_start = self.text[..entry.key.start].rfind('\n').map_or(0, |i| i + 1);
        let own_line = self.text[line_start..entry.key.start].trim().is_empty();
        if required && own_line && self.text[entry.key.end..].trim_start().starts_with('=') {
            let range = entry.key.start..entry.node.place.end;
            let expect = Expect::Named(key.into());
            self.out.push(Mutation { what: "delete", path: path.into(), range, by: String::new(), expect });
        }
    }
}

fn header_list(node: &Node) -> bool {
    matches!(&node.value, Value::List(list) if list.of_tables)
}

/// A value of the right type that the key does not take.
fn out_of_range(shape: &Shape) -> Option<String> {
    let text = |t: &str| Some(format!("{t:?}"));
    match shape {
        Shape::Integer { min, .. } if *min > i64::MIN => Some((min - 1).to_string()),
        Shape::Choice(_) => text("zzzz"),
        Shape::Format { name, schema } => match *name {
            "ratio" => Some("1.5".into()),
            "decimal" if schema.contains_key("minimum") => Some("-1".into()),
            "duration" => text("5 parsecs"),
            "byte-size" => text("5XB"),
            "date" => text("2030-02-30"),
            "glob" => text("["),
            "regex" => text("("),
            "url" => text("ftp://x"),
            "env" => text("literal"),
            "env-name" => text("not a name"),
            _ => None,
        },
        _ => None,
    }
}

fn mutations(text: &str) -> Vec<Mutation> {
    let (root, errors) = tree::parse(text, 0);
    assert!(errors.is_empty(), "{errors:?}");
    let mut maker = Maker { text, out: Vec::new() };
    maker.table(&root, shape::root(), "");
    maker.out
}

fn check(text: &str) {
    let all = mutations(text);
    assert!(all.len() > 500, "only {} mutations", all.len());
    for what in ["rename", "mistype", "duplicate", "delete", "range-break"] {
        assert!(all.iter().any(|m| m.what == what), "no {what}");
    }
    let missed_alone: Vec<_> = all.iter().flat_map(|m| missed(text, &[m])).collect();
    assert!(missed_alone.is_empty(), "{} missed:\n{}", missed_alone.len(), missed_alone.join("\n"));
    let indexes = proptest::collection::vec(0..all.len(), 3);
    let outcome = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() }).run(
        &indexes,
        |picked| {
            let chosen: Vec<_> = picked.iter().map(|i| &all[*i]).collect();
            let apart = |a: &Mutation, b: &Mutation| a.range.end < b.range.start || b.range.end < a.range.start;
            prop_assume!(
                (0..3).all(|i| (0..i).all(|k| independent(chosen[i], chosen[k]) && apart(chosen[i], chosen[k])))
            );
            prop_assert_eq!(missed(text, &chosen), Vec::<String>::new());
            Ok(())
        },
    );
    outcome.unwrap();
}

/// Two mutations of one key, or of a table and something in it, are one mistake.
fn independent(a: &Mutation, b: &Mutation) -> bool {
    let within = |outer: &str, inner: &str| {
        inner == outer || inner.starts_with(&format!("{outer}.")) || inner.starts_with(&format!("{outer}["))
    };
    !within(&a.path, &b.path) && !within(&b.path, &a.path)
}

#[test]
fn every_mutation_of_our_own_policy_is_reported_at_its_place() {
    let told: Vec<_> = mistakes(OWN).into_iter().map(|m| m.message).collect();
    assert_eq!(told, Vec::<String>::new());
    check(OWN);
}

#[test]
fn every_mutation_of_the_reference_is_reported_at_its_place() {
    let Some(shared) = common::shared() else { return };
    check(&std::fs::read_to_string(shared.join("governance.reference.toml")).unwrap());
}

#[test]
fn a_mutation_that_changes_nothing_counts_as_missed() {
    let at = OWN.find("# Every").unwrap();
    let harmless = Mutation {
        what: "comment",
        path: String::new(),
        range: at..at,
        by: "# more\n".into(),
        expect: Expect::At(0..6),
    };
    assert_eq!(missed(OWN, &[&harmless]).len(), 1);
}
