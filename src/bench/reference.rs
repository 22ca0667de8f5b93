//! A server that always does the same work: what the machine is worth at this moment.
//!
//! Rounds against a service are paired with rounds against this one. What changes for both was the machine, not the
//! service. Its work must therefore not depend on anything: every request, whatever it asks for, gets the same answer
//! of 1 KiB, over a connection that stays. It runs in a thread of its own, on the loopback address alone.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Registry, Token, Waker};

/// The bytes of a body.
const BODY: usize = 1024;

/// The longest head of a request.
const LONGEST_HEAD: usize = 64 * 1024;

const LISTENER: Token = Token(0);
const WAKER: Token = Token(1);

/// The reference server. It ends when it is dropped.
#[derive(Debug)]
pub struct Reference {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Reference {
    /// Starts one on a free port.
    ///
    /// # Errors
    ///
    /// What the system says when there is no port, thread or file descriptor left.
    pub fn start() -> io::Result<Self> {
        let poll = Poll::new()?;
        let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        poll.registry()
            .register(&mut listener, LISTENER, Interest::READABLE)?;
        let waker = Waker::new(poll.registry(), WAKER)?;
        let stop = Arc::new(AtomicBool::new(false));
        let mut server = Server {
            poll,
            listener,
            stop: Arc::clone(&stop),
            guests: HashMap::new(),
            next: 2,
            answer: answer(),
            buffer: vec![0; 16 * 1024],
        };
        let thread = thread::Builder::new()
            .name("bench-reference".to_owned())
            .spawn(move || server.serve())?;
        Ok(Self {
            address,
            stop,
            waker,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Without a waker it would wait for ever; then it is better not to wait for it.
        if self.waker.wake().is_ok()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// The one answer.
fn answer() -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: {BODY}\r\n\r\n");
    let mut answer = head.into_bytes();
    answer.resize(answer.len() + BODY, b'x');
    answer
}

struct Server {
    poll: Poll,
    listener: TcpListener,
    stop: Arc<AtomicBool>,
    guests: HashMap<usize, Guest>,
    next: usize,
    answer: Vec<u8>,
    buffer: Vec<u8>,
}

/// A connection.
struct Guest {
    socket: TcpStream,
    /// A head that has not come whole.
    head: Vec<u8>,
    /// Bytes of a request's body that are still to come.
    body: u64,
    /// Bytes of answers that are still to be sent.
    owed: usize,
}

/// What becomes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stays {
    Yes,
    No,
}

impl Server {
    fn serve(&mut self) {
        let mut events = Events::with_capacity(256);
        while !self.stop.load(Ordering::SeqCst) {
            match self.poll.poll(&mut events, None) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
            for event in &events {
                match event.token() {
                    LISTENER => self.accept(),
                    WAKER => {}
                    Token(number) => self.attend(number),
                }
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((mut socket, _)) = self.listener.accept() {
            let number = self.next;
            self.next += 1;
            let all = Interest::READABLE | Interest::WRITABLE;
            let known = self.poll.registry().register(&mut socket, Token(number), all);
            if known.is_ok() && socket.set_nodelay(true).is_ok() {
                let guest = Guest {
                    socket,
                    head: Vec::new(),
                    body: 0,
                    owed: 0,
                };
                self.guests.insert(number, guest);
            }
        }
    }

    fn attend(&mut self, number: usize) {
        let Some(guest) = self.guests.get_mut(&number) else {
            return;
        };
        if guest.attend(&mut self.buffer, &self.answer) == Stays::No
            && let Some(guest) = self.guests.remove(&number)
        {
            guest.leave(self.poll.registry());
        }
    }
}

impl Guest {
    /// Reads all that has come and answers it.
    fn attend(&mut self, buffer: &mut [u8], answer: &[u8]) -> Stays {
        loop {
            if self.pay(answer) == Stays::No {
                return Stays::No;
            }
            match self.socket.read(buffer) {
                Ok(0) => return Stays::No,
                Ok(read) => {
                    let Ok(asked) = self.listen(&buffer[..read]) else {
                        return Stays::No;
                    };
                    self.owed += asked * answer.len();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Stays::Yes,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Stays::No,
            }
        }
    }

    /// Sends what is owed, as far as it can be sent at once.
    fn pay(&mut self, answer: &[u8]) -> Stays {
        while self.owed > 0 {
            let left = match self.owed % answer.len() {
                0 => answer,
                left => &answer[answer.len() - left..],
            };
            match self.socket.write(left) {
                Ok(sent) => self.owed -= sent,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Stays::No,
            }
        }
        Stays::Yes
    }

    /// Reads on: how many requests are whole now.
    fn listen(&mut self, mut bytes: &[u8]) -> Result<usize, Nonsense> {
        let mut asked = 0;
        while !bytes.is_empty() {
            if self.body > 0 {
                let passed = usize::try_from(self.body).unwrap_or(usize::MAX).min(bytes.len());
                self.body -= passed as u64;
                bytes = &bytes[passed..];
            } else {
                let before = self.head.len();
                let (length, body) = if before == 0 {
                    head(bytes)?
                } else {
                    self.head.extend_from_slice(bytes);
                    head(&self.head)?
                }
                .unzip();
                let (Some(length), Some(body)) = (length, body) else {
                    if before == 0 {
                        self.head.extend_from_slice(bytes);
                    }
                    return if self.head.len() > LONGEST_HEAD {
                        Err(Nonsense)
                    } else {
                        Ok(asked)
                    };
                };
                self.head.clear();
                self.body = body;
                bytes = &bytes[length - before..];
            }
            if self.body == 0 {
                asked += 1;
            }
        }
        Ok(asked)
    }

    fn leave(mut self, registry: &Registry) {
        // A socket that is closed is forgotten anyway.
        let _ = registry.deregister(&mut self.socket);
    }
}

/// What is no request that this server understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Nonsense;

/// The length of a request's head and of its body; `None` while the head is not whole.
fn head(bytes: &[u8]) -> Result<Option<(usize, u64)>, Nonsense> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(length) = request.parse(bytes).map_err(|_| Nonsense)? else {
        return Ok(None);
    };
    let mut body = 0;
    for header in request.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            let digits = std::str::from_utf8(header.value).map_err(|_| Nonsense)?;
            body = digits.trim().parse().map_err(|_| Nonsense)?;
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err(Nonsense);
        }
    }
    Ok(Some((length, body)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream as Plain;
    use std::time::Duration;

    use super::*;

    fn connected(server: &Reference) -> Plain {
        let socket = Plain::connect(server.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket
    }

    /// Sends the pieces one by one and reads so many answers.
    #[track_caller]
    fn check(pieces: &[&str], answers: usize) {
        let server = Reference::start().unwrap();
        let mut socket = connected(&server);
        for piece in pieces {
            socket.write_all(piece.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(5));
        }
        let mut read = vec![0; answers * answer().len()];
        socket.read_exact(&mut read).unwrap();
        assert_eq!(read, answer().repeat(answers));
    }

    #[test]
    fn every_request_gets_the_same_answer() {
        let get = "GET /some/where HTTP/1.1\r\nhost: x\r\n\r\n";
        let post = "POST / HTTP/1.1\r\nhost: x\r\nContent-Length: 3\r\n\r\nabc";
        check(&[get], 1);
        check(&[get, get, get], 3);
        check(&[get, post, &get.repeat(3)], 5);
        check(&["GET / HT", "TP/1.1\r\nhost: x\r", "\n\r\n", get], 2);
        check(
            &["POST / HTTP/1.1\r\ncontent-length: 6\r\n\r\na", "bc", "def", get],
            2,
        );
    }

    #[test]
    fn the_body_has_a_kibibyte() {
        let text = String::from_utf8(answer()).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.len(), 1024);
    }

    #[test]
    fn nonsense_ends_the_connection_and_not_the_server() {
        let server = Reference::start().unwrap();
        for nonsense in [
            "\0\0\0",
            "GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n",
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        ] {
            let mut socket = connected(&server);
            socket.write_all(nonsense.as_bytes()).unwrap();
            assert_eq!(socket.read(&mut [0]).unwrap(), 0, "{nonsense}");
        }
        let mut socket = connected(&server);
        socket.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        socket.read_exact(&mut vec![0; answer().len()]).unwrap();
    }

    #[test]
    fn dropped_it_is_gone() {
        let server = Reference::start().unwrap();
        let mut socket = connected(&server);
        let address = server.address();
        drop(server);
        // Closed, or cut off where it had not even been accepted.
        assert!(matches!(socket.read(&mut [0]), Ok(0) | Err(_)));
        assert!(Plain::connect(address).is_err());
    }
}
