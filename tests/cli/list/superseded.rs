//! Certificates for whose names a longer-lived one is kept elsewhere.

use chrono::Utc;
use serde_json::{Value, json};

use crate::support::fixtures::{aliyun_world, days, huawei_world, project_id, slb_id};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::aliyun::{self, Aliyun, Listener};
use clouds::certs::{Certificate, certificate};
use clouds::huawei::{self, Huawei};
use clouds::records;

const HOSTS: &[&str] = &["shop.example.com", "www.shop.example.com"];

fn made(left: i64) -> Certificate {
    let now = Utc::now();
    certificate(HOSTS[0], HOSTS, now - days(30), now + days(left))
}

fn slb(name: &str, region: &str, made: &Certificate) -> Value {
    records::aliyun_record(&slb_id(name), name, region, made)
}

/// Renewed in Huawei Cloud and in one region of Alibaba Cloud, forgotten in another.
fn clouds() -> (Aliyun, Huawei) {
    let (old, new) = (made(40), made(90));
    let mut alibaba = aliyun_world(&[("cn-hangzhou", &[]), ("cn-beijing", &[("blog", 60)])]);
    alibaba.regions[0].certificates = vec![slb("forgotten", "cn-hangzhou", &old)];
    alibaba.regions[1].certificates.push(slb("renewed", "cn-beijing", &new));
    alibaba.listeners = vec![Listener::https("cn-hangzhou", "lb-1", 443, &slb_id("forgotten"))];
    let mut huawei_cloud = huawei_world(&[("cn-north-4", &[])]);
    huawei_cloud.projects[0].certificates =
        vec![records::huawei_record(&records::id_of("copy"), &project_id("cn-north-4"), "copy", &new)];
    (aliyun::start(alibaba), huawei::start(huawei_cloud))
}

fn run(clouds: &(Aliyun, Huawei), args: &str) -> Run {
    Certls::new().aliyun(&clouds.0).huawei(&clouds.1).run(args)
}

fn superseded(run: &Run) -> Vec<String> {
    let notes = |c: &Value| c["notes"].as_array().cloned().unwrap_or_default();
    let is_superseded = |c: &Value| notes(c).iter().any(|note| note.as_str().unwrap_or("").starts_with("superseded: "));
    let all = run.certificates().into_iter().filter(is_superseded);
    all.map(|certificate| certificate["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn list_tells_and_selects_what_is_superseded() {
    let clouds = clouds();
    assert_eq!(superseded(&run(&clouds, "list -o json")), ["forgotten"]);
    assert_run!(run(&clouds, "list --superseded"), @"
    exit 0
    --- stdout
    NAME       COVERS                                  EXPIRES     ON          SUPERSEDED BY                        CLOUD   REGION       ACCOUNT  ID
    forgotten  shop.example.com, www.shop.example.com  in 40 days  20YY-MM-DD  renewed (aliyun default cn-beijing)  aliyun  cn-hangzhou  default  1000000000000001_0df365ca176
    --- stderr
    1 of 4 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    ");
    assert_run!(run(&clouds, "list"), @"
    exit 0
    --- stdout
    NAME       COVERS                                  EXPIRES     ON          CLOUD   REGION       ACCOUNT  ID
    forgotten  shop.example.com, www.shop.example.com  in 40 days  20YY-MM-DD  aliyun  cn-hangzhou  default  1000000000000001_0df365ca176
    blog       blog.example.com                        in 60 days  20YY-MM-DD  aliyun  cn-beijing   default  1000000000000001_def53e95f1f
    renewed    shop.example.com, www.shop.example.com  in 90 days  20YY-MM-DD  aliyun  cn-beijing   default  1000000000000001_b50946a2af6
    copy       shop.example.com, www.shop.example.com  in 90 days  20YY-MM-DD  huawei  cn-north-4   default  6f5a6034e770acbfb3f797e6a7eb7948
    --- stderr
    note: 1 certificate superseded by a longer-lived one; see `--superseded`
    4 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    ");
    let selected = run(&clouds, "list --superseded -o json");
    assert_eq!((selected.code, selected.names()), (0, vec!["forgotten".to_owned()]));
    // Lines are printed as they come, but not where all of them must be known first.
    let lines = run(&clouds, "list --superseded -o jsonl");
    assert_eq!(lines.stdout.lines().count(), 1, "{}", lines.text());
    assert!(lines.stdout.contains("superseded: "), "{}", lines.stdout);
}

#[test]
fn a_successor_is_an_object_in_json_and_a_column_in_every_csv() {
    let clouds = clouds();
    let run_json = run(&clouds, "list -o json");
    let end = run_json.certificate("renewed")["not_after"].clone();
    let successor = json!({
        "provider": "aliyun", "service": "slb", "account": "default", "region": "cn-beijing",
        "id": slb_id("renewed"), "name": "renewed", "not_after": end,
    });
    assert_eq!(run_json.certificate("forgotten")["superseded_by"], successor);
    let keys = ["provider", "service", "account", "region", "id", "name", "not_after"];
    let object = run_json.stdout.split("\"superseded_by\": {").nth(1).and_then(|rest| rest.split('}').next());
    let places = keys.map(|key| object.expect("an object").find(&format!("\"{key}\":")).expect(key));
    assert!(places.is_sorted(), "{places:?}");
    for name in ["renewed", "copy", "blog"] {
        assert_eq!(run_json.certificate(name)["superseded_by"], Value::Null, "{name}");
    }
    let csv = run(&clouds, "list -o csv").stdout;
    let header: Vec<&str> = csv.lines().next().expect("a header").split(',').collect();
    assert_eq!(header.iter().filter(|name| **name == "superseded_by").count(), 1, "{header:?}");
    assert!(csv.contains("renewed (aliyun default cn-beijing)"), "{csv}");
}

#[test]
fn lines_that_are_printed_as_they_arrive_know_the_successors_of_their_page() {
    let (old, new) = (made(40), made(90));
    let mut world = aliyun_world(&[("cn-hangzhou", &[]), ("cn-beijing", &[])]);
    world.regions[0].certificates = vec![slb("forgotten", "cn-hangzhou", &old), slb("renewed", "cn-hangzhou", &new)];
    world.regions[1].certificates = vec![slb("elsewhere", "cn-beijing", &old)];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list -o jsonl");
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let successor = |name: &str| {
        let line = lines.iter().find(|line| line["name"] == name).expect(name);
        (line["superseded_by"]["name"].clone(), line["note_codes"][0]["code"].clone())
    };
    assert_eq!(successor("forgotten"), (json!("renewed"), json!("superseded")));
    assert_eq!(
        (successor("renewed"), successor("elsewhere")),
        ((Value::Null, Value::Null), (Value::Null, Value::Null))
    );
}

#[test]
fn what_is_not_looked_at_supersedes_nothing() {
    let clouds = clouds();
    assert!(superseded(&run(&clouds, "list -o json -r cn-hangzhou -p aliyun")).is_empty());
    // A selection hides certificates, but they were seen.
    assert_eq!(superseded(&run(&clouds, "list -o json --name forgot*")), ["forgotten"]);
}

#[test]
fn show_names_a_successor_in_any_cloud() {
    let clouds = clouds();
    let shown = run(&clouds, &format!("show {}", slb_id("forgotten")));
    assert!(shown.stdout.contains("notes                      superseded: renewed (aliyun default cn-beijing slb "));
    assert_eq!(superseded(&run(&clouds, &format!("show -o json {}", slb_id("forgotten")))), ["forgotten"]);
    assert!(superseded(&run(&clouds, &format!("show -o json {}", slb_id("renewed")))).is_empty());
}

#[test]
fn check_warns_of_superseded_certificates_only_with_the_flag() {
    let clouds = clouds();
    assert_eq!(run(&clouds, "check").code, 0);
    assert_run!(run(&clouds, "check --warn-superseded"), @"
    exit 1
    --- stdout
    CERTLS WARNING - 1 warning of 4 certificates; forgotten (shop.example.com) superseded, expires in 40 days; 1 superseded | 'certificates'=4;;;0 'critical'=0;;0;0 'warning'=1;0;;0 'unknown'=0;0;;0 'expired'=0;;0;0 'scopes'=3;;;0 'scopes_failed'=0;0;;0 'days_left_min'=40;30:;7:
    WARNING: forgotten (shop.example.com) superseded, expires in 40 days - aliyun default cn-hangzhou slb 1000000000000001_0df365ca176 - successor: renewed (aliyun default cn-beijing slb 1000000000000001_b50946a2af6)
    --- stderr
    ");
    assert_run!(run(&clouds, "check -w 50d -c 1d"), @"
    exit 1
    --- stdout
    CERTLS WARNING - 1 warning of 4 certificates; forgotten (shop.example.com) expires in 40 days; 1 superseded | 'certificates'=4;;;0 'critical'=0;;0;0 'warning'=1;0;;0 'unknown'=0;0;;0 'expired'=0;;0;0 'scopes'=3;;;0 'scopes_failed'=0;0;;0 'days_left_min'=40;50:;1:
    WARNING: forgotten (shop.example.com) expires in 40 days - aliyun default cn-hangzhou slb 1000000000000001_0df365ca176 - successor: renewed (aliyun default cn-beijing slb 1000000000000001_b50946a2af6)
    --- stderr
    ");
    let document = run(&clouds, "check --warn-superseded -o json").json();
    assert_eq!((&document["problems"][0]["state"], &document["counts"]["warning"]), (&"WARNING".into(), &1.into()));
    // What no listener uses can be left out as ever.
    assert_eq!(run(&clouds, "check --warn-superseded --unused").code, 0);
    assert_eq!(run(&clouds, "check --warn-superseded --used").code, 1);
}

#[test]
fn what_came_from_the_certificate_manager_does_not_supersede_its_own_copy() {
    let (old, new) = (made(40), made(90));
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    let record = |name: &str, made: &Certificate, source: &str| {
        let record = records::huawei_record(&records::id_of(name), &project_id("cn-north-4"), name, made);
        records::changed(record, &json!({"source": "scm", "scm_certificate_id": source}))
    };
    world.projects[0].certificates = vec![record("copy", &old, "scs1")];
    // The list of SCM tells no fingerprint, and its times without a zone.
    world.scm = vec![records::scm_record("scs1", "origin", &old)];
    let list = |world: &huawei::World| {
        let cloud = huawei::start(world.clone());
        superseded(&Certls::new().huawei(&cloud).run("list --service all -o json"))
    };
    assert!(list(&world).is_empty());
    world.scm.push(records::scm_record("scs2", "next", &new));
    assert_eq!(list(&world), ["copy", "origin"]);
    let revoked = world.scm[1].as_object_mut().expect("a record");
    revoked.insert("status".to_owned(), "REVOKED".into());
    assert!(list(&world).is_empty());
}

#[test]
fn certificates_without_a_name_supersede_nothing() {
    let nameless = |name: &str, left: i64| {
        let record = slb(name, "cn-hangzhou", &made(left));
        records::changed(
            record,
            &json!({"CommonName": "", "SubjectAlternativeNames": {"SubjectAlternativeName": [""]}}),
        )
    };
    let mut world = aliyun_world(&[("cn-hangzhou", &[])]);
    world.regions[0].certificates = vec![nameless("one", 40), nameless("two", 90)];
    let cloud = aliyun::start(world);
    assert!(superseded(&Certls::new().aliyun(&cloud).run("list -o json")).is_empty());
}

#[test]
fn a_successor_in_another_account_counts() {
    let config = "[accounts.shop]\nprovider = \"aliyun\"\n[accounts.cdn]\nprovider = \"huawei\"\n";
    let clouds = clouds();
    let certls = Certls::new().aliyun(&clouds.0).huawei(&clouds.1);
    let config = certls.file("config.toml", config);
    let listed = certls.env("CERTLS_CONFIG", &config).run("list --superseded --columns name,account,superseded_by");
    assert!(listed.stdout.contains("forgotten  shop     renewed (aliyun shop cn-beijing)"), "{}", listed.text());
}
