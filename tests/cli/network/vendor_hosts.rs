//! The vendors' real host names, behind a proxy that stands for the internet.

use crate::support::fixtures::{ELB_ECHO, ELB_LIST, SLB_LIST, huawei_world, two_projects, two_regions};
use crate::support::runner::{Certls, assert_run};
use clouds::internet::Internet;
use clouds::{aliyun, huawei};

fn internet(clouds: &[(&str, &str)]) -> Internet {
    Internet::start(clouds.iter().map(|(suffix, url)| ((*suffix).to_owned(), (*url).to_owned())).collect())
}

/// certls with keys of both clouds, in this internet.
fn certls(internet: &Internet) -> Certls {
    Certls::new().env("HTTPS_PROXY", &internet.proxy_url)
}

/// Runs a list with the internet's own authority trusted.
fn trusting(certls: &Certls, internet: &Internet, args: &str) -> crate::support::runner::Run {
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    certls.run(&format!("list -o json --ca-bundle {bundle} {args}"))
}

fn sorted(mut hosts: Vec<String>) -> Vec<String> {
    hosts.sort();
    hosts.dedup();
    hosts
}

#[test]
fn alibabas_regions_are_asked_where_the_cloud_says() {
    let mut world = two_regions();
    world.regions[1].endpoint = "slb-newhost.cn-beijing.aliyuncs.com".to_owned();
    let cloud = aliyun::start(world);
    let internet = internet(&[("aliyuncs.com", &cloud.url)]);
    let certls = certls(&internet).aliyun_keys();
    let run = trusting(&certls, &internet, "");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    let hosts = sorted(internet.hosts());
    let (new, own) = ("slb-newhost.cn-beijing.aliyuncs.com", "slb.cn-hangzhou.aliyuncs.com");
    assert_eq!(hosts, [new, "slb.aliyuncs.com", own, "sts.aliyuncs.com"]);
    for seen in cloud.log.all() {
        let host = match (seen.action.as_str(), seen.region.as_str()) {
            ("DescribeRegions", _) => "slb.aliyuncs.com",
            ("GetCallerIdentity", _) => "sts.aliyuncs.com",
            (_, "cn-beijing") => "slb-newhost.cn-beijing.aliyuncs.com",
            _ => "slb.cn-hangzhou.aliyuncs.com",
        };
        assert_eq!((seen.host.as_str(), seen.authorized), (host, true), "{seen:?}");
    }
}

#[test]
fn alibabas_named_regions_are_asked_at_the_vendors_hosts() {
    let cloud = aliyun::start(two_regions());
    let internet = internet(&[("aliyuncs.com", &cloud.url)]);
    let certls = certls(&internet).aliyun_keys();
    let run = trusting(&certls, &internet, "-r cn-hangzhou,cn-beijing");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    assert_eq!(sorted(internet.hosts()), ["slb.aliyuncs.com", "slb.cn-beijing.aliyuncs.com", "sts.aliyuncs.com"]);
    assert_eq!(cloud.log.count("DescribeRegions"), 0);
}

#[test]
fn a_host_outside_the_vendors_domain_is_never_asked() {
    for evil in ["slb.evil.example", "aliyuncs.com.evil.example", "evilaliyuncs.com", "a@evil.example", "evil.example/"]
    {
        let mut world = two_regions();
        world.regions[1].endpoint = evil.to_owned();
        let (cloud, thief) = (aliyun::start(world), aliyun::start(two_regions()));
        let internet =
            internet(&[("aliyuncs.com", &cloud.url), ("example", &thief.url), ("evilaliyuncs.com", &thief.url)]);
        let certls = certls(&internet).aliyun_keys();
        let run = trusting(&certls, &internet, "");
        assert_eq!((run.code, run.names()), (3, vec!["shop".to_owned()]), "{evil}: {}", run.text());
        assert_eq!(run.scope("cn-beijing")["error"]["kind"], "reply", "{evil}");
        assert_eq!(thief.log.all().len(), 0, "{evil}");
        let strange: Vec<String> = internet.hosts().into_iter().filter(|host| host.contains("evil")).collect();
        assert_eq!(strange, Vec::<String>::new(), "{evil}");
    }
}

#[test]
fn huaweis_regions_and_iam_are_asked_at_the_vendors_hosts() {
    let cloud = huawei::start(two_projects());
    let internet = internet(&[("myhuaweicloud.com", &cloud.url)]);
    let certls = certls(&internet).huawei_keys();
    let run = trusting(&certls, &internet, "");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    assert_eq!(
        sorted(internet.hosts()),
        ["elb.ap-southeast-3.myhuaweicloud.com", "elb.cn-north-4.myhuaweicloud.com", "iam.myhuaweicloud.com"]
    );
    for seen in cloud.log.all() {
        let host = match seen.action.as_str() {
            ELB_LIST | ELB_ECHO => format!("elb.{}.myhuaweicloud.com", seen.region),
            _ => "iam.myhuaweicloud.com".to_owned(),
        };
        assert_eq!((seen.host, seen.authorized), (host, true));
    }
}

#[test]
fn huaweis_european_site_has_a_domain_and_an_iam_of_its_own() {
    let cloud = huawei::start(huawei_world(&[("eu-west-101", &[("euro", 30)])]));
    let internet = internet(&[("myhuaweicloud.eu", &cloud.url)]);
    let certls = certls(&internet).huawei_keys();
    let run = trusting(&certls, &internet, "-r eu-west-101");
    assert_eq!((run.code, run.names()), (0, vec!["euro".to_owned()]), "{}", run.text());
    assert_eq!(sorted(internet.hosts()), ["elb.eu-west-101.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"]);
}

#[test]
fn nothing_is_sent_to_a_host_without_a_valid_certificate() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let internet = internet(&[("aliyuncs.com", &aliyun.url), ("myhuaweicloud.com", &huawei.url)]);
    let run = certls(&internet).aliyun_keys().huawei_keys().run("list");
    assert_run!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: certificate verification failed for slb.aliyuncs.com: it is not signed by an authority that is trusted here
    hint: if a proxy here inspects TLS, name its CA file with `--ca-bundle`
    error: huawei default all elb: certificate verification failed for iam.myhuaweicloud.com: it is not signed by an authority that is trusted here
    hint: if a proxy here inspects TLS, name its CA file with `--ca-bundle`
    no certificate read · 2 clouds, 2 accounts, 2 scopes: 2 failed
    ");
    assert_eq!((aliyun.log.all().len(), huawei.log.all().len()), (0, 0));
    // Another try would end the same way.
    assert_eq!(internet.hosts().len(), 2, "{:?}", internet.hosts());
}

#[test]
fn roots_may_also_come_from_the_usual_variable() {
    let cloud = aliyun::start(two_regions());
    let internet = internet(&[("aliyuncs.com", &cloud.url)]);
    let certls = certls(&internet).aliyun_keys();
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    let run = certls.env("SSL_CERT_FILE", &bundle).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
}

#[test]
fn an_invalid_ca_bundle_is_refused_before_any_request() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&cloud);
    let (missing, empty) = (certls.run("list --ca-bundle /no/such/ca.pem"), certls.file("empty.pem", "nothing\n"));
    assert_run!(missing, @r"
    exit 2
    --- stdout
    --- stderr
    error: --ca-bundle /no/such/ca.pem: No such file or directory (os error 2)
    hint: name a file of PEM certificates (-----BEGIN CERTIFICATE-----)
    ");
    let empty = certls.run(&format!("list --ca-bundle {empty}"));
    assert_eq!(empty.code, 2);
    assert!(empty.stderr.contains("no certificate in it"), "{}", empty.stderr);
    assert_eq!(cloud.log.all().len(), 0);
}

#[test]
fn no_proxy_sees_what_goes_to_this_machine() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let internet = internet(&[]);
    let certls = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"]
        .iter()
        .fold(Certls::new().aliyun(&aliyun).huawei(&huawei), |certls, name| certls.env(name, &internet.proxy_url));
    let run = certls.run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 4), "{}", run.text());
    assert_eq!(internet.hosts(), Vec::<String>::new());
    assert!(aliyun.log.count(SLB_LIST) == 2 && huawei.log.count(ELB_LIST) == 2);
}

#[test]
fn a_proxy_that_refuses_is_a_network_error() {
    let internet = internet(&[]);
    let run = certls(&internet).aliyun_keys().run("list --retry-count 0 -r cn-beijing");
    assert_run!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default cn-beijing slb: the proxy 127.0.0.1:PORT refuses to connect to slb.cn-beijing.aliyuncs.com
    hint: ask the proxy's administrator to allow this host, or name it in NO_PROXY
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
}
