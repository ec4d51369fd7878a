//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    certls::signals::install();
    certls::run(std::env::args_os()).into()
}
