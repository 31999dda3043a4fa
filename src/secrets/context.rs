//! Which keys lead to a secret, so that it is known again when lines move.

use crate::secrets::Detection;
use crate::secrets::family::Family;
use crate::secrets::literals::line_around;

/// Bytes above a secret in which its keys are looked for.
const ABOVE: usize = 16 << 10;

/// The keys that lead to a secret, outermost first, as far as the text above tells.
pub fn of(family: Family, text: &str, detection: &Detection) -> Vec<String> {
    let at = detection.span.start as usize;
    let mut keys = match family {
        Family::Yaml => parents(text, at),
        Family::Lines => section(text, at).into_iter().collect(),
        _ => Vec::new(),
    };
    let own = if detection.key.is_empty() { detection.detector.to_string() } else { detection.key.clone() };
    if keys.last() != Some(&own) {
        keys.push(own);
    }
    keys
}

/// The keys of the lines above that are indented less and less.
pub fn parents(text: &str, at: usize) -> Vec<String> {
    let line = line_around(text, at);
    let low = text.floor_char_boundary(line.start.saturating_sub(ABOVE));
    let mut own = indentation(&text[line.clone()]);
    let mut keys = Vec::new();
    for above in text[low..line.start].lines().rev() {
        let body = above.trim_start();
        if body.starts_with("---") {
            break;
        }
        if body.is_empty() || body.starts_with('#') || indentation(above) >= own {
            continue;
        }
        own = indentation(above);
        let key = body.trim_start_matches("- ").split(':').next().unwrap_or(body).trim_matches(['"', '\'', ' ']);
        if key.len() <= 80 && body.contains(':') {
            keys.push(key.to_string());
        }
        if own == 0 {
            break;
        }
    }
    keys.reverse();
    keys
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '-']).len()
}

/// `[section]` of an INI or TOML file.
fn section(text: &str, at: usize) -> Option<String> {
    let low = text.floor_char_boundary(at.saturating_sub(ABOVE));
    let header =
        text[low..at].lines().rev().map(str::trim).find(|line| line.starts_with('[') && line.ends_with(']'))?;
    Some(header.trim_matches(['[', ']']).to_string())
}

#[cfg(test)]
mod tests {
    use crate::secrets::scan;

    #[test]
    fn keys_above_lead_to_a_secret() {
        for (path, text, expected) in [
            ("a.yaml", "db:\n  auth:\n    user: x\n    password: q8Zr2LxV5nTc\n", "db auth password"),
            ("a.yaml", "jobs:\n- name: x\n  env:\n    API_KEY: q8Zr2LxV5nTc\n", "jobs env API_KEY"),
            ("a.ini", "[a]\nb = 1\n[db]\npassword = q8Zr2LxV5nTc\n", "db password"),
            (".env", "DB_PASSWORD=q8Zr2LxV5nTc\n", "DB_PASSWORD"),
        ] {
            let found = scan(path, text);
            assert_eq!(found.iter().map(|one| one.context.join(" ")).collect::<Vec<_>>(), [expected], "{text}");
        }
    }
}
