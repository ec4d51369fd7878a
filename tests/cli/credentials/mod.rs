//! The tests of credentials, beside the cases in `tests/credentials`.

mod aliyun;
mod huawei;
mod metadata;
mod profile_files;
mod programs;
mod redaction;
mod sites;
mod text;
