//! Paths of a run: relative to its root, with forward slashes.

/// The folder of a path, "" for the root.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_root() {
        assert_eq!(join("a/b", "../c/./d.env").as_deref(), Some("a/c/d.env"));
        assert_eq!(join("", ".env").as_deref(), Some(".env"));
        assert_eq!(join("a", "../../x"), None);
        assert_eq!(join("a", "/etc/passwd"), None);
    }
}
