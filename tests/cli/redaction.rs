//! No secret comes out: random ones are planted in every kind of file, and every output is searched for pieces of them.

use aho_corasick::AhoCorasick;
use data_encoding::BASE64;

use crate::common::{run, tree};

const TREES: usize = 20;
const SECRETS: usize = 50;
/// Bytes of a secret that no output may hold.
const PIECE: usize = 8;

/// A generator whose numbers depend on its seed alone (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn secret(&mut self) -> String {
        const ALPHABETS: &[&str] = &[
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "0123456789abcdef",
            "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789+/",
            "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789!@%^*_-.",
        ];
        let alphabet = ALPHABETS[self.below(ALPHABETS.len())].as_bytes();
        let length = 16 + self.below(40);
        let middle: String = (0..length).map(|_| alphabet[self.below(alphabet.len())] as char).collect();
        format!("k{middle}7")
    }
}

/// A file of every kind that holds secrets under names that mean some.
fn files(secrets: &mut dyn FnMut() -> String) -> Vec<(&'static str, String)> {
    let mut s = || secrets();
    let base64 = |secret: String| BASE64.encode(secret.as_bytes());
    vec![
        (
            ".env",
            format!(
                "DB_PASSWORD={}\nexport API_TOKEN='{}'\nDATABASE_URL=postgres://app:{}@db/app\nCORS_ORIGINS=*\n",
                s(),
                s(),
                s().replace(['@', '/', '%', '#'], "x")
            ),
        ),
        (
            "compose.yaml",
            format!(
                "services:\n  api:\n    image: example/api:1.0\n    environment:\n      JWT_SECRET: \"{}\"\n      CORS_ORIGINS: \"*\"\n      SMTP_PASSWORD: {}\n    ports: [\"5432:5432\"]\n",
                s(),
                s()
            ),
        ),
        (
            "broken.compose.yaml",
            format!("services:\n  api:\n    environment:\n      JWT_SECRET: \"{}\n      X: [\n", s()),
        ),
        (
            "k8s/secret.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  password: {}\n  api-key: {}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: b}}\nstringData:\n  token: \"{}\"\n",
                base64(s()),
                base64(s()),
                s()
            ),
        ),
        (
            "k8s/deployment.yaml",
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a}}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: example/a:1\n        env:\n        - name: DB_PASSWORD\n          value: \"{}\"\n        - name: DEBUG\n          value: \"true\"\n",
                s()
            ),
        ),
        ("app.ini", format!("[mail]\npassword = {}\napi_token={}\n", s(), s())),
        ("app.toml", format!("[db]\npassword = \"{}\"\n", s())),
        ("app.properties", format!("spring.datasource.password={}\n", s())),
        ("app.json", format!("{{\"db\": {{\"password\": \"{}\"}}, \"apiKey\": \"{}\"}}\n", s(), s())),
        ("web.xml", format!("<a><password>{}</password><add key=\"ApiKey\" value=\"{}\"/></a>\n", s(), s())),
        ("settings.py", format!("SECRET_KEY = \"{}\"\nDB = dict(password='{}')\n", s(), s())),
        ("deploy.sh", format!("export API_TOKEN=\"{}\"\ncurl -u \"bot:{}\" https://a.acme.io\n", s(), s())),
        ("Dockerfile", format!("FROM example/a:1\nENV API_TOKEN=\"{}\"\n", s())),
        (
            "nginx.conf",
            format!(
                "server {{\n  listen 443 ssl;\n  server_name a.acme.io;\n  location /admin {{\n    proxy_set_header Authorization \"Bearer {}\";\n    proxy_pass http://a:8000;\n  }}\n}}\n",
                s()
            ),
        ),
        (
            "Caddyfile",
            format!(
                "a.acme.io {{\n  header Access-Control-Allow-Origin *\n  reverse_proxy a:8000 {{\n    header_up Authorization \"Bearer {}\"\n  }}\n}}\n",
                s()
            ),
        ),
        ("group_vars/all.yml", format!("ansible_user: root\nansible_password: \"{}\"\n", s())),
        (
            ".github/workflows/ci.yml",
            format!(
                "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    env:\n      API_TOKEN: \"{}\"\n    steps:\n      - run: cargo test || true\n",
                s()
            ),
        ),
        ("README.md", format!("Set `API_TOKEN={}` first.\n", s())),
    ]
}

#[test]
fn no_piece_of_a_secret_comes_out() {
    let mut random = Random(20_261_126);
    let mut planted = 0;
    for n in 0..TREES {
        let mut secrets: Vec<String> = Vec::new();
        let mut made = files(&mut || {
            let secret = random.secret();
            secrets.push(secret.clone());
            secret
        });
        // More of them, so that there are a thousand in all.
        let mut more = String::new();
        while secrets.len() < SECRETS {
            let secret = random.secret();
            more.push_str(&format!("SERVICE_{}_TOKEN={secret}\n", secrets.len()));
            secrets.push(secret);
        }
        made.push(("more.env", more));
        planted += secrets.len();
        let made: Vec<(&str, &str)> = made.iter().map(|(path, text)| (*path, text.as_str())).collect();
        let folder = tree(&made);
        let mut arguments = vec![
            vec!["check", "-v", "--all", "--why"],
            vec!["check", "-f", "concise", "-v", "--all", "--why"],
            vec!["check", "-f", "json", "--all", "--why"],
            vec!["collect"],
            vec!["check", "--baseline", "known.json", "--write-baseline"],
            vec!["check", "--baseline", "known.json", "-f", "json"],
        ];
        if n > 0 {
            // One tree shows what verbosity adds.
            arguments.truncate(4);
        }
        let forms: Vec<String> =
            secrets.iter().flat_map(|secret| [secret.clone(), BASE64.encode(secret.as_bytes())]).collect();
        let pieces = forms.iter().flat_map(|form| (0..=form.len() - PIECE).map(move |at| &form[at..at + PIECE]));
        let pieces = AhoCorasick::new(pieces).expect("pieces can be searched for");
        for arguments in arguments {
            let ran = run(folder.path(), &arguments);
            let known = std::fs::read_to_string(folder.path().join("known.json")).unwrap_or_default();
            for output in [&ran.stdout, &ran.stderr, &known] {
                let piece = pieces.find(output.as_str()).map(|found| output[..found.start()].lines().last());
                assert_eq!(piece, None, "tree {n}: plimsoll {arguments:?} prints a piece of a secret behind this");
            }
        }
    }
    assert_eq!(planted, TREES * SECRETS);
}

#[test]
fn passwords_inside_connection_strings_and_commands_are_hidden() {
    const PASSWORDS: &[&str] =
        &["hunter1xy", "pa/ss@w0rd", "hunter3xy", "tig3rtail", "k@9", "two l0ng words", "p%2fw2f9", "hunter9xy"];
    const ENV: &str = concat!(
        "DB_DSN=app:hunter1xy@tcp(mysql:3306)/app\nDATABASE_URL=mysql://app:pa/ss@w0rd@db:3306/app\n",
        "JDBC_DATABASE_URL=jdbc:oracle:thin:scott/tig3rtail@//db:1521/X\n",
        "SPRING_DATASOURCE_URL=jdbc:sqlserver://db:1433;user=sa@srv;password=k@9\n",
        "PG_DSN=host=db user=app password='two l0ng words' dbname=app\nDB_URL=postgres://app:p%2fw2f9@db/app\n",
        "MYSQL_DSN=hunter9xy by app at db, as the password says\n",
    );
    const COMPOSE: &str = concat!(
        "services:\n  api:\n    image: acme/api\n    command: uvicorn app:app --reload --db postgres://a:hunter1xy@db/a\n",
        "    environment:\n      ConnectionStrings__X: Server=d;Password=hunter3xy\n      DEBUG: 'true'\n",
        "  job:\n    image: acme/job\n    command: [sh, -c, \"PGPASSWORD=hunter1xy psql && flask run --debug\"]\n",
        "  cli:\n    image: acme/cli\n    command: mysql -phunter3xy\n",
    );
    let folder = tree(&[(".env", ENV), ("compose.yaml", COMPOSE)]);
    for arguments in [vec!["collect"], vec!["check", "--rule", "settings/*"], vec!["check", "-f", "json"]] {
        let ran = run(folder.path(), &arguments);
        assert!(ran.stdout.contains("DB_DSN") || ran.stdout.contains("settings/"), "{arguments:?}");
        for password in PASSWORDS {
            let line = ran.stdout.lines().find(|line| line.contains(password));
            assert_eq!(line, None, "plimsoll {arguments:?} prints {password}");
        }
    }
}
