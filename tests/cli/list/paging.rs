//! Lists in pages that contradict themselves: no cloud's mistake passes for the end of a list.

use serde_json::{Value, json};

use crate::support::fixtures::{ELB_LIST, SLB_LIST, aliyun_world, certificate_for, huawei_world, slb_id};
use crate::support::runner::{Certls, Run};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei, records};

const SCM_LIST: &str = "scm:list";
const CAS_LIST: &str = "ListUserCertificateOrder";
const LISTENERS: &str = "DescribeLoadBalancerListeners";

/// A reply with this body.
fn reply(body: &Value) -> Effect {
    Effect::Status(200, Vec::new(), body.to_string())
}

/// The certificates of ELB of these names, which end in the order of their first letters.
fn elb_rows(names: &[&str]) -> Vec<Value> {
    let record = |name: &&str| {
        let days = 9 + i64::from(name.as_bytes()[0] - b'a');
        records::huawei_record(&records::id_of(name), "p", name, &certificate_for(name, days))
    };
    names.iter().map(record).collect()
}

/// Lists a Huawei project whose list is answered by these pages, one after another.
fn list_elb(pages: &[Value]) -> Run {
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    world.faults = pages.iter().map(|page| Fault::once(ELB_LIST, reply(page))).collect();
    Certls::new().huawei(&huawei::start(world)).run("list -o json")
}

fn error_of(run: &Run, region: &str) -> String {
    run.scope(region)["error"]["message"].as_str().unwrap_or_default().to_owned()
}

/// Effect every contradiction has in common: what came is listed, and the run is incomplete.
fn assert_incomplete(run: &Run, names: &[&str], region: &str, message: &str) {
    assert_eq!((run.code, run.names()), (3, names.iter().map(ToString::to_string).collect()), "{}", run.text());
    assert_eq!(run.json()["complete"], false);
    assert_eq!(error_of(run, region), message, "{}", run.text());
    assert_eq!(run.scope(region)["certificates"], names.len());
}

#[test]
fn a_page_of_elb_that_contradicts_itself_ends_no_list() {
    let first = |marker: &str| {
        let page_info = json!({"current_count": 3, "next_marker": marker});
        json!({"certificates": elb_rows(&["a", "b", "c"]), "page_info": page_info})
    };
    let page = |names: &[&str], page_info: Value| json!({"certificates": elb_rows(names), "page_info": page_info});
    let three = ["a", "b", "c"];
    for (second, names, message) in [
        (
            page(&[], json!({"current_count": 0, "next_marker": "f"})),
            &three[..],
            "the cloud sends an empty page, and says that the list goes on behind it",
        ),
        (page(&[], json!({"current_count": 5})), &three[..], "the cloud counts 5 certificates on a page, but sent 0"),
        (
            page(&["d"], json!({"current_count": 5})),
            &["a", "b", "c", "d"][..],
            "the cloud counts 5 certificates on a page, but sent 1",
        ),
    ] {
        assert_incomplete(&list_elb(&[first("c"), second]), names, "cn-north-4", message);
    }
    // A page that is as long as it says, and names no other, is the last.
    let run = list_elb(&[first("c"), page(&["d"], json!({"current_count": 1, "next_marker": null}))]);
    assert_eq!((run.code, run.names()), (0, ["a", "b", "c", "d"].map(str::to_owned).to_vec()), "{}", run.text());
}

#[test]
fn rows_that_come_again_under_another_marker_are_listed_once() {
    let page = |names: &[&str], marker: &str| {
        let page_info = json!({"current_count": names.len(), "next_marker": marker});
        json!({"certificates": elb_rows(names), "page_info": page_info})
    };
    let again = "the cloud sends the same page of certificates again and again";
    let run = list_elb(&[page(&["a", "b"], "m1"), page(&["a", "b"], "m2"), page(&["a", "b"], "")]);
    assert_incomplete(&run, &["a", "b"], "cn-north-4", again);
    // In another order, too, and behind a page between.
    let run = list_elb(&[page(&["a", "b"], "m1"), page(&["c"], "m2"), page(&["b", "a"], "")]);
    assert_incomplete(&run, &["a", "b", "c"], "cn-north-4", again);
    // A row that moved to the next page while the list was read is no mistake.
    let run = list_elb(&[page(&["a", "b"], "m1"), page(&["b", "c"], "")]);
    assert_eq!((run.code, run.names()), (0, ["a", "b", "c"].map(str::to_owned).to_vec()), "{}", run.text());
}

/// Records of SCM, `from..to`.
fn scm_rows(from: usize, to: usize) -> Vec<Value> {
    let row = |number| {
        json!({"id": format!("scs{number:03}"), "name": format!("n{number:03}"), "domain": "a.example.com", "sans": "",
            "expire_time": "2037-05-27 16:46:25.0", "status": "ISSUED"})
    };
    (from..to).map(row).collect()
}

#[test]
fn a_total_of_scm_that_shrinks_ends_no_list() {
    for (second, message) in [
        (json!({"certificates": [], "total_count": 50}), "the cloud counts 120 certificates, but listed only 50"),
        (json!({"certificates": [], "total_count": 0}), "the cloud counts 120 certificates, but listed only 50"),
        (json!({"certificates": []}), "the cloud counts 120 certificates, but listed only 50"),
        (
            json!({"certificates": scm_rows(0, 50), "total_count": 120}),
            "the cloud sends the same page of certificates again and again",
        ),
    ] {
        let mut world = huawei_world(&[]);
        let first = json!({"certificates": scm_rows(0, 50), "total_count": 120});
        world.faults = vec![Fault::once(SCM_LIST, reply(&first)), Fault::always(SCM_LIST, reply(&second))];
        let run = Certls::new().huawei(&huawei::start(world)).run("list -o json --service scm");
        assert_eq!((run.code, run.certificates().len()), (3, 50), "{}", run.text());
        assert_eq!(error_of(&run, "global"), message, "{}", run.text());
    }
}

/// Records of CAS, `from..to`.
fn cas_rows(from: i64, to: i64) -> Vec<Value> {
    (from..to)
        .map(|number| records::cas_record(1000 + number, &format!("n{number:03}"), &certificate_for("a", 400)))
        .collect()
}

#[test]
fn a_total_of_cas_that_shrinks_or_goes_ends_no_list() {
    let first = json!({"CertificateOrderList": cas_rows(0, 50), "TotalCount": 120, "RequestId": "r"});
    for second in [
        json!({"CertificateOrderList": [], "TotalCount": 0}),
        json!({"CertificateOrderList": [], "TotalCount": 50}),
        json!({"CertificateOrderList": []}),
    ] {
        let mut world = aliyun_world(&[]);
        world.faults = vec![
            Fault::once(CAS_LIST, reply(&first)).in_region("cn-hangzhou"),
            Fault::always(CAS_LIST, reply(&second)).in_region("cn-hangzhou"),
        ];
        let run = Certls::new().aliyun(&aliyun::start(world)).run("list -o json --service cas");
        assert_eq!((run.code, run.certificates().len()), (3, 50), "{}", run.text());
        assert_eq!(error_of(&run, "cn-hangzhou"), "the cloud counts 120 certificates, but listed only 50");
        assert_eq!(run.scope("ap-southeast-1")["status"], "ok");
    }
    // A total that is told on the first page alone holds for all pages.
    let mut world = aliyun_world(&[]);
    let second = json!({"CertificateOrderList": cas_rows(50, 120)});
    world.faults = vec![
        Fault::once(CAS_LIST, reply(&first)).in_region("cn-hangzhou"),
        Fault::once(CAS_LIST, reply(&second)).in_region("cn-hangzhou"),
    ];
    let run = Certls::new().aliyun(&aliyun::start(world)).run("list -o json --service cas");
    assert_eq!((run.code, run.certificates().len()), (0, 120), "{}", run.text());
}

/// An Alibaba account with one certificate, whose listeners are answered so.
fn list_with_listeners(then: Effect, args: &str) -> Run {
    let mut world = aliyun_world(&[("cn-hangzhou", &[("idle", 9)])]);
    world.faults = vec![Fault::always(LISTENERS, then)];
    Certls::new().aliyun(&aliyun::start(world)).run(&format!("list -o json {args}"))
}

#[test]
fn fewer_listeners_than_the_cloud_counts_name_nothing_unused() {
    let listener = json!({"LoadBalancerId": "lb-1", "ListenerPort": 443, "ListenerProtocol": "https",
        "HTTPSListenerConfig": {"ServerCertificateId": slb_id("other")}});
    let cut = json!({"Listeners": [listener], "TotalCount": 300, "MaxResults": 100});
    let run = list_with_listeners(reply(&cut), "--unused");
    assert_eq!((run.code, run.names()), (3, vec![]), "{}", run.text());
    assert!(run.stderr.contains("the cloud counts 300 listeners, but listed only 1"), "{}", run.stderr);
}

#[test]
fn uses_that_were_requested_and_are_not_known_leave_the_run_incomplete() {
    let run = list_with_listeners(Effect::Denied, "--usage");
    assert_eq!((run.code, run.names(), run.json()["complete"].clone()), (3, vec!["idle".to_owned()], json!(false)));
    let scope = run.scope("cn-hangzhou");
    assert_eq!((&scope["status"], &scope["error"]), (&json!("ok"), &Value::Null), "{}", run.text());
    assert_eq!(scope["usage_error"]["kind"], "denied");
    assert!(
        scope["usage_error"]["hint"].as_str().is_some_and(|hint| hint.contains("slb:DescribeLoadBalancerListeners"))
    );
    // Where nobody asked for them, nothing is missing.
    let run = list_with_listeners(Effect::Denied, "");
    assert_eq!((run.code, run.scope("cn-hangzhou")["usage_error"].clone()), (0, Value::Null), "{}", run.text());
}

#[test]
fn a_list_without_pages_is_read_as_ever() {
    let cloud = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("a", 1), ("b", 2)])]));
    let run = Certls::new().aliyun(&cloud).run("list -o json --usage");
    assert_eq!((run.code, run.names().len(), cloud.log.count(SLB_LIST)), (0, 2, 1), "{}", run.text());
}
