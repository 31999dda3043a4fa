//! What the name of a setting means, from `policies/data/setting_roles.yaml` and `secret_names.yaml`.

use std::borrow::Cow;
use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use crate::input::tables;
use crate::located::Value;

/// What a name tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    pub role: Option<&'static str>,
    /// Whether the value is a credential.
    pub secret: bool,
    /// Whether the value is an address that users of the service are given.
    pub public_url: bool,
    /// Whether it is one only if it says how to get there: `APP_HOST` may be the address that a server listens at.
    pub host: bool,
}

struct Role {
    name: &'static str,
    patterns: Vec<Vec<Word>>,
    not: HashSet<String>,
}

enum Word {
    Any,
    OneOf(Vec<String>),
}

struct Secrets {
    last: HashSet<String>,
    endings: Vec<Vec<String>>,
    keys: HashSet<String>,
    not: HashSet<String>,
}

static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| {
    let table = tables::read("setting_roles");
    let roles = table.root().and_then(|root| root.get("setting_roles"));
    roles.into_iter().flat_map(Value::items).filter_map(role).collect()
});

/// Patterns, by number of role and pattern, whose names hold one of a few words, by these words.
static BY_WORD: LazyLock<HashMap<&'static str, Vec<(usize, usize)>>> = LazyLock::new(|| {
    let mut by_word: HashMap<&'static str, Vec<(usize, usize)>> = HashMap::default();
    for (role, entry) in ROLES.iter().enumerate() {
        for (number, pattern) in entry.patterns.iter().enumerate() {
            let words = pattern.iter().filter_map(|word| match word {
                Word::Any => None,
                Word::OneOf(words) => Some(words),
            });
            // A test holds that every pattern has such words.
            for word in words.min_by_key(|words| words.len()).into_iter().flatten() {
                by_word.entry(word.as_str()).or_default().push((role, number));
            }
        }
    }
    by_word
});

static SECRETS: LazyLock<Secrets> = LazyLock::new(|| {
    let table = tables::read("secret_names");
    let names = table.root().and_then(|root| root.get("secret_names"));
    let set = |key| tables::texts(names.and_then(|names| names.get(key))).into_iter().collect();
    let endings = tables::texts(names.and_then(|names| names.get("endings"))).into_iter();
    let endings = endings.map(|ending| ending.split(' ').map(str::to_string).collect()).collect();
    Secrets { last: set("last"), endings, keys: set("keys"), not: set("not") }
});

fn role(entry: Value<'_>) -> Option<Role> {
    let pattern = |text: String| {
        let word = |word: &str| match word {
            "*" => Word::Any,
            words => Word::OneOf(words.split('|').map(str::to_string).collect()),
        };
        text.split(' ').map(word).collect()
    };
    Some(Role {
        // One leak a role and process: the names live as long as the table.
        name: entry.get("role")?.text()?.to_string().leak(),
        patterns: tables::texts(entry.get("names")).into_iter().map(pattern).collect(),
        not: tables::texts(entry.get("not")).into_iter().collect(),
    })
}

/// The roles that names may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    ROLES.iter().map(|role| role.name)
}

/// Words one of which stands in every name that means a credential, in lower case; none holds another.
pub fn secret_words() -> Vec<String> {
    let endings = SECRETS.endings.iter().filter_map(|ending| ending.iter().max_by_key(|word| word.len()));
    let all: std::collections::BTreeSet<String> =
        SECRETS.last.iter().chain(endings).cloned().chain(["key".to_string()]).collect();
    let holds_another = |word: &String| all.iter().any(|other| other != word && word.contains(other.as_str()));
    all.iter().filter(|word| !holds_another(word)).cloned().collect()
}

/// What a name means.
pub fn of(name: &str) -> Meaning {
    let mut words = words(name);
    // `Cors__Origins__0` is the first of a list of .NET.
    while words.len() > 1 && words.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        words.pop();
    }
    let has = |set: &HashSet<String>| words.iter().any(|word| set.contains(word.as_ref()));
    let candidates = words.iter().filter_map(|word| BY_WORD.get(word.as_ref())).flatten();
    let fits =
        |(role, number): &&(usize, usize)| !has(&ROLES[*role].not) && matches(&ROLES[*role].patterns[*number], &words);
    let role = candidates.filter(fits).min().map(|(role, _)| ROLES[*role].name);
    let secret = is_secret(&words);
    let public = is_public_url(&words);
    let host = public && is_host(&words);
    let meaning = Meaning { role, secret, public_url: public && !host, host };
    Meaning { secret: secret || meaning.is_credential() && role != Some("db_url"), ..meaning }
}

/// Whether the words of a name, in lower case, say that its value is a credential.
pub fn is_secret<S: AsRef<str>>(words: &[S]) -> bool {
    let has = |set: &HashSet<String>| words.iter().any(|word| set.contains(word.as_ref()));
    let secret = match words {
        [] => false,
        [.., before, last] if last.as_ref() == "key" => SECRETS.keys.contains(before.as_ref()) && !has(&SECRETS.not),
        [.., last] => SECRETS.last.contains(last.as_ref()) && !has(&SECRETS.not),
    };
    let ends = |ending: &Vec<String>| {
        words.len() >= ending.len()
            && words[words.len() - ending.len()..].iter().zip(ending).all(|(word, of)| word.as_ref() == of)
    };
    secret || SECRETS.endings.iter().any(ends)
}

impl Meaning {
    /// Whether the role's values let somebody in.
    pub fn is_credential(&self) -> bool {
        const ROLES: &[&str] =
            &["db_password", "db_url", "redis_password", "smtp_password", "jwt_secret", "encryption_key"];
        self.role.is_some_and(|role| ROLES.contains(&role))
    }
}

/// An address that browsers and mails are given, as opposed to one that services use among themselves.
fn is_public_url(words: &[Cow<'_, str>]) -> bool {
    const WHERE: &[&str] = &["url", "uri", "domain", "host", "hostname", "fqdn"];
    const WHOSE: &[&str] = &[
        "public", "base", "site", "app", "frontend", "external", "root", "web", "website", "client", "portal",
        "callback", "redirect", "nextauth", "server", "vite", "gatsby",
    ];
    const INTERNAL: &[&str] =
        &["internal", "health", "healthcheck", "bind", "listen", "db", "database", "redis", "smtp"];
    let has = |set: &[&str]| words.iter().any(|word| set.contains(&word.as_ref()));
    let names_url = words.last().is_some_and(|last| WHERE.contains(&last.as_ref()));
    names_url && (has(WHOSE) || words.len() == 1 && words[0] == "domain") && !has(INTERNAL)
}

/// A host that its name does not call public.
fn is_host(words: &[Cow<'_, str>]) -> bool {
    let is_host = words.last().is_some_and(|last| matches!(last.as_ref(), "host" | "hostname"));
    is_host && !words.iter().any(|word| matches!(word.as_ref(), "public" | "external"))
}

/// The words of a name, in lower case: `dbPassword`, `DB_PASSWORD` and `db.password` are `db`, `password`.
pub(crate) fn words(name: &str) -> Vec<Cow<'_, str>> {
    let mut words = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let mut start = 0;
        let bytes = part.as_bytes();
        for at in 1..bytes.len() {
            let lower_to_upper = bytes[at].is_ascii_uppercase() && !bytes[at - 1].is_ascii_uppercase();
            let end_of_acronym = bytes[at].is_ascii_uppercase()
                && bytes[at - 1].is_ascii_uppercase()
                && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            if lower_to_upper || end_of_acronym {
                words.push(lower(&part[start..at]));
                start = at;
            }
        }
        words.push(lower(&part[start..]));
    }
    words
}

fn lower(word: &str) -> Cow<'_, str> {
    if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(word.to_ascii_lowercase())
    } else {
        Cow::Borrowed(word)
    }
}

fn matches(pattern: &[Word], words: &[Cow<'_, str>]) -> bool {
    match pattern.split_first() {
        None => words.is_empty(),
        Some((Word::Any, rest)) => (0..=words.len()).any(|skip| matches(rest, &words[skip..])),
        Some((Word::OneOf(known), rest)) => {
            words.first().is_some_and(|word| known.iter().any(|one| one == word)) && matches(rest, &words[1..])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_asks_for_a_word() {
        let asks =
            |pattern: &Vec<Word>| pattern.iter().any(|word| matches!(word, Word::OneOf(words) if !words.is_empty()));
        assert!(ROLES.iter().all(|role| role.patterns.iter().all(asks)));
    }

    #[test]
    fn roles_are_as_wide_and_as_narrow_as_people_write() {
        for (name, role) in [
            ("CORS_ORIGIN", "cors_origins"),
            ("CORS_ORIGINS", "cors_origins"),
            ("CORS_ALLOWED_ORIGINS", "cors_origins"),
            ("BACKEND_CORS_ORIGINS", "cors_origins"),
            ("ALLOWED_ORIGINS", "cors_origins"),
            ("corsAllowedOrigins", "cors_origins"),
            ("QUARKUS_HTTP_CORS_ORIGINS", "cors_origins"),
            ("CORS_ORIGIN_ALLOW_ALL", "cors_allow_all"),
            ("CORS_ORIGIN_ALLOWLIST", "cors_origins"),
            ("CORS_ALLOWED_ORIGIN_REGEXES", "cors_origins"),
            ("SPRING_CORS_ALLOWED_ORIGIN_PATTERNS", "cors_origins"),
            ("MANAGEMENT_ENDPOINTS_WEB_CORS_ALLOWEDORIGINS", "cors_origins"),
            ("Cors__AllowedOrigins__0", "cors_origins"),
            ("ConnectionStrings__DefaultConnection", "db_url"),
            ("CONNECTIONSTRINGS__DEFAULT", "db_url"),
            ("NEO4J_AUTH", "db_url"),
            ("NEO4J_PASSWORD", "db_password"),
            ("KEYCLOAK_DB_PASSWORD", "db_password"),
            ("GRAFANA_DATABASE_PASSWORD", "db_password"),
            ("TYPEORM_PASSWORD", "db_password"),
            ("ORACLE_PASSWORD", "db_password"),
            ("JWT_ACCESS_SECRET", "jwt_secret"),
            ("ACCESS_TOKEN_SECRET", "jwt_secret"),
            ("SUPABASE_JWT_SECRET", "jwt_secret"),
            ("NEXTAUTH_SECRET", "jwt_secret"),
            ("AUTH_SECRET", "jwt_secret"),
            ("DJANGO_SECRET_KEY", "jwt_secret"),
            ("LOGGING_LEVEL_ORG_SPRINGFRAMEWORK", "log_level"),
            ("Logging__LogLevel__Default", "log_level"),
            ("Serilog__MinimumLevel__Default", "log_level"),
            ("RUST_LOG", "log_level"),
            ("JWT_SECRET", "jwt_secret"),
            ("JWT_SECRET_KEY", "jwt_secret"),
            ("TRACEO_SECRET_KEY", "jwt_secret"),
            ("SECRET_KEY_BASE", "jwt_secret"),
            ("PGPASSWORD", "db_password"),
            ("POSTGRES_PASSWORD", "db_password"),
            ("MYSQL_PASSWORD", "db_password"),
            ("MYSQL_ROOT_PASSWORD", "db_password"),
            ("MONGO_INITDB_ROOT_PASSWORD", "db_password"),
            ("DB_PASS", "db_password"),
            ("MYSQL_ALLOW_EMPTY_PASSWORD", "db_trust"),
            ("POSTGRES_HOST_AUTH_METHOD", "db_trust"),
            ("DB_PASSWORD", "db_password"),
            ("SPRING_DATASOURCE_PASSWORD", "db_password"),
            ("DATABASE_URL", "db_url"),
            ("SQLALCHEMY_DATABASE_URI", "db_url"),
            ("POSTGRES_USER", "db_user"),
            ("SMTP_USERNAME", "smtp_user"),
            ("SMTP_USER", "smtp_user"),
            ("SMTP_PASSWORD", "smtp_password"),
            ("EMAIL_HOST_PASSWORD", "smtp_password"),
            ("LOG_LEVEL", "log_level"),
            ("APP_LOG_LEVEL", "log_level"),
            ("DEBUG", "debug"),
            ("FLASK_DEBUG", "debug"),
            ("NODE_ENV", "app_mode"),
            ("ASPNETCORE_ENVIRONMENT", "app_mode"),
            ("ENCRYPTION_KEY", "encryption_key"),
            ("REDIS_PASSWORD", "redis_password"),
        ] {
            assert_eq!(of(name).role, Some(role), "{name}");
        }
        for name in [
            "CORS_ALLOWED_METHODS",
            "CORS_ALLOW_HEADERS",
            "CORS_ENABLED",
            "CSRF_TRUSTED_ORIGINS",
            "WEB_ORIGIN",
            "FRONTEND_ORIGIN",
            "MYSQL_RANDOM_ROOT_PASSWORD",
            "AWS_SECRET_KEY",
            "ALIYUN_OSS_SECRET_KEY",
            "EXTRA_TRUSTED_ORIGINS",
            "JWT_PUBLIC_KEY",
            "JWT_EXPIRY",
            "JWT_SECRET_ROTATION_DAYS",
            "JWT_SECRET_MANAGER",
            "JWT_SECRET_REQUIRED",
            "XENDIT_SECRET_KEY",
            "MEILI_SECRET_KEY",
            "R2_SECRET_KEY",
            "AWS_SECRET_ACCESS_KEY",
            "PGADMIN_DB_ADMIN_PASSWORD",
            "RUST_LOG_STYLE",
            "POSTGRES_PASSWORD_FILE",
            "DEBUG_PORT",
        ] {
            assert_eq!(of(name).role, None, "{name}");
        }
    }

    #[test]
    fn addresses_that_users_are_given() {
        let kind = |name| (of(name).public_url, of(name).host);
        for name in ["APP_URL", "VITE_API_URL", "NEXTAUTH_URL", "PUBLIC_HOST", "DOMAIN"] {
            assert_eq!(kind(name), (true, false), "{name}");
        }
        for name in ["SERVER_HOST", "APP_HOST", "ROOT_HOSTNAME"] {
            assert_eq!(kind(name), (false, true), "{name}");
        }
        for name in ["API_URL", "DB_HOST", "HEALTHCHECK_URL", "BIND_HOST"] {
            assert_eq!(kind(name), (false, false), "{name}");
        }
    }

    #[test]
    fn names_of_credentials() {
        for name in [
            "API_KEY",
            "dbPassword",
            "smtp-auth.pass",
            "GITHUB_TOKEN",
            "AWS_SECRET_ACCESS_KEY",
            "STRIPE_SECRET_KEY",
            "GITHUB_PAT",
            "PGPASS",
            "DJANGO_KEY",
            "TRAEFIK_BASIC_AUTH",
            "SLACK_WEBHOOK_URL",
        ] {
            assert!(of(name).secret, "{name}");
        }
        for name in [
            "password_policy",
            "token_url",
            "secretName",
            "passwordResetTtl",
            "PUBLIC_KEY",
            "SORT_KEY",
            "LOG_LEVEL",
            "WEBHOOK_URL",
            "SMTP_AUTH",
            "PATH",
        ] {
            assert!(!of(name).secret, "{name}");
        }
    }
}
