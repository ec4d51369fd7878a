//! A loopback HTTP/1.1 server whose replies can be late, cut off, sent piecemeal or withheld.

use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::future::pending;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc as std_mpsc};
use std::task::{Context, Poll};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// One request, its body fully read.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// The `Host` header as it was sent: signatures cover it.
    pub host: String,
    /// Still percent-encoded.
    pub path: String,
    /// Still percent-encoded, without the `?`.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// Returns the first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        crate::wire::find(&self.headers, name)
    }
}

/// The body of a reply, and how it is sent.
#[derive(Clone, Debug)]
pub enum Body {
    /// All of it at once.
    Whole(Vec<u8>),
    /// The head announces all of these bytes, half of them are sent, then the connection closes.
    Cut(Vec<u8>),
    /// A few bytes at a time, with a pause before each piece.
    Drip { bytes: Vec<u8>, piece: usize, every: Duration },
    /// The head is sent, the body never is, and the connection stays open.
    Stalled,
    /// Nothing is sent, and the connection stays open.
    Silent,
}

/// A reply, and when it is sent.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// The time before anything is sent.
    pub delay: Duration,
}

impl Reply {
    /// Creates a reply that is sent at once.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: Body::Whole(body.into()), delay: Duration::ZERO }
    }

    /// Creates a reply of JSON that is sent at once.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json;charset=utf-8", body.to_string())
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// Counts the requests that are open at the same time.
#[derive(Debug, Default)]
pub struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }

    fn enter(self: &Arc<Self>) -> Open {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        Open(Arc::clone(self))
    }
}

/// A request is open until its reply has been sent, or its client has gone.
struct Open(Arc<Gauge>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A running server. It stops when this is dropped.
pub struct Running {
    pub url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Running {
    /// Runs `serve(listener)` on a thread and a runtime of its own, so that the caller needs neither.
    pub(crate) fn on_loopback<F, S>(scheme: &str, serve: F) -> Self
    where
        F: FnOnce(tokio::net::TcpListener) -> S + Send + 'static,
        S: Future<Output = ()>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let address = listener.local_addr().expect("the address just bound");
        let (stop, stopped) = oneshot::channel();
        let (serving, is_serving) = std_mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener for tokio");
                let _ = serving.send(());
                tokio::select! {
                    _ = stopped => {}
                    () = serve(listener) => {}
                }
            });
        });
        let _ = is_serving.recv();
        Self { url: format!("{scheme}://{address}"), stop: Some(stop), thread: Some(thread) }
    }
}

/// Starts a server that replies to every request with what `handler` returns.
pub fn start(gauge: Arc<Gauge>, handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Running {
    let handler: Arc<Handler> = Arc::new(handler);
    Running::on_loopback("http", async move |listener| {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            let _ = stream.set_nodelay(true);
            let (handler, gauge) = (Arc::clone(&handler), Arc::clone(&gauge));
            tokio::spawn(async move {
                let service = hyper::service::service_fn(move |request| {
                    answer(request, Arc::clone(&handler), Arc::clone(&gauge))
                });
                // A client that hangs up, and a body cut on purpose, end here; neither is a failure of this server.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    })
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

async fn answer(
    request: hyper::Request<Incoming>,
    handler: Arc<Handler>,
    gauge: Arc<Gauge>,
) -> Result<hyper::Response<Outgoing>, Infallible> {
    let open = gauge.enter();
    let request = read(request).await;
    let reply = handler(&request);
    tokio::time::sleep(reply.delay).await;
    let mut response = hyper::Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    if let Body::Whole(bytes) | Body::Cut(bytes) = &reply.body {
        response = response.header("Content-Length", bytes.len());
    }
    let frames = send(reply.body).await;
    Ok(response.body(Outgoing { frames, _open: open }).expect("a reply with sound headers"))
}

async fn read(request: hyper::Request<Incoming>) -> Request {
    let (head, body) = request.into_parts();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<(String, String)> =
        head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    Request {
        method: head.method.to_string(),
        host: head.headers.get("host").map(text).unwrap_or_default(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default(),
    }
}

type Piece = Result<Bytes, std::io::Error>;

/// Starts sending `body`. Never returns for [`Body::Silent`], so that not even the head is sent.
async fn send(body: Body) -> mpsc::Receiver<Piece> {
    let (frames, receiver) = mpsc::channel(1);
    match body {
        Body::Whole(bytes) => {
            let _ = frames.try_send(Ok(Bytes::from(bytes)));
        }
        Body::Cut(bytes) => {
            tokio::spawn(async move {
                let half = bytes.len() / 2;
                let _ = frames.send(Ok(Bytes::from(bytes).slice(..half))).await;
                // hyper throws away what it has not flushed when a body fails, so it gets the time to flush.
                tokio::time::sleep(Duration::from_millis(50)).await;
                let _ = frames.send(Err(std::io::Error::other("cut on purpose"))).await;
            });
        }
        Body::Drip { bytes, piece, every } => {
            tokio::spawn(async move {
                for piece in bytes.chunks(piece.max(1)) {
                    tokio::time::sleep(every).await;
                    if frames.send(Ok(Bytes::copy_from_slice(piece))).await.is_err() {
                        return;
                    }
                }
            });
        }
        Body::Stalled => {
            tokio::spawn(async move { frames.closed().await });
        }
        Body::Silent => pending().await,
    }
    receiver
}

struct Outgoing {
    frames: mpsc::Receiver<Piece>,
    _open: Open,
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.frames.poll_recv(context).map(|piece| piece.map(|bytes| bytes.map(Frame::data)))
    }
}
