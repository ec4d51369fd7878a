//! The errors of the argument parser, without suggestions that lead astray, and without passwords.

use clap::error::{ContextKind, ContextValue};

use crate::suggest::nearest;

/// What was wrong, and the suggestion for it.
const SUGGESTIONS: [(ContextKind, ContextKind); 3] = [
    (ContextKind::InvalidArg, ContextKind::SuggestedArg),
    (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
    (ContextKind::InvalidValue, ContextKind::SuggestedValue),
];

/// Second names of commands, which suggestions need not name.
const ALIASES: [&str; 1] = ["ls"];

/// Makes an error of the argument parser fit to be printed.
pub(crate) fn tidy(error: &mut clap::Error) {
    drop_far_suggestions(error);
    hide_passwords(error);
}

/// Hides what stands before the `@` of a URL in the argument that is quoted.
fn hide_passwords(error: &mut clap::Error) {
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(quoted)) = error.get(kind)
            && let Some((scheme, rest)) = quoted.split_once("://")
            && let Some((_, host)) = rest.rsplit_once('@')
        {
            let hidden = format!("{scheme}://***@{host}");
            error.insert(kind, ContextValue::String(hidden));
        }
    }
}

/// Drops suggestions that have little in common with what was written: `--sort` for `--format`.
fn drop_far_suggestions(error: &mut clap::Error) {
    for (wrong, suggested) in SUGGESTIONS {
        let written = error.get(wrong).map(ToString::to_string).unwrap_or_default();
        // Two flags are not alike because they begin with hyphens.
        let name = |text: &str| text.trim_start_matches('-').split([' ', '=']).next().unwrap_or_default().to_owned();
        let is_near = |suggestion: &String| {
            let suggestion = name(suggestion);
            !ALIASES.contains(&suggestion.as_str()) && !nearest(&name(&written), [suggestion.as_str()]).is_empty()
        };
        let kept: Vec<String> = match error.remove(suggested) {
            Some(ContextValue::String(name)) => Some(name).into_iter().filter(is_near).collect(),
            Some(ContextValue::Strings(names)) => names.into_iter().filter(is_near).collect(),
            _ => continue,
        };
        match kept.as_slice() {
            [] => {}
            [name] => {
                error.insert(suggested, ContextValue::String(name.clone()));
            }
            _ => {
                error.insert(suggested, ContextValue::Strings(kept));
            }
        }
    }
}
