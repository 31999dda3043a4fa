//! Effective variables of small trees; `ansible-inventory` 2.19 says the same of each.

use std::path::Path;

use super::whole;
use crate::artefact::{Sources, Wanted, gather};
use crate::config::{Config, ConfiguredDeployment, DeploymentSource};
use crate::located::Span;

/// Each host with its groups and variables, as JSON.
fn hosts(files: &[(&str, &str)]) -> Vec<String> {
    hosts_of(files, &Config::default())
}

fn hosts_of(files: &[(&str, &str)], config: &Config) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new(""))).expect("folders can be made");
        std::fs::write(file, text).expect("files can be written");
    }
    let gathered =
        gather(&Sources { paths: vec![folder.path().to_path_buf()], ..Sources::default() }, config, Wanted::ALL);
    let hosts = whole(&gathered.bundle, config).into_iter().flat_map(|inventory| inventory.hosts);
    let shown = hosts.map(|host| {
        let variables = serde_json::to_string(&host.variables).expect("variables are JSON");
        format!("{} [{}] {variables}", host.name, host.groups.join(" "))
    });
    shown.collect()
}

#[test]
fn the_first_ending_of_a_file_of_variables_counts_and_a_folder_before_it() {
    let found = hosts(&[
        ("hosts", "[web]\nw1\nw2.example.org\n[db]\nd1\n"),
        ("group_vars/all.yml", "all: yml\n"),
        ("group_vars/all.yaml", "all: yaml\nlost: 1\n"),
        ("group_vars/web.yml", "lost: 1\n"),
        ("group_vars/web/a.yml", "order: a.yml\n"),
        ("group_vars/web/a/z.yml", "order: a/z.yml\naz: 1\n"),
        ("group_vars/web/.hidden.yml", "lost: 1\n"),
        ("group_vars/web/old.yml~", "lost: 1\n"),
        ("group_vars/web/conf.d/x.yml", "lost: 1\n"),
        ("group_vars/web/sub/deep/x.json", "{\"deep\": 1}\n"),
        ("host_vars/w2.example.org", "host: 1\n"),
        ("host_vars/d1", "ending: none\n"),
        ("host_vars/d1.yml", "ending: yml\n"),
    ]);
    let expected = [
        r#"d1 [db] {"all":"yml","ending":"none"}"#,
        r#"w1 [web] {"all":"yml","az":1,"deep":1,"order":"a.yml"}"#,
        r#"w2.example.org [web] {"all":"yml","az":1,"deep":1,"host":1,"order":"a.yml"}"#,
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_inventory_may_be_json_but_no_script_and_no_toml() {
    let json = r#"{"all": {"hosts": {"a": {"x": 1}}, "vars": {"y": [2.5, null]}}}"#;
    for path in ["hosts.json", "inventory/live.json", "inventory.json"] {
        assert_eq!(hosts(&[(path, json)]), [r#"a [] {"x":1,"y":[2.5,null]}"#], "{path}");
    }
    assert_eq!(hosts(&[("hosts.toml", "[web.hosts]\na = { ansible_user = 'root' }\n")]), [""; 0]);
    assert_eq!(hosts(&[("inventory/ec2", "#!/bin/sh\n[web]\na ansible_user=root\n")]), [""; 0]);
}

#[test]
fn variables_beside_the_playbooks_count_more_than_those_beside_the_inventory() {
    let play = "- hosts: all\n  tasks: []\n";
    for playbook in ["site.yml", "playbooks/site.yml"] {
        let beside = playbook.trim_end_matches("site.yml");
        let (all, web) = (format!("{beside}group_vars/all.yml"), format!("{beside}group_vars/web.yml"));
        let found = hosts(&[
            (playbook, play),
            (&all, "a: play\nb: play-all\n"),
            (&web, "c: play\n"),
            ("inventories/live/hosts", "[web]\nh\n[web:vars]\na=ini\nb=ini\n"),
            ("inventories/live/group_vars/all.yml", "a: own\nd: own\n"),
            ("inventories/live/group_vars/web.yml", "b: own-web\nc: own\n"),
        ]);
        assert_eq!(found, [r#"h [web] {"a":"play","b":"own-web","c":"play","d":"own"}"#], "{playbook}");
    }
}

#[test]
fn a_folder_of_inventories_is_one_if_the_config_says_so() {
    let files = [
        ("inventory/01-base", "[web]\na x=1\n[web:vars]\nw=base\nb=base\n"),
        ("inventory/02-more.yml", "web: {hosts: {a: {x: 2}}, vars: {w: more}}\nouter: {children: {web: }}\n"),
        ("inventory/eu/hosts", "[late]\na late=1\n"),
        ("inventory/hosts.bak", "[web]\nnever ansible_user=x\n"),
        ("inventory/group_vars/late/x.yml", "l: 1\n"),
    ];
    let source = DeploymentSource::Inventory("inventory/".to_string());
    let one = ConfiguredDeployment { name: "live".to_string(), span: Span::default(), environment: None, source };
    let config = Config { deployments: vec![one], ..Config::default() };
    let expected = [r#"a [late outer web] {"b":"base","l":1,"late":1,"w":"more","x":2}"#];
    assert_eq!(hosts_of(&files, &config), expected);
}

#[test]
fn only_hosts_of_no_other_group_are_ungrouped() {
    let found = hosts(&[(
        "hosts.yml",
        concat!(
            "all:\n  hosts: {a: , b: null}\n  children:\n    web: {hosts: {b: , c: }}\n",
            "    ungrouped: {hosts: {c: }, vars: {u: 1}}\n    text: {hosts: d}\n",
        ),
    )]);
    assert_eq!(found, [r#"a [] {"u":1}"#, "b [web] {}", "c [web] {}", "d [text] {}"]);
}

#[test]
fn the_priority_of_a_group_is_no_variable() {
    let text = "[one]\na\n[two]\na\n[one:vars]\nx=one\nansible_group_priority=10\n[two:vars]\nx=two\n";
    assert_eq!(hosts(&[("hosts", text)]), [r#"a [one two] {"x":"one"}"#]);
}

#[test]
fn ports_behind_names_are_variables_of_the_first_line_of_a_host() {
    let text = concat!(
        "[web]\na:2201\nb[1:2]:2202 x=1\nc:2203 ansible_port=22\n[2001:db8::1]:2204\nfe80::1\nd\n[late]\nd:2205\n",
        "[web:vars]\nansible_user=u\n",
    );
    let expected = [
        r#"2001:db8::1 [web] {"ansible_port":2204,"ansible_user":"u"}"#,
        r#"a [web] {"ansible_port":2201,"ansible_user":"u"}"#,
        r#"b1 [web] {"ansible_port":2202,"ansible_user":"u","x":1}"#,
        r#"b2 [web] {"ansible_port":2202,"ansible_user":"u","x":1}"#,
        r#"c [web] {"ansible_port":22,"ansible_user":"u"}"#,
        r#"d [late web] {"ansible_user":"u"}"#,
        r#"fe80::1 [web] {"ansible_user":"u"}"#,
    ];
    assert_eq!(hosts(&[("hosts", text)]), expected);
}

#[test]
fn values_of_ini_are_literals_of_python_behind_the_quotes_of_a_shell() {
    let host =
        r#"h a="5" b='x y' c=un"quo ted"x d=a\ b e="'py'" f="[1, {'k': None}]" g=0644 i=yes j=True k= l=1,2 m=x#y"#;
    let expected = concat!(
        r#"h [web] {"a":5,"b":"x y","c":"unquo tedx","d":"a b","e":"py","f":[1,{"k":null}],"g":"0644","i":"yes","#,
        r#""j":true,"k":"","l":[1,2],"m":"x"}"#,
    );
    assert_eq!(hosts(&[("hosts", &format!("[web]\n{host}\n"))]), [expected]);
    let vars =
        "a=x # y\nb = 5 # y\nc = \"z\" # y\nd = it's\ne = {'p': 'q', 'r': [1.5]}\nf = \"{{ x }}\"\ng = #h\ni =\n";
    let expected =
        r##"h [web] {"a":"x # y","b":5,"c":"z","d":"it's","e":{"p":"q","r":[1.5]},"f":"{{ x }}","g":"#h","i":""}"##;
    assert_eq!(hosts(&[("hosts", &format!("[web]\nh\n[web:vars]\n{vars}"))]), [expected]);
}

#[test]
fn what_stands_in_a_mapping_counts_more_than_what_it_merges() {
    let text = "base: &b {x: 1, y: 1}\nafter: {x: 0, <<: *b}\ntime: 22:22\nold: 0644\nyes: yes\ny: y\n";
    let found = hosts(&[("hosts", "[web]\nh\n"), ("group_vars/web.yml", text)]);
    let expected = r#"h [web] {"after":{"x":0,"y":1},"base":{"x":1,"y":1},"old":420,"time":1342,"y":"y","yes":true}"#;
    assert_eq!(found, [expected]);
}
