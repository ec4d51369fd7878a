//! The verdict of `check`: its status line, its problem lines, and its exit code.

use crate::support::fixtures::{
    SLB_LIST, aliyun_with, elb_record, huawei_with, one_region_denied, slb_record, slb_record_without_expiry,
    two_regions,
};
use crate::support::runner::{Certls, assert_run};
use clouds::aliyun;
use clouds::fault::{Effect, Fault};

#[test]
fn check_ok() {
    let cloud = aliyun_with(vec![slb_record("shop", 90), slb_record("blog", 60)]);
    assert_run!(Certls::new().aliyun(&cloud).run("check"), @"
    exit 0
    --- stdout
    CERTLS OK - 2 certificates, none expires soon; 1 superseded | 'certificates'=2;;;0 'critical'=0;;0;0 'warning'=0;0;;0 'unknown'=0;0;;0 'expired'=0;;0;0 'scopes'=1;;;0 'scopes_failed'=0;0;;0 'days_left_min'=60;30:;7:
    --- stderr
    ");
}

#[test]
fn check_warning() {
    let cloud = aliyun_with(vec![slb_record("shop", 90), slb_record("blog", 20)]);
    assert_run!(Certls::new().aliyun(&cloud).run("check"), @"
    exit 1
    --- stdout
    CERTLS WARNING - 1 warning of 2 certificates; blog (stored.example.com) expires in 20 days; 1 superseded | 'certificates'=2;;;0 'critical'=0;;0;0 'warning'=1;0;;0 'unknown'=0;0;;0 'expired'=0;;0;0 'scopes'=1;;;0 'scopes_failed'=0;0;;0 'days_left_min'=20;30:;7:
    WARNING: blog (stored.example.com) expires in 20 days - aliyun default cn-hangzhou slb 1000000000000001_def53e95f1f - successor: shop (aliyun default cn-hangzhou slb 1000000000000001_8d9001d32c6)
    --- stderr
    ");
}

#[test]
fn check_critical_tells_the_soonest_first() {
    let cloud = aliyun_with(vec![
        slb_record("soon", 20),
        slb_record("well", 90),
        slb_record("nearly", 3),
        slb_record("today", 0),
        slb_record("dead", -3),
    ]);
    assert_run!(Certls::new().aliyun(&cloud).run("check"), @"
    exit 2
    --- stdout
    CERTLS CRITICAL - 3 critical, 1 warning of 5 certificates; dead (stored.example.com) expired 2 days ago; 4 superseded | 'certificates'=5;;;0 'critical'=3;;0;0 'warning'=1;0;;0 'unknown'=0;0;;0 'expired'=1;;0;0 'scopes'=1;;;0 'scopes_failed'=0;0;;0 'days_left_min'=-3;30:;7:
    CRITICAL: dead (stored.example.com) expired 2 days ago - aliyun default cn-hangzhou slb 1000000000000001_28a3a5e81d1 - successor: well (aliyun default cn-hangzhou slb 1000000000000001_a7722b765d1)
    CRITICAL: today (stored.example.com) expires in 6 hours - aliyun default cn-hangzhou slb 1000000000000001_e0f4f767ac8 - successor: well (aliyun default cn-hangzhou slb 1000000000000001_a7722b765d1)
    CRITICAL: nearly (stored.example.com) expires in 3 days - aliyun default cn-hangzhou slb 1000000000000001_bf33e11fa29 - successor: well (aliyun default cn-hangzhou slb 1000000000000001_a7722b765d1)
    WARNING: soon (stored.example.com) expires in 20 days - aliyun default cn-hangzhou slb 1000000000000001_4a754148b88 - successor: well (aliyun default cn-hangzhou slb 1000000000000001_a7722b765d1)
    --- stderr
    ");
}

#[test]
fn check_unknown_expiry() {
    let cloud = aliyun_with(vec![slb_record("shop", 90), slb_record_without_expiry("odd"), slb_record("blog", 20)]);
    assert_run!(Certls::new().aliyun(&cloud).run("check"), @"
    exit 3
    --- stdout
    CERTLS UNKNOWN - 1 unknown, 1 warning of 3 certificates; odd (stored.example.com) expiry unknown; 1 superseded | 'certificates'=3;;;0 'critical'=0;;0;0 'warning'=1;0;;0 'unknown'=1;0;;0 'expired'=0;;0;0 'scopes'=1;;;0 'scopes_failed'=0;0;;0 'days_left_min'=20;30:;7:
    WARNING: blog (stored.example.com) expires in 20 days - aliyun default cn-hangzhou slb 1000000000000001_def53e95f1f - successor: shop (aliyun default cn-hangzhou slb 1000000000000001_8d9001d32c6)
    UNKNOWN: odd (stored.example.com) expiry unknown - aliyun default cn-hangzhou slb 1000000000000001_990cb8ebd0a
    --- stderr
    ");
}

#[test]
fn check_judges_what_is_not_yet_valid() {
    let cloud = huawei_with(vec![elb_record("next", -5, 90)]);
    let run = Certls::new().huawei(&cloud).run("check");
    assert_eq!(run.code, 1, "{}", run.text());
    assert!(run.stdout.contains("next (stored.example.com) not valid before 20"), "{}", run.stdout);
}

#[test]
fn check_of_nothing_is_ok_and_says_so() {
    let run = Certls::new().aliyun(&aliyun_with(vec![])).run("check");
    assert_eq!(run.code, 0);
    assert!(run.stdout.starts_with("CERTLS OK - no certificates | 'certificates'=0;"), "{}", run.stdout);
}

#[test]
fn check_that_is_incomplete_is_unknown_also_when_the_rest_is_well() {
    let cloud = one_region_denied();
    assert_run!(Certls::new().aliyun(&cloud).run("check -w 5d -c 2d"), @"
    exit 3
    --- stdout
    CERTLS UNKNOWN - 1 certificate, none expires soon; 1 of 2 scopes could not be read | 'certificates'=1;;;0 'critical'=0;;0;0 'warning'=0;0;;0 'unknown'=0;0;;0 'expired'=0;;0;0 'scopes'=2;;;0 'scopes_failed'=1;0;;0 'days_left_min'=9;5:;2:
    UNKNOWN: aliyun default cn-beijing slb: User not authorized to operate on the specified resource. (Forbidden, request REQUEST) - hint: allow the RAM action `slb:DescribeServerCertificates` on `*` to this user or role
    --- stderr
    ");
}

#[test]
fn check_critical_beats_an_incomplete_scan() {
    let cloud = one_region_denied();
    assert_run!(Certls::new().aliyun(&cloud).run("check -w 30d -c 10d"), @"
    exit 2
    --- stdout
    CERTLS CRITICAL - 1 critical of 1 certificate; shop (shop.example.com) expires in 9 days; 1 of 2 scopes could not be read | 'certificates'=1;;;0 'critical'=1;;0;0 'warning'=0;0;;0 'unknown'=0;0;;0 'expired'=0;;0;0 'scopes'=2;;;0 'scopes_failed'=1;0;;0 'days_left_min'=9;30:;10:
    CRITICAL: shop (shop.example.com) expires in 9 days - aliyun default cn-hangzhou slb 1000000000000001_8d9001d32c6
    UNKNOWN: aliyun default cn-beijing slb: User not authorized to operate on the specified resource. (Forbidden, request REQUEST) - hint: allow the RAM action `slb:DescribeServerCertificates` on `*` to this user or role
    --- stderr
    ");
}

#[test]
fn check_incomplete_beats_a_warning() {
    let run = Certls::new().aliyun(&one_region_denied()).run("check");
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.stdout.starts_with("CERTLS UNKNOWN - 1 warning of 1 certificate; shop"), "{}", run.stdout);
}

#[test]
fn check_where_nothing_could_be_read_is_unknown() {
    for fault in [Effect::Denied, Effect::ServerError, Effect::Html200] {
        let faults = vec![Fault::always(SLB_LIST, fault)];
        let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
        let run = Certls::new().aliyun(&cloud).run("check -q --retry-count 0");
        assert_eq!(run.code, 3, "{}", run.text());
        assert!(run.stdout.starts_with("CERTLS UNKNOWN - "), "{}", run.stdout);
        assert!(run.stdout.contains("2 of 2 scopes could not be read"), "{}", run.stdout);
        assert!(run.stdout.lines().skip(1).all(|line| line.starts_with("UNKNOWN: aliyun default ")), "{}", run.stdout);
    }
}

#[test]
fn check_within_its_time_is_unknown_where_a_scope_hangs() {
    let faults = vec![Fault::always(SLB_LIST, Effect::Hang).in_region("cn-beijing")];
    let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
    let run = Certls::new().aliyun(&cloud).run("check -w 5d -c 2d --timeout 1s");
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.stdout.contains("1 of 2 scopes could not be read"), "{}", run.stdout);
}

#[test]
fn check_limits_are_times_shares_or_both() {
    // 30 of 60 days are left, and 60 of 90.
    let cloud = huawei_with(vec![elb_record("half", 30, 30), elb_record("most", 30, 60)]);
    let certls = Certls::new().huawei(&cloud);
    let cases = [
        ("-w 20d -c 10d", 0),
        ("-w 45d -c 10d", 1),
        ("-w 90d -c 45d", 2),
        ("-w 40% -c 10%", 0),
        ("-w 60% -c 10%", 1),
        ("-w 90% -c 60%", 2),
        // The shorter counts.
        ("-w 45d,10% -c 1d,1%", 0),
        ("-w 10d,60% -c 1d,1%", 0),
        ("-w 45d,60% -c 1d,1%", 1),
        ("-w 90d,90% -c 45d,60%", 2),
        ("-w 900h -c 1h", 1),
        ("-w 5w -c 1w", 1),
        ("-w 60% -c 7d", 1),
        ("--warning=20d --critical=10d", 0),
    ];
    for (limits, code) in cases {
        let run = certls.run(&format!("check {limits}"));
        assert_eq!(run.code, code, "{limits}\n{}", run.text());
    }
}

#[test]
fn check_knows_no_share_of_an_unknown_lifetime() {
    // Alibaba Cloud tells no beginning: the time alone counts, and a share alone cannot be judged.
    let certls_of = |left| aliyun_with(vec![slb_record("shop", left)]);
    let cloud = certls_of(20);
    let certls = Certls::new().aliyun(&cloud);
    assert_eq!(certls.run("check -w 30d,1% -c 7d,1%").code, 1);
    let run = certls.run("check -w 33% -c 10%");
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.stdout.contains("of an unknown lifetime cannot be told"), "{}", run.stdout);
}

#[test]
fn check_quietly_says_nothing_only_when_all_is_ok() {
    let (well, ill) = (aliyun_with(vec![slb_record("shop", 90)]), aliyun_with(vec![slb_record("shop", 20)]));
    for (quiet, loud) in [("-q", ""), ("--quiet", ""), ("-q -o json", "-o json"), ("-q -o prometheus", "-o prometheus")]
    {
        let run = Certls::new().aliyun(&well).run(&format!("check {quiet}"));
        assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", ""), "{quiet}");
        let [quiet, loud] = [quiet, loud].map(|args| Certls::new().aliyun(&ill).run(&format!("check {args}")));
        assert_eq!((quiet.code, loud.code), (1, 1));
        assert!(!quiet.stdout.is_empty() && quiet.stdout.lines().count() == loud.stdout.lines().count());
    }
}

#[test]
fn check_in_json() {
    let cloud = huawei_with(vec![elb_record("well", 30, 300), elb_record("soon", 300, 20)]);
    let run = Certls::new().huawei(&cloud).run("check -o json");
    let document = run.json();
    assert_eq!(run.code, 1);
    assert_eq!((&document["state"], &document["complete"]), (&"WARNING".into(), &true.into()), "{}", run.stdout);
    assert_eq!((&document["warning"], &document["critical"]), (&"30d,33%".into(), &"7d,10%".into()));
    let counts = serde_json::json!({"certificates": 2, "ok": 1, "warning": 1, "critical": 0, "unknown": 0});
    assert_eq!(document["counts"], counts);
    let problems = document["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 1);
    assert_eq!((&problems[0]["state"], &problems[0]["reason"]), (&"WARNING".into(), &"expires in 20 days".into()));
    assert_eq!(problems[0]["certificate"], Certls::new().huawei(&cloud).run("list -o json").certificate("soon"));
    assert_eq!(document["scopes"][0]["status"], "ok");
}

#[test]
fn check_in_json_tells_the_scopes_that_failed() {
    let run = Certls::new().aliyun(&one_region_denied()).run("check -o json -w 5d -c 2d");
    let document = run.json();
    assert_eq!((run.code, &document["state"], &document["complete"]), (3, &"UNKNOWN".into(), &false.into()));
    assert_eq!(document["problems"], serde_json::json!([]));
    assert_eq!(run.scope("cn-beijing")["status"], "denied");
}

#[test]
fn check_judges_what_the_filters_leave() {
    let cloud = aliyun_with(vec![
        slb_record("shop", 90),
        slb_record("blog", 20),
        slb_record("dead", -3),
        slb_record_without_expiry("odd"),
    ]);
    let certls = Certls::new().aliyun(&cloud);
    let cases = [
        ("--name shop", 0),
        ("--name blog", 1),
        ("--name dead", 2),
        ("--name odd", 3),
        // What nobody knows the expiry of may be what has expired.
        ("--name o* --expired", 3),
        ("--name o* --expires-within 1d", 3),
        // It is there, and well.
        ("--name shop --expired", 0),
        ("--name shop --expires-within 30d", 0),
    ];
    for (filter, code) in cases {
        let run = certls.run(&format!("check {filter}"));
        assert_eq!(run.code, code, "{filter}\n{}", run.text());
    }
}

#[test]
fn check_of_a_certificate_that_is_gone_is_unknown() {
    let cloud = aliyun_with(vec![slb_record("shop", 90)]);
    let certls = Certls::new().aliyun(&cloud);
    assert_run!(certls.run("check --name gone"), @"
    exit 3
    --- stdout
    CERTLS UNKNOWN - no certificate has a name like gone
    --- stderr
    error: no certificate has a name like gone
    hint: `certls list` shows what there is, `certls list --service all` also what is not read by default
    ");
    for filter in ["--id 0123", "--domain www.example.org", "--tag owner", "--name shop --kind ca"] {
        let run = certls.run(&format!("check {filter}"));
        assert_eq!(run.code, 3, "{filter}\n{}", run.text());
        assert!(run.stdout.starts_with("CERTLS UNKNOWN - "), "{}", run.stdout);
    }
}
