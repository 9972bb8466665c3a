//! What a name says: `dbPassword` is split into `db` and `password`, and each word is looked up.

use std::ops::Range;

use super::spot;
use super::vocabulary::{ABOUT, HARMLESS, HARMLESS_KEY, PASSWORD, STRENGTH, lists};

/// What kind of secret a word speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Password,
    Secret,
    Token,
    Key,
    Auth,
    Credential,
    /// Makes a following `key` a secret one.
    Strength,
    /// The value is about the secret and not the secret.
    About,
    /// Before the word: it is not secret.
    Harmless,
    Other,
}

/// What the words of a name add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameFacts {
    /// It speaks of a password.
    pub password: bool,
    /// … of a secret.
    pub secret: bool,
    /// … of a token.
    pub token: bool,
    /// … of a key.
    pub key: bool,
    /// … of authentication.
    pub auth: bool,
    /// … of credentials.
    pub credential: bool,
    /// `api`, `access`, `private`, `client` and the like.
    pub strong: u8,
    /// Words that say that the value only describes a secret (`…_url`, `…_length`).
    pub about: u8,
    /// Words that make it harmless (`public_key`, `primaryKey`).
    pub harmless: u8,
    /// Words that say nothing either way.
    pub other: u8,
    /// How many words there are.
    pub words: u8,
    /// Words behind the one that speaks of a secret.
    pub behind: u8,
}

impl NameFacts {
    /// Whether any word speaks of a secret.
    pub fn speaks(&self) -> bool {
        self.password || self.secret || self.token || self.key || self.auth || self.credential
    }
}

/// Reads the words of a name.
pub fn facts(name: &[u8]) -> NameFacts {
    let mut facts = NameFacts::default();
    let mut buffer = [0; 64];
    for word in words(name) {
        let lower = lower(&name[word], &mut buffer);
        let kind = look_up(lower);
        facts.words = facts.words.saturating_add(1);
        let speaks = match kind {
            Word::Password => Some(&mut facts.password),
            Word::Secret => Some(&mut facts.secret),
            Word::Token => Some(&mut facts.token),
            Word::Key => Some(&mut facts.key),
            Word::Auth => Some(&mut facts.auth),
            Word::Credential => Some(&mut facts.credential),
            _ => None,
        };
        if let Some(flag) = speaks {
            *flag = true;
            facts.behind = 0;
            if is_strong_compound(lower) {
                facts.strong += 1;
            }
            continue;
        }
        facts.behind = facts.behind.saturating_add(1);
        let count = match kind {
            Word::Strength => &mut facts.strong,
            Word::About => &mut facts.about,
            Word::Harmless => &mut facts.harmless,
            _ => &mut facts.other,
        };
        *count = count.saturating_add(1);
    }
    facts
}

/// A word in lower case, cut to what the buffer holds.
pub fn lower<'b>(word: &[u8], buffer: &'b mut [u8; 64]) -> &'b [u8] {
    let length = word.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    &buffer[..length]
}

/// The ranges of the words of a name, split at everything but letters and at capitals.
pub fn words(name: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < name.len() && !name[at].is_ascii_alphabetic() {
            at += 1;
        }
        if at >= name.len() {
            return None;
        }
        let start = at;
        at += 1;
        while at < name.len() && name[at].is_ascii_alphabetic() {
            let (before, here) = (name[at - 1], name[at]);
            let after = name.get(at + 1).copied().unwrap_or(b' ');
            if here.is_ascii_uppercase() && (before.is_ascii_lowercase() || after.is_ascii_lowercase()) {
                break;
            }
            at += 1;
        }
        Some(start..at)
    })
}

fn is_strong_compound(word: &[u8]) -> bool {
    word.starts_with(b"oauth")
        || matches!(
            word,
            b"apikey"
                | b"apitoken"
                | b"appkey"
                | b"secretkey"
                | b"accesskey"
                | b"privatekey"
                | b"authtoken"
                | b"accesstoken"
        )
}

fn look_up(word: &[u8]) -> Word {
    let has = |part: &[u8]| spot::holds(word, part);
    let lists = lists(word);
    if lists & PASSWORD != 0
        || word.len() > 4 && has(b"pass") && (has(b"passw") || has(b"passphrase") || has(b"passcode"))
    {
        return if word.ends_with(b"less") { Word::Other } else { Word::Password };
    }
    if lists & HARMLESS != 0 {
        return Word::Harmless;
    }
    if lists & ABOUT != 0 {
        return Word::About;
    }
    if has(b"secret") && !has(b"secretar") && !has(b"secretion") {
        return Word::Secret;
    }
    if matches!(word, b"tokens" | b"jwt" | b"bearer" | b"session" | b"cookie" | b"sid" | b"csrf" | b"xsrf" | b"ticket")
        || word.ends_with(b"token")
    {
        return Word::Token;
    }
    if matches!(word, b"key" | b"keys" | b"psk" | b"hmac" | b"nkey" | b"seed" | b"license" | b"cipher")
        || (word.len() > 3 && word.ends_with(b"key") && lists & HARMLESS_KEY == 0)
    {
        return Word::Key;
    }
    if word.starts_with(b"cred") && !has(b"credit") {
        return Word::Credential;
    }
    if matches!(word, b"auth" | b"authorization" | b"authentication" | b"oauth" | b"oauthtoken" | b"auths") {
        return Word::Auth;
    }
    if lists & STRENGTH != 0 { Word::Strength } else { Word::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_capitals_and_signs() {
        let split = |n: &str| words(n.as_bytes()).map(|r| n[r].to_owned()).collect::<Vec<_>>().join(" ");
        for (name, expected) in [
            ("dbPassword", "db Password"),
            ("DB_PASSWORD", "DB PASSWORD"),
            ("HMACSecret", "HMAC Secret"),
            ("x-api-key2", "x api key"),
            ("", ""),
        ] {
            assert_eq!(split(name), expected);
        }
    }

    #[test]
    fn words_say_what_the_value_is() {
        assert!(facts(b"smtpPassword").password);
        assert!(facts(b"AWS_SECRET_ACCESS_KEY").strong >= 2);
        assert_eq!(facts(b"password_reset_url").about, 1);
        assert_eq!(facts(b"publicKey").harmless, 1);
        assert!(facts(b"oauth_token_secret").secret && facts(b"oauth_token_secret").behind == 0);
        for name in ["monkey", "compass", "author", "secretary", "passive"] {
            assert!(!facts(name.as_bytes()).speaks(), "{name}");
        }
    }
}
