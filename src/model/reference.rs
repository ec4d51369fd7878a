//! How users point at a certificate: by its id, by the beginning of one, or by a fingerprint.

use super::Certificate;

/// What a user typed to name a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub text: String,
    /// Lower-case hex without colons, where it has the length of a fingerprint.
    fingerprint: Option<String>,
}

/// What a reference means among the certificates there are.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    Nothing,
    /// The certificates of this very id: one, unless several scopes show the same.
    Id(Vec<&'a Certificate>),
    /// The places that hold the certificate of this fingerprint.
    Fingerprint(Vec<&'a Certificate>),
    /// The certificates whose id begins so.
    Prefix(Vec<&'a Certificate>),
}

impl<'a> Meaning<'a> {
    /// The certificates that are meant.
    pub fn certificates(&self) -> &[&'a Certificate] {
        match self {
            Self::Nothing => &[],
            Self::Id(certificates) | Self::Fingerprint(certificates) | Self::Prefix(certificates) => certificates,
        }
    }

    /// Whether it stands for one thing to show; the others are to be chosen from.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Id(_)) || self.certificates().len() == 1
    }
}

const SHA1_DIGITS: usize = 40;
const SHA256_DIGITS: usize = 64;

impl Reference {
    /// # Errors
    /// Where it is empty, and would mean every certificate.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("name a certificate by its id, the beginning of one, or a fingerprint".to_owned());
        }
        let hex = text.replace(':', "").to_ascii_lowercase();
        let is_one = matches!(hex.len(), SHA1_DIGITS | SHA256_DIGITS) && hex.bytes().all(|b| b.is_ascii_hexdigit());
        Ok(Self { text: text.to_owned(), fingerprint: is_one.then_some(hex) })
    }

    /// Whether a cloud can be asked for it by id. No cloud's ids look like fingerprints.
    pub fn may_be_id(&self) -> bool {
        self.fingerprint.is_none()
    }

    /// Whether this certificate may be meant.
    pub fn fits(&self, certificate: &Certificate) -> bool {
        self.is_fingerprint_of(certificate) || certificate.id.as_ref().is_some_and(|id| id.starts_with(&self.text))
    }

    /// What it means among these. An id to the letter counts before a fingerprint, and both before a beginning.
    pub fn among<'a>(&self, certificates: &'a [Certificate]) -> Meaning<'a> {
        let those = |fits: &dyn Fn(&Certificate) -> bool| certificates.iter().filter(|c| fits(c)).collect::<Vec<_>>();
        let by_id = those(&|certificate| certificate.id.as_ref() == Some(&self.text));
        if !by_id.is_empty() {
            return Meaning::Id(by_id);
        }
        let by_fingerprint = those(&|certificate| self.is_fingerprint_of(certificate));
        if !by_fingerprint.is_empty() {
            return Meaning::Fingerprint(by_fingerprint);
        }
        let by_prefix = those(&|certificate| self.fits(certificate));
        if by_prefix.is_empty() { Meaning::Nothing } else { Meaning::Prefix(by_prefix) }
    }

    fn is_fingerprint_of(&self, certificate: &Certificate) -> bool {
        self.fingerprint.is_some()
            && [&certificate.fingerprint_sha1, &certificate.fingerprint_sha256].contains(&&self.fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(id: &str, sha1: &str) -> Certificate {
        let sha256 = Some("cd".repeat(32));
        let fingerprint_sha1 = Some(sha1.repeat(20));
        Certificate { id: Some(id.to_owned()), fingerprint_sha1, fingerprint_sha256: sha256, ..Certificate::default() }
    }

    #[test]
    fn the_closest_meaning_counts() {
        let all = [certificate("12", "ab"), certificate("123", "ab"), certificate("124", "ef")];
        let meaning = |text: &str| Reference::parse(text).expect(text).among(&all);
        assert_eq!(meaning("12"), Meaning::Id(vec![&all[0]]));
        assert_eq!(meaning("1"), Meaning::Prefix(vec![&all[0], &all[1], &all[2]]));
        assert_eq!(meaning(" 124 "), Meaning::Id(vec![&all[2]]));
        assert_eq!(meaning("2"), Meaning::Nothing);
        assert_eq!(meaning(&"ab".repeat(20)), Meaning::Fingerprint(vec![&all[0], &all[1]]));
        assert_eq!(meaning(&["EF"; 20].join(":")), Meaning::Fingerprint(vec![&all[2]]));
        assert_eq!(meaning(&"cd".repeat(32)).certificates().len(), 3);
        assert_eq!(meaning(&"cd".repeat(20)), Meaning::Nothing);
        assert!(meaning("12").is_unique() && !meaning("1").is_unique() && !Meaning::Nothing.is_unique());
        assert!(Reference::parse(" ").is_err());
    }

    #[test]
    fn nothing_unknown_is_meant() {
        let unknown = Certificate { id: None, ..Certificate::default() };
        for text in ["1", &"ab".repeat(20)] {
            assert!(!Reference::parse(text).expect(text).fits(&unknown));
        }
    }
}
