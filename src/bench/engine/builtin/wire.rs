//! One connection, plain or with TLS, that never waits.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::tls;

/// What all connections of a run have in common.
#[derive(Clone, Debug)]
pub struct Dial {
    /// Where to; at least one. The next one is tried where one does not answer.
    pub addresses: Vec<SocketAddr>,
    /// With whom, in which way, where TLS is spoken.
    pub tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

/// A connection.
#[derive(Debug)]
pub struct Wire {
    socket: TcpStream,
    open: Open,
    /// Whether the other side has closed, behind what it sent.
    ends: bool,
    tls: Option<Box<ClientConnection>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    No,
    Socket,
    Whole,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It has to wait for the other side.
    Underway,
    /// Requests can be sent.
    Done,
}

/// Whether more can be there after a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The other side has closed.
    Closed,
    /// So many bytes; reading on tells whether there are more.
    Some(usize),
    /// So many bytes, and no more.
    Last(usize),
    /// Nothing.
    Nothing,
}

impl Wire {
    /// Begins to connect to one of the addresses, and has what happens reported under a token.
    pub fn dial(dial: &Dial, address: usize, registry: &Registry, token: Token) -> io::Result<Self> {
        let address = dial.addresses[address % dial.addresses.len()];
        let tls = match &dial.tls {
            Some((config, name)) => {
                let session =
                    ClientConnection::new(Arc::clone(config), name.clone()).map_err(io::Error::other)?;
                Some(Box::new(session))
            }
            None => None,
        };
        let mut socket = TcpStream::connect(address)?;
        registry.register(&mut socket, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            socket,
            open: Open::No,
            ends: false,
            tls,
        })
    }

    /// Goes on with connecting.
    pub fn open(&mut self) -> io::Result<Opening> {
        if self.open == Open::No {
            if let Some(error) = self.socket.take_error()? {
                return Err(error);
            }
            match self.socket.peer_addr() {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotConnected => return Ok(Opening::Underway),
                Err(error) => return Err(error),
            }
            self.socket.set_nodelay(true)?;
            self.open = Open::Socket;
        }
        if let Some(session) = &mut self.tls {
            while session.is_handshaking() {
                if session.wants_write() {
                    if would_block(session.write_tls(&mut self.socket))?.is_none() {
                        return Ok(Opening::Underway);
                    }
                    continue;
                }
                match would_block(session.read_tls(&mut self.socket))? {
                    None => return Ok(Opening::Underway),
                    Some(0) => {
                        let why = "it closed the connection instead of speaking TLS; did you mean http://?";
                        return Err(io::Error::new(ErrorKind::UnexpectedEof, why));
                    }
                    Some(_) => {}
                }
                if let Err(error) = session.process_new_packets() {
                    // The other side is told why.
                    let _ = session.write_tls(&mut self.socket);
                    return Err(io::Error::other(tls::words(&error)));
                }
            }
        }
        self.open = Open::Whole;
        self.flush()?;
        Ok(Opening::Done)
    }

    /// Sends what can be sent at once: how much that was.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // What was taken before makes room first.
        self.flush()?;
        let Some(session) = &mut self.tls else {
            return Ok(would_block(self.socket.write(bytes))?.unwrap_or(0));
        };
        let taken = session.writer().write(bytes)?;
        self.flush()?;
        Ok(taken)
    }

    /// Sends what is left of what was taken.
    pub fn flush(&mut self) -> io::Result<()> {
        if let Some(session) = &mut self.tls {
            while session.wants_write() {
                if would_block(session.write_tls(&mut self.socket))?.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The other side has closed: what it sent before can still be read.
    pub fn ends(&mut self) {
        self.ends = true;
    }

    /// Whether a request that is sent now could be answered, as far as that is known.
    pub fn lasts(&self) -> bool {
        !self.ends
    }

    /// Reads what has come.
    pub fn read(&mut self, into: &mut [u8]) -> io::Result<Reading> {
        let Some(session) = &mut self.tls else {
            return Ok(match would_block(self.socket.read(into))? {
                None => Reading::Nothing,
                Some(0) => Reading::Closed,
                // Where the system tells of a change only, and of every one, a buffer that is not full means that
                // there was no more, but for the end if it told of that. Elsewhere it wants to be asked until it says
                // so.
                Some(read) if cfg!(unix) && !self.ends && read < into.len() => Reading::Last(read),
                Some(read) => Reading::Some(read),
            });
        };
        loop {
            match session.reader().read(into) {
                Ok(0) => return Ok(Reading::Closed),
                Ok(read) => return Ok(Reading::Some(read)),
                // Most servers close without saying so in TLS first.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Reading::Closed),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
            if would_block(session.read_tls(&mut self.socket))?.is_none() {
                return Ok(Reading::Nothing);
            }
            session.process_new_packets().map_err(io::Error::other)?;
            // A change of keys is answered.
            while session.wants_write() {
                if would_block(session.write_tls(&mut self.socket))?.is_none() {
                    break;
                }
            }
        }
    }

    /// Ends it.
    pub fn close(mut self, registry: &Registry) {
        // The system forgets a socket that is closed; what it has to say of that is of no use.
        let _ = registry.deregister(&mut self.socket);
    }
}

/// `None` where the other side has to do something first.
fn would_block(done: io::Result<usize>) -> io::Result<Option<usize>> {
    match done {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(None),
        Err(error) => Err(error),
    }
}
