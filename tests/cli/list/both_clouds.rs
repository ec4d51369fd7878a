//! Both clouds reply: the table, the JSON, and the same bytes whatever the order of the replies.

use std::time::Duration;

use serde_json::Value;

use crate::support::fixtures::{
    ELB_LIST, SLB_LIST, aliyun_world, certificate_for, huawei_world, project_id, two_projects, two_regions,
};
use crate::support::runner::{Certls, assert_run};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei, records};

/// Every key that a certificate has in JSON. Programs depend on them.
const KEYS: [&str; 37] = [
    "provider",
    "service",
    "account",
    "account_id",
    "region",
    "id",
    "name",
    "description",
    "kind",
    "common_name",
    "subject_alternative_names",
    "fingerprint_sha1",
    "fingerprint_sha256",
    "serial_number",
    "issuer",
    "subject",
    "key_type",
    "key_bits",
    "signature_algorithm",
    "not_before",
    "not_after",
    "chain_not_after",
    "days_left",
    "status",
    "uploaded_at",
    "updated_at",
    "source",
    "resource_group_id",
    "project_id",
    "enterprise_project_id",
    "tags",
    "chain",
    "used_by",
    "used_by_complete",
    "superseded_by",
    "note_codes",
    "notes",
];

#[test]
fn the_table_of_both_clouds() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list");
    assert_run!(run, @"
    exit 0
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    pay   pay.example.com   in 20 days  20YY-MM-DD  huawei  cn-north-4      default  9350872d712a127c494d7dc35e46b0bc
    blog  blog.example.com  in 40 days  20YY-MM-DD  aliyun  cn-beijing      default  1000000000000001_def53e95f1f
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    4 certificates · 2 clouds, 2 accounts, 4 scopes: all read
    ");
}

#[test]
fn list_is_a_table_by_default() {
    let aliyun = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&aliyun);
    assert_eq!(certls.run("list").text(), certls.run("list --output table").text());
}

#[test]
fn the_json_of_alibaba() {
    let cloud = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 9)])]));
    assert_run!(Certls::new().aliyun(&cloud).run("list -o json"), @r#"
    exit 0
    --- stdout
    {
      "schema_version": 1,
      "generated_at": "TIME",
      "complete": true,
      "certificates": [
        {
          "provider": "aliyun",
          "service": "slb",
          "account": "default",
          "account_id": "1000000000000001",
          "region": "cn-hangzhou",
          "id": "1000000000000001_8d9001d32c6",
          "name": "shop",
          "description": null,
          "kind": "server",
          "common_name": "shop.example.com",
          "subject_alternative_names": [
            "shop.example.com"
          ],
          "fingerprint_sha1": "SHA1",
          "fingerprint_sha256": null,
          "serial_number": null,
          "issuer": null,
          "subject": null,
          "key_type": null,
          "key_bits": null,
          "signature_algorithm": null,
          "not_before": null,
          "not_after": "TIME",
          "days_left": 9,
          "status": "valid",
          "uploaded_at": "TIME",
          "updated_at": null,
          "source": null,
          "resource_group_id": "rg-acfmxazb4ph6aiy",
          "project_id": null,
          "enterprise_project_id": null,
          "tags": {
            "team": "web"
          },
          "chain": [],
          "used_by": null,
          "used_by_complete": null,
          "superseded_by": null,
          "note_codes": [],
          "notes": []
        }
      ],
      "scopes": [
        {
          "provider": "aliyun",
          "account": "default",
          "region": "cn-hangzhou",
          "service": "slb",
          "project": null,
          "project_id": null,
          "status": "ok",
          "certificates": 1,
          "error": null,
          "usage_error": null,
          "limitation": null
        }
      ]
    }
    --- stderr
    1 certificate · 1 cloud, 1 account, 1 scope: all read
    "#);
}

#[test]
fn the_json_of_huawei() {
    let cloud = huawei::start(huawei_world(&[("cn-north-4", &[("pay", 20)])]));
    assert_run!(Certls::new().huawei(&cloud).run("list -o json"), @r#"
    exit 0
    --- stdout
    {
      "schema_version": 1,
      "generated_at": "TIME",
      "complete": true,
      "certificates": [
        {
          "provider": "huawei",
          "service": "elb",
          "account": "default",
          "account_id": "d78cbac186b744899480f25bd022f468",
          "region": "cn-north-4",
          "id": "9350872d712a127c494d7dc35e46b0bc",
          "name": "pay",
          "description": null,
          "kind": "server",
          "common_name": "pay.example.com",
          "subject_alternative_names": [
            "pay.example.com"
          ],
          "fingerprint_sha1": "SHA1",
          "fingerprint_sha256": "SHA256",
          "serial_number": "SERIAL",
          "issuer": "CN=pay.example.com",
          "subject": "CN=pay.example.com",
          "key_type": "ed25519",
          "key_bits": 256,
          "signature_algorithm": "ED25519",
          "not_before": "TIME",
          "not_after": "TIME",
          "days_left": 20,
          "status": "valid",
          "uploaded_at": "TIME",
          "updated_at": "TIME",
          "source": null,
          "resource_group_id": null,
          "project_id": "21363dc5829af227a169e37eaf3fc63a",
          "enterprise_project_id": "0",
          "tags": {},
          "chain": [
            {
              "subject": "CN=pay.example.com",
              "issuer": "CN=pay.example.com",
              "not_before": "TIME",
              "not_after": "TIME",
              "fingerprint_sha256": "SHA256"
            }
          ],
          "used_by": null,
          "used_by_complete": null,
          "superseded_by": null,
          "note_codes": [],
          "notes": []
        }
      ],
      "scopes": [
        {
          "provider": "huawei",
          "account": "default",
          "region": "cn-north-4",
          "service": "elb",
          "project": "cn-north-4",
          "project_id": "21363dc5829af227a169e37eaf3fc63a",
          "status": "ok",
          "certificates": 1,
          "error": null,
          "usage_error": null,
          "limitation": null
        }
      ]
    }
    --- stderr
    1 certificate · 1 cloud, 1 account, 1 scope: all read
    "#);
}

#[test]
fn every_certificate_has_every_key_also_the_odd_ones() {
    let mut aliyun = aliyun_world(&[("cn-hangzhou", &[])]);
    let odd = records::aliyun_odd("cn-hangzhou", &certificate_for("odd", 50));
    aliyun.regions[0].certificates = odd.into_iter().map(|(_, record)| record).collect();
    let mut huawei = huawei_world(&[("cn-north-4", &[])]);
    let now = chrono::Utc::now();
    let chain = clouds::certs::chain("odd", &["odd.example.com"], now, now + chrono::Duration::days(50));
    let odd = records::huawei_odd(&project_id("cn-north-4"), &chain);
    huawei.projects[0].certificates = odd.into_iter().map(|(_, record)| record).collect();
    let all = aliyun.regions[0].certificates.len() + huawei.projects[0].certificates.len();
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json --kind all");
    let certificates = run.certificates();
    assert_eq!((run.code, certificates.len()), (0, all), "{}", run.stderr);
    for certificate in certificates {
        // serde_json's map is ordered by name, so the text of the record tells the order of its keys.
        let mut keys: Vec<&str> = certificate.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut wanted = KEYS.to_vec();
        keys.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(keys, wanted);
        for list in ["subject_alternative_names", "chain", "note_codes", "notes"] {
            assert!(certificate[list].is_array(), "{list}: {certificate}");
        }
        assert!(certificate["tags"].is_object(), "{certificate}");
        assert_eq!(certificate["used_by"], Value::Null, "usage was not requested");
    }
}

#[test]
fn the_keys_come_in_the_contracts_order() {
    let aliyun = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 9)])]));
    let run = Certls::new().aliyun(&aliyun).run("list -o json");
    let places: Vec<Option<usize>> = KEYS.iter().map(|key| run.stdout.find(&format!("\n      \"{key}\": "))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}\n{}", run.stdout);
}

#[test]
fn the_order_of_the_answers_does_not_show() {
    let stored: &[(&str, &[(&str, i64)])] = &[
        ("cn-hangzhou", &[("same", 9), ("alpha", 9)]),
        ("cn-beijing", &[("same", 9), ("late", 40)]),
        ("eu-central-1", &[("same", 9)]),
    ];
    let aliyun = aliyun_world(stored);
    let huawei =
        huawei_world(&[("cn-north-4", &[("same", 9), ("pay", 20)]), ("ap-southeast-3", &[("same", 9), ("old", -3)])]);
    let regions = ["cn-hangzhou", "cn-beijing", "eu-central-1", "cn-north-4", "ap-southeast-3"];
    let outputs: Vec<(String, String)> = (0..5)
        .map(|turn| {
            let late = |place: usize| Effect::Delay(Duration::from_millis(40 * ((place + turn) % 5) as u64));
            let slow = |action: &str| {
                let each = regions.iter().enumerate();
                each.map(|(place, region)| Fault::always(action, late(place)).in_region(region)).collect()
            };
            let aliyun = aliyun::start(aliyun::World { faults: slow(SLB_LIST), ..aliyun.clone() });
            let huawei = huawei::start(huawei::World { faults: slow(ELB_LIST), ..huawei.clone() });
            let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
            let (table, json) = (certls.run("list"), certls.run("list -o json"));
            assert_eq!((table.code, json.code, table.stdout.lines().count()), (0, 0, 10), "{}", table.text());
            let rest: Vec<&str> = json.stdout.lines().filter(|line| !line.contains("\"generated_at\"")).collect();
            (table.stdout, rest.join("\n"))
        })
        .collect();
    assert!(outputs.iter().all(|output| *output == outputs[0]), "{outputs:#?}");
}
