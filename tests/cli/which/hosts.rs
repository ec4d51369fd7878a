//! `certls which`: every certificate that covers a name, best match first.

use chrono::Utc;
use serde_json::{Value, json};

use crate::support::fixtures::{
    SLB_LIST, aliyun_world, days, huawei_world, project_id, run_aliyun, slb_id, two_regions,
};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::aliyun::{self, Aliyun, Listener};
use clouds::certs::{Certificate, certificate};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::records;

const LISTENERS: &str = "DescribeLoadBalancerListeners";

fn made(hosts: &[&str], left: i64) -> Certificate {
    let now = Utc::now();
    certificate(hosts[0], hosts, now - days(30), now + days(left))
}

fn slb(name: &str, region: &str, hosts: &[&str], left: i64) -> Value {
    records::aliyun_record(&slb_id(name), name, region, &made(hosts, left))
}

fn elb(name: &str, hosts: &[&str], left: i64) -> Value {
    records::huawei_record(&records::id_of(name), &project_id("cn-north-4"), name, &made(hosts, left))
}

/// `www.example.com` by name and by wildcard in both clouds, renewed in one of them; and certificates of other names.
fn worlds() -> (aliyun::World, huawei::World) {
    let mut alibaba = aliyun_world(&[("cn-hangzhou", &[]), ("cn-beijing", &[])]);
    alibaba.regions[0].certificates = vec![
        slb("wildcard", "cn-hangzhou", &["*.example.com"], 5),
        slb("old", "cn-hangzhou", &["www.example.com"], 9),
        slb("other", "cn-hangzhou", &["example.com", "a.b.example.com", "*.www.example.com"], 1),
    ];
    alibaba.regions[1].certificates = vec![slb("elsewhere", "cn-beijing", &["www.example.org"], 3)];
    alibaba.listeners = vec![Listener::https("cn-hangzhou", "lb-1", 443, &slb_id("old"))];
    let mut huawei_cloud = huawei_world(&[("cn-north-4", &[])]);
    huawei_cloud.projects[0].certificates =
        vec![elb("new", &["WWW.example.com"], 90), elb("address", &["192.0.2.7", "2001:db8::7"], 20)];
    (alibaba, huawei_cloud)
}

fn start((alibaba, huawei_cloud): (aliyun::World, huawei::World)) -> (Aliyun, Huawei) {
    (aliyun::start(alibaba), huawei::start(huawei_cloud))
}

fn which(clouds: &(Aliyun, Huawei), args: &str) -> Run {
    Certls::new().aliyun(&clouds.0).huawei(&clouds.1).run(&format!("which {args}"))
}

#[test]
fn the_best_match_comes_first_with_its_use_and_its_successor() {
    let clouds = start(worlds());
    assert_run!(which(&clouds, "www.example.com"), @"
    exit 0
    --- stdout
    NAME      MATCH     EXPIRES     ON          SUPERSEDED BY                    USED BY           CLOUD   REGION       ACCOUNT  ID
    old       exact     in 9 days   20YY-MM-DD  new (huawei default cn-north-4)  lb-1:443 default  aliyun  cn-hangzhou  default  1000000000000001_cba06b5736f
    new       exact     in 90 days  20YY-MM-DD  -                                none              huawei  cn-north-4   default  11507a0e2f5e69d5dfa40a62a1bd7b6e
    wildcard  wildcard  in 5 days   20YY-MM-DD  -                                none              aliyun  cn-hangzhou  default  1000000000000001_ed3c7bc96fe
    --- stderr
    3 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    ");
    // Only the scopes that hold such a certificate are asked for their listeners.
    assert_eq!((clouds.0.log.count(LISTENERS), clouds.0.log.count_in(LISTENERS, "cn-beijing")), (1, 0));
    assert_eq!(clouds.1.log.count("elb:listeners"), 1);
}

#[test]
fn json_tells_how_each_covers_the_name() {
    let clouds = start(worlds());
    let run = which(&clouds, "-o json WWW.EXAMPLE.COM.");
    assert_eq!(
        (run.code, run.names(), run.messages()),
        (0, ["old", "new", "wildcard"].map(str::to_owned).to_vec(), "")
    );
    let how = |name: &str| run.certificate(name)["matches"].clone();
    assert_eq!(how("old"), json!([{"name": "WWW.EXAMPLE.COM.", "match": "exact"}]));
    assert_eq!(how("wildcard"), json!([{"name": "WWW.EXAMPLE.COM.", "match": "wildcard"}]));
    assert_eq!(run.certificate("old")["used_by"][0]["load_balancer_id"], "lb-1");
    let note = run.certificate("old")["notes"][0].as_str().expect("a note").to_owned();
    assert!(note.starts_with("superseded: new (huawei default cn-north-4 elb "), "{note}");
    assert_eq!((&run.certificate("new")["notes"], &run.certificate("new")["used_by"]), (&json!([]), &json!([])));
    assert_eq!(run.json()["complete"], true);
}

#[test]
fn several_names_and_addresses() {
    let clouds = start(worlds());
    assert_run!(which(&clouds, "www.example.com 192.0.2.7 [2001:DB8:0::7] --columns name,match,matches"), @"
    exit 0
    --- stdout
    NAME      MATCH     MATCHES
    old       exact     exact:www.example.com
    new       exact     exact:www.example.com
    wildcard  wildcard  wildcard:www.example.com
    address   exact     exact:192.0.2.7, exact:[2001:DB8:0::7]
    --- stderr
    4 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    ");
    let run = which(&clouds, "-o json x.www.example.com");
    assert_eq!(run.names(), ["other"]);
    let wildcard = which(&clouds, "-o jsonl *.example.com");
    assert_eq!((wildcard.code, wildcard.stdout.lines().count()), (0, 1), "{}", wildcard.text());
    assert_eq!(which(&clouds, "-o csv --no-header --columns name,superseded_by www.example.com").code, 0);
}

#[test]
fn only_a_name_of_the_right_kind_covers_a_host() {
    use rcgen::{CertificateParams, DistinguishedName, KeyPair, SanType};

    let dns = |text: &str| SanType::DnsName(text.try_into().expect(text));
    let uri = |text: &str| SanType::URI(text.try_into().expect(text));
    let ip = |text: &str| SanType::IpAddress(text.parse().expect(text));
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    for (name, names) in [
        ("dns", vec![dns("192.0.2.9")]),
        ("ip", vec![ip("192.0.2.9")]),
        ("both", vec![dns("192.0.2.9"), ip("192.0.2.9")]),
        ("uri", vec![uri("www.example.com"), uri("https://www.example.com/")]),
        ("host", vec![dns("www.example.com")]),
    ] {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names = names;
        let signed = params.self_signed(&KeyPair::generate().expect("a key")).expect("a certificate");
        let record = json!({"id": records::id_of(name), "name": name, "type": "server", "certificate": signed.pem()});
        world.projects[0].certificates.push(record);
    }
    let cloud = huawei::start(world);
    let which = |host: &str| {
        let mut names = Certls::new().huawei(&cloud).run(&format!("which -o json {host}")).names();
        names.sort();
        names
    };
    assert_eq!(which("192.0.2.9"), ["both", "ip"]);
    assert_eq!(which("www.example.com"), ["host"]);
    let both = Certls::new().huawei(&cloud).run("list -o json").certificate("both").clone();
    assert_eq!(both["subject_alternative_names"], json!(["192.0.2.9"]), "each text is listed once");
}

#[test]
fn a_name_that_nothing_covers() {
    let clouds = start(worlds());
    assert_run!(which(&clouds, "nobody.example.net"), @"
    exit 4
    --- stdout
    --- stderr
    0 certificates · 2 clouds, 2 accounts, 3 scopes: all read
    error: no certificate covers nobody.example.net (3 scopes asked)
    hint: `--service cas,scm` looks into what was not asked, `--service all` everywhere
    ");
    let run = which(&clouds, "-o json www.example.com nobody.example.net");
    assert_eq!((run.code, run.names().len()), (4, 3), "{}", run.text());
    assert!(run.stderr.contains("no certificate covers nobody.example.net (3 scopes asked)"), "{}", run.stderr);
    let (mut alibaba, huawei_cloud) = worlds();
    alibaba.faults = vec![Fault::always(SLB_LIST, Effect::Denied).in_region("cn-beijing")];
    let clouds = start((alibaba, huawei_cloud));
    let run = which(&clouds, "www.example.org");
    assert_eq!((run.code, run.stdout.as_str()), (3, ""));
    assert!(run.stderr.contains("no certificate covers www.example.org (2 of 3 scopes read)"), "{}", run.stderr);
}

#[test]
fn an_invalid_host_name_is_refused_before_any_request() {
    let clouds = start(worlds());
    assert_run!(which(&clouds, "https://www.example.com/"), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'https://www.example.com/' for '<NAME>...': write only the host name of a URL, such as www.example.com

    For more information, try '--help'.
    ");
    assert_eq!((which(&clouds, "").code, clouds.0.log.all().len()), (2, 0));
}

#[test]
fn unknown_use_is_unknown_and_not_none() {
    let (mut alibaba, huawei_cloud) = worlds();
    alibaba.accounts[0].denied = vec![LISTENERS.to_owned()];
    let clouds = start((alibaba, huawei_cloud));
    let run = which(&clouds, "-o json www.example.com");
    assert_eq!((run.code, &run.certificate("old")["used_by"]), (0, &Value::Null), "{}", run.text());
    assert!(run.stderr.contains("which listeners use a certificate is unknown"), "{}", run.stderr);
}

#[test]
fn equal_spellings_of_a_host_are_one_host() {
    let run = run_aliyun(two_regions(), "which -o json shop.example.com SHOP.example.com. blog.example.com");
    assert_eq!(run.certificate("shop")["matches"], json!([{"name": "shop.example.com", "match": "exact"}]));
    let csv = run_aliyun(two_regions(), "which -o csv --no-header shop.example.com").stdout;
    assert!(csv.trim_end().ends_with(",exact"), "{csv}");
    assert!(csv.contains(&slb_id("shop")), "{csv}");
}
