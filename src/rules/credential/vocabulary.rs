//! The words that names are read by, lower case, between spaces.

/// Words for a password.
pub static PASSWORD: &str = "\
    pass pwd pw passwd pswd pword kennwort contrasena senha passin passout";

/// Words that make a key or token beside them a secret one.
pub static STRENGTH: &str = "\
    api access private client consumer master encryption signing app application secure aws root admin db mysql \
    postgres service account shared refresh webhook smtp mail redis user server storage encrypt jwt personal bot";

/// Words that say that the value describes a secret and is none.
pub static ABOUT: &str = "\
    url uri path file filename dir type len length size name names id ids field label policy expires expiry \
    expiration expired ttl timeout age count max min endpoint provider method mode scheme class format algorithm \
    alg title text message msg error description help hint placeholder prefix suffix header param parameter \
    column index arn ref reference store manager page link button form input view template regex pattern status \
    state version enabled required valid validation at event action handler callback selector icon style range \
    schema date time location env var variable script command cmd domain host port realm issuer audience scope \
    scopes strategy plugin module backend group role";

/// Words that make what they stand beside harmless.
pub static HARMLESS: &str = "\
    public pub foreign primary sort cache partition hash hashed reset forgot forgotten change no is has show \
    hide get require check with use invalid wrong missing routing object map dict unique test example fake dummy \
    site license next page continuation pagination integrity digest sha checksum fingerprint translation message \
    i press keyboard hot shortcut meta";

/// Words that end in `key` and mean none, or no secret one.
pub static HARMLESS_KEYS: &str = "\
    monkey hotkey turkey jockey hockey whiskey donkey keykey pubkey publickey keypress whisky malarkey lackey \
    sortkey primarykey foreignkey";

/// Whether a list of words holds a word.
pub fn holds(list: &str, word: &[u8]) -> bool {
    list.split(' ').any(|w| w.as_bytes() == word)
}
