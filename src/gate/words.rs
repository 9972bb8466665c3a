//! The words that a name is made of: `deleteUserTable`, `delete.user-table` and `DELETE_USER_TABLE` are all `delete`, `user`,
//! `table`; `undelete` is one word of its own.

use unicode_normalization::UnicodeNormalization as _;

/// The words of a name, compatibility forms resolved (NFKC) and case folded.
pub fn words(name: &str) -> Vec<String> {
    let normal: Vec<char> = name.nfkc().collect();
    let (mut out, mut word) = (Vec::new(), String::new());
    for (i, &c) in normal.iter().enumerate() {
        if !c.is_alphanumeric() || begins_word(&normal, i) {
            push(&mut word, &mut out);
        }
        if c.is_alphanumeric() {
            word.push(c);
        }
    }
    push(&mut word, &mut out);
    out
}

/// A text with compatibility forms resolved and case folded.
pub fn fold(text: &str) -> String {
    if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return text.to_owned();
    }
    // Upper case first, so that what has no single lower-case letter (ß, ς) comes out the same.
    text.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

/// Whether the words of `wanted` stand one after the other among `words`.
pub fn contains(words: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && words.windows(wanted.len()).any(|w| w == wanted)
}

fn push(word: &mut String, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(fold(&std::mem::take(word)));
    }
}

/// `fooBar`, `HTTPGet` and `drop2` each begin a second word.
fn begins_word(text: &[char], i: usize) -> bool {
    let (Some(before), c) = (i.checked_sub(1).map(|b| text[b]), text[i]) else { return false };
    let next_is_small = text.get(i + 1).is_some_and(|n| n.is_lowercase());
    (before.is_lowercase() && c.is_uppercase())
        || (before.is_uppercase() && c.is_uppercase() && next_is_small)
        || before.is_numeric() != c.is_numeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_as_people_read_them() {
        let rows: &[(&str, &[&str])] = &[
            ("delete_user", &["delete", "user"]),
            ("deleteUserTable", &["delete", "user", "table"]),
            ("DELETE-USER.table", &["delete", "user", "table"]),
            ("HTTPDelete2", &["http", "delete", "2"]),
            ("undelete", &["undelete"]),
            ("ｄｅｌｅｔｅ＿all", &["delete", "all"]),
            ("ſtraße", &["strasse"]),
            ("DROP", &["drop"]),
            ("", &[]),
            ("..", &[]),
        ];
        for (name, expected) in rows {
            assert_eq!(words(name), *expected, "{name}");
        }
        assert!(contains(&words("db.dropTable.now"), &words("drop_table")));
        assert!(!contains(&words("backdrop.table"), &words("drop_table")));
    }
}
