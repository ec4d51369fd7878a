//! The notes on a certificate: its chain, its strength, and a project that returns its private key.

use chrono::Utc;
use serde_json::{Value, json};

use crate::support::fixtures::{ELB_ECHO, days, huawei_with, huawei_world, project_id, two_projects};
use crate::support::runner::{Certls, Run};
use crate::support::tools::report_missing;
use clouds::certs::{Authority, Certificate, certificate, seeded_key};
use clouds::fault::{Effect, Fault};
use clouds::{huawei, records};

/// Makes a record that contains this text.
fn stored(made: &Certificate, pem: &str) -> Value {
    let mut record = records::huawei_record(&records::id_of("x"), &project_id("cn-north-4"), "x", made);
    record["certificate"] = pem.into();
    record
}

fn notes(record: Value) -> Vec<String> {
    let cloud = huawei_with(vec![record]);
    let run = Certls::new().huawei(&cloud).run("list -o json --kind all");
    notes_of(&run, "x")
}

fn notes_of(run: &Run, name: &str) -> Vec<String> {
    let notes = run.certificate(name)["notes"].as_array().cloned().expect("notes");
    notes.iter().map(|note| note.as_str().expect("a note").to_owned()).collect()
}

/// A root, an intermediate and a leaf. The arguments are the days left of the intermediate and the leaf.
struct Pki {
    root: Certificate,
    middle: Certificate,
    leaf: Certificate,
}

fn pki(middle_left: i64, leaf_left: i64) -> Pki {
    let now = Utc::now();
    let begun = now - days(20);
    let root = Authority::new("Root", begun, now + days(3000));
    let middle = root.subordinate("Middle", begun, now + days(middle_left));
    let leaf =
        middle.issue("leaf.example.com", &["leaf.example.com"], begun, now + days(leaf_left), &seeded_key("leaf"));
    Pki { root: root.certificate, middle: middle.certificate, leaf }
}

/// The codes of all notes on a certificate, whose texts are those of `notes`.
fn codes_of(run: &Run, name: &str) -> Vec<String> {
    let record = run.certificate(name);
    let coded = record["note_codes"].as_array().cloned().expect("coded notes");
    let texts: Vec<&Value> = coded.iter().map(|note| &note["text"]).collect();
    assert_eq!(texts, record["notes"].as_array().expect("notes").iter().collect::<Vec<_>>());
    assert!(coded.iter().all(|note| note.as_object().is_some_and(|note| note.len() == 2)), "{coded:?}");
    coded.iter().map(|note| note["code"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn every_note_has_a_code_that_programs_select_by() {
    let Pki { root, middle, leaf } = pki(30, 40);
    let (now, host) = (Utc::now(), "long.example.com");
    let long = Authority::new("Root", now - days(9), now + days(900));
    let long = long.issue(host, &[host], now - days(9), now + days(850), &seeded_key("long"));
    let changed = |pem: &str, change: Value| records::changed(stored(&leaf, pem), &change);
    let chain = format!("{}{}", leaf.pem, middle.pem);
    for (record, codes) in [
        (stored(&leaf, &chain), vec!["issuer_expires_first"]),
        (stored(&leaf, &format!("{}{}", leaf.pem, root.pem)), vec!["chain_incomplete", "chain_stranger"]),
        (stored(&leaf, &format!("{}{}", middle.pem, leaf.pem)), vec!["chain_out_of_order", "issuer_expires_first"]),
        (stored(&long, &long.pem), vec!["lifetime_too_long"]),
        (changed(&chain, json!({"common_name": "other"})), vec!["issuer_expires_first", "cloud_disagrees"]),
        (changed("nothing", json!({"type": "new"})), vec!["cloud_kind_unknown", "certificate_unreadable"]),
        (changed(&chain, json!({"created_at": "soon"})), vec!["cloud_field_invalid", "issuer_expires_first"]),
    ] {
        let cloud = huawei_with(vec![record]);
        let run = Certls::new().huawei(&cloud).run("list -o json --kind all");
        assert_eq!(codes_of(&run, "x"), codes);
        // The same notes, whichever command reads them.
        let shown = Certls::new().huawei(&cloud).run(&format!("show -o json {}", records::id_of("x")));
        assert_eq!(codes_of(&shown, "x"), codes);
        let line: Value = serde_json::from_str(&Certls::new().huawei(&cloud).run("list -o jsonl --kind all").stdout)
            .expect("one line");
        assert_eq!(line["note_codes"], run.certificate("x")["note_codes"]);
        let cells = Certls::new().huawei(&cloud).run("list -o csv --no-header --kind all --columns note_codes");
        assert_eq!(cells.stdout.trim().trim_matches(['\u{feff}', '"']), codes.join(", "));
    }
}

#[test]
fn a_chain_in_order_has_no_note() {
    let Pki { root, middle, leaf } = pki(900, 40);
    for pem in [format!("{}{}", leaf.pem, middle.pem), format!("{}{}{}", leaf.pem, middle.pem, root.pem)] {
        assert_eq!(notes(stored(&leaf, &pem)), [""; 0]);
    }
    // A certificate that issued itself lacks nobody.
    let now = Utc::now();
    let own = certificate("own.example.com", &["own.example.com"], now - days(1), now + days(40));
    assert_eq!(notes(stored(&own, &own.pem)), [""; 0]);
}

#[test]
fn a_chain_that_lacks_its_issuer_or_is_out_of_order_says_so() {
    let Pki { root, middle, leaf } = pki(900, 40);
    let incomplete = "the chain is incomplete: it lacks the issuer's certificate, CN=Middle, unless that is a root that \
                      clients have";
    let stranger = "a certificate of the chain is not on the path from the certificate itself";
    let not_first = "the chain is out of order: the certificate itself is not its first";
    let order = "the chain is out of order: a certificate does not follow the one that it issued";
    for (parts, expected) in [
        (vec![&leaf], vec![incomplete]),
        (vec![&leaf, &root], vec![incomplete, stranger]),
        (vec![&middle, &leaf], vec![not_first]),
        (vec![&leaf, &root, &middle], vec![order]),
        (vec![&leaf, &leaf, &middle], vec![stranger]),
    ] {
        let pem: String = parts.iter().map(|made| made.pem.as_str()).collect();
        assert_eq!(notes(stored(&leaf, &pem)), expected);
    }
    // However they stand, the certificate itself is told first, and each issuer after it.
    let pem = format!("{}{}{}", root.pem, middle.pem, leaf.pem);
    let cloud = huawei_with(vec![stored(&leaf, &pem)]);
    let run = Certls::new().huawei(&cloud).run("list -o json");
    let chain = run.certificate("x")["chain"].as_array().cloned().expect("a chain");
    let subjects: Vec<&str> = chain.iter().filter_map(|element| element["subject"].as_str()).collect();
    assert_eq!(subjects, ["CN=leaf.example.com", "CN=Middle", "CN=Root"]);
}

#[test]
fn an_issuer_that_expires_first_is_noted() {
    let Pki { middle, leaf, .. } = pki(30, 40);
    let end = middle.not_after.format("%Y-%m-%dT%H:%M:%SZ");
    let noted = notes(stored(&leaf, &format!("{}{}", leaf.pem, middle.pem)));
    assert_eq!(
        noted,
        [format!("the issuer's certificate, CN=Middle: it expires before the certificate itself, at {end}")]
    );
}

#[test]
fn a_weak_key_and_a_weak_signature_are_noted() {
    let short = "the RSA key has 1024 bits, less than the 2048 that are held to be safe";
    let (dsa, p192) = ("the DSA key has 1024 bits, less than the 2048", "the EC key has 192 bits, less than the 224");
    let (dsa, p192) = (format!("{dsa} that are held to be safe"), format!("{p192} that are held to be safe"));
    for (kind, options, expected) in [
        ("rsa:1024", "-sha1", vec![short, "the signature is sha1WithRSAEncryption, whose hash is broken"]),
        (
            "rsa:2048",
            "-sha1 -sigopt rsa_padding_mode:pss",
            vec!["the signature is rsassaPss over SHA-1, whose hash is broken"],
        ),
        ("rsa:2048", "-sha256 -sigopt rsa_padding_mode:pss", vec![]),
        ("ec -pkeyopt ec_paramgen_curve:prime192v1", "-sha256", vec![&p192]),
        ("dsa:dsa.pem", "-sha256", vec![&dsa]),
    ] {
        let Some(weak) = by_openssl(kind, options) else {
            report_missing("an openssl that makes weak certificates");
            return;
        };
        let now = Utc::now();
        let made = certificate("weak.example.com", &["weak.example.com"], now, now + days(20));
        let without_fields =
            json!({"common_name": null, "fingerprint": null, "subject_alternative_names": null, "expire_time": null});
        let record = |pem: &str| records::changed(stored(&made, pem), &without_fields);
        assert_eq!(notes(record(&weak.by_root)), expected, "{kind} {options}");
        // Nobody relies on the signature of a certificate that signed itself.
        let of_key: Vec<&str> = expected.into_iter().filter(|note| note.contains(" key has ")).collect();
        assert_eq!(notes(record(&weak.by_itself)), of_key, "{kind} {options}");
    }
}

/// Two certificates of one key.
struct Weak {
    by_itself: String,
    by_root: String,
}

/// Makes weak certificates with `openssl`; `None` where `openssl` is missing or refuses to.
fn by_openssl(kind: &str, options: &str) -> Option<Weak> {
    let folder = tempfile::TempDir::new().ok()?;
    let run = |args: &str| {
        let output = std::process::Command::new("openssl").args(args.split(' ')).current_dir(folder.path()).output();
        output.ok().filter(|output| output.status.success()).and_then(|output| String::from_utf8(output.stdout).ok())
    };
    run("dsaparam -out dsa.pem 1024")?;
    run("req -x509 -newkey rsa:2048 -nodes -days 20 -subj /CN=Root -keyout root.key -out root.pem")?;
    let by_itself =
        run(&format!("req -x509 -newkey {kind} {options} -nodes -days 20 -subj /CN=weak.example.com -keyout key.pem"))?;
    run("req -new -key key.pem -subj /CN=weak.example.com -out request.pem")?;
    let signed = format!("x509 -req -in request.pem -CA root.pem -CAkey root.key -CAcreateserial -days 20 {options}");
    Some(Weak { by_itself, by_root: run(&signed)? })
}

#[test]
fn a_project_that_returns_private_keys_is_noted_with_the_remedy() {
    let cloud = huawei::start(huawei::World { private_key_echo: true, ..two_projects() });
    let certls = Certls::new().huawei(&cloud);
    for args in ["list -o json", &format!("show -o json {}", records::id_of("cdn"))] {
        let notes = notes_of(&certls.run(args), "cdn");
        assert!(matches!(notes.as_slice(), [note] if note.contains("private_key_echo is on")), "{notes:?}");
        assert!(notes[0].contains("CreateCertificatePrivateKeyEcho"), "{notes:?}");
    }
    let empty = huawei::start(huawei::World { private_key_echo: true, ..huawei_world(&[("cn-north-4", &[])]) });
    assert_eq!(Certls::new().huawei(&empty).run("list").code, 0);
    assert_eq!(empty.log.count(ELB_ECHO), 0, "there is nothing to note it on");
}

#[test]
fn not_knowing_whether_keys_are_handed_out_costs_nothing() {
    for effect in [Effect::Denied, Effect::ServerError, Effect::Cut] {
        let faults = vec![Fault::always(ELB_ECHO, effect)];
        let cloud = huawei::start(huawei::World { private_key_echo: true, faults, ..two_projects() });
        let run = Certls::new().huawei(&cloud).run("list -o json");
        assert_eq!((run.code, run.messages(), notes_of(&run, "cdn").len()), (0, "", 0), "{}", run.text());
        // It is asked for once, and not again.
        assert_eq!(cloud.log.count(ELB_ECHO), 2);
    }
}
