//! What a new user types: help, second names, silence, and suggestions that do not lead astray.

use crate::support::fixtures::{
    SLB_LIST, aliyun_with, aliyun_world, one_region_denied, slb_record, two_projects, two_regions,
};
use crate::support::runner::Certls;
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei};

#[test]
fn help_and_version_are_commands_too() {
    let run = |args: &str| Certls::new().run(args);
    assert_eq!(run("help").stdout, run("--help").stdout);
    for command in ["list", "show", "check", "which", "accounts", "man"] {
        let help = run(&format!("help {command}"));
        assert_eq!(
            (help.code, help.stdout.as_str()),
            (0, run(&format!("{command} --help")).stdout.as_str()),
            "{command}"
        );
    }
    assert_eq!(run("help nothing").code, 2);
    assert_eq!((run("version").code, run("version").stdout), (0, run("--version").stdout));
    let cloud = aliyun::start(two_regions());
    let certls = Certls::new().aliyun(&cloud);
    assert_eq!(certls.run("ls -o json").names(), certls.run("list -o json").names());
}

#[test]
fn a_quiet_run_says_nothing_when_all_is_well_and_everything_else() {
    let cloud = aliyun_with(vec![slb_record("shop", 9)]);
    for command in
        ["list -q", "list --quiet -o json", "list -q -o jsonl", "which -q stored.example.com", "show -q 1000"]
    {
        let run = Certls::new().aliyun(&cloud).run(command);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{command}: {}", run.text());
        assert!(!run.stdout.is_empty());
    }
    for command in ["list", "list -o jsonl"] {
        let cloud = one_region_denied();
        let [loud, quiet] = ["", " -q"].map(|flag| Certls::new().aliyun(&cloud).run(&format!("{command}{flag}")));
        assert_eq!(loud.stderr.lines().count(), quiet.stderr.lines().count(), "{}", quiet.text());
        assert!(quiet.stderr.contains("1 read, 1 denied"), "{}", quiet.stderr);
    }
}

#[test]
fn no_suggestion_leads_astray() {
    let errors = |args: &str| Certls::new().run(args).stderr;
    for args in ["list --format json", "check --columns id", "list --wide", "list --service alb", "frobnicate"] {
        assert!(!errors(args).contains("tip: a similar"), "{args}: {}", errors(args));
    }
    for (args, name) in [
        ("list --colums id", "--columns"),
        ("list --provder aliyun", "--provider"),
        ("lst", "list"),
        ("chek", "check"),
        ("list -p aliyn", "aliyun"),
        ("list --sort=nme", "name"),
    ] {
        assert!(errors(args).contains(name), "{args}: {}", errors(args));
    }
    let two = errors("check -o json -o text");
    assert!(two.contains("-o json=certs.json -o text`"), "{two}");
}

#[test]
fn a_region_of_the_other_cloud_is_called_so() {
    let (aliyun, huawei) = (aliyun::start(two_regions()), huawei::start(two_projects()));
    let certls = Certls::new().aliyun(&aliyun).huawei(&huawei);
    for (provider, region, hint) in [
        ("aliyun", "cn-north-4", "`cn-north-4` is a region of Huawei Cloud: ask it with `--provider huawei`"),
        ("huawei", "cn-hangzhou", "`cn-hangzhou` is a region of Alibaba Cloud: ask it with `--provider aliyun`"),
    ] {
        let run = certls.run(&format!("list -p {provider} -r {region}"));
        assert!(run.code != 0 && run.stderr.contains(hint), "{}", run.text());
        assert!(!run.stderr.contains("did you mean"), "{}", run.stderr);
    }
}

#[test]
fn a_host_name_that_is_shown_gets_the_way_to_its_certificates() {
    let cloud = aliyun_with(vec![slb_record("shop", 9)]);
    let run = Certls::new().aliyun(&cloud).run("show stored.example.com");
    assert_eq!(run.code, 4, "{}", run.text());
    assert!(
        run.stderr.contains("hint: for the certificates that cover a host name: certls which stored.example.com\n")
    );
    let run = Certls::new().aliyun(&cloud).run("show shop");
    assert!(run.stderr.contains("hint: shop is the name of "), "{}", run.stderr);
}

#[test]
fn a_selection_says_from_how_many_it_was_chosen() {
    let cloud = aliyun_with(vec![slb_record("shop", 9), slb_record("blog", 90)]);
    let last = |args: &str| {
        let run = Certls::new().aliyun(&cloud).run(args);
        run.stderr.lines().next_back().unwrap_or_default().to_owned()
    };
    let place = " · 1 cloud, 1 account, 1 scope: all read";
    assert_eq!(last("list --domain nosuch.example.com"), format!("0 of 2 certificates{place}"));
    assert_eq!(last("list --expires-within 30d -o jsonl"), format!("1 of 2 certificates{place}"));
    assert_eq!(last("list --name *"), format!("2 certificates{place}"));
    let empty = aliyun::start(aliyun_world(&[("cn-hangzhou", &[])]));
    let run = Certls::new().aliyun(&empty).run("list");
    assert_eq!(run.stderr, format!("0 certificates{place}\n"));
}

#[test]
fn many_regions_that_fail_alike_are_not_listed_before_the_cause() {
    let names: Vec<String> = (0..27).map(|number| format!("xx-sim-{number}")).collect();
    let regions: Vec<(&str, &[(&str, i64)])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    let denied = |faults| aliyun::start(aliyun::World { faults, ..aliyun_world(&regions) });
    let run = Certls::new().aliyun(&denied(vec![Fault::always(SLB_LIST, Effect::Denied)])).run("list");
    assert!(
        run.stderr.starts_with("error: aliyun default slb in all 27 regions: User not authorized"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.ends_with("no certificate read · 1 cloud, 1 account, 27 scopes: 27 denied\n"), "{}", run.stderr);
    let but_one = names.iter().skip(1).map(|name| Fault::always(SLB_LIST, Effect::Denied).in_region(name)).collect();
    let run = Certls::new().aliyun(&denied(but_one)).run("list");
    assert!(run.stderr.contains(" and 6 more): User not authorized"), "{}", run.stderr);
}

#[test]
fn failures_that_are_all_different_are_counted_after_twenty() {
    let names: Vec<String> = (0..60).map(|number| format!("xx-sim-{number}")).collect();
    let regions: Vec<(&str, &[(&str, i64)])> = names.iter().map(|name| (name.as_str(), &[][..])).collect();
    let refusal = |name: &String| {
        let body = format!(r#"{{"Code": "Odd", "Message": "words of {name}", "RequestId": "r"}}"#);
        Fault::always(SLB_LIST, Effect::Status(400, Vec::new(), body)).in_region(name)
    };
    let faults = names.iter().map(refusal).collect();
    let cloud = aliyun::start(aliyun::World { faults, ..aliyun_world(&regions) });
    let run = Certls::new().aliyun(&cloud).run("list -o json");
    assert_eq!(run.stderr.lines().filter(|line| line.starts_with("error: ")).count(), 20, "{}", run.stderr);
    assert!(run.stderr.contains("note: the same for 40 more scopes, "), "{}", run.stderr);
    let failed =
        run.json()["scopes"].as_array().map(|all| all.iter().filter(|scope| !scope["error"].is_null()).count());
    assert_eq!(failed, Some(60));
}

#[test]
fn accounts_says_that_it_logged_in_and_no_more() {
    let regions: Vec<String> = (0..27).map(|number| format!("xx-sim-{number}")).collect();
    let regions: Vec<(&str, &[(&str, i64)])> = regions.iter().map(|name| (name.as_str(), &[][..])).collect();
    let cloud = aliyun::start(aliyun_world(&regions));
    let run = Certls::new().aliyun(&cloud).run("accounts");
    let cells = |line: &str| -> Vec<String> {
        line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
    };
    let lines: Vec<Vec<String>> = run.stdout.lines().map(cells).collect();
    let column = |name: &str| {
        let place = lines[0].iter().position(|heading| heading == name).expect("a column");
        lines[1][place].clone()
    };
    assert_eq!((column("STATE"), column("REGIONS")), ("logged in".to_owned(), "27".to_owned()), "{}", run.stdout);
    assert!(!run.stdout.contains(" IS ") && run.stdout.contains(" USER"), "{}", run.stdout);
}

#[test]
fn a_password_in_a_url_is_not_repeated() {
    for args in [
        "list --endpoint aliyun.slb=https://user:PLANTED-pass@slb.example.com",
        "list --endpoint https://user:PLANTED-pass@slb.example.com",
        "check --endpoint aliyun.slb=https://user:PLANTED-p@ss@slb.example.com",
        "list https://user:PLANTED-pass@slb.example.com",
        "https://user:PLANTED-pass@slb.example.com",
    ] {
        let run = Certls::new().run(args);
        assert!(run.code == 2 || run.code == 3, "{args}: {}", run.text());
        assert!(!run.text().contains("PLANTED") && run.stderr.contains("slb.example.com"), "{args}: {}", run.text());
    }
}
