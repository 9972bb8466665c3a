//! Discord bot tokens: the bot's numeric id in base64, a time stamp, a signature, with dots between.

use base64::Engine as _;

use super::{Verdict, proved_if};

/// Whether the first part decodes to an id: 17 to 20 digits (Discord's reference, "Snowflakes").
pub fn bot_id(value: &[u8]) -> Verdict {
    let first = value.split(|b| *b == b'.').next().unwrap_or_default();
    let Ok(id) = base64::engine::general_purpose::STANDARD_NO_PAD.decode(first) else { return Verdict::Refuted };
    proved_if((17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_others() {
        let token =
            |id: &str| format!("{}.Gabcde.{}", base64::prelude::BASE64_STANDARD_NO_PAD.encode(id), "x".repeat(38));
        assert_eq!(bot_id(token("314159265358979323").as_bytes()), Verdict::Proved);
        assert_eq!(bot_id(token("31415926535897932a").as_bytes()), Verdict::Refuted);
        assert_eq!(bot_id(token("314159").as_bytes()), Verdict::Refuted);
        assert_eq!(bot_id(b"MTAxM!.a.b"), Verdict::Refuted);
    }
}
