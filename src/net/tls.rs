//! The TLS configuration: the trusted roots and the provider of the algorithms.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::config::{Env, read_bytes};
use crate::error::{Error, Kind};

/// Returns the configuration of all clients. It trusts the system's roots, or those of `SSL_CERT_FILE` and
/// `SSL_CERT_DIR`; the bundled ones where the system has none; and those of `ca_bundle` beside them.
///
/// # Errors
/// Where `SSL_CERT_FILE` names a file without a trusted root, or `ca_bundle` cannot be read.
pub(super) fn config(env: &Env, ca_bundle: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    let (file, dirs) = (env.get("SSL_CERT_FILE"), env.get("SSL_CERT_DIR"));
    roots.add_parsable_certificates(system_roots(file, dirs)?);
    if roots.is_empty() && file.is_some() {
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

/// Returns the roots of a file and of folders, which are separated as in `PATH`; the system's where neither is named.
///
/// # Errors
/// Where the file cannot be read.
fn system_roots(file: Option<&str>, dirs: Option<&str>) -> Result<Vec<CertificateDer<'static>>, Error> {
    if file.is_none() && dirs.is_none() {
        return Ok(rustls_native_certs::load_native_certs().certs);
    }
    let mut roots = Vec::new();
    if let Some(file) = file {
        // Not by `rustls_native_certs`, which waits for ever for a pipe that nothing writes to.
        let text = read_bytes(Path::new(file))
            .map_err(|why| Error::new(Kind::Config, format!("SSL_CERT_FILE {file}: {why}")))?
            .unwrap_or_default();
        roots.extend(CertificateDer::pem_slice_iter(&text).filter_map(Result::ok));
    }
    for dir in dirs.iter().flat_map(std::env::split_paths).filter(|dir| !dir.as_os_str().is_empty()) {
        roots.extend(rustls_native_certs::load_certs_from_paths(None, Some(&dir)).certs);
    }
    Ok(roots)
}

/// Adds the certificates of a PEM file.
fn add_bundle(roots: &mut RootCertStore, path: &Path) -> Result<(), Error> {
    let broken = |why: String| {
        Error::new(Kind::Config, format!("--ca-bundle {}: {why}", path.display()))
            .with_hint("name a file of PEM certificates (-----BEGIN CERTIFICATE-----)")
    };
    let text = read_bytes(path).map_err(&broken)?;
    let text = text.ok_or_else(|| broken("No such file or directory (os error 2)".to_owned()))?;
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
