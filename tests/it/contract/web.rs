//! Pages on the loopback.

#![expect(clippy::unwrap_used, reason = "a test's helper may panic")]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Gives pages until the test's process ends.
pub struct Server {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Server {
    /// Begins to give these pages, each by its path.
    pub fn start(pages: impl IntoIterator<Item = (String, String)>) -> Self {
        let pages: Arc<HashMap<String, String>> = Arc::new(pages.into_iter().collect());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let pages = Arc::clone(&pages);
                std::thread::spawn(move || {
                    let _client_gone = answer(stream, &pages);
                });
            }
        });
        Self { address, asked }
    }

    /// The address, without a `/` at its end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections there were.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn answer(mut stream: TcpStream, pages: &HashMap<String, String>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut line) = (String::new(), String::new());
    reader.read_line(&mut first)?;
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, text) = match pages.get(path) {
        Some(text) => ("200 OK", text.as_str()),
        None => ("404 No", ""),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}
