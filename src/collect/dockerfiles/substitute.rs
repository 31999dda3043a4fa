//! Variables in what ENV sets.
//!
//! Source: <https://docs.docker.com/reference/dockerfile/#environment-replacement>.

use std::collections::HashMap;

use crate::input::dockerfiles::Env;

/// A value with its variables replaced, and the build arguments whose defaults are in it; None where the tree does not
/// hold one of them. Of a variable that a line adds to (`PATH=/opt:$PATH`) only what is added counts.
pub fn value(
    text: &str,
    own: &str,
    known: &[Env<'_>],
    arguments: &HashMap<String, Option<String>>,
) -> Option<(String, Vec<String>)> {
    let (mut out, mut defaults) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, default, behind) = variable(after)?;
        rest = behind;
        if let Some(variable) = known.iter().find(|variable| variable.name == name) {
            out.push_str(variable.value.as_deref()?);
            defaults.extend(variable.defaults_of.iter().cloned());
        } else if let Some(argument) = arguments.get(name) {
            out.push_str(argument.as_deref().or(default)?);
            defaults.push(name.to_string());
        } else if let Some(default) = default {
            // The image that the stage begins with may set it, which the line expects it not to.
            out.push_str(default);
        } else if name != own {
            return None;
        }
    }
    out.push_str(rest);
    Some((out, defaults))
}

/// The name of a variable, its default, and what stands behind it.
fn variable(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let end = |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let Some(inside) = text.strip_prefix('{') else {
        let (name, behind) = text.split_at(end(text));
        return (!name.is_empty()).then_some((name, None, behind));
    };
    let (inside, behind) = inside.split_once('}')?;
    let (name, operator) = inside.split_at(end(inside));
    match operator {
        "" => (!name.is_empty()).then_some((name, None, behind)),
        _ => {
            let default = operator.strip_prefix(":-").filter(|default| !default.contains('$'))?;
            Some((name, Some(default), behind))
        }
    }
}
