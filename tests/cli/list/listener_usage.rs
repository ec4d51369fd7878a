//! `--usage`: the listeners that use each certificate, in both clouds.

use serde_json::{Value, json};

use crate::support::fixtures::{
    NameAndDays, SLB_LIST, aliyun_world, huawei_world, project_id, slb_id, two_projects, two_regions,
};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::aliyun::{self, Aliyun, Listener};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::records;

const LISTENERS: &str = "DescribeLoadBalancerListeners";
const EXTENSIONS: &str = "DescribeDomainExtensions";
const ELB_LISTENERS: &str = "elb:listeners";
const REGION: &str = "cn-hangzhou";
const FOUR: [NameAndDays; 4] = [("main", 9), ("sni", 20), ("ca", 30), ("idle", 40)];

fn https(load_balancer: &str, port: u16, name: &str) -> Listener {
    Listener::https(REGION, load_balancer, port, &slb_id(name))
}

fn http(load_balancer: &str) -> Listener {
    Listener { protocol: "http".to_owned(), certificate: String::new(), ..https(load_balancer, 80, "") }
}

fn for_domains(listener: Listener, certificate: &str, domains: &[&str]) -> Listener {
    let extensions = domains.iter().map(|domain| ((*domain).to_owned(), slb_id(certificate))).collect();
    Listener { extensions, ..listener }
}

/// `main` on two listeners, one of them with `ca` and with `sni` for two domains.
fn alibaba() -> aliyun::World {
    let rich = Listener { ca_certificate: slb_id("ca"), ..https("lb-b", 443, "main") };
    let rich = for_domains(rich, "sni", &["a.example.com", "b.example.com"]);
    let elsewhere = Listener::https("cn-beijing", "lb-c", 443, &slb_id("idle"));
    let listeners = vec![rich, http("lb-b"), https("lb-a", 8443, "main"), elsewhere];
    aliyun::World { listeners, ..aliyun_world(&[(REGION, &FOUR)]) }
}

fn hw_listener(name: &str, load_balancer: &str, port: u16, changes: &Value) -> Value {
    records::changed(records::huawei_listener(name, &project_id("cn-north-4"), load_balancer, port), changes)
}

/// The same uses as in [`alibaba`].
fn huawei_cloud() -> huawei::World {
    let id = records::id_of;
    let rich = json!({
        "default_tls_container_ref": id("main"),
        "client_ca_tls_container_ref": id("ca"),
        "sni_container_refs": [id("sni"), id("another")],
    });
    let listeners = vec![
        hw_listener("listener-1", "lb-b", 443, &rich),
        hw_listener("listener-2", "lb-b", 80, &json!({"protocol": "HTTP", "sni_container_refs": null})),
        hw_listener("listener-3", "lb-a", 8443, &json!({"default_tls_container_ref": id("main")})),
    ];
    huawei::World { listeners, ..huawei_world(&[("cn-north-4", &FOUR)]) }
}

fn run_aliyun(cloud: &Aliyun, args: &str) -> Run {
    Certls::new().aliyun(cloud).run(args)
}

fn run_huawei(cloud: &Huawei, args: &str) -> Run {
    Certls::new().huawei(cloud).run(args)
}

/// Returns a line for each use of a certificate; `None` where they are unknown.
fn uses(run: &Run, name: &str) -> Option<Vec<String>> {
    let line = |used: &Value| {
        let word = |key: &str| used[key].as_str().unwrap_or("-").to_owned();
        let place = format!("{} {} {}", word("load_balancer_id"), word("listener_id"), word("protocol"));
        format!("{place}:{} {}", used["port"], word("role"))
    };
    let used_by = run.certificate(name)["used_by"].clone();
    used_by.as_array().map(|uses| uses.iter().map(line).collect())
}

#[test]
fn default_sni_and_client_ca_of_alibaba() {
    let cloud = aliyun::start(alibaba());
    let run = run_aliyun(&cloud, "list --usage -o json");
    assert_eq!((run.code, run.messages()), (0, ""), "{}", run.text());
    // By load balancer, port and role; a listener's second domain is no second use.
    let used_by = |name| uses(&run, name).unwrap_or_else(|| panic!("unknown: {}", run.text()));
    assert_eq!(used_by("main"), ["lb-a - https:8443 default", "lb-b - https:443 default"]);
    assert_eq!(used_by("sni"), ["lb-b - https:443 sni"]);
    assert_eq!(used_by("ca"), ["lb-b - https:443 client_ca"]);
    assert!(used_by("idle").is_empty(), "a listener of another region does not count");
    assert_eq!(run.certificate("sni")["used_by"][0]["listener_id"], Value::Null);
    assert!(run.certificates().iter().all(|certificate| certificate["notes"] == json!([])));
}

#[test]
fn default_sni_and_client_ca_of_huawei() {
    let cloud = huawei::start(huawei_cloud());
    let run = run_huawei(&cloud, "list --usage -o json");
    assert_eq!((run.code, run.messages()), (0, ""), "{}", run.text());
    let used_by = |name| uses(&run, name).unwrap_or_else(|| panic!("unknown: {}", run.text()));
    assert_eq!(used_by("main"), ["lb-a listener-3 HTTPS:8443 default", "lb-b listener-1 HTTPS:443 default"]);
    assert_eq!(used_by("sni"), ["lb-b listener-1 HTTPS:443 sni"]);
    assert_eq!(used_by("ca"), ["lb-b listener-1 HTTPS:443 client_ca"]);
    assert!(used_by("idle").is_empty());
    let queries: Vec<String> =
        cloud.log.all().into_iter().filter(|seen| seen.action == ELB_LISTENERS).map(|seen| seen.query).collect();
    assert_eq!(queries, ["limit=2000"]);
}

#[test]
fn two_pages_of_listeners_each_with_its_extensions() {
    let listener = |number: u16| {
        let name = if number < 120 { "main" } else { "ca" };
        for_domains(https("lb-many", 1000 + number, name), if number < 125 { "sni" } else { "idle" }, &["a", "b"])
    };
    let listeners = (0..130).flat_map(|number| [http("lb-other"), listener(number)]).collect();
    let cloud = aliyun::start(aliyun::World { listeners, ..aliyun_world(&[(REGION, &FOUR)]) });
    let run = run_aliyun(&cloud, "list --usage -o json");
    let counts = ["main", "ca", "sni", "idle"].map(|name| uses(&run, name).map(|uses| uses.len()));
    assert_eq!((run.code, counts), (0, [120, 10, 125, 5].map(Some)), "{}", run.text());
    // Only the HTTPS listeners are asked for, and only they for their domains.
    assert_eq!((cloud.log.count(LISTENERS), cloud.log.count(EXTENSIONS)), (2, 130));
    assert!(cloud.log.max_in_flight() <= 16);
}

#[test]
fn pages_of_huawei_by_marker() {
    let use_of = |name: &str| json!({"default_tls_container_ref": records::id_of(name)});
    let listeners: Vec<Value> =
        (0..5).map(|number: u16| hw_listener(&format!("l{number}"), "lb", number, &use_of("main"))).collect();
    let cloud = huawei::start(huawei::World { listeners, page_cap: 2, ..huawei_world(&[("cn-north-4", &FOUR)]) });
    let run = run_huawei(&cloud, "list --usage -o json");
    assert_eq!((run.code, uses(&run, "main").map(|uses| uses.len())), (0, Some(5)), "{}", run.text());
    assert_eq!(cloud.log.count(ELB_LISTENERS), 3);
}

#[test]
fn denied_is_unknown_and_never_none() {
    for action in [LISTENERS, EXTENSIONS] {
        let mut world = alibaba();
        world.accounts[0].denied = vec![action.to_owned()];
        let cloud = aliyun::start(world);
        let run = run_aliyun(&cloud, "list --usage -o json");
        assert_eq!((run.code, run.names().len(), run.json()["complete"].clone()), (3, 4, json!(false)));
        for certificate in run.certificates() {
            let note = "which listeners use it is unknown: User not authorized to operate on the specified resource.";
            assert_eq!((&certificate["used_by"], &certificate["notes"]), (&Value::Null, &json!([note])));
        }
        assert!(run.stderr.contains(&format!("allow the RAM action `slb:{action}`")), "{}", run.stderr);
    }
    let mut world = huawei_cloud();
    world.accounts[0].denied = vec![ELB_LISTENERS.to_owned()];
    let cloud = huawei::start(world);
    assert_run!(run_huawei(&cloud, "list --usage"), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          USED BY  CLOUD   REGION      ACCOUNT  ID
    main  main.example.com  in 9 days   20YY-MM-DD  unknown  huawei  cn-north-4  default  0d6e4079e36703ebd37c00722f5891d2
    sni   sni.example.com   in 20 days  20YY-MM-DD  unknown  huawei  cn-north-4  default  a97c5f2dd3d5023df257f9b37f1922f9
    ca    ca.example.com    in 30 days  20YY-MM-DD  unknown  huawei  cn-north-4  default  6959097001d10501ac7d54c0bdb8db61
    idle  idle.example.com  in 40 days  20YY-MM-DD  unknown  huawei  cn-north-4  default  4fb62348858c2f6fbd6db27fa4c11edd
    --- stderr
    warning: huawei default cn-north-4 elb: which listeners use a certificate is unknown: Policy doesn't allow elb:listeners:list to be performed. (ELB.9802, request REQUEST)
    hint: allow the IAM action `elb:listeners:list` to this user or agency
    4 certificates · 1 cloud, 1 account, 1 scope: 1 read, uses unknown in 1
    ");
    // Nothing is known to be unused, and that is said.
    assert_run!(run_huawei(&cloud, "list --unused"), @"
    exit 3
    --- stdout
    --- stderr
    warning: huawei default cn-north-4 elb: which listeners use a certificate is unknown: Policy doesn't allow elb:listeners:list to be performed. (ELB.9802, request REQUEST)
    hint: allow the IAM action `elb:listeners:list` to this user or agency
    0 of 4 certificates · 1 cloud, 1 account, 1 scope: 1 read, uses unknown in 1
    ");
}

#[test]
fn unknown_usage_in_one_scope_does_not_affect_the_others() {
    let mut world = two_regions();
    world.listeners = vec![Listener::https("cn-beijing", "lb-1", 443, &slb_id("blog"))];
    world.faults = vec![Fault::always(LISTENERS, Effect::ServerError).in_region(REGION)];
    let cloud = aliyun::start(world);
    let run = run_aliyun(&cloud, "list --usage -o json --retry-count 0");
    assert_eq!((run.code, uses(&run, "shop"), uses(&run, "blog").map(|uses| uses.len())), (3, None, Some(1)));
}

#[test]
fn a_page_that_comes_again_and_again_is_not_read_for_ever() {
    let mut world = alibaba();
    world.faults = vec![Fault::always(LISTENERS, Effect::RepeatMarker)];
    let cloud = aliyun::start(world);
    let run = run_aliyun(&cloud, "list --usage -o json");
    let note = "the cloud sends the same page of listeners again and again";
    assert_eq!((run.code, uses(&run, "main"), cloud.log.count(LISTENERS)), (3, None, 2), "{}", run.text());
    assert!(run.certificate("main")["notes"][0].as_str().is_some_and(|text| text.contains(note)));

    let mut world = huawei_cloud();
    world.faults = vec![Fault::always(ELB_LISTENERS, Effect::RepeatMarker)];
    let cloud = huawei::start(world);
    let run = run_huawei(&cloud, "list --usage -o json");
    assert_eq!((run.code, uses(&run, "main"), cloud.log.count(ELB_LISTENERS)), (3, None, 2), "{}", run.text());
}

#[test]
fn a_reply_without_the_list_is_no_empty_one() {
    let mut world = alibaba();
    world.faults = vec![Fault::always(EXTENSIONS, Effect::MissingList)];
    let run = run_aliyun(&aliyun::start(world), "list --usage -o json");
    assert_eq!((run.code, uses(&run, "main"), uses(&run, "idle")), (3, None, None), "{}", run.text());
    let mut world = huawei_cloud();
    world.faults = vec![Fault::always(ELB_LISTENERS, Effect::MissingList)];
    let run = run_huawei(&huawei::start(world), "list --usage -o json");
    assert_eq!((run.code, uses(&run, "main"), uses(&run, "idle")), (3, None, None), "{}", run.text());
}

#[test]
fn usage_that_is_late_costs_no_certificate() {
    let mut world = alibaba();
    world.faults = vec![Fault::always(LISTENERS, Effect::Hang)];
    let cloud = aliyun::start(world);
    for format in ["json", "jsonl"] {
        let run = run_aliyun(&cloud, &format!("list --usage -o {format} --timeout 2s"));
        // `notes` and `note_codes` both carry the text.
        let late = run.stdout.matches("which listeners use it is unknown: not done when the run's time").count();
        let coded = run.stdout.matches("\"usage_unknown\"").count();
        assert_eq!((run.code, late, coded), (3, 8, 4), "{}", run.text());
    }
}

#[test]
fn used_and_unused_ask_by_themselves() {
    let (one, other) = (aliyun::start(alibaba()), huawei::start(huawei_cloud()));
    let certls = Certls::new().aliyun(&one).huawei(&other);
    let names = |flag: &str| certls.run(&format!("list -o json {flag}")).names();
    assert_eq!(names("--used"), ["main", "main", "sni", "sni", "ca", "ca"]);
    assert_eq!(names("--unused"), ["idle", "idle"]);
    let streamed = certls.run("list -o jsonl --unused");
    assert_eq!((streamed.code, streamed.stdout.lines().count()), (0, 2), "{}", streamed.text());
    let both = certls.run("list --used --unused");
    assert_eq!((both.code, both.stderr.contains("cannot be used with")), (2, true), "{}", both.text());
}

#[test]
fn listeners_are_not_read_without_the_flag() {
    let (one, other) = (aliyun::start(alibaba()), huawei::start(huawei_cloud()));
    let run = Certls::new().aliyun(&one).huawei(&other).run("list -o json");
    assert_eq!((run.code, uses(&run, "idle")), (0, None));
    let counts = [one.log.count(LISTENERS), one.log.count(EXTENSIONS), other.log.count(ELB_LISTENERS)];
    assert_eq!((counts, one.log.count(SLB_LIST)), ([0, 0, 0], 1));
}

#[test]
fn certificates_that_no_listener_can_use_are_neither_used_nor_unused() {
    let mut world = alibaba();
    world.cas = vec![aliyun::CasCentre::new(
        REGION,
        vec![records::cas_record(7, "managed", &crate::support::fixtures::certificate_for("managed", 50))],
    )];
    let cloud = aliyun::start(world);
    let run = run_aliyun(&cloud, "list --usage --service all -o json");
    assert_eq!((run.code, uses(&run, "managed"), run.certificate("managed")["notes"].clone()), (0, None, json!([])));
    assert_eq!(uses(&run, "idle"), Some(vec![]));
}

#[test]
fn the_table_counts_listeners() {
    let (one, other) = (aliyun::start(alibaba()), huawei::start(huawei_cloud()));
    assert_run!(Certls::new().aliyun(&one).huawei(&other).run("list --usage"), @"
    exit 0
    --- stdout
    NAME  COVERS            EXPIRES     ON          USED BY      CLOUD   REGION       ACCOUNT  ID
    main  main.example.com  in 9 days   20YY-MM-DD  2 listeners  aliyun  cn-hangzhou  default  1000000000000001_0d6e4079e36
    main  main.example.com  in 9 days   20YY-MM-DD  2 listeners  huawei  cn-north-4   default  0d6e4079e36703ebd37c00722f5891d2
    sni   sni.example.com   in 20 days  20YY-MM-DD  1 listener   aliyun  cn-hangzhou  default  1000000000000001_a97c5f2dd3d
    sni   sni.example.com   in 20 days  20YY-MM-DD  1 listener   huawei  cn-north-4   default  a97c5f2dd3d5023df257f9b37f1922f9
    ca    ca.example.com    in 30 days  20YY-MM-DD  1 listener   aliyun  cn-hangzhou  default  1000000000000001_6959097001d
    ca    ca.example.com    in 30 days  20YY-MM-DD  1 listener   huawei  cn-north-4   default  6959097001d10501ac7d54c0bdb8db61
    idle  idle.example.com  in 40 days  20YY-MM-DD  none         aliyun  cn-hangzhou  default  1000000000000001_4fb62348858
    idle  idle.example.com  in 40 days  20YY-MM-DD  none         huawei  cn-north-4   default  4fb62348858c2f6fbd6db27fa4c11edd
    --- stderr
    8 certificates · 2 clouds, 2 accounts, 2 scopes: all read
    ");
    let run = run_aliyun(&one, "list --usage -o csv --columns name,used_by,used_by_count");
    insta::assert_snapshot!(run.stdout.replace('\r', "").trim_start_matches('\u{feff}'), @r#"
    name,used_by,used_by_count
    main,"lb-a:8443 default, lb-b:443 default",2 listeners
    sni,lb-b:443 sni,1 listener
    ca,lb-b:443 client_ca,1 listener
    idle,none,none
    "#);
}

#[test]
fn show_always_asks_where_it_found_something() {
    let mut world = two_regions();
    world.listeners = vec![for_domains(Listener::https("cn-beijing", "lb-1", 443, &slb_id("blog")), "blog", &["x"])];
    let (one, other) = (aliyun::start(world), huawei::start(two_projects()));
    let certls = Certls::new().aliyun(&one).huawei(&other);
    let run = certls.run(&format!("show {}", slb_id("blog")));
    let lines = "used_by                    lb-1:443 https default\n                           lb-1:443 https sni\n";
    assert!(run.stdout.contains(lines), "{}", run.text());
    assert_eq!((one.log.count(LISTENERS), one.log.count_in(LISTENERS, "cn-beijing")), (1, 1));
    assert_eq!(other.log.count(ELB_LISTENERS), 0);
    let run = certls.run(&format!("show -o json {}", records::id_of("cdn")));
    assert_eq!((run.code, uses(&run, "cdn"), other.log.count(ELB_LISTENERS)), (0, Some(vec![]), 1));
}
