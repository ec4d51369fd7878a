//! The names that are most like one that was not understood.

/// How alike two names must be to be mistaken for one another (Jaro-Winkler).
const ALIKE: f64 = 0.85;

/// Up to three of `known` that `name` may have been meant as, the likeliest first.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .filter(|known| *known != name)
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by(|a, b| a.1 == b.1);
    near.truncate(3);
    near.into_iter().map(|(_, known)| known).collect()
}

/// `did you mean …?`, where some name is near.
pub(crate) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near: Vec<String> = nearest(name, known).iter().map(|known| format!("`{known}`")).collect();
    (!near.is_empty()).then(|| format!("did you mean {}?", near.join(" or ")))
}
