//! Timeouts of requests and of the run, whose results are printed all the same; and the limit of requests in flight.

use std::time::{Duration, Instant};

use crate::support::fixtures::{ELB_LIST, SLB_LIST, aliyun_world, huawei_world, slb_region, two_projects, two_regions};
use crate::support::runner::{Certls, assert_run};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei};

/// Longer than a busy machine needs, and shorter than a hang.
const SOON: Duration = Duration::from_secs(8);

#[test]
fn a_cloud_that_stays_silent() {
    for effect in [Effect::Hang, Effect::Stall] {
        let (mut aliyun, mut huawei) = (two_regions(), two_projects());
        aliyun.faults = vec![Fault::always(SLB_LIST, effect.clone()).in_region("cn-beijing")];
        huawei.faults = vec![Fault::always(ELB_LIST, effect.clone()).in_region("cn-north-4")];
        let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
        let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
        let begun = Instant::now();
        let run = certls.run("list -o json --read-timeout 300ms --retry-count 0");
        assert_eq!((run.code, run.names()), (3, ["shop", "cdn"].map(str::to_owned).to_vec()), "{}", run.text());
        for region in ["cn-beijing", "cn-north-4"] {
            let scope = run.scope(region);
            assert_eq!(
                (&scope["status"], &scope["error"]["kind"]),
                (&"timeout".into(), &"timeout".into()),
                "{effect:?}"
            );
        }
        assert!(begun.elapsed() > Duration::from_millis(300) && begun.elapsed() < SOON, "{:?}", begun.elapsed());
        assert_eq!(aliyun.log.count_in(SLB_LIST, "cn-beijing"), 1);
        if matches!(effect, Effect::Hang) {
            assert_run!(certls.run("list --read-timeout 300ms --retry-count 0"), @"
            exit 3
            --- stdout
            NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
            shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
            cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
            --- stderr
            error: aliyun default cn-beijing slb: no response within 300ms from 127.0.0.1
            hint: allow more time with `--read-timeout` or `--timeout`
            error: huawei default cn-north-4 elb: no response within 300ms from 127.0.0.1
            hint: allow more time with `--read-timeout` or `--timeout`
            2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 timed out
            ");
        }
    }
}

#[test]
fn silence_is_tried_again() {
    let mut world = two_regions();
    world.faults = vec![Fault::once(SLB_LIST, Effect::Hang).in_region("cn-beijing")];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list -o json --read-timeout 500ms");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    assert_eq!(cloud.log.count_in(SLB_LIST, "cn-beijing"), 2);
}

#[test]
fn what_arrived_before_the_runs_time_was_over_is_printed() {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.faults = vec![Fault::always(SLB_LIST, Effect::Hang).in_region("cn-beijing")];
    // Of this one the first page arrives.
    huawei = huawei::World { page_cap: 1, ..huawei };
    huawei.faults = vec![
        Fault::once(ELB_LIST, Effect::Delay(Duration::from_millis(1))).in_region("cn-north-4"),
        Fault::always(ELB_LIST, Effect::Hang).in_region("cn-north-4"),
    ];
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    let begun = Instant::now();
    // Long enough for a slow machine to read the others; the silent ones would take far longer.
    assert_run!(certls.run("list --timeout 2s"), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    pay   pay.example.com   in 20 days  20YY-MM-DD  huawei  cn-north-4      default  9350872d712a127c494d7dc35e46b0bc
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    error: aliyun default cn-beijing slb: not done when the run's time (2s) was over
    hint: allow the run more time with `--timeout`
    error: huawei default cn-north-4 elb: not done when the run's time (2s) was over
    hint: allow the run more time with `--timeout`
    3 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 timed out
    ");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[test]
fn the_time_of_the_run_bounds_it_also_while_it_waits_to_try_again() {
    let mut world = two_regions();
    let headers = vec![("Retry-After".to_owned(), "30".to_owned())];
    world.faults = vec![Fault::always(SLB_LIST, Effect::Throttle { headers }).in_region("cn-beijing")];
    let cloud = aliyun::start(world);
    let begun = Instant::now();
    let run = Certls::new().aliyun(&cloud).run("list -o json --timeout 1500ms");
    assert_eq!((run.code, run.names()), (3, vec!["shop".to_owned()]), "{}", run.text());
    assert_eq!(run.scope("cn-beijing")["status"], "timeout");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[test]
fn regions_that_cannot_be_listed_in_time() {
    let mut world = two_regions();
    world.faults = vec![Fault::always("DescribeRegions", Effect::Hang)];
    let cloud = aliyun::start(world);
    let run = Certls::new().aliyun(&cloud).run("list --timeout 500ms");
    assert_run!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: not done when the run's time (500ms) was over
    hint: allow the run more time with `--timeout`
    no certificate read · 1 cloud, 1 account, 1 scope: 1 timed out
    ");
}

fn twenty_regions() -> aliyun::World {
    let mut world = aliyun_world(&[]);
    world.regions = (1..=20).map(|number| slb_region(&format!("xx-test-{number}"), &[("one", 9)])).collect();
    world.delay = Duration::from_millis(100);
    world
}

#[test]
fn no_more_is_asked_at_once_than_is_allowed() {
    for (args, limit) in [("", 16), ("--concurrency 2", 2), ("--concurrency 1", 1)] {
        let cloud = aliyun::start(twenty_regions());
        let begun = Instant::now();
        let run = Certls::new().aliyun(&cloud).run(&format!("list -o json {args}"));
        assert_eq!((run.code, run.certificates().len()), (0, 20), "{}", run.text());
        assert!(cloud.log.max_in_flight() <= limit, "{args}: {}", cloud.log.max_in_flight());
        // One after the other would take two seconds for the lists alone.
        assert!(cloud.log.max_in_flight() > limit / 2, "{args}: {}", cloud.log.max_in_flight());
        assert!(limit < 16 || begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[test]
fn the_limit_holds_for_both_clouds_together() {
    let names: Vec<String> = (1..=6).map(|number| format!("xx-test-{number}")).collect();
    let projects: Vec<(&str, &[(&str, i64)])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    let huawei = huawei::World { delay: Duration::from_millis(50), ..huawei_world(&projects) };
    let (aliyun, huawei) = (aliyun::start(twenty_regions()), huawei::start(huawei));
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json --concurrency 3");
    assert_eq!((run.code, run.scopes().len()), (0, 26), "{}", run.text());
    let most = (aliyun.log.max_in_flight(), huawei.log.max_in_flight());
    assert!(most.0 <= 3 && most.1 <= 3, "{most:?}");
}
