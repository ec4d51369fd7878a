//! Every source of credentials, a folder each: `<provider>/<case>/{env.json, home/…, cloud.json, expect.json}`.
//!
//! A case is the real binary with no environment but `env.json`, a copy of `home/` as its home folder, and a
//! simulated cloud. `${HOME}` and `${CLOUD}` stand for those two in every file. `expect.json` has the exit code, the
//! account and the key whose certificates were requested, the number of each call, and texts on standard error.
//! Files of the home folder can be read by their owner only, but where `modes.json` gives them another mode.
//! Every secret of a case has `TEST` in it, and so has every secret that a cloud issues: it must not be printed,
//! although the binary runs with the highest log level.
//!
//! Each folder is a test of its own, `aliyun::cli-ak` for example, which can be selected by that name.

mod case;
mod cloud;
mod secrets;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// The least number of cases of a provider, so that a folder that is not found does not pass.
const PROVIDERS: [(&str, &str, usize); 2] = [("aliyun", "cn-hangzhou", 35), ("huawei", "cn-north-4", 15)];

fn main() -> ExitCode {
    let trials = PROVIDERS.iter().flat_map(|(provider, region, at_least)| trials(provider, region, *at_least));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn trials(provider: &'static str, region: &'static str, at_least: usize) -> Vec<Trial> {
    let folders = folders(provider);
    let count = folders.len();
    let enough = Trial::test(format!("{provider}::has_enough_cases"), move || match count {
        count if count >= at_least => Ok(()),
        count => Err(Failed::from(format!("only {count} cases"))),
    });
    let case = |folder: PathBuf| {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        Trial::test(format!("{provider}::{name}"), move || case::run(provider, region, &folder).map_err(Failed::from))
    };
    folders.into_iter().map(case).chain([enough]).collect()
}

/// Returns the folders of a provider's cases, in alphabetical order.
fn folders(provider: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/credentials").join(provider);
    let entries = fs::read_dir(&folder).expect("the cases");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("a case").path()).collect();
    folders.sort();
    folders
}
