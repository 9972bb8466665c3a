//! Cloudflare's tokens.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Verdict;

/// A prefix, 40 characters, then the CRC32 of those 40 in lower-case hex (Cloudflare, "API token formats").
pub fn crc32(value: &[u8]) -> Verdict {
    let Some(at) = value.len().checked_sub(48) else { return Verdict::Refuted };
    let (body, sum) = value[at..].split_at(40);
    super::proved_if(format!("{:08x}", crc32fast::hash(body)).as_bytes() == sum)
}

/// A tunnel token is base64 of a JSON object: `a` the account, `t` the tunnel, `s` its secret
/// (the `TunnelToken` type of cloudflared's `connection` package).
pub fn tunnel(value: &[u8]) -> Verdict {
    let padding = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, padding.with_decode_allow_trailing_bits(true));
    let Ok(bytes) = engine.decode(value) else { return Verdict::Refuted };
    let Ok(token) = serde_json::from_slice::<serde_json::Value>(&bytes) else { return Verdict::Refuted };
    super::proved_if(["a", "t", "s"].iter().all(|key| token[key].is_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn the_checksum_covers_the_body_without_the_prefix() {
        let body = "0123456789abcdefghijABCDEFGHIJ0123456789";
        let token = format!("cfut_{body}{:08x}", crc32fast::hash(body.as_bytes()));
        assert_eq!(crc32(token.as_bytes()), Verdict::Proved);
        assert_eq!(crc32(token.replace('b', "c").as_bytes()), Verdict::Refuted);
        assert_eq!(crc32(b"cfut_short"), Verdict::Refuted);
    }

    #[test]
    fn a_tunnel_token_names_account_tunnel_and_secret() {
        let whole = STANDARD.encode(r#"{"a":"1","t":"2","s":"3"}"#);
        assert_eq!(tunnel(whole.as_bytes()), Verdict::Proved);
        assert_eq!(tunnel(whole.trim_end_matches('=').as_bytes()), Verdict::Proved);
        assert_eq!(tunnel(STANDARD.encode(r#"{"a":"1","t":"2"}"#).as_bytes()), Verdict::Refuted);
        assert_eq!(tunnel(b"eyJhIjoi"), Verdict::Refuted);
    }
}
