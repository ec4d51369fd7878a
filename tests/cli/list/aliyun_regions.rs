//! Alibaba Cloud: the regions that are scanned, and how they are found.

use crate::support::fixtures::{SLB_LIST, aliyun_world, two_regions};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::aliyun::{self, Aliyun};

fn list(cloud: &Aliyun, args: &str) -> Run {
    Certls::new().aliyun(cloud).run(&format!("list -o json {args}"))
}

/// Returns the regions whose certificates were listed, in alphabetical order.
fn scanned_regions(cloud: &Aliyun) -> Vec<String> {
    let listed = cloud.log.all().into_iter().filter(|seen| seen.action == SLB_LIST);
    let mut regions: Vec<String> = listed.map(|seen| seen.region).collect();
    regions.sort();
    regions
}

fn three_regions() -> aliyun::World {
    aliyun_world(&[("cn-hangzhou", &[("shop", 9)]), ("cn-beijing", &[("blog", 40)]), ("eu-central-1", &[("euro", 50)])])
}

#[test]
fn a_region_that_is_known_is_asked_without_asking_for_the_list() {
    let cloud = aliyun::start(three_regions());
    let run = list(&cloud, "--region cn-beijing");
    assert_eq!((run.code, run.names()), (0, vec!["blog".to_owned()]), "{}", run.text());
    assert_eq!(run.scopes(), ["aliyun cn-beijing ok 1"]);
    assert_eq!((cloud.log.count("DescribeRegions"), scanned_regions(&cloud)), (0, vec!["cn-beijing".to_owned()]));
}

#[test]
fn several_regions_by_comma_or_repeated_each_once() {
    for args in ["-r cn-beijing,eu-central-1", "-r cn-beijing -r eu-central-1", "-r eu-central-1,CN-Beijing,cn-beijing"]
    {
        let cloud = aliyun::start(three_regions());
        let run = list(&cloud, args);
        assert_eq!((run.code, run.names()), (0, vec!["blog".to_owned(), "euro".to_owned()]), "{args}: {}", run.text());
        assert_eq!((cloud.log.count("DescribeRegions"), scanned_regions(&cloud).len()), (0, 2), "{args}");
    }
}

#[test]
fn no_region_is_every_region_that_the_cloud_lists() {
    for args in ["", "--region all", "-r all,cn-beijing"] {
        let cloud = aliyun::start(three_regions());
        let run = list(&cloud, args);
        assert_eq!((run.code, run.names().len()), (0, 3), "{args}: {}", run.text());
        assert_eq!(run.scopes(), ["aliyun cn-beijing ok 1", "aliyun cn-hangzhou ok 1", "aliyun eu-central-1 ok 1"]);
        assert_eq!(cloud.log.count("DescribeRegions"), 1, "{args}");
        assert_eq!(scanned_regions(&cloud), ["cn-beijing", "cn-hangzhou", "eu-central-1"], "{args}");
    }
}

#[test]
fn the_region_of_the_environment_is_no_filter() {
    let cloud = aliyun::start(three_regions());
    let certls = Certls::new().aliyun(&cloud);
    let certls = certls.env("ALIBABA_CLOUD_REGION_ID", "cn-beijing").env("ALICLOUD_REGION", "cn-beijing");
    assert_eq!(certls.run("list -o json").names().len(), 3);
}

#[test]
fn a_region_that_is_newer_than_certls_is_found() {
    let world = || aliyun_world(&[("cn-hangzhou", &[("shop", 9)]), ("xx-newland-7", &[("new", 30)])]);
    let cloud = aliyun::start(world());
    let run = list(&cloud, "");
    assert_eq!((run.code, run.names()), (0, vec!["shop".to_owned(), "new".to_owned()]), "{}", run.text());
    let cloud = aliyun::start(world());
    let run = list(&cloud, "-r xx-newland-7");
    assert_eq!((run.code, run.names()), (0, vec!["new".to_owned()]), "{}", run.text());
    // It is not known here, so the cloud is asked whether it is.
    assert_eq!((cloud.log.count("DescribeRegions"), scanned_regions(&cloud)), (1, vec!["xx-newland-7".to_owned()]));
}

#[test]
fn a_misspelt_region_gets_the_likely_name() {
    let cloud = aliyun::start(two_regions());
    let run = Certls::new().aliyun(&cloud).run("list -r cn-hangzhuo");
    assert_run!(run, @"
    exit 2
    --- stdout
    --- stderr
    error: aliyun default cn-hangzhuo slb: Alibaba Cloud has no region `cn-hangzhuo`
    hint: did you mean `cn-hangzhou` or `cn-hangzhou-finance` or `cn-shanghai`?
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    assert_eq!(scanned_regions(&cloud), Vec::<String>::new());
}

#[test]
fn a_misspelt_region_costs_the_others_nothing() {
    let cloud = aliyun::start(two_regions());
    let run = list(&cloud, "-r cn-hangzhuo,cn-beijing");
    assert_eq!((run.code, run.names()), (3, vec!["blog".to_owned()]), "{}", run.text());
    assert_eq!(run.scopes(), ["aliyun cn-beijing ok 1", "aliyun cn-hangzhuo failed 0"]);
    assert_eq!(run.scope("cn-hangzhuo")["error"]["kind"], "region");
}

#[test]
fn each_request_names_its_region() {
    // Without RegionId the service answers with Hangzhou's certificates: the worst of silent mistakes.
    let cloud = aliyun::start(three_regions());
    let run = list(&cloud, "");
    assert!(!scanned_regions(&cloud).contains(&String::new()));
    for certificate in run.certificates() {
        let wanted = match certificate["name"].as_str() {
            Some("shop") => "cn-hangzhou",
            Some("blog") => "cn-beijing",
            _ => "eu-central-1",
        };
        assert_eq!(certificate["region"], wanted);
    }
}

#[test]
fn a_cloud_that_lists_no_region_is_not_an_empty_inventory() {
    let cloud = aliyun::start(aliyun_world(&[]));
    let run = list(&cloud, "");
    assert_eq!(run.code, 1, "{}", run.text());
    assert_eq!(run.scopes(), ["aliyun all failed 0"]);
}
