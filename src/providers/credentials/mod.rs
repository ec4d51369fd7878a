//! What the clouds' credential sources have in common: the chain, files of profiles, the metadata service, and keys
//! that expire.

pub(crate) mod chain;
pub(crate) mod ini_section;
pub(crate) mod metadata;
pub(crate) mod profile_file;
pub(crate) mod profile_text;
pub(crate) mod signing_keys;
pub(crate) mod source_error;
pub(crate) mod temporary_keys;
