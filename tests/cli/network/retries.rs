//! The requests that are retried, how often, and after which delay.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::fixtures::{ELB_LIST, SLB_LIST, two_projects, two_regions};
use crate::support::runner::{Certls, assert_run};
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::request_log::Log;

fn throttle(headers: &[(&str, &str)]) -> Effect {
    Effect::Throttle { headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect() }
}

/// Both clouds, with the same fault at the list of one region each.
fn clouds(times: u32, effect: &Effect) -> (Aliyun, Huawei) {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.faults = vec![Fault::new(SLB_LIST, times, effect.clone()).in_region("cn-beijing")];
    huawei.faults = vec![Fault::new(ELB_LIST, times, effect.clone()).in_region("cn-north-4")];
    (aliyun::start(aliyun), huawei::start(huawei))
}

fn certls((aliyun, huawei): &(Aliyun, Huawei)) -> Certls {
    Certls::new().aliyun(aliyun).huawei(huawei)
}

/// Returns the number of lists in the regions with the fault, and in the other ones.
fn counts((aliyun, huawei): &(Aliyun, Huawei)) -> [usize; 4] {
    [
        aliyun.log.count_in(SLB_LIST, "cn-beijing"),
        huawei.log.count_in(ELB_LIST, "cn-north-4"),
        aliyun.log.count_in(SLB_LIST, "cn-hangzhou"),
        huawei.log.count_in(ELB_LIST, "ap-southeast-3"),
    ]
}

/// Returns the times of the lists in the region.
fn times(log: &Log, region: &str) -> Vec<Instant> {
    log.all().into_iter().filter(|seen| seen.region == region).map(|seen| seen.at).collect()
}

#[test]
fn what_is_throttled_twice_is_asked_three_times_each_signed_anew() {
    for signature in ["rpc", "acs3"] {
        let clouds = clouds(2, &throttle(&[]));
        let run = certls(&clouds).env("CERTLS_ALIYUN_SIGNATURE", signature).run("list -o json");
        assert_eq!((run.code, run.names().len(), run.messages()), (0, 4, ""), "{}", run.text());
        // The simulated cloud spends the nonce of a throttled request: one sent again would want a fourth try.
        assert_eq!(counts(&clouds), [3, 3, 1, 1]);
        assert!(clouds.0.log.all().iter().all(|seen| seen.authorized));
    }
}

#[test]
fn what_is_throttled_for_ever_is_given_up_after_the_tries_that_were_allowed() {
    let clouds = clouds(u32::MAX, &throttle(&[]));
    assert_run!(certls(&clouds).run("list --retry-count 1"), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    error: aliyun default cn-beijing slb: Request was denied due to user flow control. (Throttling.User, request REQUEST)
    hint: wait a minute, or ask less at once with `--concurrency 4`
    error: huawei default cn-north-4 elb: The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute (APIGW.0308, request REQUEST)
    hint: wait a minute, or ask less at once with `--concurrency 4`
    2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 throttled
    ");
    assert_eq!(counts(&clouds), [2, 2, 1, 1]);
    let run = certls(&clouds).run("list -o json --retry-count 0");
    assert_eq!(counts(&clouds), [3, 3, 2, 2]);
    assert_eq!((run.code, run.names()), (3, ["shop", "cdn"].map(str::to_owned).to_vec()));
    for region in ["cn-beijing", "cn-north-4"] {
        let scope = run.scope(region);
        assert_eq!((&scope["status"], &scope["error"]["kind"]), (&json!("throttled"), &json!("throttled")));
    }
}

#[test]
fn the_wait_that_a_cloud_asks_for_is_kept() {
    // Longer than the wait that certls would choose for itself.
    for (headers, wait, is_of_both) in [
        ([("Retry-After", "1")], Duration::from_secs(1), true),
        // A header of Alibaba Cloud's own.
        ([("x-acs-retry-after", "1250")], Duration::from_millis(1250), false),
    ] {
        let clouds = clouds(1, &throttle(&headers));
        let begun = Instant::now();
        let run = certls(&clouds).run("list -o json");
        assert_eq!((run.code, counts(&clouds)), (0, [2, 2, 1, 1]), "{headers:?}: {}", run.text());
        for (log, region) in [(&clouds.0.log, "cn-beijing"), (&clouds.1.log, "cn-north-4")] {
            let times = times(log, region);
            let waited = times[1] - times[0];
            let is_kept = is_of_both || region == "cn-beijing";
            assert!(!is_kept || waited >= wait, "{headers:?}: {waited:?}");
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "the wait is the longer of two, not their sum for ever");
    }
}

#[test]
fn a_wait_that_is_too_long_ends_the_scope_instead() {
    let clouds = clouds(u32::MAX, &throttle(&[("Retry-After", "3600")]));
    let begun = Instant::now();
    let run = certls(&clouds).run("list -o json");
    assert_eq!((run.code, counts(&clouds)), (3, [1, 1, 1, 1]), "{}", run.text());
    assert_eq!(run.scope("cn-beijing")["status"], "throttled");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn server_errors_are_retried() {
    let clouds = clouds(1, &Effect::ServerError);
    let run = certls(&clouds).run("list -o json");
    assert_eq!((run.code, run.names().len(), counts(&clouds)), (0, 4, [2, 2, 1, 1]), "{}", run.text());
}

#[test]
fn server_errors_are_printed_with_the_clouds_message() {
    let clouds = clouds(u32::MAX, &Effect::ServerError);
    assert_run!(certls(&clouds).run("list --retry-count 1"), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    error: aliyun default cn-beijing slb: The request has failed due to a temporary failure of the server. (ServiceUnavailable, request REQUEST)
    hint: the cloud is in trouble: run again later
    error: huawei default cn-north-4 elb: Internal Server Error. (ELB.8906, request REQUEST)
    hint: the cloud is in trouble: run again later
    2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 failed
    ");
    assert_eq!(counts(&clouds), [2, 2, 1, 1]);
}

#[test]
fn a_gateways_page_is_tried_again() {
    let healed = clouds(1, &Effect::Html502);
    let run = certls(&healed).run("list -o json");
    assert_eq!((run.code, run.names().len(), counts(&healed)), (0, 4, [2, 2, 1, 1]), "{}", run.text());
    let broken = clouds(u32::MAX, &Effect::Html502);
    assert_run!(certls(&broken).run("list --retry-count 0"), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    error: aliyun default cn-beijing slb: the server answered 502 Bad Gateway
    hint: the cloud is in trouble: run again later
    error: huawei default cn-north-4 elb: the server answered 502 Bad Gateway (request REQUEST)
    hint: the cloud is in trouble: run again later
    2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 failed
    ");
}

#[test]
fn an_answer_that_breaks_off_is_tried_again() {
    let clouds = clouds(1, &Effect::Cut);
    let run = certls(&clouds).run("list -o json");
    assert_eq!((run.code, run.names().len(), counts(&clouds)), (0, 4, [2, 2, 1, 1]), "{}", run.text());
}

#[test]
fn the_list_of_regions_and_of_projects_is_tried_again_too() {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.faults = vec![Fault::new("DescribeRegions", 2, throttle(&[]))];
    huawei.faults = vec![Fault::new("iam:projects", 2, throttle(&[]))];
    let clouds = (aliyun::start(aliyun), huawei::start(huawei));
    let run = certls(&clouds).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 4), "{}", run.text());
    assert_eq!((clouds.0.log.count("DescribeRegions"), clouds.1.log.count("iam:projects")), (3, 3));
}

#[test]
fn three_more_tries_are_the_default() {
    let clouds = clouds(u32::MAX, &Effect::ServerError);
    let run = certls(&clouds).run("list -o json -r cn-beijing,cn-north-4");
    assert_eq!((run.code, counts(&clouds)), (1, [4, 4, 0, 0]), "{}", run.text());
}
