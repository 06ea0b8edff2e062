//! Certificates of the server's own making.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, Error, IsCa, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::{default_provider, sign::any_supported_type};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

/// Who the server is.
pub(super) struct Identity {
    /// The certificate of its authority, as PEM.
    pub(super) certificate: String,
    pub(super) acceptor: TlsAcceptor,
}

impl Identity {
    /// Makes an authority, which signs a certificate for each name that is asked for.
    pub(super) fn make() -> Result<Self, String> {
        let authority = Authority::new().map_err(|error| error.to_string())?;
        let certificate = authority.issuer.pem();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(authority));
        Ok(Self { certificate, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}

/// Signs a certificate a name: no client takes one for every name below `localhost`.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

/// More names than any run asks for.
const MOST_NAMES: usize = 1_000;

impl Authority {
    fn new() -> Result<Self, Error> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "mpuspec mock");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer, made: Mutex::default() })
    }

    fn make(&self, name: &str) -> Option<CertifiedKey> {
        let names: Vec<String> = [name, "localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
        let mut params = CertificateParams::new(names).ok()?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().ok()?;
        let certificate = params.signed_by(&key, &self.issuer).ok()?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Some(CertifiedKey::new(vec![certificate.der().clone()], any_supported_type(&key).ok()?))
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A client that names an address sends no name.
        let name = hello.server_name().unwrap_or("localhost");
        if name != "localhost" && !name.ends_with(".localhost") {
            return None;
        }
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(name) {
            return Some(known.clone());
        }
        let fresh = Arc::new(self.make(name)?);
        if made.len() < MOST_NAMES {
            made.insert(name.to_owned(), fresh.clone());
        }
        Some(fresh)
    }
}
