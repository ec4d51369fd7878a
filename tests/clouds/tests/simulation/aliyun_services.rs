//! The simulated products of Alibaba Cloud answer as documented, and refuse what is not.

use serde_json::Value;

use crate::aliyun_estate::{CAS, MASTER, RD, calls, estate};
use crate::client::{code, json as parse, send};
use crate::signed::Unsigned;
use clouds::aliyun::{self, Aliyun, Directory, Member, Role};
use clouds::fault::{Effect, Fault};
use clouds::records::PLANTED_KEY;

pub(crate) fn ask(cloud: &Aliyun, call: Unsigned) -> Value {
    parse(&send(&cloud.url, &call.acs3()).2)
}

pub(crate) fn code_of(cloud: &Aliyun, call: Unsigned) -> (u16, String) {
    code(&send(&cloud.url, &call.acs3()))
}

#[test]
fn every_action_answers_by_either_signature() {
    let cloud = aliyun::start(estate());
    for (label, call, pointer, wanted) in calls() {
        let body = ask(&cloud, call);
        assert_eq!(body.pointer(pointer), Some(&wanted), "{label}: {body}");
        let by_rpc = send(&cloud.url, &call.rpc());
        if call.path == "/" {
            assert_eq!(parse(&by_rpc.2).pointer(pointer), Some(&wanted), "{label} by RPC: {by_rpc:?}");
        } else {
            assert_eq!(code(&by_rpc), (400, "IncompleteSignature".into()), "{label} by RPC");
        }
        assert_eq!(cloud.log.count(label), 2, "{label}");
        // The address of loopback stands for every host.
        let address = cloud.url.trim_start_matches("http://").to_owned();
        let body = ask(&cloud, Unsigned { host: &address, ..call });
        assert_eq!(body.pointer(pointer), Some(&wanted), "{label} at loopback: {body}");
    }
}

#[test]
fn every_action_refuses_another_signature_host_version_path_and_parameter() {
    let cloud = aliyun::start(estate());
    for (label, call, ..) in calls() {
        let wrong = send(&cloud.url, &call.acs3_with("testid", "wrong", None));
        assert_eq!(code(&wrong), (400, "SignatureDoesNotMatch".into()), "{label}");
        let mut changed = call.acs3();
        changed.query.push_str("&a=b");
        assert_eq!(code(&send(&cloud.url, &changed)), (400, "SignatureDoesNotMatch".into()), "{label}");
        let elsewhere = Unsigned { host: "slb.cn-beijing.aliyuncs.com", ..call };
        assert_eq!(code_of(&cloud, elsewhere), (404, "InvalidAction.NotFound".into()), "{label}");
        let old = Unsigned { version: "2001-01-01", ..call };
        assert_eq!(code_of(&cloud, old), (400, "InvalidVersion".into()), "{label}");
        let other = Unsigned { path: "/other", ..call };
        assert_eq!(code_of(&cloud, other), (400, "UnsupportedHTTPMethod".into()), "{label}");
        let method = Unsigned { method: "PUT", ..call };
        assert_eq!(code_of(&cloud, method), (400, "UnsupportedHTTPMethod".into()), "{label}");
        let misspelled = [call.query, "Undocumented=1"].join("&");
        let status = code_of(&cloud, Unsigned { query: &misspelled, ..call });
        // Of a query beside a form, only the gateway's parameters count.
        let is_form = !call.form.is_empty();
        assert!(is_form || status.0 == 400 && status.1 == unknown(label), "{label}: {status:?}");
        if is_form {
            let form = format!("{}&Undocumented=1", call.form);
            assert_eq!(code_of(&cloud, Unsigned { form: &form, ..call }), (400, unknown(label)), "{label}");
        }
    }
}

fn unknown(label: &str) -> String {
    if label.starts_with("nlb:") { "IllegalParam.Undocumented".into() } else { "InvalidParameter".into() }
}

#[test]
fn every_action_can_be_denied_or_fail() {
    for (label, call, ..) in calls() {
        let mut world = estate();
        world.accounts[0].denied.push(label.into());
        world.faults.push(Fault::once(label, Effect::ServerError));
        let cloud = aliyun::start(world);
        assert_eq!(code_of(&cloud, call), (503, "ServiceUnavailable".into()), "{label}");
        let denied = send(&cloud.url, &call.acs3());
        assert_eq!(denied.0, 403, "{label}: {denied:?}");
        assert!(parse(&denied.2)["AccessDeniedDetail"]["AuthAction"].is_string(), "{label}: {denied:?}");
        // Another product's action of the same name is not denied.
        for (other, call, ..) in calls().into_iter().filter(|(other, ..)| *other != label) {
            assert_ne!(send(&cloud.url, &call.acs3()).0, 403, "{other} beside {label}");
        }
    }
}

#[test]
fn private_keys_are_only_where_the_documents_have_them() {
    let cloud = aliyun::start(estate());
    for (label, call, ..) in calls() {
        let has_key = send(&cloud.url, &call.acs3()).2.contains("PLANTED-PRIVATE-KEY");
        assert_eq!(has_key, label.starts_with("fc:"), "{label}");
    }
    let unfiltered = Unsigned::new(CAS, "2020-04-07", "GetUserCertificateDetail", "CertId=123");
    assert_eq!(ask(&cloud, unfiltered)["Key"], PLANTED_KEY);
}

#[test]
fn an_organisation_has_members_that_refuse_or_are_throttled() {
    let mut world = estate();
    let members: Vec<Member> = (1..=12).map(|n| Member::new(&format!("20{n:02}"), &format!("team-{n}"))).collect();
    let directory = Directory::new(MASTER, members);
    world.roles = directory.roles("certls", "testid");
    world.roles[3] = Role::new("acs:ram::2004:role/certls", &[]);
    world.directory = Some(directory);
    world.throttled = vec!["2005".into()];
    let cloud = aliyun::start(world);
    let assume = |uid: &str| {
        let query = format!("RoleSessionName=certls&RoleArn=acs%3Aram%3A%3A{uid}%3Arole%2Fcertls");
        send(&cloud.url, &Unsigned::new("sts.aliyuncs.com", "2015-04-01", "AssumeRole", &query).acs3())
    };
    assert_eq!(code(&assume("2004")), (403, "NoPermission".into()));
    assert_eq!(code(&assume("2099")), (404, "EntityNotExist.Role".into()));
    let act = |uid: &str, action: &str| {
        let keys = parse(&assume(uid).2)["Credentials"].clone();
        let text = |name: &str| keys[name].as_str().unwrap().to_owned();
        let call = Unsigned::new(RD, "2022-04-19", action, "");
        let signed = call.acs3_with(&text("AccessKeyId"), &text("AccessKeySecret"), Some(&text("SecurityToken")));
        send(&cloud.url, &signed)
    };
    assert_eq!(code(&act("2005", "GetResourceDirectory")), (400, "Throttling.User".into()));
    assert_eq!(act("2006", "GetResourceDirectory").0, 200);
    // A member may not list the others.
    assert_eq!(code(&act("2006", "ListAccounts")), (403, "NoPermission".into()));
}
