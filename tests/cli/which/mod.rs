//! The tests of `certls which`.

mod hosts;
