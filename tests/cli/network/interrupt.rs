//! Ctrl-C ends the run at once, in every phase.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::fixtures::{SLB_LIST, two_regions};
use crate::support::process::wait_until;
use crate::support::runner::Certls;
use clouds::aliyun::{self, Aliyun};
use clouds::fault::{Effect, Fault};
use clouds::internet::Internet;

fn spawn(certls: &Certls, args: &[&str]) -> Child {
    certls.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("certls")
}

/// Interrupts certls and asserts that it ends within a second, with 130 and without output.
fn assert_ends(certls: &Certls, mut child: Child) {
    let interrupted = Instant::now();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(killed.success());
    wait_until("the end", || child.try_wait().expect("a status").is_some());
    assert!(interrupted.elapsed() < Duration::from_secs(1), "{:?}", interrupted.elapsed());
    let run = certls.checked(child.wait_with_output().expect("an end"));
    assert_eq!((run.code, run.stdout.as_str()), (130, ""), "{}", run.text());
}

fn cloud(faults: Vec<Fault>) -> Aliyun {
    aliyun::start(aliyun::World { faults, ..two_regions() })
}

#[test]
fn while_a_cloud_stays_silent() {
    let cloud = cloud(vec![Fault::always(SLB_LIST, Effect::Hang)]);
    let certls = Certls::new().aliyun(&cloud);
    let child = spawn(&certls, &["list"]);
    wait_until("the request", || cloud.log.count(SLB_LIST) == 2);
    assert_ends(&certls, child);
}

#[test]
fn while_it_waits_to_try_again() {
    let headers = vec![("Retry-After".to_owned(), "30".to_owned())];
    let cloud = cloud(vec![Fault::always(SLB_LIST, Effect::Throttle { headers })]);
    let certls = Certls::new().aliyun(&cloud);
    let child = spawn(&certls, &["list", "-o", "json"]);
    wait_until("the request", || cloud.log.count(SLB_LIST) == 2);
    assert_ends(&certls, child);
}

#[test]
fn behind_a_proxy() {
    let cloud = cloud(vec![Fault::always("*", Effect::Hang)]);
    let internet = Internet::start(vec![("aliyuncs.com".to_owned(), cloud.url.clone())]);
    let certls = Certls::new().aliyun_keys().env("HTTPS_PROXY", &internet.proxy_url);
    let bundle = certls.file("ca.pem", &internet.ca_pem);
    let child = spawn(&certls, &["list", "--ca-bundle", &bundle]);
    wait_until("the request", || !cloud.log.all().is_empty());
    assert_ends(&certls, child);
}
