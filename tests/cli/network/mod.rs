//! The tests of what happens on the way to the clouds.

mod bounds;
mod causes;
mod connections;
mod interrupt;
mod invalid_replies;
mod redaction;
mod retries;
mod timeouts;
mod vendor_errors;
mod vendor_hosts;
