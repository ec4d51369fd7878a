//! The output of `check` by the monitoring plugins' guidelines: one status line, and the performance data.

use crate::support::fixtures::{
    HOSTILE_NAMES, aliyun_with, many_slb_records, one_region_denied, slb_record, slb_record_without_expiry,
};
use crate::support::runner::{Certls, Run};

/// The status line in front of the bar, and the performance data behind it.
fn parted(run: &Run) -> (String, Vec<Datum>) {
    let first = run.stdout.lines().next().unwrap_or_default();
    let (status, data) = first.split_once('|').unwrap_or_else(|| panic!("no performance data: {first}"));
    assert!(!data.contains('|'), "{first}");
    assert!(run.stdout.lines().skip(1).all(|line| !line.contains('|')), "{}", run.stdout);
    (status.trim_end().to_owned(), data.trim().split(' ').map(Datum::read).collect())
}

/// `'label'=value;warn;crit;min;max`, of which the end may be left out.
#[derive(Debug)]
struct Datum {
    label: String,
    value: i64,
    warning: Option<(Option<i64>, Option<i64>)>,
    critical: Option<(Option<i64>, Option<i64>)>,
}

impl Datum {
    fn read(text: &str) -> Self {
        let fail = |what: &str| -> ! { panic!("{what}: {text}") };
        let Some((label, rest)) = text.rsplit_once('=') else { fail("no value") };
        let Some(label) = label.strip_prefix('\'').and_then(|label| label.strip_suffix('\'')) else {
            fail("no quotes")
        };
        if label.is_empty() || label.contains(['\'', '=']) {
            fail("a bad label");
        }
        let fields: Vec<&str> = rest.split(';').collect();
        if fields.len() > 5 {
            fail("too many fields");
        }
        let number = |text: &str| text.parse::<i64>().unwrap_or_else(|_| fail("no number"));
        let field = |at: usize| fields.get(at).copied().filter(|field| !field.is_empty());
        let edge = |text: &str| if text == "~" { None } else { Some(number(text)) };
        let range = |text: &str| match text.strip_prefix('@').unwrap_or(text).split_once(':') {
            None => (Some(0), Some(number(text))),
            Some((low, "")) => (edge(low), None),
            Some((low, high)) => (edge(low), edge(high)),
        };
        for limit in [3, 4] {
            field(limit).map(number);
        }
        Self {
            label: label.to_owned(),
            value: number(fields[0]),
            warning: field(1).map(range),
            critical: field(2).map(range),
        }
    }

    fn alerts(&self, range: Option<(Option<i64>, Option<i64>)>) -> bool {
        range.is_some_and(|(low, high)| {
            low.is_some_and(|low| self.value < low) || high.is_some_and(|high| self.value > high)
        })
    }
}

fn find<'a>(data: &'a [Datum], label: &str) -> &'a Datum {
    data.iter().find(|datum| datum.label == label).unwrap_or_else(|| panic!("no {label}: {data:?}"))
}

#[test]
fn check_performance_data_follows_the_guidelines() {
    let cloud = aliyun_with(vec![
        slb_record("well", 90),
        slb_record("soon", 20),
        slb_record("nearly", 3),
        slb_record("dead", -3),
        slb_record_without_expiry("odd"),
    ]);
    let run = Certls::new().aliyun(&cloud).run("check");
    let (_, data) = parted(&run);
    let labels: Vec<(&str, i64)> = data.iter().map(|datum| (datum.label.as_str(), datum.value)).collect();
    let wanted = [
        ("certificates", 5),
        ("critical", 2),
        ("warning", 1),
        ("unknown", 1),
        ("expired", 1),
        ("scopes", 1),
        ("scopes_failed", 0),
        ("days_left_min", -3),
    ];
    assert_eq!(labels, wanted);
    let days = find(&data, "days_left_min");
    assert_eq!((days.warning, days.critical), (Some((Some(30), None)), Some((Some(7), None))));
    for (label, warns, is_critical) in [("critical", false, true), ("warning", true, false), ("unknown", true, false)] {
        let datum = find(&data, label);
        assert_eq!((datum.alerts(datum.warning), datum.alerts(datum.critical)), (warns, is_critical), "{label}");
    }
    let failed = Certls::new().aliyun(&one_region_denied()).run("check");
    let (_, data) = parted(&failed);
    assert!(find(&data, "scopes_failed").alerts(find(&data, "scopes_failed").warning));
}

#[test]
fn check_performance_data_alerts_on_nothing_when_all_is_well() {
    let cloud = aliyun_with(vec![slb_record("well", 90)]);
    let certls = Certls::new().aliyun(&cloud);
    for limits in ["", "-w 20d -c 5d", "-w 12h -c 6h", "-w 1w,50% -c 1d,10%"] {
        let (_, data) = parted(&certls.run(&format!("check {limits}")));
        for datum in &data {
            assert!(!datum.alerts(datum.warning) && !datum.alerts(datum.critical), "{limits}: {datum:?}");
        }
    }
    let (_, data) = parted(&Certls::new().aliyun(&aliyun_with(vec![slb_record_without_expiry("odd")])).run("check"));
    assert!(data.iter().all(|datum| datum.label != "days_left_min"), "nobody knows: {data:?}");
}

#[test]
fn check_performance_data_does_not_grow_with_the_inventory() {
    let (few, lots) = (aliyun_with(many_slb_records(5)), aliyun_with(many_slb_records(500)));
    let run = |cloud| Certls::new().aliyun(cloud).run("check");
    let ((_, few), (status, lots)) = (parted(&run(&few)), parted(&run(&lots)));
    assert_eq!(few.len(), lots.len());
    assert_eq!(find(&lots, "certificates").value, 500);
    assert!(status.len() < 200, "{status}");
}

#[test]
fn check_status_line_stays_one_line_whatever_a_name_holds() {
    for name in HOSTILE_NAMES {
        let cloud = aliyun_with(vec![slb_record(name, 3)]);
        let run = Certls::new().aliyun(&cloud).run("check");
        let (status, data) = parted(&run);
        assert_eq!((run.code, run.stdout.lines().count(), data.len()), (2, 2, 8), "{name:?}: {}", run.text());
        assert!(status.starts_with("CERTLS CRITICAL - 1 critical of 1 certificate; "), "{status}");
        assert!(status.ends_with("expires in 3 days"), "{status}");
        let odd = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!run.stdout.contains(odd), "{:?}", run.stdout);
    }
}

#[test]
fn check_problem_lines_are_safe_when_there_are_many_nasty_names() {
    let cloud = aliyun_with(HOSTILE_NAMES.iter().map(|name| slb_record(name, 3)).collect());
    let run = Certls::new().aliyun(&cloud).run("check");
    parted(&run);
    assert_eq!(run.stdout.lines().count(), 1 + HOSTILE_NAMES.len(), "{}", run.stdout);
    assert!(run.stdout.lines().skip(1).all(|line| line.starts_with("CRITICAL: ")), "{}", run.stdout);
}

#[test]
fn check_problems_come_soonest_first_and_the_unknown_last() {
    let cloud = aliyun_with(vec![
        slb_record_without_expiry("odd"),
        slb_record("c", 20),
        slb_record("a", -9),
        slb_record("b", 3),
        slb_record("well", 99),
        slb_record("bb", 3),
    ]);
    let run = Certls::new().aliyun(&cloud).run("check");
    let begins: Vec<String> =
        run.stdout.lines().skip(1).map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(begins, ["CRITICAL: a", "CRITICAL: b", "CRITICAL: bb", "WARNING: c", "UNKNOWN: odd"]);
    assert!(run.stdout.starts_with("CERTLS CRITICAL - 3 critical, 1 unknown, 1 warning of 6 certificates; a "));
}
