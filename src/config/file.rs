//! The configuration file: accounts, by the names that the user gives them.
//!
//! Strict: what is not understood is an error with its line and column, never left out. Keys that only some providers
//! have are checked by their providers.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::error::{Error, Kind};
use crate::suggest::did_you_mean;

use super::text_file::{Exposure, exposure, path_hint, read_optional_text, read_text};
use super::{Account, AccountRules, CredentialsFrom, Env, KeyVariables};

/// The variable that names another file.
pub const VARIABLE: &str = "CERTLS_CONFIG";

/// The next step for a file at its usual place that cannot be read.
const OPTIONAL_HINT: &str = "make the file readable, or remove it";

/// The only key of the file itself.
const ACCOUNTS: &str = "accounts";

/// The keys of every account.
const PROVIDER: &str = "provider";
const PROFILE: &str = "profile";
const REGIONS: &str = "regions";
const CREDENTIALS: &str = "credentials";

/// What stands for all regions.
const ALL_REGIONS: &str = "all";

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

/// The names of the keys above, for a suggestion.
const VARIABLE_KEYS: [&str; 3] = ["access_key_env", "secret_key_env", "security_token_env"];

/// Reads the accounts of the file; `None` where there is no file.
///
/// # Errors
/// Where the file cannot be read or understood: with its line, its column, and the nearest right word.
pub fn accounts(env: &Env, rules: &[AccountRules]) -> Result<Option<Vec<Account>>, Error> {
    let Some((path, is_required)) = path(env) else { return Ok(None) };
    let error = |why: &str| Error::new(Kind::Config, format!("{}: {why}", path.display()));
    let unreadable = |why: &str| {
        let hint = if is_required { path_hint(VARIABLE, &path.to_string_lossy()) } else { OPTIONAL_HINT.to_owned() };
        error(why).with_hint(hint)
    };
    if let Exposure::Writable(mode) = exposure(&path) {
        return Err(error(&format!(
            "everybody can write this file (mode {mode:04o}), and so choose whose keys are used"
        ))
        .with_hint(format!("chmod go-w {}", path.display())));
    }
    let read = if is_required { read_text } else { read_optional_text };
    match read(&path).map_err(|why| unreadable(&why))? {
        Some(text) => File { path: &path, text: &text, rules }.accounts().map(Some),
        None if is_required => Err(unreadable("there is no such file")),
        None => Ok(None),
    }
}

/// Returns where the file is, and whether it must exist.
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
    rules: &'a [AccountRules],
}

/// The keys of one table that are left to be read.
struct Table<'a> {
    keys: BTreeMap<String, (usize, Spanned<DeValue<'a>>)>,
    start: usize,
}

impl<'a> Table<'a> {
    fn new(table: DeTable<'a>, span: &Range<usize>) -> Self {
        let keys = table.into_iter().map(|(key, value)| {
            let start = key.span().start;
            (key.into_inner().into_owned(), (start, value))
        });
        Self { keys: keys.collect(), start: span.start }
    }

    fn take(&mut self, key: &str) -> Option<Spanned<DeValue<'a>>> {
        self.keys.remove(key).map(|(_, value)| value)
    }
}

impl File<'_> {
    fn accounts(&self) -> Result<Vec<Account>, Error> {
        let root = DeTable::parse(self.text).map_err(|error| self.unreadable(&error))?;
        let span = root.span();
        let mut root = Table::new(root.into_inner(), &span);
        let accounts = root.take(ACCOUNTS).map(|accounts| self.table(accounts)).transpose()?;
        self.refuse_unknown(&root, &[ACCOUNTS])?;
        let accounts = accounts.map(|accounts| accounts.keys).filter(|accounts| !accounts.is_empty());
        let Some(accounts) = accounts else {
            let provider = self.rules.first().map_or("…", |rules| rules.provider);
            let hint = format!("add one, such as [accounts.shop] with provider = \"{provider}\"; or remove the file");
            return Err(self.error(0, "no account is set up in it").with_hint(hint));
        };
        accounts.into_iter().map(|(name, (_, account))| self.account(name, self.table(account)?)).collect()
    }

    fn account(&self, name: String, mut table: Table<'_>) -> Result<Account, Error> {
        let Some(provider) = self.take::<String>(&mut table, PROVIDER)? else {
            self.refuse_unknown(&table, &self.known_keys(None))?;
            return Err(self.error(table.start, &format!("missing field `{PROVIDER}`")));
        };
        let rules = self.rules_of(&provider)?;
        let profile = self.take::<String>(&mut table, PROFILE)?;
        let variables = self.take::<VariablesWire>(&mut table, CREDENTIALS)?;
        let credentials = match (profile, variables) {
            (Some(profile), Some(_)) => {
                return Err(self
                    .error(profile.span().start, "`profile` and `credentials` exclude each other")
                    .with_hint("keep the one that holds this account's key"));
            }
            (Some(profile), None) => CredentialsFrom::Profile(profile.get_ref().trim().to_owned()),
            (None, Some(variables)) => CredentialsFrom::Variables(self.variables(variables)?),
            (None, None) => CredentialsFrom::Chain,
        };
        let regions = self.take::<toml::Value>(&mut table, REGIONS)?;
        let regions = regions.map(|regions| self.regions(regions)).transpose()?.flatten();
        let provider_keys = self.provider_keys(&mut table, rules)?;
        self.refuse_unknown(&table, &self.known_keys(Some(rules)))?;
        Ok(Account {
            name,
            credentials,
            provider_keys,
            regions,
            place: Some(self.place(provider.span().start)),
            provider: rules.provider.to_owned(),
            required: true,
        })
    }

    fn rules_of(&self, provider: &Spanned<String>) -> Result<&AccountRules, Error> {
        let name = provider.get_ref().trim();
        let ids = || self.rules.iter().map(|rules| rules.provider);
        self.rules.iter().find(|rules| rules.provider == name).ok_or_else(|| {
            let hint = did_you_mean(name, ids());
            // What does not look like a name may be a secret in the wrong place.
            let is_word = name.len() <= 24 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
            let quoted = if is_word { format!("`{name}`") } else { "so".to_owned() };
            self.error(provider.span().start, &format!("no provider is named {quoted}"))
                .with_hint(hint.unwrap_or_else(|| format!("write {}", ids().collect::<Vec<_>>().join(" or "))))
        })
    }

    /// Takes the keys that only some providers have.
    fn provider_keys(&self, table: &mut Table<'_>, own: &AccountRules) -> Result<BTreeMap<String, String>, Error> {
        let mut found = BTreeMap::new();
        for name in self.rules.iter().flat_map(|rules| rules.keys).map(|key| key.name) {
            let Some(value) = self.take::<String>(table, name)? else { continue };
            let start = value.span().start;
            let Some(key) = own.keys.iter().find(|key| key.name == name) else {
                let has_key = |rules: &&AccountRules| rules.keys.iter().any(|key| key.name == name);
                let providers: Vec<&str> = self.rules.iter().filter(has_key).map(|rules| rules.provider).collect();
                let message =
                    format!("`{name}` is for {} only, and this account is of {}", providers.join(", "), own.provider);
                return Err(self.error(start, &message).with_hint(format!("remove `{name}`")));
            };
            (key.check)(value.get_ref().trim())
                .map_err(|error| Error { message: format!("{}: {}", self.place(start), error.message), ..error })?;
            found.insert(name.to_owned(), value.get_ref().trim().to_owned());
        }
        Ok(found)
    }

    /// Returns the keys that an account may have, of one provider or of any.
    fn known_keys(&self, rules: Option<&AccountRules>) -> Vec<&str> {
        let rules = rules.map_or(self.rules, std::slice::from_ref);
        let own = rules.iter().flat_map(|rules| rules.keys).map(|key| key.name);
        [PROVIDER, PROFILE, REGIONS, CREDENTIALS].into_iter().chain(own).collect()
    }

    /// Reads the names of variables. What is not one may be a key that was pasted there: it is not quoted.
    fn variables(&self, wire: Spanned<VariablesWire>) -> Result<KeyVariables, Error> {
        let start = wire.span().start;
        let mut wire = wire.into_inner();
        for name in [&mut wire.access_key, &mut wire.secret_key].into_iter().chain(wire.security_token.as_mut()) {
            *name = name.trim().to_owned();
        }
        let names = [Some(&wire.access_key), Some(&wire.secret_key), wire.security_token.as_ref()];
        for (key, name) in VARIABLE_KEYS.iter().zip(names) {
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_some_and(|name| name.is_empty() || !name.chars().all(fits)) {
                return Err(self
                    .error(start, &format!("`{key}` is not the name of a variable"))
                    .with_hint("write the name of the variable that holds the key, never the key"));
            }
        }
        Ok(wire.into())
    }

    /// Reads a list of names, each once in lower case; `None` for `"all"`, alone or in the list.
    fn regions(&self, value: Spanned<toml::Value>) -> Result<Option<Vec<String>>, Error> {
        let start = value.span().start;
        let wrong = || {
            self.error(start, "`regions` is neither a list of names nor \"all\"")
                .with_hint("write regions = [\"cn-hangzhou\", \"cn-shanghai\"] or regions = \"all\"")
        };
        let names = match value.into_inner() {
            toml::Value::String(all) if all.trim().eq_ignore_ascii_case(ALL_REGIONS) => return Ok(None),
            toml::Value::Array(names) if !names.is_empty() => names,
            _ => return Err(wrong()),
        };
        let mut regions = Vec::new();
        for name in names {
            let toml::Value::String(name) = name else { return Err(wrong()) };
            let name = super::region_name(&name).map_err(|why| self.error(start, &why))?;
            if !regions.contains(&name) {
                regions.push(name);
            }
        }
        Ok((!regions.iter().any(|name| name == ALL_REGIONS)).then_some(regions))
    }

    /// Takes a value of a table, with its place.
    fn take<T: DeserializeOwned>(&self, table: &mut Table<'_>, key: &str) -> Result<Option<Spanned<T>>, Error> {
        let Some(value) = table.take(key) else { return Ok(None) };
        if key == CREDENTIALS && value.get_ref().is_table() {
            let DeValue::Table(inner) = value.get_ref() else { return Ok(None) };
            self.refuse_unknown(&Table::new(inner.clone(), &value.span()), &VARIABLE_KEYS)?;
        }
        let span = value.span();
        let read = T::deserialize(ValueDeserializer::from(value)).map_err(|error| self.unreadable(&error))?;
        Ok(Some(Spanned::new(span, read)))
    }

    fn table<'v>(&self, value: Spanned<DeValue<'v>>) -> Result<Table<'v>, Error> {
        let span = value.span();
        match value.into_inner() {
            DeValue::Table(table) => Ok(Table::new(table, &span)),
            other => Err(self.error(span.start, &format!("invalid type: {}, expected a table", other.type_str()))),
        }
    }

    /// Fails for the first key of the table that is not known.
    fn refuse_unknown(&self, table: &Table<'_>, known: &[&str]) -> Result<(), Error> {
        let unknown = table.keys.iter().filter(|(key, _)| !known.contains(&key.as_str()));
        let Some((key, (start, _))) = unknown.min_by_key(|(_, (start, _))| *start) else { return Ok(()) };
        let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let one_of = if known.len() > 1 { "one of " } else { "" };
        let error = self.error(*start, &format!("unknown field `{key}`, expected {one_of}{}", names.join(", ")));
        Err(error.with_hint(did_you_mean(key, known.iter().copied()).unwrap_or_else(|| "remove it".to_owned())))
    }

    fn unreadable(&self, error: &toml::de::Error) -> Error {
        let start = error.span().map_or(0, |span| span.start);
        // A value of a wrong type is quoted by the parser, and may be a secret in the wrong place.
        let parts = error.message().split('"').enumerate();
        let quoted: Vec<&str> = parts.map(|(number, part)| if number % 2 == 1 { "…" } else { part }).collect();
        self.error(start, &quoted.join("\""))
    }

    fn error(&self, offset: usize, message: &str) -> Error {
        Error::new(Kind::Config, format!("{}: {message}", self.place(offset)))
    }

    /// Returns `FILE:LINE:COLUMN`, both counted from one.
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
    use crate::config::AccountKey;

    use super::*;

    const KEYS: &[AccountKey] = &[
        AccountKey { name: "role", check: |_| Ok(()) },
        AccountKey {
            name: "style",
            check: |text| if text == "new" { Ok(()) } else { Err(Error::new(Kind::Config, "unknown style")) },
        },
    ];

    fn read(text: &str) -> Result<Vec<Account>, Error> {
        let rules = [AccountRules { provider: "first", keys: KEYS }, AccountRules { provider: "second", keys: &[] }];
        File { path: Path::new("config.toml"), text, rules: &rules }.accounts()
    }

    #[test]
    fn an_account_is_read_whole() {
        let accounts = read(
            "[accounts.shop]\nprovider = \"first\"\nprofile = \"shop\"\nregions = [\"cn-hangzhou\"]\nrole = \"r\"\n\
             [accounts.cdn]\nprovider = \"second\"\ncredentials = { access_key_env = \"A\", secret_key_env = \"B\" }\nregions = \"all\"\n",
        )
        .expect("accounts");
        assert_eq!(accounts.iter().map(|account| account.name.as_str()).collect::<Vec<_>>(), ["cdn", "shop"]);
        assert!(
            matches!(&accounts[0].credentials, CredentialsFrom::Variables(names) if names.id == "A" && names.secret == "B")
        );
        assert_eq!((accounts[0].regions.as_ref(), accounts[0].provider_key("role")), (None, None));
        assert!(matches!(&accounts[1].credentials, CredentialsFrom::Profile(profile) if profile == "shop"));
        assert_eq!(accounts[1].regions, Some(vec!["cn-hangzhou".to_owned()]));
        assert_eq!(accounts[1].provider_key("role"), Some("r"));
    }

    #[test]
    fn every_mistake_is_an_error_with_its_place_and_the_right_word() {
        for (text, begins, hint) in [
            (
                "[acounts.x]\n",
                "config.toml:1:2: unknown field `acounts`, expected `accounts`",
                "did you mean `accounts`?",
            ),
            (
                "[accounts.x]\nprovider = \"first\"\nregoins = []\n",
                "config.toml:3:1: unknown field `regoins`, expected one of `provider`, ",
                "did you mean `regions`?",
            ),
            ("[accounts.x]\nprovider = \"first\"\nstyel = 1\n", "config.toml:3:1: unknown field `styel`", "`style`?"),
            ("[accounts.x]\nprovder = \"first\"\n", "config.toml:2:1: unknown field `provder`", "`provider`?"),
            ("[accounts.x]\nregions = \"all\"\n", "config.toml:1:1: missing field `provider`", ""),
            ("[accounts.x]\nprovider = \"firts\"\n", "config.toml:2:12: no provider is named `firts`", "`first`?"),
            ("[accounts.x]\nprovider = 3\n", "config.toml:2:12: invalid type: integer", ""),
            ("[accounts]\nx = 3\n", "config.toml:2:5: invalid type: integer, expected a table", ""),
            ("accounts = \"planted\"\n", "config.toml:1:12: invalid type: string, expected a table", ""),
            ("[accounts.x]\nprovider = \"second\"\nregions = 3\n", "config.toml:3:11: `regions` is neither", "write"),
            (
                "[accounts.x]\nprovider = \"second\"\nrole = \"r\"\n",
                "config.toml:3:8: `role` is for first only, and this account is of second",
                "remove `role`",
            ),
            ("[accounts.x]\nprovider = \"first\"\nstyle = \"old\"\n", "config.toml:3:9: unknown style", ""),
            (
                "[accounts.x]\nprovider = \"first\"\ncredentials = { acces_key_env = \"A\" }\n",
                "config.toml:3:17: unknown field `acces_key_env`",
                "did you mean `access_key_env`?",
            ),
            ("[accounts.x\n", "config.toml:1:", ""),
            ("", "config.toml:1:1: no account is set up", "add one"),
        ] {
            let error = read(text).expect_err(text);
            let error = format!("{} | {}", error.message, error.hint().unwrap_or_default());
            assert!(error.starts_with(begins) && error.contains(hint), "{error}");
            assert!(!error.contains("planted"), "{error}");
        }
    }
}
