//! Why TLS did not come about, in words: those of the library are names of its types.

use rustls::{CertificateError, Error};

/// What to do about it.
pub(super) fn remedy(error: &Error) -> &'static str {
    let Error::InvalidCertificate(error) = error else {
        return match error {
            Error::InvalidMessage(_) => "is this the port on which the server speaks TLS?",
            _ => "look at what the server offers: openssl s_client -connect HOST:PORT -servername HOST",
        };
    };
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "renew the certificate",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "look at the clock of this machine; if it is right, put the certificate in place that is valid now"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "ask by a name that the certificate is for, or have this name put into the certificate"
        }
        CertificateError::UnknownIssuer => {
            "let the server show its intermediate certificates; an authority of your own is named with `ca`"
        }
        CertificateError::Revoked => "put a new certificate in place; nobody may use this one any more",
        CertificateError::Other(other) if is_self_signed(other) => {
            "put a certificate of an authority in place; where this one is meant, have it signed by an authority of your own, and name that with `ca`"
        }
        _ => "put a valid certificate in place",
    }
}

fn is_self_signed(error: &rustls::OtherError) -> bool {
    format!("{error:?}").contains("CaUsedAsEndEntity")
}

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
        CertificateError::Other(other) if is_self_signed(other) => {
            "it is self-signed, and nobody who is trusted vouches for it"
        }
        other => return format!("its certificate is not valid: {other}"),
    };
    format!("its certificate is not valid: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_a_remedy_of_its_own() {
        let causes = [
            CertificateError::Expired,
            CertificateError::NotValidYet,
            CertificateError::NotValidForName,
            CertificateError::UnknownIssuer,
            CertificateError::Revoked,
            CertificateError::BadEncoding,
        ];
        let remedies: std::collections::BTreeSet<&str> = causes
            .into_iter()
            .map(|cause| remedy(&Error::InvalidCertificate(cause)))
            .collect();
        assert_eq!(remedies.len(), 6, "{remedies:?}");
        assert!(remedy(&Error::InvalidCertificate(CertificateError::Expired)).contains("renew"));
        assert!(remedy(&Error::InvalidCertificate(CertificateError::NotValidForName)).contains("name"));
    }
}
