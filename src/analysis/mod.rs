//! What follows from the facts of certificates, whichever cloud they came from.

pub(crate) mod chain;
pub(crate) mod reconcile;
pub(crate) mod successor;
pub(crate) mod weakness;
