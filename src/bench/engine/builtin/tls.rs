//! Whose certificates are taken, and what is said where TLS does not come about.

use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::bench::load::Trust;

/// How connections are made that this trust asks for; else why they cannot be.
pub fn config(trust: &Trust) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match trust {
        Trust::System => Arc::new(
            rustls_platform_verifier::Verifier::new(Arc::clone(&provider))
                .map_err(|error| format!("the system's certificates: {error}"))?,
        ),
        Trust::File(path) => Arc::new(Own::vouched(path, Arc::clone(&provider))?),
        Trust::Anything => Arc::new(Own {
            taken: Taken::Anything,
            provider: Arc::clone(&provider),
        }),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Why TLS did not come about, in words: those of the library are names of its types.
pub fn words(error: &Error) -> String {
    let refused = |why: &str| format!("invalid peer certificate: {why}");
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            refused("nobody who is trusted vouches for it")
        }
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            refused("it has expired")
        }
        // An authority that speaks for itself: the usual self-signed certificate.
        Error::InvalidCertificate(CertificateError::Other(other))
            if format!("{other:?}").contains("CaUsedAsEndEntity") =>
        {
            refused("it is self-signed, and nobody who is trusted vouches for it")
        }
        Error::InvalidMessage(_) => "it speaks no TLS; did you mean http://?".to_owned(),
        other => other.to_string(),
    }
}

/// Takes certificates that the system does not. Whoever shows one has to have its key all the same.
#[derive(Debug)]
struct Own {
    taken: Taken,
    provider: Arc<CryptoProvider>,
}

/// Which certificates those are.
#[derive(Debug)]
enum Taken {
    /// Every one, as the user asked for.
    Anything,
    /// What the certificates of a file vouch for.
    ///
    /// The usual self-signed certificate calls itself an authority, and such a one may not speak for a server by itself.
    /// Whoever names it in the file means it all the same: a certificate that is in the file only has to bear the name.
    Vouched {
        chains: Arc<WebPkiServerVerifier>,
        named: Vec<CertificateDer<'static>>,
    },
}

impl Own {
    fn vouched(path: &Path, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let wrong = |cause: String| format!("{}: {cause}", path.display());
        let named = CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(error.to_string()))?;
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(named.iter().cloned());
        if roots.is_empty() {
            return Err(wrong("no certificate in it".to_owned()));
        }
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            taken: Taken::Vouched { chains, named },
            provider,
        })
    }
}

impl ServerCertVerifier for Own {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Taken::Vouched { chains, named } = &self.taken else {
            return Ok(ServerCertVerified::assertion());
        };
        let refused = match chains.verify_server_cert(own, others, name, ocsp, now) {
            Ok(taken) => return Ok(taken),
            Err(refused) => refused,
        };
        if !named.iter().any(|named| named == own) {
            return Err(refused);
        }
        rustls::client::verify_server_name(&ParsedCertificate::try_from(own)?, name)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For `localhost` and `127.0.0.1`.
    const CERTIFICATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls/certificate.pem");

    #[track_caller]
    fn check(name: &'static str, refusal: Option<&str>) {
        let path = Path::new(CERTIFICATE);
        let own = CertificateDer::from_pem_file(path).unwrap();
        let name = ServerName::try_from(name).unwrap();
        let vouched = Own::vouched(path, Arc::new(ring::default_provider())).unwrap();
        let refused = vouched
            .verify_server_cert(&own, &[], &name, &[], UnixTime::now())
            .err();
        let refused = refused.map(|error| error.to_string());
        assert_eq!(
            refused
                .as_ref()
                .map(|words| words.contains(refusal.unwrap_or_default())),
            refusal.map(|_| true),
            "{refused:?}"
        );
        // It calls itself an authority, so it would not do by the rules alone.
        let Taken::Vouched { chains, .. } = &vouched.taken else {
            panic!("{vouched:?}")
        };
        let by_the_rules = chains.verify_server_cert(&own, &[], &name, &[], UnixTime::now());
        assert!(matches!(
            by_the_rules,
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
        ));
    }

    #[test]
    fn a_certificate_in_the_file_has_to_bear_the_name() {
        check("localhost", None);
        check("127.0.0.1", None);
        check("127.0.0.2", Some("not valid for name"));
        check("example.org", Some("not valid for name"));
    }
}
