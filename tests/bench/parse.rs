//! How many certificates are read a second on one core, beside `x509-parser` without anything around it.
//!
//! `cargo run --release --example parse` reads the system's roots over and over; a file of other certificates
//! may be named after `--`.
#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use certls::x509::{pem_blocks, read_certificate};
use x509_parser::prelude::{FromDer, X509Certificate};

const ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";
const ROUND: Duration = Duration::from_millis(500);
const ROUNDS: usize = 9;

fn main() -> std::io::Result<()> {
    let file = std::env::args().nth(1).unwrap_or_else(|| ROOTS.to_owned());
    let certificates = pem_blocks(&std::fs::read_to_string(&file)?).certificates;
    let own = |der: &[u8]| std::hint::black_box(read_certificate(der)).notes.len();
    let bare = |der: &[u8]| usize::from(std::hint::black_box(X509Certificate::from_der(der)).is_ok());
    // In turns, so that what the machine does meanwhile strikes both.
    let mut speeds: Vec<(f64, f64)> =
        (0..ROUNDS).map(|_| (a_second(&certificates, own), a_second(&certificates, bare))).collect();
    speeds.sort_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)));
    let (own, bare) = speeds[ROUNDS / 2];
    println!("{} certificates of {file}", certificates.len());
    println!("certls      {own:>9.0} a second: every field, SHA-1 and SHA-256");
    println!("x509-parser {bare:>9.0} a second: parsed and dropped");
    println!("ratio       {:>9.2}", own / bare);
    Ok(())
}

fn a_second(certificates: &[Vec<u8>], read: impl Fn(&[u8]) -> usize) -> f64 {
    let (begun, mut count) = (Instant::now(), 0_u32);
    while begun.elapsed() < ROUND {
        for der in certificates {
            std::hint::black_box(read(der));
            count += 1;
        }
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}
