//! Help, version, completions and manual.

use crate::support::runner::{Certls, Run, assert_run};

fn run_certls(args: &str) -> Run {
    Certls::new().run(args)
}

#[test]
fn alone_it_prints_its_help_examples_first() {
    let run = run_certls("");
    let help = format!("{}{}", run.stdout, run.stderr);
    assert!(help.starts_with("Examples:\n  certls list"), "{help}");
    for command in ["list", "show", "completions", "man"] {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
    }
    assert!(help.contains("Usage: certls"), "{help}");
}

#[test]
fn the_short_help() {
    assert_run!(run_certls("-h"), @"
    exit 0
    --- stdout
    Examples:
      certls list                           every certificate, soonest expiry first
      certls list --provider aliyun --region cn-hangzhou
      certls list --expires-within 30d      the expired included
      certls list --domain www.example.com  what covers this name
      certls list -o json | jq -r '.certificates[] | .name'
      certls check                          OK, WARNING or CRITICAL: cron, Nagios
      certls which www.example.com          which cover it, where they are used
      certls show 5494a835d88f40ff940554992f2f04d4
      certls accounts                       who is asked, and with what

    Every TLS certificate in your clouds: whose it is, and when it dies

    Usage: certls [OPTIONS] <COMMAND>

    Commands:
      list         List every certificate of every region, soonest expiry first
      show         Show all that is known of a certificate
      check        Say whether any certificate expires soon: for cron, Nagios, Icinga and CI
      which        Show every certificate that covers a host name: where it is used, and until when
      accounts     Show which accounts would be asked, where their credentials are, and who they are
      completions  Print completions for a shell
      man          Print the manual page
      help         Print this message or the help of the given subcommand(s)

    Options:
      -v, --verbose...    Log each request to standard error (-vv: more)
          --color <WHEN>  Color the output [default: auto] [possible values: auto, always, never]
      -h, --help          Print help (see more with '--help')
      -V, --version       Print version
    --- stderr
    ");
}

#[test]
fn the_long_help_names_every_variable() {
    let run = run_certls("--help");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("Examples:"), "{}", run.stdout);
    for variable in [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABACLOUD_",
        "ALICLOUD_ACCESS_KEY",
        "ALICLOUD_SECRET_KEY",
        "CERTLS_ALIYUN_SIGNATURE",
        "CERTLS_ENDPOINT_",
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "HUAWEICLOUD_SDK_PROJECT_ID",
        "CLOUD_SDK_AK",
        "HW_ACCESS_KEY",
        "HW_AUTH_TOKEN",
        "OS_AUTH_TOKEN",
        "HW_USER_NAME",
        "HW_USER_PASSWORD",
        "HW_DOMAIN_NAME",
        "OS_USERNAME",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "NO_COLOR",
    ] {
        assert!(run.stdout.contains(variable), "{variable}: {}", run.stdout);
    }
}

#[test]
fn the_help_of_list() {
    let mut run = run_certls("list --help");
    // How to ask is the same for every command, and told below for `show`.
    run.stdout.truncate(run.stdout.find("Network:").expect("the last part"));
    assert_run!(run, @"
    exit 0
    --- stdout
    List every certificate of every region, soonest expiry first

    Usage: certls list [OPTIONS]

    Options:
      -v, --verbose...
              Log each request to standard error (-vv: more)

          --color <WHEN>
              Color the output

              Possible values:
              - auto:   On a terminal, unless `NO_COLOR` is set
              - always
              - never
              
              [default: auto]

      -h, --help
              Print help (see a summary with '-h')

    Scope:
      -p, --provider <NAME>
              Look only into this cloud; repeat or separate by comma [default: every cloud with
              credentials here]
              
              [possible values: aliyun, huawei]

      -r, --region <NAME>
              Look only into this region; repeat or separate by comma, `all` for every one [default:
              all]

      -a, --account <NAME>
              Ask only this account of the configuration file; repeat or separate by comma [default: all
              of them]

          --profile <NAME>
              Log in with this profile of the clouds' own credential files, instead of an account

          --service <NAME>
              Ask this service; repeat or separate by comma, `all` for every one [default: slb, elb]
              
              [possible values: slb, cas, elb, scm, all]

          --usage
              Also ask which load balancers' listeners use each certificate

    Selection:
          --expires-within <DURATION>
              Only certificates that expire within this time, the expired included, such as 30d, 2w or
              12h

          --expired
              Only expired certificates

          --domain <NAME>
              Only certificates that cover this host name, also by a wildcard

          --name <GLOB>
              Only certificates whose name matches the glob; * stands for any characters, ? for one

          --id <ID>
              Only the certificate with this id; repeat or separate by comma

          --tag <KEY[=VALUE]>
              Only certificates with this tag; repeat for several, all of which must be there

          --kind <KIND>
              Kinds of certificates

              Possible values:
              - server: Those that servers present, SM2 dual certificates included
              - ca:     CA certificates that client certificates are checked against
              - all:    Both
              
              [default: server]

          --used
              Select the certificates that a listener uses; asks as --usage does

          --unused
              Select the certificates that no listener uses; asks as --usage does

          --superseded
              Only certificates that were renewed elsewhere: another one for the same names, among all
              scopes asked, lives longer

    Output:
      -o, --output <FORMAT[=FILE]>
              Format of the output; with =FILE it replaces that file, and repeats: one scan, many
              outputs [default: table]
              
              [possible values: table, json, jsonl, csv, tsv, markdown, prometheus]

          --columns <NAME>
              Columns of the tabular formats, in this order, of provider, service, account, account_id,
              region, id, name, description, kind, common_name, subject_alternative_names,
              fingerprint_sha1, fingerprint_sha256, serial_number, issuer, subject, key_type, key_bits,
              signature_algorithm, not_before, not_after, chain_not_after, days_left, status,
              uploaded_at, updated_at, source, resource_group_id, project_id, enterprise_project_id,
              tags, chain, used_by, used_by_complete, superseded_by, note_codes, notes, expires,
              expiry_date, names, used_by_count, match, matches

          --no-header
              Leave out the line with the columns' names

          --label <NAME=VALUE>
              Add this label to every Prometheus series, to tell two runs on one host apart; repeat for
              several

          --sort <COLUMN>
              Sort by this column; what is unknown there comes last
              
              [default: not_after]

          --reverse
              Sort the other way round

      -q, --quiet
              Print no summary when all is well; `check` then prints nothing

    --- stderr
    ");
}

#[test]
fn the_help_of_show() {
    assert_run!(run_certls("show -h"), @"
    exit 0
    --- stdout
    Show all that is known of a certificate

    Usage: certls show [OPTIONS] <ID>...

    Arguments:
      <ID>...  The cloud's id of the certificate, the beginning of one, or a whole fingerprint

    Options:
      -v, --verbose...    Log each request to standard error (-vv: more)
          --color <WHEN>  Color the output [default: auto] [possible values: auto, always, never]
      -h, --help          Print help (see more with '--help')

    Scope:
      -p, --provider <NAME>  Look only into this cloud; repeat or separate by comma [default: every
                             cloud with credentials here] [possible values: aliyun, huawei]
      -r, --region <NAME>    Look only into this region; repeat or separate by comma, `all` for every
                             one [default: all]
      -a, --account <NAME>   Ask only this account of the configuration file; repeat or separate by
                             comma [default: all of them]
          --profile <NAME>   Log in with this profile of the clouds' own credential files, instead of an
                             account
          --service <NAME>   Ask this service; repeat or separate by comma, `all` for every one
                             [default: slb, elb] [possible values: slb, cas, elb, scm, all]

    Output:
      -o, --output <FORMAT[=FILE]>  Format of the output; with =FILE it replaces that file, and repeats
                                    [default: text] [possible values: text, table, json, jsonl, csv,
                                    tsv, markdown, prometheus, pem]
          --pem                     Print the public chain as PEM, the certificate itself first; the
                                    same as -o pem
          --label <NAME=VALUE>      Add this label to every Prometheus series, to tell two runs on one
                                    host apart; repeat for several
      -q, --quiet                   Print no summary when all is well; `check` then prints nothing

    Network:
          --endpoint <PROVIDER.SERVICE=URL>
              Send a service's requests elsewhere, for example huawei.elb=https://elb.example.com; http:
              only to this machine
          --ca-bundle <FILE>
              Trust the certificate authorities in this PEM file too
          --connect-timeout <DURATION>
              Time limit to open one connection [default: 5s]
          --read-timeout <DURATION>
              Time limit for a server to send the next bytes [default: 15s]
          --timeout <DURATION>
              Time limit of the whole run; what arrived until then is printed [default: 5m]
          --retry-count <N>
              Retries per request [default: 3]
          --concurrency <N>
              Requests in flight at once; at most three quarters of them go to one of several hosts
              [default: 16]
    --- stderr
    ");
}

#[test]
fn the_version() {
    let run = run_certls("--version");
    assert_eq!((run.code, run.stdout), (0, format!("certls {}\n", env!("CARGO_PKG_VERSION"))));
    assert_eq!(run_certls("-V").code, 0);
}

#[test]
fn completions_for_every_shell() {
    for (shell, mark) in [
        ("bash", "complete -F _certls"),
        ("zsh", "#compdef certls"),
        ("fish", "complete -c certls"),
        ("powershell", "Register-ArgumentCompleter"),
        ("elvish", "set edit:completion:arg-completer[certls]"),
    ] {
        let run = run_certls(&format!("completions {shell}"));
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        assert!(run.stdout.contains(mark) && run.stdout.contains("concurrency"), "{shell}: {}", run.stdout);
    }
    assert_run!(run_certls("completions tcsh"), @"
    exit 2
    --- stdout
    --- stderr
    error: invalid value 'tcsh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

    For more information, try '--help'.
    ");
}

#[test]
fn the_manual_has_every_command_and_flag() {
    let run = run_certls("man");
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout.matches(".TH ").count(), 8, "{}", run.stdout);
    // roff writes a hyphen that must stay one with a backslash.
    let plain = run.stdout.replace("\\-", "-");
    for flag in [
        "--provider",
        "--region",
        "--endpoint",
        "--ca-bundle",
        "--connect-timeout",
        "--read-timeout",
        "--timeout",
        "--retry-count",
        "--concurrency",
        "--output",
        "--kind",
        "--color",
        "--verbose",
    ] {
        assert!(plain.contains(flag), "{flag}");
    }
    assert!(plain.contains("ALIBABA_CLOUD_ACCESS_KEY_ID") && plain.contains("HUAWEICLOUD_SDK_AK"));
}
