//! JSON Web Tokens (RFC 7519, RFC 7515): three base64url parts, the first a JSON object with `alg`, the second one too.

use base64::Engine as _;
use serde_json::{Map, Value};

use super::Verdict;

/// Refutes what has no header with `alg` or no JSON object as payload.
pub fn jwt(value: &[u8]) -> Verdict {
    claims(value).map_or(Verdict::Refuted, |_| Verdict::Proved)
}

/// A token of a Kubernetes service account: its issuer or a claim names Kubernetes.
pub fn kubernetes(value: &[u8]) -> Verdict {
    let named = |claims: &Map<String, Value>| {
        text(claims, "iss").contains("kubernetes") || claims.keys().any(|k| k.starts_with("kubernetes.io"))
    };
    claims(value).filter(named).map_or(Verdict::Refuted, |_| Verdict::Proved)
}

/// A Supabase token that bypasses row-level security: its role is `service_role` (`anon` is public).
pub fn supabase(value: &[u8]) -> Verdict {
    let service = |claims: &Map<String, Value>| text(claims, "role") == "service_role";
    claims(value).filter(service).map_or(Verdict::Refuted, |_| Verdict::Proved)
}

/// A token wrapped once more in base64.
pub fn wrapped(value: &[u8]) -> Verdict {
    let decoded = super::pem::standard_or_url(value);
    decoded.map_or(Verdict::Refuted, |token| jwt(token.trim_ascii()))
}

fn claims(token: &[u8]) -> Option<Map<String, Value>> {
    let mut parts = token.split(|b| *b == b'.');
    let header = object(parts.next()?)?;
    header.get("alg")?.as_str()?;
    object(parts.next()?)
}

fn object(part: &[u8]) -> Option<Map<String, Value>> {
    let end = part.iter().rposition(|b| *b != b'=')? + 1;
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(&part[..end]).ok()?;
    serde_json::from_slice(&json).ok()
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> &'a str {
    claims.get(name).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> Vec<u8> {
        let part = |t: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(t);
        format!("{}.{}.c2lnbmF0dXJl", part(header), part(claims)).into_bytes()
    }

    #[test]
    fn a_header_with_alg_and_a_payload() {
        assert_eq!(jwt(&token(r#"{"alg":"HS256"}"#, r#"{"sub":"1"}"#)), Verdict::Proved);
        assert_eq!(jwt(&token(r#"{"typ":"JWT"}"#, r#"{"sub":"1"}"#)), Verdict::Refuted);
        assert_eq!(jwt(&token(r#"{"alg":"HS256"}"#, "[1]")), Verdict::Refuted);
        assert_eq!(jwt(b"eyJx.eyJy.z"), Verdict::Refuted);
        assert_eq!(jwt(b""), Verdict::Refuted);
    }

    #[test]
    fn issuers_tell_tokens_apart() {
        let cluster = token(r#"{"alg":"RS256"}"#, r#"{"iss":"kubernetes/serviceaccount"}"#);
        let projected = token(r#"{"alg":"RS256"}"#, r#"{"iss":"https://oidc","kubernetes.io":{}}"#);
        let service = token(r#"{"alg":"HS256"}"#, r#"{"iss":"supabase","role":"service_role"}"#);
        let public = token(r#"{"alg":"HS256"}"#, r#"{"iss":"supabase","role":"anon"}"#);
        assert_eq!(
            [&cluster, &projected, &service].map(|t| kubernetes(t)),
            [Verdict::Proved, Verdict::Proved, Verdict::Refuted]
        );
        assert_eq!(
            [&service, &public, &cluster].map(|t| supabase(t)),
            [Verdict::Proved, Verdict::Refuted, Verdict::Refuted]
        );
    }

    #[test]
    fn a_wrapped_token_is_unwrapped() {
        let outer = base64::engine::general_purpose::STANDARD.encode(token(r#"{"alg":"HS256"}"#, "{}"));
        assert_eq!(wrapped(outer.as_bytes()), Verdict::Proved);
        assert_eq!(wrapped(b"ZXlKaGJHY2k"), Verdict::Refuted);
    }
}
