//! The hosts that certificates cover, by each kind of name.

use super::*;

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
