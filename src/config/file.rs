//! The configuration file: accounts, by the names that the user gives them.
//!
//! Strict: what is not understood is an error with its line and column, never passed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::error::{Error, Kind};
use crate::suggest::did_you_mean;

use super::{Account, CredentialsFrom, Env, KeyVariables};

/// The variable that names another file.
pub const VARIABLE: &str = "CERTLS_CONFIG";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileWire {
    #[serde(default)]
    accounts: BTreeMap<String, AccountWire>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountWire {
    provider: Spanned<String>,
    profile: Option<Spanned<String>>,
    regions: Option<Spanned<toml::Value>>,
    role_arn: Option<Spanned<String>>,
    signature: Option<Spanned<String>>,
    credentials: Option<Spanned<VariablesWire>>,
}

/// Names of variables, never secrets.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariablesWire {
    #[serde(rename = "access_key_env")]
    access_key: String,
    #[serde(rename = "secret_key_env")]
    secret_key: String,
    #[serde(rename = "security_token_env")]
    security_token: Option<String>,
}

/// The accounts of the file; `None` where there is no file.
///
/// # Errors
/// Where the file cannot be read or understood: with its line, its column, and the nearest right word.
pub fn accounts(env: &Env, providers: &[&str]) -> Result<Option<Vec<Account>>, Error> {
    let Some((path, must_be)) = path(env) else { return Ok(None) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_be => return Ok(None),
        Err(error) => {
            return Err(Error::new(Kind::Config, format!("{}: {error}", path.display()))
                .with_hint(format!("correct {VARIABLE}, or make the file readable")));
        }
    };
    let file = File { path: &path, text: &text, providers };
    file.accounts().map(Some)
}

/// Where the file is, and whether it must be there.
fn path(env: &Env) -> Option<(PathBuf, bool)> {
    if let Some(named) = env.get(VARIABLE) {
        return Some((named.into(), true));
    }
    let folder = match env.get("XDG_CONFIG_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => env.home()?.join(".config"),
    };
    Some((folder.join("certls").join("config.toml"), false))
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
    providers: &'a [&'a str],
}

impl File<'_> {
    fn accounts(&self) -> Result<Vec<Account>, Error> {
        let wire: FileWire = toml::from_str(self.text).map_err(|error| self.unreadable(&error))?;
        if wire.accounts.is_empty() {
            return Err(self
                .error(0, "no account is set up in it")
                .with_hint("add one, such as [accounts.shop] with provider = \"aliyun\"; or remove the file"));
        }
        wire.accounts.into_iter().map(|(name, account)| self.account(name, account)).collect()
    }

    fn account(&self, name: String, wire: AccountWire) -> Result<Account, Error> {
        let provider = wire.provider.get_ref();
        if !self.providers.contains(&provider.as_str()) {
            let known = self.providers.join(" or ");
            let hint = did_you_mean(provider, self.providers.iter().copied());
            return Err(self
                .error(wire.provider.span().start, &format!("no provider is named `{provider}`"))
                .with_hint(hint.unwrap_or_else(|| format!("write {known}"))));
        }
        let place = self.place(wire.provider.span().start);
        let is_aliyun = provider == "aliyun";
        for (key, value) in [("role_arn", &wire.role_arn), ("signature", &wire.signature)] {
            if let (Some(value), false) = (value, is_aliyun) {
                let told = format!("`{key}` is for aliyun only, and this account is of {provider}");
                return Err(self.error(value.span().start, &told).with_hint(format!("remove `{key}`")));
            }
        }
        if let Some(signature) = wire.signature.as_ref().filter(|s| !["rpc", "acs3"].contains(&s.get_ref().as_str())) {
            let told = format!("`{}` is no signature", signature.get_ref());
            return Err(self.error(signature.span().start, &told).with_hint("write \"rpc\" or \"acs3\""));
        }
        let credentials = match (wire.profile, wire.credentials) {
            (Some(profile), Some(_)) => {
                return Err(self
                    .error(profile.span().start, "`profile` and `credentials` exclude each other")
                    .with_hint("keep the one that holds this account's key"));
            }
            (Some(profile), None) => CredentialsFrom::Profile(profile.into_inner()),
            (None, Some(variables)) => CredentialsFrom::Variables(self.variables(variables)?),
            (None, None) => CredentialsFrom::Chain,
        };
        Ok(Account {
            name,
            credentials,
            role_arn: wire.role_arn.map(Spanned::into_inner),
            signature: wire.signature.map(Spanned::into_inner),
            regions: wire.regions.map(|regions| self.regions(regions)).transpose()?.flatten(),
            provider: wire.provider.into_inner(),
            place: Some(place),
            required: true,
        })
    }

    /// The names of variables. What is none may be a key that was pasted there: it is not quoted.
    fn variables(&self, wire: Spanned<VariablesWire>) -> Result<KeyVariables, Error> {
        let start = wire.span().start;
        let wire = wire.into_inner();
        let named = [
            ("access_key_env", Some(&wire.access_key)),
            ("secret_key_env", Some(&wire.secret_key)),
            ("security_token_env", wire.security_token.as_ref()),
        ];
        for (key, name) in named.into_iter().filter_map(|(key, name)| Some((key, name?))) {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(fits) {
                return Err(self
                    .error(start, &format!("`{key}` is not the name of a variable"))
                    .with_hint("write the name of the variable that holds the key, never the key"));
            }
        }
        Ok(wire.into())
    }

    /// Reads a list of names, each once in lower case; `None` for `"all"`.
    fn regions(&self, value: Spanned<toml::Value>) -> Result<Option<Vec<String>>, Error> {
        let start = value.span().start;
        let wrong = || {
            self.error(start, "`regions` is neither a list of names nor \"all\"")
                .with_hint("write regions = [\"cn-hangzhou\", \"cn-shanghai\"] or regions = \"all\"")
        };
        match value.into_inner() {
            toml::Value::String(all) if all == "all" => Ok(None),
            toml::Value::Array(names) if !names.is_empty() => {
                let names = names.into_iter().map(|name| match name {
                    toml::Value::String(name) => super::region_name(&name).map_err(|why| self.error(start, &why)),
                    _ => Err(wrong()),
                });
                let mut regions = Vec::new();
                for name in names {
                    let name = name?;
                    if !regions.contains(&name) {
                        regions.push(name);
                    }
                }
                Ok(Some(regions))
            }
            _ => Err(wrong()),
        }
    }

    fn unreadable(&self, error: &toml::de::Error) -> Error {
        let start = error.span().map_or(0, |span| span.start);
        let message = error.message();
        // A value of a wrong type is quoted by the parser, and may be a secret in the wrong place.
        let quoted = message.split('"').enumerate().map(|(number, part)| if number % 2 == 1 { "…" } else { part });
        let told = self.error(start, &quoted.collect::<Vec<_>>().join("\""));
        // `unknown field `regoins`, expected one of `provider`, …`: the first name is the user's.
        let mut names = message.split('`').skip(1).step_by(2);
        match names.next().filter(|_| message.starts_with("unknown field")) {
            Some(unknown) => match did_you_mean(unknown, names) {
                Some(hint) => told.with_hint(hint),
                None => told.with_hint("remove it"),
            },
            None => told,
        }
    }

    fn error(&self, offset: usize, told: &str) -> Error {
        Error::new(Kind::Config, format!("{}: {told}", self.place(offset)))
    }

    /// `FILE:LINE:COLUMN`, both counted from one.
    fn place(&self, offset: usize) -> String {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.path.display())
    }
}

impl From<VariablesWire> for KeyVariables {
    fn from(wire: VariablesWire) -> Self {
        Self { id: wire.access_key.into(), secret: wire.secret_key.into(), token: wire.security_token.map(Into::into) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Account>, Error> {
        File { path: Path::new("config.toml"), text, providers: &["aliyun", "huawei"] }.accounts()
    }

    #[test]
    fn an_account_is_read_whole() {
        let accounts = read(
            "[accounts.shop]\nprovider = \"aliyun\"\nprofile = \"shop\"\nregions = [\"cn-hangzhou\"]\nrole_arn = \"acs:ram::1:role/x\"\n\
             [accounts.cdn]\nprovider = \"huawei\"\ncredentials = { access_key_env = \"A\", secret_key_env = \"B\" }\nregions = \"all\"\n",
        )
        .expect("accounts");
        assert_eq!(accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(), ["cdn", "shop"]);
        assert!(
            matches!(&accounts[0].credentials, CredentialsFrom::Variables(names) if names.id == "A" && names.secret == "B")
        );
        assert_eq!(accounts[0].regions, None);
        assert!(matches!(&accounts[1].credentials, CredentialsFrom::Profile(profile) if profile == "shop"));
        assert_eq!(accounts[1].regions, Some(vec!["cn-hangzhou".to_owned()]));
    }

    #[test]
    fn every_mistake_is_told_with_its_place_and_the_right_word() {
        let told = |text: &str| {
            let error = read(text).expect_err(text);
            format!("{} | {}", error.message, error.hint().unwrap_or_default())
        };
        for (text, begins, hint) in [
            ("[acounts.x]\n", "config.toml:1:2: unknown field `acounts`", "did you mean `accounts`?"),
            (
                "[accounts.x]\nprovider = \"aliyun\"\nregoins = []\n",
                "config.toml:3:1: unknown field `regoins`",
                "did you mean `regions`?",
            ),
            (
                "[accounts.x]\nprovider = \"aliyum\"\n",
                "config.toml:2:12: no provider is named `aliyum`",
                "did you mean `aliyun`?",
            ),
            ("[accounts.x]\nprovider = 3\n", "config.toml:2:12: invalid type: integer", ""),
            (
                "[accounts.x]\nprovider = \"huawei\"\nregions = 3\n",
                "config.toml:3:11: `regions` is neither",
                "write regions = ",
            ),
            (
                "[accounts.x]\nprovider = \"huawei\"\nrole_arn = \"r\"\n",
                "config.toml:3:12: `role_arn` is for aliyun only",
                "remove",
            ),
            (
                "[accounts.x]\nprovider = \"aliyun\"\nsignature = \"v4\"\n",
                "config.toml:3:13: `v4` is no signature",
                "write \"rpc\"",
            ),
            ("[accounts.x\n", "config.toml:1:", ""),
            ("", "config.toml:1:1: no account is set up", "add one"),
        ] {
            let told = told(text);
            assert!(told.starts_with(begins) && told.contains(hint), "{told}");
        }
    }
}
