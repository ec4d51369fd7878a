//! Errors of the clouds, each with the next step in its hint; the other scopes are unaffected.

use chrono::Duration;
use serde_json::{Value, json};

use crate::support::fixtures::{ELB_LIST, SLB_LIST, two_projects, two_regions};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_TOKEN, Certls, HUAWEI_KEY, HUAWEI_SECURITY_TOKEN, Run, assert_run};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei};

const WRONG: &str = "WRONG/secret+0000000000001";

/// Returns the errors of both clouds, which refuse their keys: exit 1, since nothing was read.
fn errors(certls: &Certls) -> (Value, Value) {
    let run = certls.run("list -o json");
    assert_eq!((run.code, run.certificates().len()), (1, 0), "{}", run.text());
    let document = run.json();
    let error = |provider: &str| {
        let scopes = document["scopes"].as_array().expect("scopes").iter();
        let mut own = scopes.filter(|scope| scope["provider"] == provider);
        own.next().map(|scope| scope["error"].clone()).unwrap_or_default()
    };
    (error("aliyun"), error("huawei"))
}

#[test]
fn a_wrong_secret_is_called_so_by_every_signature() {
    for signature in ["rpc", "acs3"] {
        let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
        let certls =
            Certls::new().aliyun_at(&aliyun.url).huawei_at(&huawei.url).env("CERTLS_ALIYUN_SIGNATURE", signature);
        let certls =
            certls.env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIYUN_KEY).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", WRONG);
        let certls = certls.env("HUAWEICLOUD_SDK_AK", HUAWEI_KEY).env("HUAWEICLOUD_SDK_SK", WRONG);
        if signature == "rpc" {
            assert_run!(certls.run("list"), @"
            exit 1
            --- stdout
            --- stderr
            error: aliyun default all slb: the access key secret is wrong: the cloud signed the same request, with another result (SignatureDoesNotMatch, request REQUEST)
            hint: copy the secret that belongs to ALIBABA_CLOUD_ACCESS_KEY_ID in the environment
            error: huawei default all elb: the secret access key is wrong: the cloud signed the same request, with another result (APIGW.0301, request REQUEST)
            hint: copy the secret that belongs to HUAWEICLOUD_SDK_AK in the environment
            no certificate read · 2 clouds, 2 accounts, 2 scopes: 2 failed
            ");
        }
        let (own, other) = errors(&certls);
        assert_eq!((&own["kind"], &own["code"]), (&json!("credentials"), &json!("SignatureDoesNotMatch")));
        assert_eq!(
            own["message"],
            "the access key secret is wrong: the cloud signed the same request, with another result"
        );
        assert_eq!((&other["kind"], &other["code"]), (&json!("credentials"), &json!("APIGW.0301")));
        assert!(other["message"].as_str().is_some_and(|message| message.starts_with("the secret access key is wrong")));
    }
}

#[test]
fn a_wrong_secret_is_called_so_also_where_the_request_has_parameters() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let certls = Certls::new().aliyun_at(&aliyun.url).huawei_at(&huawei.url);
    let certls = certls.env("ALIBABA_CLOUD_ACCESS_KEY_ID", ALIYUN_KEY).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", WRONG);
    let certls = certls.env("HUAWEICLOUD_SDK_AK", HUAWEI_KEY).env("HUAWEICLOUD_SDK_SK", WRONG);
    let certls = certls.env("HW_PROJECT_ID", &crate::support::fixtures::project_id("cn-north-4"));
    for signature in ["rpc", "acs3"] {
        let mut command = certls.command(&["list", "-r", "cn-hangzhou"]);
        let run = certls.checked(command.env("CERTLS_ALIYUN_SIGNATURE", signature).output().expect("certls runs"));
        assert!(run.stderr.contains("the access key secret is wrong"), "{}", run.stderr);
    }
    let run = certls.run("list -r cn-north-4");
    assert!(run.stderr.contains("the secret access key is wrong"), "{}", run.stderr);
    assert_eq!(
        (aliyun.log.count(SLB_LIST), huawei.log.count(ELB_LIST)),
        (2, 1),
        "refused once each, and not tried again"
    );
}

#[test]
fn an_unknown_access_key() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let certls = Certls::new().aliyun_at(&aliyun.url).huawei_at(&huawei.url);
    let certls =
        certls.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAInobodys0000001").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", WRONG);
    let certls = certls.env("HUAWEICLOUD_SDK_AK", "NOBODYSACCESSKEY0001").env("HUAWEICLOUD_SDK_SK", WRONG);
    assert_run!(certls.run("list"), @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: Specified access key is not found. (InvalidAccessKeyId.NotFound, request REQUEST)
    hint: no account has this access key id: correct ALIBABA_CLOUD_ACCESS_KEY_ID in the environment
    error: huawei default all elb: the cloud does not know this access key id (APIGW.0301, request REQUEST)
    hint: correct HUAWEICLOUD_SDK_AK in the environment
    no certificate read · 2 clouds, 2 accounts, 2 scopes: 2 failed
    ");
    assert_eq!((aliyun.log.all().len(), huawei.log.all().len()), (1, 1));
}

#[test]
fn a_key_of_alibaba_is_never_sent_to_huawei() {
    for (id, secret) in [
        ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
        ("CLOUD_SDK_AK", "CLOUD_SDK_SK"),
        ("HW_ACCESS_KEY", "HW_SECRET_KEY"),
    ] {
        let cloud = huawei::start(two_projects());
        let run = Certls::new().huawei_at(&cloud.url).env(id, ALIYUN_KEY).env(secret, WRONG).run("list");
        if id == "HUAWEICLOUD_SDK_AK" {
            assert_run!(run, @"
            exit 2
            --- stdout
            --- stderr
            error: huawei default all elb: HUAWEICLOUD_SDK_AK in the environment is a key of Alibaba Cloud (it begins with LTAI), not of Huawei Cloud
            hint: move it to ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET
            no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
            ");
        }
        assert_eq!((run.code, cloud.log.all().len()), (2, 0), "{}", run.text());
        assert!(run.stderr.contains(id), "{}", run.stderr);
    }
}

#[test]
fn a_stray_key_costs_only_its_own_cloud() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let certls = Certls::new().aliyun(&aliyun).huawei_at(&huawei.url);
    let run = certls.env("HUAWEICLOUD_SDK_AK", ALIYUN_KEY).env("HUAWEICLOUD_SDK_SK", WRONG).run("list -o json");
    assert_eq!((run.code, run.names().len(), huawei.log.all().len()), (3, 2, 0), "{}", run.text());
    assert_eq!(run.scope("all")["error"]["kind"], "config");
}

#[test]
fn temporary_keys_that_have_expired() {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.accounts[0].token = Some("a newer token".to_owned());
    huawei.accounts[0].security_token = Some("a newer token".to_owned());
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let certls = Certls::new().aliyun(&aliyun).env("ALIBABA_CLOUD_SECURITY_TOKEN", ALIYUN_TOKEN);
    let certls = certls.huawei(&huawei).env("HUAWEICLOUD_SDK_SECURITY_TOKEN", HUAWEI_SECURITY_TOKEN);
    assert_run!(certls.run("list"), @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: Specified SecurityToken is expired. (InvalidSecurityToken.Expired, request REQUEST)
    hint: the security token has expired or belongs to another key: fetch new temporary keys into ALIBABA_CLOUD_ACCESS_KEY_ID in the environment
    error: huawei default all elb: the cloud refused the token or key: it is invalid or has expired (APIGW.0301, request REQUEST)
    hint: put a new one into HUAWEICLOUD_SDK_AK in the environment
    no certificate read · 2 clouds, 2 accounts, 2 scopes: 2 failed
    ");
    assert_eq!((aliyun.log.all().len(), huawei.log.all().len()), (1, 1));
}

/// Runs `list` where both clouds' clocks are this many minutes ahead.
fn with_clock(minutes: i64) -> Run {
    let clock = Duration::minutes(minutes);
    let aliyun = aliyun::start(aliyun::World { clock, ..two_regions() });
    let huawei = huawei::start(huawei::World { clock, ..two_projects() });
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list");
    assert_eq!((aliyun.log.all().len(), huawei.log.all().len()), (1, 1), "another try would be as wrong");
    run
}

#[test]
fn a_clock_that_is_behind() {
    assert_run!(with_clock(20), @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: this machine's clock is 20 minutes behind the cloud's (InvalidTimeStamp.Expired, request REQUEST)
    hint: set this machine's clock (for example by NTP) and run again
    error: huawei default all elb: this machine's clock is 20 minutes behind the cloud's (APIGW.0301, request REQUEST)
    hint: set this machine's clock (for example by NTP) and run again
    no certificate read · 2 clouds, 2 accounts, 2 scopes: 2 failed
    ");
}

#[test]
fn a_clock_that_is_ahead() {
    assert_run!(with_clock(-20), @"
    exit 1
    --- stdout
    --- stderr
    error: aliyun default all slb: this machine's clock is 20 minutes ahead of the cloud's (InvalidTimeStamp.Expired, request REQUEST)
    hint: set this machine's clock (for example by NTP) and run again
    error: huawei default all elb: this machine's clock is 20 minutes ahead of the cloud's (APIGW.0301, request REQUEST)
    hint: set this machine's clock (for example by NTP) and run again
    no certificate read · 2 clouds, 2 accounts, 2 scopes: 2 failed
    ");
}

#[test]
fn a_clock_that_is_off_by_less_than_the_clouds_allow() {
    for minutes in [-14, 14] {
        let clock = Duration::minutes(minutes);
        let aliyun = aliyun::start(aliyun::World { clock, ..two_regions() });
        let huawei = huawei::start(huawei::World { clock, ..two_projects() });
        let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list");
        assert_eq!(run.code, 0, "{}", run.text());
    }
}

#[test]
fn a_denied_action_is_named_and_not_tried_again() {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.faults = vec![Fault::always(SLB_LIST, Effect::Denied).in_region("cn-beijing")];
    huawei.faults = vec![Fault::always(ELB_LIST, Effect::Denied).in_region("cn-north-4")];
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    assert_run!(certls.run("list"), @"
    exit 3
    --- stdout
    NAME  COVERS            EXPIRES     ON          CLOUD   REGION          ACCOUNT  ID
    shop  shop.example.com  in 9 days   20YY-MM-DD  aliyun  cn-hangzhou     default  1000000000000001_8d9001d32c6
    cdn   cdn.example.com   in 60 days  20YY-MM-DD  huawei  ap-southeast-3  default  db9831b53a8574d33f3d7ce6820598c6
    --- stderr
    error: aliyun default cn-beijing slb: User not authorized to operate on the specified resource. (Forbidden, request REQUEST)
    hint: allow the RAM action `slb:DescribeServerCertificates` on `*` to this user or role
    error: huawei default cn-north-4 elb: Policy doesn't allow elb:certificates:list to be performed. (ELB.9802, request REQUEST)
    hint: allow the IAM action `elb:certificates:list` to this user or agency
    2 certificates · 2 clouds, 2 accounts, 4 scopes: 2 read, 2 denied
    ");
    assert_eq!(aliyun.log.count_in(SLB_LIST, "cn-beijing"), 1);
    // The second request is for what single enterprise projects grant.
    let all = huawei.log.all();
    let asked = all.iter().filter(|request| request.action == ELB_LIST && request.region == "cn-north-4");
    let granted: Vec<bool> = asked.map(|request| request.query.contains("all_granted_eps")).collect();
    assert_eq!(granted, [false, true]);
    let run = certls.run("list -o json");
    assert_eq!((run.code, run.names()), (3, ["shop", "cdn"].map(str::to_owned).to_vec()));
    assert_eq!(
        run.scopes(),
        [
            "aliyun cn-beijing denied 0",
            "aliyun cn-hangzhou ok 1",
            "huawei ap-southeast-3 ok 1",
            "huawei cn-north-4 denied 0"
        ]
    );
    let error = run.scope("cn-beijing")["error"].clone();
    assert_eq!((&error["kind"], &error["code"]), (&json!("denied"), &json!("Forbidden")));
    assert!(error["request_id"].as_str().is_some_and(|id| id.starts_with("00000000-0000-4000-8000-")), "{error}");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("slb:DescribeServerCertificates")), "{error}");
    let hint = run.scope("cn-north-4")["error"]["hint"].clone();
    assert!(hint.as_str().is_some_and(|hint| hint.contains("elb:certificates:list")), "{hint}");
}

#[test]
fn an_account_without_permissions_reads_nothing() {
    let (mut aliyun, mut huawei) = (two_regions(), two_projects());
    aliyun.accounts[0].denied = vec![SLB_LIST.to_owned()];
    huawei.accounts[0].denied = vec![ELB_LIST.to_owned()];
    let (aliyun, huawei) = (aliyun::start(aliyun), huawei::start(huawei));
    let run = Certls::new().aliyun(&aliyun).huawei(&huawei).run("list -o json");
    assert_eq!((run.code, run.certificates().len(), run.scopes().len()), (1, 0, 4), "{}", run.text());
    assert_eq!(run.json()["complete"], false);
    assert_eq!(run.stderr.matches("error: ").count(), 2, "equal errors are printed once: {}", run.text());
}
