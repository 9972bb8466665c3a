//! Passwords on command lines that have flags of their own: `docker login -p …`, `mysql -p…`, `sshpass -p …`.

use std::ops::Range;

use super::candidate::{Candidate, Joint, Quote};
use super::literal::{Cursor, is_quote};

/// What leads to [`flag`]: the command's name with what makes it one.
pub const COMMANDS: [&[u8]; 4] = [b"docker login", b"mysql -", b"mysqldump -", b"mysqladmin -"];

/// The password of the command at `at`, as its `-p` gives it.
pub fn flag(text: &[u8], at: usize, found: &mut dyn FnMut(Candidate)) {
    let line = &text[at..super::line_end(text, at).min(at + 400)];
    let Some(start) = memchr::memmem::find(line, b" -p").map(|i| i + 3) else { return };
    // Detached it is the password for docker, and the name of a database for mysql.
    let detached = line.get(start).is_some_and(|b| *b == b' ');
    if detached != line.starts_with(b"docker") {
        return;
    }
    let start = start + line[start..].iter().take_while(|b| b" \"'".contains(b)).count();
    let length = line[start..].iter().position(|b| b" \t\r\"'`;|&<>".contains(b)).unwrap_or(line.len() - start);
    found(login(at..at + 6, at + start..at + start + length));
}

/// `echo 'user:value' | chpasswd`, the name of the command at `name`.
pub fn piped(text: &[u8], name: &Range<usize>, found: &mut dyn FnMut(Candidate)) {
    let low = name.start.saturating_sub(200);
    let line = text[low..name.start].rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let Some(pipe) = memchr::memrchr(b'|', line) else { return };
    let word = line[..pipe].trim_ascii_end();
    let word = word.strip_suffix(b"\"").or_else(|| word.strip_suffix(b"'")).unwrap_or(word);
    let begins = word.iter().rposition(|b| b.is_ascii_whitespace() || is_quote(*b)).map_or(0, |i| i + 1);
    let Some(colon) = memchr::memchr(b':', &word[begins..]).filter(|i| *i > 0) else { return };
    let start = name.start - line.len();
    found(login(name.clone(), start + begins + colon + 1..start + word.len()));
}

/// Over the flag of a command whose name speaks of a password itself; whether there is one before the cursor's value.
pub fn own_flag(c: &mut Cursor<'_>, name: &[u8]) -> bool {
    let width = if name.eq_ignore_ascii_case(b"sshpass") && c.starts_with(b"-p") {
        2
    } else if is_secure_string(name) && c.starts_with(b"-string ") && is_quote(c.ahead(8)) {
        8
    } else {
        return false;
    };
    c.at += width;
    true
}

/// PowerShell's `ConvertTo-SecureString`.
pub fn is_secure_string(name: &[u8]) -> bool {
    const END: &[u8] = b"securestring";
    name.len() >= END.len() && name[name.len() - END.len()..].eq_ignore_ascii_case(END)
}

fn login(name: Range<usize>, value: Range<usize>) -> Candidate {
    Candidate {
        name,
        value,
        joint: Joint::Curl,
        quote: Quote::None,
        wrapped: false,
        nested: false,
        spaced: true,
        more: false,
    }
}
