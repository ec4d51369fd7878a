//! Which issuer a chain has, and whether it lacks one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::support::fixtures::{days, huawei_with};
use crate::support::runner::Certls;
use crate::support::x509::{Ca, Draft, record_of};

fn listed(pem: &str) -> Value {
    Certls::new().huawei(&huawei_with(vec![record_of("x", pem)])).run("list -o json").certificate("x")
}

fn codes(pem: &str) -> Vec<String> {
    let record = listed(pem);
    let notes = record["note_codes"].as_array().expect("notes");
    notes.iter().map(|note| note["code"].as_str().expect("a code").to_owned()).collect()
}

fn begun() -> DateTime<Utc> {
    Utc::now() - days(20)
}

fn draft(name: &str, left: i64) -> Draft {
    Draft::new(name, begun(), Utc::now() + days(left))
}

fn leaf() -> Draft {
    draft("a.corp", 40).dns("a.corp")
}

fn join(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn a_chain_is_incomplete_only_where_clients_lack_an_issuer() {
    let incomplete = |name: &str| {
        let text =
            format!("the chain is incomplete: it lacks the issuer's certificate, {name}, unless that is a root that");
        format!("{text} clients have")
    };
    let notes = |pem: &str| listed(pem)["notes"].clone();
    let (root, public) =
        (draft("Corp Root", 900).root(), draft("ISRG Root X1", 900).of_internet_security_research_group());
    let public = public.root();
    let private = draft("CA A", 900).root();
    let middle = draft("Mid", 900).intermediate(&root);
    let low = draft("Low", 900).intermediate(&middle);
    // A server need not send a root, whether the leaf is the root's or an intermediate's.
    for by in [&root, &public] {
        assert_eq!(notes(&leaf().signed(by)), json!([]));
        let middle = draft("Mid", 900).intermediate(by);
        assert_eq!(notes(&join(&[&leaf().signed(&middle), &middle.pem])), json!([]));
    }
    assert_eq!(notes(&leaf().signed(&private)), json!([incomplete("CN=CA A")]));
    assert_eq!(notes(&join(&[&leaf().signed(&private), &private.pem])), json!([]));
    // A middle is lacking.
    assert_eq!(notes(&join(&[&leaf().signed(&low), &low.pem])), json!([incomplete("CN=Mid")]));
    assert_eq!(notes(&join(&[&leaf().signed(&low), &low.pem, &middle.pem])), json!([]));
    assert_eq!(codes(&join(&[&leaf().signed(&low), &low.pem, &root.pem])), ["chain_incomplete", "chain_stranger"]);
    // An unread rest may hold the issuer.
    let key = "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n".repeat(100);
    assert_eq!(codes(&join(&[&leaf().signed(&low), &key, &low.pem])), ["certificate_unreadable"]);
}

#[test]
fn an_issuer_is_the_one_whose_key_signed() {
    let with_key = |id: &[u8], left: i64| draft("Corp CA", left).key_id(id).root();
    let (old, new) = (with_key(b"old", 3), with_key(b"new", 900));
    let pem = leaf().names_key().signed(&new);
    for parts in [[&pem, &old.pem, &new.pem], [&pem, &new.pem, &old.pem]] {
        let record = listed(&parts.map(String::as_str).concat());
        assert_eq!(record["chain_not_after"], record["chain"][1]["not_after"]);
        assert!(codes(&parts.map(String::as_str).concat()).iter().all(|code| code == "chain_out_of_order"));
        let subjects = record["chain"].as_array().expect("a chain").len();
        assert_eq!((subjects, record["days_left"].as_i64()), (3, Some(40)));
        assert!(!record["notes"].to_string().contains("expires before"), "{record}");
    }
    // The one of the right name and another key is said to be wrong, and its end does not count.
    let record = listed(&join(&[&pem, &old.pem]));
    let text = "the certificate of CN=Corp CA in the chain is not the issuer's: the key identifiers differ";
    assert_eq!((&record["notes"], &record["chain_not_after"]), (&json!([text]), &Value::Null));
    assert_eq!(codes(&join(&[&pem, &old.pem])), ["issuer_key_differs"]);
    assert_eq!(codes(&join(&[&pem, &new.pem])), [""; 0]);
}

#[test]
fn of_two_certificates_of_one_issuer_the_one_that_lives_longer_counts() {
    let (one, other) = (draft("One Root", 900).root(), draft("Other Root", 900).root());
    let renewed = |left: i64, by: &Ca| draft("Middle", left).key_id(b"middle").intermediate(by);
    let (dying, fresh) = (renewed(-4, &one), renewed(800, &other));
    for names_key in [true, false] {
        let leaf = if names_key { leaf().names_key() } else { leaf() };
        let pem = leaf.signed(&fresh);
        for parts in [[&pem, &dying.pem, &fresh.pem], [&pem, &fresh.pem, &dying.pem]] {
            let record = listed(&parts.map(String::as_str).concat());
            assert!(!record["notes"].to_string().contains("expire"), "{record}");
            let cloud = huawei_with(vec![record_of("x", &parts.map(String::as_str).concat())]);
            assert_eq!(Certls::new().huawei(&cloud).run("check").code, 0);
        }
    }
    // A longer life does not help where the issuer's own issuer has expired.
    let gone = draft("Gone Root", -4).root();
    let (short, long) = (renewed(700, &one), renewed(800, &gone));
    let pem = leaf().signed(&short);
    let parts = [&pem, &long.pem, &gone.pem, &short.pem, &one.pem].map(String::as_str);
    assert!(!listed(&parts.concat())["notes"].to_string().contains("expire"));
}

#[test]
fn names_that_differ_in_white_space_and_case_are_of_one_issuer() {
    for (subject, issuer) in
        [("My CA", "My  CA"), ("My CA", " my ca "), ("Žižkov CA", "ŽIŽKOV CA"), ("Straße", "STRASSE")]
    {
        // The leaf is signed by an authority of the other spelling.
        let pem = leaf().signed(&draft(issuer, 900).root());
        assert_eq!(codes(&join(&[&pem, &draft(subject, 900).root().pem])), [""; 0], "{issuer:?} {subject:?}");
    }
    let pem = leaf().signed(&draft("MyCA", 900).root());
    assert_eq!(codes(&join(&[&pem, &draft("My CA", 900).root().pem])), ["chain_incomplete", "chain_stranger"]);
}

#[test]
fn a_leaf_of_its_authoritys_name_is_not_self_signed() {
    let authority = Draft::new("a.corp", begun(), Utc::now() + days(3)).key_id(b"authority").root();
    for leaf in [leaf().names_key(), leaf()] {
        let record = listed(&join(&[&leaf.signed(&authority), &authority.pem]));
        assert_eq!(record["chain_not_after"], record["chain"][1]["not_after"], "{record}");
        assert!(record["notes"].to_string().contains("it expires before the certificate itself"), "{record}");
    }
}
