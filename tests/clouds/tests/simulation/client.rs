//! A client of bare sockets, which can send what certls never would.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Duration as Span, TimeZone as _, Utc};
use serde_json::Value;

use clouds::certs;
use clouds::internet::Internet;
use clouds::server::Request;

/// Sends a request and returns the status, the head and the body of the reply.
pub(crate) fn send(url: &str, request: &Request) -> (u16, String, String) {
    let mut stream = connect(url, request);
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    split(&reply)
}

fn bytes(request: &Request) -> Vec<u8> {
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let mut head = format!(
        "{} {}{query} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
        request.method, request.path, request.host
    );
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "host") {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let _ = write!(head, "content-length: {}\r\n\r\n", request.body.len());
    let mut all = head.into_bytes();
    all.extend(&request.body);
    all
}

fn connect(url: &str, request: &Request) -> TcpStream {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    stream.write_all(&bytes(request)).unwrap();
    stream
}

fn split(reply: &[u8]) -> (u16, String, String) {
    let reply = String::from_utf8_lossy(reply).into_owned();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, head.to_owned(), body.to_owned())
}

pub(crate) fn json(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|why| panic!("{why}: {body}"))
}

/// Returns the status and the error code of a reply.
pub(crate) fn code(reply: &(u16, String, String)) -> (u16, String) {
    let body = json(&reply.2);
    let code = body["Code"].as_str().or(body["error_code"].as_str()).unwrap_or_default();
    (reply.0, code.to_owned())
}

/// Returns an unsigned request without a body.
pub(crate) fn bare(method: &str, host: &str, path: &str, query: &str) -> Request {
    Request {
        method: method.into(),
        host: host.into(),
        path: path.into(),
        query: query.into(),
        headers: vec![("host".into(), host.into())],
        body: Vec::new(),
    }
}

/// Sends a request over TLS through the proxy.
pub(crate) fn through(internet: &Internet, host: &str, request: &Request) -> (u16, String, String) {
    use rustls::pki_types::pem::PemObject as _;
    let mut stream = TcpStream::connect(internet.proxy_url.trim_start_matches("http://")).unwrap();
    stream.write_all(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").as_bytes()).unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 200"));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(internet.ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = host.to_owned().try_into().unwrap();
    let mut tls = rustls::StreamOwned::new(rustls::ClientConnection::new(Arc::new(config), name).unwrap(), stream);
    tls.write_all(&bytes(request)).unwrap();
    let mut reply = Vec::new();
    let _ = tls.read_to_end(&mut reply);
    split(&reply)
}

/// Returns the same certificate in every run.
pub(crate) fn certificate() -> certs::Certificate {
    let from = Utc.with_ymd_and_hms(2026, 1, 2, 3, 4, 5).unwrap();
    certs::certificate("www.example.com", &["www.example.com", "example.com"], from, from + Span::days(90))
}
