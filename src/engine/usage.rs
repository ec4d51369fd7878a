//! Certificates wait here until it is known which listeners use them, or that it cannot be known.

use std::collections::{BTreeMap, HashMap};

use crate::error::Error;
use crate::model::{Certificate, Scope, Use};

/// What is known of the usage of each scope where it was asked for.
#[derive(Debug, Default)]
pub(super) struct Usages(BTreeMap<Scope, State>);

/// The uses of a scope, by the id of the certificate.
type Uses = HashMap<String, Vec<Use>>;

#[derive(Debug)]
enum State {
    /// The certificates that wait.
    Awaited(Vec<Certificate>),
    Told(Result<Uses, Error>),
}

impl Usages {
    /// From now on the certificates of this scope wait.
    pub(super) fn await_in(&mut self, scope: Scope) {
        // What was told already needs no waiting for.
        self.0.entry(scope).or_insert_with(|| State::Awaited(Vec::new()));
    }

    /// The certificates that can be handed on: none of a scope whose usage is still awaited.
    pub(super) fn pass(&mut self, scope: &Scope, mut page: Vec<Certificate>) -> Vec<Certificate> {
        match self.0.get_mut(scope) {
            None => page,
            Some(State::Awaited(waiting)) => {
                waiting.append(&mut page);
                page
            }
            Some(State::Told(told)) => attached(page, told),
        }
    }

    /// The certificates that waited for this. A failure costs them their `used_by`, and nothing else.
    pub(super) fn tell(&mut self, scope: Scope, told: Result<Vec<(String, Use)>, Error>) -> Vec<Certificate> {
        let told = told.map(by_certificate);
        let waited = match self.0.remove(&scope) {
            Some(State::Awaited(waiting)) => attached(waiting, &told),
            Some(State::Told(_)) | None => Vec::new(),
        };
        self.0.insert(scope, State::Told(told));
        waited
    }

    /// The certificates that still wait, for which it is too late.
    pub(super) fn give_up(&mut self, why: &Error) -> Vec<Certificate> {
        let mut waited = Vec::new();
        for state in self.0.values_mut() {
            if let State::Awaited(waiting) = state {
                let told = Err(why.clone());
                waited.extend(attached(std::mem::take(waiting), &told));
                *state = State::Told(told);
            }
        }
        waited
    }

    /// Why the usage of a scope is unknown.
    pub(super) fn failure(&self, scope: &Scope) -> Option<&Error> {
        match self.0.get(scope)? {
            State::Told(told) => told.as_ref().err(),
            State::Awaited(_) => None,
        }
    }
}

/// In the order of load balancer, port and role; a listener names a certificate once for each domain.
fn by_certificate(told: Vec<(String, Use)>) -> Uses {
    let mut uses = Uses::new();
    for (id, used) in told {
        uses.entry(id).or_default().push(used);
    }
    for used in uses.values_mut() {
        used.sort_by(|a, b| place(a).cmp(&place(b)));
        used.dedup();
    }
    uses
}

fn place(used: &Use) -> impl Ord {
    (&used.load_balancer_id, used.port, used.role, &used.listener_id, &used.protocol)
}

fn attached(mut page: Vec<Certificate>, told: &Result<Uses, Error>) -> Vec<Certificate> {
    for certificate in &mut page {
        match (told, &certificate.id) {
            (Ok(uses), Some(id)) => certificate.used_by = Some(uses.get(id).cloned().unwrap_or_default()),
            (Ok(_), None) => certificate.note("which listeners use it is unknown: it has no id"),
            (Err(error), _) => certificate.note(format!("which listeners use it is unknown: {}", error.message)),
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn scope(region: &str) -> Scope {
        Scope {
            provider: "aliyun",
            account: "default".to_owned(),
            region: region.to_owned(),
            service: "slb",
            project: None,
        }
    }

    fn certificate(id: Option<&str>) -> Certificate {
        Certificate { id: id.map(str::to_owned), ..Certificate::default() }
    }

    fn listener(load_balancer_id: &str, port: u16, role: &'static str) -> Use {
        let (load_balancer_id, protocol) = (load_balancer_id.to_owned(), "https".to_owned());
        Use { load_balancer_id, listener_id: None, protocol, port, role }
    }

    fn told(page: &[Certificate]) -> Vec<Option<String>> {
        let one = |uses: &Vec<Use>| {
            let words: Vec<String> =
                uses.iter().map(|used| format!("{}:{} {}", used.load_balancer_id, used.port, used.role)).collect();
            words.join(", ")
        };
        page.iter().map(|certificate| certificate.used_by.as_ref().map(one)).collect()
    }

    #[test]
    fn certificates_wait_and_those_that_come_later_do_not() {
        let mut usages = Usages::default();
        let (asked, other) = (scope("a"), scope("b"));
        usages.await_in(asked.clone());
        assert!(usages.pass(&asked, vec![certificate(Some("1")), certificate(None)]).is_empty());
        assert_eq!(told(&usages.pass(&other, vec![certificate(Some("1"))])), [None]);
        let uses = [("lb-2", 80, "sni"), ("lb-10", 443, "sni"), ("lb-10", 443, "default"), ("lb-10", 443, "sni")];
        let uses = uses.map(|(balancer, port, role)| ("1".to_owned(), listener(balancer, port, role)));
        let all = "lb-10:443 default, lb-10:443 sni, lb-2:80 sni".to_owned();
        let waited = usages.tell(asked.clone(), Ok(uses.to_vec()));
        assert_eq!(told(&waited), [Some(all.clone()), None]);
        assert_eq!(waited[1].notes, ["which listeners use it is unknown: it has no id"]);
        let later = usages.pass(&asked, vec![certificate(Some("2")), certificate(Some("1"))]);
        assert_eq!(told(&later), [Some(String::new()), Some(all)]);
        assert!(usages.give_up(&Error::new(Kind::Timeout, "late")).is_empty());
    }

    #[test]
    fn what_is_told_before_it_is_awaited_is_known() {
        let mut usages = Usages::default();
        usages.tell(scope("a"), Ok(Vec::new()));
        usages.await_in(scope("a"));
        assert_eq!(told(&usages.pass(&scope("a"), vec![certificate(Some("1"))])), [Some(String::new())]);
    }

    #[test]
    fn what_is_not_told_stays_unknown() {
        let mut usages = Usages::default();
        for region in ["a", "b"] {
            usages.await_in(scope(region));
            usages.pass(&scope(region), vec![certificate(Some(region))]);
        }
        let denied = usages.tell(scope("a"), Err(Error::new(Kind::Denied, "no")));
        let late = usages.give_up(&Error::new(Kind::Timeout, "late"));
        let failure = |region| usages.failure(&scope(region)).map(|error| error.message.as_str());
        assert_eq!([failure("a"), failure("b"), failure("c")], [Some("no"), Some("late"), None]);
        for (page, why) in [(denied, "no"), (late, "late")] {
            assert_eq!(told(&page), [None]);
            assert_eq!(page[0].notes, [format!("which listeners use it is unknown: {why}")]);
        }
    }
}
