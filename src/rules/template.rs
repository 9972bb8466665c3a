//! Test values from templates, so that no realistic secret stands in a repository.
//!
//! `{class:length}` becomes that many random characters, `{class:a-b}` between a and b; everything else stands for
//! itself, `{{` and `}}` for a brace. Classes: see [`ALPHABETS`]. Others take a word instead of a length:
//!
//! | form | what it makes |
//! |---|---|
//! | `{uuid}` | a lower-case UUID, version 4 |
//! | `{jwt}`, `{jwt:iss=a,role=b}` | a signed JSON Web Token with random claims, and those |
//! | `{pem:RSA PRIVATE KEY}` | a PEM block with that label, 12 lines of body |
//! | `{b64:TEXT}` | TEXT (itself expanded; no braces in it) in base64 with padding |
//! | `{crc:PREFIX}` | a GitHub-style token: PREFIX, 30 characters, base62 CRC32 |
//! | `{glsa}` | a Grafana service account token with its checksum |
//! | `{luhn:n}` | n digits whose last is a Luhn check digit |
//! | `{crc-hex:PREFIX}` | a Cloudflare-style token: PREFIX, 40 characters, their CRC32 in lower-case hex |
//! | `{crc-upper:PREFIX,n,TAIL}` | an Atlassian-style token: PREFIX, n characters, TAIL, the CRC32 of all that in upper-case hex |
//! | `{b64-id:n}` | base64 of twelve digits, a colon and n random bytes |
//! | `{b64-json:a=hex:32;t=uuid}` | base64 of a JSON object with these strings, each a form without its braces |
//! | `{pem-line:PRIVATE KEY}` | a PEM block on one line, its line breaks written `\n` as in JSON |
//! | `{bech32key:LEAD}` | 32 random bytes in Bech32 under that lead, in its case |
//! | `{base58check:HEX,n}` | base58 of those bytes, n random ones and their checksum |
//! | `{nkey:S}` | a NATS seed of a user |
//! | `{wrap:FORM}` | what the form makes, in base64 with padding |

use fastrand::Rng;

/// Named alphabets.
pub const ALPHABETS: &[(&str, &str)] = &[
    ("alnum", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
    ("alpha", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
    ("lower", "abcdefghijklmnopqrstuvwxyz"),
    ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("digit", "0123456789"),
    ("lowernum", "abcdefghijklmnopqrstuvwxyz0123456789"),
    ("uppernum", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    ("hex", "0123456789abcdef"),
    ("HEX", "0123456789ABCDEF"),
    ("base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("base32lower", "abcdefghijklmnopqrstuvwxyz234567"),
    ("base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
    ("base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"),
    ("base64url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    ("bech32", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"),
    ("BECH32", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    ("password", "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789!#%+?@^"),
];

/// Expands `template` with random characters from `rng`. Errors name the form that is not understood.
pub fn expand(template: &str, rng: &mut Rng) -> Result<String, String> {
    let mut out = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if let Some(doubled) = after.strip_prefix(brace) {
            out.push_str(brace);
            rest = doubled;
        } else if brace == "}" {
            return Err(format!("a lone `}}` in template `{template}`: write `}}}}` for a brace"));
        } else {
            let (form, tail) =
                after.split_once('}').ok_or_else(|| format!("an unclosed `{{` in template `{template}`"))?;
            out.push_str(&expand_form(form, rng)?);
            rest = tail;
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn expand_form(form: &str, rng: &mut Rng) -> Result<String, String> {
    let (name, argument) = form.split_once(':').unwrap_or((form, ""));
    if let Some((_, alphabet)) = ALPHABETS.iter().find(|(n, _)| *n == name) {
        let length =
            length(argument, rng).ok_or_else(|| format!("`{{{form}}}` needs a length, such as `{{{name}:32}}`"))?;
        return Ok(random(alphabet, length, rng));
    }
    match name {
        "uuid" => Ok(uuid(rng)),
        "jwt" => Ok(jwt(argument, rng)),
        "pem" => Ok(pem(argument, rng)),
        "b64" => Ok(base64_standard(argument.as_bytes())),
        "crc" => Ok(crc_token(argument, rng)),
        "b64-id" => length(argument, rng).map(|n| b64_id(n, rng)).ok_or_else(|| "`{b64-id:n}` needs a length".into()),
        "b64-json" => b64_json(argument, rng),
        "crc-hex" => Ok(crc_hex(argument, rng)),
        "crc-upper" => crc_upper(argument, rng),
        "pem-line" => Ok(pem(argument, rng).replace('\n', "\\n")),
        "glsa" => Ok(grafana_token(rng)),
        "luhn" => length(argument, rng)
            .filter(|n| *n > 1)
            .map(|n| luhn(n, rng))
            .ok_or_else(|| "`{luhn:n}` needs a length".into()),
        "bech32key" => Ok(bech32_key(argument, rng)),
        "base58check" => {
            base58check(argument, rng).ok_or_else(|| format!("`{{{form}}}` needs hex bytes, a comma and a number"))
        }
        "nkey" => Ok(nkey_seed(rng)),
        "wrap" => Ok(base64_standard(expand_form(argument, rng)?.as_bytes())),
        _ => Err(format!("unknown form `{{{form}}}` in a template")),
    }
}

fn length(text: &str, rng: &mut Rng) -> Option<usize> {
    let bound = |t: &str| t.parse::<usize>().ok().filter(|n| *n <= 100_000);
    match text.split_once('-') {
        None => bound(text),
        Some((low, high)) => {
            let (low, high) = (bound(low)?, bound(high)?);
            (low <= high).then(|| rng.usize(low..=high))
        }
    }
}

/// `length` random characters of an ASCII alphabet; long ones never leave out digits or letters by accident, and no
/// character stands twice in a row, which placeholder filters would mistake for a placeholder.
fn random(alphabet: &str, length: usize, rng: &mut Rng) -> String {
    let letters = alphabet.as_bytes();
    let mut out = String::with_capacity(length);
    let mut last = 0;
    while out.len() < length {
        let c = letters[rng.usize(..letters.len())];
        if c != last {
            out.push(char::from(c));
            last = c;
        }
    }
    out
}

fn uuid(rng: &mut Rng) -> String {
    let hex = "0123456789abcdef";
    let variant = random("89ab", 1, rng);
    format!(
        "{}-{}-4{}-{variant}{}-{}",
        random(hex, 8, rng),
        random(hex, 4, rng),
        random(hex, 3, rng),
        random(hex, 3, rng),
        random(hex, 12, rng)
    )
}

fn jwt(more: &str, rng: &mut Rng) -> String {
    let subject = random("0123456789", 10, rng);
    let header = base64_url(br#"{"alg":"HS256","typ":"JWT"}"#);
    let more: String =
        more.split(',').filter_map(|c| c.split_once('=')).map(|(k, v)| format!(r#","{k}":"{v}""#)).collect();
    let claims = base64_url(format!(r#"{{"sub":"{subject}","iat":1700000000{more}}}"#).as_bytes());
    format!("{header}.{claims}.{}", random(alphabet("base64url"), 43, rng))
}

fn pem(label: &str, rng: &mut Rng) -> String {
    let mut body = String::from("MII");
    body.push_str(&random(alphabet("base64"), 12 * 64 - 3, rng));
    let lines: Vec<_> = (0..12).map(|i| &body[i * 64..(i + 1) * 64]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", lines.join("\n"))
}

fn crc_token(prefix: &str, rng: &mut Rng) -> String {
    let body = random(alphabet("alnum"), 30, rng);
    format!("{prefix}{body}{}", super::proof::base62_crc32(body.as_bytes()))
}

fn crc_hex(prefix: &str, rng: &mut Rng) -> String {
    let body = random(alphabet("alnum"), 40, rng);
    format!("{prefix}{body}{:08x}", crc32fast::hash(body.as_bytes()))
}

fn crc_upper(argument: &str, rng: &mut Rng) -> Result<String, String> {
    let mut parts = argument.splitn(3, ',');
    let (Some(prefix), Some(count), Some(tail)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("`{{crc-upper:{argument}}}` needs a prefix, a length and a tail"));
    };
    let count = length(count, rng).ok_or_else(|| format!("`{{crc-upper:{argument}}}` needs a length"))?;
    let token = format!("{prefix}{}{tail}", random(alphabet("alnum"), count, rng));
    Ok(format!("{token}{:08X}", crc32fast::hash(token.as_bytes())))
}

fn b64_id(count: usize, rng: &mut Rng) -> String {
    let mut bytes = random(alphabet("digit"), 12, rng).into_bytes();
    bytes.push(b':');
    bytes.extend((0..count).map(|_| rng.u8(..)));
    base64_standard(&bytes)
}

fn b64_json(fields: &str, rng: &mut Rng) -> Result<String, String> {
    let mut parts = Vec::new();
    for field in fields.split(';') {
        let (key, form) = field.split_once('=').ok_or_else(|| format!("`{field}` is no key=form"))?;
        parts.push(format!("\"{key}\":\"{}\"", expand_form(form, rng)?));
    }
    Ok(base64_standard(format!("{{{}}}", parts.join(",")).as_bytes()))
}

fn grafana_token(rng: &mut Rng) -> String {
    let covered = format!("glsa_{}", random(alphabet("alnum"), 32, rng));
    let checksum = super::proof::grafana::checksum(covered.as_bytes());
    format!("{covered}_{checksum}")
}

fn luhn(length: usize, rng: &mut Rng) -> String {
    let mut digits = random("0123456789", length - 1, rng);
    let check = (0..10).map(|d| char::from(b'0' + d)).find(|d| super::proof::luhn_holds(&format!("{digits}{d}")));
    digits.extend(check);
    digits
}

fn bech32_key(lead: &str, rng: &mut Rng) -> String {
    let text = super::proof::bech32::encode(&lead.to_ascii_lowercase(), &random_bytes(32, rng));
    if lead.chars().any(|c| c.is_ascii_uppercase()) { text.to_ascii_uppercase() } else { text }
}

fn base58check(argument: &str, rng: &mut Rng) -> Option<String> {
    let (lead, count) = argument.split_once(',')?;
    let pairs = (0..lead.len()).step_by(2).map(|i| lead.get(i..i + 2));
    let mut bytes: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect::<Option<_>>()?;
    bytes.extend(random_bytes(length(count, rng)?, rng));
    Some(super::proof::base58::encode_check(&bytes))
}

/// A seed's two lead bytes hold "seed" (18 << 3) and, five bits on, "user" (20 << 3) (nats-io/nkeys).
fn nkey_seed(rng: &mut Rng) -> String {
    let mut bytes = vec![18 << 3 | 20 >> 2, (20 & 3) << 6];
    bytes.extend(random_bytes(32, rng));
    super::proof::nkey::encode(&bytes)
}

fn random_bytes(count: usize, rng: &mut Rng) -> Vec<u8> {
    std::iter::repeat_with(|| rng.u8(..)).take(count).collect()
}

fn alphabet(name: &str) -> &'static str {
    ALPHABETS.iter().find(|(n, _)| *n == name).map_or("", |(_, a)| a)
}

fn base64_standard(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)
}

fn base64_url(bytes: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, pattern: &str) {
        let value = expand(template, &mut Rng::with_seed(7)).unwrap();
        assert!(regex::Regex::new(&format!("^(?s:{pattern})$")).unwrap().is_match(&value), "{template} made {value}");
    }

    #[test]
    fn forms_make_what_they_say() {
        check("a {alnum:5} b", "a [A-Za-z0-9]{5} b");
        check("{hex:3-4}", "[0-9a-f]{3,4}");
        check("{{x}} {uuid}", r"\{x\} [0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        check("{jwt}", r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}");
        check(
            "{pem:EC PRIVATE KEY}",
            "-----BEGIN EC PRIVATE KEY-----\n([A-Za-z0-9+/]{64}\n){12}-----END EC PRIVATE KEY-----",
        );
        check("{b64:user:x}", "dXNlcjp4");
        check("{crc:ghp_}", "ghp_[A-Za-z0-9]{36}");
        check("{glsa}", "glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}");
        check("{luhn:16}", "[0-9]{16}");
        check("{crc-hex:cfut_}", "cfut_[A-Za-z0-9]{40}[0-9a-f]{8}");
        check("{crc-upper:AT,9,=}", "AT[A-Za-z0-9]{9}=[0-9A-F]{8}");
        check("{b64-id:20}", "[MNO][A-Za-z0-9+/]{43}");
        check("{b64-json:a=hex:32;t=uuid}", "eyJhIjoi[A-Za-z0-9+/]{60,150}={0,2}");
        check("{pem-line:X}", r"-----BEGIN X-----\\n([A-Za-z0-9+/]{64}\\n){12}-----END X-----");
        check("{bech32key:AGE-SECRET-KEY-}", "AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}");
        check("{base58check:80,32}", "5[1-9A-HJ-NP-Za-km-z]{50}");
        check("{nkey:S}", "SU[A-Z2-7]{56}");
        check("{wrap:jwt}", "ZXlK[A-Za-z0-9+/]{100,}={0,2}");
    }

    #[test]
    fn the_same_seed_makes_the_same_value() {
        let make = || expand("{alnum:40} {pem:X}", &mut Rng::with_seed(1)).unwrap();
        assert_eq!(make(), make());
    }

    #[test]
    fn mistakes_are_named() {
        for bad in [
            "{alnum}",
            "{nope:3}",
            "{alnum:4",
            "a } b",
            "{hex:9-3}",
            "{hex:99999999999}",
            "{crc-upper:x}",
            "{b64-json:a}",
        ] {
            assert!(expand(bad, &mut Rng::with_seed(1)).is_err(), "{bad}");
        }
    }
}
