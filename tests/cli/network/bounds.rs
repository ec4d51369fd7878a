//! Bounds: of open files, of the time that a host takes, of the requests that it holds, and of the words of a cloud.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::fixtures::{ELB_LIST, SLB_LIST, aliyun_world, huawei_world, slb_region, two_projects, two_regions};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, Certls, Run};
use clouds::fault::{Effect, Fault};
use clouds::internet::Internet;
use clouds::{aliyun, huawei};

/// Runs certls in a shell that sets limits first.
fn run_limited(certls: &Certls, limits: &str, args: &str) -> Run {
    let plain = certls.command(&args.split_whitespace().collect::<Vec<_>>());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")]).arg(plain.get_program()).args(plain.get_args());
    shell.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    certls.checked(shell.output().expect("a shell"))
}

fn regions(count: usize) -> Vec<aliyun::Region> {
    (0..count).map(|number| slb_region(&format!("xx-test-{number}"), &[("one", 9)])).collect()
}

fn internet(suffix: &str, url: &str) -> Internet {
    Internet::start(vec![(suffix.to_owned(), url.to_owned())])
}

/// Writes a config file with so many accounts of Alibaba Cloud, all with the planted key.
fn with_accounts(certls: Certls, count: usize) -> Certls {
    let account = |number| {
        let keys = "credentials = { access_key_env = \"TEST_KEY_ID\", secret_key_env = \"TEST_SECRET\" }";
        format!("[accounts.a{number:02}]\nprovider = \"aliyun\"\n{keys}\n")
    };
    let path = certls.file("config.toml", &(0..count).map(account).collect::<String>());
    certls.env("CERTLS_CONFIG", &path).env("TEST_KEY_ID", ALIYUN_KEY).env("TEST_SECRET", ALIYUN_SECRET)
}

#[test]
fn many_hosts_are_read_with_few_open_files() {
    let cloud = aliyun::start(aliyun::World { regions: regions(80), ..aliyun_world(&[]) });
    let internet = internet("aliyuncs.com", &cloud.url);
    let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).aliyun_keys();
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    for args in ["", "--concurrency 64"] {
        let args = format!("list -o json --retry-count 0 --ca-bundle {bundle} {args}");
        let run = run_limited(&certls, "ulimit -n 64", &args);
        assert_eq!((run.code, run.certificates().len()), (0, 80), "{}", run.text());
    }
}

#[test]
fn huaweis_hosts_are_read_with_few_open_files() {
    let names: Vec<String> = (1..=60).map(|number| format!("cn-test-{number}")).collect();
    let projects: Vec<(&str, &[(&str, i64)])> = names.iter().map(|name| (name.as_str(), &[("one", 9)][..])).collect();
    let cloud = huawei::start(huawei_world(&projects));
    let internet = internet("myhuaweicloud.com", &cloud.url);
    let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).huawei_keys();
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    let args = format!("list --usage -o json --retry-count 0 --ca-bundle {bundle}");
    let run = run_limited(&certls, "ulimit -n 64", &args);
    assert_eq!((run.code, run.certificates().len()), (0, 60), "{}", run.text());
}

/// Hosts that do not answer, one way or another, cost their own scopes only.
#[test]
fn slow_hosts_do_not_starve_the_others() {
    let effects = [Effect::Drip { piece: 1, every: Duration::from_millis(300) }, Effect::Hang, Effect::Stall];
    for (effect, slow) in effects.into_iter().zip([2, 6, 9]) {
        let names: Vec<String> = (0..slow).map(|number| format!("xx-test-{number}")).collect();
        let faults = names.iter().map(|name| Fault::always(SLB_LIST, effect.clone()).in_region(name)).collect();
        let cloud = aliyun::start(aliyun::World { regions: regions(14), faults, ..aliyun_world(&[]) });
        let internet = internet("aliyuncs.com", &cloud.url);
        let certls = with_accounts(Certls::new().env("HTTPS_PROXY", &internet.proxy_url), 6);
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let run = certls.run(&format!("list -o json --timeout 6s --ca-bundle {bundle}"));
        let document = run.json();
        let failed: Vec<&str> = (document["scopes"].as_array().expect("scopes").iter())
            .filter(|scope| scope["status"] != "ok")
            .filter_map(|scope| scope["region"].as_str())
            .filter(|region| !names.iter().any(|name| name == region))
            .collect();
        assert!(failed.is_empty(), "{effect:?}: {failed:?}\n{}", run.stderr);
        assert_eq!((run.code, run.certificates().len()), (3, 6 * (14 - slow)), "{effect:?}");
    }
}

#[test]
fn a_reply_has_a_time_for_the_whole_of_it() {
    let drip = Effect::Drip { piece: 1, every: Duration::from_millis(150) };
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.faults = vec![Fault::always(SLB_LIST, drip.clone()).in_region("cn-beijing")];
    huawei.faults = vec![Fault::always(ELB_LIST, drip).in_region("cn-north-4")];
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let begun = Instant::now();
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json --read-timeout 400ms --retry-count 0");
    assert_eq!((run.code, run.names().len()), (3, 2), "{}", run.text());
    for region in ["cn-beijing", "cn-north-4"] {
        let scope = run.scope(region);
        assert_eq!(scope["status"], "timeout");
        assert_eq!(scope["error"]["message"], "the response of 127.0.0.1 was not whole after 1s600ms");
    }
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}

/// The time that a request waits for its turn is not the cloud's.
#[test]
fn account_ids_are_known_however_long_the_queue_is() {
    let world = aliyun_world(&[]);
    let cloud = aliyun::start(aliyun::World { regions: regions(12), delay: Duration::from_millis(450), ..world });
    let certls = with_accounts(Certls::new().aliyun_at(&cloud.url), 2);
    let run = certls.run("list -o json --concurrency 1");
    let unknown = run.certificates().iter().filter(|certificate| certificate["account_id"].is_null()).count();
    assert_eq!((run.code, run.certificates().len(), unknown), (0, 24, 0), "{}", run.stderr);
}

#[test]
fn the_words_of_a_cloud_are_cut() {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    let long = "M".repeat(2_000_000);
    let refusal = |body: serde_json::Value| Effect::Status(403, Vec::new(), body.to_string());
    let own = refusal(json!({"Code": format!("Forbidden.RAM{long}"), "Message": long, "RequestId": long}));
    let other = refusal(json!({"error_code": "ELB.9802", "error_msg": long, "request_id": long}));
    aliyun.faults = vec![Fault::always(SLB_LIST, own)];
    huawei.faults = vec![Fault::always(ELB_LIST, other)];
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json");
    let document = run.json();
    for scope in document["scopes"].as_array().expect("scopes") {
        for key in ["message", "code", "request_id", "hint"] {
            let length = scope["error"][key].as_str().unwrap_or_default().len();
            assert!(length <= 1030, "{key} of {length} bytes: {}", scope["region"]);
        }
    }
    assert!(run.stderr.len() < 16 * 1024, "{}", run.stderr.len());
}

/// Work grows with the number of scopes, not with its square, and nothing goes on past the run's time.
#[test]
fn ten_thousand_scopes_are_no_trouble() {
    let regions = |host: fn(usize) -> String| {
        let region = |number| json!({"RegionId": format!("xx-test-{number}"), "RegionEndpoint": host(number)});
        let list = json!({"Regions": {"Region": (0..10_000).map(region).collect::<Vec<_>>()}}).to_string();
        vec![Fault::always("DescribeRegions", Effect::Status(200, Vec::new(), list))]
    };
    let none = regions(|_| "evil.example.org".to_owned());
    let many = regions(|number| format!("slb.xx-test-{number}.aliyuncs.com"));
    for (faults, args) in [(none, "list -o json"), (many.clone(), "list -o json"), (many, "show nobody -o json")] {
        let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
        let internet = internet("slb.aliyuncs.com", &cloud.url);
        let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).aliyun_keys();
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let begun = Instant::now();
        let run = certls.run(&format!("{args} --timeout 3s --retry-count 0 --service slb --ca-bundle {bundle}"));
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        assert_eq!((run.code, run.scopes().len()), (1, 10_000), "{}", run.stderr);
    }
}
