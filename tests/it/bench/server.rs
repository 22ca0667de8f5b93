//! A small HTTP server, good or bad, on a port of its own.

use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A certificate for `localhost` and `127.0.0.1` that only itself vouches for.
pub(super) const CERTIFICATE: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/certificate.pem");
const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/key.pem");

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// 200 with a few bytes.
    Well,
    /// The same, after this many milliseconds.
    Slowly(u64),
    /// 200 and no body.
    Emptily,
    /// 302 to everything.
    Elsewhere,
    /// 500 to everything.
    Badly,
    /// Never.
    Silently,
    /// A byte at a time, and never to the end.
    Dripping,
    /// By closing the connection.
    Abruptly,
    /// By a reset: the request is not even read.
    Rudely,
    /// 200 so many times, then it is gone.
    Until(u64),
    /// 200, as soon as so many connections are open.
    OnlyToMany(u64),
    /// The method, the path and the body decide: 200 for `POST /orders {"a":1}` and `GET /health` without a body.
    Choosily,
}

/// A server that answers until the test ends.
pub(super) struct Server {
    port: u16,
    scheme: &'static str,
    seen: Arc<Seen>,
}

/// How a server answers now, and what was asked of it.
struct Seen {
    manner: Mutex<Manner>,
    first: OnceLock<SystemTime>,
    answered: AtomicU64,
    accepted: AtomicU64,
    open: AtomicU64,
    gone: AtomicBool,
}

impl Server {
    pub(super) fn that_answers(manner: Manner) -> Self {
        Self::new("http", manner, |socket, seen, port| {
            let peer = socket.try_clone().unwrap();
            serve(socket, &peer, seen, port);
        })
    }

    /// One that speaks TLS.
    pub(super) fn that_is_secret() -> Self {
        let chain = CertificateDer::pem_file_iter(CERTIFICATE)
            .unwrap()
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        let key = PrivateKeyDer::from_pem_file(KEY).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let config = Arc::new(config);
        Self::new("https", Manner::Well, move |socket, seen, port| {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            let peer = socket.try_clone().unwrap();
            serve(StreamOwned::new(session, socket), &peer, seen, port);
        })
    }

    fn new(
        scheme: &'static str,
        manner: Manner,
        serve: impl Fn(TcpStream, &Seen, u16) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen {
            manner: Mutex::new(manner),
            first: OnceLock::new(),
            answered: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            open: AtomicU64::new(0),
            gone: AtomicBool::new(false),
        });
        let theirs = Arc::clone(&seen);
        let serve = Arc::new(serve);
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if theirs.gone.load(Ordering::SeqCst) {
                    return;
                }
                let (serve, seen) = (Arc::clone(&serve), Arc::clone(&theirs));
                let _ = socket.set_nodelay(true);
                seen.accepted.fetch_add(1, Ordering::SeqCst);
                seen.open.fetch_add(1, Ordering::SeqCst);
                std::thread::spawn(move || {
                    serve(socket, &seen, port);
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, scheme, seen }
    }

    /// From now on it answers like this.
    pub(super) fn turns(&self, manner: Manner) {
        *self.seen.manner.lock().unwrap() = manner;
    }

    /// When it was asked for the first time.
    pub(super) fn first_asked(&self) -> Option<SystemTime> {
        self.seen.first.get().copied()
    }

    pub(super) fn url(&self) -> String {
        self.at("/")
    }

    pub(super) fn at(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    pub(super) fn answered(&self) -> u64 {
        self.seen.answered.load(Ordering::SeqCst)
    }

    /// How many connections it has seen.
    pub(super) fn accepted(&self) -> u64 {
        self.seen.accepted.load(Ordering::SeqCst)
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// Whether the other side has closed the connection, of which nothing more is expected now.
fn has_left(peer: &TcpStream) -> bool {
    let _ = peer.set_read_timeout(Some(Duration::from_millis(1)));
    let seen = peer.peek(&mut [0]);
    let _ = peer.set_read_timeout(None);
    match seen {
        Ok(bytes) => bytes == 0,
        Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

fn serve(mut socket: impl Read + Write, peer: &TcpStream, seen: &Seen, port: u16) {
    if *seen.manner.lock().unwrap() == Manner::Rudely {
        // What was not read when a connection is closed resets it.
        let _ = socket.read(&mut [0]);
        return;
    }
    let mut lines = BufReader::new(socket);
    while let Some((first, body)) = request(&mut lines) {
        seen.first.get_or_init(SystemTime::now);
        let manner = *seen.manner.lock().unwrap();
        let answer = match manner {
            Manner::Silently => {
                std::thread::sleep(Duration::from_secs(60));
                return;
            }
            Manner::Dripping => {
                drip(lines.get_mut());
                return;
            }
            Manner::Abruptly | Manner::Rudely => return,
            Manner::Badly => "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
            Manner::Elsewhere => "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
            Manner::Emptily => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
            Manner::Slowly(pause) => {
                std::thread::sleep(Duration::from_millis(pause));
                OK
            }
            Manner::Until(count) if seen.answered.load(Ordering::SeqCst) >= count => {
                if !seen.gone.swap(true, Ordering::SeqCst) {
                    // It looks when somebody comes.
                    let _ = TcpStream::connect(("127.0.0.1", port));
                }
                return;
            }
            Manner::OnlyToMany(full) => {
                while seen.open.load(Ordering::SeqCst) < full {
                    // Who has left is not to be counted with those who come next.
                    if has_left(peer) {
                        return;
                    }
                    std::thread::sleep(Duration::from_millis(5));
                }
                OK
            }
            Manner::Choosily => match (first.as_str(), body.as_str()) {
                ("POST /orders HTTP/1.1", "{\"a\":1}") | ("GET /health HTTP/1.1", "") => OK,
                _ => "HTTP/1.1 400 What\r\nContent-Length: 0\r\n\r\n",
            },
            Manner::Well | Manner::Until(_) => OK,
        };
        let out = lines.get_mut();
        if out
            .write_all(answer.as_bytes())
            .and_then(|()| out.flush())
            .is_err()
        {
            return;
        }
        seen.answered.fetch_add(1, Ordering::SeqCst);
    }
}

/// The first line and the body of a request; `None` when there is none any more.
fn request(lines: &mut BufReader<impl Read>) -> Option<(String, String)> {
    let (mut first, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if first.is_empty() {
            line.clone_into(&mut first);
        } else if let Some(said) = line.to_lowercase().strip_prefix("content-length: ") {
            length = said.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some((first, String::from_utf8(body).ok()?))
}

/// Says a little again and again, without ever coming to an end.
fn drip(out: &mut impl Write) {
    let begin = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".iter();
    for byte in begin.chain(std::iter::repeat(&b'.')).take(10_000) {
        if out.write_all(&[*byte]).and_then(|()| out.flush()).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
