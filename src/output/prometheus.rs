//! Prometheus' text format, for the textfile collector of node exporter.
//!
//! Metric and label names are those of x509-certificate-exporter v4, so that its dashboard and alerts
//! work unchanged. Every series is unique, and expired certificates stay in.
//! Reference: <https://github.com/enix/x509-certificate-exporter>

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use crate::model::{Certificate, Status};

use super::Report;
use super::style::inert;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let mut seen = HashMap::new();
        let labelled: Vec<(&Certificate, String)> =
            report.certificates.iter().map(|certificate| (*certificate, labels(certificate, &mut seen))).collect();
        let of_certificates = |value: &dyn Fn(&Certificate) -> Option<i64>| -> Vec<(String, i64)> {
            labelled.iter().filter_map(|(certificate, labels)| Some((labels.clone(), value(certificate)?))).collect()
        };
        family(
            out,
            "x509_cert_not_after",
            "Expiration date of the certificate, in seconds since 1970",
            &of_certificates(&|certificate| Some(certificate.not_after?.timestamp())),
        )?;
        family(
            out,
            "x509_cert_not_before",
            "Activation date of the certificate, in seconds since 1970",
            &of_certificates(&|certificate| Some(certificate.not_before?.timestamp())),
        )?;
        family(
            out,
            "x509_cert_expired",
            "Whether the certificate has expired",
            &of_certificates(&|certificate| match certificate.status(report.now) {
                Status::Unknown => None,
                status => Some(i64::from(status == Status::Expired)),
            }),
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

/// The labels of one certificate. Its place is unique: where two would share it, the later one is numbered; `seen`
/// tells of each place the last number that was given.
fn labels(certificate: &Certificate, seen: &mut HashMap<String, usize>) -> String {
    let id = certificate.id.as_deref().unwrap_or("unknown");
    let place =
        format!("{}/{}/{}/{}/{id}", certificate.provider, certificate.service, certificate.region, certificate.account);
    let numbered = |number| if number == 1 { place.clone() } else { format!("{place}#{number}") };
    let mut number = seen.get(&place).copied().unwrap_or_default() + 1;
    while seen.contains_key(&numbered(number)) {
        number += 1;
    }
    let filepath = numbered(number);
    seen.insert(filepath.clone(), 1);
    seen.insert(place.clone(), number);
    let serial_number = certificate.serial_number.as_deref().and_then(decimal).unwrap_or_default();
    let mut labels = vec![
        ("filename", certificate.name.clone().unwrap_or_default()),
        ("filepath", filepath),
        ("serial_number", serial_number),
        ("provider", certificate.provider.to_owned()),
        ("service", certificate.service.to_owned()),
        ("region", certificate.region.clone()),
        ("account", certificate.account.clone()),
        ("cert_id", id.to_owned()),
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
    for (name, parts) in [(&certificate.subject, subject), (&certificate.issuer, issuer)] {
        let attributes = name.as_deref().map(attributes).unwrap_or_default();
        for (attribute, label) in parts {
            let value = attributes.iter().find(|(name, _)| *name == attribute).map(|(_, value)| value.clone());
            labels.push((label, value.unwrap_or_default()));
        }
    }
    if let Some(name) = certificate.common_name.as_ref().filter(|_| certificate.subject.is_none()) {
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

/// The attributes of an RFC 4514 name, most specific first, unescaped.
fn attributes(name: &str) -> Vec<(&str, String)> {
    let mut attributes = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let Some((attribute, after)) = rest.split_once('=') else { break };
        let end = value_end(after);
        attributes.push((attribute, unescaped(&after[..end])));
        rest = after.get(end + 1..).unwrap_or_default();
    }
    attributes
}

/// Where the value ends: at the first comma or plus that is not escaped.
fn value_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b',' | b'+' => return at,
            _ => {}
        }
    }
    text.len()
}

fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let mut ahead = rest.clone();
        match (digit(ahead.next()), digit(ahead.next())) {
            (Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = ahead;
            }
            _ => bytes.extend(rest.next()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A serial number as the exporter writes it.
fn decimal(hex: &str) -> Option<String> {
    // RFC 5280 allows 20 octets; what is far longer is no number that anyone searches for.
    const LONGEST: usize = 128;
    if hex.len() > LONGEST {
        return None;
    }
    let (sign, hex) = hex.strip_prefix('-').map_or(("", hex), |hex| ("-", hex));
    let mut digits = vec![0_u32];
    for nibble in hex.chars() {
        let mut carry = nibble.to_digit(16)?;
        for digit in &mut digits {
            let value = *digit * 16 + carry;
            *digit = value % 10;
            carry = value / 10;
        }
        while carry > 0 {
            digits.push(carry % 10);
            carry /= 10;
        }
    }
    let digits: String = digits.iter().rev().filter_map(|digit| char::from_digit(*digit, 10)).collect();
    Some(format!("{sign}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_decimal() {
        assert_eq!(decimal("00").as_deref(), Some("0"));
        assert_eq!(decimal("1111").as_deref(), Some("4369"));
        assert_eq!(decimal("-01").as_deref(), Some("-1"));
        assert_eq!(
            decimal("ffffffffffffffffffffffffffffffffffffffff").as_deref(),
            Some("1461501637330902918203684832716283019655932542975")
        );
        assert_eq!(decimal("xyz"), None);
    }

    #[test]
    fn names_are_taken_apart() {
        let name = r"CN=a\, b+OU=x\=y,O=\E4\BE\8B Ltd,C=CN";
        assert_eq!(
            attributes(name),
            [("CN", "a, b".to_owned()), ("OU", "x=y".to_owned()), ("O", "例 Ltd".to_owned()), ("C", "CN".to_owned())]
        );
    }

    #[test]
    fn label_values_are_escaped_and_empty_ones_left_out() {
        assert_eq!(braced(&[("a", "x\"y\\z\nw"), ("b", ""), ("c", "证书")]), "{a=\"x\\\"y\\\\z\\nw\",c=\"证书\"}");
    }

    #[test]
    fn two_certificates_never_share_a_series() {
        let certificate = Certificate { id: Some("1".to_owned()), ..Certificate::default() };
        let mut seen = HashMap::new();
        let first = labels(&certificate, &mut seen);
        assert_ne!(first, labels(&certificate, &mut seen));
        let unreadable = Certificate::default();
        // An id that looks like a number given to another is no reason to share a place.
        let ids = ["x", "x#2", "x", "x", "x#2"].map(|id| Certificate { id: Some(id.to_owned()), ..unreadable.clone() });
        let places: std::collections::HashSet<_> = ids.iter().map(|id| labels(id, &mut seen)).collect();
        assert_eq!(places.len(), 5);
        assert_ne!(labels(&unreadable, &mut seen), labels(&unreadable, &mut seen));
    }
}
