//! The simulated Organizations and STS of Huawei Cloud: members, and keys for their agencies.

use chrono::Duration;

use crate::client::{code, json, send};
use crate::huawei::PROJECT;
use crate::huawei_services::{AK, DOMAIN, KEY, Key, MEMBER, SK, call, certificate, get, signed, world};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Account, Agency, CdnDomain, Member, PLANTED_CONTACT, Project};
use clouds::records;

const ACCOUNTS: &str = "organizations.myhuaweicloud.com/v1/organizations/accounts";
const STS: &str = "sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume";

fn assume(account: &str, agency: &str, more: &str) -> String {
    format!(r#"{{"agency_urn":"iam::{account}:agency:{agency}","agency_session_name":"certls"{more}}}"#)
}

/// An organisation of a management account and five members, of which one is suspended.
fn organization() -> huawei::World {
    let mut world = world();
    let organization = world.organization.as_mut().unwrap();
    organization.members.extend((0..4).map(|number| Member::new(&records::id_of(&number.to_string()), "team")));
    organization.members[5] = organization.members[5].clone().with_status("suspended");
    world.projects[0].domain_id = DOMAIN.into();
    world.projects.push(Project {
        id: records::id_of("of the member"),
        name: "cn-north-4".into(),
        domain_id: MEMBER.into(),
        certificates: vec![records::huawei_record(&records::id_of("one"), PROJECT, "of-team-a", &certificate())],
    });
    world.cdn.push(CdnDomain::new("team-a.example.com").serving("a", &certificate()).owned_by(MEMBER, "0"));
    let agency = |domain_id: &str, denied: &[&str]| Agency {
        name: "OrganizationAccountAccessAgency".into(),
        domain_id: domain_id.into(),
        denied: denied.iter().map(|action| (*action).to_owned()).collect(),
        ..Agency::default()
    };
    world.agencies = vec![agency(MEMBER, &[]), agency(&records::id_of("0"), &["scm:list"])];
    world
}

#[test]
fn members_come_in_pages_to_the_management_account() {
    let mut world = organization();
    world.page_cap = 2;
    world.accounts.push(Account {
        ak: "HWFAKEACCESSKEY00002".into(),
        sk: SK.into(),
        domain_id: MEMBER.into(),
        ..Default::default()
    });
    let cloud = huawei::start(world);
    let (mut names, mut counts, mut marker) = (Vec::new(), Vec::new(), String::new());
    loop {
        let page = get(&cloud, &format!("{ACCOUNTS}?limit=200{marker}"));
        counts.push(page["page_info"]["current_count"].as_u64().unwrap());
        for account in page["accounts"].as_array().unwrap() {
            assert!(account["email"].is_null() && account["mobile_phone"].is_null());
            names.push(format!("{} {}", account["name"].as_str().unwrap(), account["status"].as_str().unwrap()));
        }
        match page["page_info"]["next_marker"].as_str() {
            Some(next) => marker = format!("&marker={next}"),
            None => break,
        }
    }
    assert_eq!(counts, [2, 2, 2]);
    assert_eq!((names[0].as_str(), names[5].as_str()), ("management active", "team suspended"));
    let contacts = call(&cloud, "GET", &format!("{ACCOUNTS}?with_register_contact_info=true"), "");
    assert!(contacts.2.contains(PLANTED_CONTACT));
    for wrong in ["limit=0", "limit=2001", "marker=nobody", "limit=201&with_register_contact_info=true"] {
        assert_eq!(call(&cloud, "GET", &format!("{ACCOUNTS}?{wrong}"), "").0, 400, "{wrong}");
    }
    // A plain member's key is good, and the status is 401 all the same; it may see the organisation.
    let member = Key { ak: "HWFAKEACCESSKEY00002", ..KEY };
    let scope = [("x-domain-id", MEMBER)];
    let refused = send(&cloud.url, &signed(member, "GET", ACCOUNTS, &scope, ""));
    assert_eq!(code(&refused), (401, "Organizations.1002".into()));
    let show = "organizations.myhuaweicloud.com/v1/organizations";
    let shown = json(&send(&cloud.url, &signed(member, "GET", show, &scope, "")).2);
    assert_eq!(shown["organization"]["management_account_id"], DOMAIN);
    assert_eq!(get(&cloud, show)["organization"]["management_account_name"], "management");

    let mut world = organization();
    world.page_cap = 2;
    world.faults.push(Fault::always("organizations:accounts", Effect::RepeatMarker));
    let cloud = huawei::start(world);
    let first = get(&cloud, ACCOUNTS);
    let marker = first["page_info"]["next_marker"].as_str().unwrap();
    assert_eq!(get(&cloud, &format!("{ACCOUNTS}?marker={marker}")), first);
}

#[test]
fn an_agency_of_a_member_has_keys_for_its_account_only() {
    let cloud = huawei::start(organization());
    let reply = call(&cloud, "POST", STS, &assume(MEMBER, "OrganizationAccountAccessAgency", ""));
    assert_eq!(reply.0, 200, "{}", reply.2);
    let body = json(&reply.2);
    let text = |name: &str| body["credentials"][name].as_str().unwrap();
    let (ak, sk, token) = (text("access_key_id"), text("secret_access_key"), text("security_token"));
    assert_eq!((ak.len(), sk.len()), (20, 40));
    let key = Key { ak, sk, token: Some(token) };
    let urn = format!("sts::{MEMBER}:assumed-agency:OrganizationAccountAccessAgency/certls");
    assert_eq!(body["assumed_agency"]["urn"], urn.as_str());
    let caller = signed(key, "GET", "sts.cn-north-4.myhuaweicloud.com/v5/caller-identity", &[], "");
    let caller = json(&send(&cloud.url, &caller).2);
    assert_eq!((&caller["account_id"], &caller["principal_urn"]), (&MEMBER.into(), &urn.as_str().into()));
    let projects = json(&send(&cloud.url, &signed(key, "GET", "iam.myhuaweicloud.com/v3/projects", &[], "")).2);
    assert_eq!(projects["projects"].as_array().unwrap().len(), 1);
    let own = records::id_of("of the member");
    let list = |project: &str| {
        let url = format!("elb.cn-north-4.myhuaweicloud.com/v3/{project}/elb/certificates");
        send(&cloud.url, &signed(key, "GET", &url, &[("x-project-id", project)], ""))
    };
    assert_eq!(json(&list(&own).2)["certificates"][0]["name"], "of-team-a");
    assert_eq!(code(&list(PROJECT)), (400, "ELB.9808".into()));
    let cdn = "cdn.myhuaweicloud.com/v1.0/cdn/domains/https-certificate-info";
    let domains = |key: Key, account: &str| {
        let reply = send(&cloud.url, &signed(key, "GET", cdn, &[("x-domain-id", account)], ""));
        (reply.0, json(&reply.2)["total"].clone())
    };
    // The one domain without an owner is in every account.
    assert_eq!((domains(key, MEMBER), domains(KEY, DOMAIN)), ((200, 2.into()), (200, 1.into())));
    assert_eq!(domains(key, DOMAIN).0, 403);
    assert_eq!(
        send(&cloud.url, &signed(Key { token: None, ..key }, "GET", cdn, &[("x-domain-id", MEMBER)], "")).0,
        401
    );
    // A session may assume once more, for an hour at most.
    let long = assume(MEMBER, "OrganizationAccountAccessAgency", r#","duration_seconds":3601"#);
    assert_eq!(call(&cloud, "POST", STS, &long).0, 200);
    assert_eq!(code(&send(&cloud.url, &signed(key, "POST", STS, &[], &long))), (400, "STS5.1002".into()));
    let logged = cloud.log.all();
    assert!(logged.iter().any(|seen| seen.action == "elb:list" && seen.owner == MEMBER && seen.account == ak));
    assert_eq!(cloud.log.count_in("sts:assume", MEMBER), 3);
    assert_eq!(cloud.log.count_by("sts:assume", AK), 2);
}

#[test]
fn an_agency_is_refused_or_denied_alone() {
    let mut world = organization();
    let other = records::id_of("0");
    world.faults.push(Fault::once("sts:assume", Effect::Throttle { headers: Vec::new() }).in_region(MEMBER));
    let cloud = huawei::start(world);
    let agency = "OrganizationAccountAccessAgency";
    let reply = call(&cloud, "POST", STS, &assume(&other, agency, ""));
    let credentials = json(&reply.2)["credentials"].clone();
    let text = |name: &str| credentials[name].as_str().unwrap().to_owned();
    let (ak, sk, token) = (text("access_key_id"), text("secret_access_key"), text("security_token"));
    let key = Key { ak: &ak, sk: &sk, token: Some(&token) };
    let scm = "scm.cn-north-4.myhuaweicloud.com/v3/scm/certificates";
    assert_eq!(send(&cloud.url, &signed(key, "GET", scm, &[("x-domain-id", &other)], "")).0, 403);
    assert_eq!(code(&call(&cloud, "POST", STS, &assume(MEMBER, agency, ""))), (429, "APIGW.0308".into()));
    assert_eq!(call(&cloud, "POST", STS, &assume(MEMBER, agency, "")).0, 200);
    let refused = [assume(&records::id_of("1"), agency, ""), assume(MEMBER, "other", "")];
    for body in refused {
        assert_eq!(code(&call(&cloud, "POST", STS, &body)), (403, "PAP5.0011".into()), "{body}");
    }
    let wrong = [
        assume(MEMBER, agency, r#","duration_seconds":899"#),
        assume(MEMBER, agency, r#","duration_seconds":43201"#),
        assume(MEMBER, agency, r#","duration_seconds":"3600""#),
        assume(MEMBER, agency, r#","agency_name":"x""#),
        assume(MEMBER, agency, "").replace("certls", "c"),
        assume(MEMBER, agency, "").replace("agency:", "role/"),
        r#"{"agency_session_name":"certls"}"#.into(),
        "[]".into(),
    ];
    for body in wrong {
        assert_eq!(code(&call(&cloud, "POST", STS, &body)), (400, "STS5.1002".into()), "{body}");
    }
}

#[test]
fn keys_of_an_agency_expire() {
    let cloud = huawei::start(organization());
    let body = assume(MEMBER, "OrganizationAccountAccessAgency", r#","duration_seconds":900"#);
    let credentials = json(&call(&cloud, "POST", STS, &body).2)["credentials"].clone();
    let expiration: chrono::DateTime<chrono::Utc> = credentials["expiration"].as_str().unwrap().parse().unwrap();
    let left = expiration - chrono::Utc::now();
    assert!(left > Duration::minutes(14) && left <= Duration::minutes(15), "{left}");
}
