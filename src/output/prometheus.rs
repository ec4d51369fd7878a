//! Prometheus' text format, for the textfile collector of node exporter.
//!
//! Metric and label names are those of x509-certificate-exporter v4, so that its dashboard and alerts
//! work unchanged. Every series is unique, and expired certificates stay in.
//! Reference: <https://github.com/enix/x509-certificate-exporter>

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io;

use crate::model::{Certificate, DistinguishedName, Part, ScopeReport, ScopeStatus, SerialNumber};

use super::check::CheckReport;
use super::escape::Escape;
use super::format::AfterFailure;
use super::{Content, Format, Report, TableOptions};

pub(super) static FORMAT: Format = Format {
    after_failure: AfterFailure::Replaced,
    records: Some(write),
    check: Some(write_check),
    ..Format::new("prometheus", Content::Data)
};

/// Writes the certificates that were judged. Their states are the business of the alerts.
///
/// # Errors
/// Where the output cannot be written.
fn write_check(check: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let certificates = check.judged.iter().map(|(certificate, _)| *certificate).collect();
    let (scopes, now, labels) = (check.scopes, check.now, check.labels);
    write(&Report { certificates, scopes, now, table: TableOptions::default(), labels, width: None }, out)
}

/// Writes every metric.
///
/// # Errors
/// Where the output cannot be written.
fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut exposition = Exposition { labels: joined(report.labels.iter().map(|l| (&*l.name, &*l.value))), out };
    write_certificates(report, &mut exposition)?;
    write_scopes(report, &mut exposition)
}

/// The series of a metric: labels, and a value.
type Sample = (String, i64);

/// What is written, with the labels that every series gets.
struct Exposition<'a> {
    labels: String,
    out: &'a mut dyn io::Write,
}

impl Exposition<'_> {
    /// Writes a metric with all its series; nothing where there are none.
    ///
    /// # Errors
    /// Where the output cannot be written.
    fn gauge(&mut self, name: &str, help: &str, samples: &[Sample]) -> io::Result<()> {
        self.family(name, "gauge", help, samples)
    }

    /// As [`Self::gauge`], of any type.
    ///
    /// # Errors
    /// Where the output cannot be written.
    fn family(&mut self, name: &str, kind: &str, help: &str, samples: &[Sample]) -> io::Result<()> {
        if samples.is_empty() {
            return Ok(());
        }
        let Self { labels: added, out } = self;
        writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")?;
        samples.iter().try_for_each(|(labels, value)| {
            let comma = if labels.is_empty() || added.is_empty() { "" } else { "," };
            writeln!(out, "{name}{{{labels}{comma}{added}}} {value}")
        })
    }
}

/// Writes the metrics of certificates.
///
/// # Errors
/// Where the output cannot be written.
fn write_certificates(report: &Report<'_>, exposition: &mut Exposition<'_>) -> io::Result<()> {
    let mut places = Places::default();
    let series: Vec<(Part<'_>, String)> =
        report.certificates.iter().flat_map(|certificate| series(certificate, &mut places)).collect();
    let samples = |value: &dyn Fn(&Part<'_>) -> Option<i64>| -> Vec<Sample> {
        series.iter().filter_map(|(part, labels)| Some((labels.clone(), value(part)?))).collect()
    };
    let ends = samples(&|part| Some(part.not_after?.timestamp()));
    exposition.gauge("x509_cert_not_after", "Expiration date of the certificate, in seconds since 1970", &ends)?;
    let starts = samples(&|part| Some(part.not_before?.timestamp()));
    exposition.gauge("x509_cert_not_before", "Activation date of the certificate, in seconds since 1970", &starts)?;
    let expired = samples(&|part| Some(i64::from(report.now > part.not_after?)));
    exposition.gauge("x509_cert_expired", "Whether the certificate has expired", &expired)
}

/// Writes the metrics of scopes. The run's own are told of every scope as well, so that the files of two runs, which
/// read different scopes, hold different series.
///
/// # Errors
/// Where the output cannot be written.
fn write_scopes(report: &Report<'_>, exposition: &mut Exposition<'_>) -> io::Result<()> {
    let samples = |value: &dyn Fn(&ScopeReport) -> i64, more: &[(&str, &str)]| -> Vec<Sample> {
        report.scopes.iter().map(|scope| (scope_labels(scope, more), value(scope))).collect()
    };
    let is_up = |report: &ScopeReport| i64::from(report.error.is_none());
    let up = samples(&is_up, &[]);
    exposition.gauge("certls_scope_up", "Whether all certificates of the scope could be read", &up)?;
    let counts = samples(&|report| i64::try_from(report.certificates).unwrap_or(i64::MAX), &[]);
    exposition.gauge("certls_scope_certificates", "How many certificates were read from the scope", &counts)?;
    let sources: Vec<Sample> = report.scopes.iter().map(|scope| (source_labels(scope, &[]), is_up(scope))).collect();
    exposition.gauge("x509_source_up", "Whether all certificates of the source could be read", &sources)?;
    let failures = report.scopes.iter().flat_map(|scope| {
        ScopeStatus::FAILURES
            .map(|failure| (source_labels(scope, &[("reason", failure.name())]), i64::from(scope.status() == failure)))
    });
    let failures: Vec<Sample> = failures.collect();
    exposition.family("x509_source_errors_total", "counter", "Errors of the last run, by reason", &failures)?;
    let now = samples(&|_| report.now.timestamp(), &[]);
    let help = "When the scope was last asked, in seconds since 1970";
    exposition.gauge("certls_last_run_timestamp_seconds", help, &now)?;
    let version = samples(&|_| 1, &[("version", env!("CARGO_PKG_VERSION"))]);
    exposition.gauge("certls_build_info", "The version of certls that asked", &version)
}

fn scope_labels(report: &ScopeReport, more: &[(&str, &str)]) -> String {
    let scope = &report.scope;
    let own = [
        ("provider", scope.provider),
        ("service", scope.service),
        ("region", &scope.region),
        ("account", &scope.account),
        ("account_id", report.account_id.as_deref().unwrap_or_default()),
        ("project", scope.project.as_ref().map_or("", |project| &project.name)),
        ("project_id", scope.project.as_ref().map_or("", |project| &project.id)),
    ];
    joined(own.into_iter().chain(more.iter().copied()))
}

/// Returns the labels by which the exporter's dashboard and alerts name a source, and those of the scope.
fn source_labels(report: &ScopeReport, more: &[(&str, &str)]) -> String {
    let scope = &report.scope;
    let project = scope.project.as_ref().map(|project| format!("/{}", project.name)).unwrap_or_default();
    let name = format!("{}/{}/{}{project}", scope.service, scope.region, scope.account);
    let source = [("source_kind", scope.provider), ("source_name", &name)];
    scope_labels(report, &[&source, more].concat())
}

/// The values of `filepath` that were given, each with the last number that was added to it. No two series share one.
#[derive(Default)]
struct Places(HashMap<String, usize>);

impl Places {
    /// Returns the place itself, or where it is taken, the place with the next free number: `…/id#2`.
    fn unique(&mut self, place: String) -> String {
        let numbered = |number| if number == 1 { place.clone() } else { format!("{place}#{number}") };
        let mut number = self.0.get(&place).copied().unwrap_or_default() + 1;
        while self.0.contains_key(&numbered(number)) {
            number += 1;
        }
        let unique = numbered(number);
        self.0.insert(unique.clone(), 1);
        self.0.insert(place, number);
        unique
    }
}

/// The attributes of a distinguished name that the exporter has labels for, and those labels.
static SUBJECT: [(&str, &str); 6] = [
    ("C", "subject_C"),
    ("ST", "subject_ST"),
    ("L", "subject_L"),
    ("O", "subject_O"),
    ("OU", "subject_OU"),
    ("CN", "subject_CN"),
];
static ISSUER: [(&str, &str); 6] = [
    ("C", "issuer_C"),
    ("ST", "issuer_ST"),
    ("L", "issuer_L"),
    ("O", "issuer_O"),
    ("OU", "issuer_OU"),
    ("CN", "issuer_CN"),
];

/// Returns the certificate itself and each certificate of its chain, with their labels. No two have the same ones.
fn series<'a>(certificate: &'a Certificate, places: &mut Places) -> Vec<(Part<'a>, String)> {
    let Certificate { provider, service, region, account, .. } = certificate;
    let place = format!("{provider}/{service}/{region}/{account}/{}", id(certificate));
    let mut filepath = places.unique(place.clone());
    let mut given = HashSet::new();
    let labeled = certificate.parts().into_iter().map(|part| {
        let mut text = labels(certificate, &part, &filepath);
        if !given.insert(text.clone()) {
            // Another certificate of the same issuer and serial number.
            filepath = places.unique(place.clone());
            text = labels(certificate, &part, &filepath);
            given.insert(text.clone());
        }
        (part, text)
    });
    labeled.collect()
}

fn id(certificate: &Certificate) -> &str {
    certificate.id.as_deref().unwrap_or("unknown")
}

/// Returns the labels of one certificate of a record.
fn labels(certificate: &Certificate, part: &Part<'_>, filepath: &str) -> String {
    let serial_number = part.serial_number.and_then(decimal).unwrap_or_default();
    let own = [
        ("filename", certificate.name.as_deref().unwrap_or_default()),
        ("filepath", filepath),
        ("serial_number", &serial_number),
        ("provider", certificate.provider),
        ("service", certificate.service),
        ("region", &certificate.region),
        ("account", &certificate.account),
        ("account_id", certificate.account_id.as_deref().unwrap_or_default()),
        ("cert_id", id(certificate)),
    ];
    let names = name_labels(part.subject, &SUBJECT).chain(name_labels(part.issuer, &ISSUER));
    // The cloud's own field is all that is known where it does not return the certificate.
    let is_read = part.subject.is_some() || !certificate.chain.is_empty();
    let common_name = certificate.common_name.clone().filter(|_| !is_read).map(|name| ("subject_CN", name));
    let names: Vec<(&str, String)> = names.chain(common_name).collect();
    joined(own.into_iter().chain(names.iter().map(|(label, value)| (*label, value.as_str()))))
}

/// Returns the labels of a distinguished name; of an attribute that stands in it twice, the most specific counts.
fn name_labels<'a>(
    name: Option<&'a DistinguishedName>,
    labels: &'a [(&str, &'static str)],
) -> impl Iterator<Item = (&'static str, String)> + 'a {
    labels.iter().filter_map(move |(attribute, label)| Some((*label, name?.value(attribute)?.into_owned())))
}

/// Writes labels as they stand between braces. To Prometheus an empty label is the same as none, so it is left out.
fn joined<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in labels.filter(|(_, value)| !value.is_empty()) {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{name}=\"{}\"", Escape::Label.apply(value));
    }
    text
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
    use std::sync::Arc;

    use super::*;
    use crate::model::{Attribute, AttributeValue, ChainElement};

    fn only(certificate: &Certificate, places: &mut Places) -> String {
        series(certificate, places).remove(0).1
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
        let labels = only(&certificate, &mut Places::default());
        let subject = r##"subject_C="CN",subject_L="#0500",subject_OU="x=y",subject_CN="a, b""##;
        assert!(labels.contains(subject), "{labels}");
    }

    #[test]
    fn label_values_are_escaped_and_empty_ones_left_out() {
        let labels = [("a", "x\"y\\z\nw"), ("b", ""), ("c", "证书")];
        assert_eq!(joined(labels.into_iter()), "a=\"x\\\"y\\\\z\\nw\",c=\"证书\"");
    }

    #[test]
    fn two_certificates_never_share_a_series() {
        let certificate = Certificate { id: Some("1".to_owned()), ..Certificate::default() };
        let mut seen = Places::default();
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
