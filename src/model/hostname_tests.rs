//! Names and the hosts that they cover, in tables, and laws that hold for any two strings.

use proptest::prelude::*;

use super::*;

/// Whether a name covers a host, both as plain text.
fn name_matches(pattern: &str, host: &str) -> bool {
    Name::of(pattern).zip(Name::of(host)).is_some_and(|(pattern, host)| pattern.covers(&host).is_some())
}

#[test]
fn names_cover_the_hosts_that_the_rfc_says() {
    for (pattern, host) in [
        ("example.com", "example.com"),
        ("Example.COM", "eXample.com."),
        ("example.com.", "example.com"),
        ("*.example.com", "a.example.com"),
        ("*.EXAMPLE.com.", "A.example.com"),
        ("*.example.com", "*.example.com"),
        ("*.example.com", "xn--fsqu00a.example.com"),
        ("*.a.example.com", "b.a.example.com"),
        ("_dmarc.example.com", "_DMARC.example.com"),
        ("localhost", "LOCALHOST"),
        ("*.com", "example.com"),
        ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
        ("XN--FSQU00A.xn--0zwm56d", "例子。测试"),
        ("*.例子.测试", "www.xn--fsqu00a.xn--0zwm56d"),
        ("*。例子。测试", "www.例子.测试"),
        ("BÜCHER.example", "bücher.example"),
        ("xn--bcher-kva.example", "Bücher.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("*.مثال.إختبار", "www.مثال.إختبار"),
        ("xn--a.example", "XN--A.example"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("::ffff:192.0.2.1", "::FFFF:c000:201"),
    ] {
        assert!(name_matches(pattern, host), "{pattern} covers {host}");
    }
}

#[test]
fn names_cover_no_other_hosts() {
    for (pattern, host) in [
        ("example.com", "www.example.com"),
        ("www.example.com", "example.com"),
        ("*.example.com", "example.com"),
        ("*.example.com", "a.b.example.com"),
        ("*.example.com", ".example.com"),
        ("*.example.com", "aexample.com"),
        ("a.example.com", "*.example.com"),
        ("*.b.example.com", "*.example.com"),
        ("*.example.com", "*.b.example.com"),
        ("f*.example.com", "foo.example.com"),
        ("*f.example.com", "f.example.com"),
        ("**.example.com", "a.example.com"),
        ("a.*.com", "a.example.com"),
        ("*.*.com", "a.example.com"),
        ("*.*.com", "*.*.com"),
        ("*", "localhost"),
        ("*", "*"),
        ("*.", "com"),
        ("", ""),
        (".", "."),
        ("a..example.com", "a..example.com"),
        (".example.com", ".example.com"),
        ("example.com..", "example.com"),
        ("exam ple.com", "exam ple.com"),
        ("例子.测试", "例孑.测试"),
        ("fass.example", "faß.example"),
        ("*.0.2.1", "192.0.2.1"),
        ("192.0.2.1", "::ffff:192.0.2.1"),
        ("192.0.2.1", "192.0.2.01"),
        ("1.2.3", "1.2.3"),
        ("[192.0.2.1]", "192.0.2.1"),
    ] {
        assert!(!name_matches(pattern, host), "{pattern} does not cover {host}");
    }
}

#[test]
fn names_are_as_long_as_dns_lets_them_be() {
    let label = "a".repeat(63);
    assert!(name_matches(&label, &label));
    assert!(!name_matches(&format!("{label}a"), &format!("{label}a")));
    let longest = format!("{label}.{label}.{label}.{}", "a".repeat(61));
    assert!(name_matches(&longest, &format!("{longest}.")));
    assert!(!name_matches(&format!("{longest}a"), &format!("{longest}a")));
}

#[test]
fn hosts_are_read_as_users_name_them() {
    for text in
        ["www.example.com", " example.com. ", "*.example.com", "例子.测试", "localhost", "192.0.2.1", "::1", "[::1]"]
    {
        assert_eq!(Host::parse(text).expect(text).to_string(), text.trim());
    }
    assert_eq!(Host::parse("例子.测试"), Host::parse("XN--fsqu00a.xn--0zwm56d."));
    assert_ne!(Host::parse("*.example.com"), Host::parse("example.com"));
}

#[test]
fn what_is_no_host_says_what_would_be() {
    for (text, part) in [
        ("", "name a host"),
        ("  ", "name a host"),
        ("https://example.com", "of a URL"),
        ("example.com/path", "of a URL"),
        ("10.0.0.0/24", "not a network"),
        ("example.com:443", "without its port"),
        ("*", "whole left-most label"),
        ("f*.example.com", "whole left-most label"),
        ("*.*.com", "whole left-most label"),
        ("256.0.0.1", "no IP address"),
        ("[2001:db8::1]:443", "without its port"),
        ("2001:db8::zz", "no IP address"),
        ("2001:db8:1", "no IP address"),
        (".", "no IP address"),
        ("a..b", "no host can have this name"),
        ("two words", "no host can have this name"),
        ("a\u{202e}b.example", "no host can have this name"),
    ] {
        let error = Host::parse(text).expect_err(text);
        assert!(error.contains(part), "{text}: {error}");
    }
}

fn certificate(names: &[&str], common_name: Option<&str>) -> Certificate {
    let subject_alternative_names = names.iter().map(|&name| AlternativeName::from_text(name.to_owned())).collect();
    Certificate { subject_alternative_names, common_name: common_name.map(str::to_owned), ..Certificate::default() }
}

#[test]
fn a_certificate_covers_by_its_closest_name() {
    use Match::{Exact, Wildcard};
    assert!(Exact > Wildcard);
    let by = |names: &[&str], common_name, host| {
        best_match(&certificate(names, common_name), &Host::parse(host).expect(host))
    };
    for host in ["a.example.com", "A.EXAMPLE.COM."] {
        assert_eq!(by(&["*.example.com", "a.example.com"], None, host), Some(Exact));
        assert_eq!(by(&["x.test", "*.example.com"], None, host), Some(Wildcard));
        assert_eq!(by(&[], Some("*.example.com"), host), Some(Wildcard));
        assert_eq!(by(&[], Some("a.example.com"), host), Some(Exact));
        assert_eq!(by(&["spiffe://example.com/a", "urn:a"], Some("a.example.com"), host), Some(Exact));
        assert_eq!(by(&["x.test"], Some("a.example.com"), host), None);
        assert_eq!(by(&["192.0.2.1"], Some("a.example.com"), host), None);
        assert_eq!(by(&["::1"], Some("a.example.com"), host), None);
        assert_eq!(by(&["f*.example.com"], Some("a.example.com"), host), None);
        assert_eq!(by(&[], Some("Example Root CA"), host), None);
        assert_eq!(by(&[], None, host), None);
    }
    assert_eq!(by(&["a.example.com", "*.example.com"], None, "*.example.com"), Some(Exact));
    assert_eq!(by(&["a.example.com", "example.com"], None, "*.example.com"), None);
    assert_eq!(by(&["2001:db8::1"], None, "2001:DB8:0::1"), Some(Exact));
}

#[test]
fn only_a_name_of_the_right_kind_covers_a_host() {
    let by = |name: AlternativeName, common_name: Option<&str>, host: &str| {
        let common_name = common_name.map(str::to_owned);
        let certificate = Certificate { subject_alternative_names: vec![name], common_name, ..Certificate::default() };
        best_match(&certificate, &Host::parse(host).expect(host))
    };
    let dns = |text: &str| AlternativeName::Dns(text.to_owned());
    let uri = |text: &str| AlternativeName::Uri(text.to_owned());
    let ip = |text: &str| AlternativeName::Ip(text.parse().expect(text));
    for (name, host) in [
        (dns("1.2.3.4"), "1.2.3.4"),
        (dns("1.2.3.4."), "1.2.3.4"),
        (dns("::1"), "::1"),
        (dns("[::1]"), "::1"),
        (uri("www.example.com"), "www.example.com"),
        (uri("https://www.example.com/"), "www.example.com"),
        (uri("1.2.3.4"), "1.2.3.4"),
        (ip("1.2.3.4"), "1.2.3.5"),
    ] {
        assert_eq!(by(name.clone(), None, host), None, "{name:?} {host}");
    }
    assert_eq!(by(ip("1.2.3.4"), None, "1.2.3.4"), Some(Match::Exact));
    assert_eq!(by(dns("www.example.com"), None, "www.example.com"), Some(Match::Exact));
    // A DNS name or an address of its own keeps the common name from counting, a URI does not.
    assert_eq!(by(dns("1.2.3.4"), Some("www.example.com"), "www.example.com"), None);
    assert_eq!(by(uri("urn:a"), Some("www.example.com"), "www.example.com"), Some(Match::Exact));
}

#[test]
fn names_are_in_one_spelling_and_impossible_names_alone_are_no_names() {
    let names =
        |names: &[&str], common_name| names_of(&certificate(names, common_name)).into_iter().collect::<Vec<_>>();
    assert_eq!(
        names(&["B.example.", "*.A.example", "2001:DB8::0:1"], None),
        ["*.a.example", "2001:db8::1", "b.example"]
    );
    assert_eq!(names(&["a.example", "Two Words"], None), ["a.example", "two words"]);
    assert_eq!(names(&["Two Words"], None), [""; 0]);
    assert_eq!(names(&["urn:a"], Some("A.example")), ["a.example"]);
}

/// Half of them near to names, half of them anything.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[*]?[.。]?(xn--)?[aAßÄ子*._1:-]{0,5}([.。][aAbB子1*]{0,3}){0,3}[.]?", any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_two_strings_make_it_panic_and_case_never_counts(pattern in text(), host in text()) {
        let covered = name_matches(&pattern, &host);
        prop_assert_eq!(name_matches(&pattern.to_ascii_uppercase(), &host.to_ascii_lowercase()), covered);
        prop_assert_eq!(name_matches(&pattern.to_ascii_lowercase(), &host.to_ascii_uppercase()), covered);
    }

    #[test]
    fn every_possible_host_covers_itself(text in text()) {
        let possible = Host::parse(&text).is_ok();
        prop_assert_eq!(name_matches(text.trim(), text.trim()), possible);
        prop_assert_eq!(name_matches(&text.trim().to_ascii_uppercase(), text.trim()), possible);
    }

    #[test]
    fn a_wildcard_covers_exactly_one_label_more(parent in "[a-z]{1,5}(\\.[a-z]{1,5}){0,3}", label in "[a-z0-9_子]{1,9}") {
        let wildcard = format!("*.{parent}");
        let host = format!("{label}.{parent}");
        prop_assert!(name_matches(&wildcard, &host));
        prop_assert!(!name_matches(&wildcard, &parent));
        let deeper = format!("a.{host}");
        prop_assert!(!name_matches(&wildcard, &deeper));
    }
}
