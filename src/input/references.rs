//! Values that say where a secret is, from `policies/data/setting_references.yaml`.

use std::sync::LazyLock;

use crate::input::tables;
use crate::located::Value;

/// What stands in place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A manager of secrets has it.
    Manager(&'static str),
    /// A mounted file has it.
    File,
    /// A deployment tool puts it there.
    Token,
}

struct Form {
    start: String,
    /// What follows at any distance, in order.
    rest: Vec<String>,
    manager: &'static str,
}

struct Table {
    forms: Vec<Form>,
    tokens: Vec<(String, String)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let table = tables::read("setting_references");
    let root = table.root().and_then(|root| root.get("setting_references"));
    let managers = root.and_then(|root| root.get("managers")).into_iter().flat_map(Value::items);
    let forms = managers.flat_map(|entry| {
        // One leak a manager and process: the names live as long as the table.
        let manager: &'static str = entry.get("manager").and_then(Value::text).unwrap_or_default().to_string().leak();
        tables::texts(entry.get("forms")).into_iter().map(move |form| {
            let mut parts = form.split('*').map(str::to_string);
            Form { start: parts.next().unwrap_or_default(), rest: parts.collect(), manager }
        })
    });
    let tokens = tables::texts(root.and_then(|root| root.get("tokens"))).into_iter();
    let tokens = tokens.filter_map(|token| token.split_once(' ').map(|(a, b)| (a.to_string(), b.to_string())));
    Table { forms: forms.collect(), tokens: tokens.collect() }
});

/// What stands in place of a value; None where it is the value itself.
pub fn of(value: &str) -> Option<Reference> {
    let table = &*TABLE;
    if value.starts_with("/run/secrets/") {
        return Some(Reference::File);
    }
    if let Some(form) = table.forms.iter().find(|form| fits(form, value)) {
        return Some(Reference::Manager(form.manager));
    }
    table.tokens.iter().any(|(start, end)| is_token(value, start, end)).then_some(Reference::Token)
}

fn fits(form: &Form, value: &str) -> bool {
    let Some(rest) = value.strip_prefix(form.start.as_str()) else { return false };
    form.rest.iter().try_fold(rest, |rest, part| rest.split_once(part.as_str()).map(|(_, rest)| rest)).is_some()
}

fn is_token(value: &str, start: &str, end: &str) -> bool {
    let inner = value.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).map(str::trim);
    inner.is_some_and(|inner| match start {
        // Python calls its own names `__main__`.
        "__" => inner.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'),
        // What begins with a dot, Docker or a program fills in when it runs.
        "{{" => !inner.starts_with('.') && !inner.contains("}}"),
        _ => true,
    } && !inner.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_tokens_are_no_values() {
        for (value, manager) in [
            ("op://prod/database/password", "1Password"),
            ("arn:aws:secretsmanager:eu-north-1:1:secret:prod/db-AbC", "AWS Secrets Manager"),
            ("arn:aws-cn:ssm:cn-north-1:1:parameter/db", "AWS Parameter Store"),
            ("projects/x/secrets/y/versions/latest", "Google Secret Manager"),
            ("@Microsoft.KeyVault(SecretUri=https://a.vault.azure.net/secrets/b)", "Azure Key Vault"),
            ("ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]", "SOPS"),
            ("encrypted:BDqDBibm4wsYqMpC", "dotenvx"),
            ("ref+vault://secret/db#/password", "vals"),
            ("vault:secret/data/db#password", "vault"),
        ] {
            assert_eq!(of(value), Some(Reference::Manager(manager)), "{value}");
        }
        assert_eq!(of("/run/secrets/db"), Some(Reference::File));
        for value in ["#{DB_PASSWORD}#", "#{DB_PASSWORD}", "__DB_PASSWORD__", "{{ vault_db_password }}", "<%= pw %>"] {
            assert_eq!(of(value), Some(Reference::Token), "{value}");
        }
        for value in [
            "",
            "arn:aws:s3:::bucket",
            "arn:aws:ssm",
            "projects/x",
            "__main__",
            "____",
            "{{.Node.Hostname}}",
            "{{a}}-{{b}}",
            "#{}#",
            "operator",
        ] {
            assert_eq!(of(value), None, "{value}");
        }
    }
}
