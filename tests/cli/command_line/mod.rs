//! The tests of the command line itself.

mod errors;
mod help;
mod newcomer;
