//! What of a file can be read although the whole does not parse, for parsers that give up at the first mistake: the pieces
//! between lines that start at the margin are tried one by one, and those that do not parse are blanked.

/// More pieces than that are not tried.
const MOST: usize = 20_000;

/// The text with what does not parse replaced by blanks, every place where it was; `None`: nothing of it parses.
pub fn mend(source: &str, parses: impl Fn(&str) -> bool) -> Option<String> {
    let starts = starts(source);
    if starts.len() > MOST {
        return None;
    }
    let mut out = String::with_capacity(source.len());
    let mut kept = false;
    for (nth, start) in starts.iter().enumerate() {
        let end = starts.get(nth + 1).copied().unwrap_or(source.len());
        let piece = source.get(*start..end)?;
        if parses(piece) {
            kept |= !piece.trim().is_empty();
            out.push_str(piece);
        } else {
            out.extend(piece.bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }));
        }
    }
    kept.then_some(out)
}

/// Where pieces start: lines whose first character is no blank and closes nothing. What follows an attribute or a
/// decorator goes with it.
fn starts(source: &str) -> Vec<usize> {
    let mut out = vec![0];
    let (mut at, mut attached) = (0, true);
    for line in source.split_inclusive('\n') {
        let first = line.chars().next().unwrap_or('\n');
        let opens = first.is_alphanumeric() || matches!(first, '#' | '@' | '_' | '$');
        if opens && !attached {
            out.push(at);
        }
        attached = opens && (first == '@' || line.starts_with("#["));
        at += line.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_parse_is_blanked() {
        let text = "fn a() {\n}\nfn é( {\n x\nfn c() {}\n";
        let mended = mend(text, |piece| piece.matches('{').count() == piece.matches('}').count());
        assert_eq!(mended.as_deref(), Some("fn a() {\n}\n        \n  \nfn c() {}\n"));
        assert_eq!(mend("{{{", |_| false), None);
    }

    #[test]
    fn an_attribute_stays_with_what_it_is_of() {
        assert_eq!(starts("#[a]\nfn b() {}\n  x\n}\n@c\nclass D {}\n").len(), 2);
    }
}
