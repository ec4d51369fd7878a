//! Several accounts in one run: a failure of one does not affect the others.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::fixtures::{SLB_LIST, project, slb_region};
use crate::support::runner::{ALIYUN_KEY, ALIYUN_SECRET, Certls, HUAWEI_KEY, HUAWEI_SECRET};
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};

const BLOG_KEY: &str = "LTAI5tPLANTEDBLOGKEYID";
const BLOG_SECRET: &str = "PLANTED/blog+secret=00000002";
const REGIONS: usize = 20;

const CONFIG: &str = r#"
[accounts.shop]
provider = "aliyun"
credentials = { access_key_env = "SHOP_KEY_ID", secret_key_env = "SHOP_KEY_SECRET" }

[accounts.blog]
provider = "aliyun"
credentials = { access_key_env = "BLOG_KEY_ID", secret_key_env = "BLOG_KEY_SECRET" }

[accounts.cdn]
provider = "huawei"
credentials = { access_key_env = "CDN_KEY_ID", secret_key_env = "CDN_KEY_SECRET" }
regions = "all"
"#;

/// Two accounts of Alibaba Cloud and one of Huawei Cloud, each with a certificate in each of 20 regions.
struct ThreeAccounts {
    aliyun: Aliyun,
    huawei: Huawei,
}

impl ThreeAccounts {
    fn start(change: impl FnOnce(&mut aliyun::World, &mut huawei::World)) -> Self {
        let (mut alibaba, mut cloud) = Self::worlds();
        change(&mut alibaba, &mut cloud);
        Self { aliyun: aliyun::start(alibaba), huawei: huawei::start(cloud) }
    }

    fn worlds() -> (aliyun::World, huawei::World) {
        let mut alibaba = aliyun::World {
            accounts: vec![
                aliyun::Account {
                    uid: "1000000000000001".to_owned(),
                    ..aliyun::Account::new(ALIYUN_KEY, ALIYUN_SECRET)
                },
                aliyun::Account { uid: "1000000000000002".to_owned(), ..aliyun::Account::new(BLOG_KEY, BLOG_SECRET) },
            ],
            ..Default::default()
        };
        for (account, uid) in [("shop", "1000000000000001"), ("blog", "1000000000000002")] {
            for number in 0..REGIONS {
                let region = slb_region(&format!("xx-{account}-{number}"), &[(account, 30)]);
                alibaba.regions.push(aliyun::Region { uid: uid.to_owned(), ..region });
            }
        }
        let cloud = huawei::World {
            accounts: vec![huawei::Account::new(HUAWEI_KEY, HUAWEI_SECRET)],
            projects: (0..REGIONS).map(|number| project(&format!("xx-cdn-{number}"), &[("cdn", 60)])).collect(),
            ..Default::default()
        };
        (alibaba, cloud)
    }

    fn certls(&self) -> Certls {
        let certls = Certls::new().aliyun_at(&self.aliyun.url).huawei_at(&self.huawei.url).envs(&[
            ("SHOP_KEY_ID", ALIYUN_KEY),
            ("SHOP_KEY_SECRET", ALIYUN_SECRET),
            ("BLOG_KEY_ID", BLOG_KEY),
            ("BLOG_KEY_SECRET", BLOG_SECRET),
            ("CDN_KEY_ID", HUAWEI_KEY),
            ("CDN_KEY_SECRET", HUAWEI_SECRET),
        ]);
        let config = certls.file("config.toml", CONFIG);
        certls.env("CERTLS_CONFIG", &config)
    }
}

/// One account denied, one region throttled for two tries, and one that hangs.
fn three_accounts_with_faults() -> ThreeAccounts {
    ThreeAccounts::start(|alibaba, _| {
        alibaba.accounts[1].denied = vec![SLB_LIST.to_owned()];
        alibaba.faults = vec![
            Fault::new(SLB_LIST, 2, Effect::Throttle { headers: Vec::new() }).in_region("xx-shop-3"),
            Fault::always(SLB_LIST, Effect::Hang).in_region("xx-shop-7"),
        ];
    })
}

#[test]
fn three_accounts_in_sixty_regions_and_three_kinds_of_trouble() {
    let clouds = three_accounts_with_faults();
    let begun = Instant::now();
    let run = clouds.certls().run("list -o json --timeout 4s");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!((run.code, run.certificates().len()), (3, 39), "{}", run.text());
    assert_eq!(run.json()["complete"], false);
    let count = |status: &str| run.scopes().iter().filter(|scope| scope.contains(&format!(" {status} "))).count();
    assert_eq!((count("ok"), count("denied"), count("timeout")), (39, 20, 1), "{:?}", run.scopes());
    assert_eq!(run.scope("xx-shop-7")["error"]["kind"], "timeout");
    assert_eq!(run.scope("xx-shop-3")["status"], "ok");
    assert_eq!(clouds.aliyun.log.count_in(SLB_LIST, "xx-shop-3"), 3);
    assert_eq!(clouds.aliyun.log.count_by(SLB_LIST, BLOG_KEY), REGIONS, "a refusal is not tried again");
    for key in [ALIYUN_KEY, BLOG_KEY] {
        assert_eq!(clouds.aliyun.log.count_by("GetCallerIdentity", key), 1);
        assert_eq!(clouds.aliyun.log.count_by("DescribeRegions", key), 1);
    }
    assert_eq!(clouds.huawei.log.count("iam:projects"), 1);
    let last = run.stderr.lines().last();
    assert_eq!(
        last,
        Some("39 certificates · 2 clouds, 3 accounts, 60 scopes: 39 read, 20 denied, 1 timed out"),
        "{}",
        run.text()
    );
}

#[test]
fn equal_errors_are_printed_once_with_their_regions() {
    let run = three_accounts_with_faults().certls().run("list --timeout 4s");
    let denied: Vec<&str> = run.stderr.lines().filter(|line| line.contains("not authorized")).collect();
    assert_eq!(denied.len(), 1, "{}", run.text());
    assert!(denied[0].starts_with("error: aliyun blog slb in all 20 regions: "), "{}", denied[0]);
    assert!(denied[0].contains("(Forbidden, request "), "{}", denied[0]);
    assert_eq!(run.stderr.matches("slb:DescribeServerCertificates").count(), 1, "{}", run.text());
    assert!(run.stderr.contains("error: aliyun shop xx-shop-7 slb: not done when the run's time (4s) was over"));
}

#[test]
fn every_certificate_says_whose_it_is() {
    let run = ThreeAccounts::start(|_, _| {}).certls().run("list -o json");
    assert_eq!((run.code, run.certificates().len()), (0, 60), "{}", run.text());
    for certificate in run.certificates() {
        let expected = match certificate["account"].as_str() {
            Some("shop") => "1000000000000001",
            Some("blog") => "1000000000000002",
            _ => "d78cbac186b744899480f25bd022f468",
        };
        assert_eq!(certificate["account_id"], expected, "{certificate}");
    }
}

#[test]
fn ten_runs_under_changing_reply_order_print_the_same_bytes() {
    let (alibaba, cloud) = ThreeAccounts::worlds();
    let mut printed: Vec<String> = Vec::new();
    for run in 0..10_u64 {
        let (mut alibaba, mut cloud) = (alibaba.clone(), cloud.clone());
        for number in 0..REGIONS {
            // Another order in each run.
            let wait = |salt: u64| {
                let mixed =
                    (run * 7 + salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number as u64 * 0x1234_5677);
                Effect::Delay(Duration::from_millis((mixed >> 40) % 60))
            };
            alibaba.faults.push(Fault::always(SLB_LIST, wait(1)).in_region(&format!("xx-shop-{number}")));
            cloud.faults.push(Fault::always("elb:list", wait(2)).in_region(&format!("xx-cdn-{number}")));
        }
        let clouds = ThreeAccounts { aliyun: aliyun::start(alibaba), huawei: huawei::start(cloud) };
        let run = clouds.certls().run("list -o json");
        let bytes: Vec<&str> = run.stdout.lines().filter(|line| !line.contains("\"generated_at\"")).collect();
        assert!(bytes.len() > 60 * 33, "{}", run.text());
        printed.push(format!("{}\n{}", bytes.join("\n"), run.stderr));
    }
    assert!(printed.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn named_accounts_and_clouds_only() {
    let clouds = ThreeAccounts::start(|_, _| {});
    let accounts = |args: &str| -> Vec<String> {
        let run = clouds.certls().run(&format!("list -o jsonl {args}"));
        assert_eq!(run.code, 0, "{}", run.text());
        let account =
            |line: &str| serde_json::from_str::<Value>(line).expect("JSON")["account"].as_str().map(str::to_owned);
        let mut accounts: Vec<String> = run.stdout.lines().filter_map(account).collect();
        accounts.sort();
        accounts.dedup();
        accounts
    };
    assert_eq!(accounts(""), ["blog", "cdn", "shop"]);
    assert_eq!(accounts("--account shop"), ["shop"]);
    assert_eq!(accounts("-a shop,cdn"), ["cdn", "shop"]);
    assert_eq!(accounts("-p huawei"), ["cdn"]);
    let run = clouds.certls().run("list --account shpo");
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("no account is named `shpo`") && run.stderr.contains("did you mean `shop`?"),
        "{}",
        run.text()
    );
    let run = clouds.certls().run("list --account cdn --provider aliyun");
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.text());
}

#[test]
fn a_broken_account_costs_only_itself() {
    let clouds = ThreeAccounts::start(|_, _| {});
    let run = clouds.certls().env("BLOG_KEY_SECRET", "").run("list -o json");
    assert_eq!((run.code, run.certificates().len()), (3, 40), "{}", run.text());
    assert!(run.stderr.contains("BLOG_KEY_SECRET, named by `secret_key_env`, is not set"), "{}", run.text());
}

#[test]
fn json_lines_come_as_they_arrive() {
    let clouds = ThreeAccounts::start(|alibaba, _| {
        alibaba.faults =
            vec![Fault::always(SLB_LIST, Effect::Delay(Duration::from_millis(1500))).in_region("xx-shop-0")];
    });
    let certls = clouds.certls();
    let mut child = certls
        .command(&["list", "-o", "jsonl"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("certls runs");
    let stdout = child.stdout.take().expect("its output");
    let begun = Instant::now();
    let arrived: Vec<Duration> =
        std::io::BufRead::lines(std::io::BufReader::new(stdout)).map(|_| begun.elapsed()).collect();
    assert!(child.wait().expect("its end").success());
    assert_eq!(arrived.len(), 60);
    let late = arrived.iter().filter(|at| **at > Duration::from_millis(1200)).count();
    assert_eq!(late, 1, "{arrived:?}");
}

#[test]
fn accounts_prints_identities_and_errors() {
    let clouds = ThreeAccounts::start(|alibaba, _| alibaba.regions.retain(|region| !region.id.starts_with("xx-blog")));
    let run = clouds.certls().env("CDN_KEY_SECRET", "PLANTED-another-secret").run("accounts -o json");
    assert_eq!(run.code, 3, "{}", run.text());
    let accounts = run.json()["accounts"].clone();
    let shop = &accounts[2];
    assert_eq!((&shop["name"], &shop["provider"]), (&"shop".into(), &"aliyun".into()));
    assert_eq!(shop["credentials"], "SHOP_KEY_ID in the environment");
    assert_eq!(shop["account_id"], "1000000000000001");
    assert!(shop["account_name"].as_str().is_some_and(|name| name.starts_with("acs:ram::1000000000000001:")), "{shop}");
    assert_eq!(shop["regions"].as_array().map(Vec::len), Some(REGIONS));
    assert_eq!(shop["errors"], Value::Array(Vec::new()));
    let cdn = &accounts[1];
    assert_eq!((&cdn["account_id"], &cdn["errors"][0]["kind"]), (&Value::Null, &"credentials".into()), "{cdn}");
    let table = clouds.certls().run("accounts");
    assert!(
        table.stdout.lines().next().is_some_and(|line| line.starts_with("ACCOUNT  CLOUD   CREDENTIALS ")),
        "{}",
        table.text()
    );
    assert_eq!(clouds.aliyun.log.count(SLB_LIST), 0, "accounts reads no certificates");
}

/// Runs in a terminal, which `script` of util-linux provides.
#[cfg(target_os = "linux")]
#[test]
fn progress_is_shown_on_a_terminal_and_goes_without_a_trace() {
    use std::process::Command;

    use crate::support::tools::is_installed;

    if !is_installed("script", "--version") {
        return;
    }
    let clouds = ThreeAccounts::start(|alibaba, _| {
        alibaba.faults =
            vec![Fault::always(SLB_LIST, Effect::Delay(Duration::from_millis(1200))).in_region("xx-shop-0")];
    });
    let certls = clouds.certls();
    let plain = certls.command(&["list", "-o", "json"]);
    let line = format!("{} list -o json >/dev/null", plain.get_program().to_string_lossy());
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env_clear().env("PATH", "/usr/bin:/bin").env("TERM", "xterm");
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = command.stdin(std::process::Stdio::null()).output().expect("script runs");
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(seen.contains("59 of 60 scopes · 59 certificates"), "{seen:?}");
    let (_, after) = seen.rsplit_once("59 certificates").expect("progress");
    assert!(after.contains("\x1b[2K") || after.contains("\x1b[0J"), "the line is not cleared: {after:?}");
    assert!(after.contains("60 certificates · 2 clouds, 3 accounts, 60 scopes: all read"), "{after:?}");
    let run = certls.run("list -o json");
    assert!(!run.stderr.contains("of 60 scopes"), "progress in a pipe: {}", run.stderr);
}

#[test]
fn a_key_in_the_place_of_a_variables_name_is_not_quoted() {
    for (credentials, expected) in [
        (r#"{ access_key_env = "LTAI5tPLANTEDPASTED", secret_key_env = "PLANTEDpasted" }"#, "`access_key_env`"),
        (
            r#"{ access_key_env = "A_B", secret_key_env = "PLANTED/pasted+secret==" }"#,
            "`secret_key_env` is not the name",
        ),
        (r#""PLANTEDpasted""#, "invalid type"),
    ] {
        let certls = Certls::new();
        let config = certls
            .file("config.toml", &format!("[accounts.shop]\nprovider = \"aliyun\"\ncredentials = {credentials}\n"));
        let run = certls.env("CERTLS_CONFIG", &config).run("list");
        assert_eq!(run.code, 2, "{}", run.text());
        assert!(run.stderr.contains(expected) && !run.stderr.contains("PLANTED"), "{}", run.text());
    }
}

#[test]
fn all_regions_are_all_also_over_those_of_the_file() {
    let clouds = ThreeAccounts::start(|_, _| {});
    let certls = clouds.certls();
    let config = certls.file("narrow.toml", &CONFIG.replace("regions = \"all\"", "regions = [\"xx-cdn-1\"]"));
    let certls = certls.env("CERTLS_CONFIG", &config);
    let count = |args: &str| certls.run(&format!("list -o json -a cdn {args}")).certificates().len();
    assert_eq!((count(""), count("-r all"), count("-r xx-cdn-1,xx-cdn-2")), (1, REGIONS, 2));
}

#[test]
fn an_account_that_hangs_while_it_logs_in_holds_up_no_other() {
    let clouds = ThreeAccounts::start(|_, cloud| {
        cloud.faults = vec![Fault::always("iam:projects", Effect::Hang)];
    });
    let begun = Instant::now();
    let run = clouds.certls().run("list -o jsonl --timeout 3s");
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert_eq!((run.code, run.stdout.lines().count()), (3, 2 * REGIONS), "{}", run.text());
}

#[test]
fn a_cloud_that_hangs_leaves_room_for_the_other() {
    let clouds = ThreeAccounts::start(|alibaba, cloud| {
        alibaba.faults = vec![Fault::always(SLB_LIST, Effect::Hang)];
        // Alibaba Cloud's forty regions stand in line before the first of Huawei Cloud's.
        cloud.faults = vec![Fault::always("iam:projects", Effect::Delay(Duration::from_millis(500)))];
    });
    let run = clouds.certls().run("list -o json --timeout 6s --concurrency 4");
    assert_eq!((run.code, run.certificates().len()), (3, REGIONS), "{}", run.text());
}
