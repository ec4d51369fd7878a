//! Secrets are not printed although a cloud echoes its requests, at every level of the log.
//!
//! The runner searches the output of every run of every test for them.

use crate::support::fixtures::{SLB_LIST, two_projects, two_regions};
use crate::support::runner::{
    ALIYUN_SECRET, ALIYUN_TOKEN, Certls, HUAWEI_DOMAIN, HUAWEI_KEY, HUAWEI_PASSWORD, HUAWEI_SECRET,
    HUAWEI_SECURITY_TOKEN, HUAWEI_TOKEN, HUAWEI_USER, Run, forms,
};
use clouds::aliyun;
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Token, User};

/// Statuses that certls takes for different kinds of failure.
const STATUSES: [u16; 6] = [400, 401, 403, 404, 429, 500];

/// Every command that shows a cloud's message.
const COMMANDS: [&str; 4] = [
    "list -vv --retry-count 1",
    "list -vv -o json --retry-count 0",
    "show -vv -o json --retry-count 0 5494a835d88f40ff940554992f2f04d4",
    "list -v --retry-count 0",
];

/// Asserts that the echo was shown, so that a secret could have leaked.
fn assert_echoed(run: &Run, mark: &str) {
    assert!(run.code == 1 && run.text().contains(mark), "{mark}: {}", run.text());
}

#[test]
fn the_harness_finds_a_secret_in_each_form() {
    let all = forms("a\"b/c d");
    for form in ["a\"b/c d", "a\\\"b/c d", "a%22b%2Fc%20d", "a%2522b%252Fc%2520d"] {
        assert!(all.iter().any(|known| known == form), "{form}: {all:?}");
    }
}

#[test]
fn alibabas_echo() {
    for (signature, temporary) in [("rpc", false), ("rpc", true), ("acs3", false), ("acs3", true)] {
        for action in ["DescribeRegions", SLB_LIST] {
            for (turn, status) in STATUSES.into_iter().enumerate() {
                let mut world = two_regions();
                world.faults = vec![Fault::always(action, Effect::EchoRequest(status))];
                world.accounts[0].token = temporary.then(|| ALIYUN_TOKEN.to_owned());
                let cloud = aliyun::start(world);
                let mut certls = Certls::new().aliyun(&cloud).env("CERTLS_ALIYUN_SIGNATURE", signature);
                if temporary {
                    certls = certls.env("ALIBABA_CLOUD_SECURITY_TOKEN", ALIYUN_TOKEN);
                }
                let run = certls.run(COMMANDS[turn % COMMANDS.len()]);
                assert_echoed(&run, "POST /");
                assert!(cloud.log.all().iter().all(|seen| seen.authorized), "the secrets were sent");
            }
        }
    }
}

#[test]
fn huaweis_echo() {
    type Setting = (&'static str, &'static str);
    let keys: [Setting; 2] = [("HUAWEICLOUD_SDK_AK", HUAWEI_KEY), ("HUAWEICLOUD_SDK_SK", HUAWEI_SECRET)];
    let temporary = [keys[0], keys[1], ("HUAWEICLOUD_SDK_SECURITY_TOKEN", HUAWEI_SECURITY_TOKEN)];
    let login =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let ways: [(&[Setting], &[&str]); 4] = [
        (&keys, &["iam:projects", "elb:*"]),
        (&temporary, &["iam:projects", "elb:*"]),
        (&[("HW_AUTH_TOKEN", HUAWEI_TOKEN)], &["iam:token-check", "elb:*"]),
        (&login, &["iam:token", "iam:projects", "elb:*"]),
    ];
    for (settings, actions) in ways {
        for action in actions {
            for (turn, status) in STATUSES.into_iter().enumerate() {
                let mut world = two_projects();
                let account = &mut world.accounts[0];
                account.users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
                account.tokens = vec![Token { value: HUAWEI_TOKEN.to_owned(), project: "cn-north-4".to_owned() }];
                let is_temporary = settings.len() == 3 && settings[0] == keys[0];
                account.security_token = is_temporary.then(|| HUAWEI_SECURITY_TOKEN.to_owned());
                let actions = match *action {
                    "elb:*" => vec!["elb:list", "elb:show"],
                    // Who may not list all projects is asked for the own ones.
                    "iam:projects" => vec!["iam:projects", "iam:auth-projects"],
                    other => vec![other],
                };
                world.faults =
                    actions.iter().map(|action| Fault::always(action, Effect::EchoRequest(status))).collect();
                let cloud = huawei::start(world);
                let run = Certls::new().huawei_at(&cloud.url).envs(settings).run(COMMANDS[turn % COMMANDS.len()]);
                assert_echoed(&run, if *action == "iam:token" { "POST /v3" } else { "GET /v3" });
                assert!(cloud.log.all().iter().all(|seen| seen.authorized || seen.action == "iam:token"));
            }
        }
    }
}

#[test]
fn a_good_run_tells_its_requests_but_no_secret() {
    let (aliyun, mut world) = (aliyun::start(two_regions()), two_projects());
    world.accounts[0].users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
    let huawei = huawei::start(world);
    let login =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let run = Certls::new().aliyun(&aliyun).huawei_at(&huawei.url).envs(&login).run("list -vv");
    assert_eq!(run.code, 0, "{}", run.text());
    for mark in ["aliyun DescribeServerCertificates cn-beijing", "huawei ListCertificates", "status=200"] {
        assert!(run.stderr.contains(mark), "{mark}: {}", run.stderr);
    }
}

#[test]
fn keys_that_no_header_can_carry_are_not_quoted() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let certls = Certls::new().aliyun_at(&aliyun.url).huawei_at(&huawei.url).env("CERTLS_ALIYUN_SIGNATURE", "acs3");
    let certls = certls
        .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI\nsplitkey01")
        .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ALIYUN_SECRET);
    let certls = certls.env("HUAWEICLOUD_SDK_AK", "SPLIT\nKEY000001").env("HUAWEICLOUD_SDK_SK", HUAWEI_SECRET);
    let run = certls.run("list -vv");
    assert_eq!((run.code, aliyun.log.all().len(), huawei.log.all().len()), (2, 0, 0), "{}", run.text());
    assert!(run.stderr.contains("ALIBABA_CLOUD_ACCESS_KEY_ID") && run.stderr.contains("HUAWEICLOUD_SDK_AK"));
}

#[test]
fn an_endpoint_with_a_password_is_refused_without_quoting_it() {
    let certls =
        Certls::new().aliyun_keys().env("CERTLS_ENDPOINT_ALIYUN_SLB", "https://user:PLANTEDWORD@slb.aliyuncs.com");
    let run = certls.run("list");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("CERTLS_ENDPOINT_ALIYUN_SLB") && !run.text().contains("PLANTEDWORD"), "{}", run.stderr);
}
