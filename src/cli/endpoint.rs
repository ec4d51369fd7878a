//! The value of `--endpoint`.

use crate::config::Endpoint;
use crate::providers;

/// Returns an endpoint and its URL, for examples.
pub(super) fn example_endpoint() -> String {
    let endpoint = providers::ALL.last().map(|provider| (provider.info().id, provider.endpoints()));
    let service = endpoint.as_ref().and_then(|(_, services)| services.first().copied()).unwrap_or("SERVICE");
    let provider = endpoint.as_ref().map_or("PROVIDER", |(id, _)| id);
    format!("{provider}.{service}=https://{service}.example.com")
}

/// Reads `PROVIDER.SERVICE=URL`.
///
/// # Errors
/// Where the provider or service is unknown, or the URL cannot be used.
pub(super) fn endpoint(text: &str) -> Result<(String, Endpoint), String> {
    let form = || format!("write PROVIDER.SERVICE=URL, such as {}", example_endpoint());
    let (target, url) = text.split_once('=').ok_or_else(form)?;
    let (provider, service) = target.split_once('.').ok_or_else(form)?;
    let known = providers::by_id(provider).ok_or_else(|| format!("no provider is named `{provider}`"))?;
    if !known.endpoints().contains(&service) {
        return Err(format!("{provider} has {}, but no `{service}`", known.endpoints().join(", ")));
    }
    Ok((target.to_owned(), Endpoint::parse(url)?))
}
