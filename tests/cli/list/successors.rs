//! Which certificates can take the place of another one.

use chrono::Utc;
use rcgen::KeyPair;
use serde_json::Value;

use crate::support::fixtures::{days, huawei_with};
use crate::support::runner::Certls;
use crate::support::x509::{Ca, Draft, record_of};

const HOST: &str = "shop.example.com";

fn root() -> Ca {
    Draft::new("Corp Root", Utc::now() - days(400), Utc::now() + days(3000)).root()
}

fn from(begun: i64, left: i64) -> Draft {
    Draft::new(HOST, Utc::now() - days(begun), Utc::now() + days(left)).dns(HOST)
}

/// The names of the certificates that are superseded.
fn superseded(stored: &[(&str, &str)]) -> Vec<String> {
    let records: Vec<Value> = stored.iter().map(|(name, pem)| record_of(name, pem)).collect();
    let cloud = huawei_with(records);
    let run = Certls::new().huawei(&cloud).run("list -o json --superseded");
    let checked = Certls::new().huawei(&cloud).run("check --warn-superseded -o json -w 1d -c 1d").json();
    let problems = checked["problems"].as_array().expect("problems").iter();
    let is_superseded =
        |problem: &&Value| problem["reason"].as_str().is_some_and(|reason| reason.starts_with("superseded"));
    assert_eq!(problems.filter(is_superseded).count(), run.names().len(), "{checked}");
    run.names()
}

#[test]
fn what_cannot_take_the_place_of_a_certificate_does_not_supersede_it() {
    let root = root();
    let old = from(30, 40).signed(&root);
    let ed25519 = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let middle = Draft::new("Middle", Utc::now() - days(99), Utc::now() - days(1)).intermediate(&root);
    let dead = format!("{}{}", from(3, 90).signed(&middle), middle.pem);
    for (why, candidate) in [
        ("it is self-signed", from(3, 90).self_signed()),
        ("it is an authority that signed itself", from(3, 90).root().pem),
        ("its key is of another kind", from(3, 90).signed_for(&root, &ed25519)),
        ("it is not valid yet", from(-9, 90).signed(&root)),
        ("it is for clients", from(3, 90).for_clients().signed(&root)),
        ("its issuer has expired", dead),
    ] {
        assert_eq!(superseded(&[("old", &old), ("new", &candidate)]), [""; 0], "{why}");
        // The next best one counts.
        let next = from(3, 60).signed(&root);
        assert_eq!(superseded(&[("old", &old), ("new", &candidate), ("next", &next)]), ["old"], "{why}");
    }
}

#[test]
fn what_can_take_the_place_of_a_certificate_supersedes_it() {
    let root = root();
    let ed25519 = || KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
    let both = |old: &str, new: &str| superseded(&[("old", old), ("new", new)]);
    assert_eq!(both(&from(30, 40).signed(&root), &from(3, 90).signed(&root)), ["old"]);
    assert_eq!(both(&from(30, 40).self_signed(), &from(3, 90).signed(&root)), ["old"]);
    assert_eq!(both(&from(30, 40).self_signed(), &from(3, 90).self_signed()), ["old"]);
    let (old, new) = (from(30, 40).signed_for(&root, &ed25519()), from(3, 90).signed_for(&root, &ed25519()));
    assert_eq!(both(&old, &new), ["old"]);
    // Two of each kind of key: each has its own successor.
    let (one, other) = (from(30, 30).signed(&root), from(3, 80).signed(&root));
    let all = [("old", old.as_str()), ("new", &new), ("old p-256", &one), ("new p-256", &other)];
    assert_eq!(superseded(&all), ["old p-256", "old"]);
}
