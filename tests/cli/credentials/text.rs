//! Text that people write into flags, variables and files: spaces, commas, quotes, paths, and homes that hold no files.

use crate::support::fixtures::{two_projects, two_regions};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, Certls};
use clouds::internet::Internet;
use clouds::{aliyun, huawei};

#[test]
fn lists_may_have_spaces_and_a_comma_at_the_end() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&cloud);
    for args in [
        ["-r", "cn-hangzhou, cn-beijing"],
        ["-r", "cn-hangzhou,cn-beijing,"],
        ["-r", " cn-hangzhou ,, CN-BEIJING"],
        ["-r", " ALL "],
        ["--provider", "aliyun, "],
        ["--service", " slb ,"],
        ["--columns", "name, region,"],
        ["--id", "no-such-id, 1000000000000001_,"],
    ] {
        let run = certls.run_args(&["list", "-p", "aliyun", "-o", "json", args[0], args[1]]);
        let expected = if args[0] == "--id" { 0 } else { 2 };
        assert_eq!((run.code, run.names().len()), (0, expected), "{args:?}: {}", run.text());
    }
    for flag in ["-r", "-p", "--service", "--columns", "--id", "-a"] {
        for value in ["", " ", ","] {
            let run = certls.run_args(&["list", flag, value]);
            assert_eq!(run.code, 2, "{flag} {value:?}: {}", run.text());
        }
    }
}

#[test]
fn an_account_whose_name_has_a_comma_can_be_chosen() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&cloud);
    let config = certls.file(
        "config.toml",
        "[accounts.\"a,b\"]\nprovider = \" aliyun \"\nregions = [\"all\"]\n\
         [accounts.a]\nprovider = \"aliyun\"\nregions = \" ALL\"\n\
         [accounts.c]\nprovider = \"aliyun\"\nregions = [\" cn-hangzhou\", \"CN-Hangzhou\", \"cn-beijing\"]\n",
    );
    let certls = certls.env("CERTLS_CONFIG", &format!("{config}\r"));
    let accounts = |value: &str| {
        let run = certls.run_args(&["list", "-o", "json", "-a", value]);
        assert_eq!(run.code, 0, "{value}: {}", run.text());
        run.names().len()
    };
    assert_eq!((accounts("a,b"), accounts("a"), accounts("a, c,"), accounts("c")), (2, 2, 4, 2));
    assert_eq!(certls.run_args(&["list", "-a", "b,a"]).code, 2);
}

#[test]
fn a_home_that_holds_no_files_stops_nobody_whose_keys_are_in_the_environment() {
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&cloud);
    let file = certls.file("file", "x");
    for home in ["/dev/null", file.as_str(), "/no/such/folder"] {
        for command in ["list", "check"] {
            let output = certls.command(&[command, "-p", "aliyun", "-o", "json"]).env("HOME", home).output();
            let run = certls.checked(output.expect("certls runs"));
            assert!(run.stdout.contains("shop"), "{home}: {}", run.text());
            assert!(!run.stderr.contains("error"), "{home}: {}", run.text());
        }
    }
    let output = certls.command(&["list", "-o", "json"]).env("XDG_CONFIG_HOME", "/dev/null").output();
    assert_eq!(certls.checked(output.expect("certls runs")).code, 0);
}

#[test]
fn without_a_home_the_message_says_that_no_files_were_looked_at() {
    let output = Certls::new().command(&["list", "-p", "aliyun"]).env_remove("HOME").output().expect("certls runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("HOME is not set, so files under ~ were not looked at"), "{stderr}");
}

#[test]
fn variables_of_other_tools_are_named_where_nothing_is_set_up() {
    for (name, own) in [
        ("ALIYUN_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        ("Ali_Key", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        ("ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        ("ALIBABACLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
        ("HUAWEICLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SDK_AK"),
        ("HUAWEICLOUD_Username", "HW_USER_NAME"),
        ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "HUAWEICLOUD_SDK_AK"),
    ] {
        let run = Certls::new().env(name, "PLANTED-VALUE").run("list");
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(&format!("{name} is set, and not read; {own} is")), "{}", run.stderr);
    }
}

#[test]
fn a_path_that_a_shell_would_have_expanded_is_told() {
    for (variable, args) in [
        ("CERTLS_CONFIG", "list"),
        ("ALIBABA_CLOUD_CONFIG_FILE", "list -p aliyun"),
        ("ALIBABA_CLOUD_CREDENTIALS_FILE", "list -p aliyun"),
        ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "list -p huawei"),
    ] {
        for (path, hint) in [
            ("~/x", "`~` is not expanded in"),
            ("$HOME/x", "variables are not expanded in"),
            ("\"/x\"", "without quotes"),
        ] {
            let run = Certls::new().env(variable, path).run(args);
            assert_eq!(run.code, 2, "{variable}: {}", run.text());
            assert!(run.stderr.contains("there is no such file"), "{}", run.stderr);
            assert!(run.stderr.contains(hint) && run.stderr.contains(variable), "{}", run.stderr);
        }
    }
}

#[test]
fn the_variable_that_decides_names_the_proxy_and_no_other() {
    let cloud = aliyun::start(two_regions());
    let internet = Internet::start(vec![("aliyuncs.com".to_owned(), cloud.url.clone())]);
    let good = format!("{}\r", internet.proxy_url);
    let socks = "socks5h://127.0.0.1:7890";
    for variables in [
        [("HTTPS_PROXY", good.as_str()), ("all_proxy", socks)],
        [("https_proxy", &good), ("ALL_PROXY", socks)],
        [("HTTPS_PROXY", ""), ("https_proxy", &good)],
        [("HTTPS_PROXY", " "), ("ALL_PROXY", &good)],
        [("HTTPS_PROXY", &good), ("NO_PROXY", "*.example.org, huaweicloud.com")],
    ] {
        let certls = Certls::new().aliyun_keys().envs(&variables);
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let run = certls.run(&format!("list -p aliyun -o json --service slb --ca-bundle {bundle}"));
        assert_eq!((run.code, run.names().len()), (0, 2), "{variables:?}: {}", run.text());
    }
    let run = Certls::new().aliyun_keys().env("all_proxy", socks).run("list");
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.stderr.contains("all_proxy names a SOCKS proxy"), "{}", run.stderr);
    // A host that is excepted is not asked for through the proxy.
    let certls = Certls::new().aliyun_keys().env("HTTPS_PROXY", &internet.proxy_url).env("no_proxy", "*.aliyuncs.com");
    let before = internet.hosts().len();
    let run = certls.run("list -p aliyun --service slb --retry-count 0 --connect-timeout 1s --timeout 5s");
    assert_eq!((run.code, internet.hosts().len()), (1, before), "{}", run.text());
}

#[test]
fn keys_named_by_an_account_are_held_to_the_same() {
    let cloud = huawei::start(two_projects());
    let certls = Certls::new().huawei_at(&cloud.url);
    let account = "[accounts.x]\nprovider = \"huawei\"\ncredentials = { access_key_env = \" MY_AK\", secret_key_env = \"MY_SK \" }\n";
    let config = certls.file("config.toml", account);
    let quoted = format!("'{ALIYUN_KEY}'");
    let run = certls.envs(&[("CERTLS_CONFIG", &config), ("MY_AK", &quoted), ("MY_SK", ALIYUN_SECRET)]).run("list");
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.stderr.contains("MY_AK is in quotes"), "{}", run.stderr);
    assert_eq!(cloud.log.all().len(), 0);
}

#[test]
fn a_password_in_an_address_is_not_printed() {
    let run = Certls::new().run("list --endpoint aliyun.slb=https://user:PLANTED-PASSWORD@host");
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no user"), "{}", run.stderr);
    assert!(!run.stderr.contains("PLANTED-PASSWORD"), "{}", run.stderr);
}
