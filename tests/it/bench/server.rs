//! A small HTTP server, good or bad, on a port of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

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
    conduct: Arc<Conduct>,
}

/// How a server answers now, and what was asked of it.
struct Conduct {
    manner: Mutex<Manner>,
    answered: AtomicU64,
    first: OnceLock<SystemTime>,
}

impl Server {
    pub(super) fn that_answers(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let conduct = Arc::new(Conduct {
            manner: Mutex::new(manner),
            answered: AtomicU64::new(0),
            first: OnceLock::new(),
        });
        let shared = Arc::clone(&conduct);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { port, conduct }
    }

    /// From now on it answers like this.
    pub(super) fn turns(&self, manner: Manner) {
        *self.conduct.manner.lock().unwrap() = manner;
    }

    /// When it was asked for the first time.
    pub(super) fn first_asked(&self) -> Option<SystemTime> {
        self.conduct.first.get().copied()
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub(super) fn answered(&self) -> u64 {
        self.conduct.answered.load(Ordering::SeqCst)
    }
}

/// An address at which nobody listens.
pub(super) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

fn serve(stream: &TcpStream, conduct: &Conduct) {
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
        conduct.first.get_or_init(SystemTime::now);
        let manner = *conduct.manner.lock().unwrap();
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
        conduct.answered.fetch_add(1, Ordering::SeqCst);
    }
}
