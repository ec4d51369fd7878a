//! What a cloud must be able to do: find credentials, open the stores of certificates, and tell who uses them.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

use crate::config::{Account, AccountKey, EnvVar};
use crate::error::Error;
use crate::model::{Certificate, CertificateRef, Identity, Kinds, Scope, Use};

use super::Context;

/// What is known of a cloud before it is asked.
#[derive(Debug)]
pub struct ProviderInfo {
    /// The name that users type, such as `aliyun`.
    pub id: &'static str,
    /// The vendor's name of the cloud.
    pub title: &'static str,
    /// The regions known when certls was built, in alphabetical order; a cloud may have more.
    pub regions: &'static [&'static str],
    /// A region that examples name.
    pub example_region: &'static str,
    /// What `--endpoint` can override beside the products that keep or use certificates, such as `sts`.
    pub other_endpoints: &'static [&'static str],
    /// The variables that hold credentials, or name where they are.
    pub credential_variables: &'static [EnvVar],
    /// The other variables that are read.
    pub other_variables: &'static [EnvVar],
    /// The keys of an account in the configuration file that only this provider has.
    pub account_keys: &'static [AccountKey],
    /// The letters with which its access keys begin, where no other cloud's do.
    pub access_key_prefix: Option<&'static str>,
    /// The two variables that a new user sets.
    pub quickstart_variables: [&'static str; 2],
}

/// A product that keeps certificates, as users name it.
#[derive(Debug, PartialEq, Eq)]
pub struct ServiceInfo {
    /// The name that `--service` takes.
    pub id: &'static str,
    /// Whether it is read where no service is named.
    pub by_default: bool,
    /// Whether it is read region by region. `--region` does not narrow the others.
    pub is_regional: bool,
}

/// A product that uses certificates.
#[derive(Debug, PartialEq, Eq)]
pub struct UsageSourceInfo {
    pub id: &'static str,
    /// The services whose certificates it uses.
    pub uses: &'static [UsedService],
}

/// A service whose certificates a product uses.
#[derive(Debug, PartialEq, Eq)]
pub struct UsedService {
    pub id: &'static str,
    /// Whether each scope of the product uses only the certificates of its own region and project.
    pub in_own_region: bool,
}

/// A cloud.
#[async_trait]
pub trait Provider: Sync {
    fn info(&self) -> &'static ProviderInfo;
    /// Returns a line for each place where credentials are searched, in the order in which they win.
    fn credential_sources(&self) -> Vec<&'static str>;
    /// Returns the variables that hold secrets, in all of their spellings.
    fn secret_variables(&self) -> Vec<&'static str>;
    /// Returns a line for each thing that may be meant as credentials of this cloud, and that is not read.
    fn unread_credentials(&self, cx: &Context) -> Vec<String>;
    /// Returns the products that keep certificates.
    fn services(&self) -> Vec<&'static ServiceInfo>;
    /// Returns the products that use certificates.
    fn usage_sources(&self) -> Vec<&'static UsageSourceInfo>;
    /// Returns what `--endpoint` can override, each once.
    fn endpoints(&self) -> Vec<&'static str> {
        let services = self.services().into_iter().map(|service| service.id);
        let sources = self.usage_sources().into_iter().map(|source| source.id);
        let mut endpoints: Vec<&str> = Vec::new();
        for endpoint in services.chain(sources).chain(self.info().other_endpoints.iter().copied()) {
            if !endpoints.contains(&endpoint) {
                endpoints.push(endpoint);
            }
        }
        endpoints
    }
    /// Finds the account's credentials. Sends requests only to whoever issues them.
    ///
    /// Returns `None` where nothing is set up.
    ///
    /// # Errors
    /// Where something is set up but broken.
    async fn connect(&self, cx: &Context, account: &Account) -> Result<Option<Arc<dyn Session>>, Error>;
}

/// One account of a cloud, with its credentials.
#[async_trait]
pub trait Session: Send + Sync {
    /// Returns where the credentials were found.
    fn origin(&self) -> String;
    /// Returns the account that the cloud knows the credentials by. One request, however often it is called.
    ///
    /// # Errors
    /// Where the cloud refuses, or does not answer.
    async fn identity(&self) -> Result<Identity, Error>;
    /// Returns every scope in which a service of this account keeps certificates, in these regions or in all.
    ///
    /// A region that cannot be opened is an `Err` of its own scope.
    async fn open_stores(&self, service: &str, regions: Option<&[String]>) -> Vec<ScopedStore>;
    /// Returns every scope in which a usage source of this account may use certificates, in these regions or in all.
    ///
    /// A region that cannot be opened is an `Err` of its own scope.
    async fn open_usage(&self, source: &str, regions: Option<&[String]>) -> Vec<ScopedUsage>;
}

/// A scope, and the certificates in it.
pub struct ScopedStore {
    pub scope: Scope,
    pub store: Result<Arc<dyn Store>, Error>,
}

/// The certificates of one scope.
#[async_trait]
pub trait Store: Send + Sync {
    /// Returns all certificates of these kinds, a page at a time. Other kinds may be among them where the cloud
    /// sends them along. A page that fails ends the stream.
    fn certificates(&self, kinds: Kinds) -> BoxStream<'_, Result<Vec<Certificate>, Error>>;
    /// Returns whether CA certificates are in a list of their own, which is read only for [`Kinds`] that include
    /// them.
    fn has_separate_ca_list(&self) -> bool {
        false
    }
    /// Returns why the account may keep more certificates than its stores list, where it may.
    fn limitation(&self) -> Option<Error> {
        None
    }
    /// Returns whether [`certificate`](Self::certificate) can find a certificate of this id.
    fn can_look_up(&self, id: &str) -> bool {
        let _ = id;
        false
    }
    /// Returns the certificate of this id, without reading the list.
    ///
    /// # Errors
    /// Where the cloud refuses, or does not answer.
    async fn certificate(&self, id: &str) -> Result<Option<Certificate>, Error> {
        let _ = id;
        Ok(None)
    }
}

/// A scope of a usage source, and the way to read it.
pub struct ScopedUsage {
    pub scope: Scope,
    pub reader: Result<Arc<dyn UsageReader>, Error>,
}

/// Tells who uses certificates in one scope of a usage source.
#[async_trait]
pub trait UsageReader: Send + Sync {
    /// Returns every use of a certificate in the scope.
    ///
    /// # Errors
    /// Where any of the requests failed: the uses that the others returned are not all of them.
    async fn uses(&self) -> Result<Vec<(CertificateRef, Use)>, Error>;

    /// Returns the uses that are known, and why they may not be all.
    async fn known_uses(&self) -> (Vec<(CertificateRef, Use)>, Option<Error>) {
        match self.uses().await {
            Ok(uses) => (uses, None),
            Err(error) => (Vec::new(), Some(error)),
        }
    }
}

/// A product that keeps certificates, of a provider whose sessions are `S`: one file, and one line in the provider's
/// table.
#[async_trait]
pub(super) trait Service<S>: Sync {
    fn info(&self) -> &'static ServiceInfo;
    /// See [`Session::open_stores`].
    async fn open(&self, session: &S, regions: Option<&[String]>) -> Vec<ScopedStore>;
}

/// A product that uses certificates, of a provider whose sessions are `S`: one file, and one line in the provider's
/// table. Its scopes are its own; one that fails makes only its own answer unknown.
#[async_trait]
pub(super) trait UsageSource<S>: Sync {
    fn info(&self) -> &'static UsageSourceInfo;
    /// See [`Session::open_usage`].
    async fn open(&self, session: &S, regions: Option<&[String]>) -> Vec<ScopedUsage>;
}
