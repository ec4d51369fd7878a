//! What can be set: accounts, endpoints, keys and how requests are sent; the environment and the file they are read from.

mod account;
mod endpoint;
pub mod env;
pub mod file;
mod keys;
mod net;

pub use account::{Account, Login, region_name};
pub(crate) use endpoint::{ALIYUN_METADATA, HUAWEI_METADATA};
pub use endpoint::{Endpoint, Endpoints};
pub use env::{Env, EnvVar};
pub(crate) use keys::missing_variable;
pub use keys::{KeyPair, Keys};
pub use net::Net;
