//! Certificates for the fixtures, the same in every run.
//!
//! Keys come from a fixed seed and Ed25519 signs the same way every time, so a certificate with the same
//! names and dates has the same fingerprint in every run, and no key needs to be kept in a file.

use crate::wire;
use chrono::{DateTime, Utc};
use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, SerialNumber};
use std::time::Duration;

/// A certificate and its fields.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The common name; empty where the subject is empty.
    pub cn: String,
    /// The alternative names.
    pub sans: Vec<String>,
    pub not_before: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
    /// 64 columns, with `\n` at the end of each line.
    pub pem: String,
    pub der: Vec<u8>,
    pub sha1_hex: String,
    pub sha1_hex_colons: String,
    pub sha256_hex: String,
}

/// A leaf and the authority that signed it.
#[derive(Clone, Debug)]
pub struct Chain {
    pub leaf: Certificate,
    pub intermediate: Certificate,
    /// Both certificates, the leaf first.
    pub pem: String,
}

/// The half that signs, of an SM2 pair for `sm2.example.com` made by `openssl`. The halves end at different times.
pub const SM2_SIGNING_PEM: &str = include_str!("sm2-signing.pem");
/// The end of the signing certificate.
pub const SM2_SIGNING_NOT_AFTER: &str = "2036-05-01T22:12:06Z";
/// The half that encrypts.
pub const SM2_ENCRYPTION_PEM: &str = include_str!("sm2-encryption.pem");
/// The end of the encryption certificate.
pub const SM2_ENCRYPTION_NOT_AFTER: &str = "2035-05-01T22:12:06Z";

/// Makes a self-signed certificate. An empty `cn` makes an empty subject.
pub fn certificate(cn: &str, sans: &[&str], not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Certificate {
    let params = params(cn, sans, not_before, not_after);
    let signed = params.self_signed(&seeded_key(cn)).expect("a certificate");
    describe(cn, sans, not_before, not_after, &signed)
}

/// Makes a leaf signed by an intermediate that is valid for ten years from the leaf's start.
pub fn chain(cn: &str, sans: &[&str], not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Chain {
    let until = not_before + chrono::Duration::days(3650);
    let authority = Authority::new("Test Intermediate CA", not_before, until);
    let signed =
        params(cn, sans, not_before, not_after).signed_by(&seeded_key(cn), &authority.issuer).expect("a certificate");
    let leaf = describe(cn, sans, not_before, not_after, &signed);
    Chain { pem: format!("{}{}", leaf.pem, authority.certificate.pem), leaf, intermediate: authority.certificate }
}

/// A certificate authority.
pub struct Authority {
    /// Its own certificate.
    pub certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Creates a self-signed authority whose key follows from its name.
    pub fn new(cn: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Self {
        Self::with_key(cn, not_before, not_after, seeded_key(cn))
    }

    /// Creates a self-signed authority with this key.
    pub(crate) fn with_key(cn: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>, key: KeyPair) -> Self {
        let mut params = params(cn, &[], not_before, not_after);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let signed = params.self_signed(&key).expect("an authority's certificate");
        Self { certificate: describe(cn, &[], not_before, not_after, &signed), issuer: Issuer::new(params, key) }
    }

    /// Creates a subordinate authority.
    #[must_use]
    pub fn subordinate(&self, cn: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Self {
        let key = seeded_key(cn);
        let mut params = params(cn, &[], not_before, not_after);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let signed = params.signed_by(&key, &self.issuer).expect("an authority's certificate");
        Self { certificate: describe(cn, &[], not_before, not_after, &signed), issuer: Issuer::new(params, key) }
    }

    /// Signs a certificate for a given key.
    pub fn issue(
        &self,
        cn: &str,
        sans: &[&str],
        not_before: DateTime<Utc>,
        not_after: DateTime<Utc>,
        key: &KeyPair,
    ) -> Certificate {
        let signed = params(cn, sans, not_before, not_after).signed_by(key, &self.issuer).expect("a certificate");
        describe(cn, sans, not_before, not_after, &signed)
    }
}

fn params(cn: &str, sans: &[&str], not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> CertificateParams {
    let sans: Vec<String> = sans.iter().map(|name| (*name).to_owned()).collect();
    let seed = format!("{cn} {sans:?} {not_before} {not_after}");
    let mut params = CertificateParams::new(sans).expect("sound names");
    params.distinguished_name = DistinguishedName::new();
    if !cn.is_empty() {
        params.distinguished_name.push(DnType::CommonName, cn);
    }
    // rcgen wants the `time` crate's type; counting from its epoch spares that dependency.
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    params.not_before = epoch + since_epoch(not_before);
    params.not_after = epoch + since_epoch(not_after);
    // By default the serial number follows from the key alone, and certificates for one name would share it.
    params.serial_number = Some(SerialNumber::from(wire::sha1_hex(seed.as_bytes()).as_bytes()[..16].to_vec()));
    params
}

fn since_epoch(at: DateTime<Utc>) -> Duration {
    Duration::from_secs(u64::try_from(at.timestamp()).expect("a time after 1970"))
}

/// Makes an Ed25519 key whose seed is the hash of `name`.
pub fn seeded_key(name: &str) -> KeyPair {
    // PKCS #8 around a bare Ed25519 seed is this head and the 32 bytes.
    let mut pkcs8 = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    pkcs8.extend_from_slice(ring::digest::digest(&ring::digest::SHA256, name.as_bytes()).as_ref());
    KeyPair::try_from(pkcs8).expect("an Ed25519 key")
}

fn describe(
    cn: &str,
    sans: &[&str],
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
    signed: &rcgen::Certificate,
) -> Certificate {
    let der = signed.der().to_vec();
    let sha1_hex = wire::sha1_hex(&der);
    let pairs: Vec<&str> = sha1_hex.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok()).collect();
    Certificate {
        cn: cn.to_owned(),
        sans: sans.iter().map(|name| (*name).to_owned()).collect(),
        not_before,
        not_after,
        pem: signed.pem().replace("\r\n", "\n"),
        sha1_hex_colons: pairs.join(":"),
        sha256_hex: wire::sha256_hex(&der),
        sha1_hex,
        der,
    }
}
