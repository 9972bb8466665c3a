//! The words that names and lines are read by, lower case.

use super::spot::{Words, bits};
use super::words::{EMPTY_HASH, hash_on};

/// Words for a password.
const PASSWORD_WORDS: &str = "\
    pass pwd pw passwd pswd pword kennwort contrasena senha passin passout";

/// Words that make a key or token beside them a secret one.
const STRENGTH_WORDS: &str = "\
    api access private client consumer master encryption signing app application secure aws root admin db mysql \
    postgres service account shared refresh webhook smtp mail redis user server storage encrypt jwt personal bot";

/// Words that say that the value describes a secret and is none.
const ABOUT_WORDS: &str = "\
    url uri path file filename dir type len length size name names id ids field label policy expires expiry \
    expiration expired ttl timeout age count max min endpoint provider method mode scheme class format algorithm \
    alg title text message msg error description help hint placeholder prefix suffix header param parameter \
    column index arn ref reference store manager page link button form input view template regex pattern status \
    state version enabled required valid validation at event action handler callback selector icon style range \
    schema date time location env var variable script command cmd domain host port realm issuer audience scope \
    scopes strategy plugin module backend group role";

/// Words that make what they stand beside harmless.
const HARMLESS_WORDS: &str = "\
    public pub foreign primary sort cache partition hash hashed reset forgot forgotten change no is has show \
    hide get require check with use invalid wrong missing routing object map dict unique test example fake dummy \
    site license next page continuation pagination integrity digest sha checksum fingerprint translation message \
    i press keyboard hot shortcut meta";

/// Words that end in `key` and mean none, or no secret one.
const HARMLESS_KEY_WORDS: &str = "\
    monkey hotkey turkey jockey hockey whiskey donkey keykey pubkey publickey keypress whisky malarkey lackey \
    sortkey primarykey foreignkey";

/// The lists of [`LISTS`] as bits.
pub const PASSWORD: u8 = 1;
/// See [`STRENGTH_WORDS`].
pub const STRENGTH: u8 = 2;
/// See [`ABOUT_WORDS`].
pub const ABOUT: u8 = 4;
/// See [`HARMLESS_WORDS`].
pub const HARMLESS: u8 = 8;
/// See [`HARMLESS_KEY_WORDS`].
pub const HARMLESS_KEY: u8 = 16;

const LISTS: [&str; 5] = [PASSWORD_WORDS, STRENGTH_WORDS, ABOUT_WORDS, HARMLESS_WORDS, HARMLESS_KEY_WORDS];

/// Every word of the lists, by its hash: in which of them it stands first, where, how long it is, and all that hold it.
static PLACES: [Place; 1 << BITS] = places();
const BITS: u32 = 9;

#[derive(Clone, Copy)]
struct Place {
    list: u8,
    length: u8,
    start: u16,
    lists: u8,
}

/// Which lists hold a word.
pub fn lists(word: &[u8]) -> u8 {
    let hash = word.iter().fold(EMPTY_HASH, |hash, b| hash_on(hash, *b));
    let mut at = first(hash);
    while PLACES[at].lists != 0 && !is_at(word, PLACES[at]) {
        at = (at + 1) % PLACES.len();
    }
    PLACES[at].lists
}

const fn first(hash: u32) -> usize {
    (hash >> (32 - BITS)) as usize
}

const fn is_at(word: &[u8], place: Place) -> bool {
    let list = LISTS[place.list as usize].as_bytes();
    let mut at = 0;
    while at < word.len() && word.len() == place.length as usize && list[place.start as usize + at] == word[at] {
        at += 1;
    }
    at == word.len()
}

const fn places() -> [Place; 1 << BITS] {
    let (mut places, mut list) = ([Place { list: 0, length: 0, start: 0, lists: 0 }; 1 << BITS], 0);
    while list < LISTS.len() {
        let (text, mut start, mut end) = (LISTS[list].as_bytes(), 0, 0);
        while end <= text.len() {
            if end == text.len() || text[end] == b' ' {
                let place =
                    Place { list: list as u8, length: (end - start) as u8, start: start as u16, lists: 1 << list };
                places = with_word(places, place);
                start = end + 1;
            }
            end += 1;
        }
        list += 1;
    }
    places
}

const fn with_word(mut places: [Place; 1 << BITS], new: Place) -> [Place; 1 << BITS] {
    let (_, rest) = LISTS[new.list as usize].as_bytes().split_at(new.start as usize);
    let (word, _) = rest.split_at(new.length as usize);
    let (mut hash, mut i) = (EMPTY_HASH, 0);
    while i < word.len() {
        hash = hash_on(hash, word[i]);
        i += 1;
    }
    let mut at = first(hash);
    while places[at].lists != 0 && !is_at(word, places[at]) {
        at = (at + 1) % places.len();
    }
    let lists = places[at].lists | new.lists;
    places[at] = if places[at].lists == 0 { new } else { places[at] };
    places[at].lists = lists;
    places
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_list_is_found_in_all_lists_that_hold_it() {
        for word in LISTS.iter().flat_map(|list| list.split(' ')) {
            let hold = LISTS.iter().enumerate().filter(|(_, list)| list.split(' ').any(|w| w == word));
            assert_eq!(lists(word.as_bytes()), hold.map(|(i, _)| 1 << i).sum::<u8>(), "{word}");
        }
        for word in ["", "passwords", "pas", "quzzle"] {
            assert_eq!(lists(word.as_bytes()), 0, "{word}");
        }
    }
}
