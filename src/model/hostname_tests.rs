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
