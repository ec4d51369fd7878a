//! The metadata service of a cloud that nobody set up: it is found, missing or broken, and nobody waits for it.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::support::fixtures::{huawei_world, two_projects, two_regions};
use crate::support::runner::{Certls, Run};
use clouds::fault::{Effect, Fault};
use clouds::{aliyun, huawei};

/// The longest time that a run may take which waits for nothing: the slowest machine has it to spare.
const NO_WAIT: Duration = Duration::from_millis(2500);

/// Accepts connections, and never answers.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    (listener, url)
}

/// An address at which packets vanish: the queue of its listener is full.
#[cfg(target_os = "linux")]
struct Vanishing {
    url: String,
    _runtime: tokio::runtime::Runtime,
    _listener: tokio::net::TcpListener,
    _queued: Vec<TcpStream>,
}

#[cfg(target_os = "linux")]
impl Vanishing {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let listener = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
            socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
            socket.listen(0).expect("a listener")
        });
        let address = listener.local_addr().expect("an address");
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(200));
        let queued = std::iter::from_fn(|| connect().ok()).take(64).collect();
        assert!(connect().is_err(), "the queue is not full");
        Self { url: format!("http://{address}"), _runtime: runtime, _listener: listener, _queued: queued }
    }
}

/// Lists one cloud, where the other's metadata service is at `url`.
fn list(listed: &str, url: &str, change: impl FnOnce(Certls) -> Certls) -> (Run, Duration) {
    let begun = Instant::now();
    let run = if listed == "aliyun" {
        let cloud = aliyun::start(two_regions());
        let certls = Certls::new().aliyun(&cloud).env("CERTLS_ENDPOINT_HUAWEI_METADATA", url);
        change(certls).run("-v list -o json")
    } else {
        let cloud = huawei::start(two_projects());
        let certls = Certls::new().huawei(&cloud).env("CERTLS_ENDPOINT_ALIYUN_METADATA", url);
        change(certls).run("-v list -o json")
    };
    (run, begun.elapsed())
}

/// The cloud whose keys are set, the other one, and the other one's switch.
const CLOUDS: [(&str, &str, &str); 2] = [
    ("aliyun", "huawei", "CERTLS_HUAWEI_METADATA_DISABLED"),
    ("huawei", "aliyun", "ALIBABA_CLOUD_ECS_METADATA_DISABLED"),
];

#[cfg(target_os = "linux")]
#[test]
fn packets_that_vanish_mean_that_nothing_is_set_up() {
    let vanishing = Vanishing::start();
    for (listed, other, _) in CLOUDS {
        let (run, took) = list(listed, &vanishing.url, |certls| certls);
        assert_eq!((run.code, run.names().len(), &run.json()["complete"]), (0, 2, &true.into()), "{}", run.text());
        let words = format!("{other} metadata: no connection 300 ms after everything else was read: not set up");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
        assert!(took < NO_WAIT, "{took:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_cloud_that_was_named_has_a_second_to_connect() {
    let vanishing = Vanishing::start();
    let run = Certls::new().env("CERTLS_ENDPOINT_HUAWEI_METADATA", &vanishing.url).run("-v list -p huawei");
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.stderr.contains("huawei metadata: no connection within 1000 ms: not set up"), "{}", run.stderr);
    assert!(run.stderr.contains("no credentials are set up here"), "{}", run.stderr);
}

#[test]
fn a_service_that_accepts_and_stays_silent_is_a_failed_scope_that_names_the_switch() {
    let (_listener, url) = silent();
    for (listed, other, switch) in CLOUDS {
        let (run, took) = list(listed, &url, |certls| certls);
        assert_eq!((run.code, run.names().len(), &run.json()["complete"]), (3, 2, &false.into()), "{}", run.text());
        let error = &run.scope("all")["error"];
        let message = error["message"].as_str().expect("a message");
        assert!(message.starts_with("the ECS metadata service: it accepted a connection, but"), "{message}");
        assert!(message.contains("300 ms after everything else was read"), "{message}");
        assert!(
            error["hint"].as_str().is_some_and(|hint| hint.starts_with(&format!("set {switch}=true if"))),
            "{error}"
        );
        let words = format!("{other} metadata: connected, but no response 300 ms after everything else was read");
        assert!(run.stderr.contains(&words), "{}", run.stderr);
        assert!(took < NO_WAIT, "{took:?}");

        let (run, _) = list(listed, &url, |certls| certls.env(switch, "true"));
        assert_eq!((run.code, &run.json()["complete"]), (0, &true.into()), "{}", run.text());
    }
}

#[test]
fn a_service_that_answers_503_is_a_failed_scope_and_one_503_is_none() {
    for times in [1, u32::MAX] {
        let mut world = huawei_world(&[]);
        world.faults = vec![Fault::new("ecs:token", times, Effect::Status(503, Vec::new(), String::new()))];
        let metadata = huawei::start(world);
        let (run, _) = list("aliyun", &metadata.url, |certls| certls);
        if times == 1 {
            assert_eq!((run.code, &run.json()["complete"]), (0, &true.into()), "{}", run.text());
            assert_eq!(metadata.log.count("ecs:token"), 2);
        } else {
            assert_eq!((run.code, run.names().len(), &run.json()["complete"]), (3, 2, &false.into()), "{}", run.text());
            assert_eq!(run.scope("all")["error"]["kind"], "unavailable");
            assert_eq!(metadata.log.count("ecs:token"), 4);
        }
    }
}

/// Answers every request with this page.
fn page(reply: &'static str) -> String {
    use std::io::{Read, Write};
    let (listener, url) = silent();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(reply.as_bytes());
                }
            });
        }
    });
    url
}

#[test]
fn a_page_that_answers_in_the_services_place_sets_up_nothing() {
    let page = page(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 32\r\n\r\n<html>\n<p>log in here</p>\n</html>",
    );
    for (listed, _, _) in CLOUDS {
        let (run, _) = list(listed, &page, |certls| certls);
        assert_eq!((run.code, run.names().len(), &run.json()["complete"]), (0, 2, &true.into()), "{}", run.text());
    }
    let certls = ["ALIYUN", "HUAWEI"]
        .iter()
        .fold(Certls::new(), |certls, cloud| certls.env(&format!("CERTLS_ENDPOINT_{cloud}_METADATA"), &page));
    let run = certls.run("list");
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.stderr.contains("no credentials are set up here"), "{}", run.stderr);
    assert!(!run.stderr.contains("in trouble"), "{}", run.stderr);
}
