//! `check` without a verdict: UNKNOWN on standard output, and never OK.

use crate::support::fixtures::{aliyun_with, one_region_denied, slb_record};
use crate::support::runner::{Certls, Run, assert_run};

/// Asserts what a monitoring system needs where there is no verdict.
fn assert_unknown(run: &Run) {
    assert_eq!(run.code, 3, "{}", run.text());
    let first = run.stdout.lines().next().unwrap_or_default();
    assert!(first.starts_with("CERTLS UNKNOWN - ") && first.len() > 20, "{}", run.text());
    assert_eq!((run.stdout.lines().count(), run.stdout.contains('|')), (1, false), "{}", run.text());
    assert!(!run.stderr.is_empty(), "nothing on standard error");
}

#[test]
fn check_that_is_wrongly_used_is_unknown() {
    let wrong = [
        "check --no-such-flag",
        "check -x",
        "check --warning",
        "check -w",
        "check -w soon",
        "check -w 30",
        "check -w 0%",
        "check -w 101%",
        "check -w 30d,",
        "check -w -5d",
        "check -w 7d -c 30d",
        "check -w 10% -c 33%",
        "check -o yaml",
        "check -o table",
        "check -o csv",
        "check -o json=",
        "check -o text -o json",
        "check -o json=x -o prometheus=x",
        "check --sort name",
        "check stray",
        "check -p aws",
        "check -r a/b",
        "check --kind client",
        "check --domain a..b",
        "check --expires-within tomorrow",
        "check --timeout 0s",
        "check --concurrency 0",
        "check --endpoint aliyun.slb=ftp://x",
        "check --color mauve",
        "check --profile a --account b",
        "check --account nobody",
        "check --ca-bundle /no/such/file",
        "--color never check --no-such-flag",
        "-v check -w soon",
        "--no-such-flag check",
        "--color mauve check",
    ];
    for args in wrong {
        assert_unknown(&Certls::new().aliyun_keys().aliyun_at("http://127.0.0.1:9").run(args));
    }
}

#[test]
fn check_says_what_is_wrong_on_both_streams() {
    assert_run!(Certls::new().run("check -w 7d -c 30d"), @"
    exit 3
    --- stdout
    CERTLS UNKNOWN - the critical limit 30d is longer than the warning limit 7d
    --- stderr
    error: the critical limit 30d is longer than the warning limit 7d
    hint: less time must be left for CRITICAL than for WARNING, such as 7d and 30d
    ");
    let bars = Certls::new().run("check --name|x y|z");
    assert_unknown(&bars);
}

#[test]
fn check_without_credentials_or_with_a_bad_configuration_is_unknown() {
    assert_unknown(&Certls::new().run("check"));
    assert_unknown(&Certls::new().run("check -q -o json"));
    let certls = Certls::new();
    let bad = certls.file("config.toml", "[accounts.shop]\nprovider = \"aliyun\"\ncolour = \"red\"\n");
    assert_unknown(&certls.env("CERTLS_CONFIG", &bad).run("check"));
    assert_unknown(&Certls::new().env("CERTLS_CONFIG", "/no/such/config.toml").run("check"));
    assert_unknown(&Certls::new().aliyun_keys().aliyun_at("http://slb.aliyuncs.com").run("check"));
}

#[test]
fn check_with_a_cloud_that_is_not_set_up_is_unknown() {
    let cloud = aliyun_with(vec![slb_record("shop", 90)]);
    let run = Certls::new().aliyun(&cloud).run("check -p aliyun,huawei");
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(
        run.stdout.starts_with("CERTLS UNKNOWN - 1 certificate, none expires soon; 1 of 2 scopes"),
        "{}",
        run.stdout
    );
}

#[test]
fn check_that_only_gives_help_is_not_ok() {
    for args in ["check --help", "check -h", "-v check --help", "check -q --help", "--color never check -h"] {
        let run = Certls::new().run(args);
        assert_eq!(run.code, 3, "{args}");
        assert!(run.stdout.contains("--warning <LIMIT>") && run.stderr.is_empty(), "{args}: {}", run.text());
    }
    for args in ["check --version", "check -V", "check -q -V"] {
        assert_eq!(Certls::new().run(args).code, 3, "{args}");
    }
    assert_eq!((Certls::new().run("--help").code, Certls::new().run("list --help").code), (0, 0));
    assert_eq!(Certls::new().run("--version").code, 0);
}

#[test]
fn other_commands_keep_their_codes_with_the_word_check_among_their_arguments() {
    let cloud = aliyun_with(vec![slb_record("check", 90)]);
    let certls = Certls::new().aliyun(&cloud);
    assert_eq!(certls.run("list --name check").code, 0);
    assert_eq!(certls.run("list check").code, 2);
    assert_eq!(certls.run("show check").code, 4);
    assert_eq!(certls.run("list --name check --help").code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn check_that_cannot_say_its_verdict_does_not_soften_it() {
    let full = || std::fs::File::create("/dev/full").expect("a full device");
    for (left, code) in [(90, 3), (20, 3), (3, 2)] {
        let cloud = aliyun_with(vec![slb_record("shop", left)]);
        let certls = Certls::new().aliyun(&cloud);
        let output = certls.command(&["check"]).stdout(full()).output().expect("certls runs");
        let run = certls.checked(output);
        assert_eq!(run.code, code, "{left} days left: {}", run.text());
        assert!(run.stderr.contains("standard output cannot be written"), "{}", run.stderr);
    }
    let output = Certls::new().command(&["check", "-w", "x"]).stdout(full()).output().expect("certls runs");
    assert_eq!(output.status.code(), Some(3));
}

#[cfg(target_os = "linux")]
#[test]
fn check_whose_file_cannot_be_written_says_one_verdict() {
    for (left, code, word) in [(90, 3, "UNKNOWN"), (20, 3, "UNKNOWN"), (3, 2, "CRITICAL")] {
        let cloud = aliyun_with(vec![slb_record("shop", left)]);
        let run = Certls::new().aliyun(&cloud).run("check -o json=/dev/full -o text");
        assert_eq!(run.code, code, "{}", run.text());
        let verdicts: Vec<&str> = run.stdout.lines().filter(|line| line.starts_with("CERTLS ")).collect();
        assert_eq!(verdicts.len(), 1, "{}", run.text());
        assert!(verdicts[0].starts_with(&format!("CERTLS {word} - ")), "{}", run.text());
        assert!(run.stderr.contains("/dev/full cannot be written"), "{}", run.stderr);
    }
    let cloud = one_region_denied();
    assert_eq!(Certls::new().aliyun(&cloud).run("check -o json=/no/such/folder/x.json").code, 3);
}

#[cfg(unix)]
#[test]
fn check_that_is_interrupted_is_unknown() {
    use crate::support::fixtures::{SLB_LIST, two_regions};
    use clouds::aliyun;
    use clouds::fault::{Effect, Fault};

    let faults = vec![Fault::always(SLB_LIST, Effect::Hang)];
    let cloud = aliyun::start(aliyun::World { faults, ..two_regions() });
    let certls = Certls::new().aliyun(&cloud);
    let mut command = certls.command(&["check"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("certls");
    crate::support::process::wait_until("the request", || cloud.log.count(SLB_LIST) == 2);
    crate::support::process::kill(&child, "-INT");
    let run = certls.checked(child.wait_with_output().expect("an end"));
    assert_eq!(run.code, 3, "{}", run.text());
}
