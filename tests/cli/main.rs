//! certls from end to end: the real binary against simulated clouds.

mod accounts;
mod check;
mod command_line;
mod credentials;
mod list;
mod network;
mod output;
mod show;
mod support;
mod which;
