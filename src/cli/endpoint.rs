//! The value of `--endpoint`.

use std::ffi::OsStr;

use clap::Arg;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;

use crate::config::Endpoint;
use crate::providers;

use super::example_endpoint;

/// Reads `PROVIDER.SERVICE=URL`. A value that may hold a password is not quoted in the error.
#[derive(Debug, Clone, Copy)]
pub(super) struct EndpointParser;

impl TypedValueParser for EndpointParser {
    type Value = (String, Endpoint);

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, clap::Error> {
        match value.to_str() {
            Some(text) if text.contains('@') => endpoint(text).map_err(|why| {
                let message = format!("invalid value for '--endpoint <PROVIDER.SERVICE=URL>': {why}\n");
                clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
            }),
            _ => endpoint.parse_ref(command, arg, value),
        }
    }
}

/// Reads `PROVIDER.SERVICE=URL`.
///
/// # Errors
/// Where the provider or service is unknown, or the URL cannot be used.
fn endpoint(text: &str) -> Result<(String, Endpoint), String> {
    let form = || format!("write PROVIDER.SERVICE=URL, such as {}", example_endpoint());
    let (target, url) = text.split_once('=').ok_or_else(form)?;
    let (provider, service) = target.split_once('.').ok_or_else(form)?;
    let known = providers::by_id(provider).ok_or_else(|| format!("no provider is named `{provider}`"))?;
    if !known.endpoints().contains(&service) {
        return Err(format!("{provider} has {}, but no `{service}`", known.endpoints().join(", ")));
    }
    Ok((target.to_owned(), Endpoint::parse(url)?))
}
