//! Prometheus' text format, for the textfile collector of node exporter.
//!
//! Metric and label names are those of x509-certificate-exporter v4, so that its dashboard and alerts
//! work unchanged. Every series is unique, and expired certificates stay in.
//! Reference: <https://github.com/enix/x509-certificate-exporter>

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io;

use crate::model::{Certificate, Part, SerialNumber};

use super::Report;
use super::style::inert;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut seen = HashMap::new();
        let labelled: Vec<(Part<'_>, String)> =
            report.certificates.iter().flat_map(|certificate| series(certificate, &mut seen)).collect();
        let of_certificates = |value: &dyn Fn(&Part<'_>) -> Option<i64>| -> Vec<(String, i64)> {
            labelled.iter().filter_map(|(part, labels)| Some((labels.clone(), value(part)?))).collect()
        };
        family(
            out,
            "x509_cert_not_after",
            "Expiration date of the certificate, in seconds since 1970",
            &of_certificates(&|part| Some(part.not_after?.timestamp())),
        )?;
        family(
            out,
            "x509_cert_not_before",
            "Activation date of the certificate, in seconds since 1970",
            &of_certificates(&|part| Some(part.not_before?.timestamp())),
        )?;
        family(
            out,
            "x509_cert_expired",
            "Whether the certificate has expired",
            &of_certificates(&|part| Some(i64::from(report.now > part.not_after?))),
        )?;
        let scopes = || {
            report.scopes.iter().map(|report| {
                let scope = &report.scope;
                let labels = [
                    ("provider", scope.provider),
                    ("service", scope.service),
                    ("region", &scope.region),
                    ("account", &scope.account),
                    ("project", scope.project.as_ref().map_or("", |project| &project.name)),
                ];
                (braced(&labels), report)
            })
        };
        let up: Vec<_> = scopes().map(|(labels, report)| (labels, i64::from(report.error.is_none()))).collect();
        let counts: Vec<_> =
            scopes().map(|(labels, report)| (labels, i64::try_from(report.certificates).unwrap_or(i64::MAX))).collect();
        family(out, "certls_scope_up", "Whether all certificates of the scope could be read", &up)?;
        family(out, "certls_scope_certificates", "How many certificates were read from the scope", &counts)?;
        family(
            out,
            "certls_last_run_timestamp_seconds",
            "When the clouds were asked, in seconds since 1970",
            &[(String::new(), report.now.timestamp())],
        )?;
        family(
            out,
            "certls_build_info",
            "The version of certls",
            &[(braced(&[("version", env!("CARGO_PKG_VERSION"))]), 1)],
        )
    }
}

fn family(out: &mut dyn io::Write, name: &str, help: &str, samples: &[(String, i64)]) -> io::Result<()> {
    if samples.is_empty() {
        return Ok(());
    }
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge")?;
    samples.iter().try_for_each(|(labels, value)| writeln!(out, "{name}{labels} {value}"))
}

/// The certificate itself and each certificate of its chain, with their labels. No two have the same ones.
fn series<'a>(certificate: &'a Certificate, seen: &mut HashMap<String, usize>) -> Vec<(Part<'a>, String)> {
    let mut filepath = unique(place(certificate), seen);
    let mut given = HashSet::new();
    let labelled = certificate.parts().into_iter().map(|part| {
        let mut text = labels(certificate, &part, &filepath);
        if !given.insert(text.clone()) {
            // Another certificate of the same issuer and serial number.
            filepath = unique(place(certificate), seen);
            text = labels(certificate, &part, &filepath);
            given.insert(text.clone());
        }
        (part, text)
    });
    labelled.collect()
}

fn place(certificate: &Certificate) -> String {
    let Certificate { provider, service, region, account, .. } = certificate;
    format!("{provider}/{service}/{region}/{account}/{}", id(certificate))
}

fn id(certificate: &Certificate) -> &str {
    certificate.id.as_deref().unwrap_or("unknown")
}

/// A place that no other record has: where two would share it, the later one is numbered; `seen` tells of each place the
/// last number that was given.
fn unique(place: String, seen: &mut HashMap<String, usize>) -> String {
    let numbered = |number| if number == 1 { place.clone() } else { format!("{place}#{number}") };
    let mut number = seen.get(&place).copied().unwrap_or_default() + 1;
    while seen.contains_key(&numbered(number)) {
        number += 1;
    }
    let unique = numbered(number);
    seen.insert(unique.clone(), 1);
    seen.insert(place, number);
    unique
}

/// The labels of one certificate of a record.
fn labels(certificate: &Certificate, part: &Part<'_>, filepath: &str) -> String {
    let mut labels = vec![
        ("filename", certificate.name.clone().unwrap_or_default()),
        ("filepath", filepath.to_owned()),
        ("serial_number", part.serial_number.and_then(decimal).unwrap_or_default()),
        ("provider", certificate.provider.to_owned()),
        ("service", certificate.service.to_owned()),
        ("region", certificate.region.clone()),
        ("account", certificate.account.clone()),
        ("cert_id", id(certificate).to_owned()),
    ];
    let subject = [
        ("C", "subject_C"),
        ("ST", "subject_ST"),
        ("L", "subject_L"),
        ("O", "subject_O"),
        ("OU", "subject_OU"),
        ("CN", "subject_CN"),
    ];
    let issuer = [
        ("C", "issuer_C"),
        ("ST", "issuer_ST"),
        ("L", "issuer_L"),
        ("O", "issuer_O"),
        ("OU", "issuer_OU"),
        ("CN", "issuer_CN"),
    ];
    for (name, parts) in [(part.subject, subject), (part.issuer, issuer)] {
        for (kind, label) in parts {
            let value = name.and_then(|name| name.value(kind));
            labels.push((label, value.unwrap_or_default().into_owned()));
        }
    }
    // The cloud's own field is all that is known where it does not return the certificate.
    let is_read = part.subject.is_some() || !certificate.chain.is_empty();
    if let Some(name) = certificate.common_name.as_ref().filter(|_| !is_read) {
        labels.retain(|(label, _)| *label != "subject_CN");
        labels.push(("subject_CN", name.clone()));
    }
    let labels: Vec<(&str, &str)> = labels.iter().map(|(label, value)| (*label, value.as_str())).collect();
    braced(&labels)
}

/// To Prometheus an empty label is none, so it is left out.
fn braced(labels: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in labels.iter().filter(|(_, value)| !value.is_empty()) {
        let value = inert(value).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{}{name}=\"{value}\"", if text.is_empty() { "" } else { "," });
    }
    format!("{{{text}}}")
}

/// Returns a serial number as the exporter writes it: in decimal digits.
fn decimal(number: &SerialNumber) -> Option<String> {
    // RFC 5280 allows 20 bytes; nobody searches for a far longer number.
    const MAX_BYTES: usize = 64;
    if number.magnitude().len() > MAX_BYTES {
        return None;
    }
    let mut digits = vec![0_u32];
    for byte in number.magnitude() {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = *digit * 256 + carry;
            *digit = value % 10;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    let sign = if number.is_negative() { "-" } else { "" };
    let digits: String = digits.iter().rev().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    Some(format!("{sign}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::model::{Attribute, AttributeValue, ChainElement, DistinguishedName};

    fn only(certificate: &Certificate, seen: &mut HashMap<String, usize>) -> String {
        series(certificate, seen).remove(0).1
    }

    #[test]
    fn serial_numbers_are_decimal() {
        let decimal = |is_negative, magnitude: &[u8]| super::decimal(&SerialNumber::new(is_negative, magnitude));
        assert_eq!(decimal(false, &[0]).as_deref(), Some("0"));
        assert_eq!(decimal(false, &[0x11, 0x11]).as_deref(), Some("4369"));
        assert_eq!(decimal(true, &[1]).as_deref(), Some("-1"));
        let longest = decimal(false, &[0xff; 20]);
        assert_eq!(longest.as_deref(), Some("1461501637330902918203684832716283019655932542975"));
        assert_eq!((decimal(false, &[1; 64]).is_some(), decimal(false, &[1; 65])), (true, None));
    }

    #[test]
    fn labels_have_the_most_specific_attribute_of_each_type() {
        let set = |attributes: &[(&'static str, &str)]| -> Vec<Attribute> {
            let text = |value: &str| AttributeValue::Text(value.into());
            attributes.iter().map(|(kind, value)| Attribute { kind: (*kind).into(), value: text(value) }).collect()
        };
        let der = Attribute { kind: "L".into(), value: AttributeValue::Der([5, 0].into()) };
        let sets = vec![set(&[("C", "CN")]), set(&[("CN", "x")]), vec![der], set(&[("OU", "x=y"), ("CN", "a, b")])];
        let certificate = Certificate { subject: DistinguishedName::new(sets), ..Certificate::default() };
        let labels = only(&certificate, &mut HashMap::new());
        let subject = r##"subject_C="CN",subject_L="#0500",subject_OU="x=y",subject_CN="a, b""##;
        assert!(labels.contains(subject), "{labels}");
    }

    #[test]
    fn label_values_are_escaped_and_empty_ones_left_out() {
        assert_eq!(braced(&[("a", "x\"y\\z\nw"), ("b", ""), ("c", "证书")]), "{a=\"x\\\"y\\\\z\\nw\",c=\"证书\"}");
    }

    #[test]
    fn two_certificates_never_share_a_series() {
        let certificate = Certificate { id: Some("1".to_owned()), ..Certificate::default() };
        let mut seen = HashMap::new();
        let first = only(&certificate, &mut seen);
        assert_ne!(first, only(&certificate, &mut seen));
        let unreadable = Certificate::default();
        // An id that looks like a number given to another is no reason to share a place.
        let ids = ["x", "x#2", "x", "x", "x#2"].map(|id| Certificate { id: Some(id.to_owned()), ..unreadable.clone() });
        let places: std::collections::HashSet<_> = ids.iter().map(|id| only(id, &mut seen)).collect();
        assert_eq!(places.len(), 5);
        assert_ne!(only(&unreadable, &mut seen), only(&unreadable, &mut seen));
        let element = |print: &str| ChainElement {
            subject: None,
            issuer: None,
            not_before: None,
            not_after: None,
            fingerprint_sha256: print.to_owned(),
            serial_number: None,
            der: Arc::default(),
        };
        let chain = ["a", "b", "a"].map(|print| Arc::new(element(print))).to_vec();
        let labels: Vec<String> =
            series(&Certificate { chain, ..unreadable }, &mut seen).into_iter().map(|(_, labels)| labels).collect();
        assert_eq!((labels.len(), labels.iter().collect::<HashSet<_>>().len()), (3, 3));
    }
}
