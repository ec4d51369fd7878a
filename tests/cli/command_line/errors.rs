//! Errors of a command line or an environment, with the right form beside them.

use crate::support::runner::{Certls, Run, assert_run};

fn run_certls(args: &str) -> Run {
    Certls::new().run(args)
}

#[test]
fn no_credentials_names_all_that_was_looked_for() {
    assert_run!(run_certls("list"), @"
    exit 2
    --- stdout
    --- stderr
    error: no credentials are set up here
      Alibaba Cloud: looked at, in this order,
        ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET; also as ALIBABACLOUD_…, ALICLOUD_…
        ALIBABA_CLOUD_OIDC_TOKEN_FILE, with …_OIDC_PROVIDER_ARN and …_ROLE_ARN
        ~/.aliyun/config.json
        ~/.alibabacloud/credentials
        the role of this ECS instance, by its metadata service
        ALIBABA_CLOUD_CREDENTIALS_URI
      Huawei Cloud: looked at, in this order,
        HW_AUTH_TOKEN; also as OS_AUTH_TOKEN
        HUAWEICLOUD_SDK_AK and …_SK; also as CLOUD_SDK_AK, HW_ACCESS_KEY
        HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; also as OS_…
        ~/.huaweicloud/credentials
        ~/.hcloud/config.json
        the agency of this ECS instance, by its metadata service
    hint: set two lines
      Alibaba Cloud:
        export ALIBABA_CLOUD_ACCESS_KEY_ID=…
        export ALIBABA_CLOUD_ACCESS_KEY_SECRET=…
      Huawei Cloud:
        export HUAWEICLOUD_SDK_AK=…
        export HUAWEICLOUD_SDK_SK=…
    ");
}

#[test]
fn a_cloud_that_was_named_and_is_not_set_up() {
    assert_run!(run_certls("list -p huawei"), @"
    exit 2
    --- stdout
    --- stderr
    error: huawei default all elb: no credentials are set up here
      Huawei Cloud: looked at, in this order,
        HW_AUTH_TOKEN; also as OS_AUTH_TOKEN
        HUAWEICLOUD_SDK_AK and …_SK; also as CLOUD_SDK_AK, HW_ACCESS_KEY
        HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; also as OS_…
        ~/.huaweicloud/credentials
        ~/.hcloud/config.json
        the agency of this ECS instance, by its metadata service
    hint: set two lines
      Huawei Cloud:
        export HUAWEICLOUD_SDK_AK=…
        export HUAWEICLOUD_SDK_SK=…
    no certificate read · 1 cloud, 1 account, 1 scope: 1 failed
    ");
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let certls = Certls::new().env("ALIBABA_CLOUD_ACCESS_KEY_ID", "").env("HW_AUTH_TOKEN", "");
    assert_eq!(certls.run("list").text(), run_certls("list").text());
}

#[test]
fn one_cloud_that_is_set_up_is_enough_unless_the_other_is_named() {
    let cloud = clouds::aliyun::start(crate::support::fixtures::two_regions());
    let certls = Certls::new().aliyun(&cloud);
    let run = certls.run("list -o json");
    assert_eq!((run.code, run.scopes().len(), run.messages()), (0, 2, ""));
    let run = certls.run("list -o json -p aliyun,huawei");
    assert_eq!((run.code, run.names().len(), run.scope("all")["error"]["kind"].clone()), (3, 2, "config".into()));
    let run = certls.run("list -o json -p aliyun");
    assert_eq!((run.code, run.messages()), (0, ""));
}

/// Runs a command line that is refused, and returns standard error.
fn usage_error(args: &str) -> String {
    let run = run_certls(args);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.text());
    run.stderr
}

#[test]
fn errors_of_flags_name_the_right_form() {
    let errors: Vec<String> = [
        "list -p aws",
        "list -r cn/hangzhou",
        "list -r cn.evil",
        "list -r ,",
        "list --timeout 5",
        "list --timeout 0s",
        "list --read-timeout soon",
        "list --endpoint aliyun.slb=http://slb.aliyuncs.com",
        "list --endpoint aliyun.sts=https://sts.aliyuncs.com",
        "list --endpoint aws.elb=https://localhost",
        "list --endpoint https://localhost",
        "list --endpoint huawei.elb=https://elb.example.com/v3",
        "list --concurrency 0",
        "list --concurrency 300",
        "list --retry-count -1",
        "list -o yaml",
        "list --kind client",
        "list --no-such-flag",
        "lst",
        "show",
    ]
    .iter()
    .map(|args| {
        let message = usage_error(args);
        let lines: Vec<&str> = message
            .lines()
            .take_while(|line| !line.starts_with("Usage:"))
            .filter(|line| !line.is_empty() && !line.starts_with("For more"))
            .collect();
        format!("$ certls {args}\n{}", lines.join("\n"))
    })
    .collect();
    insta::assert_snapshot!(errors.join("\n\n"), @"
    $ certls list -p aws
    error: invalid value 'aws' for '--provider <NAME>'
      [possible values: aliyun, huawei]

    $ certls list -r cn/hangzhou
    error: invalid value 'cn/hangzhou' for '--region <NAME>': a region is named in letters, digits and hyphens, such as cn-hangzhou

    $ certls list -r cn.evil
    error: invalid value 'cn.evil' for '--region <NAME>': a region is named in letters, digits and hyphens, such as cn-hangzhou

    $ certls list -r ,
    error: invalid value '' for '--region <NAME>': a region is named in letters, digits and hyphens, such as cn-hangzhou

    $ certls list --timeout 5
    error: invalid value '5' for '--timeout <DURATION>': write a number and a unit (ms, s, m, h, d or w), such as 30d, 12h or 1d12h

    $ certls list --timeout 0s
    error: invalid value '0s' for '--timeout <DURATION>': it must be longer than nothing

    $ certls list --read-timeout soon
    error: invalid value 'soon' for '--read-timeout <DURATION>': write a number and a unit (ms, s, m, h, d or w), such as 30d, 12h or 1d12h

    $ certls list --endpoint aliyun.slb=http://slb.aliyuncs.com
    error: invalid value 'aliyun.slb=http://slb.aliyuncs.com' for '--endpoint <PROVIDER.SERVICE=URL>': http: is accepted only to this machine (127.0.0.1, [::1], localhost)

    $ certls list --endpoint aliyun.sts=https://sts.aliyuncs.com
    error: no credentials are set up here
      Alibaba Cloud: looked at, in this order,
        ALIBABA_CLOUD_ACCESS_KEY_ID and …_SECRET; also as ALIBABACLOUD_…, ALICLOUD_…
        ALIBABA_CLOUD_OIDC_TOKEN_FILE, with …_OIDC_PROVIDER_ARN and …_ROLE_ARN
        ~/.aliyun/config.json
        ~/.alibabacloud/credentials
        the role of this ECS instance, by its metadata service
        ALIBABA_CLOUD_CREDENTIALS_URI
      Huawei Cloud: looked at, in this order,
        HW_AUTH_TOKEN; also as OS_AUTH_TOKEN
        HUAWEICLOUD_SDK_AK and …_SK; also as CLOUD_SDK_AK, HW_ACCESS_KEY
        HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME; also as OS_…
        ~/.huaweicloud/credentials
        ~/.hcloud/config.json
        the agency of this ECS instance, by its metadata service
    hint: set two lines
      Alibaba Cloud:
        export ALIBABA_CLOUD_ACCESS_KEY_ID=…
        export ALIBABA_CLOUD_ACCESS_KEY_SECRET=…
      Huawei Cloud:
        export HUAWEICLOUD_SDK_AK=…
        export HUAWEICLOUD_SDK_SK=…

    $ certls list --endpoint aws.elb=https://localhost
    error: invalid value 'aws.elb=https://localhost' for '--endpoint <PROVIDER.SERVICE=URL>': no provider is named `aws`

    $ certls list --endpoint https://localhost
    error: invalid value 'https://localhost' for '--endpoint <PROVIDER.SERVICE=URL>': write PROVIDER.SERVICE=URL, such as huawei.elb=https://elb.example.com

    $ certls list --endpoint huawei.elb=https://elb.example.com/v3
    error: invalid value 'huawei.elb=https://elb.example.com/v3' for '--endpoint <PROVIDER.SERVICE=URL>': it must look like https://HOST[:PORT]: no path, no query, no user

    $ certls list --concurrency 0
    error: invalid value '0' for '--concurrency <N>': 0 is not in 1..=255

    $ certls list --concurrency 300
    error: invalid value '300' for '--concurrency <N>': 300 is not in 1..=255

    $ certls list --retry-count -1
    error: unexpected argument '-1' found

    $ certls list -o yaml
    error: invalid value 'yaml' for '--output <FORMAT[=FILE]>': the formats are table, json, jsonl, csv, tsv, markdown, prometheus

    $ certls list --kind client
    error: invalid value 'client' for '--kind <KIND>'
      [possible values: server, ca, all]

    $ certls list --no-such-flag
    error: unexpected argument '--no-such-flag' found

    $ certls lst
    error: unrecognized subcommand 'lst'
      tip: a similar subcommand exists: 'list'

    $ certls show
    error: the following required arguments were not provided:
      <ID>...
    ");
}

#[test]
fn an_endpoint_of_the_environment_is_held_to_the_same_form() {
    let certls = Certls::new().aliyun_keys().aliyun_at("http://slb.aliyuncs.com");
    assert_run!(certls.run("list"), @"
    exit 2
    --- stdout
    --- stderr
    error: CERTLS_ENDPOINT_ALIYUN_CAS: http: is accepted only to this machine (127.0.0.1, [::1], localhost)
    ");
}

#[test]
fn an_endpoint_of_the_command_line_comes_before_the_environments() {
    let (used, unused) = (crate::support::fixtures::two_regions(), crate::support::fixtures::two_regions());
    let (used, unused) = (clouds::aliyun::start(used), clouds::aliyun::start(unused));
    let run = Certls::new().aliyun(&unused).run(&format!("list --endpoint aliyun.slb={}", used.url));
    let lists = [&used, &unused].map(|cloud| cloud.log.count(crate::support::fixtures::SLB_LIST));
    assert_eq!((run.code, lists), (0, [2, 0]), "{}", run.text());
}
