//! User and password in connection strings: URLs of any scheme, those of JDBC, of Go's MySQL driver and of Oracle, and lists
//! of `name=value` as libpq and ADO.NET take them.

/// Bytes of the longest string that is read as one.
const LONGEST: usize = 4096;

/// What a connection string says of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// The form is known, and no password has a place in it.
    None,
    Password(Password),
    /// There may be a password; the form is not known.
    Unclear,
}

/// A password and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Password {
    pub user: Option<String>,
    /// As the server gets it; may be empty.
    pub text: String,
    /// As it stands in the string, for example percent-encoded.
    pub written: String,
}

impl Password {
    fn plain(user: &str, text: &str) -> Login {
        let user = (!user.is_empty()).then(|| user.to_string());
        Login::Password(Self { user, text: text.to_string(), written: text.to_string() })
    }

    fn encoded(user: &str, text: &str) -> Login {
        let user = (!user.is_empty()).then(|| decode(user));
        Login::Password(Self { user, text: decode(text), written: text.to_string() })
    }
}

/// Whether a value of whatever name is worth a look for a password.
pub fn may_hold_password(value: &str) -> bool {
    let url = || value.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
    let go = || ["@tcp(", "@unix("].iter().any(|net| value.contains(net));
    value.starts_with("jdbc:") || value.contains('@') && (url() || go())
}

/// The password that stands in a connection string, unless it is empty.
pub fn password(text: &str) -> Option<Password> {
    match login(text) {
        Login::Password(password) if !password.text.is_empty() => Some(password),
        _ => None,
    }
}

/// What a connection string says of a password.
pub fn login(text: &str) -> Login {
    let text = text.trim();
    if text.len() > LONGEST {
        return Login::Unclear;
    }
    if let Some(rest) = thin(text) {
        return of_oracle(rest);
    }
    if let Some((scheme, rest)) = text.split_once("://")
        && is_scheme(scheme)
    {
        return of_url(rest);
    }
    of_go(text).or_else(|| of_pairs(text)).or_else(|| of_sqlplus(text)).unwrap_or_else(|| {
        let lower = text.to_ascii_lowercase();
        let hints = ["@", "password", "pwd"].iter().any(|hint| lower.contains(hint));
        if hints { Login::Unclear } else { Login::None }
    })
}

/// Whether a value is the URL of a database, in whichever way drivers spell its scheme.
pub fn is_of_database(text: &str) -> bool {
    const SCHEMES: &[&str] = &[
        "postgres",
        "postgresql",
        "pgsql",
        "mysql",
        "mysqli",
        "mariadb",
        "mongodb",
        "sqlserver",
        "mssql",
        "oracle",
        "cockroachdb",
        "clickhouse",
        "timescaledb",
        "cassandra",
        "neo4j",
        "couchdb",
        "influxdb",
    ];
    let scheme = text.trim().split_once("://").map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    thin(text).is_some() || scheme.split(['+', ':']).any(|part| SCHEMES.contains(&part))
}

/// What `NEO4J_AUTH` says: `neo4j/password`, or `none`, which lets every client in.
pub fn of_neo4j(text: &str) -> Login {
    let (user, password) = text.trim().split_once('/').unwrap_or(("", if text.trim() == "none" { "" } else { text }));
    Password::plain(user, password)
}

/// User information, hosts, and what follows them, of what stands behind `://`.
pub fn split(rest: &str) -> (Option<&str>, &str, &str) {
    let end = |from: usize| rest[from..].find(['/', '?', '#', ';']).map_or(rest.len(), |at| from + at);
    let at = rest[..end(0)].rfind('@').or_else(|| unescaped(rest));
    let from = at.map_or(0, |at| at + 1);
    (at.map(|at| &rest[..at]), &rest[from..end(from)], &rest[end(from)..])
}

/// Where the user information ends whose password holds a sign that should have been escaped.
fn unescaped(rest: &str) -> Option<usize> {
    let (user, password) = rest.split_once(':')?;
    let first = password.split(['/', '?', '#', ';', ',']).next().unwrap_or(password);
    let is_port = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    if is_port || user.contains(['/', '?', '#', ';', '=', '@', ',']) {
        return None;
    }
    let path = rest.split('?').next().unwrap_or(rest);
    let at = path.rfind('@').or_else(|| rest.rfind('@'))?;
    let host = rest[at + 1..].chars().next();
    host.is_some_and(|c| c.is_alphanumeric() || matches!(c, '[' | '$' | '{' | '_')).then_some(at)
}

fn is_scheme(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b':');
    let colons = text.starts_with("jdbc:") || !text.contains(':');
    colons && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_sign)
}

fn of_url(rest: &str) -> Login {
    let (userinfo, _, tail) = split(rest);
    if let Some((user, password)) = userinfo.and_then(|info| info.split_once(':')) {
        return Password::encoded(user, password);
    }
    let Some(at) = tail.find(['?', ';']) else { return Login::None };
    let (given, query) = (userinfo.unwrap_or_default(), &tail[at + 1..]);
    if tail[at..].starts_with(';') {
        return named(&pairs(query, Style::Semicolons), given).unwrap_or(Login::None);
    }
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_string())).collect();
    match named(&pairs, given) {
        Some(Login::Password(found)) => Password::encoded(&found.user.unwrap_or_default(), &found.written),
        _ => Login::None,
    }
}

/// What stands behind `jdbc:oracle:thin:` and the like.
fn thin(text: &str) -> Option<&str> {
    let (prefix, rest) = text.split_once("oracle:")?;
    let (driver, rest) = rest.split_once(':')?;
    (matches!(prefix, "" | "jdbc:") && matches!(driver, "thin" | "oci" | "oci8")).then_some(rest)
}

/// `scott/tiger@//db:1521/x`, `/@db` and `@db` of Oracle.
fn of_oracle(rest: &str) -> Login {
    let Some((user, password)) = before_address(rest).and_then(|at| rest[..at].split_once('/')) else {
        return Login::None;
    };
    if password.is_empty() && user.is_empty() { Login::None } else { Password::plain(user, password) }
}

/// The address in a string for Oracle's JDBC drivers; None where it is not plain.
pub fn oracle_address(text: &str) -> Option<&str> {
    let rest = thin(text)?;
    let address = &rest[before_address(rest)? + 1..];
    (!address.starts_with('(')).then_some(address)
}

fn before_address(rest: &str) -> Option<usize> {
    ["@//", "@(", "@tcp", "@ldap"].iter().find_map(|from| rest.find(from)).or_else(|| rest.rfind('@'))
}

/// The same without a prefix, as command lines and drivers of other languages take it.
fn of_sqlplus(text: &str) -> Option<Login> {
    let (login, host) = text.rsplit_once('@')?;
    let (user, password) = login.split_once('/')?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '#' | '.');
    let known = !user.is_empty() && user.chars().all(is_name) && !password.is_empty() && !host.is_empty();
    (known && !text.contains([' ', '='])).then(|| Password::plain(user, password))
}

/// `user:password@tcp(host:3306)/name`: <https://github.com/go-sql-driver/mysql#dsn-data-source-name>.
fn of_go(text: &str) -> Option<Login> {
    let at = go_address(text)?;
    let (user, password) = text[..at].split_once(':').unwrap_or((&text[..at], ""));
    Some(if text[..at].contains(':') { Password::plain(user, password) } else { Login::None })
}

/// Where the `@` before the address stands in a string for Go's MySQL driver.
pub fn go_address(text: &str) -> Option<usize> {
    let close = text.rfind(")/");
    text.rmatch_indices('@').map(|(at, _)| at).find(|at| {
        let net = text[at + 1..].trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        let alone = net.len() == text.len() - at - 1 && net.starts_with('/') && !net.starts_with("//");
        alone || net.starts_with('(') && close > Some(*at)
    })
}

/// `Server=db;User Id=app;Password=...` of ADO.NET, `host=db user=app password=...` of libpq.
fn of_pairs(text: &str) -> Option<Login> {
    const KEYS: &[&str] = &["host", "hostaddr", "server", "data source", "addr", "address", "datasource", "service"];
    let styles: &[Style] = if text.contains(';') { &[Style::Semicolons, Style::Blanks] } else { &[Style::Blanks] };
    let mut known = false;
    for style in styles {
        let pairs = pairs(text, *style);
        if let Some(found) = named(&pairs, "") {
            return Some(found);
        }
        known |= pairs.iter().any(|(name, _)| KEYS.contains(&name.as_str()));
    }
    let hides = text.to_ascii_lowercase().contains("password");
    (known && !hides).then_some(Login::None)
}

/// The password among pairs, with the user's name.
fn named(pairs: &[(String, String)], user: &str) -> Option<Login> {
    let of = |names: &[&str]| pairs.iter().rfind(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value);
    let password = of(&["password", "pwd"])?;
    let user = of(&["user", "user id", "userid", "uid", "username", "user name"]).map_or(user, |user| user);
    Some(Password::plain(user, password))
}

/// What stands between the pairs of a list.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// `;`; a quote within quotes is written twice.
    Semicolons,
    /// Blanks, which may also stand round the `=`; a backslash escapes within quotes.
    Blanks,
}

/// Names in lower case and values without their quotes.
fn pairs(text: &str, style: Style) -> Vec<(String, String)> {
    let ends = |c: char| if style == Style::Semicolons { c == ';' } else { c.is_whitespace() };
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('=') {
        let name = before.trim_end().rsplit(ends).next().unwrap_or_default().trim().to_ascii_lowercase();
        let after = after.trim_start();
        let close = match after.chars().next() {
            Some('{') if style == Style::Semicolons => Some('}'),
            quote => quote.filter(|c| matches!(c, '"' | '\'')),
        };
        let quoted = close.and_then(|close| quoted(after, close, style));
        let (value, length) = quoted.unwrap_or_else(|| {
            let length = after.find(ends).unwrap_or(after.len());
            (after[..length].trim_end().to_string(), length)
        });
        found.push((name, value));
        rest = &after[length..];
    }
    found
}

/// What stands in quotes at the beginning of a text, and how many bytes they take; None if they do not end.
fn quoted(text: &str, close: char, style: Style) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut signs = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = signs.next() {
        if c == '\\' && style == Style::Blanks {
            value.extend(signs.next().map(|(_, c)| c));
            continue;
        }
        let mut doubled = || signs.next_if(|(_, next)| *next == close && style == Style::Semicolons).is_some();
        if c == close && !doubled() {
            return Some((value, at + c.len_utf8()));
        }
        value.push(c);
    }
    None
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_every_form() {
        for (text, user, expected) in [
            ("postgres://app:s%40fe@db:5432/app", "app", "s@fe"),
            ("postgresql+asyncpg://u:p@db/x", "u", "p"),
            ("postgres://app:a/b+c/d=@db:5432/app?sslmode=require", "app", "a/b+c/d="),
            ("mysql://app:pa/ss@word@db:3306/app", "app", "pa/ss@word"),
            ("postgres://app:a;b@db/app?options=a@b", "app", "a;b"),
            ("postgres://app:p#w@db/app?options=a@b", "app", "p#w"),
            ("redis://:pw@redis:6379", "", "pw"),
            ("amqp://app:pw@mq:5672//", "app", "pw"),
            ("postgres://app:@db/app", "app", ""),
            ("Server=db;User Id=sa;Password=Abc;", "sa", "Abc"),
            ("Server=db;User ID=sa;Password = Abc", "sa", "Abc"),
            ("Server=db;Uid=root;Pwd='se;c''r et';Database=x", "root", "se;c'r et"),
            ("Server=tcp:db.acme.io,1433;User Id=a@srv;Password=a b=c;", "a@srv", "a b=c"),
            ("jdbc:postgresql://db/app?user=u&password=p%26w", "u", "p&w"),
            ("jdbc:mysql://db/app?user=root&password=", "root", ""),
            ("jdbc:mysql://db/app?user=root&password=P@ss", "root", "P@ss"),
            ("jdbc:sqlserver://db:1433;database=a;user=app@srv;password=pw;encrypt=true", "app@srv", "pw"),
            ("jdbc:sqlserver://db:1433;user=sa;password={P@s;s}", "sa", "P@s;s"),
            ("mysql://root@db/x?password=pw", "root", "pw"),
            ("app:pw@tcp(mysql:3306)/app?parseTime=true", "app", "pw"),
            ("app:p@w/:@unix(/run/mysql.sock)/app", "app", "p@w/:"),
            ("root:pw@/app", "root", "pw"),
            ("jdbc:oracle:thin:scott/tiger@//db:1521/X", "scott", "tiger"),
            ("jdbc:oracle:thin:scott/t:g@db:1521:X", "scott", "t:g"),
            ("scott/tiger@db:1521/X", "scott", "tiger"),
            ("host=db user=app password=pw dbname=x", "app", "pw"),
            ("user=app password = pw host=db", "app", "pw"),
            ("host=db user=app password='two long\\' words' dbname=x", "app", "two long' words"),
            ("host=db user=app password=a;b", "app", "a;b"),
        ] {
            match login(text) {
                Login::Password(found) => {
                    assert_eq!((found.user.as_deref().unwrap_or(""), found.text.as_str()), (user, expected), "{text}");
                }
                other => panic!("{other:?} for {text}"),
            }
        }
    }

    #[test]
    fn strings_without_a_password_and_those_that_nobody_knows() {
        for text in [
            "",
            "postgres://db:5432/app",
            "postgres://app@db/app",
            "postgres://db:5432/app?options=a@b",
            "mongodb://a:27017,b:27017/x?y=a@b",
            "jdbc:sqlserver://db:1433;integratedSecurity=true;user=a@b",
            "jdbc:oracle:thin:@//db:1521/X",
            "Server=db;Integrated Security=true;User=a@b",
            "host=db user=app@corp",
            "root@tcp(db)/app",
            "sqlite:///data/app.db",
            "https://app.acme.io/@me",
            "/run/app.db",
        ] {
            assert_eq!(login(text), Login::None, "{text}");
        }
        for text in ["app:pw@db", "the password is pw", "host=db passwords=pw", "app pw@db"] {
            assert_eq!(login(text), Login::Unclear, "{text}");
        }
    }

    #[test]
    fn databases_are_known_by_their_scheme() {
        for text in [
            "postgres://db",
            "db+postgresql://db",
            "postgresql+psycopg2://db",
            "jdbc:mysql://db",
            "jdbc:oracle:thin:@db",
        ] {
            assert!(is_of_database(text), "{text}");
        }
        for text in ["redis://cache", "https://postgres", "amqp://mq", "postgres"] {
            assert!(!is_of_database(text), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_an_answer(text in "(jdbc:|oracle:thin:|postgres://)?[a-z0-9:/@;=&?#%'\"{}() \\\\\\PC]{0,60}") {
            if let Login::Password(found) = login(&text) {
                proptest::prop_assert!(found.written.len() <= text.len());
            }
            split(&text);
        }
    }
}
