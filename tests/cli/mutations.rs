//! Proof that each rule is alive: one line of its good fixture changed, and it fails, alone.

use crate::common::{root, run};
use crate::fixtures::own_tree;

/// Rule, file of its good fixture, text that stands there, text in its place.
const MUTATIONS: &[(&str, &str, &str, &str)] = &[
    ("web/cors-no-wildcard", "app/.env", "https://app.harbour.se, https://admin.harbour.se:8443", "*"),
    (
        "web/cors-no-wildcard",
        "app/docker-compose.yml",
        "SEARCH_CORS_ORIGINS:-https://app.harbour.se",
        "SEARCH_CORS_ORIGINS:-*",
    ),
    (
        "web/cors-no-wildcard",
        "k8s/api.yaml",
        "cors-allow-origin: \"https://app.harbour.se, https://admin.harbour.se\"",
        "cors-max-age: \"60\"",
    ),
    ("web/cors-origins-explicit", "app/.env", "https://app.harbour.se https", "http://app.harbour.se https"),
    (
        "web/cors-origins-explicit",
        "k8s/api.yaml",
        "CORS_ALLOW_ORIGINS: https://app.harbour.se",
        "CORS_ALLOW_ORIGINS: \"\"",
    ),
    ("web/database-not-public", "app/docker-compose.yml", "\"127.0.0.1:6379:6379\"", "\"6379:6379\""),
    ("web/database-not-public", "k8s/db.yaml", "  ports:", "  type: LoadBalancer\n  ports:"),
    ("web/service-ports-not-public", "app/docker-compose.yml", "\"127.0.0.1:15672:15672\"", "\"15672:15672\""),
    ("web/service-ports-not-public", "app/docker-compose.yml", "        host_ip: 127.0.0.1\n", ""),
    ("settings/debug-disabled", "app/shop.env", "FLASK_DEBUG=0", "FLASK_DEBUG=1"),
    ("settings/debug-disabled", "app/docker-compose.yml", "NODE_ENV=production", "NODE_ENV=development"),
    ("settings/log-level-production", "k8s/settings.yaml", "Information", "Debug"),
    ("settings/log-level-production", "app/docker-compose.yml", "LOG_LEVEL:-INFO", "LOG_LEVEL:-TRACE"),
    ("settings/env-no-dummy-values", "app/.env", "TENANT=nordic", "TENANT=changeme"),
    (
        "settings/env-no-dummy-values",
        "app/.env",
        "FRONTEND_URL=https://app.harbour.se",
        "FRONTEND_URL=http://localhost:3000",
    ),
    ("settings/env-files-gitignored", "app/.gitignore", ".env\n.env.*\n", "*.log\n"),
    ("settings/env-files-gitignored", "app/settings.env", "REGION=eu-north-1", "PAYMENT_API_KEY=pk-7f3kq9vx2m"),
    ("settings/jwt-secret-set", "app/docker-compose.yml", "JWT_SECRET: /run/secrets/jwt_secret", "JWT_SECRET: \"\""),
    (
        "settings/jwt-secret-set",
        "app/docker-compose.yml",
        "JWT_SECRET: /run/secrets/jwt_secret",
        "JWT_SECRET: changeme",
    ),
    ("settings/jwt-secret-strong", "k8s/secret.yaml", "nT3vXq8LzR5wKd2HyB7mPf9JcS4gUa6EoViWtQxZ", "nT3vXq8LzR5w"),
    (
        "settings/jwt-secret-strong",
        "k8s/secret.yaml",
        "WXc0X2tSOG5acTItTHRWeDdCbUhzNUpkUGY5Y0dhVGUzVW9YaVd2Sw==",
        "aGFyYm91ci1oYXJib3VyLWhhcmJvdXItaGFyYm91cg==",
    ),
    (
        "settings/database-password-changed",
        "k8s/secret.yaml",
        "POSTGRES_PASSWORD: hV8-zKq3-Wm7t-Rx5n-Bp9c",
        "POSTGRES_PASSWORD: postgres",
    ),
    ("settings/database-password-changed", "app/docker-compose.yml", "scram-sha-256", "trust"),
    (
        "settings/database-password-strong",
        "k8s/secret.yaml",
        "POSTGRES_PASSWORD: hV8-zKq3-Wm7t-Rx5n-Bp9c",
        "POSTGRES_PASSWORD: hV8-zKq3",
    ),
    (
        "settings/database-password-strong",
        "k8s/secret.yaml",
        "POSTGRES_PASSWORD: hV8-zKq3-Wm7t-Rx5n-Bp9c",
        "POSTGRES_PASSWORD: kqkqkqkqkqkqkqkqkqkq",
    ),
    (
        "settings/database-credentials-not-in-env-files",
        "k8s/settings.yaml",
        "DB_HOST: db",
        "DB_PASSWORD: hV8-zKq3-Wm7t-Rx5n-Bp9c",
    ),
    (
        "settings/database-credentials-not-in-env-files",
        "app/docker-compose.yml",
        "harbour@db",
        "harbour:hV8-zKq3-Wm7t-Rx5n-Bp9c@db",
    ),
    (
        "workloads/cpu-requests-limits",
        "k8s/api.yaml",
        "requests: {cpu: 100m, memory: 128Mi}",
        "requests: {memory: 128Mi}",
    ),
    (
        "workloads/cpu-requests-limits",
        "compose.yaml",
        "limits: {cpus: \"0.50\", memory: 256M}",
        "limits: {memory: 256M}",
    ),
    ("workloads/memory-requests-limits", "k8s/api.yaml", "limits: {memory: 256Mi}", "limits: {}"),
    ("workloads/memory-requests-limits", "k8s/api.yaml", "limits: {memory: 256Mi}", "limits: {memory: 64Mi}"),
    ("workloads/liveness-probes", "k8s/api.yaml", "livenessProbe:", "lifecycleProbe:"),
    ("workloads/liveness-probes", "k8s/api.yaml", "httpGet: {path: /healthz, port: 8080}", "periodSeconds: 5"),
    ("workloads/readiness-probes", "k8s/api.yaml", "readinessProbe:", "readyProbe:"),
    ("workloads/readiness-probes", "k8s/api.yaml", "httpGet: {path: /ready, port: 8080}", "periodSeconds: 5"),
    ("workloads/replicas-minimum", "k8s/api.yaml", "replicas: 3", "replicas: 1"),
    ("workloads/replicas-minimum", "k8s/web.yaml", "minReplicas: 2", "minReplicas: 1"),
    ("workloads/pod-disruption-budget", "k8s/api.yaml", "maxUnavailable: 1", "maxUnavailable: 0"),
    ("workloads/pod-disruption-budget", "k8s/api.yaml", "maxUnavailable: 1", "minAvailable: 3"),
    (
        "workloads/network-policy-ingress-restricted",
        "k8s/api.yaml",
        "      ports:\n        - port: 8080",
        "      ports:\n        - port: 8080\n    - {}",
    ),
    (
        "workloads/network-policy-ingress-restricted",
        "k8s/api.yaml",
        "        - podSelector:\n            matchLabels: {app: web}\n",
        "        - namespaceSelector: {}\n",
    ),
];

#[test]
fn each_mutation_flips_its_rule_and_no_other() {
    for (rule, file, from, to) in MUTATIONS {
        let folder = own_tree(&root().join("fixtures").join(rule).join("good"));
        let path = folder.path().join(file);
        let before = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{rule} {file}: {error}"));
        assert!(before.contains(from), "{rule}: `{from}` does not stand in {file}");
        std::fs::write(&path, before.replacen(from, to, 1)).expect("files can be written");
        let ran = run(folder.path(), &["check", "--format", "json"]);
        assert_eq!(ran.rules_with_findings(), [rule.to_string()], "`{from}` to `{to}` in {file}: {}", ran.stderr);
        assert_eq!(ran.verdict(rule), "fail");
    }
}
