//! Which certificates are wanted.

use super::{Certificate, Kind};

/// The kinds that `--kind` chooses between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kinds {
    /// Server certificates, SM2 dual certificates included.
    #[default]
    Server,
    Ca,
    All,
}

/// What a certificate must be like to be shown.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kinds: Kinds,
}

impl Filter {
    pub fn matches(&self, certificate: &Certificate) -> bool {
        match self.kinds {
            Kinds::All => true,
            Kinds::Ca => certificate.kind == Kind::Ca,
            Kinds::Server => certificate.kind != Kind::Ca,
        }
    }
}
