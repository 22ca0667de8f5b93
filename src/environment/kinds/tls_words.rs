//! Why TLS did not come about, in words: those of the library are names of its types.

use rustls::{CertificateError, Error};

/// The cause in one part of a sentence.
pub(super) fn words(error: &Error) -> String {
    let Error::InvalidCertificate(error) = error else {
        return match error {
            Error::InvalidMessage(_) => "it speaks no TLS".to_owned(),
            other => other.to_string(),
        };
    };
    let why = match error {
        CertificateError::UnknownIssuer => "nobody who is trusted vouches for it",
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "it has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "it is not valid yet",
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it is for another host name"
        }
        CertificateError::Revoked => "it has been revoked",
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "it is self-signed, and nobody who is trusted vouches for it"
        }
        other => return format!("its certificate is not valid: {other}"),
    };
    format!("its certificate is not valid: {why}")
}
