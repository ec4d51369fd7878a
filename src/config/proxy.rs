//! The proxy that the environment names. All requests are `https`, so the variable for that scheme decides.

use crate::error::{Error, Kind};

use super::Env;

/// The variables that name a proxy, in the order in which they count. One that is set to nothing does not.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// How requests leave this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proxy {
    /// The environment names none: what the system has set up counts, where it has such a setting.
    System,
    /// The environment excepts every host.
    Never,
    Through {
        /// May hold a password.
        url: String,
        /// The hosts that are reached without it, separated by commas.
        exceptions: String,
    },
}

impl Proxy {
    /// Reads the environment.
    ///
    /// # Errors
    /// Where the address cannot be used: requests must not pass by a proxy. It may hold a password, and is not quoted.
    pub(crate) fn of(env: &Env) -> Result<Self, Error> {
        let exceptions = env.first(&EXCEPTIONS)?.map(|(_, hosts)| hosts).unwrap_or_default();
        let mut exceptions = exceptions.split([',', ' ']).map(str::trim).filter(|host| !host.is_empty());
        // curl and Go take the star in front of a domain as well.
        let hosts: Vec<&str> =
            exceptions.by_ref().map(|host| host.strip_prefix("*.").map_or(host, |_| &host[1..])).collect();
        if hosts.contains(&"*") {
            return Ok(Self::Never);
        }
        let Some((name, value)) = env.first(&VARIABLES)? else { return Ok(Self::System) };
        let url = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let uri = url.parse::<http::Uri>();
        let scheme = uri.as_ref().ok().and_then(http::Uri::scheme_str);
        if scheme.is_some_and(|scheme| scheme.starts_with("socks")) {
            return Err(Error::new(Kind::Config, format!("{name} names a SOCKS proxy, which certls cannot use"))
                .with_hint("set HTTPS_PROXY to the http:// address of the same proxy: most have one"));
        }
        let has_host = uri.as_ref().is_ok_and(|uri| uri.host().is_some());
        if !has_host || !matches!(scheme, Some("http" | "https")) {
            return Err(Error::new(Kind::Config, format!("{name} is not a usable proxy URL"))
                .with_hint("write http://HOST:PORT, with special characters of a password percent-encoded"));
        }
        Ok(Self::Through { url, exceptions: hosts.join(",") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Proxy, String> {
        let env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Proxy::of(&env).map_err(|error| error.message)
    }

    fn url(variables: &[(&str, &str)]) -> String {
        match read(variables) {
            Ok(Proxy::Through { url, exceptions }) => format!("{url} {exceptions}").trim_end().to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_first_variable_that_is_set_to_something_decides() {
        let socks = "socks5://127.0.0.1:7890";
        assert_eq!(url(&[("HTTPS_PROXY", "http://a:1"), ("all_proxy", socks)]), "http://a:1");
        assert_eq!(url(&[("HTTPS_PROXY", ""), ("https_proxy", "a:1\r"), ("ALL_PROXY", socks)]), "http://a:1");
        assert_eq!(url(&[("all_proxy", "http://a:1")]), "http://a:1");
        assert_eq!(read(&[("HTTPS_PROXY", " "), ("HTTP_PROXY", "ftp://x")]), Ok(Proxy::System));
        assert!(read(&[("all_proxy", socks)]).expect_err("SOCKS").contains("all_proxy names a SOCKS proxy"));
        assert!(read(&[("HTTPS_PROXY", "\"http://a:1\"")]).expect_err("quotes").contains("HTTPS_PROXY is in quotes"));
        assert!(read(&[("https_proxy", "ftp://a:1")]).expect_err("FTP").contains("https_proxy is not a usable"));
    }

    #[test]
    fn exceptions_may_have_stars_and_spaces() {
        let proxy = ("HTTPS_PROXY", "http://a:1");
        let both = url(&[proxy, ("NO_PROXY", ""), ("no_proxy", "*.aliyuncs.com, 10.0.0.0/8 ,.x.y,z,")]);
        assert_eq!(both, "http://a:1 .aliyuncs.com,10.0.0.0/8,.x.y,z");
        assert_eq!(read(&[("HTTPS_PROXY", "ftp://x"), ("NO_PROXY", "a,*")]), Ok(Proxy::Never));
    }
}
