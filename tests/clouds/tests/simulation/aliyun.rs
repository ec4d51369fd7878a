//! The simulated Alibaba Cloud behaves as the real one is documented.

use std::time::Duration;

use chrono::{Duration as Span, Utc};

use crate::client::{bare, certificate, code, json, send};
use crate::huawei::PROJECT;
use clouds::aliyun::{self, auth};
use clouds::fault::{Effect, Fault};
use clouds::server::Request;
use clouds::{certs, records, wire};

fn rpc(query: &str, secret: &str, nonce: &str) -> Request {
    let now = Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let query = format!(
        "AccessKeyId=testid&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&Version=2014-05-15&SignatureNonce={nonce}&Timestamp={}&{query}",
        wire::encode(&now)
    );
    let mut request = bare("GET", "slb.aliyuncs.com", "/", &format!("{query}&Signature=x"));
    let signature = auth::read(&request).unwrap().expected(secret);
    request.query = format!("{query}&Signature={}", wire::encode(&signature));
    request
}

fn acs3(action: &str, query: &str, nonce: &str, extra: &[(&str, &str)]) -> Request {
    let mut request = bare("POST", "slb.aliyuncs.com", "/", query);
    let now = Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let hash = wire::sha256_hex(b"");
    let mut headers = vec![
        ("x-acs-action", action),
        ("x-acs-version", "2014-05-15"),
        ("x-acs-date", &now),
        ("x-acs-content-sha256", &hash),
        ("x-acs-signature-nonce", nonce),
    ];
    headers.extend(extra);
    headers.sort_unstable();
    request.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    let start = format!("ACS3-HMAC-SHA256 Credential=testid,SignedHeaders={},Signature=", names.join(";"));
    request.headers.push(("authorization".into(), format!("{start}x")));
    let signature = auth::read(&request).unwrap().expected("testsecret");
    request.headers.last_mut().unwrap().1 = start + &signature;
    request
}

fn aliyun_world() -> aliyun::World {
    let record = |id: &str, region: &str| records::aliyun_record(id, id, region, &certificate());
    aliyun::World {
        accounts: vec![aliyun::Account::new("testid", "testsecret")],
        regions: vec![
            aliyun::Region::new("cn-hangzhou", vec![record("hz1", "cn-hangzhou")]),
            aliyun::Region::new("cn-beijing", vec![record("bj1", "cn-beijing"), record("bj2", "cn-beijing")]),
        ],
        ..Default::default()
    }
}

#[test]
fn certificates_are_the_same_in_every_run() {
    let (one, two) = (certificate(), certificate());
    assert_eq!(one.der, two.der);
    assert_eq!(one.sha1_hex_colons.replace(':', ""), one.sha1_hex);
    assert_eq!(one.sha1_hex_colons.len(), 59);
    assert!(one.pem.starts_with("-----BEGIN CERTIFICATE-----\n") && !one.pem.contains('\r'));
    let chain = certs::chain("a.example.com", &["a.example.com"], one.not_before, one.not_after);
    assert_eq!(chain.pem.matches("BEGIN").count(), 2);
    let names: Vec<&str> = records::huawei_odd(PROJECT, &chain)
        .iter()
        .map(|(what, _)| *what)
        .chain(records::aliyun_odd("cn-hangzhou", &one).iter().map(|(what, _)| *what))
        .collect();
    assert!(names.len() > 40);
}

#[test]
fn aliyun_lists_by_either_signature() {
    let cloud = aliyun::start(aliyun_world());
    let rpc_query = "Action=DescribeServerCertificates&Format=JSON&RegionId=cn-beijing";
    let reply = send(&cloud.url, &rpc(rpc_query, "testsecret", "n1"));
    assert_eq!(json(&reply.2)["ServerCertificates"]["ServerCertificate"].as_array().unwrap().len(), 2);
    assert!(reply.1.to_lowercase().contains("date: "));
    let reply =
        send(&cloud.url, &acs3("DescribeServerCertificates", "RegionId=cn-beijing&ServerCertificateId=bj2", "n2", &[]));
    assert_eq!(json(&reply.2)["ServerCertificates"]["ServerCertificate"][0]["ServerCertificateId"], "bj2");
    let reply = send(&cloud.url, &acs3("DescribeServerCertificates", "", "n3", &[]));
    assert_eq!(json(&reply.2)["ServerCertificates"]["ServerCertificate"][0]["RegionId"], "cn-hangzhou");
    let reply = send(&cloud.url, &acs3("DescribeRegions", "", "n4", &[]));
    assert_eq!(json(&reply.2)["Regions"]["Region"].as_array().unwrap().len(), 2);
    let reply = send(&cloud.url, &rpc("Action=DescribeServerCertificates", "testsecret", "n5"));
    assert!(reply.2.starts_with("<?xml"), "{}", reply.2);
    assert_eq!(cloud.log.count("DescribeServerCertificates"), 4);
    assert_eq!(cloud.log.count_in("DescribeServerCertificates", "cn-beijing"), 2);
    assert!(cloud.log.all().iter().all(|seen| seen.authorized && seen.host == "slb.aliyuncs.com"));
}

#[test]
fn aliyun_refuses_in_its_own_words() {
    let mut world = aliyun_world();
    world.faults.push(Fault::once("DescribeRegions", Effect::ServerError));
    let cloud = aliyun::start(world);
    let query = "Action=DescribeServerCertificates&Format=JSON&RegionId=cn-beijing";
    let reply = send(&cloud.url, &rpc(query, "wrong", "n1"));
    assert_eq!(code(&reply), (400, "SignatureDoesNotMatch".into()));
    assert!(reply.2.contains("server string to sign is:GET&%2F&AccessKeyId%3Dtestid"));
    let good = rpc(query, "testsecret", "n1");
    assert_eq!(send(&cloud.url, &good).0, 200);
    assert_eq!(code(&send(&cloud.url, &good)), (400, "SignatureNonceUsed".into()));
    // A nonce is gone although the request failed.
    let failing = acs3("DescribeRegions", "", "n2", &[]);
    assert_eq!(code(&send(&cloud.url, &failing)), (503, "ServiceUnavailable".into()));
    assert_eq!(code(&send(&cloud.url, &failing)), (400, "SignatureNonceUsed".into()));
    assert_eq!(
        code(&send(&cloud.url, &acs3("DescribeServerCertificates", "RegionId=mars", "n3", &[]))),
        (404, "InvalidRegionId.NotFound".into())
    );
    let reply = send(&cloud.url, &acs3("DescribeRegions", "", "n4", &[("x-acs-security-token", "t")]));
    assert_eq!(code(&reply), (400, "InvalidSecurityToken.MismatchWithAccessKey".into()));

    let mut world = aliyun_world();
    world.clock = Span::minutes(16);
    world.accounts[0].denied.push("DescribeServerCertificates".into());
    let cloud = aliyun::start(world);
    assert_eq!(
        code(&send(&cloud.url, &acs3("DescribeRegions", "", "n1", &[]))),
        (400, "InvalidTimeStamp.Expired".into())
    );

    let mut world = aliyun_world();
    world.accounts[0].token = Some("tok".into());
    world.accounts[0].denied.push("DescribeServerCertificates".into());
    let cloud = aliyun::start(world);
    assert_eq!(code(&send(&cloud.url, &acs3("DescribeRegions", "", "n1", &[]))), (400, "MissingSecurityToken".into()));
    let reply = send(&cloud.url, &acs3("DescribeServerCertificates", "", "n2", &[("x-acs-security-token", "tok")]));
    assert_eq!(code(&reply), (403, "Forbidden".into()));
    assert!(json(&reply.2)["AccessDeniedDetail"].is_object());
}

#[test]
fn faults_strike_as_often_as_configured() {
    let mut world = aliyun_world();
    let list = "DescribeServerCertificates";
    world.faults = vec![
        Fault::once(list, Effect::Cut),
        Fault::once(list, Effect::Hang),
        Fault::once(list, Effect::Stall),
        Fault::once(list, Effect::Drip { piece: 400, every: Duration::from_millis(5) }),
        Fault::once(list, Effect::Throttle { headers: vec![("x-acs-retry-after".into(), "1500".into())] }),
        Fault::once(list, Effect::EchoRequest(500)),
        Fault::always("DescribeRegions", Effect::MissingList),
        Fault::once(list, Effect::Denied).in_region("cn-beijing"),
        Fault::once(list, Effect::Html502),
        Fault::once(list, Effect::Xml),
    ];
    let cloud = aliyun::start(world);
    let ask = |nonce: &str| send(&cloud.url, &acs3(list, "RegionId=cn-hangzhou", nonce, &[]));
    let cut = ask("cut");
    let promised: usize = cut
        .1
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned))
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!((cut.0, cut.2.len()), (200, promised / 2));
    assert_eq!(ask("hang").1, "");
    let stall = ask("stall");
    assert_eq!((stall.0, stall.2.as_str()), (200, ""));
    assert!(ask("drip").2.contains("hz1"));
    let throttled = ask("throttle");
    assert_eq!(code(&throttled), (400, "Throttling.User".into()));
    assert!(throttled.1.contains("x-acs-retry-after: 1500"));
    let echo = ask("echo-nonce");
    assert!(echo.0 == 500 && echo.2.contains("echo-nonce") && echo.2.contains("ACS3-HMAC-SHA256 Credential=testid"));
    assert_eq!(ask("html").0, 502);
    assert!(ask("xml").2.contains("<ServerCertificateId>hz1</ServerCertificateId>"));
    assert_eq!(ask("fine").0, 200);
    assert_eq!(send(&cloud.url, &acs3(list, "RegionId=cn-beijing", "bj", &[])).0, 403);
    assert!(json(&send(&cloud.url, &acs3("DescribeRegions", "", "r", &[])).2).get("Regions").is_none());
}
