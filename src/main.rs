//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    certls::interrupt::arm();
    certls::run(std::env::args_os()).into()
}
