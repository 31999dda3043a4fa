//! What the view of workloads says where manifests leave something open.

use foldhash::HashSet;

use plimsoll::input::InputDocument;
use plimsoll::input::workloads::{Container, Quantity, ReplicaSource, Workload};
use plimsoll::problem::{Problem, ProblemKind};

mod tree;

use tree::with;

/// An object of one file, in the namespace that is given, if any.
fn object(api: &str, kind: &str, name: &str, namespace: &str, spec: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!("apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}{namespace}}}\nspec: {spec}\n---\n")
}

/// A Deployment of one container, which says what is given beside its name and image.
fn deployment(name: &str, namespace: &str, container: &str) -> String {
    let pod = format!(
        "{{metadata: {{labels: {{app: {name}}}}}, spec: {{containers: [{{name: {name}, image: x/{name}:1{container}}}]}}}}"
    );
    object("apps/v1", "Deployment", name, namespace, &format!("{{replicas: 3, template: {pod}}}"))
}

fn budget(namespace: &str, spec: &str) -> String {
    let spec = format!("{{selector: {{matchLabels: {{app: api}}}}{spec}}}");
    object("policy/v1", "PodDisruptionBudget", "api", namespace, &spec)
}

fn policy(name: &str, namespace: &str, spec: &str) -> String {
    object("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec)
}

fn check<T>(text: &str, check: impl FnOnce(&InputDocument<'_>, &[Problem]) -> T) -> T {
    with(&[("k8s/all.yaml", text)], check)
}

fn milli(quantity: Option<&Quantity<'_>>) -> Option<i64> {
    quantity.and_then(|quantity| quantity.milli)
}

#[test]
fn an_amount_knows_the_line_that_used_the_variable() {
    let compose = "services:\n  api:\n    image: x/api:1\n    mem_limit: ${MEM}\n    mem_reservation: 128m\n    deploy: {replicas: \"${N}\"}\n";
    with(&[("compose.yaml", compose), (".env", "MEM=64m\nN=1\n")], |document, _| {
        let workload = &document.workloads.all[0];
        let limit = workload.containers[0].resources.limits.memory.as_ref().expect("it is set");
        for (at, via) in [(limit.at.0, &limit.via), (workload.replicas.at.0, &workload.replicas.via)] {
            assert_eq!((&*at.located().path, via.len()), (".env", 1));
            let known = document.known(&HashSet::from_iter([at]));
            let known = known.get(&at).expect("the view holds it");
            assert!(known.via.iter().any(|step| &*step.at.0.located().path == "compose.yaml"));
        }
    });
}

#[test]
fn nothing_is_no_limit_to_compose_and_an_overlay_says_that_it_is_one() {
    let overlay = "services:\n  api:\n    mem_limit: 0\n    cpus: 0\n    restart: always\n";
    with(&[("compose.prod.yaml", overlay)], |document, _| {
        let workload = &document.workloads.all[0];
        assert!(workload.overlay);
        assert_eq!(workload.containers[0].resources.all().count(), 0);
    });
}

#[test]
fn keda_scales_to_its_own_minimum() {
    let scaled = |bounds: &str| {
        let spec = format!("{{scaleTargetRef: {{name: api}}{bounds}}}");
        let text = deployment("api", "", "") + &object("keda.sh/v1alpha1", "ScaledObject", "api", "", &spec);
        check(&text, |document, _| {
            let replicas = &document.workloads.all[0].replicas;
            (replicas.value, replicas.source)
        })
    };
    assert_eq!(scaled(""), (Some(0), ReplicaSource::Autoscaler));
    assert_eq!(scaled(", minReplicaCount: 4"), (Some(4), ReplicaSource::Autoscaler));
    assert_eq!(scaled(", minReplicaCount: \"${MIN}\""), (None, ReplicaSource::Autoscaler));
}

#[test]
fn a_threshold_of_a_budget_is_there_even_where_it_cannot_be_read() {
    let thresholds = |spec: &str| {
        check(&(deployment("api", "", "") + &budget("", spec)), |document, _| {
            let budget = &document.workloads.budgets[0];
            [&budget.min_available, &budget.max_unavailable].map(|one| one.as_ref().map(|one| one.pods))
        })
    };
    assert_eq!(thresholds(", maxUnavailable: null"), [None, None]);
    assert_eq!(thresholds(", minAvailable: 50%"), [Some(Some(2)), None]);
    assert_eq!(thresholds(", minAvailable: [1], maxUnavailable: '1'"), [Some(None), Some(None)]);
}

#[test]
fn a_budget_and_pods_of_which_one_states_no_namespace_may_meet() {
    let found = |of_pods: &str, of_budget: &str| {
        let text = deployment("api", of_pods, "") + &budget(of_budget, ", maxUnavailable: 1");
        check(&text, |document, _| {
            let budget = &document.workloads.budgets[0];
            (budget.selects.len(), budget.unclear, document.workloads.all[0].intended_budgets.len())
        })
    };
    assert_eq!(found("prod", "prod"), (1, None, 0));
    assert_eq!(found("", ""), (1, None, 0));
    assert_eq!(found("prod", ""), (0, Some("namespace"), 1));
    assert_eq!(found("", "prod"), (0, Some("namespace"), 1));
    assert_eq!(found("prod", "other"), (0, None, 0), "both say where they are");
}

#[test]
fn a_text_in_place_of_a_selector_selects_nobody_knows_what() {
    let text = deployment("api", "", "")
        + &object("policy/v1", "PodDisruptionBudget", "pdb", "", "{maxUnavailable: 1, selector: \"${LABELS}\"}");
    check(&text, |document, _| {
        let budget = &document.workloads.budgets[0];
        assert_eq!((budget.selects.len(), budget.unclear), (0, Some("selector")));
    });
}

#[test]
fn containers_of_known_kinds_are_judged_whatever_they_leave_out() {
    let pod = "{template: {spec: {containers: [{image: x/web:1}, {name: side}]}}}";
    for (api, kind) in [("apps/v1", "Deployment"), ("batch/v1", "Job"), ("serving.knative.dev/v1", "Service")] {
        check(&object(api, kind, "web", "", pod), |document, problems| {
            assert_eq!(problems, []);
            assert_eq!(document.workloads.all[0].containers.len(), 2, "{kind}");
        });
    }
    check(&object("example.org/v1", "Deployment", "web", "", pod), |document, _| {
        assert!(document.workloads.all.is_empty(), "what another kind calls a template need not be a pod");
    });
}

#[test]
fn a_template_without_a_container_to_read_is_a_problem() {
    for (containers, expected) in [
        ("containers: []", Some((ProblemKind::Fault, "containers"))),
        ("containers: {name: web}", Some((ProblemKind::Fault, "containers"))),
        ("containers: [{name: web, image: x}, text]", Some((ProblemKind::Fault, "text"))),
        ("containers: \"${CONTAINERS}\"", Some((ProblemKind::Limit, "\"${CONTAINERS}\""))),
        ("containers: [{name: web, image: x}], initContainers: \"${INIT}\"", Some((ProblemKind::Limit, "\"${INIT}\""))),
        ("nodeSelector: {a: b}", Some((ProblemKind::Limit, "web"))),
        ("containers: [{name: web, image: x}]", None),
    ] {
        let text = object("apps/v1", "StatefulSet", "web", "", &format!("{{template: {{spec: {{{containers}}}}}}}"));
        check(&text, |_, problems| {
            let found: Vec<(ProblemKind, &str)> =
                problems.iter().map(|problem| (problem.kind, &text[problem.span.expect("a place").range()])).collect();
            assert_eq!(found, Vec::from_iter(expected), "{containers}");
            assert!(problems.iter().all(|problem| problem.sections == ["settings", "workloads"]));
        });
    }
}

#[test]
fn ports_probes_and_resources_that_are_filled_in_later() {
    let container = ", ports: [{containerPort: \"${PORT}\"}], livenessProbe: \"${PROBE}\", resources: {requests: \"${RES}\", limits: {cpu: 1}}";
    check(&deployment("api", "", container), |document, _| {
        let container: &Container<'_> = &document.workloads.all[0].containers[0];
        assert_eq!(*container.unclear, ["ports", "livenessProbe"]);
        let amounts = &container.resources;
        assert!(amounts.requests.cpu.as_ref().is_some_and(|cpu| cpu.milli.is_none()));
        assert!(amounts.requests.memory.is_some() && amounts.limits.memory.is_none());
        assert_eq!(milli(amounts.limits.cpu.as_ref()), Some(1000));
    });
    check(
        &deployment("api", "", ", ports: [{containerPort: 80}], livenessProbe: null, resources: null"),
        |document, _| {
            let container = &document.workloads.all[0].containers[0];
            assert!(container.unclear.is_empty() && container.resources.all().next().is_none());
        },
    );
}

#[test]
fn limit_ranges_add_up() {
    let range = |name: &str, limits: &str| object("v1", "LimitRange", name, "", &format!("{{limits: [{limits}]}}"));
    let text = deployment("api", "", "")
        + &range("a", "{type: Container, default: {cpu: 1}}, {type: Container, default: {cpu: 2, memory: 1Gi}}")
        + &range("b", "{type: Container, defaultRequest: {memory: 1Mi}}, {type: Pod, max: {cpu: 9}}");
    check(&text, |document, _| {
        let range = document.workloads.all[0].limit_range.as_ref().expect("the namespace has some");
        assert_eq!(milli(range.limits.cpu.as_ref()), Some(1000));
        assert_eq!(milli(range.limits.memory.as_ref()), Some(1_073_741_824_000));
        assert_eq!(milli(range.requests.memory.as_ref()), Some(1_073_741_824_000));
    });
}

#[test]
fn a_port_of_a_sidecar_leads_to_the_sidecar() {
    let pod = "{template: {metadata: {labels: {app: api}}, spec: {initContainers: [{name: mesh, image: x/m:1, restartPolicy: Always, ports: [{containerPort: 9000}]}], containers: [{name: api, image: x/a:1}]}}}";
    let targets = |port: u16| {
        let spec = format!("{{selector: {{app: api}}, ports: [{{port: 80, targetPort: {port}}}]}}");
        let text = object("apps/v1", "Deployment", "api", "", pod) + &object("v1", "Service", "api", "", &spec);
        check(&text, |document, _| {
            let workload: &Workload<'_> = &document.workloads.all[0];
            workload.services[0].targets.iter().map(ToString::to_string).collect::<Vec<_>>()
        })
    };
    assert_eq!(targets(9000), ["mesh"]);
    assert_eq!(targets(8080), ["api"], "a sole container serves what it does not declare");
}

#[test]
fn whom_a_network_policy_lets_in() {
    let rule = |ingress: &str| {
        let text = policy("p", "prod", &format!("{{podSelector: {{}}, ingress: {ingress}}}"));
        check(&text, |document, _| {
            let rule = &document.workloads.network_policies[0].ingress[0];
            let peer = rule.peers.first();
            let open = peer.is_some_and(|peer| peer.every_address.is_none());
            assert_eq!(rule.unclear.len(), usize::from(open || rule.is_hidden()), "{ingress}");
            (rule.any_peer, rule.is_hidden(), peer.map(|peer| (peer.every_namespace, peer.every_address)))
        })
    };
    let peer = |every_namespace, every_address| (false, false, Some((every_namespace, every_address)));
    assert_eq!(rule("[{from: [{namespaceSelector: {}, podSelector: null}]}]"), peer(true, Some(false)));
    assert_eq!(rule("[{from: [{namespaceSelector: {}, podSelector: {}}]}]"), peer(true, Some(false)));
    assert_eq!(
        rule("[{from: [{namespaceSelector: {}, podSelector: {matchLabels: {a: b}}}]}]"),
        peer(false, Some(false))
    );
    assert_eq!(rule("[{from: [{ipBlock: {cidr: '0::/0'}}]}]"), peer(false, Some(true)));
    assert_eq!(rule("[{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]"), peer(false, Some(false)));
    assert_eq!(rule("[{from: [{ipBlock: {cidr: '${CIDR}'}}]}]"), peer(false, None));
    assert_eq!(rule("[{from: [{namespaceSelector: '${SELECTOR}'}]}]"), peer(false, None));
    assert_eq!(rule("[{from: [{}]}]"), peer(false, None));
    assert_eq!(rule("[{from: '${FROM}'}]"), (false, true, None));
    assert_eq!(rule("'${RULES}'"), (false, true, None));
    assert_eq!(rule("[null]"), (true, false, None));
}

#[test]
fn whether_a_namespace_denies_by_default() {
    const DENY: &str = "{podSelector: {}}";
    let denied = |text: String| {
        check(&text, |document, _| {
            let of = |namespace: &plimsoll::input::guards::Namespace<'_>| {
                (namespace.name.to_string(), namespace.default_deny_ingress)
            };
            document.workloads.namespaces.iter().map(of).collect::<Vec<_>>()
        })
    };
    let named = |name: &str, denied: Option<bool>| vec![(name.to_string(), denied)];
    let (inside, bare) = (deployment("api", "prod", ""), deployment("api", "", ""));
    let open = "{podSelector: {matchLabels: {app: api}}}";
    assert_eq!(denied(inside.clone() + &policy("p", "prod", DENY)), named("prod", Some(true)));
    assert_eq!(denied(inside.clone() + &policy("p", "prod", open)), named("prod", Some(false)));
    assert_eq!(denied(inside.clone() + &policy("p", "", DENY)), named("prod", None), "it may be applied there");
    assert_eq!(denied(inside.clone() + &policy("p", "", open)), named("prod", Some(false)));
    assert_eq!(denied(inside.clone() + &policy("p", "prod", "{podSelector: '${ALL}'}")), named("prod", None));
    assert_eq!(denied(inside + &policy("p", "prod", "{podSelector: {}, ingress: '${RULES}'}")), named("prod", None));
    assert_eq!(denied(bare.clone() + &policy("p", "", DENY)), named("default", Some(true)));
    assert_eq!(denied(bare.clone() + &policy("p", "", open)), named("default", None));
    assert_eq!(denied(bare), vec![], "without a policy no namespace is meant");
}
