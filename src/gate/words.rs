//! The words that a name is made of: `deleteUserTable`, `delete.user-table` and `DELETE_USER_TABLE` are all `delete`, `user`,
//! `table`; `undelete` is one word of its own.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// The words of a name, compatibility forms resolved (NFKC) and case folded.
pub fn words(name: &str) -> Vec<String> {
    let normal: Cow<'_, str> = if name.is_ascii() { name.into() } else { name.nfkc().collect() };
    let (mut out, mut from, mut before) = (Vec::new(), 0, None);
    let mut rest = normal.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|(_, next)| *next);
        if !c.is_alphanumeric() {
            push(&normal[from..at], &mut out);
            from = at + c.len_utf8();
        } else if before.is_some_and(|before| begins_word(before, c, next)) {
            push(&normal[from..at], &mut out);
            from = at;
        }
        before = Some(c);
    }
    push(&normal[from..], &mut out);
    out
}

/// A text with compatibility forms resolved and case folded.
pub fn fold(text: &str) -> Cow<'_, str> {
    match text.is_ascii() {
        true if !text.bytes().any(|b| b.is_ascii_uppercase()) => text.into(),
        true => text.to_ascii_lowercase().into(),
        // Upper case first, so that what has no single lower-case letter (ß, ς) comes out the same.
        false => text.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect(),
    }
}

/// Whether the words of `wanted` stand one after the other among `words`.
pub fn contains(words: &[String], wanted: &[String]) -> bool {
    !wanted.is_empty() && words.windows(wanted.len()).any(|w| w == wanted)
}

fn push(word: &str, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(fold(word).into_owned());
    }
}

/// `fooBar`, `HTTPGet` and `drop2` each begin a second word.
fn begins_word(before: char, c: char, next: Option<char>) -> bool {
    (before.is_lowercase() && c.is_uppercase())
        || (before.is_uppercase() && c.is_uppercase() && next.is_some_and(char::is_lowercase))
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
