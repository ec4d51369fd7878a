//! Errors name the cause that a person can act on: a policy, a locked key, a clock, a proxy, a site, a project.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::fixtures::{
    ELB_LIST, SLB_LIST, certificate_for, days, huawei_world, project_id, slb_id, two_projects, two_regions,
};
use crate::support::runner::{Certls, HUAWEI_DOMAIN, HUAWEI_PASSWORD, HUAWEI_USER, Run};
use clouds::aliyun::CasCentre;
use clouds::certs::certificate;
use clouds::fault::{Effect, Fault};
use clouds::huawei::User;
use clouds::{aliyun, huawei, records};

fn refusal(status: u16, body: &Value) -> Effect {
    Effect::Status(status, Vec::new(), body.to_string())
}

/// Runs a list of one region of Alibaba Cloud, whose list is refused so.
fn refused_by_alibaba(body: &Value) -> Run {
    let faults = vec![Fault::always(SLB_LIST, refusal(403, body))];
    Certls::new().aliyun(&aliyun::start(aliyun::World { faults, ..two_regions() })).run("list -r cn-hangzhou -o json")
}

/// Runs a list of Huawei Cloud, where an action is answered so.
fn answered_by_huawei(action: &str, effect: Effect, args: &str) -> Run {
    let mut world = huawei_world(&[("cn-north-4", &[("pay", 20)])]);
    world.scm = vec![records::scm_record("scs1", "bought", &certificate_for("bought", 60))];
    world.faults = vec![Fault::always(action, effect)];
    Certls::new().huawei(&huawei::start(world)).run(&format!("list -o json {args}"))
}

fn hint(run: &Run, region: &str) -> String {
    run.scope(region)["error"]["hint"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_policy_that_denies_is_named_with_its_level() {
    for (kind, policy, expected) in [
        ("ExplicitDeny", json!("ControlPolicy"), "a control policy of the resource directory denies"),
        ("ImplicitDeny", json!("ControlPolicy"), "a control policy of the resource directory does not allow"),
        ("ExplicitDeny", json!("SessionPolicy"), "the session policy of these temporary keys denies"),
        ("ExplicitDeny", json!("AssumeRolePolicy"), "the trust policy of the role denies"),
        (
            "ExplicitDeny",
            json!("ResourceGroupLevelIdentityBasedPolicy"),
            "a policy on a resource group explicitly denies",
        ),
        (
            "ExplicitDeny",
            json!("AccountLevelIdentityBasedPolicy"),
            "a policy of this user, group or role explicitly denies",
        ),
        ("explicitdeny", json!({"odd": 1}), "a policy of this user, group or role explicitly denies"),
        ("ImplicitDeny", json!("AccountLevelIdentityBasedPolicy"), "allow the RAM action"),
    ] {
        let detail =
            json!({"NoPermissionType": kind, "PolicyType": policy, "AuthAction": "slb:DescribeServerCertificates"});
        let body = json!({"Code": "Forbidden.RAM", "Message": "User not authorized.", "RequestId": 7, "AccessDeniedDetail": detail});
        let run = refused_by_alibaba(&body);
        let hint = hint(&run, "cn-hangzhou");
        assert!(hint.starts_with(expected) && hint.contains("`slb:DescribeServerCertificates`"), "{kind}: {hint}");
        assert_eq!(run.scope("cn-hangzhou")["status"], "denied");
        assert_eq!(run.scope("cn-hangzhou")["error"]["request_id"], "7", "an odd field costs itself");
    }
    for detail in [json!(null), json!("text"), json!([]), json!({})] {
        let body = json!({"Code": "Forbidden.RAM", "Message": "No.", "AccessDeniedDetail": detail});
        assert!(hint(&refused_by_alibaba(&body), "cn-hangzhou").starts_with("allow the RAM action"), "{detail}");
    }
}

#[test]
fn a_denial_by_an_organization_is_named() {
    for (message, expected) in [
        (
            "not authorized to perform: elb:certificates:list because of an explicit deny in a policy",
            "a policy explicitly denies",
        ),
        ("access denied by a service control policy", "a service control policy of the organization denies"),
        ("Policy doesn't allow elb:certificates:list to be performed.", "allow the IAM action"),
    ] {
        let body = json!({"error_code": "ELB.9802", "error_msg": message, "request_id": "q"});
        let hint = hint(&answered_by_huawei(ELB_LIST, refusal(403, &body), ""), "cn-north-4");
        assert!(hint.starts_with(expected) && hint.contains("`elb:certificates:list`"), "{hint}");
    }
}

#[test]
fn a_locked_key_is_not_called_wrong() {
    let told = "Incorrect IAM authentication information: ";
    for text in [
        "AK access failed to reach the limit,forbidden.",
        "verify aksk signature fail, AK access failed to reach the limit,forbidden: PLANTED",
    ] {
        let body = json!({"error_code": "APIGW.0301", "error_msg": format!("{told}{text}"), "request_id": "q"});
        let run = answered_by_huawei("iam:projects", refusal(401, &body), "");
        let error = run.scope("all")["error"].clone();
        assert_eq!(error["message"], "this access key is locked after too many failed attempts");
        assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("wait five minutes")), "{error}");
    }
    // Without the request as the cloud signed it, which half is wrong is not known.
    let body = json!({"error_code": "APIGW.0301", "error_msg": format!("{told}verify aksk signature fail"), "request_id": "q"});
    let run = answered_by_huawei("iam:projects", refusal(401, &body), "");
    assert_eq!(run.scope("all")["error"]["message"], "the signature does not match");
}

#[test]
fn a_clock_that_is_far_off_is_told_also_where_the_cloud_accepts_it() {
    let (now, host) = (chrono::Utc::now(), "dead.example.com");
    let made = certificate(host, &[host], now - days(300), now + days(200));
    let mut world = huawei_world(&[("cn-north-4", &[])]);
    world.projects[0].certificates =
        vec![records::huawei_record(&records::id_of("dead"), &project_id("cn-north-4"), "dead", &made)];
    world.accounts[0].users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
    for (clock, told) in [
        (Duration::days(20), "this machine's clock is 20 days behind the cloud's"),
        (Duration::minutes(-20), "this machine's clock is 20 minutes ahead of the cloud's"),
    ] {
        let cloud = huawei::start(huawei::World { clock, ..world.clone() });
        let user =
            [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
        let certls = Certls::new().huawei_at(&cloud.url).envs(&user);
        let run = certls.run("list -o json");
        assert_eq!((run.code, run.certificates().len()), (3, 1), "{}", run.text());
        let error = run.scope("cn-north-4")["error"].clone();
        assert_eq!((&error["kind"], error["message"].as_str()), (&json!("clock"), Some(told)));
        let check = certls.run("check");
        assert_eq!(check.code, 3, "{}", check.text());
        assert!(check.stdout.contains(told), "{}", check.stdout);
    }
    // Less than the clouds accept is only told.
    let cloud = huawei::start(huawei::World { clock: Duration::minutes(8), ..world });
    let run = Certls::new().huawei(&cloud).run("check");
    let list = Certls::new().huawei(&cloud).run("list");
    assert_eq!((run.code, list.code), (0, 0), "{}", list.text());
    assert!(list.stderr.contains("warning: ") && list.stderr.contains("8 minutes behind"), "{}", list.stderr);
}

#[test]
fn the_account_is_known_by_its_projects_where_iam_does_not_name_it() {
    let forbidden =
        json!({"error": {"code": 403, "message": "You have no right to do this action", "title": "Forbidden"}});
    for effect in [
        refusal(200, &json!({"domains": [], "links": {}})),
        refusal(200, &json!({"domains": [{"id": null, "name": 7}, 9], "links": {}})),
        refusal(403, &forbidden),
    ] {
        let run = answered_by_huawei("iam:domains", effect, "--service scm");
        assert_eq!((run.code, run.names()), (0, vec!["bought".to_owned()]), "{}", run.text());
    }
    let mut world = huawei_world(&[("cn-north-4", &[("pay", 20)])]);
    let projects = json!({"projects": [{"id": project_id("cn-north-4"), "name": "cn-north-4"}], "links": {}});
    world.faults = vec![
        Fault::always("iam:domains", refusal(200, &json!({"domains": []}))),
        Fault::always("iam:projects", refusal(200, &projects)),
    ];
    let run = Certls::new().huawei(&huawei::start(world)).run("list --service scm -o json");
    let hint = hint(&run, "global");
    assert!(run.code == 1 && hint.contains("iam:projects:listProjects") && !hint.contains("PROXY"), "{hint}");
}

#[test]
fn a_project_id_of_nobodys_is_named_and_not_an_action() {
    let body = json!({"error_code": "APIGW.0802", "error_msg": "Policy doesn't allow the project", "request_id": "q"});
    let mut world = two_projects();
    world.faults = vec![Fault::always(ELB_LIST, refusal(403, &body))];
    let cloud = huawei::start(world);
    let run = Certls::new()
        .huawei(&cloud)
        .env("HW_PROJECT_ID", "0123456789abcdef0123456789abcdef")
        .run("list -r cn-north-4 -o json");
    assert!(run.code == 2 && hint(&run, "cn-north-4").contains("HW_PROJECT_ID"), "{}", run.text());
    let own = Certls::new().huawei(&cloud).env("HW_PROJECT_ID", &project_id("cn-north-4"));
    let hint = hint(&own.run("list -r cn-north-4 -o json"), "cn-north-4");
    assert!(hint.contains("elb:certificates:list"), "{hint}");
}

#[test]
fn a_disabled_project_is_a_note() {
    let (open, closed) = (project_id("cn-north-4"), "b".repeat(32));
    for disabled in [json!(false), json!("false")] {
        let projects = json!({"projects": [
            {"id": open, "name": "cn-north-4", "enabled": true},
            {"id": closed, "name": "cn-north-4_gone", "enabled": disabled},
        ], "links": {}});
        let run = answered_by_huawei("iam:projects", refusal(200, &projects), "");
        assert_eq!((run.code, run.names()), (0, vec!["pay".to_owned()]), "{}", run.text());
        assert!(run.stderr.contains("the project cn-north-4_gone is disabled"), "{}", run.stderr);
    }
}

#[test]
fn what_enterprise_projects_grant_is_read_and_told_as_a_part() {
    // The first request of each list is for the whole project, and is refused.
    let mut world = huawei_world(&[("cn-north-4", &[("pay", 20), ("web", 30)])]);
    world.page_cap = 1;
    world.faults = vec![Fault::once(ELB_LIST, Effect::Denied)];
    let cloud = huawei::start(world);
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    assert!(run.stderr.contains("only what belongs to the enterprise projects granted to this user"), "{}", run.stderr);
    let all = cloud.log.all();
    let asked: Vec<bool> = (all.iter().filter(|request| request.action == ELB_LIST))
        .map(|request| request.query.contains("enterprise_project_id=all_granted_eps"))
        .collect();
    assert_eq!(asked, [false, true, true, true]);
}

#[test]
fn a_certificate_of_cas_is_found_as_other_products_name_it() {
    let mut world = two_regions();
    world.cas = vec![
        CasCentre::new("cn-hangzhou", vec![records::cas_record(23_759_533, "bought", &certificate_for("bought", 60))]),
        CasCentre::new("ap-southeast-1", Vec::new()),
    ];
    let cloud = aliyun::start(world);
    let show = |id: &str, args: &str| Certls::new().aliyun(&cloud).run(&format!("show {id} {args}"));
    for id in ["23759533-cn-hangzhou", "23759533-cas.aliyuncs.com", "23759533"] {
        let run = show(id, "--service slb,cas -o json");
        assert_eq!((run.code, run.names()), (0, vec!["bought".to_owned()]), "{id}: {}", run.text());
    }
    assert_eq!(show("23759533-ap-southeast-1", "--service slb,cas").code, 4);
    let run = show("23759533", "--service slb");
    assert!(run.code == 4 && run.stderr.contains("hint: `--service cas`"), "{}", run.text());
    let run = Certls::new().aliyun(&cloud).run("which bought.example.com --service slb");
    assert!(run.code == 4 && run.stderr.contains("hint: `--service cas`"), "{}", run.text());
    assert_eq!(show(&slb_id("shop"), "--service slb").code, 0);
}

#[test]
fn a_timeout_beyond_every_clock_is_a_usage_error() {
    let cloud = aliyun::start(two_regions());
    for flag in ["--read-timeout", "--connect-timeout", "--timeout"] {
        for (value, code) in [("9223372036854s", 2), ("366d", 2), ("365d", 0)] {
            let run = Certls::new().aliyun(&cloud).run(&format!("list {flag} {value}"));
            assert_eq!(run.code, code, "{flag} {value}: {}", run.text());
        }
    }
}
