//! A proxy that stands for the whole internet, so that the client can be run against the vendors' real host names.
//!
//! It accepts `CONNECT host:443` as any proxy does, but the tunnel ends here: it speaks TLS as that host, with a
//! certificate of its own authority, and passes the bytes on to a simulated cloud untouched. The `Host` header
//! stays what the client sent, so signatures hold.

use crate::certs::Authority;
use crate::server::Running;
use chrono::{DateTime, Duration, Utc};
use rcgen::KeyPair;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// A running internet. It stops when this is dropped.
pub struct Internet {
    /// The value for `HTTPS_PROXY`.
    pub proxy_url: String,
    /// The only root that signs the certificates of this internet's hosts.
    pub ca_pem: String,
    state: Arc<State>,
    _server: Running,
}

struct State {
    /// Host suffix → `127.0.0.1:PORT`; the first that fits is taken.
    routes: Vec<(String, String)>,
    authority: Authority,
    requested: Mutex<Vec<String>>,
    /// Made once for each host.
    configs: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl Internet {
    /// Starts a proxy with these routes: a host, which stands for its subdomains as well, and a simulated cloud's URL.
    pub fn start(routes: Vec<(String, String)>) -> Self {
        let now = Utc::now();
        Self::start_valid(routes, now - Duration::days(1), now + Duration::days(30))
    }

    /// Starts a proxy whose certificates are valid between these times.
    pub fn start_valid(routes: Vec<(String, String)>, from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        let key = KeyPair::generate().expect("a key");
        let authority = Authority::with_key("Test Internet CA", from, until, key);
        let ca_pem = authority.certificate.pem.clone();
        let routes = routes
            .into_iter()
            .map(|(suffix, url)| (suffix, url.trim_start_matches("http://").trim_end_matches('/').to_owned()))
            .collect();
        let state = Arc::new(State { routes, authority, requested: Mutex::default(), configs: Mutex::default() });
        let shared = Arc::clone(&state);
        let server = Running::on_loopback("http", async move |listener| {
            loop {
                let Ok((client, _)) = listener.accept().await else {
                    continue;
                };
                let state = Arc::clone(&shared);
                // A client that hangs up or refuses the certificate is for the test to notice.
                tokio::spawn(async move {
                    let _ = state.tunnel(client).await;
                });
            }
        });
        Self { proxy_url: server.url.clone(), ca_pem, state, _server: server }
    }

    /// Returns the hosts that were requested, in order, including the unknown ones.
    pub fn hosts(&self) -> Vec<String> {
        self.state.requested.lock().expect("the hosts").clone()
    }
}

impl State {
    async fn tunnel(&self, mut client: TcpStream) -> io::Result<()> {
        let head = read_head(&mut client).await?;
        let mut words = head.split_whitespace();
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (host, port) = target.rsplit_once(':').unwrap_or((target, ""));
        self.requested.lock().expect("the hosts").push(host.to_owned());
        if method != "CONNECT" {
            return client
                .write_all(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .await;
        }
        let Some(cloud) = self.route(host).filter(|_| port == "443") else {
            return client
                .write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .await;
        };
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        let mut inner = TlsAcceptor::from(self.config(host)).accept(client).await?;
        let mut cloud = TcpStream::connect(cloud).await?;
        copy_bidirectional(&mut inner, &mut cloud).await?;
        Ok(())
    }

    fn route(&self, host: &str) -> Option<&str> {
        let fits = |suffix: &str| host == suffix || host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.'));
        self.routes.iter().find(|(suffix, _)| fits(suffix)).map(|(_, cloud)| cloud.as_str())
    }

    fn config(&self, host: &str) -> Arc<ServerConfig> {
        let mut configs = self.configs.lock().expect("the certificates");
        Arc::clone(configs.entry(host.to_owned()).or_insert_with(|| Arc::new(self.make_config(host))))
    }

    fn make_config(&self, host: &str) -> ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let (from, until) = (self.authority.certificate.not_before, self.authority.certificate.not_after);
        let certificate = self.authority.issue(host, &[host], from, until, &key);
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        // Explicit, because a program with two providers compiled in has no default one.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(certificate.der)], key)
            .expect("a certificate and its key");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }
}

/// The head of the request, without a byte of what follows it.
async fn read_head(client: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 16_384 {
        head.push(client.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}
