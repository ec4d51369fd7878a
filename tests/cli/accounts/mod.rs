//! The tests of several accounts, and of `certls accounts`.

mod several_accounts;
