//! Where Huawei Cloud's keys are sent: to the site or the cloud that variables and files name, and to no other.

use crate::support::fixtures::huawei_world;
use crate::support::runner::{
    Certls, HUAWEI_DOMAIN, HUAWEI_KEY, HUAWEI_PASSWORD, HUAWEI_SECRET, HUAWEI_TOKEN, HUAWEI_USER, Run,
};
use clouds::huawei::{self, Huawei, Token, User, World};
use clouds::internet::Internet;

const KEYS: [(&str, &str); 2] = [("HW_ACCESS_KEY", HUAWEI_KEY), ("HW_SECRET_KEY", HUAWEI_SECRET)];
const SDK_KEYS: [(&str, &str); 2] = [("HUAWEICLOUD_SDK_AK", HUAWEI_KEY), ("HUAWEICLOUD_SDK_SK", HUAWEI_SECRET)];
const PASSWORD: [(&str, &str); 3] =
    [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
const OPENSTACK: [(&str, &str); 3] =
    [("OS_USERNAME", HUAWEI_USER), ("OS_PASSWORD", HUAWEI_PASSWORD), ("OS_DOMAIN_NAME", HUAWEI_DOMAIN)];
const TOKEN: [(&str, &str); 1] = [("HW_AUTH_TOKEN", HUAWEI_TOKEN)];

/// A cloud of this domain, with one certificate in this region; empty for Huawei Cloud itself.
fn cloud(domain: &str, region: &str) -> Huawei {
    let mut world = World { cloud: domain.to_owned(), ..huawei_world(&[(region, &[("own", 30)])]) };
    world.accounts[0].users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
    world.accounts[0].tokens = vec![Token { value: HUAWEI_TOKEN.to_owned(), project: region.to_owned() }];
    huawei::start(world)
}

/// The run, and the hosts that were connected to.
struct Asked {
    run: Run,
    hosts: Vec<String>,
}

/// Lists with these variables, in an internet in which all hosts lead to one cloud.
fn ask(cloud: &Huawei, variables: &[(&str, &str)], args: &str) -> Asked {
    let routes = ["com", "eu", "ru", "org"].map(|top| (top.to_owned(), cloud.url.clone()));
    let internet = Internet::start(routes.to_vec());
    let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).envs(variables);
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    let run = certls.run(&format!("list -p huawei -o json --retry-count 0 --ca-bundle {bundle} {args}"));
    let mut hosts = internet.hosts();
    hosts.sort();
    hosts.dedup();
    Asked { run, hosts }
}

#[test]
fn a_variable_that_names_another_cloud_sends_the_keys_there() {
    let otc = "https://iam.eu-de.otc.t-systems.com:443/v3";
    for credentials in [&KEYS[..], &SDK_KEYS, &PASSWORD, &OPENSTACK, &TOKEN] {
        for named in [
            ("HW_AUTH_URL", otc),
            ("OS_AUTH_URL", otc),
            ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.eu-de.otc.t-systems.com"),
            ("HW_CLOUD", "otc.t-systems.com"),
            ("HW_REGION_NAME", "eu-de"),
        ] {
            let cloud = cloud("otc.t-systems.com", "eu-de");
            let Asked { run, hosts } = ask(&cloud, &[credentials, &[named]].concat(), "--service elb");
            assert_eq!((run.code, run.names()), (0, vec!["own".to_owned()]), "{named:?}: {}", run.text());
            assert_eq!(hosts, ["elb.eu-de.otc.t-systems.com", "iam.eu-de.otc.t-systems.com"], "{named:?}");
        }
    }
}

#[test]
fn an_unknown_cloud_is_an_error_before_any_request() {
    for credentials in [&KEYS[..], &SDK_KEYS, &PASSWORD, &TOKEN] {
        for named in [
            ("HW_AUTH_URL", "https://iam.example.org/v3"),
            ("OS_AUTH_URL", "https://iam.example.org/v3"),
            ("OS_AUTH_URL", "https://iam.myhuaweicloud.com:x@iam.example.org"),
            ("OS_AUTH_URL", "https://iam.example.org/x://iam.myhuaweicloud.com"),
            ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.example.org"),
            ("HW_CLOUD", "example.org"),
        ] {
            let cloud = cloud("", "cn-north-4");
            let Asked { run, hosts } = ask(&cloud, &[credentials, &[named]].concat(), "");
            assert_eq!((run.code, hosts), (2, Vec::new()), "{named:?}: {}", run.text());
            assert!(run.stderr.contains(&format!("{} names another cloud", named.0)), "{}", run.stderr);
            assert!(run.stderr.contains("example.org"), "{}", run.stderr);
            assert!(run.stderr.contains("--endpoint huawei.iam=https://"), "{}", run.stderr);
        }
    }
}

#[test]
fn the_hosts_of_an_unknown_cloud_can_be_named() {
    let cloud = cloud("", "cn-north-4");
    let named = [("HW_AUTH_URL", "https://iam.example.org/v3")];
    let args = format!("--service elb --endpoint huawei.iam={0} --endpoint huawei.elb={0}", cloud.url);
    let Asked { run, hosts } = ask(&cloud, &[&KEYS[..], &named].concat(), &args);
    assert_eq!((run.code, run.names(), hosts), (0, vec!["own".to_owned()], Vec::new()), "{}", run.text());
    // The host of the load balancers is not known by any rule.
    let args = format!("--service elb --endpoint huawei.iam={}", cloud.url);
    let Asked { run, hosts } = ask(&cloud, &[&KEYS[..], &named].concat(), &args);
    assert_eq!((run.code, hosts), (2, Vec::new()), "{}", run.text());
    assert!(run.stderr.contains("--endpoint huawei.elb=https://"), "{}", run.stderr);
}

#[test]
fn openstacks_variables_for_another_cloud_are_left_alone_and_named() {
    let cloud = cloud("", "cn-north-4");
    let named = [("OS_AUTH_URL", "https://keystone.example.org:5000/v3")];
    let Asked { run, hosts } = ask(&cloud, &[&OPENSTACK[..], &named].concat(), "");
    assert_eq!((run.code, hosts), (2, Vec::new()), "{}", run.text());
    assert!(run.stderr.contains("OS_AUTH_URL names another cloud, keystone.example.org"), "{}", run.stderr);
    assert!(run.stderr.contains("OS_USERNAME"), "{}", run.stderr);
}

#[test]
fn every_way_to_name_a_site_with_accounts_of_its_own_chooses_it() {
    let (iam, elb) = ("iam.eu-west-101.myhuaweicloud.eu", "elb.eu-west-101.myhuaweicloud.eu");
    for credentials in [&KEYS[..], &SDK_KEYS, &PASSWORD] {
        for named in [
            ("HW_REGION_NAME", "eu-west-101"),
            ("HUAWEICLOUD_SDK_REGION", "EU-WEST-101"),
            ("HW_AUTH_URL", "https://iam.eu-west-101.myhuaweicloud.eu/v3"),
            ("HW_AUTH_URL", "https://iam.myhuaweicloud.eu/v3"),
            ("HW_CLOUD", "myhuaweicloud.eu"),
            ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "https://iam.eu-west-101.myhuaweicloud.eu"),
        ] {
            let cloud = cloud("", "eu-west-101");
            let Asked { run, hosts } = ask(&cloud, &[credentials, &[named]].concat(), "--service elb");
            assert_eq!((run.code, run.names()), (0, vec!["own".to_owned()]), "{named:?}: {}", run.text());
            assert_eq!(hosts, [elb, iam], "{named:?}");
        }
    }
}

#[test]
fn a_region_of_the_usual_site_changes_nothing() {
    for named in [
        ("HW_REGION_NAME", "cn-north-4"),
        ("OS_REGION_NAME", "RegionOne"),
        ("HW_CLOUD", "myhuaweicloud.com"),
        ("HW_AUTH_URL", "https://iam.cn-north-1.myhwclouds.com/v3"),
        ("HW_AUTH_URL", "https://iam.cn-north-4.myhuaweicloud.com/v3\r"),
    ] {
        let cloud = cloud("", "cn-north-4");
        let Asked { run, hosts } = ask(&cloud, &[&KEYS[..], &[named]].concat(), "--service elb");
        assert_eq!((run.code, run.names()), (0, vec!["own".to_owned()]), "{named:?}: {}", run.text());
        assert_eq!(hosts, ["elb.cn-north-4.myhuaweicloud.com", "iam.myhuaweicloud.com"], "{named:?}");
    }
}

#[test]
fn a_files_own_fields_say_where_its_keys_belong() {
    let iam = "iam.eu-west-101.myhuaweicloud.eu";
    let certls = Certls::new();
    let ini = |endpoint: &str| {
        certls.file("ini", &format!("[basic]\nak={HUAWEI_KEY}\nsk={HUAWEI_SECRET}\niam_endpoint={endpoint}\n"))
    };
    let cloud = cloud("", "eu-west-101");
    // The file's own field counts before a variable.
    let variables = [("HW_AUTH_URL", "https://iam.example.org/v3")];
    let path = ini(&format!("https://{iam}"));
    let named = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path.as_str())];
    let Asked { run, hosts } = ask(&cloud, &[&variables[..], &named].concat(), "--service elb");
    assert_eq!((run.code, run.names()), (0, vec!["own".to_owned()]), "{}", run.text());
    assert_eq!(hosts, ["elb.eu-west-101.myhuaweicloud.eu", iam]);
    let path = ini("https://iam.example.org");
    let Asked { run, hosts } = ask(&cloud, &[("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path.as_str())], "");
    assert_eq!((run.code, hosts), (2, Vec::new()), "{}", run.text());
    assert!(run.stderr.contains("iam_endpoint in [basic] of"), "{}", run.stderr);
    // Without a field of its own the variable says it.
    let path = ini("");
    let both = [("HUAWEICLOUD_SDK_CREDENTIALS_FILE", path.as_str()), variables[0]];
    assert_eq!(ask(&cloud, &both, "").hosts, Vec::<String>::new());
}

#[test]
fn the_name_of_a_project_does_not_send_a_password_elsewhere() {
    let cloud = cloud("", "eu-west-101");
    let Asked { hosts, .. } = ask(&cloud, &PASSWORD, "--service elb");
    assert!(!hosts.iter().any(|host| host == "iam.eu-west-101.myhuaweicloud.eu"), "{hosts:?}");
}
