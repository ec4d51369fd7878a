//! The order of rows and columns, and the header.

use crate::support::fixtures::{
    aliyun_with, aliyun_world, elb_record, huawei_with, slb_record, slb_record_without_expiry,
};
use crate::support::runner::{Certls, assert_run};
use clouds::aliyun;
use clouds::aliyun::Aliyun;

fn names(certls: &Certls, args: &str) -> Vec<String> {
    let run = certls.run(&format!("list -o json {args}"));
    assert_eq!(run.code, 0, "{}", run.text());
    run.names()
}

fn unsorted() -> Aliyun {
    aliyun_with(vec![
        slb_record("delta", 5),
        slb_record_without_expiry("alpha"),
        slb_record("Bravo", 90),
        slb_record("charlie", 20),
        slb_record_without_expiry("echo"),
    ])
}

#[test]
fn rows_are_sorted_by_a_column_and_the_unknown_stay_last() {
    let cloud = unsorted();
    let certls = Certls::new().aliyun(&cloud);
    let soonest = ["delta", "charlie", "Bravo", "alpha", "echo"];
    let latest = ["Bravo", "charlie", "delta", "alpha", "echo"];
    let by_name = ["alpha", "Bravo", "charlie", "delta", "echo"];
    for args in ["", "--sort not_after", "--sort days_left", "--sort expires", "--sort expiry_date"] {
        assert_eq!(names(&certls, args), soonest, "{args}");
        assert_eq!(names(&certls, &format!("{args} --reverse")), latest, "{args}");
    }
    assert_eq!(names(&certls, "--sort name"), by_name);
    assert_eq!(names(&certls, "--sort name --reverse"), by_name.iter().rev().copied().collect::<Vec<_>>());
    // What nobody knows of any: only the ties are left, in either direction.
    let ties = ["Bravo", "alpha", "charlie", "delta", "echo"];
    assert_eq!(names(&certls, "--sort issuer"), ties);
    assert_eq!(names(&certls, "--sort issuer --reverse"), ties);
    assert_eq!(names(&certls, "--sort provider"), ties);
}

#[test]
fn numbers_are_sorted_as_numbers() {
    let cloud = aliyun_with(vec![
        slb_record("nine", 9),
        slb_record("hundred", 100),
        slb_record("twenty", 20),
        slb_record("dead", -30),
        slb_record("grave", -4),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    assert_eq!(names(&certls, "--sort days_left"), ["dead", "grave", "nine", "twenty", "hundred"]);
}

#[test]
fn ties_are_broken_by_place_name_and_id_in_both_directions() {
    let world = aliyun_world(&[("cn-hangzhou", &[("b", 9), ("a", 9)]), ("cn-beijing", &[("c", 9)])]);
    let (aliyun, huawei) = (aliyun::start(world), huawei_with(vec![elb_record("0", 30, 9)]));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for sort in ["status", "status --reverse", "kind", "kind --reverse"] {
        assert_eq!(names(&certls, &format!("--sort {sort}")), ["c", "a", "b", "0"], "{sort}");
    }
    assert_eq!(names(&certls, "--sort region --reverse"), ["0", "a", "b", "c"]);
}

#[test]
fn columns_come_in_the_order_they_were_asked_for() {
    let cloud = aliyun_with(vec![slb_record("shop", 9), slb_record("blog", 20)]);
    let certls = Certls::new().aliyun(&cloud);
    assert_run!(certls.run("list --columns region,name,days_left"), @"
    exit 0
    --- stdout
    REGION       NAME  DAYS_LEFT
    cn-hangzhou  shop  9
    cn-hangzhou  blog  20
    --- stderr
    note: 1 certificate superseded by a longer-lived one; see `--superseded`
    2 certificates · 1 cloud, 1 account, 1 scope: all read
    ");
    let chosen = "--columns days_left,name --columns status";
    assert_eq!(
        certls.run(&format!("list -o tsv {chosen}")).stdout,
        "days_left\tname\tstatus\n9\tshop\tvalid\n20\tblog\tvalid\n"
    );
    assert_eq!(
        certls.run(&format!("list -o csv {chosen}")).stdout,
        "days_left,name,status\r\n9,shop,valid\r\n20,blog,valid\r\n"
    );
    assert_eq!(
        certls.run(&format!("list -o markdown {chosen}")).stdout,
        "| days_left | name | status |\n| --- | --- | --- |\n| 9 | shop | valid |\n| 20 | blog | valid |\n"
    );
}

#[test]
fn a_column_may_be_sorted_by_without_being_shown() {
    let cloud = unsorted();
    let run = Certls::new().aliyun(&cloud).run("list -o tsv --columns name --sort days_left --reverse --no-header");
    assert_eq!(run.stdout, "Bravo\ncharlie\ndelta\nalpha\necho\n");
}

#[test]
fn the_line_with_the_names_can_be_left_out() {
    let cloud = aliyun_with(vec![slb_record("shop", 9)]);
    let certls = Certls::new().aliyun(&cloud);
    for format in ["table", "csv", "tsv", "markdown"] {
        let (with, without) = (
            certls.run(&format!("list -o {format} --columns name")),
            certls.run(&format!("list -o {format} --columns name --no-header")),
        );
        let last = with.stdout.lines().next_back().unwrap_or_default();
        assert_eq!(without.stdout.lines().collect::<Vec<_>>(), [last], "{format}");
    }
}

#[test]
fn an_unknown_column_gets_the_list_of_columns() {
    for args in ["list --columns name,expirse", "list --sort expirse"] {
        let run = Certls::new().run(args);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{args}");
        for word in ["expires", "not_after", "subject_alternative_names", "the columns are provider, service, account"]
        {
            assert!(run.stderr.contains(word), "{args}: {}", run.stderr);
        }
    }
}
