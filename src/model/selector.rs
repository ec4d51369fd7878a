//! How users point at a certificate: by its id, by the beginning of one, or by a fingerprint.

use super::Certificate;

/// What a user typed to name a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    pub text: String,
    /// Lower-case hex without colons, where it has the length of a fingerprint.
    fingerprint: Option<String>,
}

/// What a reference means resolve the certificates there are: their places in that list.
#[derive(Debug, PartialEq, Eq)]
pub enum Resolution {
    Nothing,
    /// The certificates of this very id: one, unless several scopes show the same.
    Id(Vec<usize>),
    /// The places that hold the certificate of this fingerprint.
    Fingerprint(Vec<usize>),
    /// The certificates whose id begins so.
    Prefix(Vec<usize>),
}

impl Resolution {
    pub fn indices(&self) -> &[usize] {
        match self {
            Self::Nothing => &[],
            Self::Id(indices) | Self::Fingerprint(indices) | Self::Prefix(indices) => indices,
        }
    }

    /// Whether it stands for one thing to show; the others are to be chosen from.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Id(_)) || self.indices().len() == 1
    }
}

const SHA1_DIGITS: usize = 40;
const SHA256_DIGITS: usize = 64;

impl Selector {
    /// # Errors
    /// Where it is empty, and would mean every certificate.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("name a certificate by its id, the beginning of one, or a fingerprint".to_owned());
        }
        Ok(Self { text: text.to_owned(), fingerprint: fingerprint(text) })
    }

    /// Whether a cloud can be asked for it by id. No cloud's ids look like fingerprints.
    pub fn may_be_id(&self) -> bool {
        self.fingerprint.is_none()
    }

    /// Whether this certificate may be meant.
    pub fn may_match(&self, certificate: &Certificate) -> bool {
        let begins = |id: &String| id.get(..self.text.len()).is_some_and(|head| head.eq_ignore_ascii_case(&self.text));
        self.is_fingerprint_of(certificate) || certificate.id.as_ref().is_some_and(begins)
    }

    /// Whether this certificate is meant, whichever others there are.
    pub fn matches_exactly(&self, certificate: &Certificate) -> bool {
        self.is_id_of(certificate) || self.is_fingerprint_of(certificate)
    }

    /// What it means resolve these. A whole id counts before a fingerprint, and both before a beginning; case
    /// never does.
    pub fn resolve(&self, certificates: &[Certificate]) -> Resolution {
        let (mut ids, mut fingerprints, mut beginnings) = (Vec::new(), Vec::new(), Vec::new());
        for (index, certificate) in
            certificates.iter().enumerate().filter(|(_, certificate)| self.may_match(certificate))
        {
            match certificate {
                certificate if self.is_id_of(certificate) => ids.push(index),
                certificate if self.is_fingerprint_of(certificate) => fingerprints.push(index),
                _ => beginnings.push(index),
            }
        }
        match (ids.is_empty(), fingerprints.is_empty(), beginnings.is_empty()) {
            (false, _, _) => Resolution::Id(ids),
            (_, false, _) => Resolution::Fingerprint(fingerprints),
            (_, _, false) => Resolution::Prefix(beginnings),
            _ => Resolution::Nothing,
        }
    }

    fn is_id_of(&self, certificate: &Certificate) -> bool {
        certificate.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&self.text))
    }

    fn is_fingerprint_of(&self, certificate: &Certificate) -> bool {
        self.fingerprint.is_some()
            && [&certificate.fingerprint_sha1, &certificate.fingerprint_sha256].contains(&&self.fingerprint)
    }
}

/// A fingerprint, with or without colons, as `openssl` prints it too: `SHA1 Fingerprint=AB:CD:…`.
fn fingerprint(text: &str) -> Option<String> {
    let text = text.rsplit('=').next()?.to_ascii_lowercase();
    let text = text.strip_prefix("sha1:").or_else(|| text.strip_prefix("sha256:")).unwrap_or(&text);
    let hex = text.replace(':', "");
    let is_one = matches!(hex.len(), SHA1_DIGITS | SHA256_DIGITS) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then_some(hex)
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
        let meaning = |text: &str| Selector::parse(text).expect(text).resolve(&all);
        assert_eq!(meaning("12"), Resolution::Id(vec![0]));
        assert_eq!(meaning("1"), Resolution::Prefix(vec![0, 1, 2]));
        assert_eq!(meaning(" 124 "), Resolution::Id(vec![2]));
        assert_eq!(meaning("2"), Resolution::Nothing);
        assert_eq!(meaning(&"ab".repeat(20)), Resolution::Fingerprint(vec![0, 1]));
        for ef in [
            ["EF"; 20].join(":"),
            format!("SHA1 Fingerprint={}", ["EF"; 20].join(":")),
            "sha1:".to_owned() + &"ef".repeat(20),
        ] {
            assert_eq!(meaning(&ef), Resolution::Fingerprint(vec![2]), "{ef}");
        }
        assert_eq!(meaning(&"cd".repeat(32)).indices(), [0, 1, 2]);
        assert_eq!(meaning(&"cd".repeat(20)), Resolution::Nothing);
        assert!(meaning("12").is_unique() && !meaning("1").is_unique() && !Resolution::Nothing.is_unique());
        let letters = [certificate("Ab1", "ab"), certificate("abé2", "ab")];
        let meaning = |text: &str| Selector::parse(text).expect(text).resolve(&letters);
        assert_eq!(
            (meaning("aB1"), meaning("AB"), meaning("abé")),
            (Resolution::Id(vec![0]), Resolution::Prefix(vec![0, 1]), Resolution::Prefix(vec![1]))
        );
        assert!(Selector::parse(" ").is_err());
    }

    #[test]
    fn nothing_unknown_is_meant() {
        let unknown = Certificate { id: None, ..Certificate::default() };
        for text in ["1", &"ab".repeat(20)] {
            assert!(!Selector::parse(text).expect(text).may_match(&unknown));
        }
    }
}
