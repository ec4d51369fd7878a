//! Selectors: how users name a certificate, by its id, the beginning of its id, or a fingerprint.

use super::Certificate;

/// The text with which a user names a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    pub text: String,
    /// Lower-case hex without colons, where it has the length of a fingerprint.
    fingerprint: Option<String>,
    /// Where it is the name that other products of Alibaba Cloud give a certificate of CAS.
    cas: Option<CasName>,
}

/// The name of a certificate of CAS in other products: its id, and the data center that keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CasName {
    id: String,
    /// `None` for any.
    region: Option<&'static str>,
}

impl CasName {
    /// Parses `ID-cn-hangzhou`, `ID-ap-southeast-1` and `ID-cas.aliyuncs.com`.
    fn parse(text: &str) -> Option<Self> {
        let (id, center) = text.split_once('-')?;
        let region = match center.to_ascii_lowercase().as_str() {
            "cn-hangzhou" => Some("cn-hangzhou"),
            "ap-southeast-1" => Some("ap-southeast-1"),
            "cas.aliyuncs.com" => None,
            _ => return None,
        };
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self { id: id.to_owned(), region })
    }

    fn is_of(&self, certificate: &Certificate) -> bool {
        certificate.service == "cas"
            && certificate.id.as_ref() == Some(&self.id)
            && self.region.is_none_or(|region| certificate.region == region)
    }
}

/// The certificates that a selector names, by their index in the list of all.
#[derive(Debug, PartialEq, Eq)]
pub enum Resolution {
    Nothing,
    /// The certificates whose id is the text: one, unless several scopes list it.
    Id(Vec<usize>),
    /// The records of the certificate that has this fingerprint.
    Fingerprint(Vec<usize>),
    /// The certificates whose id begins with the text.
    Prefix(Vec<usize>),
}

impl Resolution {
    /// Returns the indices, whatever they were found by.
    pub fn indices(&self) -> &[usize] {
        match self {
            Self::Nothing => &[],
            Self::Id(indices) | Self::Fingerprint(indices) | Self::Prefix(indices) => indices,
        }
    }

    /// Returns whether it names one certificate; otherwise the user must choose.
    pub fn is_unique(&self) -> bool {
        matches!(self, Self::Id(_)) || self.indices().len() == 1
    }
}

const SHA1_DIGITS: usize = 40;
const SHA256_DIGITS: usize = 64;

impl Selector {
    /// Parses a selector.
    ///
    /// # Errors
    /// The text is empty, which would select every certificate.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("name a certificate by its id, the beginning of one, or a fingerprint".to_owned());
        }
        Ok(Self { text: text.to_owned(), fingerprint: fingerprint(text), cas: CasName::parse(text) })
    }

    /// Returns whether the text may be an id that a cloud can look up. No cloud's ids look like fingerprints.
    pub fn may_be_id(&self) -> bool {
        self.fingerprint.is_none()
    }

    /// Returns whether the text is the beginning of the certificate's id, or its fingerprint.
    pub fn may_match(&self, certificate: &Certificate) -> bool {
        let begins = |id: &String| id.get(..self.text.len()).is_some_and(|head| head.eq_ignore_ascii_case(&self.text));
        self.matches_exactly(certificate) || certificate.id.as_ref().is_some_and(begins)
    }

    /// Returns whether the text is the certificate's whole id, or its fingerprint.
    pub fn matches_exactly(&self, certificate: &Certificate) -> bool {
        self.is_id_of(certificate) || self.is_fingerprint_of(certificate)
    }

    /// Returns the certificates that the selector names. A whole id counts before a fingerprint, and both before the
    /// beginning of an id; case never counts.
    pub fn resolve(&self, certificates: &[Certificate]) -> Resolution {
        let (mut ids, mut fingerprints, mut prefixes) = (Vec::new(), Vec::new(), Vec::new());
        for (index, certificate) in
            certificates.iter().enumerate().filter(|(_, certificate)| self.may_match(certificate))
        {
            match certificate {
                certificate if self.is_id_of(certificate) => ids.push(index),
                certificate if self.is_fingerprint_of(certificate) => fingerprints.push(index),
                _ => prefixes.push(index),
            }
        }
        match (ids.is_empty(), fingerprints.is_empty(), prefixes.is_empty()) {
            (false, _, _) => Resolution::Id(ids),
            (_, false, _) => Resolution::Fingerprint(fingerprints),
            (_, _, false) => Resolution::Prefix(prefixes),
            _ => Resolution::Nothing,
        }
    }

    fn is_id_of(&self, certificate: &Certificate) -> bool {
        certificate.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(&self.text))
            || self.cas.as_ref().is_some_and(|name| name.is_of(certificate))
    }

    fn is_fingerprint_of(&self, certificate: &Certificate) -> bool {
        self.fingerprint.is_some()
            && [&certificate.fingerprint_sha1, &certificate.fingerprint_sha256].contains(&&self.fingerprint)
    }
}

/// Returns the hex digits of a fingerprint, with or without colons; also as `openssl` prints it: `SHA1 Fingerprint=AB:CD:…`.
fn fingerprint(text: &str) -> Option<String> {
    let text = text.rsplit('=').next()?.to_ascii_lowercase();
    let text = text.strip_prefix("sha1:").or_else(|| text.strip_prefix("sha256:")).unwrap_or(&text);
    let hex = text.replace(':', "");
    let is_fingerprint =
        matches!(hex.len(), SHA1_DIGITS | SHA256_DIGITS) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_fingerprint.then_some(hex)
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
    fn the_closest_match_counts() {
        let all = [certificate("12", "ab"), certificate("123", "ab"), certificate("124", "ef")];
        let resolve = |text: &str| Selector::parse(text).expect(text).resolve(&all);
        assert_eq!(resolve("12"), Resolution::Id(vec![0]));
        assert_eq!(resolve("1"), Resolution::Prefix(vec![0, 1, 2]));
        assert_eq!(resolve(" 124 "), Resolution::Id(vec![2]));
        assert_eq!(resolve("2"), Resolution::Nothing);
        assert_eq!(resolve(&"ab".repeat(20)), Resolution::Fingerprint(vec![0, 1]));
        for ef in [
            ["EF"; 20].join(":"),
            format!("SHA1 Fingerprint={}", ["EF"; 20].join(":")),
            "sha1:".to_owned() + &"ef".repeat(20),
        ] {
            assert_eq!(resolve(&ef), Resolution::Fingerprint(vec![2]), "{ef}");
        }
        assert_eq!(resolve(&"cd".repeat(32)).indices(), [0, 1, 2]);
        assert_eq!(resolve(&"cd".repeat(20)), Resolution::Nothing);
        assert!(resolve("12").is_unique() && !resolve("1").is_unique() && !Resolution::Nothing.is_unique());
        let letters = [certificate("Ab1", "ab"), certificate("abé2", "ab")];
        let resolve = |text: &str| Selector::parse(text).expect(text).resolve(&letters);
        assert_eq!(
            (resolve("aB1"), resolve("AB"), resolve("abé")),
            (Resolution::Id(vec![0]), Resolution::Prefix(vec![0, 1]), Resolution::Prefix(vec![1]))
        );
        assert!(Selector::parse(" ").is_err());
    }

    #[test]
    fn a_certificate_of_cas_is_named_as_other_products_name_it() {
        let kept = |service: &'static str, region: &str| Certificate {
            service,
            region: region.to_owned(),
            ..certificate("23759533", "ab")
        };
        let all = [kept("cas", "cn-hangzhou"), kept("cas", "ap-southeast-1"), kept("slb", "cn-hangzhou")];
        let resolve = |text: &str| Selector::parse(text).expect(text).resolve(&all);
        assert_eq!(resolve("23759533-cn-hangzhou"), Resolution::Id(vec![0]));
        assert_eq!(resolve("23759533-ap-southeast-1"), Resolution::Id(vec![1]));
        assert_eq!(resolve("23759533-cas.aliyuncs.com"), Resolution::Id(vec![0, 1]));
        for other in ["2375953-cn-hangzhou", "23759533-cn-beijing", "x-cn-hangzhou", "-cn-hangzhou"] {
            assert_eq!(resolve(other), Resolution::Nothing, "{other}");
        }
    }

    #[test]
    fn a_certificate_without_id_and_fingerprint_is_never_selected() {
        let unknown = Certificate { id: None, ..Certificate::default() };
        for text in ["1", &"ab".repeat(20)] {
            assert!(!Selector::parse(text).expect(text).may_match(&unknown));
        }
    }
}
