//! A world in which every product of Alibaba Cloud uses one certificate, and a call of every action.

use serde_json::{Value, json};

use crate::client::certificate;
use crate::signed::Unsigned;
use clouds::aliyun::{
    Accelerator, Account, AlbListener, ApigDomain, CasCentre, CdnDomain, CloudResource, Directory, EsaCertificate,
    EsaSite, FcDomain, GaListener, Member, MseGateway, NlbListener, ServiceRegion, WafDomain, WafInstance, World,
};
use clouds::records::{PLANTED_KEY, cas_record, changed};

pub(crate) const MASTER: &str = "1000000000000001";
pub(crate) const HZ: &str = "cn-hangzhou";
pub(crate) const ALB: &str = "alb.cn-beijing.aliyuncs.com";
pub(crate) const NLB: &str = "nlb.cn-shanghai.aliyuncs.com";
pub(crate) const GA: &str = "ga.cn-hangzhou.aliyuncs.com";
pub(crate) const WAF: &str = "wafopenapi.cn-hangzhou.aliyuncs.com";
pub(crate) const CDN: &str = "cdn.aliyuncs.com";
pub(crate) const DCDN: &str = "dcdn.aliyuncs.com";
pub(crate) const ESA: &str = "esa.cn-hangzhou.aliyuncs.com";
pub(crate) const FC: &str = "fcv3.cn-shenzhen.aliyuncs.com";
pub(crate) const RD: &str = "resourcedirectory.aliyuncs.com";
pub(crate) const CAS: &str = "cas.aliyuncs.com";
pub(crate) const APIG: &str = "apig.cn-hangzhou.aliyuncs.com";
pub(crate) const MSE: &str = "mse.cn-hangzhou.aliyuncs.com";
pub(crate) const DOMAINS: &str = "/2023-03-30/custom-domains";

/// Certificate 123 of CAS is used by every product.
pub(crate) fn estate() -> World {
    let certificate = &certificate();
    let valid = json!({"Status": "ISSUED", "Expired": false});
    let record = |id, name| changed(cas_record(id, name, certificate), &valid);
    World {
        accounts: vec![Account::new("testid", "testsecret")],
        cas: vec![
            CasCentre::new(HZ, vec![record(123, "shop"), record(124, "old")]),
            CasCentre::new("ap-southeast-1", vec![record(125, "abroad")]),
        ],
        cloud_resources: vec![
            CloudResource::listener(HZ, 123, "ALB", "cn-beijing", ("alb-lsn-1", "lsn-1")),
            CloudResource::domain(HZ, 123, "CDN", "www.example.com"),
            CloudResource::domain(HZ, 0, "OSS", "static.example.com"),
            CloudResource::domain("ap-southeast-1", 125, "DCDN", "abroad.example.com"),
        ],
        alb_regions: vec![ServiceRegion::new("us-east-1")],
        alb: vec![
            AlbListener::https("cn-beijing", "lsn-1", "123-cn-hangzhou").sni("124-cn-hangzhou").client_ca("1ef78be5"),
            AlbListener { protocol: "HTTP".into(), ..AlbListener::https("cn-beijing", "lsn-80", "") },
        ],
        nlb: vec![
            NlbListener::tls("cn-shanghai", "lsn-2", "124-cn-hangzhou").sni("123-cn-hangzhou"),
            NlbListener {
                port: 0,
                range: Some((8443, 8455)),
                ..NlbListener::tls("cn-shanghai", "lsn-3", "123-cn-hangzhou")
            },
        ],
        ga: vec![Accelerator::new(
            "ga-1",
            vec![GaListener::https("lsr-1", "124-cn-hangzhou").sni("www.example.com", "123-cn-hangzhou")],
        )],
        waf: vec![WafInstance::new(
            HZ,
            vec![
                WafDomain::https("www.example.com", "123-cn-hangzhou", certificate),
                WafDomain::https("number.example.com", "123", certificate),
                WafDomain::plain("plain.example.com"),
            ],
        )],
        cdn: vec![
            CdnDomain::cas("www.example.com", 123, HZ, certificate),
            CdnDomain::upload(".example.com", certificate),
            CdnDomain::free("img.example.com", certificate),
            CdnDomain::plain("plain.example.com"),
        ],
        dcdn: vec![CdnDomain::cas("api.example.com", 123, HZ, certificate)],
        esa: vec![EsaSite::new(
            7,
            "example.com",
            vec![
                EsaCertificate::cas(123, HZ, certificate),
                EsaCertificate::upload("own", certificate),
                EsaCertificate::applying("new.example.com"),
            ],
        )],
        fc: vec![
            FcDomain::https("cn-shenzhen", "fn.example.com", certificate),
            FcDomain::plain("cn-shenzhen", "plain.example.com"),
        ],
        apig: vec![ApigDomain::https(HZ, "gw.example.com", "123-cn-hangzhou")],
        mse: vec![MseGateway::new(HZ, "front", "mse.example.com", "123-cn-hangzhou")],
        directory: Some(Directory::new(MASTER, vec![Member::new("2001", "team-a"), Member::new("2002", "team-b")])),
        ..World::default()
    }
}

/// The certificate that is used everywhere, as the products name it.
const USED: &str = "123-cn-hangzhou";

/// The name of an action in the log, its call, and where the answer has what.
type Calls = Vec<(&'static str, Unsigned<'static>, &'static str, Value)>;

/// Returns a call of every action.
pub(crate) fn calls() -> Calls {
    [load_balancers(), domains(), others()].concat()
}

/// Returns the calls of ALB, NLB and GA.
fn load_balancers() -> Calls {
    let alb = |action, query| Unsigned::new(ALB, "2020-06-16", action, query);
    let nlb = |action, query| Unsigned::new(NLB, "2022-04-30", action, query);
    let ga = |action, query| Unsigned::new(GA, "2019-11-20", action, query);
    vec![
        ("alb:DescribeRegions", alb("DescribeRegions", ""), "/Regions/0/RegionEndpoint", json!(ALB)),
        (
            "alb:ListListeners",
            alb("ListListeners", "ListenerProtocol=HTTPS"),
            "/Listeners/0/ListenerId",
            json!("lsn-1"),
        ),
        (
            "alb:ListListenerCertificates",
            alb("ListListenerCertificates", "ListenerId=lsn-1&CertificateType=Server"),
            "/Certificates/0/CertificateId",
            json!(USED),
        ),
        (
            "alb:GetListenerAttribute",
            alb("GetListenerAttribute", "ListenerId=lsn-1"),
            "/CaCertificates/0/CertificateId",
            json!("1ef78be5"),
        ),
        ("nlb:DescribeRegions", nlb("DescribeRegions", ""), "/Regions/0/RegionId", json!("cn-shanghai")),
        ("nlb:ListListeners", nlb("ListListeners", ""), "/Listeners/1/StartPort", json!("8443")),
        (
            "nlb:ListListenerCertificates",
            Unsigned::form(NLB, "2022-04-30", "ListListenerCertificates", "CertType=Server&ListenerId=lsn-2%40443"),
            "/CertificateIds/1",
            json!(USED),
        ),
        (
            "ga:ListAccelerators",
            ga("ListAccelerators", "RegionId=cn-hangzhou"),
            "/Accelerators/0/AcceleratorId",
            json!("ga-1"),
        ),
        (
            "ga:ListListeners",
            ga("ListListeners", "RegionId=cn-hangzhou&AcceleratorId=ga-1"),
            "/Listeners/0/Certificates/0/Id",
            json!("124-cn-hangzhou"),
        ),
        (
            "ga:ListListenerCertificates",
            ga("ListListenerCertificates", "RegionId=cn-hangzhou&AcceleratorId=ga-1&ListenerId=lsr-1&Role=additional"),
            "/Certificates/0/CertificateId",
            json!(USED),
        ),
    ]
}

/// Returns the calls of WAF, CDN and DCDN.
fn domains() -> Calls {
    const WAF_ID: &str = "InstanceId=waf_v2_public_cn-cn-hangzhou";
    let waf = |action, query| Unsigned::new(WAF, "2021-10-01", action, query);
    let cdn = |action, query| Unsigned::new(CDN, "2018-05-10", action, query);
    let dcdn = |action, query| Unsigned::new(DCDN, "2018-01-15", action, query);
    vec![
        ("waf:DescribeInstance", waf("DescribeInstance", "RegionId=cn-hangzhou"), "/InstanceId", json!(&WAF_ID[11..])),
        ("waf:DescribeDomains", waf("DescribeDomains", WAF_ID), "/Domains/0/ListenPorts/Https/0", json!(443)),
        (
            "waf:DescribeDomainDetail",
            waf("DescribeDomainDetail", "Domain=www.example.com&InstanceId=waf_v2_public_cn-cn-hangzhou"),
            "/CertDetail/Id",
            json!(USED),
        ),
        ("waf:DescribeCerts", waf("DescribeCerts", WAF_ID), "/Certs/0/CertIdentifier", json!(USED)),
        ("waf:DescribeDefaultHttps", waf("DescribeDefaultHttps", WAF_ID), "/CertId", json!("")),
        (
            "waf:DescribeAbnormalCloudResources",
            waf("DescribeAbnormalCloudResources", WAF_ID),
            "/AbnormalCloudResources",
            json!([]),
        ),
        (
            "cdn:DescribeCdnHttpsDomainList",
            cdn("DescribeCdnHttpsDomainList", ""),
            "/CertInfos/CertInfo/0/DomainName",
            json!("www.example.com"),
        ),
        (
            "cdn:DescribeDomainCertificateInfo",
            cdn("DescribeDomainCertificateInfo", "DomainName=www.example.com"),
            "/CertInfos/CertInfo/0/CertId",
            json!("123"),
        ),
        ("cdn:DescribeUserDomains", cdn("DescribeUserDomains", ""), "/Domains/PageData/3/SslProtocol", json!("off")),
        (
            "dcdn:DescribeDcdnHttpsDomainList",
            dcdn("DescribeDcdnHttpsDomainList", "PageSize=500"),
            "/CertInfos/CertInfo/0/CertType",
            json!("cas"),
        ),
        (
            "dcdn:DescribeDcdnDomainCertificateInfo",
            dcdn("DescribeDcdnDomainCertificateInfo", "DomainName=api.example.com"),
            "/CertInfos/CertInfo/0/SSLPub",
            json!(certificate().pem),
        ),
        (
            "dcdn:DescribeDcdnUserDomains",
            dcdn("DescribeDcdnUserDomains", ""),
            "/Domains/PageData/0/SSLProtocol",
            json!("on"),
        ),
    ]
}

/// Returns the calls of ESA, Function Compute, the resource directory, CAS and the gateways.
fn others() -> Calls {
    let esa = |action, query| Unsigned::get(ESA, "2024-09-10", action, query);
    let cas = |action, query| Unsigned::new(CAS, "2020-04-07", action, query);
    let rd = |action, query| Unsigned::new(RD, "2022-04-19", action, query);
    let mse = |action, query| Unsigned::new(MSE, "2019-05-31", action, query);
    vec![
        ("esa:ListSites", esa("ListSites", "PageSize=500"), "/Sites/0/SiteId", json!(7)),
        ("esa:ListCertificates", esa("ListCertificates", "SiteId=7"), "/Result/0/CasId", json!("123")),
        (
            "esa:GetCertificate",
            esa("GetCertificate", "SiteId=7&Id=2a3d6b3fb0b5e4a0"),
            "/Code",
            json!("CertificateNotFound"),
        ),
        (
            "fc:ListCustomDomains",
            Unsigned::at(FC, DOMAINS, "2023-03-30", "ListCustomDomains", "limit=100"),
            "/customDomains/0/certConfig/certificate",
            json!(certificate().pem),
        ),
        (
            "fc:GetCustomDomain",
            Unsigned::at(FC, "/2023-03-30/custom-domains/fn.example.com", "2023-03-30", "GetCustomDomain", ""),
            "/certConfig/privateKey",
            json!(PLANTED_KEY),
        ),
        (
            "rd:GetResourceDirectory",
            rd("GetResourceDirectory", ""),
            "/ResourceDirectory/MasterAccountId",
            json!(MASTER),
        ),
        ("rd:ListAccounts", rd("ListAccounts", "PageSize=100"), "/Accounts/Account/1/AccountId", json!("2002")),
        (
            "ListCloudResources",
            cas("ListCloudResources", "CloudName=aliyun&ShowSize=50"),
            "/Data/0/ListenerPort",
            json!("443"),
        ),
        ("ListCertificates", cas("ListCertificates", ""), "/CertificateList/0/CertIdentifier", json!(USED)),
        ("GetCertificateDetail", cas("GetCertificateDetail", "CertificateId=123"), "/CertIdentifier", json!(USED)),
        (
            "GetUserCertificateDetail",
            cas("GetUserCertificateDetail", "CertId=123&CertFilter=true"),
            "/CertIdentifier",
            json!(USED),
        ),
        (
            "apig:ListDomains",
            Unsigned::at(APIG, "/v1/domains", "2024-03-27", "ListDomains", "pageNumber=1&pageSize=100"),
            "/data/items/0/certIdentifier",
            json!(USED),
        ),
        ("mse:ListGateway", mse("ListGateway", ""), "/Data/Result/0/Name", json!("front")),
        ("mse:ListGatewayDomain", mse("ListGatewayDomain", "GatewayUniqueId=gw-x"), "/Success", json!(false)),
    ]
}
