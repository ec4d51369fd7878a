//! What the user set: flags and environment, merged once into [`Settings`].

mod endpoint;
pub mod env;
mod keys;
mod settings;

pub use endpoint::{Endpoint, Endpoints};
pub use env::{Env, EnvVar};
pub use keys::{KeyPair, Keys};
pub use settings::{Net, Settings};
