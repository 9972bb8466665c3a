//! The words that names and lines are read by, lower case.

use std::collections::HashSet;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

use super::spot::{Words, bits};

/// Words for a password.
pub static PASSWORD: Vocabulary = LazyLock::new(|| {
    words(
        "\
    pass pwd pw passwd pswd pword kennwort contrasena senha passin passout",
    )
});

/// Words that make a key or token beside them a secret one.
pub static STRENGTH: Vocabulary = LazyLock::new(|| {
    words(
        "\
    api access private client consumer master encryption signing app application secure aws root admin db mysql \
    postgres service account shared refresh webhook smtp mail redis user server storage encrypt jwt personal bot",
    )
});

/// Words that say that the value describes a secret and is none.
pub static ABOUT: Vocabulary = LazyLock::new(|| {
    words(
        "\
    url uri path file filename dir type len length size name names id ids field label policy expires expiry \
    expiration expired ttl timeout age count max min endpoint provider method mode scheme class format algorithm \
    alg title text message msg error description help hint placeholder prefix suffix header param parameter \
    column index arn ref reference store manager page link button form input view template regex pattern status \
    state version enabled required valid validation at event action handler callback selector icon style range \
    schema date time location env var variable script command cmd domain host port realm issuer audience scope \
    scopes strategy plugin module backend group role",
    )
});

/// Words that make what they stand beside harmless.
pub static HARMLESS: Vocabulary = LazyLock::new(|| {
    words(
        "\
    public pub foreign primary sort cache partition hash hashed reset forgot forgotten change no is has show \
    hide get require check with use invalid wrong missing routing object map dict unique test example fake dummy \
    site license next page continuation pagination integrity digest sha checksum fingerprint translation message \
    i press keyboard hot shortcut meta",
    )
});

/// Words that end in `key` and mean none, or no secret one.
pub static HARMLESS_KEYS: Vocabulary = LazyLock::new(|| {
    words(
        "\
    monkey hotkey turkey jockey hockey whiskey donkey keykey pubkey publickey keypress whisky malarkey lackey \
    sortkey primarykey foreignkey",
    )
});

/// A set of words.
pub type Vocabulary = LazyLock<HashSet<&'static [u8], FixedState>>;

fn words(list: &'static str) -> HashSet<&'static [u8], FixedState> {
    list.split(' ').map(str::as_bytes).collect()
}

/// Whether a vocabulary holds a word.
pub fn holds(list: &Vocabulary, word: &[u8]) -> bool {
    list.contains(word)
}

/// Words that are looked for in the text around a value.
const LIST: &[&[u8]] = &[
    b"user",
    b"login",
    b"email",
    b"host",
    b"account",
    b"port",
    b"example",
    b"test",
    b"dummy",
    b"fake",
    b"mock",
    b"sample",
    b"invalid",
    b"assert",
    b"expect",
    b"spec",
    b"public",
    b"generated",
    b"integrity",
    b"sha1",
    b"sha256",
    b"sha512",
    b"md5",
    b"checksum",
    b"digest",
    b"commit",
    b"revision",
    b"etag",
    b"http",
    b"://",
];
/// All of them.
pub static AROUND: Words = Words::new(LIST);
/// Whose value it is, on the same line.
pub const OWNER_ON_LINE: u64 = bits(LIST, &[b"user", b"login", b"email", b"host", b"account"]);
/// Whose value it is, on the lines around.
pub const OWNER_AROUND: u64 = bits(LIST, &[b"user", b"login", b"email", b"host", b"port"]);
/// Words of tests and samples, on the same line.
pub const SAMPLE_ON_LINE: u64 =
    bits(LIST, &[b"example", b"test", b"dummy", b"fake", b"mock", b"sample", b"invalid", b"assert", b"expect"]);
/// Words of tests and samples, on the lines around.
pub const SAMPLE_AROUND: u64 =
    bits(LIST, &[b"example", b"test", b"dummy", b"fake", b"mock", b"spec", b"invalid", b"public", b"generated"]);
/// Words beside a hash that is no secret.
pub const DIGEST: u64 = bits(
    LIST,
    &[b"integrity", b"sha1", b"sha256", b"sha512", b"md5", b"checksum", b"digest", b"commit", b"revision", b"etag"],
);
/// Parts of an address.
pub const ADDRESS: u64 = bits(LIST, &[b"http", b"://"]);
