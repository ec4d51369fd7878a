//! The simulated Huawei Cloud, and the simulated internet before it, behave as the real ones are documented.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use chrono::{Duration as Span, Utc};

use crate::client::{bare, certificate, code, json, send, through};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, auth};
use clouds::internet::Internet;
use clouds::records;
use clouds::server::Request;

fn signed(method: &str, path: &str, query: &str, sk: &str) -> Request {
    let host = if path.contains("/elb/") { "elb.cn-north-4.myhuaweicloud.com" } else { "iam.myhuaweicloud.com" };
    let mut request = bare(method, host, path, query);
    request.headers.push(("x-sdk-date".into(), auth::compact(Utc::now())));
    let start = "SDK-HMAC-SHA256 Access=HWFAKEACCESSKEY00001, SignedHeaders=host;x-sdk-date, Signature=";
    request.headers.push(("authorization".into(), format!("{start}x")));
    let signature = auth::read(&request).unwrap().expected(sk);
    request.headers.last_mut().unwrap().1 = format!("{start}{signature}");
    request
}

fn with_token(path: &str, query: &str, token: &str) -> Request {
    let host = if path.contains("/elb/") { "elb.cn-north-4.myhuaweicloud.com" } else { "iam.myhuaweicloud.com" };
    let mut request = bare("GET", host, path, query);
    request.headers.push(("x-auth-token".into(), token.into()));
    request
}

pub(crate) const PROJECT: &str = "99a3fff0d03c428eac3678da6a7d0f24";

const SK: &str = "hwFakeSecretKey0000000000000000000000001";

fn huawei_world(rows: usize) -> huawei::World {
    let record = |index: usize| {
        records::huawei_record(&records::id_of(&index.to_string()), PROJECT, &index.to_string(), &certificate())
    };
    let mut account = huawei::Account::new("HWFAKEACCESSKEY00001", SK);
    account.users.push(huawei::User { name: "IAMUser".into(), password: "IAMPassword".into() });
    account.tokens.push(huawei::Token { value: "given-token".into(), project: "cn-north-4".into() });
    let project = huawei::Project {
        id: PROJECT.into(),
        name: "cn-north-4".into(),
        certificates: (0..rows).map(record).collect(),
        ..Default::default()
    };
    let other = huawei::Project { id: records::id_of("other"), name: "ap-southeast-1".into(), ..Default::default() };
    huawei::World { accounts: vec![account], projects: vec![project, other], ..Default::default() }
}

fn list_path() -> String {
    format!("/v3/{PROJECT}/elb/certificates")
}

#[test]
fn huawei_pages_as_documented() {
    let mut world = huawei_world(5);
    world.page_cap = 2;
    let cloud = huawei::start(world);
    let mut marker = String::new();
    let mut counts = Vec::new();
    loop {
        let reply = send(&cloud.url, &signed("GET", &list_path(), &format!("limit=2000{marker}"), SK));
        let body = json(&reply.2);
        counts.push(body["page_info"]["current_count"].as_u64().unwrap());
        assert!(reply.2.contains(records::PLANTED_KEY));
        match body["page_info"]["next_marker"].as_str() {
            Some(next) => marker = format!("&marker={next}"),
            None => break,
        }
    }
    assert_eq!(counts, [2, 2, 1]);
    // Without a limit a marker does nothing.
    let reply = send(&cloud.url, &signed("GET", &list_path(), marker.trim_start_matches('&'), SK));
    assert_eq!(json(&reply.2)["certificates"][0]["name"], "0");
    assert_eq!(
        code(&send(&cloud.url, &signed("GET", &list_path(), "limit=2&marker=nobody", SK))),
        (400, "ELB.8902".into())
    );
    let last = records::id_of("4");
    let empty = json(&send(&cloud.url, &signed("GET", &list_path(), &format!("limit=2&marker={last}"), SK)).2);
    assert_eq!(empty["page_info"].to_string(), r#"{"current_count":0}"#);
    let one = format!("{}/{last}", list_path());
    assert_eq!(json(&send(&cloud.url, &signed("GET", &one, "", SK)).2)["certificate"]["name"], "4");
    assert_eq!(
        code(&send(&cloud.url, &signed("GET", &format!("{}/x", list_path()), "", SK))),
        (404, "ELB.8904".into())
    );
    assert_eq!(cloud.log.count_in("elb:list", "cn-north-4"), 6);
}

#[test]
fn huawei_knows_its_callers() {
    let mut world = huawei_world(1);
    world.token_uses = Some(1);
    let cloud = huawei::start(world);
    let reply = send(&cloud.url, &signed("GET", &list_path(), "", "wrong"));
    assert_eq!(code(&reply), (401, "APIGW.0301".into()));
    assert!(reply.2.contains(
        "verify aksk signature fail, canonicalRequest:GET|/v3/99a3fff0d03c428eac3678da6a7d0f24/elb/certificates/||host:"
    ));
    let projects = json(&send(&cloud.url, &signed("GET", "/v3/projects", "name=cn-north-4", SK)).2);
    assert_eq!(projects["projects"][0]["id"], PROJECT);
    assert_eq!(projects["projects"].as_array().unwrap().len(), 1);
    assert_eq!(
        json(&send(&cloud.url, &signed("GET", "/v3/auth/projects", "", SK)).2)["projects"].as_array().unwrap().len(),
        2
    );
    assert_eq!(
        json(&send(&cloud.url, &signed("GET", "/v3/auth/domains", "", SK)).2)["domains"][0]["name"],
        "IAMDomain"
    );
    assert_eq!(send(&cloud.url, &with_token(&list_path(), "", "given-token")).0, 200);
    let other = format!("/v3/{}/elb/certificates", records::id_of("other"));
    assert_eq!(code(&send(&cloud.url, &with_token(&other, "", "given-token"))), (400, "ELB.9808".into()));
    assert_eq!(code(&send(&cloud.url, &with_token(&list_path(), "", "nobody"))), (401, "APIGW.0301".into()));

    let mut login = bare("POST", "iam.myhuaweicloud.com", "/v3/auth/tokens", "nocatalog=true");
    let body = |password: &str| {
        format!(r#"{{"auth":{{"identity":{{"methods":["password"],"password":{{"user":{{"name":"IAMUser","password":"{password}","domain":{{"name":"IAMDomain"}}}}}}}},"scope":{{"project":{{"name":"cn-north-4"}}}}}}}}"#).into_bytes()
    };
    login.body = body("wrong");
    assert_eq!(send(&cloud.url, &login).0, 401);
    login.body = body("IAMPassword");
    let (status, head, _) = send(&cloud.url, &login);
    assert_eq!(status, 201);
    let token = head
        .lines()
        .find_map(|line| line.to_lowercase().starts_with("x-subject-token: ").then(|| line[17..].to_owned()))
        .unwrap();
    let mut check = with_token("/v3/auth/tokens", "", "given-token");
    check.headers.push(("x-subject-token".into(), token.clone()));
    assert_eq!(json(&send(&cloud.url, &check).2)["token"]["project"]["name"], "cn-north-4");
    assert_eq!(send(&cloud.url, &with_token(&list_path(), "", &token)).0, 200);
    assert_eq!(send(&cloud.url, &with_token(&list_path(), "", &token)).0, 401);
    let logins: Vec<bool> =
        cloud.log.all().iter().filter(|seen| seen.action == "iam:token").map(|seen| seen.authorized).collect();
    assert_eq!(logins, [false, true]);
}

#[test]
fn huawei_fails_in_its_own_words() {
    let mut world = huawei_world(3);
    world.clock = Span::minutes(-16);
    let cloud = huawei::start(world);
    assert!(send(&cloud.url, &signed("GET", &list_path(), "", SK)).2.contains("signature expired, signature time:"));

    let mut world = huawei_world(3);
    world.faults = vec![
        Fault::once("elb:list", Effect::Throttle { headers: vec![("Retry-After".into(), "1".into())] }),
        Fault::once("elb:list", Effect::MissingList),
        Fault::once("elb:list", Effect::Denied).in_region("cn-north-4"),
        Fault::new("elb:list", 2, Effect::RepeatMarker),
        Fault::once("iam:projects", Effect::Denied),
    ];
    let cloud = huawei::start(world);
    let list = || send(&cloud.url, &signed("GET", &list_path(), "limit=2", SK));
    assert_eq!(code(&list()), (429, "APIGW.0308".into()));
    assert!(json(&list().2).get("certificates").is_none());
    let denied = list();
    assert!(denied.0 == 403 && denied.2.contains("Policy doesn't allow elb:certificates:list to be performed."));
    let markers: Vec<String> = (0..2).map(|_| json(&list().2)["page_info"]["next_marker"].to_string()).collect();
    assert_eq!(markers[0], markers[1]);
    assert_eq!(send(&cloud.url, &signed("GET", "/v3/projects", "", SK)).0, 403);
}

#[test]
fn open_requests_are_counted() {
    let mut world = huawei_world(1);
    world.delay = Duration::from_millis(300);
    let cloud = huawei::start(world);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..5 {
            scope.spawn(|| send(&cloud.url, &signed("GET", &list_path(), "", SK)));
        }
    });
    assert!(start.elapsed() < Duration::from_millis(1400));
    assert_eq!(cloud.log.max_in_flight(), 5);
    drop(cloud);
}

#[test]
fn the_internet_leads_to_the_clouds() {
    let cloud = huawei::start(huawei_world(1));
    let internet = Internet::start(vec![("myhuaweicloud.com".into(), cloud.url.clone())]);
    let request = signed("GET", &list_path(), "", SK);
    let reply = through(&internet, &request.host, &request);
    assert_eq!(reply.0, 200);
    assert_eq!(cloud.log.all()[0].host, "elb.cn-north-4.myhuaweicloud.com");
    let mut stranger = TcpStream::connect(internet.proxy_url.trim_start_matches("http://")).unwrap();
    stranger.write_all(b"CONNECT notmyhuaweicloud.com:443 HTTP/1.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stranger.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 502"));
    assert_eq!(internet.hosts(), ["elb.cn-north-4.myhuaweicloud.com", "notmyhuaweicloud.com"]);
}
