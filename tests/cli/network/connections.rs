//! Connections that fail: the proxy, the clock of the TLS handshake and a server of another protocol are named, and no
//! words of libraries are shown.

use std::io::{Read, Write};
use std::net::TcpListener;

use chrono::{Duration, Utc};

use crate::support::fixtures::{SLB_LIST, two_regions};
use crate::support::runner::{Certls, Run};
use clouds::aliyun;
use clouds::fault::{Effect, Fault};
use clouds::internet::Internet;

const ARGS: &str = "list -r cn-beijing -o json --retry-count 0";

/// Returns the error of the one region that is asked.
fn error(run: &Run) -> (String, String, String) {
    let error = run.scope("cn-beijing")["error"].clone();
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    let (kind, message, hint) = (text("kind"), text("message"), text("hint"));
    for word in
        ["tunnel error", "peer certificate", "InvalidContentType", "hyper", "UnknownIssuer", "corrupt", "(UNIX)"]
    {
        assert!(!message.contains(word), "{word} in {message}");
    }
    (kind, message, hint)
}

/// Starts a server on this machine that answers every connection with this text. Returns its host and port.
fn answering(text: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(text.as_bytes());
        }
    });
    address
}

fn through(proxy: &str) -> Run {
    Certls::new().env("HTTPS_PROXY", &format!("http://{proxy}")).aliyun_keys().run(ARGS)
}

#[test]
fn a_proxy_that_fails_is_named() {
    let required = answering("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let forbidden = answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    let silent = answering("");
    for (proxy, expected) in [
        (required.as_str(), "requires a user and a password (407)"),
        (forbidden.as_str(), "refuses to connect to slb.cn-beijing.aliyuncs.com"),
        (silent.as_str(), "closed the connection to slb.cn-beijing.aliyuncs.com"),
        ("127.0.0.1:9", "no connection to the proxy"),
        ("proxy.invalid:3128", "the name of the proxy"),
    ] {
        let (kind, message, hint) = error(&through(proxy));
        assert!(["network", "timeout"].contains(&kind.as_str()), "{kind}");
        // A machine without name resolution times out instead.
        assert!(message.contains(expected) || proxy.contains("invalid"), "{message}");
        assert!(message.contains(proxy), "{message}");
        assert!(hint.contains("PROXY") || hint.contains("proxy"), "{hint}");
    }
    // Its address may hold a password.
    let run = through(&format!("user:PLANTEDPASSWORD@{required}"));
    assert!(!run.text().contains("PLANTEDPASSWORD"), "{}", run.text());
}

#[test]
fn a_handshake_that_fails_for_the_clock_says_what_it_says() {
    let now = Utc::now();
    let cloud = aliyun::start(two_regions());
    for (from, until, expected) in [
        (now + Duration::days(40), now + Duration::days(90), "it is valid from "),
        (now - Duration::days(90), now - Duration::days(60), "it was valid until "),
    ] {
        let internet = Internet::start_valid(vec![("aliyuncs.com".to_owned(), cloud.url.clone())], from, until);
        let certls = Certls::new().env("HTTPS_PROXY", &internet.proxy_url).aliyun_keys();
        let bundle = certls.file("ca.pem", &internet.ca_pem);
        let (kind, message, hint) = error(&certls.run(&format!("{ARGS} --ca-bundle {bundle}")));
        assert_eq!(kind, "tls");
        assert!(message.contains(expected) && message.contains("this machine's clock says 20"), "{message}");
        assert!(hint.contains("clock") && !hint.contains("--ca-bundle"), "{hint}");
    }
}

#[test]
fn a_server_of_plain_http_is_called_so() {
    let address = answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let certls = Certls::new().aliyun_keys().env("CERTLS_ENDPOINT_ALIYUN_SLB", &format!("https://{address}"));
    let (kind, message, hint) = error(&certls.run(ARGS));
    assert_eq!((kind.as_str(), message.as_str()), ("tls", "127.0.0.1 does not speak TLS"));
    assert!(hint.contains("--endpoint") && !hint.contains("--ca-bundle"), "{hint}");
}

#[test]
fn a_page_of_a_gateway_is_neither_a_denial_nor_throttling() {
    for (status, kind) in [(403, "reply"), (408, "timeout")] {
        let effect = Effect::Status(status, Vec::new(), "<html>blocked</html>".to_owned());
        let cloud = aliyun::start(aliyun::World { faults: vec![Fault::always(SLB_LIST, effect)], ..two_regions() });
        let run = Certls::new().aliyun(&cloud).run(ARGS);
        let (found, _, hint) = error(&run);
        assert_eq!((found.as_str(), hint.contains("RAM action")), (kind, false), "{hint}");
    }
}
