//! What compose files come to in the views.

use plimsoll::input::InputDocument;
use plimsoll::problem::ProblemKind;

mod tree;

use tree::with;

/// Value and place of a setting that a service gets.
fn setting(document: &InputDocument<'_>, consumer: &str, name: &str) -> Option<(String, String)> {
    let found = document.settings.all.iter().find(|setting| setting.consumer == consumer && setting.name == name)?;
    Some((found.value.as_deref()?.to_string(), found.at.0.located().path.to_string()))
}

fn set(value: &str, path: &str) -> Option<(String, String)> {
    Some((value.to_string(), path.to_string()))
}

#[test]
fn env_files_lie_beside_the_file_that_names_them() {
    let files = [
        (
            "compose.yaml",
            "include: [shared/compose.yaml]\nservices:\n  api:\n    extends: {file: base/api.yaml, service: api}\n",
        ),
        ("base/api.yaml", "services:\n  api: {image: api, env_file: [./api.env, {path: more.env}]}\n"),
        ("base/api.env", "LOG_LEVEL=debug\n"),
        ("base/more.env", "MORE=1\n"),
        ("shared/compose.yaml", "services:\n  db: {image: postgres, env_file: db.env}\n"),
        ("shared/db.env", "POSTGRES_DB=shop\n"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        assert_eq!(setting(document, "api", "LOG_LEVEL"), set("debug", "base/api.env"));
        assert_eq!(setting(document, "api", "MORE"), set("1", "base/more.env"));
        assert_eq!(setting(document, "db", "POSTGRES_DB"), set("shop", "shared/db.env"));
    });
}

#[test]
fn included_projects_have_folders_and_env_files_of_their_own() {
    let files = [
        (
            "compose.yaml",
            "include:\n  - {path: parts/db.yaml, project_directory: data, env_file: settings/db.env}\n\
             services:\n  api: {extends: {service: db}, image: api}\n",
        ),
        (".env", "TAG=outer\n"),
        ("settings/db.env", "TAG=inner\nMODE=live\n"),
        (
            "parts/db.yaml",
            "services:\n  db: {image: \"postgres:$TAG\", environment: {MODE: $MODE}, env_file: own.env}\n",
        ),
        ("data/own.env", "SIZE=1\n"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        let db = document.workloads.all.iter().find(|workload| workload.name == "db").expect("the included service");
        assert_eq!(db.containers[0].image.as_deref(), Some("postgres:outer"));
        assert_eq!(setting(document, "db", "MODE"), set("live", "settings/db.env"));
        assert_eq!(setting(document, "db", "SIZE"), set("1", "data/own.env"));
        // An included service may be extended.
        assert_eq!(setting(document, "api", "SIZE"), set("1", "data/own.env"));
    });
}

#[test]
fn what_the_project_sets_counts_before_what_an_env_file_sets() {
    let files = [
        ("compose.yaml", "services:\n  api: {image: api, env_file: api.env}\n"),
        (".env", "STAGE=project\n"),
        ("api.env", "STAGE=file\nNAME=shop-$STAGE\n"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        assert_eq!(setting(document, "api", "NAME"), set("shop-project", "api.env"));
        assert_eq!(setting(document, "api", "STAGE"), set("file", "api.env"));
    });
}

#[test]
fn numbers_reach_a_container_as_compose_writes_them() {
    let text = "services:\n  api:\n    image: api\n    environment: {A: 1.10, B: 0644, C: 1e3, D: true, E: \"1.10\", F: 18446744073709551615}\n";
    with(&[("compose.yaml", text)], |document, problems| {
        assert_eq!(problems, []);
        let got = |name: &str| setting(document, "api", name).map(|(value, _)| value).unwrap_or_default();
        let all: Vec<String> = ["A", "B", "C", "D", "E", "F"].into_iter().map(got).collect();
        assert_eq!(all, ["1.1", "420", "1000", "true", "1.10", "18446744073709551615"]);
    });
}

#[test]
fn a_port_that_is_none_is_a_fault_and_an_override_names_it_in_either_syntax() {
    let base = "services:\n  api:\n    image: api\n    ports:\n      - \"127.0.0.1:5432\"\n      - {target: 80, published: \"8080\", host_ip: 127.0.0.1}\n";
    let over = "services:\n  api:\n    ports: [\"127.0.0.1:8080:80\", \"9090:90\"]\n";
    with(&[("compose.yaml", base), ("compose.override.yaml", over)], |document, problems| {
        let faults: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(faults, ["a port of service `api` is no port"]);
        let name = "compose.yaml+compose.override.yaml";
        let layered = document.workloads.all.iter().find(|workload| &*workload.deployment == name);
        let ports: Vec<_> = layered.expect("base and override").published.iter().map(|port| port.host_port).collect();
        assert_eq!(ports, [Some(8080), Some(9090)]);
    });
}

#[test]
fn circles_end_and_say_so() {
    for files in [
        &[
            ("compose.yaml", "include: [b.yaml]\nservices: {a: {image: a}}\n"),
            ("b.yaml", "include: [compose.yaml, compose.yaml]\n"),
        ][..],
        &[("compose.yaml", "services: {a: {extends: b}, b: {extends: a, image: b}}\n")],
    ] {
        with(files, |_, problems| {
            let fault = problems.iter().find(|problem| problem.kind == ProblemKind::Fault).expect("a fault");
            assert!(
                fault.message.contains("in a circle") || fault.message.contains("extends itself"),
                "{}",
                fault.message
            );
        });
    }
}

#[test]
fn copies_without_measure_are_one_fault() {
    let keys: Vec<String> = (0..1000).map(|n| format!("K{n}: v")).collect();
    let services: String = (0..1000).map(|n| format!("  s{n}: {{extends: base}}\n")).collect();
    let text = format!("services:\n  base: {{image: a, environment: {{{}}}}}\n{services}", keys.join(", "));
    with(&[("compose.yaml", &text)], |_, problems| {
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["includes and extensions copy more than 500000 values"]);
    });
}

#[test]
fn variables_that_hold_one_another_are_a_limit() {
    let lines: String = (1..64).map(|n| format!("A{n}=$A{}$A{}\n", n - 1, n - 1)).collect();
    let files = [
        ("compose.yaml", "services:\n  api: {image: api, environment: {X: $A63}}\n"),
        (".env", &format!("A0=sixteen-bytes-xx\n{lines}")),
    ];
    with(&files, |document, problems| {
        let kinds: Vec<ProblemKind> = problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::Limit]);
        assert_eq!(setting(document, "api", "X"), None);
    });
}

#[test]
fn short_forms_come_to_their_long_ones() {
    let files = [
        (
            "compose.yaml",
            "services:\n  web:\n    image: web\n    command: serve --name 'a b' # words\n    entrypoint: [run]\n    \
             ports: [\"127.0.0.1:8000-8001:80-81/udp\", {target: 9000}]\n    \
             volumes: [\"./site/:/srv/:ro,z\", \"data:/data\", /cache]\n    depends_on: [db]\n    secrets: [key]\n    \
             environment: [A, B=1, C]\n    tmpfs: /run\n    healthcheck: {test: curl localhost}\n    build: .\n  db: {image: db}\n",
        ),
        (".env", "A=from env\n"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        let json = serde_json::to_value(document).expect("a document serialises");
        let web = &json["compose"]["projects"][0]["configuration"]["services"]["web"];
        let port = |published: &str, target: &str| {
            serde_json::json!({
                "mode": "ingress", "host_ip": "127.0.0.1", "published": published, "target": target, "protocol": "udp"
            })
        };
        for (key, expected) in [
            ("command", serde_json::json!(["serve", "--name", "a b"])),
            ("entrypoint", serde_json::json!(["run"])),
            (
                "ports",
                serde_json::json!([
                    port("8000", "80"),
                    port("8001", "81"),
                    { "target": 9000, "mode": "ingress", "protocol": "tcp" },
                ]),
            ),
            (
                "volumes",
                serde_json::json!([
                    {
                        "type": "bind",
                        "source": "./site/",
                        "target": "/srv",
                        "read_only": true,
                        "bind": { "selinux": "z", "create_host_path": true },
                    },
                    { "type": "volume", "source": "data", "target": "/data", "volume": {} },
                    { "type": "volume", "target": "/cache", "volume": {} },
                ]),
            ),
            ("depends_on", serde_json::json!({ "db": { "condition": "service_started", "required": true } })),
            ("secrets", serde_json::json!([{ "source": "key", "target": "/run/secrets/key" }])),
            ("environment", serde_json::json!({ "A": "from env", "B": "1", "C": null })),
            ("tmpfs", serde_json::json!(["/run"])),
            ("healthcheck", serde_json::json!({ "test": ["CMD-SHELL", "curl localhost"] })),
            ("build", serde_json::json!({ "context": "." })),
        ] {
            assert_eq!(web[key], expected, "{key}");
        }
        assert_eq!(setting(document, "web", "A"), set("from env", ".env"));
        let workload = document.workloads.all.iter().find(|workload| workload.name == "web").expect("the service");
        let mount = &workload.containers[0].mounts[0];
        assert_eq!((&*mount.source, &*mount.target), ("site", "/srv"));
        assert_eq!(mount.at.0.text(), Some("./site/:/srv/:ro,z"));
        assert_eq!(workload.published[1].at.0.text(), Some("127.0.0.1:8000-8001:80-81/udp"));
    });
}

#[test]
fn on_the_hosts_network_every_port_of_the_container_is_published() {
    let text = concat!(
        "services:\n  a:\n    network_mode: host\n    image: a\n    ports: ['127.0.0.1:8000:9090', '53:53/udp']\n",
        "    expose: ['9100', '9200-9201']\n  b: {image: b, expose: ['9100']}\n",
    );
    with(&[("compose.yaml", text)], |document, problems| {
        assert_eq!(problems, []);
        let shown = document.workloads.all.iter().map(|workload| {
            let port = |port: &plimsoll::input::workloads::PublishedPort<'_>| {
                assert!(!port.loopback && port.host_port == port.container_port);
                format!("{}/{}", port.host_port.expect("it is a number"), port.protocol)
            };
            workload.published.iter().map(port).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(shown.collect::<Vec<_>>(), ["9090/tcp 53/udp 9100/tcp 9200/tcp 9201/tcp", ""]);
    });
}

#[test]
fn a_line_of_an_env_file_does_not_see_those_behind_it() {
    let files = [
        ("compose.yaml", "services:\n  api: {image: api, env_file: api.env}\n"),
        ("api.env", "A=1\nAFTER=$A\nBEFORE=${B:-none}\nUNSET=$B\nB=2\n"),
        (".env", "OWN=$LATER\nLATER=3\n"),
    ];
    with(&files, |document, _| {
        assert_eq!(setting(document, "api", "AFTER"), set("1", "api.env"));
        assert_eq!(setting(document, "api", "BEFORE"), set("none", "api.env"));
        assert_eq!(setting(document, "api", "UNSET"), None);
        assert_eq!(setting(document, ".env", "OWN"), None);
    });
}
