//! The arguments that say what is printed, in which format, and where it goes.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::time::Duration;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Arg, Args};

use crate::error::{Error, Kind};
use crate::output::columns::{self, COLUMNS};
use crate::output::{Column, Label, Outputs, Subject, TableOptions, Target};
use crate::suggest::did_you_mean;

use super::{List, ListParser};

/// What to print.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Format of the output; with =FILE it replaces that file, and repeats: one scan, many outputs [default: table]
    #[arg(short, long = "output", value_name = "FORMAT[=FILE]", value_parser = TargetParser(Subject::Records))]
    pub outputs: Vec<Target>,

    /// Columns of the tabular formats, in this order
    #[arg(long, value_name = "NAME", value_parser = ListParser(column), long_help = columns_help())]
    pub columns: Vec<List<&'static Column>>,

    /// Leave out the line with the columns' names
    #[arg(long)]
    pub no_header: bool,

    #[command(flatten)]
    labels: LabelArgs,
}

/// Further labels of metrics.
#[derive(Debug, Args)]
pub struct LabelArgs {
    /// Add this label to every Prometheus series, to tell two runs on one host apart; repeat for several
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = Label::parse, help_heading = "Output")]
    labels: Vec<Label>,
}

impl LabelArgs {
    /// Returns the labels.
    ///
    /// # Errors
    /// Where two have one name.
    pub fn labels(&self) -> Result<&[Label], Error> {
        let mut names = HashSet::new();
        match self.labels.iter().find(|label| !names.insert(&label.name)) {
            None => Ok(&self.labels),
            Some(twice) => Err(Error::new(Kind::Usage, format!("two labels are named `{}`", twice.name))),
        }
    }
}

/// In which order.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct SortArgs {
    /// Sort by this column; what is unknown there comes last
    #[arg(long = "sort", value_name = "COLUMN", default_value = "not_after", value_parser = column)]
    pub column: &'static Column,

    /// Sort the other way round
    #[arg(long)]
    pub reverse: bool,
}

impl OutputArgs {
    /// Returns the columns that were chosen; none for each format's own.
    pub fn columns(&self) -> Vec<&'static Column> {
        List::flatten(&self.columns)
    }

    /// Returns how tables are printed: with the columns that were chosen, or else each format's own, with `extra` among
    /// them.
    pub fn table_options<'a>(&self, columns: &'a [&'static Column], extra: &'a [&'static Column]) -> TableOptions<'a> {
        TableOptions { columns: (!columns.is_empty()).then_some(columns), header: !self.no_header, extra }
    }

    /// Returns where the output goes, at most once to each place.
    ///
    /// # Errors
    /// As [`Outputs::open`].
    pub fn open(&self, time: Duration) -> Result<Outputs, Error> {
        Outputs::open(&self.outputs, Subject::Records, time)
    }

    /// Returns the labels of metrics.
    ///
    /// # Errors
    /// As [`LabelArgs::labels`].
    pub fn labels(&self) -> Result<&[Label], Error> {
        self.labels.labels()
    }
}

/// Reads `FORMAT` or `FORMAT=FILE`, of the formats that can print this.
#[derive(Debug, Clone, Copy)]
pub struct TargetParser(pub Subject);

impl TypedValueParser for TargetParser {
    type Value = Target;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Target, clap::Error> {
        let subject = self.0;
        (move |text: &str| Target::parse(text, subject)).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.0.formats().map(|format| PossibleValue::new(format.name))))
    }
}

fn columns_help() -> String {
    format!("Columns of the tabular formats, in this order, of {}", column_names().join(", "))
}

fn column_names() -> Vec<&'static str> {
    COLUMNS.iter().map(|column| column.name).collect()
}

/// Reads the name of a column.
///
/// # Errors
/// Where no column has it: with similar names, and all of them.
fn column(name: &str) -> Result<&'static Column, String> {
    columns::by_name(name).ok_or_else(|| {
        let near = did_you_mean(name, column_names()).map(|near| format!("{near} ")).unwrap_or_default();
        format!("{near}the columns are {}", column_names().join(", "))
    })
}
