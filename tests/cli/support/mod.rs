//! What the tests share: the runner, fixtures, and external programs.

pub(crate) mod fixtures;
pub(crate) mod process;
pub(crate) mod runner;
#[path = "../../tools.rs"]
pub(crate) mod tools;
pub(crate) mod x509;
