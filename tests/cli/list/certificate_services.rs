//! The certificate services of the vendors, CAS and SCM, selected by `--service`.

use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};

use crate::support::fixtures::{ELB_LIST, SLB_LIST, certificate_for, days, project_id, two_projects, two_regions};
use crate::support::runner::{Certls, HUAWEI_DOMAIN, HUAWEI_PASSWORD, HUAWEI_TOKEN, HUAWEI_USER, Run, assert_run};
use clouds::aliyun::{self, Aliyun, CasCentre};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei, Token, User};
use clouds::internet::Internet;
use clouds::records::{cas_record, scm_record};

const CAS_LIST: &str = "ListUserCertificateOrder";
const SCM_LIST: &str = "scm:list";
const HANGZHOU: &str = "cn-hangzhou";
const SINGAPORE: &str = "ap-southeast-1";

/// Makes a record for each id; they differ in nothing else.
fn records_of(ids: std::ops::Range<i64>, left: i64, record: impl Fn(i64, &str) -> Value) -> Vec<Value> {
    let first = record(ids.start, "first");
    let end = (Utc::now() + days(left)).timestamp_millis();
    let numbered = |id: i64| {
        let mut row = first.clone();
        row["Name"] = json!(format!("n{id}"));
        row["name"] = row["Name"].clone();
        if row["id"].is_null() {
            row["CertificateId"] = json!(id);
            row["CertEndTime"] = json!(end);
        } else {
            row["id"] = json!(format!("scs{id}"));
        }
        row
    };
    ids.map(numbered).collect()
}

fn cas_rows(ids: std::ops::Range<i64>, left: i64) -> Vec<Value> {
    let one = certificate_for("many", left);
    records_of(ids, left, |id, name| cas_record(id, name, &one))
}

fn scm_rows(ids: std::ops::Range<i64>, left: i64) -> Vec<Value> {
    let one = certificate_for("many", left);
    records_of(ids, left, |id, name| scm_record(&format!("scs{id}"), name, &one))
}

fn cas_world(hangzhou: Vec<Value>, singapore: Vec<Value>) -> aliyun::World {
    let cas = vec![CasCentre::new(HANGZHOU, hangzhou), CasCentre::new(SINGAPORE, singapore)];
    aliyun::World { cas, ..two_regions() }
}

fn cas(cloud: &Aliyun) -> Certls {
    Certls::new().aliyun(cloud)
}

fn scm_world(rows: Vec<Value>) -> huawei::World {
    huawei::World { scm: rows, ..two_projects() }
}

fn scm(cloud: &Huawei) -> Certls {
    Certls::new().huawei(cloud)
}

fn regions(run: &Run) -> Vec<String> {
    let line =
        |row: &Value| format!("{} {}", row["name"].as_str().unwrap_or("?"), row["region"].as_str().unwrap_or("?"));
    run.certificates().iter().map(line).collect()
}

#[test]
fn both_centres_are_asked_for_all_that_they_keep() {
    let (shop, old) = (certificate_for("shop", 9), certificate_for("old", -70));
    let mut uploaded = cas_record(3, "uploaded", &certificate_for("uploaded", 100));
    uploaded["Upload"] = json!(true);
    uploaded["Algorithm"] = json!("ECC");
    let hangzhou = vec![cas_record(1, "shop", &shop), cas_record(2, "old", &old), uploaded];
    let cloud = aliyun::start(cas_world(hangzhou, vec![cas_record(4, "abroad", &certificate_for("abroad", 40))]));
    let run = cas(&cloud).run("list --service cas -o json");
    let scopes = ["aliyun ap-southeast-1 ok 1", "aliyun cn-hangzhou ok 3"];
    assert_eq!((run.code, run.scopes()), (0, scopes.map(str::to_owned).to_vec()), "{}", run.text());
    let listed = ["old cn-hangzhou", "shop cn-hangzhou", "abroad ap-southeast-1", "uploaded cn-hangzhou"];
    assert_eq!(regions(&run), listed);
    let row = run.certificate("shop");
    let field = |key: &str| row[key].clone();
    assert_eq!((field("service"), field("id"), field("kind")), (json!("cas"), json!("1"), json!("server")));
    assert_eq!(
        (field("common_name"), field("issuer"), field("source")),
        (json!("shop.example.com"), Value::Null, Value::Null)
    );
    assert_eq!(field("subject_alternative_names"), json!(["shop.example.com"]));
    assert_eq!(field("account_id"), json!("1000000000000001"));
    assert_eq!(field("fingerprint_sha1"), json!(shop.sha1_hex));
    assert_eq!(field("fingerprint_sha256"), json!(shop.sha256_hex));
    assert_eq!(field("not_after"), json!(shop.not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string()));
    assert_eq!(field("not_before"), json!(shop.not_before.format("%Y-%m-%dT%H:%M:%SZ").to_string()));
    assert_eq!((field("resource_group_id"), field("notes")), (json!("rg-acfmx4snyahsiuy"), json!([])));
    assert_eq!(run.certificate("old")["status"], "expired");
    assert_eq!(run.certificate("uploaded")["key_type"], "ec");
    assert_eq!((cloud.log.count(SLB_LIST), cloud.log.all().iter().all(|seen| seen.authorized)), (0, true));
}

#[test]
fn a_centre_that_repeats_hangzhous_list_adds_nothing_whoever_answers_first() {
    for late in [HANGZHOU, SINGAPORE] {
        let both = [cas_rows(1..121, 50), cas_rows(200..203, -5)].concat();
        let mut world = cas_world(both.clone(), [both, cas_rows(300..301, 50)].concat());
        let wait = Effect::Delay(Duration::from_millis(150));
        world.faults = vec![Fault::always(CAS_LIST, wait).in_region(late)];
        let cloud = aliyun::start(world);
        let run = cas(&cloud).run("list --service cas -o json");
        let scopes = ["aliyun ap-southeast-1 ok 1", "aliyun cn-hangzhou ok 123"];
        assert_eq!((run.code, run.scopes()), (0, scopes.map(str::to_owned).to_vec()), "{late}: {}", run.stderr);
        assert_eq!(run.certificate("n300")["region"], SINGAPORE);
    }
}

#[test]
fn every_page_of_cas_is_read_once_and_none_too_records_of() {
    // The rows that are good, those that have expired, and the pages that hold them.
    for (good, expired, pages) in [(0, 0, 2), (1, 1, 2), (50, 0, 2), (51, 50, 3), (120, 101, 6)] {
        let rows = [cas_rows(1..good + 1, 50), cas_rows(1000..1000 + expired, -5)].concat();
        let cloud = aliyun::start(cas_world(rows, vec![]));
        let run = cas(&cloud).run("list --service cas -o json");
        assert_eq!((run.code, run.names().len()), (0, usize::try_from(good + expired).unwrap()), "{}", run.stderr);
        assert_eq!(cloud.log.count_in(CAS_LIST, HANGZHOU), pages, "{good} and {expired}");
        assert_eq!(cloud.log.count_in(CAS_LIST, SINGAPORE), 2);
    }
}

#[test]
fn a_centre_that_is_denied_costs_its_own_certificates() {
    for (denied, other, names) in
        [(HANGZHOU, SINGAPORE, ["both", "abroad"].as_slice()), (SINGAPORE, HANGZHOU, &["both"])]
    {
        let both = cas_record(1, "both", &certificate_for("both", 9));
        let mut world =
            cas_world(vec![both.clone()], vec![both, cas_record(2, "abroad", &certificate_for("abroad", 40))]);
        world.faults = vec![Fault::always(CAS_LIST, Effect::Denied).in_region(denied)];
        let cloud = aliyun::start(world);
        let run = cas(&cloud).run("list --service cas -o json");
        assert_eq!((run.code, run.names()), (3, names.iter().map(ToString::to_string).collect()), "{}", run.text());
        assert_eq!((&run.scope(denied)["status"], &run.scope(other)["status"]), (&json!("denied"), &json!("ok")));
        assert!(run.stderr.contains("`yundun-cert:ListUserCertificateOrder`"), "{}", run.stderr);
    }
}

#[test]
fn a_list_that_fails_midway_keeps_what_was_read() {
    let mut world = cas_world(cas_rows(1..121, 50), vec![]);
    // The first page of each centre is let through.
    world.faults = vec![
        Fault::new(CAS_LIST, 1, Effect::Delay(Duration::ZERO)).in_region(HANGZHOU),
        Fault::always(CAS_LIST, Effect::MissingList).in_region(HANGZHOU),
    ];
    let run = cas(&aliyun::start(world)).run("list --service cas -o json");
    assert_eq!((run.code, run.names().len()), (3, 50), "{}", run.text());
    assert_eq!(run.scope(HANGZHOU)["error"]["kind"], "reply");
}

#[test]
fn one_certificate_is_found_in_its_centre_and_in_no_other() {
    let both = cas_rows(1..60, 50);
    let cloud = aliyun::start(cas_world(both.clone(), [both, cas_rows(70..71, 50)].concat()));
    let run = cas(&cloud).run("show 55 70 --service cas -o json");
    let mut found = regions(&run);
    found.sort();
    assert_eq!((run.code, found), (0, vec!["n55 cn-hangzhou".to_owned(), "n70 ap-southeast-1".to_owned()]));
    // Both centres were walked through, once each, however many ids were looked for.
    assert_eq!((cloud.log.count_in(CAS_LIST, HANGZHOU), cloud.log.count_in(CAS_LIST, SINGAPORE)), (3, 3));
    assert_eq!(cas(&cloud).run("show 99 --service cas").code, 4);
}

#[test]
fn certificate_services_are_in_no_region() {
    let rows = vec![cas_record(1, "shop", &certificate_for("shop", 9))];
    let (aliyun, huawei) = (aliyun::start(cas_world(rows, vec![])), huawei::start(scm_world(scm_rows(1..2, 40))));
    let certls = cas(&aliyun).huawei(&huawei);
    let run = certls.run("list --service cas,scm -r eu-central-1 -o json");
    assert_eq!((run.code, run.names()), (0, vec!["shop".to_owned(), "n1".to_owned()]), "{}", run.text());
}

#[test]
fn services_are_asked_as_they_are_named() {
    let rows = vec![cas_record(1, "bought", &certificate_for("bought", 9))];
    let (aliyun, huawei) = (aliyun::start(cas_world(rows, vec![])), huawei::start(scm_world(scm_rows(1..2, 40))));
    let certls = cas(&aliyun).huawei(&huawei);
    for (args, names) in [
        ("", ["shop", "pay", "blog", "cdn"].as_slice()),
        ("--service cas", &["bought"]),
        ("--service scm", &["n1"]),
        ("--service slb,scm", &["shop", "n1", "blog"]),
        ("--service all", &["bought", "shop", "pay", "n1", "blog", "cdn"]),
    ] {
        let run = certls.run(&format!("list -o json {args}"));
        let (mut listed, mut wanted) = (run.names(), names.iter().map(ToString::to_string).collect::<Vec<_>>());
        listed.sort();
        wanted.sort();
        assert_eq!((run.code, listed), (0, wanted), "{args}: {}", run.text());
    }
    assert_run!(certls.run("list --service ssl"), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'ssl' for '--service <NAME>'
      [possible values: slb, cas, elb, scm, all]

    For more information, try '--help'.
    ");
}

#[test]
fn the_vendors_hosts_are_asked_and_the_other_site_where_the_account_belongs() {
    for (site, hosts) in
        [("china", ["scm.cn-north-4"].as_slice()), ("international", &["scm.cn-north-4", "scm.ap-southeast-1"])]
    {
        let aliyun = aliyun::start(cas_world(cas_rows(1..2, 9), cas_rows(2..3, 19)));
        let huawei = huawei::start(huawei::World { site: site.to_owned(), ..scm_world(scm_rows(3..63, 40)) });
        let routes = [("aliyuncs.com", &aliyun.url), ("myhuaweicloud.com", &huawei.url)];
        let internet = Internet::start(routes.map(|(suffix, url)| (suffix.to_owned(), url.clone())).to_vec());
        let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).aliyun_keys().huawei_keys();
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let run = certls.run(&format!("list --service cas,scm -o json --ca-bundle {bundle}"));
        assert_eq!((run.code, run.names().len()), (0, 62), "{site}: {}", run.text());
        let mut requested = internet.hosts();
        requested.retain(|host| !host.starts_with("iam.") && !host.starts_with("sts."));
        requested.sort();
        requested.dedup();
        let mut wanted: Vec<String> = hosts.iter().map(|host| format!("{host}.myhuaweicloud.com")).collect();
        wanted.extend(["cas.aliyuncs.com".to_owned(), "cas.ap-southeast-1.aliyuncs.com".to_owned()]);
        wanted.sort();
        assert_eq!(requested, wanted);
        // The site is found out once, not for each page.
        assert_eq!(huawei.log.count(SCM_LIST), hosts.len() + 1);
    }
}

#[test]
fn scm_lists_the_expired_and_notes_the_missing_time_zone() {
    let (pay, old) = (certificate_for("pay", 20), certificate_for("old", -400));
    let mut revoked = scm_record("scs3", "revoked", &certificate_for("revoked", 90));
    revoked["status"] = json!("REVOKED");
    let mut order = scm_record("scs4", "order", &certificate_for("order", 9));
    order["status"] = json!("CHECKING_ORG");
    order["expire_time"] = Value::Null;
    let mut chain = scm_record("scs1", "bought", &pay);
    chain["sans"] = json!("a.example.com;b.example.com");
    let rows = vec![chain, scm_record("scs2", "old", &old), revoked, order];
    let cloud = huawei::start(scm_world(rows));
    let run = scm(&cloud).run("list --service scm -o json");
    assert_eq!((run.code, run.scopes()), (0, vec!["huawei global ok 3".to_owned()]), "{}", run.text());
    assert_eq!(run.names(), ["old", "bought", "revoked"]);
    let row = run.certificate("bought");
    let field = |key: &str| row[key].clone();
    assert_eq!((field("service"), field("id"), field("region")), (json!("scm"), json!("scs1"), json!("global")));
    assert_eq!(field("account_id"), json!("d78cbac186b744899480f25bd022f468"));
    assert_eq!(field("common_name"), json!("pay.example.com"));
    assert_eq!(field("subject_alternative_names"), json!(["pay.example.com", "a.example.com", "b.example.com"]));
    assert_eq!(field("not_after"), json!(pay.not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string()));
    assert_eq!(field("notes"), json!(["the cloud tells `expire_time` without a zone; read as UTC+8"]));
    assert_eq!((field("not_before"), field("fingerprint_sha1")), (Value::Null, Value::Null));
    assert_eq!(run.certificate("old")["status"], "expired");
    assert!(run.certificate("revoked")["notes"].to_string().contains("revoked"));
    // Only the list is asked for: an export would return private keys.
    let actions: Vec<String> = cloud.log.all().into_iter().map(|seen| seen.action).collect();
    assert_eq!(actions, ["iam:domains", SCM_LIST]);
}

#[test]
fn scm_is_read_page_by_page_as_far_as_it_allows() {
    for (rows, pages) in [(0, 1), (50, 1), (51, 2), (120, 3), (150, 3)] {
        let cloud = huawei::start(scm_world(scm_rows(0..rows, 30)));
        let run = scm(&cloud).run("list --service scm -o json");
        assert_eq!((run.code, run.names().len()), (0, usize::try_from(rows).unwrap()), "{}", run.stderr);
        let requests = cloud.log.all().into_iter().filter(|request| request.action == SCM_LIST);
        let offsets = (0..pages).map(|page| format!("expired_days_since=1095&limit=50&offset={}", page * 50));
        assert_eq!(requests.map(|request| request.query).collect::<Vec<_>>(), offsets.collect::<Vec<_>>());
    }
}

#[test]
fn what_scm_refuses_to_list_is_counted() {
    let cloud = huawei::start(scm_world(scm_rows(0..180, 30)));
    let run = scm(&cloud).run("list --service scm -o json");
    assert_eq!((run.code, run.scopes()), (3, vec!["huawei global failed 150".to_owned()]), "{}", run.stderr);
    assert_eq!(cloud.log.count(SCM_LIST), 4);
    assert_eq!(run.names().len(), 150);
    assert_run!(scm(&cloud).run("show scs179 --service scm"), @"
    exit 3
    --- stdout
    --- stderr
    error: huawei default global scm: the cloud listed 150 of 180 certificates, and refused to list the others: Incorrect request parameter. (SCM.0005, request REQUEST)
    hint: look for the others in the cloud's console: its API lists no more of them
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    error: no certificate's id begins with scs179 (0 of 1 scope read)
    ");
}

#[test]
fn scm_is_denied_by_name() {
    let mut world = scm_world(scm_rows(0..1, 30));
    world.faults = vec![Fault::always(SCM_LIST, Effect::Denied)];
    assert_run!(scm(&huawei::start(world)).run("list --service scm"), @"
    exit 1
    --- stdout
    --- stderr
    error: huawei default global scm: Policy doesn't allow scm:cert:list to be performed. (SCM.0003, request REQUEST)
    hint: allow the IAM action `scm:cert:list` to this user or agency
    no certificate read · 1 cloud, 1 account, 1 scope: 1 denied
    ");
    let mut world = scm_world(scm_rows(0..1, 30));
    let names = |action: &str| Fault::always(action, Effect::Status(200, Vec::new(), r#"{"projects":[]}"#.to_owned()));
    world.faults =
        vec![Fault::always("iam:domains", Effect::Denied), names("iam:projects"), names("iam:auth-projects")];
    let cloud = huawei::start(world);
    let certls = scm(&cloud).env("HW_PROJECT_ID", &project_id("cn-north-4"));
    let run = certls.run("list --service scm,elb -r cn-north-4 -o json");
    assert_eq!((run.code, run.names()), (3, vec!["pay".to_owned()]), "{}", run.text());
    assert_eq!(run.scope("global")["status"], "denied");
}

#[test]
fn scm_is_asked_with_a_token_of_the_whole_account() {
    let mut world = scm_world(scm_rows(0..60, 30));
    world.accounts[0].users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
    world.accounts[0].tokens = vec![Token { value: HUAWEI_TOKEN.to_owned(), project: "cn-north-4".to_owned() }];
    let cloud = huawei::start(world);
    let at = || Certls::new().huawei_at(&cloud.url);
    let user =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let run = at().envs(&user).run("list --service scm -o json");
    assert_eq!((run.code, run.names().len(), cloud.log.count("iam:token")), (0, 60, 1), "{}", run.text());
    let run = at().env("HW_AUTH_TOKEN", HUAWEI_TOKEN).run("list --service scm -o json");
    assert_eq!((run.code, &run.scope("global")["status"]), (1, &json!("denied")), "{}", run.text());
    assert!(run.stderr.contains("HW_AUTH_TOKEN must hold a token for the whole account"), "{}", run.stderr);
}

#[test]
fn the_european_site_keeps_its_own_certificates() {
    let cloud = huawei::start(scm_world(scm_rows(0..1, 30)));
    let internet = Internet::start(vec![("myhuaweicloud.eu".to_owned(), cloud.url.clone())]);
    let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).huawei_keys();
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    let run = certls.run(&format!("list --service scm -r eu-west-101 -o json --ca-bundle {bundle}"));
    assert_eq!((run.code, run.names().len()), (0, 1), "{}", run.text());
    assert!(internet.hosts().contains(&"scm.eu-west-101.myhuaweicloud.eu".to_owned()), "{:?}", internet.hosts());
    assert_eq!(cloud.log.count(ELB_LIST), 0);
}
