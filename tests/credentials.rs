//! Credentials without a format through the whole engine: what is found where, how sure, and why.

#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use fastrand::Rng;
use govctl::engine::settings::Settings;
use govctl::engine::{Engine, Scratch};
use govctl::finding::{Confidence, Finding};
use govctl::rules::{CATALOGUE, template};
use govctl::source::Source;

fn found(path: &str, text: &str) -> Vec<Finding> {
    let settings = Settings { rules: CATALOGUE.to_vec(), min_confidence: Confidence::Medium, ..Settings::default() };
    let engine = Engine::new(settings).unwrap();
    engine.scan(&Source::file(path, text.as_bytes()), &mut Scratch::default()).findings
}

fn expand(form: &str) -> String {
    template::expand(form, &mut Rng::with_seed(7)).unwrap()
}

#[test]
fn a_value_is_found_in_the_grammar_of_its_file() {
    for (path, form) in [
        ("a.py", "db_password = 'k7{alnum:12}'"),
        ("a.go", "cfg.Password = \"k7{alnum:12}\""),
        ("a.scala", "password = Some(\"k7{alnum:12}\")"),
        ("a.rb", "{{ 'client_secret' => '7{alnum:31}' }}"),
        ("a.yml", "POSTGRES_PASSWORD: k7{alnum:12}"),
        ("a.json", "{{\"access_token\": \"3{hex:39}\"}}"),
        ("a.properties", "db.password=k7{alnum:12}"),
        (".env", "API_TOKEN=3{hex:39}"),
        ("a.sh", "export API_TOKEN=3{hex:39}"),
        ("a.xml", "<password>k7{alnum:12}</password>"),
        ("a.sql", "CREATE USER app IDENTIFIED BY 'k7{alnum:12}';"),
        ("a.md", "Call `https://api.acme.io/v1?api_key=3{hex:31}`"),
        ("a.md", "curl -u deploy:k7{alnum:14} https://acme.io"),
        ("a.txt", "Authorization: Bearer 7{alnum:40}"),
        ("a.json", "{{\"key\": \"password\", \"value\": \"k7{alnum:14}\"}}"),
        ("a.py", "# password: k7{alnum:12}"),
    ] {
        let text = expand(form);
        assert!(!found(path, &text).is_empty(), "{path}: {form}");
    }
}

#[test]
fn what_only_looks_like_one_is_left_alone() {
    for (path, text) in [
        ("a.py", "password = get_password('login')"),
        ("a.py", "def login(email: str, password: str) -> User:"),
        ("a.js", "const token = parser.nextToken('identifier');"),
        ("a.yml", "password: ${DB_PASSWORD}"),
        ("a.yml", "password: changeme"),
        ("a.json", "{\"password\": \"Passwort vergessen\"}"),
        ("a.html", "<input name=\"password\" type=\"password\" placeholder=\"Your password\">"),
        ("a.go", "Key: aws.String(\"object-name\")"),
        ("a.ts", "publicKey: string;"),
        ("a.md", "the token is read from the environment"),
        ("a.toml", "secret = { path = \"/run/secrets/db\" }"),
    ] {
        let rules: Vec<_> = found(path, text).into_iter().map(|f| f.rule).collect();
        assert!(rules.is_empty(), "{path}: {text}: {rules:?}");
    }
}

#[test]
fn a_finding_says_why_and_never_shows_the_value() {
    let value = expand("k7{alnum:14}");
    let text = format!("smtp_password = '{value}'");
    let findings = found("a.py", &text);
    let finding = findings.first().unwrap();
    assert_eq!(finding.rule, "secrets/generic-password");
    let said = finding.evidence.join("\n");
    assert!(said.contains("a password") && said.contains("entropy") && said.contains("for it"), "{said}");
    assert!(!said.contains(&value) && !finding.excerpt.text.contains(&value));
}

#[test]
fn a_format_has_precedence() {
    let token = expand("{crc:ghp_}");
    let rules: Vec<_> = found("a.py", &format!("secret_token = '{token}'")).into_iter().map(|f| f.rule).collect();
    assert_eq!(rules.len(), 1);
    assert!(!rules[0].contains("generic"), "{rules:?}");
}

#[test]
fn encoded_secrets_are_found_two_levels_deep_at_their_place() {
    let standard = base64::engine::general_purpose::STANDARD;
    let inner = format!("github: {} is the token", expand("{crc:ghp_}"));
    let once = standard.encode(&inner);
    let twice = standard.encode(format!("data: {once} and more"));
    let thrice = standard.encode(format!("data: {twice} and more"));
    let hex: String = inner.bytes().map(|b| format!("{b:02x}")).collect();
    for (encoded, expected) in [(&once, 1), (&twice, 1), (&thrice, 0), (&hex, 1)] {
        let text = format!("first line\nblob: {encoded}\n");
        let findings = found("a.yml", &text);
        let formats: Vec<_> = findings.iter().filter(|f| !f.rule.contains("generic")).collect();
        assert_eq!(formats.len(), expected, "{formats:?}");
        if let Some(finding) = formats.first() {
            assert_eq!((finding.span.line, finding.span.column), (2, 7));
            assert!(finding.evidence.iter().any(|e| e.contains("inside")));
        }
    }
}
