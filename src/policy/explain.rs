//! What a key means: its type, default, choices and keys, from the same schema that checks it.

use std::fmt::Write as _;

use super::mistake::closest;
use super::shape::{self, Field, Shape};
use super::show;

/// Explains a dotted key. Indexes of lists and names of entries may stand in it or be left out. The error names a key that is
/// near.
pub fn explain(key: &str) -> Result<String, String> {
    let parts = show::split(key);
    let mut here: Option<&Field> = None;
    let mut shape = shape::root();
    for part in &parts {
        if let (Shape::List { item, .. }, Ok(_)) = (shape, part.parse::<usize>()) {
            shape = item;
            continue;
        }
        shape = through_lists(shape);
        match shape {
            Shape::Table(table) => {
                let Some(field) = table.fields.get(&**part) else {
                    return Err(unknown(part, key, table.fields.keys().copied()));
                };
                here = Some(field);
                shape = field.shape();
            }
            Shape::Names { item, .. } => shape = item,
            _ => {
                return Err(format!("`{key}` goes deeper than the policy: `{part}` stands under {}", shape.expected()));
            }
        }
    }
    Ok(text(key, here, shape))
}

fn through_lists(mut shape: &Shape) -> &Shape {
    while let Shape::List { item, .. } = shape {
        shape = item;
    }
    shape
}

fn unknown<'k>(part: &str, key: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    let near = closest(part, known.clone()).map(|n| format!(", did you mean `{n}`?"));
    let near = near.unwrap_or_else(|| format!("; there are {}", known.collect::<Vec<_>>().join(", ")));
    // The part may stand again further on; what is before its first place is where it was looked for.
    let place = key.split('.').take_while(|p| *p != part).collect::<Vec<_>>().join(".");
    let place = if place.is_empty() { "the policy".to_owned() } else { format!("`{place}`") };
    format!("no key `{part}` in {place}{near}")
}

fn text(key: &str, field: Option<&Field>, shape: &Shape) -> String {
    let mut out = format!("{key}\n");
    if let Some(field) = field {
        let _ = write!(out, "\n{}\n", field.doc());
    }
    let _ = write!(out, "\nType:    {}\n", shape.expected());
    let default = field.and_then(|f| f.default()).filter(|_| !matches!(shape, Shape::Table(_)));
    if let Some(default) = default {
        let _ = writeln!(out, "Default: {}", show::toml_text(default));
    }
    match through_lists(shape) {
        Shape::Choice(choices) => {
            out.push_str("Choices:\n");
            for choice in choices {
                let _ = writeln!(out, "  {:<20} {}", choice.word.to_string(), choice.doc);
            }
        }
        Shape::Table(table) => {
            out.push_str("Keys:\n");
            for (name, field) in &table.fields {
                let _ = writeln!(out, "  {name:<28} {}", field.doc().lines().next().unwrap_or_default());
            }
        }
        _ => {}
    }
    let _ = write!(out, "\nExample:\n{}", example(key, shape, default));
    out
}

fn example(key: &str, shape: &Shape, default: Option<&serde_json::Value>) -> String {
    let parts = show::split(key);
    let (name, table) = parts.split_last().map_or(("", &[][..]), |(n, t)| (n.as_str(), t));
    match shape {
        Shape::Table(_) => format!("  [{key}]\n"),
        Shape::List { item, .. } if matches!(item.as_ref(), Shape::Table(_)) => format!("  [[{key}]]\n"),
        shape => {
            let meaningful = default.filter(|d| !d.as_array().is_some_and(Vec::is_empty) && d.as_str() != Some(""));
            let value = meaningful.map_or_else(|| sample(shape), show::toml_text);
            match table {
                [] => format!("  {name} = {value}\n"),
                table => format!("  [{}]\n  {name} = {value}\n", table.join(".")),
            }
        }
    }
}

fn sample(shape: &Shape) -> String {
    match shape {
        Shape::Text => "\"text\"".into(),
        Shape::Bool => "true".into(),
        Shape::Integer { min, .. } => (*min).max(1).to_string(),
        Shape::Choice(choices) => choices.first().map_or_else(String::new, |c| c.word.to_string()),
        Shape::List { item, .. } => format!("[{}]", sample(item)),
        Shape::Names { item, .. } => format!("{{ name = {} }}", sample(item)),
        Shape::Either(parts) => parts.first().map_or_else(String::new, sample),
        Shape::Table(_) => "{ … }".into(),
        Shape::Format { name, .. } => match *name {
            "glob" => "\"docs/**\"",
            "regex" => "'\\bacme_[a-z0-9]{32}\\b'",
            "rule-pattern" => "\"secrets/generic-*\"",
            "template" => "\"acme_{alnum:32}\"",
            "actor" => "\"agent:*\"",
            "env" => "\"${NAME}\"",
            "env-name" => "\"NAME\"",
            "url" => "\"https://hooks.example.com/x\"",
            "duration" => "\"1h\"",
            "byte-size" => "\"5MiB\"",
            "decimal" => "2.5",
            "ratio" => "\"2/3\"",
            "date" => "2030-12-31",
            "conditions" => "{ action = \"repo.push\" }",
            "any-table" => "{ name = \"value\" }",
            _ => "\"name\"",
        }
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_explained_and_unknown_ones_corrected() {
        let text = explain("policies.enforcement_mode").unwrap();
        assert!(text.contains("permissive") && text.contains("Default: \"strict\""), "{text}");
        assert!(explain("policies.environments.production.override").unwrap().contains("signed"));
        assert!(explain("policies.rule.effect").unwrap().contains("permit"));
        assert!(explain("policies.rule.0.effect").unwrap().contains("permit"));
        assert!(explain("policies.enforcment_mode").unwrap_err().contains("did you mean `enforcement_mode`"));
    }

    #[test]
    fn every_key_has_documentation() {
        fn walk(shape: &Shape, path: &str, bare: &mut Vec<String>) {
            match through_lists(shape) {
                Shape::Table(table) => {
                    for (name, field) in &table.fields {
                        let here = format!("{path}.{name}");
                        if field.doc().is_empty() {
                            bare.push(here.clone());
                        }
                        walk(field.shape(), &here, bare);
                    }
                }
                Shape::Names { item, .. } => walk(item, path, bare),
                _ => {}
            }
        }
        let mut bare = Vec::new();
        walk(shape::root(), "", &mut bare);
        assert_eq!(bare, Vec::<String>::new());
    }
}
