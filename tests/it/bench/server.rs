//! A small HTTP server, good or bad, on a port of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// 200 with a few bytes.
    Well,
    /// The same, after this many milliseconds.
    Slowly(u64),
    /// 500 to everything.
    Badly,
    /// Never.
    Silently,
    /// By closing the connection.
    Abruptly,
}

/// A server that answers until the test ends.
pub(super) struct Server {
    port: u16,
    answered: Arc<AtomicU64>,
}

impl Server {
    pub(super) fn that_answers(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answered = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&answered);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = Arc::clone(&count);
                std::thread::spawn(move || serve(&stream, manner, &count));
            }
        });
        Self { port, answered }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::SeqCst)
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

fn serve(stream: &TcpStream, manner: Manner, answered: &AtomicU64) {
    let mut lines = BufReader::new(stream);
    let mut out = stream;
    let _ = stream.set_nodelay(true);
    loop {
        let mut line = String::new();
        loop {
            line.clear();
            match lines.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) if line == "\r\n" => break,
                Ok(_) => {}
            }
        }
        let answer: &[u8] = match manner {
            Manner::Silently => {
                std::thread::sleep(Duration::from_secs(60));
                return;
            }
            Manner::Abruptly => return,
            Manner::Badly => b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
            Manner::Slowly(pause) => {
                std::thread::sleep(Duration::from_millis(pause));
                b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            }
            Manner::Well => b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        };
        if out.write_all(answer).is_err() {
            return;
        }
        answered.fetch_add(1, Ordering::SeqCst);
    }
}
