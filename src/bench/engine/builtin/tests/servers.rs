//! Servers on the loopback address that behave, or do not.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A server with a thread for each connection. It ends when it is dropped; its connections when the client ends them.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

/// What a server has seen.
#[derive(Default)]
pub struct Seen {
    stop: AtomicBool,
    /// Connections that came.
    pub accepted: AtomicUsize,
    /// Connections that are there.
    open: AtomicUsize,
    /// Every request as it came.
    pub requests: Mutex<Vec<String>>,
}

impl Server {
    /// One that leaves each connection to this.
    pub fn new(serve: impl Fn(TcpStream, &Seen) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let theirs = Arc::clone(&seen);
        let serve = Arc::new(serve);
        let thread = thread::spawn(move || {
            for socket in listener.incoming() {
                if theirs.stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(socket) = socket else { continue };
                socket.set_nodelay(true).unwrap();
                theirs.accepted.fetch_add(1, Ordering::SeqCst);
                theirs.open.fetch_add(1, Ordering::SeqCst);
                let (serve, seen) = (Arc::clone(&serve), Arc::clone(&theirs));
                thread::spawn(move || {
                    serve(socket, &seen);
                    seen.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            seen,
            thread: Some(thread),
        }
    }

    /// One that answers every request with what this makes of it. An answer that says `connection: close`, or has no
    /// end otherwise, is the last one.
    pub fn answering(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::new(move |mut socket, seen| {
            while let Some(request) = read_request(&mut socket) {
                let answer = answer(&request);
                seen.requests.lock().unwrap().push(request);
                let last = answer.contains("connection: close") || answer.contains("x-no-end");
                if socket.write_all(answer.as_bytes()).is_err() || last {
                    return;
                }
            }
        })
    }

    /// One that always answers this.
    pub fn saying(answer: &'static str) -> Self {
        Self::answering(move |_| answer.to_owned())
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn accepted(&self) -> usize {
        self.seen.accepted.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// Waits until all connections are gone.
    pub fn is_left_alone(&self) -> bool {
        let begin = Instant::now();
        while self.seen.open.load(Ordering::SeqCst) > 0 {
            if begin.elapsed() > Duration::from_secs(20) {
                return false;
            }
            thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.seen.stop.store(true, Ordering::SeqCst);
        // It looks when somebody comes.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Reads until the client closes.
pub fn swallow(socket: &mut impl Read) {
    let mut buffer = [0; 4096];
    while matches!(socket.read(&mut buffer), Ok(1..)) {}
}

/// Reads a request with its body; `None` when there is none any more.
pub fn read_request(socket: &mut impl Read) -> Option<String> {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                return Some(text);
            }
        }
        match socket.read(&mut buffer) {
            Ok(count @ 1..) => read.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}
