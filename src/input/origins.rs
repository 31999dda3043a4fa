//! Lists of CORS origins that need no second look.

/// Whether a text is a list of https origins and nothing else: no wildcard, no pattern, no path, no port that is none, not
/// this machine. What is told here no rule has to look at again; everything else is for rules to judge.
pub fn all_https(text: &str) -> bool {
    let mut entries = text.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).peekable();
    entries.peek().is_some() && entries.all(is_https)
}

fn is_https(origin: &str) -> bool {
    let Some(authority) = origin.strip_prefix("https://") else { return false };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let own_machine = host.ends_with("localhost") || host.starts_with("127.") || host.starts_with("0.");
    let is_port = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
    !host.is_empty() && host.bytes().all(is_name) && !own_machine && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lists_of_https_origins_are_told() {
        for list in ["https://app.example.org", "https://a.se, https://b.se:8443", "https://a.se https://b.se"] {
            assert!(all_https(list), "{list}");
        }
        for list in [
            "",
            ",",
            "*",
            "null",
            "http://a.se",
            "https://a.se,*",
            "https://*.a.se",
            "https://a.se/",
            "https://a.se/path",
            "https://a.se:x",
            "https://a.se:",
            "https://localhost:3000",
            "https://app.localhost",
            "https://127.0.0.1",
            "https://",
            "[\"https://a.se\"]",
            "https://a.se;https://b.se",
            "https://a.se$",
            "a.se",
        ] {
            assert!(!all_https(list), "{list}");
        }
    }
}
