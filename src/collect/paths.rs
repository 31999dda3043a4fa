//! Paths of a run: relative to its root, with forward slashes.

/// The folder of a path, "" for the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path of a file in a folder.
pub fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_string() } else { format!("{folder}/{name}") }
}

/// A path as seen from a folder; None if it is absolute or leads out of the root.
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with(['/', '~']) || path.is_empty() || path.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The way from one folder of a run to another, "" where they are one.
pub fn way(from: &str, to: &str) -> String {
    let mut from = from.split('/').filter(|part| !part.is_empty()).peekable();
    let mut to = to.split('/').filter(|part| !part.is_empty()).peekable();
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    from.map(|_| "..").chain(to).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_from_folder_to_folder() {
        for (from, to, expected) in [
            ("", "", ""),
            ("a", "a", ""),
            ("", "a/b", "a/b"),
            ("a/b", "a/c", "../c"),
            ("a", "", ".."),
            ("a", "b", "../b"),
        ] {
            assert_eq!(way(from, to), expected, "{from} to {to}");
            assert_eq!(join(from, &format!("./{expected}/x")), join(to, "x"), "{from} to {to}");
        }
    }

    #[test]
    fn paths_stay_inside_the_root() {
        assert_eq!(join("a/b", "../c/./d.env").as_deref(), Some("a/c/d.env"));
        assert_eq!(join("", ".env").as_deref(), Some(".env"));
        assert_eq!(join("a", "../../x"), None);
        assert_eq!(join("a", "/etc/passwd"), None);
    }
}
