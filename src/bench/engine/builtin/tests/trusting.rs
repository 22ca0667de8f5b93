//! Services with TLS, and whether they are believed.

use std::io::{BufReader, Read as _, Write as _};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::NamedTempFile;

use super::super::tls;
use super::Ask;
use super::servers::{Server, read_request, swallow};
use crate::bench::load::Trust;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A certificate for `localhost` and `127.0.0.1` that only itself vouches for, and its key.
const CERTIFICATE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/tls/certificate.pem"
));
const KEY: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/key.pem"));

fn server(answer: &'static str) -> Server {
    let chain = CertificateDer::pem_slice_iter(CERTIFICATE.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    Server::new(move |socket, _| {
        let session = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = BufReader::new(StreamOwned::new(session, socket));
        while read_request(&mut stream).is_some() {
            let stream = stream.get_mut();
            if stream
                .write_all(answer.as_bytes())
                .and_then(|()| stream.flush())
                .is_err()
                || answer.contains("connection: close")
            {
                return;
            }
        }
    })
}

fn ask(server: &Server, host: &str, trust: Trust) -> Ask {
    Ask::of(&format!("https://{host}:{}/", server.address.port())).trust(trust)
}

/// A file with this text.
fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    let server = server(OK);
    let cause = ask(&server, "127.0.0.1", Trust::System)
        .millis(60_000)
        .out_of_reach();
    assert_eq!(
        cause,
        "invalid peer certificate: it is self-signed, and nobody who is trusted vouches for it"
    );
}

#[test]
fn a_service_without_tls_is_told() {
    let saying = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let speaking = Server::new(move |mut socket, _| {
        let _ = socket.write_all(saying.as_bytes());
        swallow(&mut socket);
    });
    let silent = Server::new(|mut socket, _| {
        // The whole greeting is read, for what was not is answered with a reset.
        let _ = socket.read(&mut [0; 4096]);
    });
    for (server, why) in [
        (speaking, "it speaks no TLS; did you mean http://?"),
        (
            silent,
            "it closed the connection instead of speaking TLS; did you mean http://?",
        ),
    ] {
        let cause = ask(&server, "127.0.0.1", Trust::Anything)
            .millis(60_000)
            .out_of_reach();
        assert_eq!(cause, why);
    }
}

#[test]
fn a_certificate_of_the_file_is_taken() {
    let server = server(OK);
    let file = file(CERTIFICATE);
    for host in ["127.0.0.1", "localhost"] {
        let sample = ask(&server, host, Trust::File(file.path().to_owned())).sample();
        assert!(sample.requests > 0);
        assert_eq!(sample.errors.total(), 0);
        assert!(sample.bytes >= OK.len() as u64 * sample.requests);
    }
}

#[test]
fn every_certificate_is_taken_when_anything_is() {
    let server = server(OK);
    let sample = ask(&server, "127.0.0.1", Trust::Anything)
        .connections(4, 2)
        .sample();
    assert!(sample.requests > 4);
    assert_eq!((sample.errors.total(), server.accepted()), (0, 4));
}

#[test]
fn each_request_can_have_its_own_connection() {
    let server = server("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
    let sample = ask(&server, "127.0.0.1", Trust::Anything)
        .new_connections()
        .sample();
    assert!(sample.requests > 0);
    assert_eq!(sample.errors.total(), 0);
    assert!(server.accepted() as u64 >= sample.requests);
}

#[test]
fn long_requests_go_through() {
    let server = server(OK);
    let mut ask = ask(&server, "127.0.0.1", Trust::Anything).millis(1000);
    ask.target.endpoints[0].body = vec![b'z'; 700_000];
    let sample = ask.sample();
    assert!(sample.requests > 0);
    assert_eq!(sample.errors.total(), 0);
}

#[test]
fn a_file_that_vouches_for_nobody_is_told() {
    let gone = file("").path().to_owned();
    let (empty, other) = (file(""), file("nothing of use\n"));
    for path in [&gone, empty.path(), other.path()] {
        let wrong = tls::config(&Trust::File(path.to_owned())).unwrap_err();
        assert!(wrong.contains(&path.display().to_string()), "{wrong}");
    }
}
