//! What manifests come to in the views.

use plimsoll::input::settings::State;
use plimsoll::input::workloads::{ContainerRole, ReplicaSource};
use plimsoll::problem::ProblemKind;

mod tree;

use tree::with;

fn deployment(name: &str, more: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: shop\nspec:\n  replicas: 3\n  template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      containers:\n        - name: main\n          image: example/{name}:1.0\n          ports: [{{name: http, containerPort: 8080}}]\n{more}---\n"
    )
}

#[test]
fn environments_are_resolved_from_config_maps_and_secrets() {
    let env = "          envFrom:\n            - prefix: APP_\n              configMapRef: {name: settings}\n            - secretRef: {name: keys}\n          env:\n            - {name: LITERAL, value: one}\n            - {name: COMPOSED, value: \"$(LITERAL)-two $$(LITERAL)\"}\n            - name: KEYED\n              valueFrom: {configMapKeyRef: {name: settings, key: LEVEL}}\n            - name: ELSEWHERE\n              valueFrom: {secretKeyRef: {name: vault, key: token}}\n            - name: NOWHERE\n              valueFrom: {configMapKeyRef: {name: missing, key: x}}\n            - name: NODE\n              valueFrom: {fieldRef: {fieldPath: spec.nodeName}}\n            - {name: FILLED, value: \"${LATER}\"}\n";
    let stores = "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: settings, namespace: shop}\n    data: {LEVEL: info}\n  - apiVersion: v1\n    kind: Secret\n    metadata: {name: keys, namespace: shop}\n    data: {API_KEY: czNjcjN0}\n    stringData: {PLAIN: text}\n  - apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: unused, namespace: shop}\n    data: {LEFT: over, app.conf: file}\n";
    with(&[("k8s/app.yaml", &(deployment("api", env) + stores))], |document, problems| {
        assert_eq!(problems, []);
        let got = |name: &str| {
            let found = document.settings.all.iter().find(|setting| setting.name == name);
            let setting = found.unwrap_or_else(|| panic!("no {name}"));
            (
                setting.consumer.to_string(),
                setting.value.as_deref().map(str::to_string),
                setting.state,
                setting.via.len(),
            )
        };
        let api = || "Deployment/api/main".to_string();
        let literal = |value: &str, via| (api(), Some(value.to_string()), State::Literal, via);
        assert_eq!(got("APP_LEVEL"), literal("info", 1));
        assert_eq!(got("API_KEY"), literal("s3cr3t", 1));
        assert_eq!(got("PLAIN"), literal("text", 1));
        assert_eq!(got("LITERAL"), literal("one", 0));
        assert_eq!(got("COMPOSED"), literal("one-two $(LITERAL)", 0));
        assert_eq!(got("KEYED"), literal("info", 1));
        assert_eq!((got("ELSEWHERE").2, got("NOWHERE").2), (State::Reference, State::Unknown));
        assert_eq!((got("NODE").2, got("FILLED").2), (State::Reference, State::Unknown));
        assert_eq!(got("LEFT"), ("ConfigMap/unused".to_string(), Some("over".to_string()), State::Literal, 0));
        assert!(document.settings.all.iter().all(|setting| setting.name != "app.conf"), "a key that holds a file");
    });
}

#[test]
fn a_secret_that_is_no_base64_is_a_fault_at_its_place() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\ndata:\n  GOOD: eA==\n  BAD: '%%%'\n";
    with(&[("k8s/secret.yaml", secret)], |document, problems| {
        assert_eq!(problems.len(), 1);
        let span = problems[0].span.expect("a place");
        assert_eq!((problems[0].kind, &secret[span.range()]), (ProblemKind::Fault, "'%%%'"));
        assert!(document.settings.all.iter().any(|setting| setting.name == "GOOD"), "its siblings are read");
    });
}

#[test]
fn a_spread_constraint_that_kubernetes_refuses_spreads_nothing() {
    let constraint = |fields: &str| {
        let line = format!("      topologySpreadConstraints: [{{topologyKey: topology.kubernetes.io/zone{fields}}}]\n");
        with(&[("k8s/app.yaml", &deployment("api", &line))], |document, _| document.workloads.all[0].spread.len())
    };
    for (fields, counted) in [
        (", maxSkew: 1, whenUnsatisfiable: DoNotSchedule", 1),
        (", maxSkew: 2, whenUnsatisfiable: ScheduleAnyway", 1),
        (", maxSkew: 0, whenUnsatisfiable: DoNotSchedule", 0),
        (", maxSkew: 1, whenUnsatisfiable: Sometimes", 0),
        (", whenUnsatisfiable: DoNotSchedule", 0),
        (", maxSkew: 1", 0),
    ] {
        assert_eq!(constraint(fields), counted, "{fields}");
    }
}

#[test]
fn what_selects_a_workload_is_joined_with_it() {
    let rest = "apiVersion: v1\nkind: Service\nmetadata: {name: api, namespace: shop}\nspec:\n  selector: {app: api}\n  ports: [{port: 80, targetPort: http}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: other, namespace: elsewhere}\nspec:\n  selector: {app: api}\n  ports: [{port: 80}]\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: api, namespace: shop}\nspec:\n  minAvailable: 50%\n  selector: {matchExpressions: [{key: app, operator: In, values: [api, web]}]}\n---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny, namespace: shop}\nspec:\n  podSelector: {}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: api, namespace: shop}\nspec:\n  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}\n  minReplicas: 5\n  maxReplicas: 9\n---\napiVersion: v1\nkind: LimitRange\nmetadata: {name: defaults, namespace: shop}\nspec:\n  limits:\n    - type: Container\n      defaultRequest: {cpu: 100m}\n      default: {memory: 1Gi}\n";
    with(&[("k8s/app.yaml", &(deployment("api", "") + rest))], |document, problems| {
        assert_eq!(problems, []);
        let workload = &document.workloads.all[0];
        let services: Vec<(&str, Vec<&str>)> = workload
            .services
            .iter()
            .map(|service| (&*service.name, service.targets.iter().map(|target| &**target).collect()))
            .collect();
        assert_eq!(services, [("api", vec!["main"])], "a Service of another namespace selects nothing here");
        assert_eq!((workload.replicas.value, workload.replicas.source), (Some(5), ReplicaSource::Autoscaler));
        assert_eq!((workload.budgets.len(), workload.network_policies.len()), (1, 1));
        let budget = &document.workloads.budgets[0];
        let threshold = budget.min_available.as_ref().expect("it is written");
        assert_eq!((budget.replicas, threshold.pods), (Some(5), Some(3)), "half of five is three");
        let range = workload.limit_range.as_ref().expect("the namespace has one");
        assert_eq!(range.requests.cpu.as_ref().and_then(|one| one.milli), Some(100));
        assert_eq!(range.limits.memory.as_ref().and_then(|one| one.milli), Some(1_073_741_824_000));
        let policy = &document.workloads.network_policies[0];
        assert!(policy.governs_ingress && !policy.governs_egress && policy.selects_all);
        let namespace = &document.workloads.namespaces[0];
        assert!(namespace.name == "shop" && namespace.default_deny_ingress == Some(true) && namespace.has_workloads);
    });
}

#[test]
fn pod_templates_are_found_wherever_they_stand_and_definitions_are_not_searched() {
    let text = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      initContainers:\n        - {name: setup, image: example/setup:1}\n        - {name: mesh, image: example/mesh:1, restartPolicy: Always}\n      containers: [{name: web, image: example/web:1}]\n---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: report}\nspec:\n  jobTemplate: {spec: {template: {spec: {containers: [{name: run, image: example/report:1}]}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: lone}\nspec: {containers: [{name: lone, image: example/lone:1}]}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{name: a, image: b}]}}}\n";
    with(&[("k8s/all.yaml", text)], |document, problems| {
        assert_eq!(problems, []);
        let kinds: Vec<&str> = document.workloads.all.iter().map(|workload| &*workload.kind).collect();
        assert_eq!(kinds, ["Rollout", "CronJob", "Pod"]);
        let roles: Vec<ContainerRole> = document.workloads.all[0].containers.iter().map(|one| one.role).collect();
        assert_eq!(roles, [ContainerRole::Init, ContainerRole::Sidecar, ContainerRole::Main]);
    });
}

#[test]
fn a_budget_of_pods_that_an_operator_runs_is_not_idle() {
    let text = "apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: k8s, namespace: m, labels: {part: metrics}}\nspec: {replicas: 2}\n---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: k8s, namespace: m}\nspec: {minAvailable: 1, selector: {matchLabels: {part: metrics}}}\n";
    with(&[("k8s/all.yaml", text)], |document, _| {
        assert_eq!((document.workloads.budgets[0].selects.len(), document.workloads.budgets[0].replicas), (1, Some(2)));
    });
}

#[test]
fn charts_and_changing_kustomizations_are_limits_and_plain_ones_deployments() {
    let manifest = deployment("api", "");
    let files = [
        ("chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"),
        ("chart/templates/app.yaml", "{{ if .Values.on }}\nkind: x\n{{ end }}\n"),
        ("chart/charts/inner/Chart.yaml", "apiVersion: v2\nname: inner\nversion: 1.0.0\n"),
        ("chart/charts/inner/templates/app.yaml", "{{- broken"),
        ("plain/kustomization.yaml", "resources: [app.yaml]\n"),
        ("plain/app.yaml", manifest.as_str()),
        ("overlay/kustomization.yaml", "resources: [../base]\npatches: [{path: patch.yaml}]\n"),
        ("overlay/patch.yaml", manifest.as_str()),
        ("base/kustomization.yaml", "resources: [app.yaml]\n"),
        ("base/app.yaml", manifest.as_str()),
    ];
    with(&files, |document, problems| {
        let mut limits: Vec<(&str, &str)> =
            problems.iter().map(|problem| (&*problem.path, problem.help.as_str())).collect();
        limits.sort_unstable();
        assert_eq!(
            limits,
            [
                ("chart/Chart.yaml", "check with --render, or pipe it: helm template chart | plimsoll check -"),
                (
                    "overlay/kustomization.yaml",
                    "check with --render, or pipe it: kustomize build overlay | plimsoll check -"
                ),
            ]
        );
        assert!(problems.iter().all(|problem| problem.kind == ProblemKind::Limit));
        let names: Vec<&str> = document.deployments.iter().map(|deployment| &*deployment.name).collect();
        assert_eq!(names, ["plain"], "what a build patches is not judged as it stands");
    });
}

#[test]
fn folders_that_tell_an_environment_are_deployments_of_their_own() {
    let manifest = deployment("api", "");
    let files = ["k8s/app.yaml", "k8s/dev/app.yaml", "k8s/prod/app.yaml", "k8s/other/app.yaml"]
        .map(|path| (path, manifest.as_str()));
    with(&files, |document, _| {
        let found: Vec<(&str, bool)> = document.deployments.iter().map(|one| (&*one.name, one.judged)).collect();
        assert_eq!(found, [("k8s", true), ("k8s/dev", false), ("k8s/prod", true)]);
    });
}

/// A document of the namespace `shop`.
fn object(api: &str, kind: &str, name: &str, rest: &str) -> String {
    format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}, namespace: shop}}\n{rest}\n---\n")
}

fn service(name: &str, app: &str) -> String {
    object(
        "v1",
        "Service",
        name,
        &format!("spec: {{selector: {{app: {app}}}, ports: [{{port: 80, targetPort: http}}]}}"),
    )
}

#[test]
fn null_is_absent_and_dollars_are_what_kubernetes_makes_of_them() {
    let more = "          resources: {requests: {cpu: 16.1k, memory: null}}\n          livenessProbe: {httpGet: null}\n          env:\n            - {name: NULLED, value: null}\n            - {name: ONE, value: '1'}\n            - {name: DOLLARS, value: 'pa$$word'}\n            - {name: THREE, value: '$$$(ONE)'}\n            - {name: OPEN, value: 'a$(b'}\n            - name: LACKING\n              valueFrom: {secretKeyRef: {name: here, key: other}}\n";
    let text = deployment("api", more).replace("replicas: 3", "replicas: null")
        + &object("v1", "Secret", "here", "stringData: {KEY: text}");
    with(&[("k8s/app.yaml", &text)], |document, _| {
        let workload = &document.workloads.all[0];
        assert_eq!((workload.replicas.value, workload.replicas.source), (Some(1), ReplicaSource::Default));
        let container = &workload.containers[0];
        assert_eq!(container.resources.requests.cpu.as_ref().and_then(|one| one.milli), Some(16_100_000));
        assert!(container.resources.requests.memory.is_none() && container.liveness.is_none());
        let got = |name: &str| {
            let setting = document.settings.all.iter().find(|setting| setting.name == name);
            setting.map(|setting| (setting.state, setting.value.as_deref().unwrap_or("-").to_string()))
        };
        let literal = |value: &str| Some((State::Literal, value.to_string()));
        assert_eq!(got("NULLED"), literal(""));
        assert_eq!(got("DOLLARS"), literal("pa$word"));
        assert_eq!(got("THREE"), literal("$1"));
        assert_eq!(got("OPEN"), literal("a$(b"));
        assert_eq!(got("LACKING").map(|(state, _)| state), Some(State::Unknown), "the Secret is here, its key is not");
    });
}

#[test]
fn a_named_port_leads_to_its_number_and_a_tag_to_fill_in_hides_no_product() {
    let text = deployment("db", "").replace("example/db:1.0", "postgres:${TAG}") + &service("db", "db");
    with(&[("k8s/db.yaml", &text)], |document, _| {
        let service = &document.workloads.services[0];
        assert_eq!(service.ports[0].target, Some(8080));
        assert_eq!(service.products.iter().map(|product| &*product.name).collect::<Vec<_>>(), ["postgres"]);
        assert_eq!(document.workloads.all[0].containers[0].image, None);
    });
}

#[test]
fn policies_and_budgets_govern_what_kubernetes_lets_them() {
    let policy = |name, spec| object("networking.k8s.io/v1", "NetworkPolicy", name, spec);
    let daemon = "spec: {template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: a, image: x/a:1}]}}}";
    let text = deployment("api", "")
        + &object("apps/v1", "DaemonSet", "agent", daemon)
        + &policy("empty-egress", "spec: {podSelector: {}, ingress: [{}], egress: []}")
        + &policy("no-selector", "spec: {policyTypes: [Ingress]}")
        + &object("policy/v1", "PodDisruptionBudget", "none", "spec: {minAvailable: 1, selector: null}")
        + &object("policy/v1", "PodDisruptionBudget", "all", "spec: {minAvailable: 1, selector: {}}")
        + &object(
            "policy/v1beta1",
            "PodDisruptionBudget",
            "old",
            "spec: {minAvailable: 1, selector: {matchLabels: {}}}",
        )
        + &object(
            "v1",
            "LimitRange",
            "range",
            "spec: {limits: [{type: Container, max: {memory: 1Gi}, min: {cpu: 50m}}]}",
        );
    with(&[("k8s/app.yaml", &text)], |document, _| {
        let policies: Vec<(bool, bool, bool)> = document
            .workloads
            .network_policies
            .iter()
            .map(|policy| (policy.governs_ingress, policy.governs_egress, policy.selects_all))
            .collect();
        assert_eq!(policies, [(true, false, true), (true, false, true)]);
        assert_eq!(document.workloads.all[0].network_policies.len(), 2);
        let namespace = &document.workloads.namespaces[0];
        assert_eq!((namespace.default_deny_ingress, namespace.default_deny_egress), (Some(true), Some(false)));
        let budgets: Vec<(usize, Option<i64>)> =
            document.workloads.budgets.iter().map(|budget| (budget.selects.len(), budget.replicas)).collect();
        assert_eq!(budgets, [(0, None), (2, None), (0, None)], "nobody knows how many pods a DaemonSet runs");
        let range = document.workloads.all[0].limit_range.as_ref().expect("the namespace has one");
        assert_eq!(
            (
                range.limits.memory.as_ref().and_then(|one| one.milli),
                range.requests.memory.as_ref().and_then(|one| one.milli)
            ),
            {
                let gibibyte = Some(1_073_741_824_000);
                (gibibyte, gibibyte)
            }
        );
        assert_eq!(
            (range.requests.cpu.as_ref().and_then(|one| one.milli), range.limits.cpu.is_none()),
            (Some(50), true)
        );
    });
}

#[test]
fn every_pod_template_of_a_custom_resource_is_a_workload() {
    let text = "apiVersion: example.org/v1\nkind: Train\nmetadata: {name: t}\nspec:\n  replicas: 9\n  roles:\n    first: {replicas: 2, template: {spec: {containers: [{name: a, image: x/a:1}]}}}\n  groups:\n    - template: {spec: {containers: [{name: b, image: x/b:1}]}}\n";
    with(&[("k8s/train.yaml", text)], |document, _| {
        let found: Vec<(&str, Option<i64>)> = document
            .workloads
            .all
            .iter()
            .map(|workload| (&*workload.containers[0].name, workload.replicas.value))
            .collect();
        assert_eq!(found, [("a", Some(2)), ("b", Some(9))]);
    });
}

#[test]
fn of_objects_with_one_name_the_nearest_is_meant() {
    let files: Vec<(String, String)> = (0..300)
        .map(|n| {
            let env = "          envFrom: [{configMapRef: {name: settings}}]\n";
            let data = format!("data: {{LEVEL: level-{n}}}");
            let map = object("v1", "ConfigMap", "settings", &data);
            (format!("examples/{n}/app.yaml"), deployment("api", env) + &service("api", "api") + &map)
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    with(&files, |document, _| {
        assert_eq!(document.workloads.all.len(), 300);
        assert!(document.workloads.all.iter().all(|workload| workload.services.len() == 1), "each has its own Service");
        let levels: std::collections::BTreeSet<&str> =
            document.settings.all.iter().filter_map(|setting| setting.value.as_deref()).collect();
        assert_eq!(levels.len(), 300, "no ConfigMap hides another");
    });
    // Where nothing repeats, and where what repeats is not near, a selector reaches the whole deployment.
    let canary = deployment("canary", "").replace("app: canary", "app: api");
    let (api, service) = (deployment("api", ""), service("api", "api"));
    with(&[("k8s/a/d.yaml", &api), ("k8s/b/d.yaml", &canary), ("k8s/b/s.yaml", &service)], |document, _| {
        assert_eq!(document.workloads.services[0].selects.len(), 2);
    });
    with(&[("k8s/a/d.yaml", &api), ("k8s/b/d.yaml", &api), ("k8s/c/s.yaml", &service)], |document, _| {
        assert_eq!(document.workloads.services[0].selects.len(), 2);
    });
}

#[test]
fn what_a_plain_kustomization_lists_is_one_deployment_even_where_git_ignores_it() {
    let (api, ignored) = (deployment("api", ""), deployment("ignored", ""));
    let service = service("api", "api");
    let flux =
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: flux}\nspec: {path: ./x}\n";
    let files = [
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".gitignore", "generated/\n"),
        ("kustomization.yaml", "resources: [app/d.yaml, net/s.yaml, generated/d.yaml]\n"),
        ("app/d.yaml", &api),
        ("net/s.yaml", &service),
        ("generated/d.yaml", &ignored),
        ("flux/kustomization.yaml", flux),
        ("remote/kustomization.yaml", "resources: ['https://example.org/all.yaml']\ncrds: [crd.json]\n"),
    ];
    with(&files, |document, problems| {
        let limits: Vec<&str> = problems
            .iter()
            .filter(|problem| problem.kind == ProblemKind::Limit)
            .map(|problem| &*problem.path)
            .collect();
        assert_eq!(limits, ["remote/kustomization.yaml"]);
        let names: Vec<&str> = document.deployments.iter().map(|deployment| &*deployment.name).collect();
        assert_eq!(names, [".", "flux"], "Flux's own resource is a manifest");
        assert_eq!(&*document.workloads.all.iter().map(|one| &*one.name).collect::<Vec<_>>().join(" "), "api ignored");
        assert_eq!(document.workloads.services[0].selects.len(), 1);
    });
}

#[test]
fn items_of_a_typed_list_are_of_its_kind() {
    let list = "apiVersion: v1\nkind: ConfigMapList\nitems:\n  - {metadata: {name: s}, data: {LOG_LEVEL: debug}}\n---\n\
                apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  \
                containers: [{name: c, image: i, envFrom: [{configMapRef: {name: s}}]}]\n";
    with(&[("list.yaml", list)], |document, problems| {
        assert_eq!(problems, []);
        let found: Vec<_> = document.settings.all.iter().map(|one| (&*one.consumer, one.value.as_deref())).collect();
        assert_eq!(found, [("Pod/p/c", Some("debug"))]);
    });
}

#[test]
fn external_addresses_of_a_service_are_told() {
    let with_ips =
        |name: &str, rest: &str| object("v1", "Service", name, &format!("spec:\n  ports: [{{port: 80}}]\n{rest}"));
    let text = [with_ips("a", "  externalIPs: [192.0.2.7]\n"), with_ips("b", "  externalIPs: []\n"), with_ips("c", "")];
    with(&[("k8s/app.yaml", &text.concat())], |document, problems| {
        assert_eq!(problems, []);
        let told = document.workloads.services.iter().map(|service| (&*service.name, service.external_ips.is_some()));
        assert_eq!(told.collect::<Vec<_>>(), [("a", true), ("b", false), ("c", false)]);
    });
}

#[test]
fn files_of_settings_in_config_maps_are_read_at_their_places() {
    let files = concat!(
        "  application.properties: |\n    # comment\n    spring.datasource.password=Hq7rTz2kWm9x\n    app.cors.allowed-origins[0]=*\n",
        "    spring.datasource.url=${DB_URL:jdbc:postgresql://db/app}\n    spring.jwt.secret=${JWT}\n    server.port=80\n",
        "  application.yml: |\n    logging: {level: {root: DEBUG}}\n    cors:\n      allowed-origins:\n        - https://a.se\n        - https://b.se\n",
        "  appsettings.json: '{\"Database\": {\"Password\": \"x7Kd93\"}}'\n",
        "  object.yaml: |\n    apiVersion: v1\n    kind: Pod\n    log_level: debug\n",
        "  my.cnf: |\n    [client]\n    user=app\n",
    );
    let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n{files}");
    with(&[("k8s/app.yaml", &map)], |document, problems| {
        assert_eq!(problems, []);
        let line = |setting: &plimsoll::input::settings::Setting<'_>| {
            let place = setting.at.0.span();
            assert!(setting.value.as_deref().is_none_or(|value| map[place.range()].contains(value)));
            let role = setting.role.as_deref().unwrap_or("-");
            let line = map[..place.start as usize].matches('\n').count() + 1;
            format!("{line} {} {role} {:?} {}", setting.name, setting.state, setting.value.as_deref().unwrap_or("?"))
        };
        let mut shown: Vec<String> = document.settings.all.iter().map(line).collect();
        shown.sort();
        let expected = [
            "10 spring.jwt.secret jwt_secret Reference ?",
            "13 logging.level.root log_level Literal DEBUG",
            "16 cors.allowed-origins cors_origins Literal https://a.se",
            "17 cors.allowed-origins cors_origins Literal https://b.se",
            "18 Database.Password db_password Literal x7Kd93",
            "7 spring.datasource.password db_password Literal Hq7rTz2kWm9x",
            "8 app.cors.allowed-origins cors_origins Literal *",
            "9 spring.datasource.url db_url Default jdbc:postgresql://db/app",
        ];
        assert_eq!(shown, expected);
    });
}

#[test]
fn files_that_cannot_be_read_may_set_anything() {
    let map = |name: &str, text: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  {name}: |\n    {text}\n")
    };
    for (name, text, spoils) in [
        ("config.toml", "log_level = \"debug\"", true),
        ("config.toml", "title = \"debug\"", false),
        ("broken.yaml", "log_level: [debug", true),
        ("notes.txt", "log_level: debug", false),
    ] {
        with(&[("k8s/app.yaml", &map(name, text))], |_, problems| {
            let spoilt = problems.iter().any(|problem| problem.sections.contains(&"settings"));
            let notices = problems.iter().filter(|problem| problem.kind == ProblemKind::Notice).count();
            assert_eq!((spoilt, notices, problems.len()), (spoils, usize::from(spoils), usize::from(spoils)), "{name}");
        });
    }
}

#[test]
fn an_env_file_in_a_config_map_sets_something_and_is_no_file_of_the_tree() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  .env: |\n    DB_PASSWORD=Hq7rTz2k\n";
    with(&[("k8s/app.yaml", map)], |document, problems| {
        assert_eq!(problems, []);
        assert_eq!(document.settings.all.iter().map(|one| &*one.name).collect::<Vec<_>>(), ["DB_PASSWORD"]);
        let json = serde_json::to_value(document).expect("the document serialises");
        assert_eq!(json["env_files"]["all"], serde_json::json!([]));
    });
}
