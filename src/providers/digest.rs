//! The hashes that vendors' signatures consist of.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::hex::hex;

const ANY_LENGTH: &str = "HMAC takes a key of any length (RFC 2104, 3)";

/// Returns HMAC-SHA1 (RFC 2104) of `text`.
pub(super) fn hmac_sha1(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect(ANY_LENGTH);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Returns HMAC-SHA256 (RFC 2104) of `text`.
pub(super) fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect(ANY_LENGTH);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Returns SHA-256 of `text` in lower-case hex.
pub(super) fn sha256_hex(text: &str) -> String {
    hex(&Sha256::digest(text))
}
