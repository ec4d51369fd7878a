//! `certls show` with the id of one certificate.

use serde_json::json;

use super::both_clouds;
use crate::support::fixtures::{SLB_LIST, slb_id, two_projects, two_regions};
use crate::support::runner::{Certls, HUAWEI_TOKEN, assert_run};
use clouds::aliyun;
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Token};
use clouds::records;

#[test]
fn one_certificate_of_each_cloud() {
    let (aliyun, huawei) = both_clouds();
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    assert_run!(certls.run(&format!("show {}", slb_id("blog"))), @"
    exit 0
    --- stdout
    provider                   aliyun
    service                    slb
    account                    default
    account_id                 1000000000000001
    region                     cn-beijing
    id                         1000000000000001_def53e95f1f
    name                       blog
    kind                       server
    common_name                blog.example.com
    subject_alternative_names  blog.example.com
    fingerprint_sha1           SHA1
    not_after                  TIME (in 40 days)
    days_left                  40
    status                     valid
    uploaded_at                TIME
    resource_group_id          rg-acfmxazb4ph6aiy
    tags                       team=web
    used_by                    none
    used_by_complete           true
    (unknown)                  description, fingerprint_sha256, serial_number, issuer, subject, key_type, key_bits, signature_algorithm, not_before, chain_not_after, updated_at, source, project_id, enterprise_project_id, chain, superseded_by
    --- stderr
    1 certificate · 2 clouds, 2 accounts, 4 scopes: all read
    ");
    assert_run!(certls.run(&format!("show {}", records::id_of("cdn"))), @"
    exit 0
    --- stdout
    provider                   huawei
    service                    elb
    account                    default
    account_id                 d78cbac186b744899480f25bd022f468
    region                     ap-southeast-3
    id                         db9831b53a8574d33f3d7ce6820598c6
    name                       cdn
    kind                       server
    common_name                cdn.example.com
    subject_alternative_names  cdn.example.com
    fingerprint_sha1           SHA1
    fingerprint_sha256         SHA256
    serial_number              SERIAL
    issuer                     CN=cdn.example.com
    subject                    CN=cdn.example.com
    key_type                   ed25519
    key_bits                   256
    signature_algorithm        ED25519
    not_before                 TIME
    not_after                  TIME (in 60 days)
    days_left                  60
    status                     valid
    uploaded_at                TIME
    updated_at                 TIME
    project_id                 4ec959a7c3d9c977d18c430fdbb576cd
    enterprise_project_id      0
    chain                      1  CN=cdn.example.com
                                  issued by  CN=cdn.example.com
                                  not before TIME
                                  not after  TIME (in 60 days)
                                  SHA-256    SHA256
    used_by                    none
    used_by_complete           true
    (unknown)                  description, chain_not_after, source, resource_group_id, superseded_by
    --- stderr
    1 certificate · 2 clouds, 2 accounts, 4 scopes: all read
    ");
    // An id that is none of its own is not asked for; the lists tell what is superseded.
    assert_eq!((huawei.log.count("elb:show"), huawei.log.count("elb:list")), (2, 4));
    assert_eq!((aliyun.log.count(SLB_LIST), aliyun.log.count("DescribeCACertificates")), (8, 0));
}

#[test]
fn several_at_once_in_json() {
    let (aliyun, huawei) = both_clouds();
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    let run = certls.run(&format!("show -o json {} {}", records::id_of("cdn"), slb_id("shop")));
    assert_eq!((run.code, run.names(), run.messages()), (0, ["shop", "cdn"].map(str::to_owned).to_vec(), ""));
}

#[test]
fn an_unknown_id() {
    let (aliyun, huawei) = both_clouds();
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    assert_run!(certls.run("show 0123456789abcdef"), @"
    exit 4
    --- stdout
    --- stderr
    0 certificates · 2 clouds, 2 accounts, 4 scopes: all read
    error: no certificate's id begins with 0123456789abcdef (4 scopes asked)
    hint: `--service cas,scm` looks into what was not asked, `--service all` everywhere
    ");
    let run = certls.run("show -o json 0123456789abcdef");
    assert_eq!(
        (run.code, run.json()["certificates"].clone(), run.json()["complete"].clone()),
        (4, json!([]), json!(true))
    );
    assert_eq!(run.scopes().len(), 4);
    let half = certls.run(&format!("show -o json {} nobody", slb_id("shop")));
    assert_eq!((half.code, half.names()), (4, vec!["shop".to_owned()]));
    assert!(half.stderr.contains("no certificate's id begins with nobody (4 scopes asked)"), "{}", half.stderr);
}

#[test]
fn not_found_is_not_said_where_certls_could_not_look() {
    let mut world = two_regions();
    world.faults = vec![Fault::always(SLB_LIST, Effect::Denied).in_region("cn-beijing")];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("show nobody");
    assert_run!(run, @"
    exit 3
    --- stdout
    --- stderr
    error: aliyun default cn-beijing slb: User not authorized to operate on the specified resource. (Forbidden, request REQUEST)
    hint: allow the RAM action `slb:DescribeServerCertificates` on `*` to this user or role
    0 certificates · 1 cloud, 1 account, 2 scopes: 1 read, 1 denied
    error: no certificate's id begins with nobody (1 of 2 scopes read)
    ");
}

#[test]
fn an_id_is_only_an_id_whatever_is_in_it() {
    let mut world = two_projects();
    world.accounts[0].tokens = vec![Token { value: HUAWEI_TOKEN.to_owned(), project: "cn-north-4".to_owned() }];
    let cloud = huawei::start(world);
    let (keys, token) =
        (Certls::new().huawei(&cloud), Certls::new().huawei_at(&cloud.url).env("HW_AUTH_TOKEN", HUAWEI_TOKEN));
    for certls in [keys, token] {
        for id in ["no such", "a/b", "../certificates", "x?limit=1", "x#y", "%2e%2e", "证书"] {
            let run = certls.run_args(&["show", "-o", "json", id]);
            assert_eq!((run.code, run.certificates().len()), (4, 0), "{id}: {}", run.text());
        }
    }
}
