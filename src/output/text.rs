//! Everything about single certificates, laid out for reading: a line a field.

use std::io;

use super::Report;
use super::columns::RECORD;
use super::style::{self, harmless};

pub(super) struct Format;

impl super::Format for Format {
    fn name(&self) -> &'static str {
        "text"
    }

    fn is_for_people(&self) -> bool {
        true
    }

    fn write(&self, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
        let wide = RECORD.iter().map(|column| column.name.len()).max().unwrap_or_default();
        for (number, certificate) in report.certificates.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            for column in RECORD {
                let text = (column.value)(certificate, report.now).to_string();
                if !text.is_empty() {
                    let (name, bold) = (column.name, style::HEADING);
                    writeln!(out, "{bold}{name:wide$}{bold:#}  {}", harmless(&text))?;
                }
            }
        }
        Ok(())
    }
}
