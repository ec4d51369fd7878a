//! Replies that hold no list: never an empty inventory, and no redirect is followed.

use std::fmt::Write as _;
use std::net::TcpListener;

use crate::support::fixtures::{ELB_LIST, SLB_LIST, two_projects, two_regions};
use crate::support::runner::{Certls, FILTERS, Run, assert_run};
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};

/// Both clouds, with the same fault at every list of one region each.
fn clouds(effect: &Effect) -> (Aliyun, Huawei) {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.faults = vec![Fault::always(SLB_LIST, effect.clone()).in_region("cn-beijing")];
    huawei.faults = vec![Fault::always(ELB_LIST, effect.clone()).in_region("cn-north-4")];
    (aliyun::start(aliyun), huawei::start(huawei))
}

/// Asserts that the other regions are read and the run is incomplete, and returns the run with a table.
fn run_with(effect: &Effect) -> Run {
    let (aliyun, huawei) = clouds(effect);
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    let run = certls.run("list -o json --retry-count 0");
    assert_eq!((run.code, run.names()), (3, ["shop", "cdn"].map(str::to_owned).to_vec()), "{effect:?}: {}", run.text());
    assert_eq!(
        run.scopes(),
        [
            "aliyun cn-beijing failed 0",
            "aliyun cn-hangzhou ok 1",
            "huawei ap-southeast-3 ok 1",
            "huawei cn-north-4 failed 0"
        ],
        "{effect:?}"
    );
    assert_eq!((run.json()["complete"].as_bool(), run.stderr.matches("error: ").count()), (Some(false), 2));
    certls.run("list --retry-count 0")
}

#[test]
fn each_invalid_reply_has_its_message() {
    let replies = [
        ("a page of HTML", Effect::Html200),
        ("an empty body", Effect::Empty200),
        ("a body that breaks off", Effect::Cut),
        ("JSON without the list", Effect::MissingList),
        ("XML", Effect::Xml),
    ];
    let mut messages = String::new();
    for (reply, effect) in replies {
        let run = run_with(&effect);
        let (errors, summary) = run.stderr.trim_end().rsplit_once('\n').expect("errors and a summary");
        assert_eq!(summary, "2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 failed", "{reply}");
        assert_eq!((run.code, run.stdout.lines().count()), (3, 3), "{reply}: {}", run.text());
        let _ = write!(messages, "{reply}\n{errors}\n");
    }
    insta::with_settings!({ filters => FILTERS.to_vec() }, {
        insta::assert_snapshot!(messages, @"
        a page of HTML
        error: aliyun default cn-beijing slb: the answer (200) is a page that is not JSON (text/html)
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        error: huawei default cn-north-4 elb: the answer (200) is a page that is not JSON (text/html)
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        an empty body
        error: aliyun default cn-beijing slb: the answer (200) is an empty body
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        error: huawei default cn-north-4 elb: the answer (200) is an empty body
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        a body that breaks off
        error: aliyun default cn-beijing slb: the answer of 127.0.0.1 broke off: the server closed the connection
        hint: look at this machine's network, and at HTTPS_PROXY and NO_PROXY
        error: huawei default cn-north-4 elb: the answer of 127.0.0.1 broke off: the server closed the connection
        hint: look at this machine's network, and at HTTPS_PROXY and NO_PROXY
        JSON without the list
        error: aliyun default cn-beijing slb: the answer (200) is JSON of an unknown shape at column 52
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        error: huawei default cn-north-4 elb: the answer (200) is JSON of an unknown shape at column 85
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        XML
        error: aliyun default cn-beijing slb: the answer (200) is a page that is not JSON (text/xml)
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        error: huawei default cn-north-4 elb: the answer (200) is a page that is not JSON (text/html)
        hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
        ");
    });
}

#[test]
fn the_table_beside_an_invalid_reply() {
    assert_run!(run_with(&Effect::Html200), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    error: aliyun default cn-beijing slb: the answer (200) is a page that is not JSON (text/html)
    hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
    error: huawei default cn-north-4 elb: the answer (200) is a page that is not JSON (text/html)
    hint: something may answer in the cloud's place: look at HTTPS_PROXY and `--endpoint`
    2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 failed
    ");
}

#[test]
fn other_bodies_without_a_list() {
    let json = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    for body in [
        "null",
        "[]",
        "{}",
        "\"\"",
        "0",
        "{\"ServerCertificates\":{}}",
        "{\"ServerCertificates\":{\"ServerCertificate\":null}}",
        "{\"certificates\":null}",
        "{\"certificates\":{}}",
        "{\"ServerCertificates\":{\"ServerCertificate\":[]",
        "{\"certificates\":[]",
    ] {
        let run = run_with(&Effect::Status(200, json.clone(), body.to_owned()));
        assert!(!run.text().contains("no certificates"), "{body}: {}", run.text());
    }
}

#[test]
fn a_reply_in_small_pieces_is_read() {
    let drip = Effect::Drip { piece: 100, every: std::time::Duration::from_millis(2) };
    let (aliyun, huawei) = clouds(&drip);
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 4), "{}", run.text());
}

#[test]
fn a_redirect_is_never_followed() {
    let (thief, other_thief) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    for status in [301, 302, 303, 307, 308] {
        for url in [&thief.url, &other_thief.url] {
            let headers = vec![("Location".to_owned(), format!("{url}/elsewhere"))];
            let run = run_with(&Effect::Status(status, headers, String::new()));
            assert!(run.stderr.contains(&format!("the server redirects ({status})")), "{}", run.stderr);
        }
    }
    assert_eq!((thief.log.all().len(), other_thief.log.all().len()), (0, 0));
    let run = run_with(&Effect::Redirect(thief.url.clone()));
    insta::with_settings!({ filters => FILTERS.to_vec() }, {
        insta::assert_snapshot!(run.stderr, @"
        error: aliyun default cn-beijing slb: the server redirects (302); a signed request is never sent on
        hint: name the right address with `--endpoint`, or look at the proxy in between
        error: huawei default cn-north-4 elb: the server redirects (302); a signed request is never sent on (request REQUEST)
        hint: name the right address with `--endpoint`, or look at the proxy in between
        2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 failed
        ");
    });
}

#[test]
fn an_invalid_list_of_regions_or_projects_is_a_failure() {
    for effect in [Effect::MissingList, Effect::Html200, Effect::Empty200, Effect::Xml] {
        let (mut aliyun, mut huawei) = (two_regions(), two_projects());
        aliyun.faults = vec![Fault::always("DescribeRegions", effect.clone())];
        huawei.faults = vec![Fault::always("iam:projects", effect.clone())];
        let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
        let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json --retry-count 0");
        assert_eq!((run.code, run.certificates().len()), (1, 0), "{effect:?}: {}", run.text());
        assert_eq!(run.scopes(), ["aliyun all failed 0", "huawei all failed 0"], "{effect:?}");
    }
}

#[test]
fn a_login_without_a_token() {
    let mut world = two_projects();
    world.faults = vec![Fault::always("iam:token", Effect::Status(201, Vec::new(), "{}".to_owned()))];
    let cloud = huawei::start(world);
    let login = [("HW_USER_NAME", "reader"), ("HW_USER_PASSWORD", "PLANTEDPASSWORD"), ("HW_DOMAIN_NAME", "IAMDomain")];
    let run = Certls::new().huawei_at(&cloud.url).envs(&login).run("list");
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("IAM accepted the password, but sent no token"), "{}", run.stderr);
}

#[test]
fn a_port_that_refuses_connections() {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let url = format!("http://127.0.0.1:{port}");
    let run = Certls::new().aliyun_at(&url).aliyun_keys().run("list --retry-count 0 -r cn-beijing");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.text());
    // The reason is the operating system's own word.
    let message = run.stderr.to_lowercase();
    assert!(message.contains("no connection to 127.0.0.1:") && message.contains("refused"), "{}", run.stderr);
    assert!(message.contains("hint: look at this machine's network"), "{}", run.stderr);
}

#[test]
fn a_name_that_cannot_be_resolved() {
    // RFC 6761, 6.4: no resolver knows a name of this domain. One that is out of reach says nothing at all.
    let certls = Certls::new().aliyun_keys();
    let run = certls.run("list --retry-count 0 -r cn-beijing --endpoint aliyun.slb=https://slb.invalid");
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.text());
    let words = ["the name slb.invalid cannot be resolved\n", "no connection to slb.invalid within 5s\n"];
    assert!(words.iter().any(|words| run.stderr.contains(words)), "{}", run.stderr);
}

#[test]
fn a_list_in_the_place_of_an_object_is_no_empty_answer() {
    for body in
        ["[[[]]]", r#"[{"ServerCertificate":[]}]"#, r#"{"ServerCertificates":[[]]}"#, r#"{"ServerCertificates":[]}"#]
    {
        let mut world = two_regions();
        let status = Effect::Status(200, Vec::new(), body.to_owned());
        world.faults = vec![Fault::always(SLB_LIST, status)];
        let cloud = aliyun::start(world);
        let run = Certls::new().aliyun(&cloud).run("list -o json -r cn-hangzhou --retry-count 0");
        assert_eq!((run.code, run.json()["complete"].as_bool()), (1, Some(false)), "{body}: {}", run.text());
        assert_eq!(Certls::new().aliyun(&cloud).run("check -r cn-hangzhou --retry-count 0").code, 3, "{body}");
    }
}

#[test]
fn a_refusal_that_comes_with_200_is_a_refusal() {
    let mut world = two_regions();
    let body = r#"{"RequestId":"REQ-1","Code":"Forbidden.RAM","Message":"User not authorized."}"#;
    world.faults = vec![Fault::always(SLB_LIST, Effect::Status(200, Vec::new(), body.to_owned()))];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list -o json -r cn-hangzhou");
    let scope = run.scope("cn-hangzhou");
    assert_eq!(
        (&scope["status"], &scope["error"]["code"]),
        (&"denied".into(), &"Forbidden.RAM".into()),
        "{}",
        run.text()
    );
    assert!(run.stderr.contains("slb:DescribeServerCertificates"), "{}", run.text());
}

#[test]
fn a_service_of_another_cloud_is_an_error() {
    let cloud = aliyun::start(two_regions());
    for (args, code) in [("list -p aliyun --service elb", 2), ("check -p aliyun --service elb", 3)] {
        let run = Certls::new().aliyun(&cloud).run(args);
        assert_eq!(run.code, code, "{args}: {}", run.text());
    }
    assert_eq!(cloud.log.all().len(), 0);
}

#[test]
fn a_proxy_that_cannot_be_used_is_not_passed_by() {
    for proxy in ["ftp://127.0.0.1:9", "http://user:PLANTEDproxy pass@127.0.0.1:9", "http://user:PLANTEDproxy@[bad"] {
        let cloud = aliyun::start(two_regions());
        let run = Certls::new().aliyun(&cloud).env("HTTPS_PROXY", proxy).run("list");
        assert_eq!((run.code, cloud.log.all().len()), (2, 0), "{proxy}: {}", run.text());
        assert!(run.stderr.contains("HTTPS_PROXY") && !run.stderr.contains("PLANTED"), "{}", run.text());
    }
}
