//! What can be set: accounts, endpoints, keys and how requests are sent; the environment and the file they are read from.

mod access_key;
mod account;
mod endpoint;
pub mod env;
pub mod file;
mod net;
mod proxy;
mod text;
mod text_file;

pub(crate) use access_key::missing_variable;
pub use access_key::{AccessKey, KeyVariables};
pub use account::{Account, AccountKey, AccountRules, CredentialsFrom, region_name};
pub use endpoint::{Endpoint, Endpoints};
pub use env::{Env, EnvVar};
pub use net::Net;
pub(crate) use proxy::Proxy;
pub(crate) use text::{flawed, key_flaw, password_flaw};
pub use text_file::read_text;
pub(crate) use text_file::{Exposure, exposure, path_hint, read_bytes, read_optional_text};
