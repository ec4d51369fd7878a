//! Certificates of a chain that end before the certificate itself, and records of several certificates.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use crate::support::fixtures::{days, huawei_with, owned, project_id};
use crate::support::runner::{Certls, Run};
use crate::support::x509::{Ca, Draft, ca_record_of, record_of};
use clouds::records;

fn run(records: Vec<Value>, args: &str) -> Run {
    Certls::new().huawei(&huawei_with(records)).run(args)
}

fn rfc3339(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Makes a root with this many days left.
fn root(name: &str, left: i64) -> Ca {
    Draft::new(name, Utc::now() - days(400), Utc::now() + days(left)).root()
}

/// Makes a leaf with 180 days left, and an intermediate with this many.
fn chain(left: i64) -> String {
    let now = Utc::now();
    let middle = Draft::new("Middle", now - days(400), now + days(left)).intermediate(&root("Corp Root", 3000));
    let leaf = Draft::new("shop.example.com", now - days(20), now + days(180)).dns("shop.example.com");
    format!("{}{}", leaf.signed(&middle), middle.pem)
}

#[test]
fn a_record_of_ca_certificates_ends_with_the_first_of_them() {
    let (one, gone, near) = (root("CA A", 3000), root("CA B", -4), root("CA C", 1));
    let bundle = |parts: &[&Ca]| parts.iter().map(|ca| ca.pem.as_str()).collect::<String>();
    for (pem, code, state, words) in [
        (bundle(&[&one, &gone]), 2, "CRITICAL", "CA certificate CN=CA B expired 3 days ago"),
        (bundle(&[&one, &near]), 2, "CRITICAL", "CA certificate CN=CA C expires in 1 day"),
        (bundle(&[&near, &one]), 2, "CRITICAL", "expires in 1 day"),
        (bundle(&[&one, &near, &gone]), 2, "CRITICAL", "CA certificate CN=CA B expired 3 days ago"),
        (bundle(&[&one]), 0, "OK", "none expires soon"),
    ] {
        let record = ca_record_of("clients", &pem);
        let checked = run(vec![record.clone()], "check --kind all");
        let told = checked.stdout.starts_with(&format!("CERTLS {state}")) && checked.stdout.contains(words);
        assert!(checked.code == code && told, "{}", checked.text());
        let listed = run(vec![record.clone()], "list --kind ca -o json --expires-within 7d");
        assert_eq!(listed.names(), if code == 0 { vec![] } else { owned(&["clients"]) }, "{words}");
        let metrics = run(vec![record], "list --kind ca -o prometheus").stdout;
        let series = metrics.lines().filter(|line| line.starts_with("x509_cert_not_after{")).count();
        assert_eq!(series, pem.matches("BEGIN").count(), "{metrics}");
    }
}

#[test]
fn a_cloud_that_tells_the_end_of_another_ca_certificate_does_not_disagree() {
    let ends = [Utc::now() + days(3000), Utc::now() + days(300)];
    let [one, other] = ends.map(|end| Draft::new("CA", Utc::now() - days(9), end).root().pem);
    for (end, codes) in [(ends[0], json!([])), (ends[1], json!([])), (ends[0] + days(1), json!(["cloud_disagrees"]))] {
        let told = json!({"expire_time": rfc3339(end)});
        let record = records::changed(ca_record_of("clients", &format!("{one}{other}")), &told);
        let record = run(vec![record], "list --kind ca -o json").certificate("clients");
        assert_eq!(record["not_after"], rfc3339(ends[1]));
        let noted: Vec<&Value> = record["note_codes"].as_array().expect("notes").iter().map(|n| &n["code"]).collect();
        assert_eq!(json!(noted), codes);
    }
}

#[test]
fn every_ca_certificate_of_a_record_is_looked_at_for_weakness() {
    let Some(weak) = weak_root() else { return };
    let notes =
        |pem: &str| run(vec![ca_record_of("x", pem)], "list --kind ca -o json").certificate("x")["notes"].clone();
    let weakness = "the RSA key has 1024 bits, less than the 2048 that are held to be safe";
    assert_eq!(
        notes(&format!("{}{weak}", root("CA A", 900).pem)),
        json!([format!("CA certificate CN=Weak: {weakness}")])
    );
    assert_eq!(notes(&weak), json!([weakness]));
}

fn weak_root() -> Option<String> {
    let folder = tempfile::TempDir::new().ok()?;
    let args = "req -x509 -newkey rsa:1024 -nodes -days 900 -subj /CN=Weak -keyout key.pem";
    let output =
        std::process::Command::new("openssl").args(args.split(' ')).current_dir(folder.path()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

#[test]
fn an_issuer_that_ends_first_reaches_check() {
    for (left, code, words) in [
        (-4, 2, "issuer expired 3 days ago"),
        (1, 1, "issuer expires in 1 day"),
        (29, 1, "issuer expires in 29 days"),
        (31, 0, "none expires soon"),
        (900, 0, "none expires soon"),
    ] {
        let checked = run(vec![record_of("shop", &chain(left))], "check");
        assert!(checked.code == code && checked.stdout.contains(words), "{left}: {}", checked.text());
        let fewest = format!("'days_left_min'={};", left.min(180));
        assert!(checked.stdout.contains(&fewest), "{fewest}: {}", checked.stdout);
    }
    // The limits are those that are asked for.
    let record = || vec![record_of("shop", &chain(20))];
    assert_eq!(run(record(), "check -w 10d -c 5d").code, 0);
    assert_eq!(run(record(), "check -w 25d -c 21d").code, 1, "an issuer is CRITICAL only once it has expired");
    assert_eq!(run(record(), "check -w 200d -c 190d").code, 2, "the certificate itself counts as well");
    let document = run(vec![record_of("shop", &chain(-4))], "check -o json").json();
    assert_eq!(document["problems"][0]["reason"], "issuer expired 3 days ago");
}

#[test]
fn an_issuer_that_ends_first_is_selected_and_shown() {
    let (gone, near, well) = (chain(-4), chain(1), chain(900));
    let records = || vec![record_of("gone", &gone), record_of("near", &near), record_of("well", &well)];
    assert_eq!(run(records(), "list -o json --expired").names(), ["gone"]);
    let mut names = run(records(), "list -o json --expires-within 7d").names();
    names.sort();
    assert_eq!(names, ["gone", "near"]);
    let mut table: Vec<String> =
        run(records(), "list --columns name,expires --no-header").stdout.lines().map(|l| l.trim().to_owned()).collect();
    table.sort();
    assert_eq!(table, ["gone  issuer expired 3 days ago", "near  issuer in 1 day", "well  in 180 days"]);
    let all = run(records(), "list -o json");
    let end = |name: &str| all.certificate(name)["chain"][1]["not_after"].clone();
    for name in ["gone", "near", "well"] {
        assert_eq!(all.certificate(name)["chain_not_after"], end(name), "{name}");
    }
    let keys: Vec<String> = all.stdout.lines().map(|line| line.trim().to_owned()).collect();
    let place = |key: &str| keys.iter().position(|line| line.starts_with(&format!("\"{key}\":"))).expect(key);
    assert!(place("not_after") < place("chain_not_after") && place("chain_not_after") < place("days_left"));
    let notes = |name: &str| all.certificate(name)["notes"].clone();
    let issuer = "the issuer's certificate, CN=Middle: it";
    let at = |name: &str| end(name).as_str().expect("a time").to_owned();
    assert_eq!(notes("gone"), json!([format!("{issuer} expired 3 days ago, at {}", at("gone"))]));
    assert_eq!(notes("near"), json!([format!("{issuer} expires before the certificate itself, at {}", at("near"))]));
    assert_eq!(notes("well"), json!([]));
}

#[test]
fn every_certificate_of_a_chain_is_a_series() {
    let pem = chain(-4);
    let record = record_of("shop", &pem);
    // The same certificates twice are the same series once.
    let again = record_of("again", &format!("{pem}{pem}"));
    let metrics = run(vec![record, again], "check -o prometheus").stdout;
    let of = |name: &str| {
        let is_of =
            |line: &&str| line.starts_with("x509_cert_expired{") && line.contains(&format!("filename=\"{name}\""));
        let mut lines: Vec<&str> = metrics.lines().filter(is_of).collect();
        lines.sort_unstable_by_key(|line| line.contains("subject_CN=\"Middle\""));
        lines
    };
    for name in ["shop", "again"] {
        let [leaf, issuer] = of(name)[..] else { panic!("{metrics}") };
        assert!(leaf.contains("subject_CN=\"shop.example.com\"") && leaf.ends_with(" 0"), "{leaf}");
        assert!(issuer.contains("issuer_CN=\"Corp Root\"") && issuer.ends_with(" 1"), "{issuer}");
        assert!(
            issuer.contains(&format!("cert_id=\"{}\"", records::id_of(name))) && issuer.contains("serial_number=\"")
        );
    }
    let series: Vec<&str> =
        metrics.lines().filter_map(|line| line.rsplit_once(' ')).map(|(labels, _)| labels).collect();
    let unique: std::collections::BTreeSet<&&str> = series.iter().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(unique.len(), series.iter().filter(|line| !line.starts_with('#')).count(), "{metrics}");
}

#[test]
fn certificates_made_in_one_go_have_no_note_on_their_ends() {
    let now = Utc::now();
    let end = now + days(300);
    let noted = |earlier: Duration| {
        let authority = Draft::new("Corp Root", now - days(9), end - earlier).root();
        let leaf = Draft::new("a.example.com", now - days(9), end).dns("a.example.com").signed(&authority);
        let record = record_of("x", &format!("{leaf}{}", authority.pem));
        run(vec![record], "list -o json").certificate("x")["notes"].as_array().map(Vec::len)
    };
    assert_eq!((noted(Duration::seconds(1)), noted(Duration::days(1))), (Some(0), Some(0)));
    assert_eq!(noted(Duration::days(1) + Duration::seconds(1)), Some(1));
}

#[test]
fn a_public_root_that_another_one_certified_needs_no_certificate_of_it() {
    let now = Utc::now();
    let old = root("Old", -400);
    let known = || Draft::new("ISRG Root X1", now - days(400), now + days(-4));
    let leaf = |by: &Ca| Draft::new("a.example.com", now - days(9), now + days(60)).dns("a.example.com").signed(by);
    for (with_organization, code) in [(true, 0), (false, 2)] {
        let cross = if with_organization { known().of_internet_security_research_group() } else { known() };
        let cross = cross.intermediate(&old);
        let middle = Draft::new("R99", now - days(99), now + days(900)).intermediate(&cross);
        let pem = format!("{}{}{}{}", leaf(&middle), middle.pem, cross.pem, old.pem);
        let checked = run(vec![record_of("x", &pem)], "check");
        assert_eq!(checked.code, code, "{}", checked.text());
    }
}

#[test]
fn an_encryption_certificate_that_has_expired_is_named() {
    let (now, authority) = (Utc::now(), root("Corp Root", 3000));
    let half = |left: i64| {
        Draft::new("sm2.example.com", now - days(99), now + days(left)).dns("sm2.example.com").signed(&authority)
    };
    let pair = |signing: i64, encryption: i64| {
        let changes = json!({"type": "server_sm", "enc_certificate": half(encryption)});
        run(vec![records::changed(record_of("pair", &half(signing)), &changes)], "check")
    };
    let expired = pair(200, -4);
    assert!(
        expired.code == 2 && expired.stdout.contains(") encryption certificate expired 3 days ago"),
        "{}",
        expired.text()
    );
    let signing = pair(-4, 200);
    assert!(signing.code == 2 && signing.stdout.contains(") expired 3 days ago"), "{}", signing.text());
}

#[test]
fn an_sm2_pair_shares_the_issuers_of_either_text() {
    let now = Utc::now();
    let authority = Draft::new("Corp", now - days(99), now + days(10)).intermediate(&root("Corp Root", 3000));
    let half =
        || Draft::new("sm2.example.com", now - days(99), now + days(200)).dns("sm2.example.com").signed(&authority);
    for (signing, encryption) in [(half() + &authority.pem, half()), (half(), half() + &authority.pem)] {
        let changes = json!({"type": "server_sm", "enc_certificate": encryption, "project_id": project_id("x")});
        let record = records::changed(record_of("pair", &signing), &changes);
        let record = run(vec![record], "list -o json").certificate("pair");
        let codes: Vec<&str> =
            record["note_codes"].as_array().expect("notes").iter().filter_map(|note| note["code"].as_str()).collect();
        assert_eq!(codes, ["issuer_expires_first", "sm2_pair", "issuer_expires_first"], "{record}");
        assert_eq!(record["chain"].as_array().map(Vec::len), Some(3));
        assert_eq!(record["chain_not_after"], rfc3339(now + days(10)));
    }
}
