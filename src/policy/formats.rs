//! The checks behind the `x-govctl` keyword of the schema: what a text must be before it becomes a value of [`super::raw::values`].

use std::fmt::Display;

use fastrand::Rng;
use globset::GlobBuilder;
use serde_json::{Map, Value as Json};

use super::codes;
use super::exact;
use super::raw::values::Decimal;
use super::tree::Value;
use crate::finding::RuleInfo;
use crate::rules::{pattern, template};

/// What is wrong with a value.
#[derive(Debug)]
pub enum Problem {
    /// It is of another TOML type.
    Type,
    /// It is wrong in this way, and the words say what was expected.
    Wrong(&'static RuleInfo, String),
    /// It can be used, but is doubtful.
    Doubtful(&'static RuleInfo, String),
}

/// What a format expects, in words.
pub fn expected(name: &str) -> &'static str {
    match name {
        "glob" => "a glob",
        "regex" => "a regular expression",
        "rule-pattern" => "a rule id or a glob of ids",
        "template" => "a template of a test value",
        "pattern" => "a name or a glob of names",
        "actor" => "an actor: `kind:id`, `role:NAME` or `level:NAME`",
        "env" => "the name of an environment variable, as \"${NAME}\"",
        "env-name" => "the name of an environment variable",
        "url" => "an https address",
        "duration" => "a duration such as \"90s\", \"5m\", \"1h\" or \"7d\"",
        "byte-size" => "a size such as \"5MiB\"",
        "decimal" => "a number with at most six decimals",
        "ratio" => "a share from 0 to 1, or a string such as \"2/3\"",
        "date" => "a day such as 2030-12-31",
        "command" => "a program's name",
        "conditions" => "a table of conditions",
        "any-table" => "a table",
        _ => "a value",
    }
}

/// Checks a value against the format of that name; `schema` holds its range.
pub fn check(name: &str, schema: &Map<String, Json>, value: &Value) -> Result<(), Problem> {
    match (name, value) {
        ("decimal" | "ratio", Value::Integer(number)) => number_in_range(name, schema, &number.to_string()),
        ("decimal" | "ratio", Value::Text(text) | Value::Fraction(text)) => number_in_range(name, schema, text),
        ("decimal" | "ratio", Value::Huge(_)) => Err(out_of_range("the number is too large")),
        ("byte-size", Value::Integer(number)) => parsed(exact::byte_size(&number.to_string())),
        ("date", Value::Moment(text)) => parsed(exact::date(text)),
        (_, Value::Text(text)) => check_text(name, text),
        _ => Err(Problem::Type),
    }
}

fn number_in_range(name: &str, schema: &Map<String, Json>, text: &str) -> Result<(), Problem> {
    if name == "ratio" {
        return parsed(exact::ratio(text).map_err(|e| match e.contains("from 0 to 1") {
            true => out_of_range(&e),
            false => wrong(&e),
        }));
    }
    let Decimal(millionths) = exact::decimal(text).map_err(|e| wrong(&e))?;
    let bound = |key: &str| schema.get(key).and_then(Json::as_i64).map(|n| n.saturating_mul(1_000_000));
    match (bound("minimum"), bound("maximum")) {
        (Some(min), _) if millionths < min => Err(out_of_range(&format!("expected {} or more", min / 1_000_000))),
        (_, Some(max)) if millionths > max => Err(out_of_range(&format!("expected {} at most", max / 1_000_000))),
        _ => Ok(()),
    }
}

fn check_text(name: &str, text: &str) -> Result<(), Problem> {
    match name {
        "glob" => glob(text),
        "regex" => regex(text),
        "rule-pattern" => rule_pattern(text),
        "template" => parsed(template::expand(text, &mut Rng::with_seed(1)).map_err(|e| wrong(&e))),
        "pattern" | "command" if text.trim().is_empty() => Err(wrong("expected a name; this is empty")),
        "pattern" | "command" => Ok(()),
        "actor" => actor(text),
        "env" => env(text),
        "env-name" if is_env_name(text) => Ok(()),
        "env-name" => Err(wrong("expected the name alone, such as `GOVCTL_HOOK_SECRET`")),
        "url" => url(text),
        "duration" => parsed(exact::duration(text)),
        "byte-size" => parsed(exact::byte_size(text)),
        "date" => parsed(exact::date(text)),
        _ => Err(Problem::Type),
    }
}

/// A glob over paths, as the whole tool understands them: `*` stops at `/`.
pub fn compile_glob(text: &str) -> Result<globset::Glob, String> {
    GlobBuilder::new(text).literal_separator(true).build().map_err(|e| e.kind().to_string())
}

/// Whether `text` matches a glob over names, in which `*` stands for any text. Linear in the product of both lengths.
pub fn name_matches(glob: &str, text: &str) -> bool {
    let (glob, text) = (glob.as_bytes(), text.as_bytes());
    let (mut g, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if g < glob.len() && glob[g] == b'*' {
            star = Some((g, t));
            g += 1;
        } else if g < glob.len() && glob[g] == text[t] {
            g += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            g = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    glob[g..].iter().all(|b| *b == b'*')
}

/// Whether a text names an environment variable as `${NAME}` somewhere.
pub fn env_reference(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let after = &rest[at + 2..];
        match after.split_once('}') {
            Some((name, _)) if is_env_name(name) => return Some(name),
            _ => rest = after,
        }
    }
    None
}

/// Checks a key of a table of names against the rule of that name; the error says what was expected.
pub fn check_key(rule: Option<&str>, key: &str) -> Result<(), &'static str> {
    let lower = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    match rule {
        None if key.is_empty() || key.len() > 200 || key.chars().any(char::is_control) => {
            Err("a name of 1 to 200 characters without control characters")
        }
        None => Ok(()),
        Some("rate-limit") => ["_requests_per_minute", "_requests_per_hour"]
            .iter()
            .any(|suffix| key.strip_suffix(suffix).is_some_and(lower))
            .then_some(())
            .ok_or("`<key>_requests_per_minute` or `<key>_requests_per_hour`"),
        Some("score-event") => lower(key).then_some(()).ok_or("an event in lower case with underscores"),
        Some("iso-control") => control(key, &["A"]).ok_or("a control such as `A_12_4_1_event_logging`"),
        Some("soc-control") => {
            let key = key.find(|c: char| c.is_ascii_digit()).map(|at| format!("{}_{}", &key[..at], &key[at..]));
            let found = key.and_then(|k| control(&k, &["CC", "A", "C", "P", "PI"]));
            found.ok_or("a control such as `CC6_1_logical_access`")
        }
        Some(_) => Ok(()),
    }
}

/// `<family>_<number>_<number>…_<words>`.
fn control(key: &str, families: &[&str]) -> Option<()> {
    let mut parts = key.split('_');
    let family = parts.next()?;
    let numbers = parts.clone().take_while(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())).count();
    let words = parts.skip(numbers).collect::<Vec<_>>();
    let plain = |p: &&str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric());
    (families.contains(&family) && numbers >= 2 && !words.is_empty() && words.iter().all(plain)).then_some(())
}

fn glob(text: &str) -> Result<(), Problem> {
    if text.is_empty() {
        return Err(Problem::Wrong(&codes::GLOB, "expected a glob; this is empty".into()));
    }
    compile_glob(text).map_err(|e| Problem::Wrong(&codes::GLOB, e))?;
    let doubtful = |words: &str| Err(Problem::Doubtful(&codes::DEAD_GLOB, words.into()));
    match text {
        t if t.trim() != t => doubtful("has a blank at its end"),
        t if t.starts_with("./") => doubtful("paths do not start with `./`"),
        t if t.split('/').any(|part| part == "..") => doubtful("paths have no `..` in them"),
        t if t.contains("//") => doubtful("paths have no `//` in them"),
        t if t.contains('\\') => doubtful("`\\` is no separator of paths here"),
        _ => Ok(()),
    }
}

fn regex(text: &str) -> Result<(), Problem> {
    pattern::compile(text).map_err(|e| Problem::Wrong(&codes::REGEX, last_line(&e)))?;
    let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(text);
    match hir.ok().and_then(|h| h.properties().minimum_len()) {
        Some(0) => Err(Problem::Wrong(&codes::EMPTY_MATCH, "matches the empty text".into())),
        _ => Ok(()),
    }
}

/// regex-syntax draws the pattern over several lines; the words stand on the last one.
fn last_line(error: &str) -> String {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn rule_pattern(text: &str) -> Result<(), Problem> {
    let (id, class) = text.split_once('@').map_or((text, None), |(id, class)| (id, Some(class)));
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'*' | b'?');
    if id.is_empty() || !id.bytes().all(plain) {
        return Err(wrong("expected a rule id such as `secrets/acme-token`, or a glob such as `synthetic/*`"));
    }
    match class {
        None | Some("source" | "test" | "example") => Ok(()),
        Some(_) => Err(wrong("expected one of the classes source, test, example after `@`")),
    }
}

fn actor(text: &str) -> Result<(), Problem> {
    match text.split_once(':') {
        Some(("user" | "agent" | "system" | "role" | "level" | "*", name)) if !name.is_empty() => Ok(()),
        None if text == "*" => Ok(()),
        Some((kind, name)) if !name.is_empty() => {
            let near = super::mistake::closest(kind, ["user", "agent", "system", "role", "level"]);
            let near = near.map(|n| format!("; did you mean `{n}:{name}`?")).unwrap_or_default();
            Err(wrong(&format!("expected user:, agent:, system:, role: or level: before the name{near}")))
        }
        _ => Err(wrong("expected `kind:id` with a kind of user, agent or system, or role:NAME, level:NAME")),
    }
}

fn env(text: &str) -> Result<(), Problem> {
    let name = text.strip_prefix("${").and_then(|t| t.strip_suffix('}'));
    match name {
        Some(name) if is_env_name(name) => Ok(()),
        Some(_) => Err(wrong("expected a name of letters, digits and underscores in the braces")),
        None => Err(Problem::Wrong(&codes::LITERAL_SECRET, "expected \"${NAME}\"".into())),
    }
}

fn is_env_name(name: &str) -> bool {
    name.bytes().enumerate().all(|(i, b)| b.is_ascii_alphabetic() || b == b'_' || (i > 0 && b.is_ascii_digit()))
        && !name.is_empty()
}

fn url(text: &str) -> Result<(), Problem> {
    let (scheme, rest) =
        text.split_once("://").ok_or_else(|| wrong("expected an address such as https://host/path"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(wrong("expected an address such as https://host/path"));
    }
    if host.contains('@') {
        return Err(Problem::Wrong(&codes::LITERAL_SECRET, "an address without a name or password in it".into()));
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    match scheme {
        "https" => Ok(()),
        "http" if matches!(name, "localhost" | "127.0.0.1" | "[::1]") => Ok(()),
        "http" => Err(Problem::Doubtful(&codes::INSECURE, "goes over the network without TLS".into())),
        _ => Err(wrong("expected the scheme https")),
    }
}

fn parsed<T, E: IntoProblem>(result: Result<T, E>) -> Result<(), Problem> {
    result.map(|_| ()).map_err(IntoProblem::into_problem)
}

trait IntoProblem {
    fn into_problem(self) -> Problem;
}

impl IntoProblem for Problem {
    fn into_problem(self) -> Problem {
        self
    }
}

impl IntoProblem for String {
    fn into_problem(self) -> Problem {
        wrong(&self)
    }
}

fn wrong(words: &(impl Display + ?Sized)) -> Problem {
    Problem::Wrong(&codes::FORMAT, words.to_string())
}

fn out_of_range(words: &str) -> Problem {
    Problem::Wrong(&codes::OUT_OF_RANGE, words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_globs() {
        let yes = [
            ("*", ""),
            ("*", "a"),
            ("repo.*", "repo.push"),
            ("a*b*c", "axxbyyc"),
            ("x", "x"),
            ("repo:acme/*", "repo:acme/web/x"),
        ];
        assert!(yes.iter().all(|(g, t)| name_matches(g, t)));
        let no = [("repo.*", "repo"), ("a*b", "abc"), ("", "a"), ("x", "")];
        assert!(!no.iter().any(|(g, t)| name_matches(g, t)));
        assert!(!name_matches(&"*a".repeat(2000), &"a".repeat(1500)));
    }

    #[test]
    fn keys_follow_their_rules() {
        let good = [
            ("rate-limit", "openai_requests_per_minute"),
            ("iso-control", "A_9_1_2_access_to_networks"),
            ("soc-control", "CC6_1_logical_access"),
            ("score-event", "test_passed"),
        ];
        assert!(good.iter().all(|(rule, key)| check_key(Some(rule), key).is_ok()));
        let bad = [
            ("rate-limit", "openai_per_minute"),
            ("iso-control", "A_9_access"),
            ("soc-control", "C_access"),
            ("score-event", "Test"),
        ];
        assert!(bad.iter().all(|(rule, key)| check_key(Some(rule), key).is_err()));
    }

    #[test]
    fn addresses_and_variables() {
        assert!(url("https://a.example/x").is_ok() && url("http://localhost:8080/").is_ok());
        assert!(matches!(url("http://a.example/"), Err(Problem::Doubtful(..))));
        assert!(url("ftp://a").is_err() && url("a.example").is_err() && url("https://").is_err());
        assert!(env("${A_B}").is_ok() && env("x").is_err() && env("${1}").is_err());
        assert_eq!(env_reference("a ${ b ${HOME} c"), Some("HOME"));
        assert_eq!(env_reference("${foo"), None);
    }
}
