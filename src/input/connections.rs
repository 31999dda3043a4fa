//! Where settings of databases and caches lead to, and whether the way there is encrypted.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use schemars::JsonSchema;
use serde::Serialize;

use crate::input::dsn;
use crate::input::settings::{Reach, Setting};
use crate::input::workloads::{Platform, Workloads};

/// What a setting says of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Connection {
    /// Host names, in order; none where the value names no host (a socket, a file).
    pub hosts: Vec<String>,
    pub place: Place,
    pub tls: Tls,
}

/// Where a host is, best known last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// A name of one word that may be on a network that the tree does not show.
    Unknown,
    /// A service of the same deployment, or no network at all.
    Own,
    /// The loopback address of whoever connects.
    ThisMachine,
    /// A name of one word that no service of the deployment has.
    Nowhere,
    /// Beyond the deployment's own network.
    Elsewhere,
}

/// Whether a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tls {
    On,
    /// Never, or only if the server asks for it.
    Off,
    Unstated,
    /// A word that no driver is known to take.
    Unknown,
}

/// Roles of settings that say where a database or cache is, or how to reach it.
const ROLES: &[&str] = &["db_url", "db_host", "db_tls", "cache_url", "cache_host"];

type Consumer = (Arc<str>, String);

/// Gives each setting that is about a connection what it says of it, with what the same consumer says elsewhere.
pub fn complete(settings: &mut [Setting<'_>], workloads: &Workloads<'_>) {
    let role = |setting: &Setting<'_>| setting.role.as_deref().and_then(|role| ROLES.iter().find(|one| **one == role));
    if !settings.iter().any(|setting| role(setting).is_some()) {
        return;
    }
    let names = Names::new(workloads);
    let mut said: HashMap<Consumer, Said> = HashMap::default();
    let known = |setting: &&Setting<'_>| setting.reaches == Reach::Container && role(setting).is_some();
    for setting in settings.iter().filter(known) {
        let said = said.entry(consumer(setting)).or_default();
        let value = setting.value.as_deref().map(str::trim).filter(|value| !value.is_empty());
        match (role(setting).copied(), value) {
            (Some("db_host"), Some(value)) => said.hosts = vec![host(value)],
            (Some("db_tls"), value) => said.tls = Some(value.map_or(Tls::Unknown, tls)),
            (Some("db_url"), value) => {
                said.url = true;
                if let Some(found) = value.map(url) {
                    said.url_hosts = found.hosts;
                }
            }
            _ => {}
        }
    }
    for setting in settings {
        let (Some(role), Some(value)) = (role(setting).copied(), setting.value.as_deref()) else { continue };
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let said = said.get(&consumer(setting));
        let found = match role {
            "db_url" | "cache_url" => {
                let mut found = url(value);
                if found.tls == Tls::Unstated && role == "db_url" {
                    found.tls = said.and_then(|said| said.tls).unwrap_or(Tls::Unstated);
                }
                found
            }
            "db_tls" => Found {
                hosts: said.map(|said| if said.url { said.url_hosts.clone() } else { said.hosts.clone() }),
                tls: tls(value),
            }
            .known(),
            "db_host" => Found {
                hosts: Some(vec![host(value)]),
                tls: match said {
                    // Another setting says it, and is judged for it.
                    Some(said) if said.url || said.tls.is_some() => Tls::On,
                    _ => Tls::Unstated,
                },
            }
            .known(),
            _ => Found { hosts: Some(value.split([',', ' ', ';']).map(host).collect()), tls: Tls::Unstated }.known(),
        };
        let place = match (&found.hosts[..], role) {
            ([], "db_tls") => Place::Unknown,
            ([], _) => Place::Own,
            (hosts, _) => hosts.iter().map(|host| names.place(&setting.deployment, host)).max().unwrap_or(Place::Own),
        };
        setting.connection = Some(Box::new(Connection { hosts: found.hosts, place, tls: found.tls }));
    }
}

/// What one consumer says in several settings.
#[derive(Default)]
struct Said {
    hosts: Vec<String>,
    tls: Option<Tls>,
    /// Whether it has a connection URL, which counts instead of the single host.
    url: bool,
    url_hosts: Vec<String>,
}

fn consumer(setting: &Setting<'_>) -> Consumer {
    (setting.deployment.clone(), setting.consumer.to_string())
}

struct Found<H> {
    hosts: H,
    tls: Tls,
}

impl Found<Option<Vec<String>>> {
    fn known(self) -> Found<Vec<String>> {
        let hosts = self.hosts.unwrap_or_default().into_iter().filter(|host| !host.is_empty()).collect();
        Found { hosts, tls: self.tls }
    }
}

/// What the services of each deployment are called by others.
struct Names<'w> {
    of: HashMap<&'w str, HashSet<String>>,
    /// Those of all deployments: whether they share a network, the tree does not say.
    all: HashSet<String>,
}

impl<'w> Names<'w> {
    fn new(workloads: &'w Workloads<'_>) -> Self {
        let mut names: HashMap<&str, HashSet<String>> = HashMap::default();
        for workload in &workloads.all {
            let own = names.entry(&workload.deployment).or_default();
            if workload.platform == Platform::Compose {
                own.insert(workload.name.to_lowercase());
                own.extend(workload.aliases.iter().map(|alias| alias.to_lowercase()));
            }
        }
        for service in workloads.services.iter().filter(|service| service.kind != "ExternalName") {
            names.entry(&service.deployment).or_default().insert(service.name.to_lowercase());
        }
        let all = names.values().flatten().cloned().collect();
        Self { of: names, all }
    }

    fn place(&self, deployment: &str, host: &str) -> Place {
        let own = self.of.get(deployment);
        let has = |name: &str| own.is_some_and(|own| own.contains(name));
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        if host == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
            return Place::ThisMachine;
        }
        if has(host) || host.starts_with('/') {
            return Place::Own;
        }
        match host.split_once('.') {
            // A pod of a StatefulSet, a Service in its namespace: `name`, `.namespace`, `.svc`, the cluster's domain.
            Some((first, rest)) => {
                let of_cluster = rest.split('.').any(|part| part == "svc") || host.ends_with(".local");
                let of_pod = rest.split('.').next().is_some_and(|second| has(second) && first.starts_with(second));
                // `name.namespace` of a cluster has two parts, of which no registry sells the second.
                let of_namespace = has(first) && !rest.contains('.') && rest.len() > 3;
                if of_namespace || of_pod || of_cluster { Place::Own } else { Place::Elsewhere }
            }
            None if host.contains(['$', '{', '<']) || own.is_none() || self.all.contains(host) => Place::Unknown,
            None => Place::Nowhere,
        }
    }
}

/// A host without its port, in lower case.
fn host(text: &str) -> String {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    let text = text.split(['/', '?', '#']).next().filter(|host| !host.is_empty()).unwrap_or(text);
    let bare = match text.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && (!host.contains(':') || host.ends_with(']')) =>
        {
            host
        }
        _ => text,
    };
    bare.to_lowercase()
}

/// Hosts and encryption of a connection URL, or of a list of `name=value`.
fn url(value: &str) -> Found<Vec<String>> {
    let value = value.strip_prefix("jdbc:").unwrap_or(value);
    if let Some((hosts, query)) = address_of_go(value) {
        return Found { hosts, tls: stated(&pairs(query, &['&'])) };
    }
    if let Some(address) = dsn::oracle_address(value) {
        let tls = if address.starts_with("tcps") { Tls::On } else { Tls::Unstated };
        let found = host(address.split_once("//").map_or(address, |(_, rest)| rest));
        return Found { hosts: vec![found], tls };
    }
    let Some((scheme, rest)) = value.split_once("://") else {
        if value.starts_with("sqlite:") || value.starts_with("file:") {
            return Found { hosts: Vec::new(), tls: Tls::On };
        }
        let pairs = pairs(value, &[';', ' ', '&', '?']);
        let of =
            |names: &[&str]| pairs.iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| *value);
        let server = of(&["host", "server", "data source", "hostaddr", "address", "addr"]);
        let server = server.map(|server| server.trim_start_matches("tcp:").split(',').next().unwrap_or(server));
        let hosts = server.map(host).filter(|host| !host.is_empty()).into_iter().collect();
        return Found { hosts, tls: stated(&pairs) };
    };
    let (_, authority, tail) = dsn::split(rest);
    let query = tail.find(['?', ';']).map_or("", |at| &tail[at + 1..]);
    let query = pairs(query.split('#').next().unwrap_or_default(), &['&', ';']);
    let mut hosts: Vec<String> = authority.split(',').map(host).filter(|host| !host.is_empty()).collect();
    if hosts.is_empty() {
        let socket = query.iter().find(|(name, _)| name == "host").map(|(_, value)| host(value));
        hosts.extend(socket.filter(|host| !host.starts_with('/') && !host.starts_with("%2f")));
    }
    let scheme = scheme.to_ascii_lowercase();
    let tls = match stated(&query) {
        Tls::Unstated if scheme == "rediss" || scheme.ends_with("+srv") => Tls::On,
        Tls::Unstated if scheme.starts_with("sqlite") || scheme == "file" => Tls::On,
        stated => stated,
    };
    let hosts = if scheme.starts_with("sqlite") || scheme == "file" { Vec::new() } else { hosts };
    Found { hosts, tls }
}

/// The host of a string for Go's MySQL driver, none of a socket, and the parameters behind it.
fn address_of_go(value: &str) -> Option<(Vec<String>, &str)> {
    let address = &value[dsn::go_address(value)? + 1..];
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let inside = address.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(inside, _)| inside);
    let hosts = (!inside.is_empty() && !inside.starts_with('/')).then(|| host(inside));
    Some((hosts.into_iter().collect(), query))
}

fn pairs<'t>(text: &'t str, between: &[char]) -> Vec<(String, &'t str)> {
    let pair = |pair: &'t str| {
        let (name, value) = pair.split_once('=')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().trim_matches(['\'', '"'])))
    };
    text.split(between).filter_map(pair).collect()
}

/// What parameters of PostgreSQL, MySQL, MongoDB and SQL Server drivers say of encryption.
fn stated(pairs: &[(String, &str)]) -> Tls {
    const NAMES: &[&str] =
        &["sslmode", "ssl mode", "ssl-mode", "ssl", "tls", "usessl", "requiressl", "encrypt", "secure"];
    let found = pairs.iter().find(|(name, _)| NAMES.contains(&name.as_str()));
    found.map_or(Tls::Unstated, |(_, value)| tls(value))
}

/// <https://www.postgresql.org/docs/current/libpq-ssl.html>: `allow` and `prefer` go on without encryption where the server
/// does not offer it; so does MySQL's `preferred`.
fn tls(value: &str) -> Tls {
    match value.trim().to_ascii_lowercase().replace('_', "-").as_str() {
        "require" | "required" | "verify-ca" | "verify-full" | "verify-identity" | "true" | "1" | "yes" | "on"
        | "skip-verify" | "strict" | "mandatory" => Tls::On,
        "disable" | "disabled" | "allow" | "prefer" | "preferred" | "false" | "0" | "no" | "off" | "optional" => {
            Tls::Off
        }
        _ => Tls::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_lists_say_where_they_lead() {
        for (value, hosts, expected) in [
            ("postgres://app:pw@db.acme.io:5432/app?sslmode=require", &["db.acme.io"][..], Tls::On),
            ("postgresql+asyncpg://app@10.0.4.7/app?ssl=disable", &["10.0.4.7"], Tls::Off),
            ("postgres://a:b@one:5432,two:5432/app", &["one", "two"], Tls::Unstated),
            ("jdbc:mysql://db.acme.io/app?useSSL=false", &["db.acme.io"], Tls::Off),
            ("mysql://u:p@db/x?ssl-mode=VERIFY_IDENTITY", &["db"], Tls::On),
            ("mongodb+srv://u:p@shop.mongodb.net/app", &["shop.mongodb.net"], Tls::On),
            ("host=db.acme.io user=app sslmode=prefer", &["db.acme.io"], Tls::Off),
            ("Server=tcp:db.acme.io,1433;User Id=sa;Encrypt=True", &["db.acme.io"], Tls::On),
            ("postgres:///app?host=/cloudsql/p", &[], Tls::Unstated),
            ("postgres://[::1]:5432/app", &["[::1]"], Tls::Unstated),
            ("sqlite:///data/app.db", &[], Tls::On),
            ("rediss://cache:6380/0", &["cache"], Tls::On),
            ("postgres://db/app?sslmode=$MODE", &["db"], Tls::Unknown),
            ("app:pw@tcp(db.acme.io:3306)/app?tls=false", &["db.acme.io"], Tls::Off),
            ("jdbc:oracle:thin:scott/tiger@//ora.acme.io:1521/X", &["ora.acme.io"], Tls::Unstated),
            ("jdbc:oracle:thin:@tcps://ora.acme.io:1522/X?wallet_location=/w", &["ora.acme.io"], Tls::On),
            ("app:pw@unix(/run/mysql.sock)/app", &[], Tls::Unstated),
            ("jdbc:sqlserver://db.acme.io:1433;user=a@srv;password=p@w;encrypt=false", &["db.acme.io"], Tls::Off),
            ("mysql://app:pa/ss@db.acme.io/x", &["db.acme.io"], Tls::Unstated),
        ] {
            let found = url(value);
            assert_eq!(
                (found.hosts.as_slice(), found.tls),
                (&hosts.iter().map(|one| one.to_string()).collect::<Vec<_>>()[..], expected),
                "{value}"
            );
        }
    }

    #[test]
    fn a_host_is_a_service_this_machine_or_elsewhere() {
        let names = Names {
            of: HashMap::from_iter([("d", HashSet::from_iter(["db".to_string(), "redis".to_string()]))]),
            all: HashSet::from_iter(["db".to_string(), "redis".to_string(), "mq".to_string()]),
        };
        for (host, place) in [
            ("db", Place::Own),
            ("db.shop.svc.cluster.local", Place::Own),
            ("redis-0.redis", Place::Own),
            ("localhost", Place::ThisMachine),
            ("[::1]", Place::ThisMachine),
            ("127.0.0.1", Place::ThisMachine),
            ("cache", Place::Nowhere),
            ("mq", Place::Unknown),
            ("$HOST", Place::Unknown),
            ("db.shop", Place::Own),
            ("db.acme.io", Place::Elsewhere),
            ("pg.acme.io", Place::Elsewhere),
            ("10.0.4.7", Place::Elsewhere),
        ] {
            assert_eq!(names.place("d", host), place, "{host}");
        }
        assert_eq!(names.place("e", "db"), Place::Unknown);
    }
}
