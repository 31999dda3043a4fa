//! In which order directives of a site count, and what kinds there are.
//!
//! Source: <https://caddyserver.com/docs/caddyfile/directives#directive-order>.

use crate::collect::proxies::caddy::lines::Line;

/// The order of Caddy's own directives.
const ORDER: &[&str] = &[
    "tracing",
    "map",
    "vars",
    "fs",
    "root",
    "log_append",
    "log_skip",
    "skip_log",
    "log_name",
    "header",
    "copy_response_headers",
    "request_body",
    "redir",
    "method",
    "rewrite",
    "uri",
    "try_files",
    "basic_auth",
    "basicauth",
    "forward_auth",
    "request_header",
    "encode",
    "push",
    "intercept",
    "templates",
    "invoke",
    "handle",
    "handle_path",
    "route",
    "abort",
    "error",
    "copy_response",
    "respond",
    "metrics",
    "reverse_proxy",
    "php_fastcgi",
    "file_server",
    "acme_server",
];

/// What a directive does to a request, as far as edges go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Header,
    Redirect,
    Respond,
    /// Refuses to answer.
    Refuse,
    /// Holds lines of which Caddy chooses one block.
    Handle,
    /// The same for a prefix, which it takes off the path.
    HandlePath,
    Route,
    Invoke,
    /// Passes requests on to a program.
    Proxy,
    /// The same where no file answers.
    Script,
    Files,
    Authentication,
    BodyLimit,
    RateLimit,
    /// Changes nothing that edges show.
    Nothing,
    /// Belongs to a module that nobody here knows.
    Unknown,
}

pub fn kind(name: &str) -> Kind {
    match name {
        "header" => Kind::Header,
        "redir" => Kind::Redirect,
        "respond" => Kind::Respond,
        "abort" | "error" => Kind::Refuse,
        "handle" => Kind::Handle,
        "handle_path" => Kind::HandlePath,
        "route" => Kind::Route,
        "invoke" => Kind::Invoke,
        "reverse_proxy" | "metrics" => Kind::Proxy,
        "php_fastcgi" | "php_server" | "php" => Kind::Script,
        "file_server" => Kind::Files,
        "basic_auth" | "basicauth" | "forward_auth" | "authorize" | "authenticate" => Kind::Authentication,
        "request_body" => Kind::BodyLimit,
        "rate_limit" => Kind::RateLimit,
        "acme_server"
        | "bind"
        | "copy_response"
        | "copy_response_headers"
        | "crowdsec"
        | "encode"
        | "fs"
        | "handle_errors"
        | "intercept"
        | "log"
        | "log_append"
        | "log_name"
        | "log_skip"
        | "map"
        | "mercure"
        | "method"
        | "push"
        | "request_header"
        | "rewrite"
        | "root"
        | "skip_log"
        | "templates"
        | "tls"
        | "tracing"
        | "try_files"
        | "uri"
        | "vars"
        | "vulcain" => Kind::Nothing,
        name if name.starts_with('@') => Kind::Nothing,
        _ => Kind::Unknown,
    }
}

/// The order that counts, after the `order` lines of the global options.
pub fn order(orders: &[Line<'_>]) -> Vec<String> {
    let mut order: Vec<String> = ORDER.iter().map(|name| (*name).to_string()).collect();
    for line in orders {
        let (Some(name), Some(place)) = (line.word(0), line.word(1)) else { continue };
        order.retain(|one| one != name);
        let other = line.word(2).and_then(|other| order.iter().position(|one| one == other));
        let at = match (place, other) {
            ("first", _) => 0,
            ("before", Some(at)) => at,
            ("after", Some(at)) => at + 1,
            _ => order.len(),
        };
        order.insert(at, name.to_string());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive_of_the_order_is_known() {
        for name in ORDER.iter().chain(crate::syntax::caddyfile::DIRECTIVES) {
            assert_ne!(kind(name), Kind::Unknown, "{name}");
        }
    }
}
