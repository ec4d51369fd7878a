//! What the user set: flags and environment, merged once into [`Settings`].

mod account;
mod endpoint;
pub mod env;
mod file;
mod keys;
mod settings;

pub use account::{Account, Login};
pub(crate) use endpoint::{ALIYUN_METADATA, HUAWEI_METADATA};
pub use endpoint::{Endpoint, Endpoints};
pub use env::{Env, EnvVar};
pub(crate) use keys::missing_variable;
pub use keys::{KeyPair, Keys};
pub use settings::{Net, Settings};
