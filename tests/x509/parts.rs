//! A writer of DER, as much as a certificate needs.

/// The parts of a certificate, each as DER.
pub(crate) struct Parts {
    pub(crate) version: Vec<u8>,
    pub(crate) serial: Vec<u8>,
    pub(crate) inner: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) validity: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) key: Vec<u8>,
    pub(crate) extensions: Vec<u8>,
    pub(crate) outer: Vec<u8>,
    pub(crate) trailing: Vec<u8>,
}

pub(crate) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
pub(crate) const ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut der = vec![tag];
    match length[..] {
        [] => der.push(0),
        [short @ 0..0x80] => der.push(short),
        _ => {
            der.push(0x80 | u8::try_from(length.len()).unwrap());
            der.extend(&length);
        }
    }
    der.extend(content);
    der
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn algorithm(oid: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(6, oid)])
}

pub(crate) fn attribute(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(6, oid), &tlv(tag, value)])
}

/// A name of one attribute.
pub(crate) fn name(oid: &[u8], tag: u8, value: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(0x31, &attribute(oid, tag, value))])
}

pub(crate) fn validity(tag: u8, from: &str, to: &str) -> Vec<u8> {
    sequence(&[&tlv(tag, from.as_bytes()), &tlv(tag, to.as_bytes())])
}

pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical { tlv(1, &[0xff]) } else { Vec::new() };
    sequence(&[&tlv(6, oid), &critical, &tlv(4, value)])
}

pub(crate) fn extensions(list: &[Vec<u8>]) -> Vec<u8> {
    tlv(0xa3, &tlv(0x30, &list.concat()))
}

pub(crate) fn key(algorithm: &[u8], bits: &[u8]) -> Vec<u8> {
    sequence(&[algorithm, &tlv(3, &[&[0], bits].concat())])
}

impl Parts {
    /// An Ed25519 key, which is its own bytes and so the least that `openssl` takes.
    pub(crate) fn plain() -> Self {
        Self {
            version: tlv(0xa0, &tlv(2, &[2])),
            serial: tlv(2, &[5]),
            inner: algorithm(ECDSA),
            issuer: name(COMMON_NAME, 12, b"issuer"),
            validity: validity(23, "240101000000Z", "340101000000Z"),
            subject: name(COMMON_NAME, 12, b"subject"),
            key: key(&algorithm(&[0x2b, 0x65, 0x70]), &[9; 32]),
            extensions: Vec::new(),
            outer: algorithm(ECDSA),
            trailing: Vec::new(),
        }
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        let body = sequence(&[
            &self.version,
            &self.serial,
            &self.inner,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.key,
            &self.extensions,
        ]);
        let mut der = sequence(&[&body, &self.outer, &tlv(3, &[0, 1, 2, 3])]);
        der.extend(&self.trailing);
        der
    }
}
