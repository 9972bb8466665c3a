//! Cheap tests for strings and comments, so that only those a rule could care for are kept.

/// Whether a string may hold a placeholder.
pub fn in_string(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 5 {
        return false;
    }
    let mut digits = 0;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'@' if at > 0 => return true,
            b'0'..=b'9' => {
                digits += 1;
                if digits >= 7 {
                    return true;
                }
            }
            b'L' | b'l'
                if bytes.get(at + 1).is_some_and(|b| b | 0x20 == b'o') && starts(&bytes[at..], b"lorem ipsum") =>
            {
                return true;
            }
            b'D' | b'd' if starts(&bytes[at..], b"doe") => return true,
            b'S' | b's' if starts(&bytes[at..], b"smith") => return true,
            b'M' | b'm' if starts(&bytes[at..], b"mustermann") => return true,
            _ => {}
        }
    }
    false
}

/// Whether a comment may admit that what follows is made up.
pub fn in_comment(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len()).any(|at| {
        let words: &[&[u8]] = match bytes[at] | 0x20 {
            b'p' => &[b"placeholder"],
            b'm' => &[b"mock", b"made up", b"made-up"],
            b'f' => &[b"fake", b"for now"],
            b'd' => &[b"dummy"],
            b's' => &[b"simulat", b"synthetic", b"stub"],
            b'h' => &[b"hardcoded", b"hard-coded"],
            b'i' => &[b"in production"],
            b'r' => &[b"real implementation"],
            _ => return false,
        };
        words.iter().any(|w| starts(&bytes[at..], w))
    })
}

fn starts(bytes: &[u8], word: &[u8]) -> bool {
    bytes.len() >= word.len() && bytes[..word.len()].eq_ignore_ascii_case(word)
}

/// Whether a statement of SQL writes rows.
pub fn writes_rows(statement: &str) -> bool {
    let start = statement.trim_start();
    let begins = |word: &&str| start.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word));
    ["insert", "update", "replace", "merge", "upsert"].iter().any(begins)
}

/// Whether a key names a metric.
pub fn is_metric(key: &str) -> bool {
    const WHOLE: [&str; 14] = [
        "accuracy",
        "precision",
        "recall",
        "f1",
        "auc",
        "loss",
        "mse",
        "rmse",
        "mae",
        "mape",
        "r2",
        "perplexity",
        "sharpe",
        "confidence",
    ];
    const ENDS: [&str; 5] = ["_accuracy", "_loss", "_score", "_precision", "_recall"];
    WHOLE.contains(&key) || ENDS.iter().any(|e| key.ends_with(e))
}

/// Whether a name is that of a table of metrics.
pub fn is_metrics_table(name: &str) -> bool {
    name == "metrics" || name.ends_with("_metrics")
}
