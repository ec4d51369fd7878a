//! What a person should know of a certificate beside its facts.

use serde::{Serialize, Serializer};

/// A remark on a certificate: a code for programs and a text for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    pub code: NoteCode,
    pub text: String,
}

impl Note {
    pub fn new(code: NoteCode, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// What a note is about. The names are stable: programs select notes by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteCode {
    Superseded,
    Revoked,
    ChainIncomplete,
    ChainOutOfOrder,
    ChainStranger,
    IssuerExpiresFirst,
    IssuerKeyDiffers,
    IssuerWeakKey,
    IssuerWeakSignature,
    WeakKey,
    WeakSignature,
    LifetimeTooLong,
    Sm2Pair,
    PrivateKeyEcho,
    UsageUnknown,
    CertificateUnreadable,
    CertificateMalformed,
    CloudDisagrees,
    CloudInconsistent,
    CloudFieldInvalid,
    CloudKindUnknown,
    RecordUnreadable,
    TimeWithoutZone,
    DayWithoutTime,
    NamesFromDomain,
}

impl NoteCode {
    /// Every code, in the order of the declaration.
    pub const ALL: [Self; 25] = [
        Self::Superseded,
        Self::Revoked,
        Self::ChainIncomplete,
        Self::ChainOutOfOrder,
        Self::ChainStranger,
        Self::IssuerExpiresFirst,
        Self::IssuerKeyDiffers,
        Self::IssuerWeakKey,
        Self::IssuerWeakSignature,
        Self::WeakKey,
        Self::WeakSignature,
        Self::LifetimeTooLong,
        Self::Sm2Pair,
        Self::PrivateKeyEcho,
        Self::UsageUnknown,
        Self::CertificateUnreadable,
        Self::CertificateMalformed,
        Self::CloudDisagrees,
        Self::CloudInconsistent,
        Self::CloudFieldInvalid,
        Self::CloudKindUnknown,
        Self::RecordUnreadable,
        Self::TimeWithoutZone,
        Self::DayWithoutTime,
        Self::NamesFromDomain,
    ];

    /// Returns the word that JSON carries.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Returns what the code means, in one clause.
    pub fn meaning(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Superseded => ("superseded", "another certificate for the same names lives longer"),
            Self::Revoked => ("revoked", "the cloud says that the issuer revoked the certificate"),
            Self::ChainIncomplete => ("chain_incomplete", "the stored chain lacks an issuer's certificate"),
            Self::ChainOutOfOrder => ("chain_out_of_order", "the stored chain is not in the order that TLS asks for"),
            Self::ChainStranger => {
                ("chain_stranger", "the stored chain holds a certificate that does not belong to it")
            }
            Self::IssuerExpiresFirst => ("issuer_expires_first", "an issuer's certificate ends before the certificate"),
            Self::IssuerKeyDiffers => {
                ("issuer_key_differs", "the stored chain holds another certificate of the issuer's name")
            }
            Self::IssuerWeakKey => ("issuer_weak_key", "an issuer's key is too short"),
            Self::IssuerWeakSignature => {
                ("issuer_weak_signature", "an issuer's certificate is signed over a broken hash")
            }
            Self::WeakKey => ("weak_key", "the key is too short"),
            Self::WeakSignature => ("weak_signature", "the certificate is signed over a broken hash"),
            Self::LifetimeTooLong => {
                ("lifetime_too_long", "the lifetime is above what the CA/Browser Forum or Apple allows")
            }
            Self::Sm2Pair => ("sm2_pair", "how the two certificates of an SM2 pair differ and where they stand"),
            Self::PrivateKeyEcho => ("private_key_echo", "the API hands out the project's private keys"),
            Self::UsageUnknown => ("usage_unknown", "it could not be read which resources use the certificate"),
            Self::CertificateUnreadable => {
                ("certificate_unreadable", "the stored certificate, or a part of it, is unreadable")
            }
            Self::CertificateMalformed => {
                ("certificate_malformed", "the stored certificate is readable but against a standard")
            }
            Self::CloudDisagrees => {
                ("cloud_disagrees", "a field of the cloud differs from the certificate; it tells both")
            }
            Self::CloudInconsistent => ("cloud_inconsistent", "two fields of the cloud contradict one another"),
            Self::CloudFieldInvalid => ("cloud_field_invalid", "a field of the cloud is not what its API documents"),
            Self::CloudKindUnknown => {
                ("cloud_kind_unknown", "the cloud names a kind of certificate that certls does not know")
            }
            Self::RecordUnreadable => ("record_unreadable", "the cloud's record is unreadable"),
            Self::TimeWithoutZone => {
                ("time_without_zone", "the cloud sent a time without a zone; it says how it was read")
            }
            Self::DayWithoutTime => ("day_without_time", "the cloud sent a day without a time"),
            Self::NamesFromDomain => {
                ("names_from_domain", "the names are those that a user wrote beside the certificate, not its own")
            }
        }
    }
}

impl Serialize for NoteCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_words_in_snake_case_and_each_has_a_meaning() {
        for (number, code) in NoteCode::ALL.into_iter().enumerate() {
            assert_eq!(code as usize, number, "{code:?} is out of place");
            let name = code.name();
            let is_word =
                |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            assert!(name.split('_').all(is_word) && name.as_bytes()[0].is_ascii_lowercase(), "{name}");
            assert!(!code.meaning().is_empty() && !code.meaning().ends_with('.'), "{name}");
        }
        let names: BTreeSet<_> = NoteCode::ALL.map(NoteCode::name).into();
        let meanings: BTreeSet<_> = NoteCode::ALL.map(NoteCode::meaning).into();
        assert_eq!((names.len(), meanings.len()), (NoteCode::ALL.len(), NoteCode::ALL.len()));
    }

    #[test]
    fn a_note_is_a_code_and_a_text_in_json() {
        let note = Note::new(NoteCode::Sm2Pair, "the text");
        let json = serde_json::to_string(&note).expect("json");
        assert_eq!(json, r#"{"code":"sm2_pair","text":"the text"}"#);
    }
}
