//! The metrics of two runs on one host: no series of one file stands in the other.

use std::collections::BTreeSet;

use crate::support::fixtures::{aliyun_with, elb_record, huawei_with, slb_record, two_regions};
use crate::support::runner::{Certls, Run};
use clouds::aliyun;

/// The series of a run, without their values.
fn series(run: &Run) -> BTreeSet<String> {
    let samples = run.stdout.lines().filter(|line| !line.starts_with('#'));
    let series: BTreeSet<String> = samples.filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned())).collect();
    assert!(series.len() > 5, "{}", run.text());
    series
}

fn assert_distinct(first: &Run, second: &Run) {
    let (first, second) = (series(first), series(second));
    let both: Vec<&String> = first.intersection(&second).collect();
    assert!(both.is_empty(), "{both:#?}");
}

#[test]
fn of_two_clouds_have_no_series_in_common() {
    let (aliyun, huawei) = (aliyun_with(vec![slb_record("shop", 9)]), huawei_with(vec![elb_record("pay", 1, 90)]));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for command in ["list", "check"] {
        let run = |provider: &str| certls.run(&format!("{command} -p {provider} -o prometheus"));
        assert_distinct(&run("aliyun"), &run("huawei"));
    }
}

#[test]
fn of_two_accounts_of_one_name_have_no_series_in_common() {
    let cloud = |id: &str, name: &str| {
        let mut world = two_regions();
        world.accounts[0].uid = id.to_owned();
        world.regions[0].certificates[0]["ServerCertificateName"] = name.into();
        aliyun::start(world)
    };
    let [first, second] =
        [("1000000000000001", "shop"), ("2000000000000002", "shop")].map(|(id, name)| cloud(id, name));
    let run = |cloud| Certls::new().aliyun(cloud).run("list -o prometheus");
    assert_distinct(&run(&first), &run(&second));
}

#[test]
fn of_two_regions_have_no_series_in_common() {
    let cloud = aliyun::start(two_regions());
    let run = |region: &str| Certls::new().aliyun(&cloud).run(&format!("list -r {region} -o prometheus"));
    assert_distinct(&run("cn-hangzhou"), &run("cn-beijing"));
}

#[test]
fn of_one_account_are_told_apart_by_labels() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&cloud);
    for command in ["list", "check", "which shop.example.com", "show 1"] {
        let run = |labels: &str| certls.run(&format!("{command} -o prometheus {labels}"));
        let labeled = run("--label team=shop --label site=a\"b");
        assert_distinct(&run(""), &labeled);
        assert_distinct(&run("--label team=blog"), &labeled);
        let all = series(&labeled);
        let is_labeled = |series: &String| series.ends_with(r#"team="shop",site="a\"b"}"#);
        assert!(all.iter().all(is_labeled), "{all:#?}");
    }
}

#[test]
fn labels_that_prometheus_does_not_take_are_usage_errors() {
    let certls = Certls::new();
    for label in ["team", "=x", "team=", "9x=y", "a-b=c", "__name__=x", "region=x", "account_id=1", "subject_CN=x"] {
        let run = certls.run(&format!("list -o prometheus --label {label}"));
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{label}: {}", run.text());
    }
    let cloud = aliyun::start(two_regions());
    let run = Certls::new().aliyun(&cloud).run("list -o prometheus --label a=1 --label a=2");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.text());
}
