//! Huawei Cloud: every page is read, and no page after the last.

use std::time::Duration;

use serde_json::json;

use crate::support::fixtures::{ELB_LIST, NameAndDays, certificate_for, huawei_world};
use crate::support::runner::{Certls, Run, assert_run};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei, World};
use clouds::records;

const SIX: [NameAndDays; 6] = [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("f", 6)];

fn cloud(stored: &[NameAndDays], page_cap: usize) -> Huawei {
    huawei::start(World { page_cap, ..huawei_world(&[("cn-north-4", stored)]) })
}

fn list(cloud: &Huawei) -> Run {
    Certls::new().huawei(cloud).run("list -o json")
}

#[test]
fn every_page_is_read_and_none_too_many() {
    // A page that is full names the next, so a list that ends with one has an empty page behind it.
    for (rows, page_cap, pages) in
        [(0, 1, 1), (1, 1, 2), (1, 2, 1), (3, 1, 4), (5, 2, 3), (5, 3, 2), (6, 2, 4), (6, 3, 3), (6, 0, 1)]
    {
        let cloud = cloud(&SIX[..rows], page_cap);
        let run = list(&cloud);
        let wanted: Vec<&str> = SIX[..rows].iter().map(|(name, _)| *name).collect();
        assert_eq!((run.code, run.names()), (0, wanted.iter().map(ToString::to_string).collect()), "{}", run.text());
        assert_eq!(cloud.log.count(ELB_LIST), pages, "{rows} rows in pages of {page_cap}");
        assert_eq!(run.scope("cn-north-4")["certificates"], rows);
    }
}

#[test]
fn pages_are_asked_for_at_their_largest() {
    let cloud = cloud(&SIX, 3);
    list(&cloud);
    let requests = cloud.log.all().into_iter().filter(|request| request.action == ELB_LIST);
    let queries: Vec<String> = requests.map(|request| request.query).collect();
    let marker = |name: &str| format!("limit=2000&marker={}", records::id_of(name));
    // The marker counts only beside a limit.
    assert_eq!(queries, ["limit=2000".to_owned(), marker("c"), marker("f")]);
}

#[test]
fn a_marker_that_repeats_ends_the_scope_and_what_was_read_stays() {
    let mut world = World { page_cap: 3, ..huawei_world(&[("cn-north-4", &SIX), ("cn-east-3", &[("other", 9)])]) };
    world.faults = vec![Fault::always(ELB_LIST, Effect::RepeatMarker).in_region("cn-north-4")];
    let cloud = huawei::start(world);
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!(run.code, 3, "{}", run.text());
    // What came twice is listed once.
    let wanted: Vec<String> = ["a", "b", "c", "d", "e", "f", "other"].map(str::to_owned).to_vec();
    assert_eq!(run.names(), wanted);
    assert_eq!(run.scope("cn-north-4")["error"]["kind"], "reply");
    assert_eq!(cloud.log.count_in(ELB_LIST, "cn-north-4"), 2);
}

#[test]
fn a_later_page_that_fails_costs_only_itself() {
    let cloud = || {
        // The first page is only late; the others are refused.
        let late = Fault::once(ELB_LIST, Effect::Delay(Duration::from_millis(1)));
        let faults = vec![late, Fault::always(ELB_LIST, Effect::Denied)];
        huawei::start(World { page_cap: 2, faults, ..huawei_world(&[("cn-north-4", &SIX)]) })
    };
    assert_run!(Certls::new().huawei(&cloud()).run("list"), @"
    exit 3
    --- stdout
    NAME  COVERS         EXPIRES    ON          CLOUD   REGION      ACCOUNT  ID
    a     a.example.com  in 1 day   20YY-MM-DD  huawei  cn-north-4  default  ca978112ca1bbdcafac231b39a23dc4d
    b     b.example.com  in 2 days  20YY-MM-DD  huawei  cn-north-4  default  3e23e8160039594a33894f6564e1b134
    --- stderr
    error: huawei default cn-north-4 elb: Policy doesn't allow elb:certificates:list to be performed. (ELB.9802, request REQUEST)
    hint: allow the IAM action `elb:certificates:list` to this user or agency
    2 certificates · 1 cloud, 1 account, 1 scope: 1 denied
    ");
    let run = list(&cloud());
    let scope = run.scope("cn-north-4");
    assert_eq!((&scope["certificates"], &scope["status"]), (&json!(2), &json!("denied")));
    assert_eq!(run.json()["complete"], false);
}

#[test]
fn a_page_that_is_not_described_is_the_last_unless_it_is_full() {
    let record = records::huawei_record(&records::id_of("a"), "p", "a", &certificate_for("a", 5));
    for page_info in ["", ",\"page_info\":null", ",\"page_info\":{}", ",\"page_info\":{\"next_marker\":\"\"}"] {
        let body = format!("{{\"certificates\":[{record}]{page_info}}}");
        let mut world = huawei_world(&[("cn-north-4", &[])]);
        world.faults = vec![Fault::always(ELB_LIST, Effect::Status(200, Vec::new(), body))];
        let cloud = huawei::start(world);
        let run = list(&cloud);
        assert_eq!((run.code, run.names(), cloud.log.count(ELB_LIST)), (0, vec!["a".to_owned()], 1), "{page_info}");
    }
    let full = format!("{{\"certificates\":[{}]}}", vec![record.to_string(); 2000].join(","));
    let mut world = huawei_world(&[("cn-north-4", &[("b", 9)])]);
    world.faults = vec![Fault::once(ELB_LIST, Effect::Status(200, Vec::new(), full))];
    let cloud = huawei::start(world);
    list(&cloud);
    let queries: Vec<String> = cloud.log.all().into_iter().map(|seen| seen.query).collect();
    assert_eq!(queries.last(), Some(&format!("limit=2000&marker={}", records::id_of("a"))));
}
