//! `certls show`, `which` and `list` where calls fail or hang: each failure costs only its own certificates.

use serde_json::Value;

use super::show;
use crate::support::fixtures::{
    SLB_LIST, huawei_world, owned, run_aliyun, run_huawei, slb_id, two_projects, two_regions,
};
use clouds::aliyun;
use clouds::fault::{Effect, Fault};
use clouds::huawei;
use clouds::records;

#[test]
fn what_may_not_be_listed_is_still_looked_up() {
    let mut world = two_projects();
    world.accounts[0].denied = vec!["elb:list".to_owned()];
    let clouds = (aliyun::start(two_regions()), huawei::start(world));
    let run = show(&clouds, &["-o", "json", "-p", "huawei", &records::id_of("cdn")]);
    // Whether it is superseded is known to nobody then.
    assert_eq!((run.code, run.names()), (3, vec!["cdn".to_owned()]), "{}", run.text());
    assert!(run.stderr.contains("elb:certificates:list"), "{}", run.stderr);
    let mut world = two_projects();
    world.accounts[0].denied = vec!["elb:show".to_owned()];
    let clouds = (aliyun::start(two_regions()), huawei::start(world));
    let run = show(&clouds, &["-o", "json", &records::id_of("cdn")]);
    assert_eq!((run.code, run.names(), run.messages()), (0, vec!["cdn".to_owned()], ""), "{}", run.text());
}

#[test]
fn a_scope_that_fails_costs_no_other() {
    let mut world = two_regions();
    world.faults = vec![Fault::always(SLB_LIST, Effect::ServerError).in_region("cn-beijing")];
    let clouds = (aliyun::start(world), huawei::start(two_projects()));
    let run = show(&clouds, &["-o", "json", "--retry-count", "0", &slb_id("shop")]);
    assert_eq!((run.code, run.names()), (3, vec!["shop".to_owned()]), "{}", run.text());
    // Once by id, once for the list.
    assert_eq!(clouds.0.log.count_in(SLB_LIST, "cn-beijing"), 2);
}

#[test]
fn a_look_up_that_fails_costs_nothing_where_the_list_is_read() {
    for effect in [Effect::ServerError, Effect::Denied, Effect::Empty200, Effect::Hang] {
        let world = huawei::World { faults: vec![Fault::always("elb:show", effect)], ..two_projects() };
        let run = run_huawei(world, &format!("show -o json --retry-count 0 {}", records::id_of("cdn")));
        assert_eq!((run.code, run.names(), run.messages()), (0, owned(&["cdn"]), ""), "{}", run.text());
    }
}

#[test]
fn hanging_listeners_cost_which_and_show_no_page() {
    let stored = [("a", 9), ("b", 20), ("c", 30)];
    let faults = || vec![Fault::always("elb:listeners", Effect::Hang)];
    let world = || huawei::World { page_cap: 1, faults: faults(), ..huawei_world(&[("cn-north-4", &stored)]) };
    let run = run_huawei(world(), "which -o json --timeout 3s a.example.com b.example.com c.example.com");
    assert_eq!((run.code, run.names()), (0, owned(&["a", "b", "c"])), "{}", run.text());
    assert_eq!(run.certificate("c")["used_by"], Value::Null);
    let run = run_huawei(world(), &format!("show -o json --timeout 3s {}", records::id_of("a")));
    assert_eq!((run.code, run.names()), (0, owned(&["a"])), "{}", run.text());
}

#[test]
fn a_question_about_private_keys_that_hangs_is_not_waited_for_long() {
    let world = huawei::World { faults: vec![Fault::always("elb:getPrivateKeyEcho", Effect::Hang)], ..two_projects() };
    let run = run_huawei(world, "list -o json --timeout 10s");
    assert_eq!((run.code, run.names().len(), run.messages()), (0, 2, ""), "{}", run.text());
}

#[test]
fn a_time_that_is_over_invents_no_scope() {
    let world = aliyun::World { faults: vec![Fault::always(SLB_LIST, Effect::Hang)], ..two_regions() };
    let run = run_aliyun(world, "show -o json --timeout 1s nobody");
    assert_eq!((run.code, run.scopes().len()), (1, 2), "{}", run.text());
}
