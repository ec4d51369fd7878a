//! What the clouds' credential sources have in common: the chain, files of profiles, and keys that end.

pub(super) mod chain;
pub(super) mod profile_file;
pub(super) mod temporary_keys;
