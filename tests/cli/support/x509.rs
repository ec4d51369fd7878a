//! Certificates with chosen extensions, and records that hold nothing but a text of certificates.

use chrono::{DateTime, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyIdMethod, KeyPair, SanType, date_time_ymd,
};
use serde_json::{Value, json};

use super::fixtures::{certificate_for, project_id};
use clouds::records;

/// A certificate in the making.
pub(crate) struct Draft {
    params: CertificateParams,
}

/// An authority, and the text of its own certificate.
pub(crate) struct Ca {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Draft {
    /// Begins a certificate with this common name, valid from `begun` to `end`.
    pub(crate) fn new(common_name: &str, begun: DateTime<Utc>, end: DateTime<Utc>) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        let epoch = date_time_ymd(1970, 1, 1);
        let since = |time: DateTime<Utc>| std::time::Duration::from_secs(time.timestamp().try_into().expect("a time"));
        (params.not_before, params.not_after) = (epoch + since(begun), epoch + since(end));
        Self { params }
    }

    /// Adds a common name.
    pub(crate) fn common_name(mut self, name: &str) -> Self {
        self.params.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 3]), name);
        self
    }

    /// Puts the name of a public root's organization before the common name.
    pub(crate) fn of_internet_security_research_group(mut self) -> Self {
        let mut name = DistinguishedName::new();
        name.push(DnType::CountryName, "US");
        name.push(DnType::OrganizationName, "Internet Security Research Group");
        let common_name = self.params.distinguished_name.get(&DnType::CommonName).expect("a common name").clone();
        name.push(DnType::CommonName, common_name);
        self.params.distinguished_name = name;
        self
    }

    /// Adds a DNS name.
    pub(crate) fn dns(mut self, name: &str) -> Self {
        self.params.subject_alt_names.push(SanType::DnsName(name.try_into().expect("ASCII")));
        self
    }

    /// Names the key that signs.
    pub(crate) fn names_key(mut self) -> Self {
        self.params.use_authority_key_identifier_extension = true;
        self
    }

    /// Sets the identifier of an authority's own key.
    pub(crate) fn key_id(mut self, id: &[u8]) -> Self {
        self.params.key_identifier_method = KeyIdMethod::PreSpecified(id.to_vec());
        self
    }

    /// Restricts the certificate to clients.
    pub(crate) fn for_clients(mut self) -> Self {
        self.params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
        self
    }

    /// Adds an extension by its OID.
    pub(crate) fn extension(mut self, oid: &[u64], content: &[u8]) -> Self {
        self.params.custom_extensions.push(CustomExtension::from_oid_content(oid, content.to_vec()));
        self
    }

    /// Adds the policy of certificates that were validated by domain, which the CA/Browser Forum reserves.
    pub(crate) fn domain_validated(self) -> Self {
        self.extension(&[2, 5, 29, 32], b"\x30\x0a\x30\x08\x06\x06\x67\x81\x0c\x01\x02\x01")
    }

    /// Adds alternative names from the content of their list.
    pub(crate) fn names(self, list: &[u8]) -> Self {
        let length = u8::try_from(list.len()).expect("a short list");
        self.extension(&[2, 5, 29, 17], &[&[0x30, length], list].concat())
    }

    fn into_authority(mut self) -> CertificateParams {
        self.params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self.params
    }

    /// Makes it an authority that signed itself.
    pub(crate) fn root(self) -> Ca {
        let (params, key) = (self.into_authority(), KeyPair::generate().expect("a key"));
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Ca { pem, issuer: Issuer::new(params, key) }
    }

    /// Makes it an authority that another one signed.
    pub(crate) fn intermediate(self, by: &Ca) -> Ca {
        let (params, key) = (self.into_authority(), KeyPair::generate().expect("a key"));
        let pem = params.signed_by(&key, &by.issuer).expect("a certificate").pem();
        Ca { pem, issuer: Issuer::new(params, key) }
    }

    /// Makes it sign itself without being an authority.
    pub(crate) fn self_signed(self) -> String {
        self.params.self_signed(&KeyPair::generate().expect("a key")).expect("a certificate").pem()
    }

    /// Has an authority sign it.
    pub(crate) fn signed(self, by: &Ca) -> String {
        self.signed_for(by, &KeyPair::generate().expect("a key"))
    }

    /// Has an authority sign it for this key.
    pub(crate) fn signed_for(self, by: &Ca, key: &KeyPair) -> String {
        self.params.signed_by(key, &by.issuer).expect("a certificate").pem()
    }
}

/// Makes a record of Huawei Cloud of which only the text of its certificates is known.
pub(crate) fn record_of(name: &str, pem: &str) -> Value {
    let made = certificate_for(name, 90);
    let record = records::huawei_record(&records::id_of(name), &project_id("cn-north-4"), name, &made);
    let unknown = json!({
        "certificate": pem, "common_name": null, "fingerprint": null, "subject_alternative_names": null,
        "expire_time": null,
    });
    records::changed(record, &unknown)
}

/// Makes a record of CA certificates.
pub(crate) fn ca_record_of(name: &str, pem: &str) -> Value {
    records::changed(record_of(name, pem), &json!({"type": "client"}))
}
