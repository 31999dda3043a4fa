//! Proof that each rule is alive: one line of its good fixture changed, and it fails, alone.

use crate::common::{copy, root, run};

/// Rule, file of its good fixture, text that stands there, text in its place.
const MUTATIONS: &[(&str, &str, &str, &str)] = &[
    ("workloads/cpu-requests-limits", "k8s/api.yaml", "requests: {cpu: 100m, memory: 128Mi}", "requests: {memory: 128Mi}"),
    ("workloads/cpu-requests-limits", "compose.yaml", "limits: {cpus: \"0.50\", memory: 256M}", "limits: {memory: 256M}"),
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
    ("workloads/network-policy-ingress-restricted", "k8s/api.yaml", "matchLabels: {app: web}", "matchLabels: {app: web}\n    - {}"),
    ("workloads/network-policy-ingress-restricted", "k8s/api.yaml", "    - from:\n        - podSelector:\n            matchLabels: {app: web}", "    - from: []"),
];

#[test]
fn each_mutation_flips_its_rule_and_no_other() {
    for (rule, file, from, to) in MUTATIONS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&root().join("fixtures").join(rule).join("good"), folder.path());
        let path = folder.path().join(file);
        let before = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{rule} {file}: {error}"));
        assert!(before.contains(from), "{rule}: `{from}` does not stand in {file}");
        std::fs::write(&path, before.replacen(from, to, 1)).expect("files can be written");
        let ran = run(folder.path(), &["check", "--format", "json"]);
        assert_eq!(ran.rules_with_findings(), [rule.to_string()], "`{from}` to `{to}` in {file}: {}", ran.stderr);
        assert_eq!(ran.verdict(rule), "fail");
    }
}
