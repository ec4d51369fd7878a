//! What all products of the simulated Huawei Cloud have in common: signatures, hosts, scopes, parameters, denials and
//! enterprise projects.

use chrono::{Duration, NaiveDateTime, TimeZone as _, Utc};
use serde_json::Value;

use crate::client::{bare, code, json, send, through};
use crate::huawei::PROJECT;
use crate::signatures::{huawei_request, vectors};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{
    self, Account, CdnDomain, Gateway, GatewayCertificate, Member, Organization, PrivateCertificate, Project, Waf,
    WafCertificate, World, auth,
};
use clouds::internet::Internet;
use clouds::server::Request;
use clouds::{certs, records};

pub(crate) const AK: &str = "HWFAKEACCESSKEY00001";
pub(crate) const SK: &str = "hwFakeSecretKey0000000000000000000000001";
pub(crate) const DOMAIN: &str = "d78cbac186b744899480f25bd022f468";
pub(crate) const MEMBER: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
/// The gateway, the certificates and the authority of [`world`].
pub(crate) const GATEWAY: &str = "apig-prod";
pub(crate) const SCM: &str = "scs1554192131150";
pub(crate) const WAF: &str = "dc443ca4f29c4f7e8d4adaf485be317b";
pub(crate) const APIG: &str = "a27be832f2e9441c8127fe48e3b5ac67";
pub(crate) const CA: &str = "66504812-fedc-414a-9b7c-4c1836398524";
pub(crate) const PRIVATE: &str = "6434f74f-2d13-4e6a-89eb-93ee313f1a43";
const TEAM: &str = "7c0b1c33-491f-4b87-914a-bb708815b51a";

/// Returns a certificate that is valid for ten years, the same in every run.
pub(crate) fn certificate() -> certs::Certificate {
    let from = Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap();
    certs::certificate("www.example.com", &["www.example.com", "example.com"], from, from + Duration::days(3650))
}

/// A world with one certificate in every product.
pub(crate) fn world() -> World {
    let certificate = certificate();
    let mut world = World {
        accounts: vec![Account::new(AK, SK)],
        projects: vec![Project { id: PROJECT.into(), name: "cn-north-4".into(), ..Project::default() }],
        cdn: vec![CdnDomain::new("www.example.com").serving("own-2026", &certificate)],
        waf: vec![Waf::new(PROJECT).with(WafCertificate::new(WAF, "demo", &certificate).bound_to("shop.example.com"))],
        apig: vec![
            Gateway::new(PROJECT, GATEWAY)
                .with(GatewayCertificate::new(APIG, "cert_demo", &certificate).bound_to("api.example.com")),
        ],
        private_authorities: vec![PrivateCertificate::root(CA, &certificate)],
        private_certificates: vec![PrivateCertificate::new(PRIVATE, CA, &certificate)],
        organization: Some(Organization {
            management: DOMAIN.into(),
            members: vec![Member::new(DOMAIN, "management"), Member::new(MEMBER, "team-a")],
            ..Organization::default()
        }),
        agencies: vec![huawei::Agency { name: "certls".into(), domain_id: DOMAIN.into(), ..Default::default() }],
        ..World::default()
    };
    world.add_scm(SCM, "scm-www", &certificate);
    world
}

/// A key that signs.
#[derive(Clone, Copy)]
pub(crate) struct Key<'a> {
    pub ak: &'a str,
    pub sk: &'a str,
    pub token: Option<&'a str>,
}

pub(crate) const KEY: Key = Key { ak: AK, sk: SK, token: None };

/// Signs a request to `HOST/PATH?QUERY`, with these headers and this body.
pub(crate) fn signed(key: Key, method: &str, url: &str, scope: &[(&str, &str)], body: &str) -> Request {
    let (url, query) = url.split_once('?').unwrap_or((url, ""));
    let (host, path) = url.split_once('/').unwrap();
    let mut request = bare(method, host, &format!("/{path}"), query);
    request.body = body.as_bytes().to_vec();
    let mut headers: Vec<(&str, String)> = scope.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    headers.extend(key.token.map(|token| ("x-security-token", token.to_owned())));
    headers.push(("x-sdk-date", auth::compact(Utc::now())));
    headers.sort();
    request.headers.extend(headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    let start = format!("SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature=", key.ak, names.join(";"));
    request.headers.push(("authorization".into(), format!("{start}x")));
    let signature = auth::read(&request).unwrap().expected(key.sk);
    request.headers.last_mut().unwrap().1 = start + &signature;
    request
}

/// Returns the headers that a product's calls are scoped with.
pub(crate) fn scope_of(host: &str) -> Vec<(&'static str, &'static str)> {
    match host.split('.').next() {
        Some("waf" | "apig" | "elb") => vec![("x-project-id", PROJECT)],
        Some("sts" | "iam") => Vec::new(),
        _ => vec![("x-domain-id", DOMAIN)],
    }
}

/// Signs and sends a request of the account, scoped as its product demands.
pub(crate) fn call(cloud: &huawei::Huawei, method: &str, url: &str, body: &str) -> (u16, String, String) {
    send(&cloud.url, &signed(KEY, method, url, &scope_of(url), body))
}

/// Gets a page that is there.
pub(crate) fn get(cloud: &huawei::Huawei, url: &str) -> Value {
    let reply = call(cloud, "GET", url, "");
    assert_eq!(reply.0, 200, "{url}: {}", reply.2);
    json(&reply.2)
}

const DEPLOYED: &str = r#"{"certificate_ids":["scs1554192131150"],"service_names":["ALL"]}"#;
const ASSUME: &str = r#"{"agency_urn":"iam::d78cbac186b744899480f25bd022f468:agency:certls","agency_session_name":"certls","duration_seconds":900}"#;

/// Every call: its action, method, address and body, and the code of its refusal of an unknown parameter.
fn calls() -> Vec<(&'static str, &'static str, String, &'static str, &'static str)> {
    let scm = "scm.cn-north-4.myhuaweicloud.com/v3/scm";
    let ccm = "ccm.cn-north-4.myhuaweicloud.com/v1";
    let cdn = "cdn.myhuaweicloud.com";
    let waf = format!("waf.cn-north-4.myhuaweicloud.com/v1/{PROJECT}");
    let apig = format!("apig.cn-north-4.myhuaweicloud.com/v2/{PROJECT}/apigw");
    let organizations = "organizations.myhuaweicloud.com/v1/organizations";
    let gateway = records::id_of(GATEWAY);
    vec![
        ("scm:list", "GET", format!("{scm}/certificates?owned_by_self=false"), "", "SCM.0005"),
        ("scm:show", "GET", format!("{scm}/certificates/{SCM}"), "", "SCM.0005"),
        ("scm:export", "POST", format!("{scm}/certificates/{SCM}/export"), "", "SCM.0005"),
        ("scm:tags", "GET", format!("{scm}/{SCM}/tags"), "", "SCM.0005"),
        ("scm:by-tag", "POST", format!("{scm}/resource_instances/action"), r#"{"action":"filter"}"#, "SCM.0005"),
        ("scm:deployed", "POST", format!("{scm}/deployed-resources"), DEPLOYED, "SCM.0005"),
        ("pca:list", "GET", format!("{ccm}/private-certificates"), "", "PCA.10010001"),
        ("pca:export", "POST", format!("{ccm}/private-certificates/{PRIVATE}/export"), "{}", "PCA.10010001"),
        ("pca:authorities", "GET", format!("{ccm}/private-certificate-authorities"), "", "PCA.10010001"),
        (
            "pca:export-authority",
            "POST",
            format!("{ccm}/private-certificate-authorities/{CA}/export"),
            "",
            "PCA.10010001",
        ),
        ("cdn:list", "GET", format!("{cdn}/v1.0/cdn/domains/https-certificate-info"), "", "CDN.0001"),
        ("cdn:domains", "GET", format!("{cdn}/v1.0/cdn/domains"), "", "CDN.0001"),
        ("cdn:config", "GET", format!("{cdn}/v1.1/cdn/configuration/domains/www.example.com/configs"), "", "CDN.0001"),
        ("waf:list", "GET", format!("{waf}/waf/certificate"), "", "WAF.00011001"),
        ("waf:show", "GET", format!("{waf}/waf/certificate/{WAF}"), "", "WAF.00011001"),
        ("waf:hosts", "GET", format!("{waf}/composite-waf/host"), "", "WAF.00011001"),
        ("apig:instances", "GET", format!("{apig}/instances"), "", "APIG.2012"),
        ("apig:groups", "GET", format!("{apig}/instances/{gateway}/api-groups"), "", "APIG.2012"),
        ("apig:list", "GET", format!("{apig}/certificates?instance_id={gateway}"), "", "APIG.2012"),
        ("apig:show", "GET", format!("{apig}/certificates/{APIG}"), "", "APIG.2012"),
        ("apig:attached-domains", "GET", format!("{apig}/certificates/{APIG}/attached-domains"), "", "APIG.2012"),
        ("organizations:show", "GET", organizations.to_owned(), "", "Organizations.1005"),
        ("organizations:accounts", "GET", format!("{organizations}/accounts"), "", "Organizations.1005"),
        ("sts:assume", "POST", "sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume".into(), ASSUME, "STS5.1002"),
    ]
}

#[test]
fn every_call_is_answered_by_its_name_and_refuses_what_is_wrong() {
    let cloud = huawei::start(world());
    for (action, method, url, body, bad_parameter) in calls() {
        assert_eq!(call(&cloud, method, &url, body).0, 200, "{action}");
        assert_eq!(cloud.log.all().last().unwrap().action, action);
        let wrong = Key { sk: "wrong", ..KEY };
        let reply = send(&cloud.url, &signed(wrong, method, &url, &scope_of(&url), body));
        assert_eq!(code(&reply), (401, "APIGW.0301".into()), "{action}: another secret");
        let mut changed = signed(KEY, method, &url, &scope_of(&url), body);
        changed.body.extend(b" ");
        assert_eq!(send(&cloud.url, &changed).0, 401, "{action}: another body");
        let (_, path) = url.split_once('/').unwrap();
        for host in ["scm.cn-south-9.myhuaweicloud.com", "example.com", "rms.myhuaweicloud.com"] {
            let elsewhere = signed(KEY, method, &format!("{host}/{path}"), &scope_of(&url), body);
            assert_eq!(code(&send(&cloud.url, &elsewhere)), (404, "APIGW.0101".into()), "{action} on {host}");
        }
        let mark = if url.contains('?') { '&' } else { '?' };
        let unknown = call(&cloud, method, &format!("{url}{mark}page_sise=1"), body);
        assert_eq!(code(&unknown), (400, bad_parameter.into()), "{action}: a parameter that it does not have");
        let other = if method == "GET" { "POST" } else { "GET" };
        assert_eq!(code(&call(&cloud, other, &url, body)), (404, "APIGW.0101".into()), "{action}: {other}");
    }
}

#[test]
fn every_call_is_denied_and_made_to_fail_by_its_name() {
    let mut denying = world();
    denying.accounts[0].denied = calls().iter().map(|(action, ..)| (*action).to_owned()).collect();
    let denying = huawei::start(denying);
    for (action, method, url, body, _) in calls() {
        let mut failing = world();
        failing.faults = vec![
            Fault::once(action, Effect::Throttle { headers: Vec::new() }),
            Fault::once(action, Effect::ServerError),
            Fault::once(action, Effect::MissingList),
            Fault::once(action, Effect::EchoRequest(400)),
        ];
        let failing = huawei::start(failing);
        assert_eq!(code(&call(&failing, method, &url, body)), (429, "APIGW.0308".into()), "{action}");
        assert_eq!(call(&failing, method, &url, body).0, 500, "{action}");
        assert!(call(&failing, method, &url, body).2.len() < 20, "{action}");
        assert!(call(&failing, method, &url, body).2.contains("SDK-HMAC-SHA256 Access="), "{action}");
        assert_eq!(call(&failing, method, &url, body).0, 200, "{action}");
        // A denied list of gateways is empty, and WAF's status is 400.
        let expected = match action {
            "apig:instances" => 200,
            "waf:list" | "waf:show" | "waf:hosts" => 400,
            _ => 403,
        };
        let denied = call(&denying, method, &url, body);
        assert_eq!(denied.0, expected, "{action}: {}", denied.2);
    }
}

#[test]
fn calls_of_the_account_and_of_projects_keep_their_scopes() {
    let mut world = world();
    world.accounts[0].tokens = vec![
        huawei::Token { value: "of-the-account".into(), project: String::new() },
        huawei::Token { value: "of-the-project".into(), project: "cn-north-4".into() },
    ];
    let other = records::id_of("other");
    world.projects.push(Project { id: other.clone(), name: "cn-east-3".into(), ..Project::default() });
    let cloud = huawei::start(world);
    for (action, method, url, body, _) in calls() {
        let scope = scope_of(&url);
        let with_token = |token: &str| {
            let mut request = signed(KEY, method, &url, &scope, body);
            request.headers.retain(|(name, _)| name != "authorization");
            request.headers.push(("x-auth-token".into(), token.into()));
            send(&cloud.url, &request)
        };
        let (of_account, of_project) = (with_token("of-the-account").0, with_token("of-the-project").0);
        match scope.first() {
            // Organizations takes no tokens.
            Some(_) if action.starts_with("organizations:") => assert_eq!((of_account, of_project), (401, 401)),
            Some(("x-domain-id", _)) => {
                assert!(of_account == 200 && of_project == 403, "{action}: {of_account} {of_project}");
                assert_eq!(send(&cloud.url, &signed(KEY, method, &url, &[], body)).0, 401, "{action}: no account");
                let foreign = [("x-domain-id", MEMBER)];
                assert_eq!(send(&cloud.url, &signed(KEY, method, &url, &foreign, body)).0, 403, "{action}");
            }
            Some(_) => {
                assert!(of_project == 200 && of_account >= 400, "{action}: {of_account} {of_project}");
                let foreign = signed(KEY, method, &url.replace(PROJECT, "x"), &[], body);
                let refusal = send(&cloud.url, &foreign);
                let expected = if action.starts_with("waf:") { (400, "WAF.00012002") } else { (403, "APIG.1005") };
                assert_eq!(code(&refusal), (expected.0, expected.1.to_owned()), "{action}");
                // A host of another region than the project's has no such project.
                let elsewhere = call(&cloud, method, &url.replace("cn-north-4", "cn-east-3"), body);
                assert_eq!(code(&elsewhere), (expected.0, expected.1.to_owned()), "{action} in another region");
            }
            None => assert_eq!((of_account, of_project), (200, 403), "{action}"),
        }
    }
    let not_subscribed = format!("waf.cn-east-3.myhuaweicloud.com/v1/{other}/waf/certificate");
    let reply = send(&cloud.url, &signed(KEY, "GET", &not_subscribed, &[("x-project-id", &other)], ""));
    assert!(reply.0 == 400 && reply.2.contains("WAF.00012005") && reply.2.contains("not.subscribe"), "{}", reply.2);
}

#[test]
fn a_user_of_one_enterprise_project_sees_its_own() {
    let certificate = certificate();
    let mut world = world();
    let mut user = Account::new("HWFAKEACCESSKEY00002", SK);
    user.enterprise_projects = vec![TEAM.into()];
    world.accounts.push(user);
    world.projects[0].certificates = ["0", TEAM]
        .iter()
        .map(|id| {
            let mut row = records::huawei_record(&records::id_of(id), PROJECT, id, &certificate);
            row["enterprise_project_id"] = (*id).into();
            row
        })
        .collect();
    let mut of_team = records::scm_record("scs1664525717891", "team", &certificate);
    of_team["enterprise_project_id"] = TEAM.into();
    world.scm.push(of_team);
    world.cdn.push(CdnDomain::new("team.example.com").serving("team", &certificate).owned_by("", TEAM));
    let of_team = WafCertificate::new(APIG, "team", &certificate).in_enterprise_project(TEAM);
    world.waf[0].certificates.push(of_team);
    let cloud = huawei::start(world);
    let elb = format!("elb.cn-north-4.myhuaweicloud.com/v3/{PROJECT}/elb/certificates");
    let waf = format!("waf.cn-north-4.myhuaweicloud.com/v1/{PROJECT}/waf/certificate");
    let cdn = "cdn.myhuaweicloud.com/v1.0/cdn/domains/https-certificate-info".to_owned();
    let scm = "scm.cn-north-4.myhuaweicloud.com/v3/scm/certificates".to_owned();
    // The parameter's word for all, the list, the rows that the whole account sees with and without it, and the status
    // for the user without it.
    let cases = [
        (elb, "all_granted_eps", "certificates", (2, 2), 403),
        (waf, "all_granted_eps", "items", (2, 1), 400),
        (cdn, "all", "https", (2, 2), 403),
        (scm, "all", "certificates", (2, 2), 200),
    ];
    for (url, all, list, (with, without), status) in cases {
        let count = |ak: &str, query: &str| {
            let key = Key { ak, ..KEY };
            let reply = send(&cloud.url, &signed(key, "GET", &format!("{url}{query}"), &scope_of(&url), ""));
            (reply.0, json(&reply.2)[list].as_array().map_or(0, Vec::len))
        };
        let (all, team) = (format!("?enterprise_project_id={all}"), format!("?enterprise_project_id={TEAM}"));
        assert_eq!(
            (count(AK, &all), count(AK, ""), count(AK, &team)),
            ((200, with), (200, without), (200, 1)),
            "{url}"
        );
        let user = "HWFAKEACCESSKEY00002";
        assert_eq!((count(user, &all), count(user, &team)), ((200, 1), (200, 1)), "{url}");
        assert_eq!(count(user, "").0, status, "{url}");
        assert!(count(user, "?enterprise_project_id=0").0 >= 400, "{url}: not its own");
        assert_eq!(count(AK, "?enterprise_project_id=everything").0, 400, "{url}");
    }
    let key = Key { ak: "HWFAKEACCESSKEY00002", ..KEY };
    for (action, method, url, body, _) in calls().into_iter().filter(|(action, ..)| action.starts_with("apig:")) {
        let reply = send(&cloud.url, &signed(key, method, &url, &scope_of(&url), body));
        assert_eq!(reply.0, if action == "apig:instances" { 200 } else { 404 }, "{action}");
        assert!(!reply.2.contains(APIG) || reply.0 == 404, "{action}");
    }
}

#[test]
fn every_vector_of_a_simulated_call_is_answered() {
    let mut world = world();
    let mut temporary = Account::new("HWFAKETEMPAKEY000002", "hwFakeTempSecretKey000000000000000000002");
    temporary.security_token = Some("ggpjbi1ub3J0aC00TESTFAKETOKEN/+abc==".into());
    world.accounts.push(temporary);
    world.clock = NaiveDateTime::parse_from_str("20260301T123456Z", "%Y%m%dT%H%M%SZ").unwrap().and_utc() - Utc::now();
    let cloud = huawei::start(world);
    let mut answered = 0;
    for vector in vectors("huawei-services.json") {
        let reply = send(&cloud.url, &huawei_request(&vector));
        let seen = cloud.log.all().pop().unwrap();
        if seen.action.starts_with('/') || seen.host.ends_with("t-systems.com") {
            assert_eq!(reply.0, 404, "{}", vector["name"]);
        } else {
            // What it names may not be there; who signed it is known, and the parameters are.
            assert!(seen.authorized && !reply.2.contains("arameter"), "{}: {}", vector["name"], reply.2);
            answered += 1;
        }
    }
    assert!(answered >= 36, "{answered}");
}

#[test]
fn a_partners_cloud_has_its_own_hosts_and_products() {
    let in_region = |domain: &str, region: &str, label: &str| {
        let mut world = world();
        world.cloud = domain.into();
        world.projects[0].name = region.into();
        let cloud = huawei::start(world);
        let internet = Internet::start(vec![(domain.into(), cloud.url.clone()), ("com".into(), cloud.url.clone())]);
        let status = |url: String| {
            let request = signed(KEY, "GET", &url, &scope_of(&url), "");
            through(&internet, &request.host, &request).0
        };
        let elb = |host: &str| status(format!("{host}/v3/{PROJECT}/elb/certificates"));
        assert_eq!(elb(&format!("elb.{region}.{domain}")), 200);
        assert_eq!(elb("elb.cn-north-4.myhuaweicloud.com"), 404);
        assert_eq!(elb(&format!("elb.xx-other-1.{domain}")), 400);
        assert_eq!(elb(&format!("waf.{region}.{domain}")), 404);
        let refused = format!("elb.{region}.{domain}/v3/{PROJECT}/elb/certificates?enterprise_project_id=0");
        assert_eq!(status(refused), 400);
        assert_eq!(status(format!("waf.{region}.{domain}/v1/{PROJECT}/waf/certificate")), 200);
        assert_eq!(status(format!("{label}.{region}.{domain}/v3/projects")), 200);
        assert_eq!(status(format!("scm.{region}.{domain}/v3/scm/certificates")), 404);
        assert_eq!(status(format!("cdn.{region}.{domain}/v1.0/cdn/domains")), 404);
    };
    in_region("otc.t-systems.com", "eu-de", "iam");
    in_region("sc.otc.t-systems.com", "eu-ch2", "iam-pub");
    in_region("prod-cloud-ocb.orange-business.com", "eu-west-0", "iam");
    in_region("hc.sbercloud.ru", "ru-moscow-1", "iam");
    in_region("telefonicaopencloud.com", "sa-chile-1", "iam");
    in_region("cloud.example.com", "region-02", "iam-apigateway-proxy");
}
