//! One JSON document: the certificates, and the scopes that were asked for them.

use std::io;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::error::Error;
use crate::model::{ScopeReport, is_complete, rfc3339};

use super::Report;
use super::columns::Record;

/// Raised when a key changes its meaning or goes; new keys do not raise it.
const SCHEMA_VERSION: u32 = 1;

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "json"
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let list = List {
            complete: is_complete(report.scopes),
            certificates: report.certificates.iter().map(|certificate| Record(certificate, report.now)).collect(),
            scopes: report.scopes.iter().map(Scope::from).collect(),
        };
        document(list, report.now, out)
    }
}

/// Writes a document: what every one begins with, then the keys of its own.
pub(super) fn document(own: impl Serialize, now: DateTime<Utc>, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document { schema_version: SCHEMA_VERSION, generated_at: rfc3339(now), own };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<T> {
    schema_version: u32,
    generated_at: String,
    #[serde(flatten)]
    own: T,
}

#[derive(Serialize)]
struct List<'a> {
    complete: bool,
    certificates: Vec<Record<'a>>,
    scopes: Vec<Scope<'a>>,
}

#[derive(Serialize)]
pub(super) struct Scope<'a> {
    provider: &'static str,
    account: &'a str,
    region: &'a str,
    service: &'static str,
    project: Option<&'a str>,
    project_id: Option<&'a str>,
    status: &'static str,
    certificates: usize,
    error: Option<Failure<'a>>,
    usage_error: Option<Failure<'a>>,
    limitation: Option<Failure<'a>>,
}

impl<'a> From<&'a ScopeReport> for Scope<'a> {
    fn from(report: &'a ScopeReport) -> Self {
        Self {
            provider: report.scope.provider,
            account: &report.scope.account,
            region: &report.scope.region,
            service: report.scope.service,
            project: report.scope.project.as_ref().map(|project| project.name.as_str()),
            project_id: report.scope.project.as_ref().map(|project| project.id.as_str()),
            status: report.status().name(),
            certificates: report.certificates,
            error: report.error.as_ref().map(Failure::from),
            usage_error: report.usage_error.as_ref().map(Failure::from),
            limitation: report.limitation.as_ref().map(Failure::from),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Failure<'a> {
    kind: &'static str,
    code: Option<&'a str>,
    message: &'a str,
    hint: Option<&'a str>,
    request_id: Option<&'a str>,
}

impl<'a> From<&'a Error> for Failure<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            kind: error.kind.name(),
            code: error.code.as_deref(),
            message: &error.message,
            hint: error.hint(),
            request_id: error.request_id.as_deref(),
        }
    }
}
