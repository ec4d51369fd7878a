//! Whom certls believes to be who they say: the trusted roots and the TLS provider.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::error::{Error, Kind};

/// The system's roots (or those of `SSL_CERT_FILE`), the bundled ones where the system has none,
/// and the user's on top.
pub(super) fn config(ca_bundle: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    if roots.is_empty() && std::env::var_os("SSL_CERT_FILE").is_some_and(|file| !file.is_empty()) {
        return Err(Error::new(Kind::Config, "SSL_CERT_FILE names a file without a trusted certificate")
            .with_hint("name a file of PEM certificates, or unset it for the system's own"));
    }
    if roots.is_empty() {
        tracing::info!("no trusted roots on this system: the bundled ones are used");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if let Some(path) = ca_bundle {
        add_bundle(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new(Kind::Internal, format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

fn add_bundle(roots: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let broken = |why: String| {
        Error::new(Kind::Config, format!("--ca-bundle {}: {why}", path.display()))
            .with_hint("name a file of PEM certificates (-----BEGIN CERTIFICATE-----)")
    };
    let text = std::fs::read(path).map_err(|error| broken(error.to_string()))?;
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(&text) {
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots.add(certificate).map_err(|error| broken(error.to_string()))?;
        found += 1;
    }
    if found == 0 {
        return Err(broken("no certificate in it".to_owned()));
    }
    Ok(())
}
