//! Huawei Cloud: every kind of credentials, and tokens that expire during the run.

use crate::support::fixtures::{ELB_ECHO, ELB_LIST, huawei_world, project_id, two_projects};
use crate::support::runner::{
    Certls, HUAWEI_DOMAIN, HUAWEI_KEY, HUAWEI_PASSWORD, HUAWEI_SECRET, HUAWEI_SECURITY_TOKEN, HUAWEI_TOKEN,
    HUAWEI_USER, assert_run,
};
use clouds::huawei::{self, Huawei, Token, User, World};

/// A world whose account has a user, and a token for one project.
fn world() -> World {
    let mut world = two_projects();
    world.accounts[0].users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
    world.accounts[0].tokens = vec![Token { value: HUAWEI_TOKEN.to_owned(), project: "cn-north-4".to_owned() }];
    world
}

fn ask(cloud: &Huawei, variables: &[(&str, &str)]) -> crate::support::runner::Run {
    Certls::new().huawei_at(&cloud.url).envs(variables).run("list -o json")
}

#[test]
fn every_spelling_of_the_access_key_is_read() {
    for (key, secret) in [
        ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"),
        ("CLOUD_SDK_AK", "CLOUD_SDK_SK"),
        ("HW_ACCESS_KEY", "HW_SECRET_KEY"),
    ] {
        let cloud = huawei::start(world());
        let run = ask(&cloud, &[(key, HUAWEI_KEY), (secret, HUAWEI_SECRET)]);
        assert_eq!((run.code, run.names()), (0, vec!["pay".to_owned(), "cdn".to_owned()]), "{key}: {}", run.text());
        assert!(cloud.log.all().iter().all(|seen| seen.authorized));
        assert_eq!((cloud.log.count("iam:projects"), cloud.log.count("iam:token")), (1, 0));
        for (set, missing) in [(key, secret), (secret, key)] {
            let half = ask(&cloud, &[(set, HUAWEI_SECRET)]);
            assert_eq!(half.code, 2);
            assert!(half.stderr.contains(&format!("{set} is set, but {missing} is not")), "{}", half.stderr);
        }
    }
}

#[test]
fn temporary_keys_go_with_their_security_token() {
    for [key, secret, token] in [
        ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
        ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"],
    ] {
        let mut world = world();
        world.accounts[0].security_token = Some(HUAWEI_SECURITY_TOKEN.to_owned());
        let cloud = huawei::start(world);
        let with = ask(&cloud, &[(key, HUAWEI_KEY), (secret, HUAWEI_SECRET), (token, HUAWEI_SECURITY_TOKEN)]);
        assert_eq!((with.code, with.names().len()), (0, 2), "{}", with.text());
        let without = ask(&cloud, &[(key, HUAWEI_KEY), (secret, HUAWEI_SECRET)]);
        assert_eq!(without.code, 1, "{}", without.text());
        assert_eq!(without.scope("all")["error"]["kind"], "credentials");
    }
}

#[test]
fn a_given_token_reaches_its_own_project_only() {
    for name in ["HW_AUTH_TOKEN", "OS_AUTH_TOKEN"] {
        let cloud = huawei::start(world());
        let run = ask(&cloud, &[(name, HUAWEI_TOKEN)]);
        assert_eq!((run.code, run.names()), (0, vec!["pay".to_owned()]), "{}", run.text());
        assert_eq!(run.scopes(), ["huawei cn-north-4 ok 1"]);
        assert_eq!(run.certificate("pay")["account_id"], "d78cbac186b744899480f25bd022f468");
        assert_eq!((cloud.log.count("iam:projects"), cloud.log.count("iam:token")), (0, 0));
    }
}

#[test]
fn another_region_than_the_tokens_is_an_error_that_says_so() {
    let cloud = huawei::start(world());
    let run = Certls::new().huawei_at(&cloud.url).env("HW_AUTH_TOKEN", HUAWEI_TOKEN).run("list -r ap-southeast-3");
    assert_run!(run, @"
    exit 2
    --- stdout
    --- stderr
    error: huawei default ap-southeast-3 elb: these credentials reach only the project cn-north-4, not the region `ap-southeast-3`
    hint: leave out `--region`, or use credentials of that region
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    assert_eq!(cloud.log.count(ELB_LIST), 0);
}

#[test]
fn a_token_for_the_whole_account_is_an_error_that_says_so() {
    let mut world = world();
    world.accounts[0].tokens[0].project = String::new();
    let cloud = huawei::start(world);
    let run = Certls::new().huawei_at(&cloud.url).env("HW_AUTH_TOKEN", HUAWEI_TOKEN).run("list");
    assert_run!(run, @r#"
    exit 2
    --- stdout
    --- stderr
    error: huawei default all elb: the token is for the whole account; load balancers need one for a project
    hint: fetch a token with a project as its scope, such as {"project": {"name": "cn-north-4"}}
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    "#);
}

#[test]
fn a_token_that_nobody_issued_is_refused_once() {
    let cloud = huawei::start(world());
    let run = Certls::new().huawei_at(&cloud.url).env("HW_AUTH_TOKEN", "STALETOKEN0000000001").run("list");
    assert_run!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: huawei default all elb: The X-Auth-Token is invalid! (request REQUEST)
    hint: replace the access key, token or password of this account
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    assert_eq!(cloud.log.all().len(), 1);
}

#[test]
fn a_token_comes_before_keys_and_keys_before_a_password() {
    let cloud = huawei::start(world());
    let token = ("HW_AUTH_TOKEN", HUAWEI_TOKEN);
    let keys = [("HUAWEICLOUD_SDK_AK", HUAWEI_KEY), ("HUAWEICLOUD_SDK_SK", HUAWEI_SECRET)];
    let user =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", "WRONGPASSWORD0001"), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let run = ask(&cloud, &[&[token][..], &keys, &user].concat());
    assert_eq!((run.code, run.scopes().len()), (0, 1), "{}", run.text());
    let run = ask(&cloud, &[&keys[..], &user].concat());
    assert_eq!((run.code, run.scopes().len()), (0, 2), "{}", run.text());
}

#[test]
fn a_password_is_exchanged_for_a_token_of_each_project() {
    for names in [
        ["HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"],
        ["OS_USERNAME", "OS_PASSWORD", "OS_DOMAIN_NAME"],
        ["OS_USERNAME", "OS_PASSWORD", "OS_USER_DOMAIN_NAME"],
        ["OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_DOMAIN_NAME"],
    ] {
        let cloud = huawei::start(world());
        let run = ask(&cloud, &[(names[0], HUAWEI_USER), (names[1], HUAWEI_PASSWORD), (names[2], HUAWEI_DOMAIN)]);
        assert_eq!((run.code, run.names()), (0, vec!["pay".to_owned(), "cdn".to_owned()]), "{}", run.text());
        // One for the account, which lists its projects, and one for each of the two.
        assert_eq!((cloud.log.count("iam:token"), cloud.log.count(ELB_LIST)), (3, 2), "{names:?}");
    }
}

#[test]
fn half_a_login_is_an_error_that_names_the_missing_part() {
    let (user, password, domain) =
        (("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN));
    let cloud = huawei::start(world());
    for (set, missing) in [
        (vec![user, password], "HW_DOMAIN_NAME"),
        (vec![password, domain], "HW_USER_NAME"),
        (vec![user, domain], "HW_USER_PASSWORD"),
    ] {
        let run = ask(&cloud, &set);
        assert_eq!(run.code, 2, "{}", run.text());
        assert!(run.stderr.contains(&format!("is set, but {missing} is not")), "{set:?}: {}", run.stderr);
    }
    assert_eq!(cloud.log.all().len(), 0);
}

#[test]
fn a_wrong_password_is_tried_once() {
    let cloud = huawei::start(world());
    let login =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", "WRONGPASSWORD0001"), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let run = Certls::new().huawei_at(&cloud.url).envs(&login).run("list");
    assert_run!(run, @"
    exit 1
    --- stdout
    --- stderr
    error: huawei default all elb: The username or password is wrong. (request REQUEST)
    hint: correct HW_USER_NAME and its password and domain; a user with login protection (MFA) needs an access key instead
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
    // A second try could lock the user out.
    assert_eq!(cloud.log.count("iam:token"), 1);
}

#[test]
fn a_token_that_ends_midway_is_renewed() {
    let stored = [("a", 1), ("b", 2), ("c", 3)];
    let mut world = World { page_cap: 1, token_uses: Some(2), ..huawei_world(&[("cn-north-4", &stored)]) };
    world.accounts[0].users = vec![User { name: HUAWEI_USER.to_owned(), password: HUAWEI_PASSWORD.to_owned() }];
    let cloud = huawei::start(world);
    let login =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let run = ask(&cloud, &login);
    assert_eq!((run.code, run.names()), (0, ["a", "b", "c"].map(str::to_owned).to_vec()), "{}", run.text());
    // Four pages and the question about private keys want three tokens of two uses each, and two pages are asked
    // for twice; the projects take a fourth.
    assert_eq!((cloud.log.count("iam:token"), cloud.log.count(ELB_LIST)), (4, 6));
}

#[test]
fn a_token_that_is_refused_at_once_is_renewed_only_once() {
    let mut world = World { token_uses: Some(0), ..world() };
    world.accounts[0].tokens.clear();
    let cloud = huawei::start(world);
    let login =
        [("HW_USER_NAME", HUAWEI_USER), ("HW_USER_PASSWORD", HUAWEI_PASSWORD), ("HW_DOMAIN_NAME", HUAWEI_DOMAIN)];
    let run = ask(&cloud, &login);
    assert_eq!(run.code, 1, "{}", run.text());
    assert_eq!((cloud.log.count("iam:token"), cloud.log.count("iam:projects")), (2, 2));
}

#[test]
fn a_project_of_the_environment_spares_the_look_up() {
    for name in ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID", "OS_PROJECT_ID"] {
        let cloud = huawei::start(world());
        let certls = Certls::new().huawei(&cloud).env(name, &project_id("cn-north-4"));
        let run = certls.run("list -o json -r cn-north-4");
        assert_eq!((run.code, run.names()), (0, vec!["pay".to_owned()]), "{}", run.text());
        let actions: Vec<String> = cloud.log.all().into_iter().map(|seen| seen.action).collect();
        assert_eq!(actions, [ELB_LIST, ELB_ECHO], "{name}");
        // It belongs to one region, so it is no filter where several are asked.
        let run = certls.run("list -o json");
        assert_eq!((run.code, run.names().len()), (0, 2), "{name}: {}", run.text());
    }
}

#[test]
fn a_project_of_another_region_is_an_error_that_says_so() {
    let cloud = huawei::start(world());
    let certls = Certls::new().huawei(&cloud).env("HW_PROJECT_ID", &project_id("nobody's"));
    let run = certls.run("list -r cn-north-4");
    assert_run!(run, @"
    exit 2
    --- stdout
    --- stderr
    error: huawei default cn-north-4 elb: Tenant_id in token mismatches with tenant_id in url. (ELB.9808, request REQUEST)
    hint: the project id or the token belongs to another region: unset HUAWEICLOUD_SDK_PROJECT_ID, or name its region with `--region`
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
}
