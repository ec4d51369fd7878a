//! The simulated products of Alibaba Cloud: pages, regions, sites, and the answers that mean "none".

use serde_json::{Value, json};

use crate::aliyun_estate::{
    ALB, APIG, CAS, CDN, DCDN, DOMAINS, ESA, FC, GA, HZ, MASTER, MSE, NLB, RD, WAF, calls, estate,
};
use crate::aliyun_services::{ask, code_of};
use crate::client::{certificate, code, json as parse, send};
use crate::signed::Unsigned;
use clouds::aliyun::{
    self, AlbListener, Aliyun, CdnDomain, EsaCertificate, EsaSite, FcDomain, Member, NlbListener, World,
};
use clouds::fault::{Effect, Fault};
use clouds::wire;

/// A world with 25 of everything that is listed in pages.
fn crowded() -> World {
    let certificate = certificate();
    let mut world = estate();
    let each = |make: &dyn Fn(usize) -> String| (0..25).map(make).collect::<Vec<_>>();
    let names = each(&|n| format!("d{n:02}.example.com"));
    world.alb =
        each(&|n| format!("lsn-{n}")).iter().map(|id| AlbListener::https("cn-beijing", id, "1-cn-hangzhou")).collect();
    let ids = each(&|n| format!("{n}-cn-hangzhou"));
    world.alb[0].additional = ids[1..].to_vec();
    world.nlb =
        vec![NlbListener { additional: ids[1..].to_vec(), ..NlbListener::tls("cn-shanghai", "lsn-0", &ids[0]) }];
    world.ga[0].listeners[0].additional = ids[1..].iter().map(|id| ("example.com".into(), id.clone())).collect();
    world.cdn = names.iter().map(|name| CdnDomain::free(name, &certificate)).collect();
    world.esa =
        vec![EsaSite::new(7, "example.com", names.iter().map(|it| EsaCertificate::free(it, &certificate)).collect())];
    world.fc = names.iter().map(|name| FcDomain::https("cn-shenzhen", name, &certificate)).collect();
    world.directory.as_mut().unwrap().members = ids.iter().map(|id| Member::new(id, id)).collect();
    let resource = world.cloud_resources[0].clone();
    world.cloud_resources = vec![resource; 25];
    world
}

/// Reads a list with tokens and returns the rows of each page.
fn by_token(cloud: &Aliyun, call: Unsigned, key: &str, token: &str) -> Vec<usize> {
    let (mut sizes, mut start) = (Vec::new(), String::new());
    loop {
        let (query, form) = (format!("{}{start}", call.query), format!("{}{start}", call.form));
        let call =
            if call.form.is_empty() { Unsigned { query: &query, ..call } } else { Unsigned { form: &form, ..call } };
        let body = ask(cloud, call);
        sizes.push(body[key].as_array().unwrap_or_else(|| panic!("{body}")).len());
        match body[token].as_str() {
            Some(next) => start = format!("&{token}={}", wire::encode(next)),
            None => return sizes,
        }
        assert!(sizes.len() < 10, "{body}");
    }
}

#[test]
fn tokens_lead_over_three_pages() {
    let cloud = aliyun::start(crowded());
    let alb = |action, query| Unsigned::new(ALB, "2020-06-16", action, query);
    assert_eq!(by_token(&cloud, alb("ListListeners", "MaxResults=10"), "Listeners", "NextToken"), [10, 10, 5]);
    assert_eq!(by_token(&cloud, alb("ListListeners", ""), "Listeners", "NextToken"), [20, 5]);
    let call = alb("ListListenerCertificates", "ListenerId=lsn-0&MaxResults=10");
    assert_eq!(by_token(&cloud, call, "Certificates", "NextToken"), [10, 10, 5]);
    let form = "ListenerId=lsn-0%40443&MaxResults=12";
    let call = Unsigned::form(NLB, "2022-04-30", "ListListenerCertificates", form);
    assert_eq!(by_token(&cloud, call, "CertificateIds", "NextToken"), [12, 12, 1]);
    let query = "RegionId=cn-hangzhou&AcceleratorId=ga-1&ListenerId=lsr-1&MaxResults=10";
    let call = Unsigned::new(GA, "2019-11-20", "ListListenerCertificates", query);
    assert_eq!(by_token(&cloud, call, "Certificates", "NextToken"), [10, 10, 5]);
    let call = Unsigned::at(FC, DOMAINS, "2023-03-30", "ListCustomDomains", "limit=10");
    assert_eq!(by_token(&cloud, call, "customDomains", "nextToken"), [10, 10, 5]);
    let accounts = ask(&cloud, Unsigned::new(RD, "2022-04-19", "ListAccounts", "MaxResults=10"));
    assert_eq!(accounts["Accounts"]["Account"].as_array().unwrap().len(), 10);
    assert!(accounts["NextToken"].is_string());
}

#[test]
fn numbers_lead_over_three_pages() {
    let cloud = aliyun::start(crowded());
    let rows = |call: Unsigned, pointer: &str| ask(&cloud, call).pointer(pointer).unwrap().as_array().unwrap().len();
    for (page, wanted) in [(1, 10), (2, 10), (3, 5), (4, 0)] {
        let query = format!("PageNumber={page}&PageSize=10");
        let call = Unsigned::new(CDN, "2018-05-10", "DescribeCdnHttpsDomainList", &query);
        assert_eq!(rows(call, "/CertInfos/CertInfo"), wanted, "cdn {page}");
        assert_eq!(ask(&cloud, call)["TotalCount"], 25);
        let call = Unsigned::new(RD, "2022-04-19", "ListAccounts", &query);
        assert_eq!(rows(call, "/Accounts/Account"), wanted, "rd {page}");
        let own = format!("SiteId=7&{query}");
        assert_eq!(rows(Unsigned::get(ESA, "2024-09-10", "ListCertificates", &own), "/Result"), wanted, "esa {page}");
        let own = format!("CurrentPage={page}&ShowSize=10");
        let call = Unsigned::new(CAS, "2020-04-07", "ListCloudResources", &own);
        assert_eq!(rows(call, "/Data"), wanted, "cas {page}");
    }
}

#[test]
fn a_fault_repeats_the_same_page_for_ever() {
    let mut world = crowded();
    world.faults = vec![
        Fault::always("alb:ListListeners", Effect::RepeatMarker),
        Fault::always("cdn:DescribeCdnHttpsDomainList", Effect::RepeatMarker),
    ];
    let cloud = aliyun::start(world);
    let listeners = ask(&cloud, Unsigned::new(ALB, "2020-06-16", "ListListeners", ""));
    let again = format!("NextToken={}", wire::encode(listeners["NextToken"].as_str().unwrap()));
    let second = ask(&cloud, Unsigned::new(ALB, "2020-06-16", "ListListeners", &again));
    assert_eq!(listeners["NextToken"], second["NextToken"]);
    let third = Unsigned::new(CDN, "2018-05-10", "DescribeCdnHttpsDomainList", "PageNumber=3&PageSize=10");
    assert_eq!(ask(&cloud, third)["CertInfos"]["CertInfo"][0]["DomainName"], "d00.example.com");
}

#[test]
fn a_page_has_its_documented_limit() {
    let cloud = aliyun::start(estate());
    let waf = "InstanceId=waf_v2_public_cn-cn-hangzhou";
    for (host, version, action, fixed, name, most) in [
        (ALB, "2020-06-16", "ListListeners", "", "MaxResults", 100),
        (ALB, "2020-06-16", "ListListenerCertificates", "ListenerId=lsn-1", "MaxResults", 100),
        (NLB, "2022-04-30", "ListListeners", "", "MaxResults", 100),
        (GA, "2019-11-20", "ListAccelerators", "RegionId=cn-hangzhou", "PageSize", 50),
        (GA, "2019-11-20", "ListListeners", "RegionId=cn-hangzhou", "PageSize", 50),
        (WAF, "2021-10-01", "DescribeDomains", waf, "PageSize", 50),
        (WAF, "2021-10-01", "DescribeCerts", waf, "PageSize", 100),
        (CDN, "2018-05-10", "DescribeCdnHttpsDomainList", "", "PageSize", 500),
        (DCDN, "2018-01-15", "DescribeDcdnHttpsDomainList", "", "PageSize", 500),
        (ESA, "2024-09-10", "ListSites", "", "PageSize", 500),
        (RD, "2022-04-19", "ListAccounts", "", "PageSize", 100),
        (CAS, "2020-04-07", "ListCertificates", "", "ShowSize", 100),
        (CAS, "2020-04-07", "ListCloudResources", "", "ShowSize", 50),
    ] {
        for (size, wanted) in [(most, 200), (most + 1, 400), (0, 400)] {
            let query = format!("{fixed}&{name}={size}");
            let method = if host == ESA { "GET" } else { "POST" };
            let call = Unsigned { method, ..Unsigned::new(host, version, action, &query) };
            assert_eq!(send(&cloud.url, &call.acs3()).0, wanted, "{action} {name}={size}");
        }
    }
    for (size, wanted) in [(50, 200), (51, 400)] {
        let form = format!("ListenerId=lsn-2%40443&MaxResults={size}");
        let call = Unsigned::form(NLB, "2022-04-30", "ListListenerCertificates", &form);
        assert_eq!(send(&cloud.url, &call.acs3()).0, wanted);
    }
    for (size, wanted) in [(100, 200), (101, 400)] {
        let query = format!("limit={size}");
        let call = Unsigned::at(FC, DOMAINS, "2023-03-30", "ListCustomDomains", &query);
        assert_eq!(send(&cloud.url, &call.acs3()).0, wanted);
    }
}

#[test]
fn parameters_have_their_place_and_some_are_needed() {
    let cloud = aliyun::start(estate());
    let in_query = Unsigned::new(NLB, "2022-04-30", "ListListenerCertificates", "ListenerId=lsn-2%40443");
    assert_eq!(code_of(&cloud, in_query), (400, "MissingListenerId".into()));
    // A parameter of a query is also accepted in a form.
    let in_form = Unsigned::form(ALB, "2020-06-16", "ListListenerCertificates", "ListenerId=lsn-1");
    assert_eq!(code_of(&cloud, in_form).0, 200);
    let mut unsigned_type = in_form.acs3();
    let authorization = &mut unsigned_type.headers.last_mut().unwrap().1;
    *authorization = authorization.replace("content-type;", "");
    assert_eq!(code(&send(&cloud.url, &unsigned_type)), (400, "IncompleteSignature".into()));
    let post = Unsigned::new(ESA, "2024-09-10", "ListSites", "");
    assert_eq!(code_of(&cloud, post), (400, "UnsupportedHTTPMethod".into()));
    for (label, call, ..) in calls() {
        let wanted = match label {
            "alb:ListListenerCertificates" | "alb:GetListenerAttribute" | "nlb:ListListenerCertificates" => {
                "ListenerId"
            }
            "ga:ListAccelerators" | "ga:ListListeners" | "ga:ListListenerCertificates" => "RegionId",
            "waf:DescribeDomains" | "waf:DescribeDomainDetail" | "waf:DescribeCerts" => "InstanceId",
            "cdn:DescribeDomainCertificateInfo" | "dcdn:DescribeDcdnDomainCertificateInfo" => "DomainName",
            "esa:ListCertificates" | "esa:GetCertificate" => "SiteId",
            "GetCertificateDetail" => "CertificateId",
            "GetUserCertificateDetail" => "CertId",
            "mse:ListGatewayDomain" => "GatewayUniqueId",
            _ => continue,
        };
        let bare = Unsigned { query: "", form: "", ..call };
        assert_eq!(code_of(&cloud, bare), (400, format!("Missing{wanted}")), "{label}");
    }
}

#[test]
fn hosts_are_of_one_region_and_one_site() {
    let mut world = estate();
    world.fc.push(FcDomain::plain("me-central-1", "gulf.example.com"));
    let cloud = aliyun::start(world);
    let first = |host: &str, query: &str| ask(&cloud, Unsigned::new(host, "2020-06-16", "ListListeners", query));
    assert_eq!(first("alb.us-east-1.aliyuncs.com", "")["TotalCount"], 0);
    assert_eq!(first("alb.cn-chengdu.aliyuncs.com", "")["Code"], "InvalidRegionId.NotFound");
    assert_eq!(first(ALB, "RegionId=us-east-1")["Code"], "InvalidRegionId.NotFound");
    let address = cloud.url.trim_start_matches("http://");
    assert_eq!(first(address, "RegionId=us-east-1")["TotalCount"], 0);
    assert_eq!(first(address, "RegionId=cn-beijing")["TotalCount"], 2);
    assert_eq!(cloud.log.count_in("alb:ListListeners", "us-east-1"), 2);
    let list = |host| ask(&cloud, Unsigned::at(host, DOMAINS, "2023-03-30", "ListCustomDomains", ""));
    assert_eq!(list("me-central-1.fc.aliyuncs.com")["customDomains"][0]["domainName"], "gulf.example.com");
    assert_eq!(list("fcv3.me-central-1.aliyuncs.com")["Code"], "InvalidAction.NotFound");
    assert_eq!(list("fcv3.cn-beijing.aliyuncs.com")["customDomains"], json!([]));
    let abroad = Unsigned::new("cas.ap-southeast-1.aliyuncs.com", "2020-04-07", "ListCloudResources", "");
    assert_eq!(ask(&cloud, abroad)["Data"][0]["CertId"], 125);

    for (is_international, own, other) in
        [(false, RD, "resourcedirectory-intl.aliyuncs.com"), (true, "resourcedirectory-intl.aliyuncs.com", RD)]
    {
        let cloud = aliyun::start(World { is_international, ..estate() });
        let ask = |host| code_of(&cloud, Unsigned::new(host, "2022-04-19", "ListAccounts", ""));
        assert_eq!((ask(own).0, ask(other)), (200, (400, "NotSupport.Account.Site".into())));
        let sites = |host| code_of(&cloud, Unsigned::get(host, "2024-09-10", "ListSites", ""));
        let abroad = "esa.ap-southeast-1.aliyuncs.com";
        let (own, other) = if is_international { (abroad, ESA) } else { (ESA, abroad) };
        assert_eq!((sites(own).0, sites(other).0), (200, 400));
    }
}

#[test]
fn none_and_not_found_are_different_answers() {
    let empty = aliyun::start(World { accounts: estate().accounts, ..World::default() });
    let new = Unsigned::new;
    assert_eq!(
        code_of(&empty, new(CDN, "2018-05-10", "DescribeCdnHttpsDomainList", "")),
        (400, "NoHttpsDomain".into())
    );
    assert_eq!(code_of(&empty, new(DCDN, "2018-01-15", "DescribeDcdnHttpsDomainList", "")).1, "NoHttpsDomain");
    assert_eq!(ask(&empty, new(WAF, "2021-10-01", "DescribeInstance", "")).get("InstanceId"), None);
    let directory = code_of(&empty, new(RD, "2022-04-19", "GetResourceDirectory", ""));
    assert_eq!(directory, (404, "ResourceDirectoryNotInUse".into()));
    let accounts = code_of(&empty, new(RD, "2022-04-19", "ListAccounts", ""));
    assert_eq!(accounts, (404, "EntityNotExists.ResourceDirectory".into()));
    assert_eq!(ask(&empty, new(ALB, "2020-06-16", "DescribeRegions", ""))["Regions"], json!([]));

    let cloud = aliyun::start(estate());
    let plain = new(CDN, "2018-05-10", "DescribeDomainCertificateInfo", "DomainName=plain.example.com");
    assert_eq!(ask(&cloud, plain)["CertInfos"]["CertInfo"][0]["ServerCertificateStatus"], "off");
    let uploaded = new(CDN, "2018-05-10", "DescribeDomainCertificateInfo", "DomainName=.example.com");
    let uploaded = &ask(&cloud, uploaded)["CertInfos"]["CertInfo"][0];
    assert_eq!((uploaded.get("CertId"), &uploaded["CertType"]), (None, &json!("upload")));
    let missing: [(Unsigned, u16, &str); 7] = [
        (
            new(CDN, "2018-05-10", "DescribeDomainCertificateInfo", "DomainName=x.example"),
            404,
            "InvalidDomain.NotFound",
        ),
        (new(ALB, "2020-06-16", "ListListenerCertificates", "ListenerId=x"), 404, "ResourceNotFound.Listener"),
        (
            new(ALB, "2020-06-16", "ListListenerCertificates", "ListenerId=lsn-80"),
            400,
            "OperationDenied.HttpListenerNotSupport",
        ),
        (
            Unsigned::form(NLB, "2022-04-30", "ListListenerCertificates", "ListenerId=x"),
            404,
            "ResourceNotFound.listener",
        ),
        (new(WAF, "2021-10-01", "DescribeDomains", "InstanceId=x"), 400, "Waf.Instance.NotExist"),
        (new(CAS, "2020-04-07", "GetCertificateDetail", "CertificateId=9"), 404, "NotFound"),
        (new(GA, "2019-11-20", "ListListeners", "RegionId=cn-beijing"), 404, "InvalidRegionId.NotFound"),
    ];
    for (call, status, wanted) in missing {
        assert_eq!(code_of(&cloud, call), (status, wanted.into()), "{call:?}");
    }
}

#[test]
fn records_keep_the_oddities_of_the_documents() {
    let cloud = aliyun::start(estate());
    let ask = |call: Unsigned| ask(&cloud, call);
    // A code in a success.
    let gateways = ask(Unsigned::new(MSE, "2019-05-31", "ListGateway", ""));
    assert_eq!((&gateways["Code"], &gateways["Success"]), (&json!(200), &json!(true)));
    let id = format!("GatewayUniqueId={}", gateways["Data"]["Result"][0]["GatewayUniqueId"].as_str().unwrap());
    assert_eq!(
        ask(Unsigned::new(MSE, "2019-05-31", "ListGatewayDomain", &id))["Data"][0]["CertIdentifier"],
        "123-cn-hangzhou"
    );
    assert_eq!(ask(Unsigned::at(APIG, "/v1/domains", "2024-03-27", "ListDomains", ""))["code"], "Ok");
    // A number for a text, texts for numbers, and a resource without a certificate.
    let detail = "InstanceId=waf_v2_public_cn-cn-hangzhou&Domain=number.example.com";
    assert_eq!(ask(Unsigned::new(WAF, "2021-10-01", "DescribeDomainDetail", detail))["Listen"]["CertId"], 123);
    let resources = ask(Unsigned::new(CAS, "2020-04-07", "ListCloudResources", ""));
    assert!(resources["Data"][0]["CertEndTime"].as_str().unwrap().len() == 13, "{resources}");
    assert_eq!((&resources["Data"][2]["CertId"], &resources["Data"][2]["CertEndTime"]), (&json!(0), &json!("")));
    assert_eq!(ask(Unsigned::new(CAS, "2020-04-07", "ListCloudResources", "CertIds=%5B123%5D"))["Total"], 2);
    let range = &ask(Unsigned::new(NLB, "2022-04-30", "ListListeners", ""))["Listeners"][1];
    assert_eq!((&range["ListenerPort"], &range["EndPort"]), (&json!(0), &json!("8455")));
    // A certificate that was not issued yet has no dates; a domain without HTTPS has an empty copy.
    let applying = &ask(Unsigned::get(ESA, "2024-09-10", "ListCertificates", "SiteId=7"))["Result"][2];
    assert_eq!((applying.get("NotAfter"), &applying["Status"]), (None, &json!("Applying")));
    let uploaded = &ask(Unsigned::get(ESA, "2024-09-10", "ListCertificates", "SiteId=7&Type=upload"))["Result"][0];
    let query = format!("SiteId=7&Id={}", uploaded["Id"].as_str().unwrap());
    assert_eq!(ask(Unsigned::get(ESA, "2024-09-10", "GetCertificate", &query))["Certificate"], certificate().pem);
    let domains = ask(Unsigned::at(FC, DOMAINS, "2023-03-30", "ListCustomDomains", ""));
    assert_eq!(domains["customDomains"][1]["certConfig"]["certificate"], "");
    // Times without a zone.
    let listed = ask(Unsigned::new(CDN, "2018-05-10", "DescribeCdnHttpsDomainList", ""));
    assert_eq!(listed["CertInfos"]["CertInfo"][0]["CertStartTime"], "2026-01-02 03:04:05");
    // Both kinds come without a type.
    let all = ask(Unsigned::new(ALB, "2020-06-16", "ListListenerCertificates", "ListenerId=lsn-1"));
    let kinds: Vec<&Value> =
        all["Certificates"].as_array().unwrap().iter().map(|row| &row["CertificateType"]).collect();
    assert_eq!(kinds, ["Server", "Server", "Ca"]);
}

#[test]
fn things_are_of_the_account_that_is_named() {
    let mut world = estate();
    world.alb[0].uid = "2001".into();
    world.cdn[0].uid = "2001".into();
    world.fc[0].uid = "2001".into();
    let cloud = aliyun::start(world);
    assert_eq!(ask(&cloud, Unsigned::new(ALB, "2020-06-16", "ListListeners", ""))["TotalCount"], 1);
    assert_eq!(ask(&cloud, Unsigned::new(CDN, "2018-05-10", "DescribeCdnHttpsDomainList", ""))["TotalCount"], 2);
    let domains = ask(&cloud, Unsigned::at(FC, DOMAINS, "2023-03-30", "ListCustomDomains", ""));
    assert_eq!(domains["customDomains"].as_array().unwrap().len(), 1);
    assert_eq!(cloud.log.all()[0].owner, MASTER);
    let sent = send(&cloud.url, &Unsigned::new(CAS, "2020-04-07", "ListCertificates", "").acs3());
    assert_eq!(parse(&sent.2)["CertificateList"][1]["CertIdentifier"], format!("124-{HZ}"));
}
