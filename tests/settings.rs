//! What inventories, Dockerfiles and pipelines set, as settings of what they reach.

mod tree;

use plimsoll::input::deployments::Environment;
use plimsoll::input::settings::{Holder, Reach, Setting, State};
use tree::with;

/// Name, value, what stands at its place, and the places that it passed through, of each setting of one reach.
fn settings(files: &[(&str, &str)], reach: Reach) -> Vec<String> {
    with(files, |document, problems| {
        assert_eq!(problems, []);
        let shown = |setting: &&Setting<'_>| {
            let at = setting.at.0;
            let path = &at.located().path;
            let value = match (setting.state, setting.value.as_deref()) {
                (State::Literal, Some(value)) => value.to_string(),
                (state, _) => format!("{state:?}").to_lowercase(),
            };
            let via: Vec<String> = setting.via.iter().map(|via| format!(" by {:?}", via.at.0.key_text())).collect();
            format!("{path}: {} = {value}{}", setting.name, via.concat())
        };
        document.settings.all.iter().filter(|setting| setting.reaches == reach).map(|one| shown(&one)).collect()
    })
}

#[test]
fn variables_of_hosts_and_groups_are_settings_once() {
    let files = [
        ("hosts.ini", "[web]\na log_level=debug\nb\n[db]\nc log_level=error\n[web:vars]\nmode=x\n"),
        ("group_vars/all.yml", "log_level: info\ndb_password: '{{ pw }}'\npw: postgres\nmode: y\nansible_user: u\n"),
        ("group_vars/web.yml", "debug: true\nlog_level: warning\n"),
        ("group_vars/nobody.yml", "debug: false\n"),
        (
            "host_vars/c.yml",
            "ansible_become_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  62\nx: \"{{ a }}-{{ b }}\"\n",
        ),
    ];
    let mut found = settings(&files, Reach::Inventory);
    found.sort();
    assert_eq!(
        found,
        [
            "group_vars/all.yml: db_password = postgres by Some(\"db_password\")",
            "group_vars/all.yml: mode = y",
            "group_vars/web.yml: debug = true",
            "group_vars/web.yml: log_level = warning",
            "host_vars/c.yml: ansible_become_password = reference",
            "host_vars/c.yml: x = unknown",
            "hosts.ini: log_level = debug",
            "hosts.ini: log_level = error",
        ]
    );
}

#[test]
fn values_of_ini_are_settings_without_their_quotes_and_comments() {
    let text = "[web]\na db=\"{'password': 'x'}\"\n[web:vars]\nlog_level = \"debug\" # why\nsmtp_password =\n";
    let mut found = settings(&[("hosts", text)], Reach::Inventory);
    found.sort();
    assert_eq!(found, ["hosts: db.password = x", "hosts: log_level = debug", "hosts: smtp_password = "]);
}

#[test]
fn values_inside_mappings_and_lists_are_settings() {
    let text = concat!(
        "app:\n  debug: 'on'\n  db: {password: x, port: 1}\nusers:\n  - {name: a, password: b}\n",
        "cors_allowed_origins: ['https://a.io', '*']\nallowed_origins: []\nports: [80, 443]\nempty:\n",
    );
    let found = settings(&[("hosts", "[web]\na\n"), ("group_vars/web.yml", text)], Reach::Inventory);
    assert_eq!(
        found,
        [
            "group_vars/web.yml: allowed_origins = ",
            "group_vars/web.yml: app.debug = on",
            "group_vars/web.yml: app.db.password = x",
            "group_vars/web.yml: app.db.port = 1",
            "group_vars/web.yml: cors_allowed_origins = https://a.io",
            "group_vars/web.yml: cors_allowed_origins = *",
            "group_vars/web.yml: empty = unknown",
            "group_vars/web.yml: users.name = a",
            "group_vars/web.yml: users.password = b",
        ]
    );
}

#[test]
fn mappings_that_hold_one_another_come_once() {
    let mut text = "a0: &a0 {debug: true}\n".to_string();
    for n in 1..4 {
        text += &format!("a{n}: &a{n} {{x: {{<<: *a{0}}}, y: {{<<: *a{0}}}, z: *a{0}}}\n", n - 1);
    }
    let found = settings(&[("hosts", "[web]\na\n"), ("group_vars/web.yml", &text)], Reach::Inventory);
    assert!(found.len() < 20, "{} settings", found.len());
}

#[test]
fn groups_for_development_are_deployments_of_their_own() {
    let files = [
        ("hosts", "[web]\na\n[dev]\nb\n"),
        ("group_vars/all.yml", "debug: false\n"),
        ("group_vars/dev.yml", "debug: true\n"),
        ("site/group_vars/test.yml", "debug: true\n"),
        ("site/hosts.example", "[web]\na\n"),
        ("site/group_vars/web.yml", "debug: true\n"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        let deployments = document.deployments.iter().map(|one| (&*one.name, one.environment, one.judged));
        assert_eq!(
            deployments.collect::<Vec<_>>(),
            [
                ("hosts", Environment::Unknown, true),
                ("hosts (dev)", Environment::Development, false),
                ("site/group_vars/test.yml", Environment::Test, false),
                ("site/group_vars/web.yml", Environment::Unknown, true),
                ("site/hosts.example", Environment::Test, false),
            ]
        );
        let settings = document.settings.all.iter().map(|one| (&*one.deployment, one.value.as_deref()));
        let mut settings: Vec<_> = settings.collect();
        settings.sort();
        assert_eq!(
            settings,
            [
                ("hosts", Some("false")),
                ("hosts (dev)", Some("true")),
                ("site/group_vars/test.yml", Some("true")),
                ("site/group_vars/web.yml", Some("true")),
                ("site/hosts.example", Some("true")),
            ]
        );
    });
}

#[test]
fn an_image_that_no_service_builds_is_a_deployment() {
    let files = [
        ("compose.yaml", "services: {api: {build: {context: api, args: {LEVEL: info}}, command: x}}\n"),
        (
            "api/Dockerfile",
            "FROM a\nARG LEVEL=debug\nENV LOG_LEVEL=$LEVEL A=1\nENTRYPOINT [\"run\"]\nCMD [\"--reload\"]\n",
        ),
        ("job/Dockerfile", "FROM a\nARG LEVEL=debug\nENV LOG_LEVEL=$LEVEL\n"),
        ("job/Dockerfile.dev", "FROM a\nENV DEBUG=1\n"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        let deployments = document.deployments.iter().map(|one| (&*one.name, one.judged));
        let expected = [("compose.yaml", true), ("job/Dockerfile", true), ("job/Dockerfile.dev", false)];
        assert_eq!(deployments.collect::<Vec<_>>(), expected);
        let settings = document.settings.all.iter().filter(|one| one.holder == Holder::Dockerfile);
        let settings: Vec<_> = settings.map(|one| (&*one.deployment, &*one.name, one.state)).collect();
        assert_eq!(
            settings,
            [
                // Which default counts, its own argument decides.
                ("compose.yaml", "LOG_LEVEL", State::Unknown),
                ("compose.yaml", "A", State::Literal),
                ("job/Dockerfile", "LOG_LEVEL", State::Default),
                ("job/Dockerfile.dev", "DEBUG", State::Literal),
            ]
        );
        let words: Vec<&str> = document.workloads.all[0].containers[0].command.iter().map(|word| &*word.text).collect();
        assert_eq!(words, ["run", "x"]);
    });
}

#[test]
fn variables_of_pipelines_are_settings_of_no_deployment() {
    let github = concat!(
        "on: push\nenv: {A: 1}\njobs:\n  b:\n    runs-on: x\n    env: {DB_PASSWORD: '${{ secrets.DB }}'}\n",
        "    services: {db: {image: postgres, env: {POSTGRES_PASSWORD: postgres}}}\n",
        "    steps:\n      - run: make\n        env: {URL: '${{ vars.URL }}/x', T: \"${{ secrets.T || 'x' }}\"}\n",
    );
    let gitlab = "variables: {A: {value: a}, B: $A}\nbuild:\n  script: make\n  variables: {TOKEN: $DEPLOY_TOKEN}\n";
    let files = [(".github/workflows/ci.yml", github), (".gitlab-ci.yml", gitlab)];
    let found = settings(&files, Reach::Ci);
    assert_eq!(
        found,
        [
            ".github/workflows/ci.yml: A = 1",
            ".github/workflows/ci.yml: DB_PASSWORD = reference",
            ".github/workflows/ci.yml: POSTGRES_PASSWORD = postgres",
            ".github/workflows/ci.yml: URL = unknown",
            ".github/workflows/ci.yml: T = unknown",
            ".gitlab-ci.yml: A = a",
            ".gitlab-ci.yml: B = unknown",
            ".gitlab-ci.yml: TOKEN = reference",
        ]
    );
    with(&files, |document, _| assert!(document.deployments.is_empty() && document.workloads.is_empty()));
}

#[test]
fn containers_that_tasks_start_are_workloads() {
    let play = concat!(
        "- hosts: db\n  tasks:\n    - block:\n        - community.docker.docker_container:\n            name: db\n",
        "            image: postgres:18\n            published_ports: ['5432:5432', '127.0.0.1:5433:5432', '{{ p }}:5432']\n",
        "            env: {POSTGRES_PASSWORD: postgres, POSTGRES_USER: '{{ user }}'}\n",
        "    - docker_container: {name: old, image: redis, state: absent, ports: ['6379:6379']}\n",
        "    - docker_container: name=free image=redis\n",
        "    - docker_container: {name: own, image: redis, default_host_ip: 127.0.0.1, ports: ['6379:6379']}\n",
        "- hosts: dev\n  tasks:\n    - community.docker.docker_swarm_service:\n        name: web\n        image: '{{ i }}'\n",
        "        publish: [{published_port: 8080, target_port: 80}]\n        env: ['DEBUG=1']\n        networks: [host]\n",
    );
    with(&[("site.yml", play)], |document, problems| {
        assert_eq!(problems, []);
        let shown = document.workloads.all.iter().map(|workload| {
            let port = |number: Option<u16>| number.map_or("?".to_string(), |number| number.to_string());
            let ports = workload.published.iter().map(|one| {
                let open = if one.loopback { " loopback" } else { "" };
                format!("{}:{}{open}", port(one.host_port), port(one.container_port))
            });
            let image = workload.containers[0].image.as_deref().unwrap_or("?");
            let ports = ports.collect::<Vec<_>>().join(", ");
            format!("{} {} {image} [{ports}] {}", workload.deployment, workload.name, workload.host_network)
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                "site.yml db postgres:18 [5432:5432, 5433:5432 loopback, ?:5432] false",
                "site.yml own redis [6379:6379 loopback] false",
                "site.yml (dev) web ? [8080:80] true",
            ]
        );
        let settings = document.settings.all.iter().map(|one| (&*one.consumer, &*one.name, one.value.as_deref()));
        assert_eq!(
            settings.collect::<Vec<_>>(),
            [("db", "POSTGRES_PASSWORD", Some("postgres")), ("db", "POSTGRES_USER", None), ("web", "DEBUG", Some("1")),]
        );
        let judged = document.deployments.iter().map(|one| (&*one.name, one.judged));
        assert_eq!(judged.collect::<Vec<_>>(), [("site.yml", true), ("site.yml (dev)", false)]);
    });
}
