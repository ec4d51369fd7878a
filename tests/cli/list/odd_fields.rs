//! An odd field costs itself: records of every API in which one field after another is of another type, in another
//! spelling, missing or there twice.

use serde_json::{Value, json};

use crate::support::fixtures::{ELB_LIST, aliyun_with, elb_record, huawei_with, slb_id, slb_record};
use crate::support::fixtures::{
    SLB_LIST, certificate_for, huawei_world, project_id, two_projects, two_regions, with_tags,
};
use crate::support::runner::{Certls, Run};
use clouds::aliyun::{CasCentre, Listener};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei, records};

/// What a field may hold instead of what the vendor documents.
fn odd_values() -> [Value; 9] {
    [
        Value::Null,
        json!(7),
        json!(1.5),
        json!(true),
        json!([]),
        json!(["x", null, 7, {"a": []}]),
        json!({}),
        json!({"a": {"b": null}}),
        json!(""),
    ]
}

/// Returns copies of a sample, each with one odd field: each value in its place, in another spelling, and left out.
fn mutations(sample: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (field, value) in sample.as_object().expect("a record") {
        for odd in odd_values() {
            let mut record = sample.clone();
            record[field] = odd.clone();
            all.push((format!("{field}: {odd}"), record));
        }
        for spelling in [field.to_uppercase(), field.to_lowercase(), field.replace('_', "-"), format!("x{field}")] {
            let mut record = sample.clone();
            record.as_object_mut().expect("a record").remove(field);
            record[&spelling] = value.clone();
            all.push((format!("{field} as {spelling}"), record));
        }
    }
    for odd in odd_values() {
        all.push((format!("the record: {odd}"), odd));
    }
    all
}

/// Gives the records ids of their own, where those are not what is odd.
fn numbered(id: &str, name: &str, mutations: Vec<(String, Value)>) -> Vec<(String, Value)> {
    let number = |(number, (what, mut record)): (usize, (String, Value))| {
        for field in [id, name] {
            if record.get(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty()) {
                record[field] = json!(format!("{field}-{number}"));
            }
        }
        (what, record)
    };
    mutations.into_iter().enumerate().map(number).collect()
}

/// Asserts that a list holds every record, the good ones unchanged.
fn assert_all_stay(what: &str, run: &Run, records: &[(String, Value)]) {
    assert_eq!(run.code, 0, "{what}: {}", run.stderr);
    assert_eq!(run.certificates().len(), records.len() + 2, "{what}");
    for name in ["first", "last"] {
        let good = run.certificate(name);
        let codes = good["note_codes"].as_array().cloned().unwrap_or_default();
        let is_unchanged = codes.iter().all(|note| note["code"] == "superseded");
        assert!(good["days_left"].as_i64() == Some(50) && is_unchanged, "{what}: {good}");
    }
}

#[test]
fn every_odd_record_of_slb_stays_and_costs_no_other() {
    let odd = numbered("ServerCertificateId", "ServerCertificateName", mutations(&slb_record("odd", 50)));
    let records = [slb_record("first", 50)].into_iter().chain(odd.iter().map(|(_, record)| record.clone()));
    let cloud = aliyun_with(records.chain([slb_record("last", 50)]).collect());
    assert_all_stay("SLB", &Certls::new().aliyun(&cloud).run("list -o json"), &odd);
}

#[test]
fn every_odd_ca_record_of_slb_stays() {
    let made = certificate_for("authority", 50);
    let record = |name: &str| records::aliyun_ca_record(&slb_id(name), name, "cn-hangzhou", &made);
    let odd = numbered("CACertificateId", "CACertificateName", mutations(&record("odd")));
    let mut world = two_regions();
    world.regions.truncate(1);
    world.regions[0].ca_certificates =
        [record("first")].into_iter().chain(odd.iter().map(|(_, odd)| odd.clone())).chain([record("last")]).collect();
    let run = Certls::new().aliyun(&aliyun::start(world)).run("list -o json --kind ca");
    assert_all_stay("CA", &run, &odd);
}

#[test]
fn every_odd_record_of_cas_stays() {
    let made = certificate_for("bought", 50);
    let record = |id: i64, name: &str| records::cas_record(id, name, &made);
    let mut odd = mutations(&record(7, "odd"));
    // The list of the expired is another.
    odd.retain(|(what, _)| !what.contains("Status") && !what.starts_with("the record"));
    for (number, (_, record)) in odd.iter_mut().enumerate() {
        if record["CertificateId"] == json!(7) {
            record["CertificateId"] = json!(1000 + number);
        }
    }
    let odd: Vec<(String, Value)> = numbered("CertificateId", "Name", odd);
    let all = [record(1, "first")].into_iter().chain(odd.iter().map(|(_, odd)| odd.clone()));
    let mut world = two_regions();
    world.cas = vec![CasCentre::new("cn-hangzhou", all.chain([record(2, "last")]).collect())];
    let run = Certls::new().aliyun(&aliyun::start(world)).run("list -o json --service cas");
    let shown = run.certificates().len();
    assert!(run.code == 0 && shown > odd.len() - 20, "{shown} of {}: {}", odd.len(), run.stderr);
    assert!(run.certificate("first")["notes"] == json!([]) && run.certificate("last")["notes"] == json!([]));
}

#[test]
fn every_odd_record_of_elb_stays() {
    let odd = numbered("id", "name", mutations(&elb_record("odd", 30, 50)));
    let records = [elb_record("first", 30, 50)].into_iter().chain(odd.iter().map(|(_, record)| record.clone()));
    let cloud = huawei_with(records.chain([elb_record("last", 30, 50)]).collect());
    assert_all_stay("ELB", &Certls::new().huawei(&cloud).run("list -o json --kind all"), &odd);
}

#[test]
fn every_odd_record_of_scm_stays() {
    let made = certificate_for("bought", 50);
    let record = |name: &str| records::scm_record(&format!("scs-{name}"), name, &made);
    let all = numbered("id", "name", mutations(&record("odd")));
    for part in all.chunks(100) {
        let mut world = two_projects();
        world.scm = [record("first")]
            .into_iter()
            .chain(part.iter().map(|(_, odd)| odd.clone()))
            .chain([record("last")])
            .collect();
        let run = Certls::new().huawei(&huawei::start(world)).run("list -o json --service scm");
        assert_eq!((run.code, run.certificates().len()), (0, part.len() + 2), "{}", run.stderr);
    }
}

/// The tags that can be read are kept beside one that cannot.
#[test]
fn an_odd_tag_costs_itself() {
    let tagged = |value: Value| {
        let tags = json!({"Tag": [{"TagKey": "env", "TagValue": "prod"}, {"TagKey": "note", "TagValue": value}]});
        records::changed(slb_record("odd", 50), &json!({"Tags": tags}))
    };
    for (value, note) in [
        (json!(null), json!("")),
        (json!(7), json!("7")),
        (json!(true), json!("true")),
        (json!("x"), json!("x")),
        (json!(["x"]), Value::Null),
        (json!({"a": 1}), Value::Null),
    ] {
        let run = Certls::new().aliyun(&aliyun_with(vec![tagged(value.clone())])).run("list -o json");
        let tags = run.certificate("odd")["tags"].clone();
        assert_eq!((&tags["env"], &tags["note"]), (&json!("prod"), &note), "{value}");
    }
}

#[test]
fn an_expired_certificate_with_an_odd_tag_is_critical() {
    for odd in odd_values() {
        let tags = json!({"Tag": [{"TagKey": "env", "TagValue": "prod"}, {"TagKey": "note", "TagValue": odd}, odd]});
        let dead = records::changed(slb_record("dead", -2), &json!({"Tags": tags}));
        let cloud = aliyun_with(vec![with_tags(slb_record("fine", 50), &[("env", "prod")]), dead]);
        let run = Certls::new().aliyun(&cloud).run("check --tag env=prod");
        assert!(run.code == 2 && run.stdout.contains("dead"), "{odd}: {}", run.text());
    }
}

/// What a filter cannot judge is kept, and told.
#[test]
fn filters_keep_what_they_cannot_judge() {
    let odd = json!({"a": {"b": 1}});
    for (field, filter) in [
        ("Tags", "--tag env=prod"),
        ("Tags", "--tag env"),
        ("ServerCertificateName", "--name shop*"),
        ("ServerCertificateId", "--id 1"),
        ("SubjectAlternativeNames", "--domain a.example.org"),
    ] {
        let record = records::changed(slb_record("odd", -2), &json!({field: odd}));
        let cloud = aliyun_with(vec![slb_record("other", 50), record]);
        let certls = Certls::new().aliyun(&cloud);
        let run = certls.run(&format!("list -o json {filter}"));
        assert_eq!((run.code, run.certificates().len()), (0, 1), "{filter}: {}", run.text());
        assert!(run.stderr.contains("note: 1 certificate listed though"), "{}", run.stderr);
        let lines = certls.run(&format!("list -o jsonl {filter}"));
        assert!(lines.stdout.lines().count() == 1 && lines.stderr.contains("listed though"), "{}", lines.text());
        assert_eq!(certls.run(&format!("check {filter}")).code, 2, "{filter}");
        let number = records::changed(slb_record("odd", -2), &json!({field: 7}));
        let run = Certls::new().aliyun(&aliyun_with(vec![number])).run(&format!("list -o json {filter}"));
        assert_eq!(run.certificates().len(), usize::from(field == "Tags"), "{filter}: 7 is a name, but no tags");
    }
    let record = records::changed(elb_record("odd", 30, 50), &json!({"type": odd}));
    let run = Certls::new().huawei(&huawei_with(vec![record])).run("list -o json --kind ca");
    assert_eq!(run.names(), ["odd"]);
    let record = records::changed(slb_record("odd", 50), &json!({"SubjectAlternativeNames": odd}));
    let run = Certls::new().aliyun(&aliyun_with(vec![record])).run("which a.example.org");
    assert!(run.code == 3 && run.stderr.contains("could not be read"), "{}", run.text());
    let record = records::changed(slb_record("odd", 50), &json!({"ServerCertificateId": odd}));
    let cloud = aliyun_with(vec![record]);
    let run = Certls::new().aliyun(&cloud).run("show nobody --service slb");
    assert_eq!(run.code, 3, "{}", run.text());
    let run = Certls::new().aliyun(&cloud).run("list --unused -o json");
    assert_eq!(run.code, 3, "{}", run.text());
}

#[test]
fn a_key_that_comes_twice_costs_nothing() {
    let record = slb_record("twice", 50).to_string();
    let twice = record.replacen('{', r#"{"ExpireTime":null,"ServerCertificateId":"old","Tags":7,"#, 1);
    let body = format!(r#"{{"RequestId":"r","ServerCertificates":{{"ServerCertificate":[{twice}]}}}}"#);
    let faults = vec![Fault::always(SLB_LIST, Effect::Status(200, Vec::new(), body))];
    let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
    let run = Certls::new().aliyun(&cloud).run("list -r cn-hangzhou -o json");
    let certificate = run.certificate("twice");
    assert_eq!((&certificate["id"], &certificate["notes"]), (&json!(slb_id("twice")), &json!([])));
    assert_eq!((&certificate["days_left"], &certificate["tags"]["team"]), (&json!(50), &json!("web")));
}

#[test]
fn the_domain_names_a_certificate_that_nothing_else_names() {
    let bare = |domain: Value| {
        let none = json!({"common_name": null, "subject_alternative_names": null});
        let record = records::changed(elb_record("bare", 30, 50), &none);
        records::changed(record, &json!({"certificate": "", "domain": domain}))
    };
    for domain in [json!("d1.example.com,*.d2.example.com"), json!(["d1.example.com", "*.d2.example.com"])] {
        let cloud = huawei_with(vec![bare(domain)]);
        let run = Certls::new().huawei(&cloud).run("list -o json --domain d1.example.com");
        let certificate = run.certificate("bare");
        assert_eq!(certificate["subject_alternative_names"], json!(["d1.example.com", "*.d2.example.com"]));
        assert!(certificate["note_codes"].to_string().contains("names_from_domain"), "{certificate}");
        assert_eq!(Certls::new().huawei(&cloud).run("which x.d2.example.com").code, 0);
    }
    // A certificate that can be read tells its own names.
    let record = records::changed(elb_record("whole", 30, 50), &json!({"domain": "d1.example.com"}));
    let run = Certls::new().huawei(&huawei_with(vec![record])).run("list -o json");
    assert_eq!(run.certificate("whole")["subject_alternative_names"], json!(["stored.example.com"]));
}

#[test]
fn an_odd_region_costs_itself() {
    let good = json!({"RegionId": "cn-hangzhou", "RegionEndpoint": "slb.aliyuncs.com", "LocalName": "x"});
    for (what, odd) in mutations(&good) {
        let mut listed = vec![good.clone(), odd];
        if what.contains("LocalName") {
            listed[1]["RegionId"] = json!("cn-beijing");
        }
        let reply = json!({"Regions": {"Region": listed}}).to_string();
        let faults = vec![Fault::always("DescribeRegions", Effect::Status(200, Vec::new(), reply))];
        let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
        let internet = clouds::internet::Internet::start(vec![("aliyuncs.com".to_owned(), cloud.url.clone())]);
        let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).aliyun_keys();
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let run = certls.run(&format!("list -o json --retry-count 0 --ca-bundle {bundle}"));
        assert!(run.names().contains(&"shop".to_owned()) && [0, 3].contains(&run.code), "{what}: {}", run.text());
    }
    for host in ["bucket.oss-cn-hangzhou.aliyuncs.com", "*.aliyuncs.com", ".aliyuncs.com", "slb..aliyuncs.com"] {
        let listed = json!([good, {"RegionId": "xx-new-1", "RegionEndpoint": host}, {"RegionId": "cn-beijing"}]);
        let reply = json!({"Regions": {"Region": listed}}).to_string();
        let faults = vec![Fault::always("DescribeRegions", Effect::Status(200, Vec::new(), reply))];
        let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
        let internet = clouds::internet::Internet::start(vec![("aliyuncs.com".to_owned(), cloud.url.clone())]);
        let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).aliyun_keys();
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let run = certls.run(&format!("list -o json --retry-count 0 --ca-bundle {bundle}"));
        assert_eq!((run.code, run.names().len()), (3, 2), "{host}: {}", run.text());
        assert_eq!(run.scope("xx-new-1")["error"]["kind"], "reply");
        assert!(!internet.hosts().iter().any(|asked| asked == host), "{host}");
    }
}

#[test]
fn an_odd_project_costs_itself() {
    let good = json!({"id": project_id("cn-north-4"), "name": "cn-north-4", "domain_id": "d", "enabled": true});
    for (what, mut odd) in mutations(&good) {
        if odd["name"] == "cn-north-4" && odd["id"] == good["id"] {
            odd["id"] = json!(project_id("ap-southeast-3"));
            odd["name"] = json!("ap-southeast-3");
        }
        let reply = json!({"projects": [good, odd], "links": {}}).to_string();
        let mut world = two_projects();
        world.faults = vec![Fault::always("iam:projects", Effect::Status(200, Vec::new(), reply))];
        let run = Certls::new().huawei(&huawei::start(world)).run("list -o json");
        assert!(run.names().contains(&"pay".to_owned()) && [0, 3].contains(&run.code), "{what}: {}", run.text());
        assert!(run.code == 3 || run.scopes().iter().all(|scope| scope.contains(" ok ")), "{what}: {}", run.text());
    }
    for links in [json!(7), json!([]), json!("x"), json!({"next": 7}), json!({"next": {}})] {
        let reply = json!({"projects": [good], "links": links}).to_string();
        let mut world = two_projects();
        world.faults = vec![Fault::always("iam:projects", Effect::Status(200, Vec::new(), reply))];
        let run = Certls::new().huawei(&huawei::start(world)).run("list -o json");
        assert_eq!((run.code, run.names()), (3, vec!["pay".to_owned()]), "{links}: {}", run.text());
    }
}

/// What describes a page may be odd as well: then the list is read on until a page is empty.
#[test]
fn an_odd_description_of_a_page_loses_no_certificate() {
    let page = |from: usize, info: &Value| {
        let rows: Vec<Value> = (from..from + 2).map(|number| elb_record(&format!("c{number}"), 30, 50)).collect();
        Fault::once(
            ELB_LIST,
            Effect::Status(200, Vec::new(), json!({"certificates": rows, "page_info": info}).to_string()),
        )
    };
    let empty = Effect::Status(200, Vec::new(), json!({"certificates": [], "page_info": {}}).to_string());
    for odd in
        [json!(7), json!([]), json!("x"), json!({"next_marker": {}}), json!({"next_marker": [], "current_count": "2"})]
    {
        let mut world = huawei_world(&[("cn-north-4", &[])]);
        world.faults = vec![page(0, &odd), page(2, &odd), Fault::once(ELB_LIST, empty.clone())];
        let cloud = huawei::start(world);
        let run = Certls::new().huawei(&cloud).run("list -o json");
        assert_eq!((run.code, run.names().len()), (0, 4), "{odd}: {}", run.text());
    }
}

#[test]
fn an_odd_listener_makes_uses_incomplete_and_keeps_the_others() {
    let project = project_id("cn-north-4");
    let bound = records::id_of("pay");
    let listener = |name: &str| {
        let listener = records::huawei_listener(name, &project, "lb-1", 443);
        records::changed(listener, &json!({"default_tls_container_ref": bound}))
    };
    let references = ["default_tls_container_ref", "sni_container_refs", "client_ca_tls_container_ref"];
    for (what, odd) in mutations(&listener("odd")) {
        let mut world = huawei_world(&[("cn-north-4", &[("pay", 20)])]);
        let reply = json!({"listeners": [listener("good"), odd], "page_info": {}}).to_string();
        world.faults = vec![Fault::always("elb:listeners", Effect::Status(200, Vec::new(), reply))];
        let run = Certls::new().huawei(&huawei::start(world)).run("list --usage -o json");
        let pay = run.certificate("pay");
        let uses = pay["used_by"].as_array().cloned().unwrap_or_default();
        assert!(uses.iter().any(|used| used["listener_id"] == "good"), "{what}: {}", run.text());
        let is_complete = pay["used_by_complete"] == json!(true);
        let must_be = !references.iter().any(|field| what.starts_with(field)) && !what.starts_with("the record");
        assert!(is_complete || !must_be, "{what}: {}", run.text());
        assert_eq!(run.code, if is_complete { 0 } else { 3 }, "{what}");
    }
}

#[test]
fn an_odd_listener_of_alibaba_keeps_the_others() {
    let listener = |balancer: &str| {
        let https = json!({"ServerCertificateId": slb_id("shop"), "CACertificateId": null});
        let (port, protocol) = (443, "https");
        json!({"LoadBalancerId": balancer, "ListenerPort": port, "ListenerProtocol": protocol, "HTTPSListenerConfig": https})
    };
    let odd = json!([[], {"a": 1}]);
    let odd = odd.as_array().expect("two").iter().flat_map(|odd| {
        let plain = ["LoadBalancerId", "ListenerPort", "ListenerProtocol", "HTTPSListenerConfig"];
        let plain = plain.map(|field| records::changed(listener("lb-odd"), &json!({field: odd})));
        let own = ["ServerCertificateId", "CACertificateId"]
            .map(|field| records::changed(listener("lb-odd"), &json!({"HTTPSListenerConfig": {field: odd}})));
        plain.into_iter().chain(own).chain([odd.clone()])
    });
    for odd in odd {
        let mut world = two_regions();
        world.listeners =
            ["lb-1", "lb-odd"].map(|balancer| Listener::https("cn-hangzhou", balancer, 443, &slb_id("shop"))).into();
        let reply = json!({"Listeners": [listener("lb-1"), odd], "TotalCount": "2", "NextToken": ""}).to_string();
        let effect = Effect::Status(200, Vec::new(), reply);
        world.faults = vec![Fault::always("DescribeLoadBalancerListeners", effect).in_region("cn-hangzhou")];
        let run = Certls::new().aliyun(&aliyun::start(world)).run("list --usage -o json -r cn-hangzhou");
        let shop = run.certificate("shop");
        let uses = shop["used_by"].as_array().cloned().unwrap_or_default();
        assert!(uses.iter().any(|used| used["load_balancer_id"] == "lb-1"), "{odd}: {}", run.text());
        let has_config = odd["HTTPSListenerConfig"].get("a").is_none();
        let may_use_more = (odd["ListenerProtocol"] == "https" && has_config) || odd.get("ListenerPort").is_none();
        assert_eq!(run.code, if may_use_more { 3 } else { 0 }, "{odd}: {}", run.text());
    }
}
