//! Which projects and regions of an account are read, and that none is left out without a word.

use serde_json::{Value, json};

use crate::support::fixtures::{ELB_LIST, aliyun_world, certificate_for, huawei_world, project, two_projects};
use crate::support::runner::{Certls, HUAWEI_KEY, Run};
use clouds::fault::{Effect, Fault};
use clouds::huawei::{self, Huawei};
use clouds::internet::Internet;
use clouds::{aliyun, records};

/// Lists at the vendors' own host names, behind a proxy that leads them to these clouds.
fn list_by_name(huawei: &Huawei, certls: impl FnOnce(Certls) -> Certls) -> (Run, Vec<String>) {
    let routes = vec![("myhuaweicloud.com".to_owned(), huawei.url.clone())];
    let internet = Internet::start(routes);
    let certls = certls(Certls::new().env("HTTPS_PROXY", &internet.proxy_url).huawei_keys());
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    let run = certls.run(&format!("list -o json --retry-count 0 --ca-bundle {bundle}"));
    (run, internet.hosts())
}

#[test]
fn an_account_without_a_project_in_a_region_is_a_failed_scope_that_names_its_projects() {
    let huawei = || huawei::start(huawei_world(&[("MOS", &[("hidden", 1)])]));
    let message = "this account has no project in a region; it has only MOS";
    let run = Certls::new().huawei(&huawei()).run("list -o json");
    assert_eq!((run.code, run.scopes()), (1, vec!["huawei all failed 0".to_owned()]), "{}", run.text());
    assert_eq!(run.scope("all")["error"]["message"], message);
    assert!(!run.stderr.contains("no credentials"), "{}", run.stderr);

    let ali = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 9)])]));
    let run = Certls::new().aliyun(&ali).huawei(&huawei()).run("list -o json");
    assert_eq!((run.code, run.names()), (3, vec!["shop".to_owned()]), "{}", run.text());
    assert_eq!(run.scopes(), ["aliyun cn-hangzhou ok 1", "huawei all failed 0"]);
    assert!(run.stderr.contains("2 clouds"), "{}", run.stderr);
}

#[test]
fn a_project_of_an_unknown_region_is_a_failed_scope_and_costs_no_other() {
    let huawei = huawei::start(huawei_world(&[("cn-north-4", &[("main", 10)]), ("hk_dev", &[("hidden", 1)])]));
    let (run, hosts) = list_by_name(&huawei, |certls| certls);
    assert_eq!((run.code, run.names()), (3, vec!["main".to_owned()]), "{}", run.text());
    assert_eq!(run.scopes(), ["huawei cn-north-4 ok 1", "huawei hk failed 0"]);
    let scope = run.scope("hk");
    assert_eq!((&scope["project"], &scope["error"]["kind"]), (&json!("hk_dev"), &json!("region")));
    assert!(scope["error"]["message"].as_str().is_some_and(|text| text.contains("`hk_dev`")), "{scope}");
    assert!(!hosts.iter().any(|host| host.contains("hk")), "{hosts:?}");
    let run = Certls::new().huawei(&huawei).run("accounts");
    assert_eq!(run.code, 0, "an endpoint that is named needs no region: {}", run.text());
}

#[test]
fn a_project_that_is_named_like_a_region_is_read_there() {
    for (name, host) in [
        ("eu-ch2", "elb.eu-ch2.myhuaweicloud.com"),
        ("eu-de_dev", "elb.eu-de.myhuaweicloud.com"),
        ("cn-north-99999", "elb.cn-north-99999.myhuaweicloud.com"),
        ("CN-NORTH-4", "elb.cn-north-4.myhuaweicloud.com"),
    ] {
        let huawei = huawei::start(huawei_world(&[(name, &[("new", 10)])]));
        let (run, hosts) = list_by_name(&huawei, |certls| certls);
        assert_eq!((run.code, run.names()), (0, vec!["new".to_owned()]), "{name}: {}", run.text());
        assert!(hosts.contains(&host.to_owned()), "{name}: {hosts:?}");
    }
}

#[test]
fn any_project_is_read_where_the_endpoint_is_named() {
    let cloud = huawei::start(huawei_world(&[("eu-de", &[("otc", 10)]), ("hk", &[("other", 20)])]));
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!((run.code, run.names()), (0, ["otc", "other"].map(str::to_owned).to_vec()), "{}", run.text());
    for (region, name) in [("eu-de", "otc"), ("hk", "other")] {
        let run = Certls::new().huawei(&cloud).run(&format!("list -o json -r {region}"));
        assert_eq!((run.code, run.names()), (0, vec![name.to_owned()]), "{}", run.text());
    }
}

#[test]
fn the_object_storages_project_is_passed_over_beside_others_and_logged() {
    let cloud = huawei::start(huawei_world(&[("MOS", &[("hidden", 1)]), ("cn-north-4", &[("main", 10)])]));
    let run = Certls::new().huawei(&cloud).run("list -v");
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(run.stderr.contains("the project MOS is in no region, and is not read"), "{}", run.stderr);
}

#[test]
fn two_projects_of_one_name_are_two_scopes() {
    let mut world = huawei_world(&[("cn-north-4", &[("first", 10)])]);
    let mut second = project("cn-north-4", &[]);
    second.id = records::id_of("another project");
    second.certificates = vec![records::huawei_record("c0ffee", &second.id, "second", &certificate_for("second", 20))];
    world.projects.push(second.clone());
    let run = Certls::new().huawei(&huawei::start(world.clone())).run("list -o json");
    assert_eq!((run.code, run.names()), (0, ["first", "second"].map(str::to_owned).to_vec()), "{}", run.text());
    let document = run.json();
    let ids: Vec<&Value> =
        document["scopes"].as_array().expect("scopes").iter().map(|scope| &scope["project_id"]).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&&json!(second.id)) && ids[0] != ids[1], "{ids:?}");
    // The simulated cloud names both alike, so one of the two calls is refused, whichever comes first.
    let refusal = json!({"error_code": "ELB.8902", "error_msg": "Invalid input.", "request_id": "r"}).to_string();
    world.faults = vec![Fault::once(ELB_LIST, Effect::Status(400, Vec::new(), refusal))];
    let run = Certls::new().huawei(&huawei::start(world)).run("list -o json");
    assert_eq!((run.code, run.certificates().len(), run.scopes().len()), (3, 1, 2), "{}", run.text());
    assert_eq!(run.json()["complete"], false);
}

#[test]
fn a_project_that_is_listed_twice_is_read_once() {
    let mut world = huawei_world(&[("cn-north-4", &[("main", 10)])]);
    world.projects.push(world.projects[0].clone());
    let cloud = huawei::start(world);
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!((run.code, run.names(), cloud.log.count(ELB_LIST)), (0, vec!["main".to_owned()], 1), "{}", run.text());
}

#[test]
fn own_projects_in_place_of_the_accounts_are_said_with_the_action_to_allow() {
    let mut world = two_projects();
    world.accounts[0].denied = vec!["iam:projects".to_owned()];
    let cloud = huawei::start(world);
    for args in ["list -o json", "list -o json -r cn-north-4", "accounts"] {
        let run = Certls::new().huawei(&cloud).run(args);
        assert_eq!(run.code, 0, "{}", run.text());
        assert!(run.stderr.contains("warning: huawei default"), "{args}: {}", run.stderr);
        assert!(run.stderr.contains("only the user's own projects are read"), "{args}: {}", run.stderr);
        assert!(run.stderr.contains("allow the IAM action `iam:projects:listProjects`"), "{args}: {}", run.stderr);
    }
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!(run.scope("cn-north-4")["limitation"]["kind"], "denied");
    assert_eq!(Certls::new().huawei(&huawei::start(two_projects())).run("list").messages(), "");
}

#[test]
fn a_page_of_a_gateway_is_no_refusal_of_the_project_list() {
    let mut world = two_projects();
    let html = || Effect::Status(403, Vec::new(), "<html>blocked by the gateway</html>".to_owned());
    world.faults = vec![Fault::always("iam:projects", html())];
    let cloud = huawei::start(world);
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!((run.code, run.scopes()), (1, vec!["huawei all failed 0".to_owned()]), "{}", run.text());
    assert_eq!(run.scope("all")["error"]["kind"], "reply");
    assert_eq!(cloud.log.count("iam:auth-projects"), 0);
}

#[test]
fn every_page_of_the_project_list_is_read() {
    let world = two_projects();
    let record = |index: usize| {
        let project = &world.projects[index];
        json!({"id": project.id, "name": project.name, "domain_id": "d"})
    };
    let page = |projects: Vec<Value>, next: Value| {
        let body = json!({"links": {"self": "x", "previous": null, "next": next}, "projects": projects});
        Fault::once("iam:projects", Effect::Status(200, Vec::new(), body.to_string()))
    };
    let next = "https://elsewhere.example/v3/projects?page=2&per_page=1";
    let faults = vec![page(vec![record(0)], json!(next)), page(vec![record(1)], Value::Null)];
    let cloud = huawei::start(huawei::World { faults, ..world.clone() });
    let run = Certls::new().huawei(&cloud).run("list -o json");
    assert_eq!((run.code, run.names().len()), (0, 2), "{}", run.text());
    let queries: Vec<String> =
        cloud.log.all().into_iter().filter(|seen| seen.action == "iam:projects").map(|seen| seen.query).collect();
    assert_eq!(queries, ["", "page=2&per_page=1"]);
    assert!(cloud.log.all().iter().all(|seen| seen.authorized && seen.account == HUAWEI_KEY));
}

#[test]
fn a_region_that_is_written_twice_in_the_configuration_is_read_once() {
    let cloud = aliyun::start(aliyun_world(&[("cn-hangzhou", &[("shop", 3)])]));
    let certls = Certls::new().aliyun(&cloud);
    let config =
        "[accounts.shop]\nprovider = \"aliyun\"\nregions = [\"cn-hangzhou\", \"CN-Hangzhou\", \"cn-hangzhou\"]\n";
    let config = certls.file("config.toml", config);
    let run = certls.env("CERTLS_CONFIG", &config).run("list -o json");
    assert_eq!((run.code, run.names()), (0, vec!["shop".to_owned()]), "{}", run.text());
    assert_eq!(run.scopes(), ["aliyun cn-hangzhou ok 1"]);
}
