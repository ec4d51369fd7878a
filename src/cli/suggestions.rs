//! The suggestions of the argument parser, without those that lead astray.

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

/// Drops suggestions that have little in common with what was written: `--sort` for `--format`.
pub(crate) fn drop_far_suggestions(error: &mut clap::Error) {
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
