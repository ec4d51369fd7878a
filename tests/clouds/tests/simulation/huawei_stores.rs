//! The simulated SCM, CDN, WAF, API Gateway and private CA of Huawei Cloud answer in the documented shapes.

use chrono::FixedOffset;
use serde_json::{Value, json};

use crate::client::{code, json as parsed};
use crate::huawei::PROJECT;
use crate::huawei_services::{APIG, CA, DOMAIN, GATEWAY, PRIVATE, SCM, WAF, call, certificate, get, world};
use clouds::certs::{SM2_ENCRYPTION_PEM, SM2_SIGNING_PEM};
use clouds::huawei::{
    self, CdnCertificate, CdnDomain, Deployment, Gateway, GatewayCertificate, PLANTED_AUTH_KEY, PLANTED_CHALLENGE,
    PLANTED_PERSON, PrivateCertificate, Project, ScmTag, TagRows, UnreadRegion, WafCertificate, WafForm,
};
use clouds::records::{PLANTED_KEY, changed, id_of, scm_record};

const LIST: &str = "scm.cn-north-4.myhuaweicloud.com/v3/scm/certificates";
const BY_TAG: &str = "scm.cn-north-4.myhuaweicloud.com/v3/scm/resource_instances/action";
const DEPLOYED: &str = "scm.cn-north-4.myhuaweicloud.com/v3/scm/deployed-resources";
const CDN: &str = "cdn.myhuaweicloud.com/v1.0/cdn/domains";

/// Returns the ids of the rows of one page.
fn ids(page: &Value, list: &str, id: &str) -> Vec<String> {
    let none = Vec::new();
    let rows = page[list].as_array().unwrap_or(&none);
    rows.iter().map(|row| row[id].as_str().unwrap().to_owned()).collect()
}

/// Reads a list to its end and returns the ids of its rows, page by page.
fn pages(list: &str, id: &str, page: impl Fn(usize) -> Value) -> Vec<Vec<String>> {
    (0..10).map(|number| ids(&page(number), list, id)).take_while(|page| !page.is_empty()).collect()
}

/// Asserts that a list of `total` rows came in full pages of `size`, each row once.
fn assert_whole(pages: &[Vec<String>], size: usize, total: usize) {
    let mut ids: Vec<&String> = pages.iter().flatten().collect();
    ids.sort();
    ids.dedup();
    assert_eq!((pages.len(), pages[0].len(), ids.len()), (total.div_ceil(size), size, total));
}

fn post(cloud: &huawei::Huawei, url: &str, body: &Value) -> (u16, String, String) {
    call(cloud, "POST", url, &body.to_string())
}

#[test]
fn scm_lists_past_its_150_by_tag_in_both_forms() {
    for form in [TagRows::Objects, TagRows::OneKeyObjects] {
        let mut world = world();
        world.scm.extend((1..170).map(|number| scm_record(&format!("scs{number:013}"), "many", &certificate())));
        world.scm.push(changed(scm_record("scs9", "shared", &certificate()), &json!({"domain_id": "another"})));
        world.scm_tags = vec![ScmTag::new(SCM, "owner", "web"), ScmTag::new(SCM, "env", "prod")];
        world.scm_tag_rows = form;
        let cloud = huawei::start(world);
        let by_tag = |offset: usize| {
            let reply = post(&cloud, BY_TAG, &json!({"action": "filter", "limit": 50, "offset": offset}));
            assert_eq!(reply.0, 200, "{}", reply.2);
            parsed(&reply.2)
        };
        let of_page = |number: usize| {
            let mut page = by_tag(number * 50);
            let rows = page["resources"].as_array_mut().unwrap();
            rows.retain(|row| row.get("resource_id").is_some());
            page
        };
        assert_whole(&pages("resources", "resource_id", of_page), 50, 170);
        let first = by_tag(0)["resources"].clone();
        let (detail, tags) = match form {
            TagRows::Objects => (&first[0]["resource_detail"], &first[0]["tags"]),
            TagRows::OneKeyObjects => (&first[1]["resource_detail"][0], &first[2]["tags"]),
        };
        assert_eq!(detail["expired_time"], certificate().not_after.timestamp_millis());
        assert_eq!(detail["cert_issued_time"], certificate().not_before.timestamp_millis());
        assert_eq!(tags, &json!([{"key": "owner", "value": "web"}, {"key": "env", "value": "prod"}]));
        let count = |body: Value| parsed(&post(&cloud, BY_TAG, &body).2)["total_count"].clone();
        assert_eq!(count(json!({"action": "count"})), 100);
        assert_eq!(count(json!({"action": "count", "tags": [{"key": "owner", "values": ["web"]}]})), 1);
        assert_eq!(get(&cloud, &format!("{}/tags", LIST.replace("certificates", SCM)))["tags"], *tags);
        for wrong in [
            json!({"action": "list"}),
            json!({"action": "filter", "limit": 40}),
            json!({"action": "filter", "offset": "0"}),
            json!({"action": "filter", "tag": []}),
            json!([]),
        ] {
            assert_eq!(code(&post(&cloud, BY_TAG, &wrong)), (400, "SCM.0005".into()), "{wrong}");
        }
        // The plain list ends at 150, its own certificates by default.
        let of_list = |number: usize| get(&cloud, &format!("{LIST}?limit=50&offset={}", number * 50));
        let reached: Vec<_> = (0..3).map(|number| ids(&of_list(number), "certificates", "id")).collect();
        assert_whole(&reached, 50, 150);
        assert_eq!(code(&call(&cloud, "GET", &format!("{LIST}?limit=50&offset=150"), "")), (400, "SCM.0005".into()));
        assert_eq!(of_list(0)["total_count"], 170);
        let shared = get(&cloud, &format!("{LIST}?owned_by_self=false&content=shared"));
        assert_eq!((&shared["total_count"], &shared["certificates"][0]["domain_id"]), (&json!(1), &json!("another")));
        assert_eq!(of_list(0)["certificates"][0]["domain_id"], DOMAIN);
    }
}

#[test]
fn scm_tells_of_one_certificate_and_of_its_time_zone() {
    let mut world = world();
    world.scm_zone = FixedOffset::east_opt(0);
    let cloud = huawei::start(world);
    let end = certificate().not_after.format("%Y-%m-%d %H:%M:%S.0").to_string();
    assert_eq!(get(&cloud, LIST)["certificates"][0]["expire_time"], end.as_str());
    let one = get(&cloud, &format!("{LIST}/{SCM}"));
    assert_eq!((&one["not_after"], &one["fingerprint"]), (&json!(end), &json!(certificate().sha1_hex)));
    assert_eq!((&one["shared"], &one["push_support"], one.get("expire_time")), (&json!(false), &json!("ON"), None));
    let text = one.to_string();
    assert!(text.contains(PLANTED_PERSON) && text.contains(PLANTED_CHALLENGE));
    assert_eq!(code(&call(&cloud, "GET", &format!("{LIST}/scs1"), "")), (400, "SCM.0008".into()));
    assert!(call(&cloud, "POST", &format!("{LIST}/{SCM}/export"), "").2.contains(PLANTED_KEY));
    let sorted = get(&cloud, &format!("{LIST}?sort_key=certExpiredTime&sort_dir=ASC&enterprise_project_id=all"));
    assert_eq!(sorted["total_count"], 1);
    for wrong in ["limit=30", "status=GOOD", "owned_by_self=False", "sort_dir=asc", "expired_days_since=1096"] {
        assert_eq!(call(&cloud, "GET", &format!("{LIST}?{wrong}"), "").0, 400, "{wrong}");
    }
}

#[test]
fn scm_tells_where_certificates_are_deployed() {
    let (certificate, mut world) = (certificate(), world());
    let waf = world.deploy_on_waf(SCM, &certificate, "cn-north-4", "shop.example.com");
    let elb = world.deploy_on_elb(SCM, &certificate, "cn-north-4", "lb-1");
    world.deploy_on_cdn(SCM, &certificate, "static.example.com");
    world.deployments.extend((0..120).map(|n| Deployment::elb(SCM, "ap-southeast-1", &id_of(&n.to_string()), "x")));
    world.unread_regions.push(UnreadRegion { service: "WAF".into(), region: "cn-east-3".into() });
    world.add_scm("scs2", "unused", &certificate);
    world.scm.push(changed(scm_record("scs3", "shared", &certificate), &json!({"domain_id": "another"})));
    world.scm.push(changed(scm_record("scs4", "order", &certificate), &json!({"status": "PAID"})));
    world.scm.push(changed(scm_record("scs5", "sm", &certificate), &json!({"signature_algorithm": "SM3WITHSM2"})));
    let cloud = huawei::start(world);
    let ask = |ids: Value, services: Value| {
        post(&cloud, DEPLOYED, &json!({"certificate_ids": ids, "service_names": services}))
    };
    let results = parsed(&ask(json!([SCM, "scs2"]), json!(["ALL"])).2)["results"].clone();
    let region = |id: &str, is_error: bool, resources: Value| json!({"region_id": id, "is_error": is_error, "resources": resources});
    let services = &results[0]["deployed_resources"];
    assert_eq!(results[0]["total_num"], 123);
    // ELB counts what it does not list.
    assert_eq!((&services[0]["service"], &services[0]["resource_num"]), (&json!("ELB"), &json!(121)));
    let listed = &services[0]["region_resources"];
    assert_eq!(listed[0]["resources"].as_array().unwrap().len(), 100);
    assert_eq!(listed[1], region("cn-north-4", false, json!([{"resource_id": elb, "resource_name": SCM}])));
    assert_eq!(
        services[1],
        json!({"service": "WAF", "resource_num": 1, "resource_location": "region", "region_resources": [
            region("cn-east-3", true, json!([])),
            region("cn-north-4", false, json!([{"resource_id": waf, "resource_name": SCM}])),
        ]})
    );
    let domain = json!([{"resource_id": id_of("static.example.com"), "resource_name": "static.example.com"}]);
    assert_eq!(
        (&services[2]["resource_location"], &services[2]["region_resources"][0]),
        (&json!("global"), &region("global", false, domain))
    );
    assert_eq!(results[1]["total_num"], 0);
    assert_eq!(
        parsed(&ask(json!([SCM]), json!(["CDN"])).2)["results"][0]["deployed_resources"].as_array().unwrap().len(),
        1
    );
    // What SCM tells is what the products tell.
    let listeners = format!("elb.cn-north-4.myhuaweicloud.com/v3/{PROJECT}/elb/");
    assert_eq!(get(&cloud, &format!("{listeners}certificates?scm_certificate_id={SCM}"))["certificates"][0]["id"], elb);
    assert_eq!(get(&cloud, &format!("{listeners}certificates?scm_certificate_id=scs2"))["certificates"], json!([]));
    assert_eq!(get(&cloud, &format!("{listeners}listeners"))["listeners"][0]["default_tls_container_ref"], elb);
    let config = get(&cloud, "cdn.myhuaweicloud.com/v1.1/cdn/configuration/domains/static.example.com/configs");
    assert_eq!(config["configs"]["https"]["scm_certificate_id"], SCM);
    let many: Vec<&str> = vec![SCM; 51];
    for (ids, services, expected) in [
        (json!([]), json!(["ALL"]), "SCM.0005"),
        (json!(many), json!(["ALL"]), "SCM.0005"),
        (json!([SCM]), json!([]), "SCM.0005"),
        (json!([SCM]), json!(["OBS"]), "SCM.0005"),
        (json!(SCM), json!(["ALL"]), "SCM.0005"),
        (json!(["scs0"]), json!(["ALL"]), "SCM.0008"),
        (json!(["scs3"]), json!(["ALL"]), "SCM.0003"),
        (json!(["scs4"]), json!(["ALL"]), "SCM.0005"),
        (json!(["scs5"]), json!(["ALL"]), "SCM.0005"),
    ] {
        assert_eq!(code(&ask(ids.clone(), services)), (400, expected.into()), "{ids}");
    }
}

#[test]
fn cdn_has_a_row_for_each_domain_with_https() {
    let (certificate, mut world) = (certificate(), world());
    world.cdn.extend((0..4).map(|n| CdnDomain::new(&format!("{n}.example.com")).serving("own", &certificate)));
    world.cdn.push(CdnDomain::new("plain.example.com"));
    let half = |name: &str, enc_pem: Option<&str>| CdnCertificate {
        name: name.into(),
        pem: SM2_SIGNING_PEM.into(),
        enc_pem: enc_pem.map(str::to_owned),
        not_after: certificate.not_after,
        ..CdnCertificate::default()
    };
    world
        .cdn
        .push(CdnDomain::new("*.dual.example.com").with(half("rsa", None)).with(half("sm", Some(SM2_ENCRYPTION_PEM))));
    let cloud = huawei::start(world);
    let list = format!("{CDN}/https-certificate-info?enterprise_project_id=all&page_size=2&page_number=");
    assert_whole(&pages("https", "domain_name", |number| get(&cloud, &format!("{list}{}", number + 1))), 2, 6);
    let past = get(&cloud, &format!("{list}4"));
    assert_eq!(past, json!({"total": 6, "https": null}));
    let first = get(&cloud, &format!("{list}1"))["https"][0].clone();
    assert_eq!((&first["certificate"], &first["certificate_type"]), (&json!(certificate.pem), &json!(0)));
    assert_eq!(first["expiration_time"], certificate.not_after.timestamp_millis());
    assert_eq!(first["private_key"], PLANTED_KEY);
    let config = |name: &str| format!("cdn.myhuaweicloud.com/v1.1/cdn/configuration/domains/{name}/configs");
    let dual = get(&cloud, &config("%2A.dual.example.com"))["configs"]["https"].clone();
    assert!(dual["certificate_value"].is_null());
    assert_eq!(dual["certificates"][1]["certificate_type"], "server_sm");
    assert_eq!(dual["certificates"][1]["enc_certificate_value"], SM2_ENCRYPTION_PEM);
    assert_eq!(code(&call(&cloud, "GET", &config("other.example.com"), "")), (404, "CDN.0171".into()));
    let special = format!("{}?show_special_configs=auth_key", config("www.example.com"));
    assert!(call(&cloud, "GET", &special, "").2.contains(PLANTED_AUTH_KEY));
    let domains = get(&cloud, &format!("{CDN}?page_size=100&show_tags=true"))["domains"].clone();
    let with_https = domains.as_array().unwrap().iter().filter(|domain| domain["https_status"] == 1).count();
    assert_eq!((domains.as_array().unwrap().len(), with_https), (7, 6));
    let found = get(&cloud, &format!("{CDN}?domain_name=www.example.com&exact_match=true"));
    assert_eq!(found["total"], 1);
    for wrong in ["page_size=0", "page_size=10001", "page_number=0", "page_number=65536", "page_size=ten"] {
        assert_eq!(code(&call(&cloud, "GET", &format!("{CDN}?{wrong}"), "")), (400, "CDN.0001".into()), "{wrong}");
    }
}

#[test]
fn waf_lists_certificates_with_their_hosts() {
    let (certificate, mut world) = (certificate(), world());
    world.waf[0].certificates.extend((0..4).map(|n| WafCertificate::new(&id_of(&n.to_string()), "more", &certificate)));
    let waf = format!("waf.cn-north-4.myhuaweicloud.com/v1/{PROJECT}");
    let list = format!("{waf}/waf/certificate?enterprise_project_id=all_granted_eps");
    let first = |world: &huawei::World, query: &str| {
        get(&huawei::start(world.clone()), &format!("{list}{query}"))["items"].clone()
    };
    let with_hosts = first(&world, "&host=true");
    assert_eq!((&with_hosts[0]["id"], &with_hosts[0]["exp_status"]), (&json!(WAF), &json!(0)));
    assert_eq!(with_hosts[0]["bind_host"][0]["hostname"], "shop.example.com");
    assert_eq!(with_hosts[0]["expire_time"], certificate.not_after.timestamp_millis());
    assert!(with_hosts[0].get("content").is_none() && with_hosts[0].get("key").is_none());
    let bare = first(&world, "");
    assert!(bare.as_array().unwrap().len() == 5 && bare[0].get("expire_time").is_none());
    let cloud = huawei::start(world.clone());
    let page = |number: usize| get(&cloud, &format!("{list}&pagesize=2&page={}", number + 1));
    assert_whole(&pages("items", "id", page), 2, 5);
    for wrong in ["page=0", "pagesize=0", "pagesize=101", "pagesize=-1"] {
        assert_eq!(code(&call(&cloud, "GET", &format!("{list}&{wrong}"), "")), (400, "WAF.00011011".into()), "{wrong}");
    }
    let hosts = get(&cloud, &format!("{waf}/composite-waf/host?pagesize=-1"));
    assert_eq!((&hosts["total"], &hosts["items"][0]["hostname"]), (&json!(1), &json!("shop.example.com")));
    assert!(call(&cloud, "GET", &format!("{waf}/waf/certificate/{WAF}"), "").2.contains(PLANTED_KEY));
    assert_eq!(code(&call(&cloud, "GET", &format!("{waf}/waf/certificate/x"), "")), (400, "WAF.00014001".into()));
    world.waf[0].host_selects = true;
    assert_eq!(first(&world, "&host=true").as_array().unwrap().len(), 1);
    assert_eq!(first(&world, "&host=false").as_array().unwrap().len(), 4);
    world.waf[0].form = WafForm::WithKeys;
    let with_keys = first(&world, "&host=true");
    assert_eq!((&with_keys[0]["key"], &with_keys[0]["content"]), (&json!(PLANTED_KEY), &json!(certificate.pem)));
    world.waf[0].form = WafForm::Camel;
    assert!(first(&world, "&host=true")[0]["expireTime"].is_i64());
    world.waf[0].form = WafForm::Bare;
    assert_eq!(first(&world, "&host=true")[0]["certificateid"], format!("{WAF},"));
}

#[test]
fn gateways_list_their_own_certificates_and_the_global_ones() {
    let (certificate, mut world) = (certificate(), world());
    let numbers = ["0", "1", "2", "3"];
    for number in numbers {
        let gateway = Gateway::new(PROJECT, number);
        world.apig.push(gateway.with(GatewayCertificate::new(&id_of(number), number, &certificate).global()));
    }
    let cloud = huawei::start(world);
    let apig = format!("apig.cn-north-4.myhuaweicloud.com/v2/{PROJECT}/apigw");
    let gateways = |number: usize| get(&cloud, &format!("{apig}/instances?limit=2&offset={}", number * 2));
    assert_whole(&pages("instances", "id", gateways), 2, 5);
    let list = format!("{apig}/certificates?instance_id={}", id_of(GATEWAY));
    let certificates = |number: usize| get(&cloud, &format!("{list}&limit=2&offset={}", number * 2));
    assert_whole(&pages("certs", "id", certificates), 2, 5);
    let first = get(&cloud, &format!("{list}&limit=0"));
    assert_eq!((&first["total"], &first["certs"][0]["type"]), (&json!(5), &json!("instance")));
    assert_eq!((&first["certs"][1]["type"], &first["certs"][1]["instance_id"]), (&json!("global"), &json!("common")));
    assert_eq!(first["certs"][0]["not_after"], certificate.not_after.format("%Y-%m-%dT%H:%M:%SZ").to_string());
    assert_eq!(get(&cloud, &format!("{list}&limit=900&type=global"))["size"], 4);
    let bad = (400, "APIG.2012".to_owned());
    let refused = call(&cloud, "GET", &format!("{apig}/certificates"), "");
    assert!(refused.2.contains("parameterName:instance_id") && code(&refused) == bad);
    assert_eq!(code(&call(&cloud, "GET", &format!("{apig}/instances?limit=many"), "")), bad);
    let gone = call(&cloud, "GET", &format!("{apig}/certificates?instance_id=x"), "");
    assert_eq!(code(&gone), (404, "APIG.3030".into()));
    let bound = get(&cloud, &format!("{apig}/certificates/{APIG}/attached-domains"));
    assert_eq!((&bound["total"], &bound["bound_domains"][0]["url_domain"]), (&json!(1), &json!("api.example.com")));
    let groups = get(&cloud, &format!("{apig}/instances/{}/api-groups", id_of(GATEWAY)));
    assert_eq!(groups["groups"][0]["url_domains"][0]["ssl_infos"][0]["ssl_id"], APIG);
    assert!(get(&cloud, &format!("{apig}/certificates/{APIG}"))["serial_number"].is_string());
}

#[test]
fn the_private_ca_lists_authorities_and_certificates() {
    let (certificate, mut world) = (certificate(), world());
    let more = (0..4).map(|n| PrivateCertificate::new(&format!("certificate {n}"), CA, &certificate));
    world.private_certificates.extend(more);
    world.private_certificates[1].row["not_after"] = json!(1_791_876_714_000_i64);
    // An authority that is not active yet has no end.
    let mut pending = PrivateCertificate::subordinate("pending", CA, &certificate);
    (pending.row["status"], pending.row["not_after"]) = (json!("PENDING"), Value::Null);
    world.private_authorities.push(pending);
    let cloud = huawei::start(world.clone());
    let ccm = "ccm.cn-north-4.myhuaweicloud.com/v1";
    let list = format!("{ccm}/private-certificates?sort_key=not_after&sort_dir=ASC");
    let page = |number: usize| get(&cloud, &format!("{list}&limit=2&offset={}", number * 2));
    assert_whole(&pages("certificates", "certificate_id", page), 2, 5);
    let all = get(&cloud, &list);
    assert_eq!(all["certificates"][0]["certificate_id"], "certificate 0");
    assert_eq!(all["certificates"][1]["not_after"], certificate.not_after.timestamp_millis());
    assert_eq!(all["certificates"][1]["serial_number"].as_str().unwrap().len(), 24);
    let authorities = get(&cloud, &format!("{ccm}/private-certificate-authorities?limit=1000"));
    assert_eq!(
        (&authorities["total"], &authorities["certificate_authorities"][0]["type"]),
        (&json!(2), &json!("ROOT"))
    );
    assert_eq!(authorities["certificate_authorities"][1].get("not_after"), Some(&Value::Null));
    let export = |id: &str| call(&cloud, "POST", &format!("{ccm}/private-certificate-authorities/{id}/export"), "");
    assert!(parsed(&export(CA).2)["certificate"].as_str().unwrap().contains("-----\r\n"));
    assert!(!export(CA).2.contains(PLANTED_KEY));
    assert_eq!((export("pending").0, export("nobody").0), (400, 404));
    let with_key = call(&cloud, "POST", &format!("{ccm}/private-certificates/{PRIVATE}/export"), "{}");
    assert!(with_key.2.contains(PLANTED_KEY));
    for wrong in ["limit=1001", "limit=-1", "status=GOOD", "sort_dir=asc"] {
        let reply = call(&cloud, "GET", &format!("{ccm}/private-certificates?{wrong}"), "");
        assert_eq!(code(&reply), (400, "PCA.10010001".into()), "{wrong}");
    }
    // The private CA has a host for each site, as SCM has.
    world.site = "international".into();
    let abroad = huawei::start(world);
    let refused = call(&abroad, "GET", &format!("{ccm}/private-certificates"), "");
    assert_eq!(code(&refused), (403, "CBC.0150".into()));
    get(&abroad, "ccm.ap-southeast-3.myhuaweicloud.com/v1/private-certificates");
}

#[test]
fn a_host_of_waf_in_a_project_that_had_no_waf() {
    let (certificate, mut world) = (certificate(), world());
    world.projects.push(Project { id: id_of("east"), name: "cn-east-3".into(), ..Project::default() });
    world.deploy_on_waf(SCM, &certificate, "cn-east-3", "east.example.com");
    assert_eq!((world.waf.len(), world.waf[1].project_id.as_str()), (2, id_of("east").as_str()));
    assert_eq!(
        (world.deployments[0].region.as_str(), world.waf[1].certificates[0].scm_id.as_str()),
        ("cn-east-3", SCM)
    );
}
