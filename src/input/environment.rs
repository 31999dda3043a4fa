//! Which environment a name tells of (DECISIONS of the catalogue, 2), and whether a file is a template (3).

use crate::input::deployments::Environment;

const PRODUCTION: &[&str] = &["prod", "production", "deploy", "live", "staging", "stage", "qa"];
const DEVELOPMENT: &[&str] = &["dev", "devel", "develop", "development", "local", "override"];
const TEST: &[&str] = &["test", "tests", "testing", "ci", "e2e", "example", "examples", "sample", "samples", "demo"];
const TEMPLATE: &[&str] = &["example", "sample", "template", "tmpl", "tpl", "dist", "default", "defaults"];

/// The environment that a path tells: the file's name before its folders, the nearest folder before the outer ones;
/// within one name development and test win.
pub fn of_path(path: &str) -> Environment {
    path.rsplit('/')
        .map(of_name)
        .find(|environment| *environment != Environment::Unknown)
        .unwrap_or(Environment::Unknown)
}

fn of_name(name: &str) -> Environment {
    let has = |table: &[&str]| tokens(name).any(|token| table.contains(&token.as_str()));
    if has(DEVELOPMENT) {
        Environment::Development
    } else if has(TEST) {
        Environment::Test
    } else if has(PRODUCTION) {
        Environment::Production
    } else {
        Environment::Unknown
    }
}

/// Whether an env file's name says that it is a pattern for others to copy.
pub fn is_template(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    tokens(name).any(|token| TEMPLATE.contains(&token.as_str()))
}

fn tokens(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|token| !token.is_empty()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_counts_before_its_folders_and_development_wins_within_a_name() {
        for (path, environment) in [
            ("docker-compose.yml", Environment::Unknown),
            ("docker-compose.prod.yml", Environment::Production),
            ("prod/docker-compose.dev.yml", Environment::Development),
            ("dev/prod/compose.yaml", Environment::Production),
            ("k8s/e2e/app.yaml", Environment::Test),
            ("compose.prod-local.yaml", Environment::Development),
            ("staging/compose.yaml", Environment::Production),
            ("products/compose.yaml", Environment::Unknown),
            (".env.test", Environment::Test),
        ] {
            assert_eq!(of_path(path), environment, "{path}");
        }
    }

    #[test]
    fn templates_are_known_by_a_token() {
        assert!(is_template(".env.example") && is_template("sample.env") && is_template("env.dist"));
        assert!(!is_template(".env") && !is_template("examples/.env"));
    }
}
