//! Huawei Cloud: the projects that are scanned, and their regions.

use crate::support::fixtures::{ELB_LIST, NameAndDays, aliyun_world, huawei_world, two_projects};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};

fn list(cloud: &Huawei, args: &str) -> Run {
    Certls::new().huawei(cloud).run(&format!("list -o json {args}"))
}

#[test]
fn projects_below_a_region_belong_to_it() {
    let projects: &[(&str, &[NameAndDays])] = &[
        ("cn-north-4", &[("main", 10)]),
        ("cn-north-4_dev", &[("dev", 20)]),
        ("cn-north-4_dev_two", &[("two", 30)]),
        ("cn-north-1", &[("other", 40)]),
    ];
    let cloud = huawei::start(huawei_world(projects));
    let run = list(&cloud, "-r cn-north-4");
    assert_eq!((run.code, run.names()), (0, ["main", "dev", "two"].map(str::to_owned).to_vec()), "{}", run.text());
    for certificate in run.certificates() {
        assert_eq!(certificate["region"], "cn-north-4");
    }
    let document = run.json();
    let projects: Vec<&str> =
        document["scopes"].as_array().expect("scopes").iter().filter_map(|scope| scope["project"].as_str()).collect();
    assert_eq!(projects, ["cn-north-4", "cn-north-4_dev", "cn-north-4_dev_two"]);
    assert_eq!(list(&cloud, "").names().len(), 4);
}

#[test]
fn a_project_below_a_region_is_named_in_errors() {
    let mut world = huawei_world(&[("cn-north-4", &[]), ("cn-north-4_dev", &[("dev", 20)])]);
    world.faults = vec![Fault::always(ELB_LIST, Effect::Denied)];
    let cloud = huawei::start(world);
    assert_run!(Certls::new().huawei(&cloud).run("list"), @"
    exit 1
    --- stdout
    --- stderr
    error: huawei default elb in 2 regions (cn-north-4, cn-north-4_dev): Policy doesn't allow elb:certificates:list to be performed. (ELB.9802, request REQUEST)
    hint: allow the IAM action `elb:certificates:list` to this user or agency
    no certificate read · 1 cloud, 1 account, 2 scopes: 2 denied
    ");
}

#[test]
fn a_project_without_a_region_is_not_scanned() {
    let cloud = huawei::start(huawei_world(&[("MOS", &[("hidden", 1)]), ("cn-north-4", &[("main", 10)])]));
    let run = list(&cloud, "");
    assert_eq!((run.code, run.names()), (0, vec!["main".to_owned()]), "{}", run.text());
    assert_eq!((run.scopes().len(), cloud.log.count_in(ELB_LIST, "MOS")), (1, 0));
}

#[test]
fn a_region_that_is_newer_than_certls_is_asked() {
    let cloud = huawei::start(huawei_world(&[("xx-newland-7", &[("new", 10)])]));
    assert_eq!(list(&cloud, "").names(), ["new"]);
    assert_eq!(list(&cloud, "-r xx-newland-7").names(), ["new"]);
}

#[test]
fn without_permission_to_list_all_projects_the_own_ones_are_listed() {
    let mut world = two_projects();
    world.accounts[0].denied = vec!["iam:projects".to_owned()];
    let cloud = huawei::start(world);
    let run = list(&cloud, "");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    assert!(run.messages().contains("only the user's own projects are read"), "{}", run.text());
    assert_eq!((cloud.log.count("iam:projects"), cloud.log.count("iam:auth-projects")), (1, 1));
}

#[test]
fn without_permission_to_list_any_project_the_account_is_denied() {
    let mut world = two_projects();
    world.accounts[0].denied = vec!["iam:projects".to_owned(), "iam:auth-projects".to_owned()];
    let cloud = huawei::start(world);
    let run = Certls::new().huawei(&cloud).run("list");
    assert_run!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: huawei default all elb: You have no right to do this action (request REQUEST)
    hint: allow the IAM action `iam:projects:listProjects` to this user or agency
    no certificate read · 1 cloud, 1 account, 1 scope: 1 denied
    ");
    assert_eq!(cloud.log.count(ELB_LIST), 0);
}

#[test]
fn a_region_without_a_project_gets_the_likely_name() {
    let cloud = huawei::start(two_projects());
    assert_run!(Certls::new().huawei(&cloud).run("list -r cn-north-44"), @"
    exit 2
    --- stdout
    --- stderr
    error: huawei default cn-north-44 elb: this account has no project in a region `cn-north-44`
    hint: did you mean `cn-north-4`?
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    let run = list(&cloud, "-r cn-north-44,cn-north-4");
    assert_eq!((run.code, run.names()), (3, vec!["pay".to_owned()]), "{}", run.text());
}

#[test]
fn an_account_without_any_project_is_no_empty_inventory() {
    let cloud = huawei::start(huawei_world(&[]));
    let run = list(&cloud, "");
    assert_eq!((run.code, run.scopes()), (1, vec!["huawei all failed 0".to_owned()]), "{}", run.text());
}

#[test]
fn a_named_region_goes_to_the_cloud_that_has_it() {
    let aliyun = clouds::aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 9)])]));
    let huawei = huawei::start(two_projects());
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    let run = certls.run("list -o json -r cn-hangzhou");
    assert_eq!((run.code, run.scopes()), (0, vec!["aliyun cn-hangzhou ok 1".to_owned()]), "{}", run.text());
    assert_eq!(huawei.log.all().len(), 0);
    let run = certls.run("list -o json -r cn-north-4,cn-hangzhou");
    assert_eq!((run.code, run.names()), (0, ["shop", "pay"].map(str::to_owned).to_vec()), "{}", run.text());
    // One that neither is known to have may be new in either.
    let run = certls.run("list -o json -r xx-new-1");
    assert_eq!(
        (run.code, run.scopes()),
        (2, ["aliyun xx-new-1 failed 0", "huawei xx-new-1 failed 0"].map(str::to_owned).to_vec())
    );
}
