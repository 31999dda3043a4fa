//! What files of nginx, Caddy and HAProxy come to in the view `edges`.

use plimsoll::input::InputDocument;
use plimsoll::input::edges::{Edge, EdgeKind, Location};
use plimsoll::located::Step;

mod tree;

use tree::with;

/// `ports hosts: path answers [headers] ...` of each edge, one location a line.
fn shown(document: &InputDocument<'_>) -> Vec<String> {
    document.edges.iter().flat_map(|edge| edge.locations.iter().map(move |location| line(edge, location))).collect()
}

fn line(edge: &Edge<'_>, location: &Location<'_>) -> String {
    let ports: Vec<String> = edge.ports.iter().map(u16::to_string).collect();
    let mut text = format!("{} {}: {} {:?}", ports.join(","), edge.hosts.join(","), location.path, location.answers);
    for header in &location.headers {
        text += &format!(" {}={}", header.name, header.value.as_deref().unwrap_or("?"));
    }
    if let Some(redirect) = &location.redirect {
        text += if redirect.to_https { " ->https" } else { " ->" };
    }
    for limit in &location.rate_limits {
        text += &format!(" limit={}", limit.milli_per_second.map_or("?".to_string(), |milli| milli.to_string()));
    }
    if let Some(upload) = &location.upload {
        text += &format!(" upload={}", upload.max_bytes);
    }
    if location.access.denies {
        let allowed: Vec<&str> = location.access.allow.iter().map(|origin| &*origin.value).collect();
        text += &format!(" allow={}", allowed.join(","));
    }
    if location.access.authenticated.is_some() {
        text += " known";
    }
    for unseen in &location.unseen {
        text += &format!(" unseen({})", unseen.message);
    }
    text
}

fn caddy(text: &str) -> Vec<String> {
    with(&[("Caddyfile", text)], |document, problems| {
        assert_eq!(problems, [], "{text}");
        shown(document)
    })
}

fn nginx(lines: &str) -> Vec<String> {
    let text = format!("events {{}}\nhttp {{ server {{ listen 443 ssl; server_name a.io; {lines} }} }}\n");
    with(&[("nginx.conf", &text)], |document, problems| {
        assert_eq!(problems, [], "{text}");
        shown(document)
    })
}

fn haproxy(text: &str) -> Vec<String> {
    with(&[("haproxy.cfg", text)], |document, problems| {
        assert_eq!(problems, [], "{text}");
        shown(document)
    })
}

fn origins(path: &str, text: &str) -> Vec<String> {
    with(&[(path, text)], |document, _| {
        let lists = document.edges.iter().filter_map(|edge| edge.cors.as_ref()).flat_map(|cors| &cors.origins);
        lists.map(|origin| origin.value.to_string()).collect()
    })
}

/// The origins that a server of nginx lets in, and `?` where what the tree does not show decides too.
fn nginx_origins(maps: &str, lines: &str) -> Vec<String> {
    let server = format!("server {{ listen 443 ssl; server_name a.io; {lines} }}");
    let text = format!("events {{}}\nhttp {{ {maps} {server} }}\n");
    with(&[("nginx.conf", &text)], |document, problems| {
        assert_eq!(problems, [], "{text}");
        let edge = &document.edges[0];
        let found = edge.cors.iter().flat_map(|cors| &cors.origins).map(|origin| origin.value.to_string());
        found.chain(edge.unseen.iter().map(|_| "?".to_string())).collect()
    })
}

#[test]
fn variables_of_nginx_are_followed_to_the_origins_that_they_hold() {
    let sends = "add_header Access-Control-Allow-Origin $cors always;";
    let of = |lines: &str| nginx_origins("", &format!("location / {{ proxy_pass http://api; {lines} }}"));
    let ok = "'^https://app\\.acme\\.se$'";
    let pattern = "^https://app\\.acme\\.se$";
    assert_eq!(of(&format!("set $cors $http_origin; {sends}")), ["$http_origin"]);
    assert_eq!(of(&format!("set $cors '*'; {sends}")), ["*"]);
    assert_eq!(of(&format!("set $cors '*'; set $cors https://a.se; {sends}")), ["https://a.se"]);
    assert_eq!(of(&format!("set $cors ''; {sends}")), [""; 0]);
    assert_eq!(of(&format!("if ($http_origin ~ {ok}) {{ set $cors $http_origin; }} {sends}")), [pattern]);
    let unless = format!("set $cors $http_origin; if ($cors !~ {ok}) {{ set $cors ''; }} {sends}");
    assert_eq!(of(&unless), [pattern]);
    let refused = format!("if ($http_origin !~ {ok}) {{ return 403; }} set $cors $http_origin; {sends}");
    assert_eq!(of(&refused), [pattern]);
    let preflight = "if ($request_method = OPTIONS) { set $cors $http_origin; }";
    assert_eq!(of(&format!("{preflight} {sends}")), ["$http_origin"]);
    assert_eq!(of(sends), ["?"]);
    assert_eq!(of("add_header Access-Control-Allow-Origin https://$host;"), ["?"]);
    assert_eq!(of("add_header Access-Control-Allow-Origin '';"), [""; 0]);
    assert_eq!(of("more_set_headers 'Access-Control-Allow-Origin: https://app.acme.se';"), ["https://app.acme.se"]);
    assert_eq!(of("more_set_headers 'Access-Control-Allow-Origin: $http_origin';"), ["$http_origin"]);
}

#[test]
fn flags_of_nginx_are_followed_to_the_test_of_the_origin() {
    let echo = "add_header Access-Control-Allow-Origin $http_origin always;";
    let pattern = "^https://(a|b)\\.acme\\.se$";
    let test = format!("if ($http_origin ~ '{pattern}') {{ set $cors 'true'; }}");
    let inner = format!("location / {{ proxy_pass http://api; if ($cors = 'true') {{ {echo} }} }}");
    assert_eq!(nginx_origins("", &format!("set $cors ''; {test} {inner}")), [pattern]);
    assert_eq!(nginx_origins("", &format!("{test} {inner}")), [pattern]);
    assert_eq!(nginx_origins("", &format!("set $cors 'true'; {inner}")), ["$http_origin"]);
    assert_eq!(nginx_origins("", &format!("set $cors ''; {inner}")), [""; 0]);
    assert_eq!(nginx_origins("", &inner), ["?"]);
    let method = "if ($request_method = 'GET') { set $cors \"${cors}get\"; }";
    let both = format!("{test} {method} location / {{ if ($cors = 'trueget') {{ {echo} }} proxy_pass http://api; }}");
    assert_eq!(nginx_origins("", &both), [pattern]);
    let map = format!("map $http_origin $known {{ default 0; '~{pattern}' 1; }}");
    let asks = format!("location / {{ if ($known) {{ {echo} }} proxy_pass http://api; }}");
    assert_eq!(nginx_origins(&map, &asks), [format!("~{pattern}")]);
    let chain = format!("{map} map $known $cors {{ 1 $http_origin; default ''; }}");
    let sends = "location / { add_header Access-Control-Allow-Origin $cors; proxy_pass http://api; }";
    assert_eq!(nginx_origins(&chain, sends), [format!("~{pattern}")]);
    let open = "map $http_origin $cors { default $http_origin; '' '*'; }";
    assert_eq!(nginx_origins(open, sends), ["$http_origin", "*"]);
    let host = "map $host $cors { default $http_origin; }";
    assert_eq!(nginx_origins(host, sends), ["$http_origin"]);
    let circle = "map $b $cors { default $b; x $cors; } map $cors $b { default $cors; y $b; }";
    assert_eq!(nginx_origins(circle, sends), ["?"]);
}

#[test]
fn an_if_of_nginx_with_headers_of_its_own_drops_those_around_it() {
    let location = |inside: &str| nginx(&format!("location / {{ add_header X-A 1; {inside} }}"));
    for (inside, expected) in [
        ("if ($slow) { set $x 1; }", &["443 a.io: / Files x-a=1 upload=1048576"][..]),
        (
            "if ($slow) { add_header X-B 2; }",
            &["443 a.io: / Files x-a=1 upload=1048576", "443 a.io: / Files x-b=2 upload=1048576"],
        ),
        // What answers a preflight is no page.
        (
            "if ($request_method = OPTIONS) { add_header X-B 2; return 204; }",
            &["443 a.io: / Files x-a=1 upload=1048576"],
        ),
    ] {
        assert_eq!(location(inside), expected, "{inside}");
    }
}

#[test]
fn caddy_redirects_to_every_name_that_it_serves_with_tls() {
    for (text, expected) in [
        ("a.io {\n file_server\n}", &["443 a.io: / Files", "80 a.io: / Redirect ->https"][..]),
        ("http://a.io {\n file_server\n}", &["80 a.io: / Files"]),
        ("a.io, http://a.io {\n file_server\n}", &["80 a.io: / Files", "443 a.io: / Files"]),
        ("{\n auto_https disable_redirects\n}\na.io\nfile_server", &["443 a.io: / Files"]),
        (":443 {\n respond ok\n}", &["443 : / Fixed", "80 : / Redirect ->https"]),
        ("localhost {\n respond ok\n}", &[]),
        ("a.io {\n bind 127.0.0.1\n respond ok\n}", &[]),
        (
            "{$HOST} {\n respond ok\n}",
            &[
                "80,443 {$HOST}: / Fixed unseen(a variable decides the address of the site, and so whether plain HTTP is redirected)",
            ],
        ),
        ("{$HOST:a.io} {\n respond ok\n}", &["443 a.io: / Fixed", "80 a.io: / Redirect ->https"]),
    ] {
        assert_eq!(caddy(text), expected, "{text}");
    }
}

#[test]
fn headers_of_caddy_count_where_their_matcher_and_their_time_say() {
    for (lines, expected) in [
        ("header X-A 1\nheader X-A 2\nrespond ok", &["/ Fixed x-a=2"][..]),
        ("respond ok\nheader {\n X-A 1\n -X-B\n}\nheader X-B 1", &["/ Fixed x-a=1"]),
        (
            "header ?X-A 1\nhandle /in/* {\n header X-A 2\n respond in\n}\nrespond out",
            &["/ Fixed x-a=1", "/in/ Fixed x-a=2"],
        ),
        (
            "handle_path /in/* {\n header /x X-A 1\n respond in\n}\nrespond out",
            &["/ Fixed", "/in/ Fixed", "/in/x Fixed x-a=1"],
        ),
        ("route {\n respond ok\n header X-A 1\n}", &["/ Fixed"]),
        ("@s path *.css *.js\nheader @s X-A 1\nfile_server", &["/ Files", "\\.css$|\\.js$ Files x-a=1"]),
        ("@post method POST\nheader @post X-A 1\nreverse_proxy api:80", &["/ Proxy"]),
        (
            "@tls protocol https\nheader @tls X-A 1\nreverse_proxy api:80 {\n header_down X-B 2\n}",
            &["/ Proxy x-a=1 x-b=2"],
        ),
        ("header X-A {$A}\nreverse_proxy api:80", &["/ Proxy x-a=?"]),
        ("header -X-*\nheader X-A 1\nrespond ok", &["/ Fixed"]),
    ] {
        let text = format!("{{\n auto_https off\n}}\na.io {{\n{lines}\n}}");
        let expected: Vec<String> = expected.iter().map(|one| format!("443 a.io: {one}")).collect();
        assert_eq!(caddy(&text), expected, "{lines}");
    }
}

#[test]
fn limits_and_access_of_caddy() {
    for (lines, expected) in [
        (
            "@adm {\n path /admin/*\n not remote_ip 10.0.0.0/8\n}\nrespond @adm 403\nreverse_proxy x:1",
            &["/ Proxy", "/admin/ Proxy allow=10.0.0.0/8"][..],
        ),
        (
            "route /admin/* {\n @vpn client_ip 10.0.0.0/8\n reverse_proxy @vpn x:1\n respond 403\n}",
            &["/admin/ Proxy allow=10.0.0.0/8", "/admin/ Fixed"],
        ),
        ("basic_auth /admin/* {\n bob $2a$14$x\n}\nfile_server", &["/ Files", "/admin/ Files known"]),
        ("request_body {\n max_size 10MB\n}\nreverse_proxy x:1", &["/ Proxy upload=10000000"]),
        (
            "rate_limit {\n zone a {\n  key {remote_host}\n  events 60\n  window 1m\n }\n}\nreverse_proxy x:1",
            &["/ Proxy limit=1000"],
        ),
        ("@p header X-Forwarded-Proto http\nredir @p https://{host}{uri}\nfile_server", &["/ Files ->https"]),
        ("redir /old https://b.io\nfile_server", &["/ Files", "/old Redirect ->https"]),
        (
            "cors\nfile_server",
            &["/ Files unseen(what `cors` does depends on a module of Caddy that is not known here)"],
        ),
        ("import gone\nfile_server", &["/ Files unseen(the imported gone is not in the tree)"]),
    ] {
        let text = format!("{{\n auto_https off\n}}\na.io {{\n{lines}\n}}");
        let expected: Vec<String> = expected.iter().map(|one| format!("443 a.io: {one}")).collect();
        assert_eq!(caddy(&text), expected, "{lines}");
    }
}

#[test]
fn imports_of_caddy_are_followed_inside_the_tree() {
    let files = [
        ("proxy/Caddyfile", "(sec) {\n header X-A {args[0]}\n}\nimport sites/*\nimport /etc/caddy/more.conf"),
        ("proxy/sites/shop", "http://a.io {\n import sec 7\n import ../common\n respond ok\n}"),
        ("proxy/common", "header X-B 1\n"),
        ("proxy/more.conf", "http://b.io {\n respond ok\n}"),
    ];
    with(&files, |document, problems| {
        assert_eq!(problems, []);
        assert_eq!(shown(document), ["80 a.io: / Fixed x-a=7 x-b=1", "80 b.io: / Fixed"]);
        let header = &document.edges[0].locations[0].headers[0];
        let place = |at: plimsoll::located::At<'_>| (at.0.located().path.to_string(), at.0.text().map(str::to_string));
        assert_eq!(place(header.at), ("proxy/sites/shop".to_string(), Some("7".to_string())));
        assert_eq!(document.edges[0].deployment.as_ref(), "proxy/Caddyfile");
    });
}

#[test]
fn a_mounted_file_shows_what_a_proxy_does() {
    let compose = |image: &str, target: &str| {
        format!(
            "services:\n  web:\n    image: {image}\n    ports: [\"80:80\", \"443:443\"]\n    volumes: [\"./proxy.conf:{target}:ro\"]\n"
        )
    };
    for (image, target, text, expected) in [
        (
            "caddy:2",
            "/etc/caddy/Caddyfile",
            "a.io\nrespond ok",
            &["443 a.io: / Fixed", "80 a.io: / Redirect ->https"][..],
        ),
        ("caddy:2", "/etc/caddy/Caddyfile", "localhost\nrespond ok", &[]),
        (
            "haproxy:3.0",
            "/usr/local/etc/haproxy/haproxy.cfg",
            "frontend f\n mode http\n bind :80\n default_backend b\nbackend b\n mode http\n server s x:1\n",
            &["80 : / Proxy"],
        ),
    ] {
        let compose = compose(image, target);
        with(&[("compose.yaml", &compose), ("proxy.conf", text)], |document, problems| {
            assert_eq!(problems, [], "{text}");
            assert_eq!(shown(document), expected, "{text}");
            assert!(document.edges.iter().all(|edge| &*edge.deployment == "compose.yaml" && edge.unseen.is_empty()));
        });
    }
}

const FRONT: &str = "defaults\n mode http\nbackend app\n server s x:1\n";

#[test]
fn haproxy_redirects_what_did_not_come_over_tls() {
    for (lines, expected) in [
        (
            "bind :80\n bind :443 ssl crt a\n http-request redirect scheme https code 301 unless { ssl_fc }",
            &["80 : / Redirect ->https", "443 : / Proxy"][..],
        ),
        (
            "bind :80\n bind :443 ssl crt a\n redirect scheme https if !{ ssl_fc } !{ path_beg /.well-known/acme-challenge/ }",
            &["80 : / Redirect ->https", "80 : /.well-known/acme-challenge/ Proxy", "443 : / Proxy"],
        ),
        (
            "bind :80,:443 ssl crt a\n http-request redirect location https://b.io/ if { path /old }",
            &["80,443 : / Proxy", "80,443 : /old Redirect ->https"],
        ),
        ("bind 127.0.0.1:80", &[]),
        ("mode tcp\n bind :443", &["443 : / Proxy unseen(f passes TCP on, so what answers stands behind it)"]),
        (
            "bind :443 ssl\n http-request redirect scheme https if { hdr(x-forwarded-proto) http }",
            &["443 : / Proxy ->https"],
        ),
    ] {
        let text = format!("{FRONT}frontend f\n {lines}\n default_backend app\n");
        assert_eq!(haproxy(&text), expected, "{lines}");
    }
}

#[test]
fn headers_of_haproxy_come_from_backend_and_frontend() {
    let text = "defaults base\n mode http\n http-response set-header X-D 1\nfrontend f from base\n bind :443 ssl\n \
                http-response set-header X-A front\n http-response set-header Y \"max-age=1; b\" if { ssl_fc }\n \
                http-response set-header Z 1 if { path /x }\n http-after-response set-header W %[env(X)]\n \
                use_backend api if { path_beg /api }\n default_backend web\nbackend api from base\n server s x:1\n \
                http-response add-header X-A back\n http-response del-header X-D\nbackend web\n mode http\n server s x:2\n \
                http-response add-header X-B \"${A}\"\n http-request return status 200 content-type a string b hdr X-R 1 if { path /r }\n";
    let expected = [
        "443 : / Proxy x-d=1 x-b=? x-d=1 x-a=front y=max-age=1; b w=?",
        "443 : /api Proxy x-d=1 x-a=front y=max-age=1; b w=?",
        "443 : /r Fixed x-r=1 w=?",
    ];
    let found = haproxy(text);
    assert_eq!(found[1..], expected[1..]);
    assert_eq!(found[0], "443 : / Proxy x-b=? x-d=1 x-a=front y=max-age=1; b w=?");
}

#[test]
fn limits_and_access_of_haproxy() {
    for (lines, expected) in [
        (
            "stick-table type ip size 1m expire 1m store http_req_rate(10s)\n http-request track-sc0 src\n http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }",
            &["/ Proxy limit=10000"][..],
        ),
        (
            "stick-table type ip size 1m expire 1m store http_req_rate(10s)\n http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }",
            &["/ Proxy"],
        ),
        (
            "http-request track-sc0 src table per_ip\n http-request deny if { src_http_req_rate(per_ip) ge 30 }",
            &["/ Proxy limit=500"],
        ),
        ("http-request deny if { src_http_req_rate(per_ip) ge 30 }", &["/ Proxy"]),
        (
            "http-request track-sc1 src table per_ip\n acl busy sc1_http_req_rate gt 60\n http-request tarpit if busy",
            &["/ Proxy limit=1000"],
        ),
        (
            "acl path_admin path_beg -i /admin\n acl internal src 10.0.0.0/8 192.168.0.0/16\n http-request deny if path_admin !internal",
            &["/ Proxy", "/admin Proxy allow=10.0.0.0/8,192.168.0.0/16"],
        ),
        (
            "http-request allow if { src 10.0.0.0/8 }\n http-request deny if { path_beg /admin } or { path /metrics }",
            &["/ Proxy", "/admin Proxy allow=10.0.0.0/8", "/metrics Proxy allow=10.0.0.0/8"],
        ),
        ("http-request deny if { path_beg /admin }", &["/ Proxy"]),
        (
            "http-request deny if { path_beg /admin } !{ src -f /etc/office.lst }",
            &["/ Proxy", "/admin Proxy unseen(the list of the clients that may ask is not in the file)"],
        ),
        ("http-request auth if { path_beg /x } !{ http_auth(users) }", &["/ Proxy", "/x Proxy known"]),
        ("http-request deny if { req.body_size gt 1000000 }", &["/ Proxy upload=1000000"]),
        ("http-request use-service prometheus-exporter if { path /metrics }", &["/ Proxy", "/metrics Proxy"]),
        ("use_backend gone if { path_beg /y }", &["/ Proxy", "/y Proxy unseen(the backend gone is not in the file)"]),
    ] {
        let text = format!(
            "{FRONT}backend per_ip\n stick-table type ip size 1m expire 1m store http_req_rate(1m)\nfrontend f\n bind :443 ssl\n {lines}\n default_backend app\n"
        );
        let expected: Vec<String> = expected.iter().map(|one| format!("443 : {one}")).collect();
        assert_eq!(haproxy(&text), expected, "{lines}");
    }
}

#[test]
fn a_table_that_no_condition_asks_is_unused() {
    let text = |rule: &str| {
        format!(
            "{FRONT}frontend f\n bind :443 ssl\n stick-table type ip size 1m expire 1m store http_req_rate(10s)\n http-request track-sc0 src\n {rule}\n default_backend app\n"
        )
    };
    for (rule, unused) in [("", 1), ("http-request deny if { sc_http_req_rate(0) gt 9 }", 0)] {
        with(&[("haproxy.cfg", &text(rule))], |document, _| {
            assert_eq!(document.edges[0].unused_limits.len(), unused, "{rule}");
        });
    }
}

#[test]
fn origins_that_are_let_in() {
    for (path, text, expected) in [
        ("Caddyfile", "a.io\nheader Access-Control-Allow-Origin *\nreverse_proxy x:1", &["*"][..]),
        ("Caddyfile", "a.io\nheader Access-Control-Allow-Origin {header.Origin}\nreverse_proxy x:1", &["$http_origin"]),
        (
            "Caddyfile",
            "(cors) {\n @o header Origin {args[0]}\n header @o Access-Control-Allow-Origin {http.request.header.Origin}\n}\na.io\nimport cors https://b.io\nreverse_proxy x:1",
            &["https://b.io"],
        ),
        (
            "Caddyfile",
            "a.io\n@o header Origin *\nheader @o Access-Control-Allow-Origin {header.Origin}\nreverse_proxy x:1",
            &["$http_origin"],
        ),
        (
            "Caddyfile",
            "a.io\nheader Access-Control-Allow-Origin *\nheader -Access-Control-Allow-Origin\nreverse_proxy x:1",
            &[],
        ),
        ("haproxy.cfg", "http-response set-header Access-Control-Allow-Origin *", &["*"]),
        (
            "haproxy.cfg",
            "capture request header Host len 9\n capture request header Origin len 99\n http-response set-header Access-Control-Allow-Origin %[capture.req.hdr(1)] if { capture.req.hdr(1) -m found }",
            &["$http_origin"],
        ),
        (
            "haproxy.cfg",
            "http-request set-var(txn.o) req.hdr(Origin)\n acl ok var(txn.o) -m end .b.io\n http-response set-header Access-Control-Allow-Origin %[var(txn.o)] if ok",
            &["*.b.io"],
        ),
        (
            "haproxy.cfg",
            "http-request set-var(txn.o) req.hdr(Origin)\n http-response set-header Access-Control-Allow-Origin %[var(txn.o)] if { var(txn.o) https://b.io https://c.io }",
            &["https://b.io", "https://c.io"],
        ),
    ] {
        let whole = format!("{FRONT}frontend f\n bind :443 ssl\n {text}\n default_backend app\n");
        let text = if path == "Caddyfile" { text } else { &whole };
        assert_eq!(origins(path, text), expected, "{text}");
    }
}

#[test]
fn credentials_of_proxies_are_masked() {
    let caddy = "a.io {\n basic_auth /x {\n  bob HASH-of-bob\n }\n tls {\n  dns cloudflare TOKEN-of-dns\n }\n}\n";
    let haproxy = "userlist u\n user bob insecure-password PASS-of-bob\n user al password HASH-of-al\nlisten s\n mode http\n bind :443 ssl\n stats auth admin:PASS-of-admin\n";
    with(&[("Caddyfile", caddy), ("haproxy.cfg", haproxy), ("dynamic.yml", DYNAMIC)], |document, problems| {
        assert_eq!(problems, []);
        let mask = plimsoll::mask::Mask::new(document);
        let all = mask.source("Caddyfile", caddy, &[])
            + &mask.source("haproxy.cfg", haproxy, &[])
            + &mask.source("dynamic.yml", DYNAMIC, &[])
            + &mask.document(document).expect("the document serialises");
        for secret in ["HASH-of-bob", "TOKEN-of-dns", "PASS-of-bob", "HASH-of-al", "PASS-of-admin", "Hs7k2"] {
            assert!(!all.contains(secret), "{secret} in {all}");
        }
        assert!(all.contains("cloudflare") && all.contains("basic_auth"));
    });
}

const CADDY_WORDS: &[&str] = &[
    "a.io {\n",
    "http://b.io, {$X} {\n",
    "}\n",
    "{\n",
    "(s) {\n",
    "import s 1\n",
    "import *\n",
    "@m path /a* *.b\n",
    "@m {\n",
    "path_regexp ^/a(b\n",
    "not remote_ip 10.0.0.0/8\n",
    "handle_path /é* {\n",
    "handle @m {\n",
    "route {\n",
    "header @m X-A {args[0]}\n",
    "header {\n",
    "-X-*\n",
    "?X-A 1\n",
    "defer\n",
    "redir @m https://{host}\n",
    "respond @m 403\n",
    "respond /ab ok\n",
    "reverse_proxy x:1\n",
    "file_server\n",
    "rate_limit {\n",
    "zone a {\n",
    "events 0\n",
    "window 1x\n",
    "order header last\n",
    "invoke r\n",
    "&(r) {\n",
    "bind ::1\n",
    "\"",
    "`",
    "{$A:b} ",
    "request_body {\n",
    "max_size 99999999999999999999GB\n",
    "tls {\n",
    "client_auth {\n",
];

const HAPROXY_WORDS: &[&str] = &[
    "defaults d\n",
    "defaults\n",
    "frontend f\n",
    "frontend f from d\n",
    "backend f\n",
    "backend b\n",
    "listen l :80\n",
    " mode http\n",
    " bind :80,:443 ssl\n",
    " bind :1-9999999\n",
    " acl a path_beg /é /b\n",
    " acl a !{ src -f x }\n",
    " http-request deny if a or !a || { }\n",
    " http-request allow if { src 1.1.1.1 }\n",
    " http-request deny\n",
    " use_backend b if a\n",
    " use_backend %[x] unless TRUE\n",
    " default_backend f\n",
    " server s x\n",
    " stick-table type ip store http_req_rate(0s),http_req_rate(1d2h)\n",
    " http-request track-sc0 src table b\n",
    " http-request deny if { sc0_http_req_rate gt 99999999999999999999 }\n",
    " http-response set-header A \"$B\" if {\n",
    " http-response set-header Access-Control-Allow-Origin %[req.hdr(Origin)] if { req.hdr(Origin) -m reg ( }\n",
    " http-request return status 200 hdr\n",
    " redirect scheme https if { path_reg [ }\n",
    ".if x\n",
    "\"",
    "'",
    "\\",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_lines_come_to_edges(
        caddy in proptest::collection::vec(proptest::sample::select(CADDY_WORDS), 0..40),
        haproxy in proptest::collection::vec(proptest::sample::select(HAPROXY_WORDS), 0..40),
    ) {
        let (caddy, haproxy) = (caddy.concat(), haproxy.concat());
        with(&[("Caddyfile", &caddy), ("haproxy.cfg", &haproxy)], |document, _| {
            serde_json::to_string(document).expect("the document serialises");
        });
    }
}

#[test]
fn variables_of_caddy_are_those_of_the_service_that_mounts_the_file() {
    let caddyfile = concat!(
        "{$DOMAIN} {\n  header Strict-Transport-Security {$HSTS:max-age=1}\n  reverse_proxy {$UP:localhost:1}\n",
        "  header X-A {$GIVEN:a}\n  header X-B {$TWO}\n}\n",
    );
    let compose = concat!(
        "services:\n  edge:\n    image: caddy\n    ports: ['443:443']\n    volumes: ['./Caddyfile:/etc/caddy/Caddyfile']\n",
        "    environment: {DOMAIN: app.acme.io, HSTS: max-age=31536000, GIVEN: $OUTSIDE, TWO: 'a b'}\n",
    );
    let found = with(&[("compose.yaml", compose), ("Caddyfile", caddyfile)], |document, _| shown(document));
    let expected = "443 app.acme.io: / Proxy strict-transport-security=max-age=31536000 x-a=? x-b=?";
    assert!(found.iter().any(|line| line.starts_with(expected)), "{found:#?}");
    // Another service gives the same file another name.
    let two = format!(
        "{compose}  other:\n    extends: edge\n    ports: !override ['8443:443']\n    environment: {{DOMAIN: b.io}}\n"
    );
    let found = with(&[("compose.yaml", &two), ("Caddyfile", caddyfile)], |document, _| {
        document.edges.iter().flat_map(|edge| edge.hosts.iter().map(|host| host.to_string())).collect::<Vec<_>>()
    });
    assert_eq!(found.iter().filter(|host| *host == "app.acme.io").count(), 1, "{found:?}");
    assert!(found.contains(&"b.io".to_string()), "{found:?}");
}

#[test]
fn configs_of_compose_are_files_of_its_services() {
    let compose = concat!(
        "services:\n  edge:\n    image: nginx\n    ports: ['80:80']\n",
        "    configs: [{source: web, target: /etc/nginx/nginx.conf}]\n",
        "  lb:\n    image: haproxy\n    ports: ['443:443']\n",
        "    configs: [{source: lb, target: /usr/local/etc/haproxy/haproxy.cfg}]\n",
        "configs:\n  web: {file: ./web.conf}\n  lb: {file: ./balance}\n",
    );
    let web = "events {}\nhttp { server { listen 80; location / { proxy_pass http://api; } } }\n";
    let lb = "frontend f\n  mode http\n  bind :443 ssl crt x\n  default_backend b\nbackend b\n  server s a:1\n";
    with(&[("compose.yaml", compose), ("web.conf", web), ("balance", lb)], |document, problems| {
        assert_eq!(problems, []);
        let edges =
            document.edges.iter().map(|edge| (&*edge.deployment, &*edge.at.0.located().path, edge.ports.clone()));
        let expected = [("compose.yaml", "web.conf", vec![80]), ("compose.yaml", "balance", vec![443])];
        assert_eq!(edges.collect::<Vec<_>>(), expected);
    });
}

/// The text at the place of each header that edges send, with the file that the place is in.
fn headers(document: &InputDocument<'_>) -> Vec<(String, String)> {
    let locations = document.edges.iter().flat_map(|edge| &edge.locations);
    let places = locations.flat_map(|location| &location.headers).map(|header| {
        let value = header.at.0;
        let route = serde_json::to_value(header.at).expect("a route is JSON");
        let steps = route.as_array().expect("a route is a list").iter().map(|step| match step {
            serde_json::Value::String(key) => Step::Key(key.as_str().into()),
            index => Step::Index(index.as_u64().expect("steps are keys and indices") as usize),
        });
        let place = document.locate(&steps.collect::<Vec<_>>()).expect("the route leads somewhere");
        (place.path.to_string(), value.located().text[place.span.range()].to_string())
    });
    places.collect()
}

const CLUSTER: &str = concat!(
    "apiVersion: v1\nkind: Service\nmetadata: {name: edge}\n",
    "spec: {type: LoadBalancer, selector: {app: edge}, ports: [{port: 80, targetPort: 8080}]}\n---\n",
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: edge}\nspec:\n  template:\n",
    "    metadata: {labels: {app: edge}}\n    spec:\n      containers:\n        - name: nginx\n          image: nginx\n",
    "          volumeMounts: [{name: web, mountPath: /etc/nginx/nginx.conf, subPath: nginx.conf}]\n",
    "      volumes: [{name: web, configMap: {name: web}}]\n---\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n",
);

const SERVER: &str = "http {\n  server {\n    listen 8080;\n    add_header X-A \"b\";\n    location / { proxy_pass http://a; }\n  }\n}\n";

#[test]
fn a_config_map_that_a_container_mounts_is_a_file_of_its_proxy() {
    let block: String = SERVER.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!("{CLUSTER}  other.conf: |\n{block}  nginx.conf: |\n{block}");
    with(&[("k8s/all.yaml", &text)], |document, problems| {
        assert_eq!(problems, []);
        let edges: Vec<_> = document.edges.iter().map(|edge| (&*edge.deployment, edge.ports.clone())).collect();
        assert_eq!(edges, [("k8s", vec![80])]);
        assert_eq!(headers(document), [("k8s/all.yaml".to_string(), "\"b\"".to_string())]);
        // The place is inside the block of the second key.
        let at = document.edges[0].locations[0].headers[0].at.0;
        assert!(at.span().start as usize > text.find("nginx.conf: |").expect("the key is there"));
    });
    let quoted = format!("{CLUSTER}  nginx.conf: {}\n", serde_json::to_string(SERVER).expect("a text is JSON"));
    with(&[("k8s/all.yaml", &quoted)], |document, problems| {
        assert_eq!(problems, []);
        let found = headers(document);
        assert_eq!(found.len(), 1);
        assert!(found[0].1.starts_with("\"http {"), "{found:?}");
    });
    // Nothing mounts it, or what it holds is nothing of nginx.
    let elsewhere = text.replace("subPath: nginx.conf", "subPath: other");
    let other = format!("{CLUSTER}  nginx.conf: |\n    a=b\n");
    for text in [elsewhere, other] {
        with(&[("k8s/all.yaml", &text)], |document, problems| {
            assert_eq!(problems, []);
            assert!(document.edges.is_empty());
        });
    }
}

#[test]
fn what_is_wrong_in_a_config_map_is_told_at_its_place() {
    let text = format!("{CLUSTER}  nginx.conf: |\n    http {{\n      server {{\n        listen 80\n      }}\n");
    with(&[("k8s/all.yaml", &text)], |_, problems| {
        assert!(!problems.is_empty());
        for problem in problems {
            assert_eq!((&*problem.path, problem.sections.contains(&"edges")), ("k8s/all.yaml", true));
            let span = problem.span.expect("it has a place");
            assert!(span.start as usize > text.find("nginx.conf: |").expect("the key is there"));
        }
    });
}

#[test]
fn the_content_of_a_config_of_compose_is_a_file() {
    let compose = |content: &str| {
        let block: String = content.lines().map(|line| format!("      {line}\n")).collect();
        format!(
            "services:\n  edge:\n    image: nginx\n    ports: ['80:8080']\n    configs: [{{source: web, target: {}}}]\nconfigs:\n  web:\n    content: |\n{block}",
            "/etc/nginx/nginx.conf"
        )
    };
    with(&[("compose.yaml", &compose(SERVER))], |document, problems| {
        assert_eq!(problems, []);
        assert_eq!(document.edges.iter().map(|edge| edge.ports.clone()).collect::<Vec<_>>(), [vec![80]]);
        assert_eq!(headers(document), [("compose.yaml".to_string(), "\"b\"".to_string())]);
    });
    // `$$` is a dollar to nginx, `$` a variable of compose that nothing sets.
    for (sign, known) in [("$$http_host", true), ("$OUTSIDE", false)] {
        let text = compose(&SERVER.replace("\"b\"", sign));
        with(&[("compose.yaml", &text)], |document, _| {
            let kinds: Vec<EdgeKind> = document.edges.iter().map(|edge| edge.kind).collect();
            assert_eq!(kinds, [if known { EdgeKind::Server } else { EdgeKind::Proxy }], "{sign}");
        });
    }
}

const DYNAMIC: &str = concat!(
    "http:\n  routers:\n    a: {rule: 'Host(`a.io`)', service: s, middlewares: [all], entryPoints: [websecure]}\n",
    "    b: {rule: 'Host(`b.io`) && PathPrefix(`/b`)', service: s, middlewares: [gone@docker, open]}\n",
    "  middlewares:\n    all: {chain: {middlewares: [known, cors]}}\n    known: {basicAuth: {users: ['u:$apr1$Hs7k2']}}\n",
    "    cors: {headers: {accessControlAllowOriginList: ['*', 'https://c.io']}}\n",
    "    open: {headers: {stsSeconds: '{{ env \"STS\" }}'}}\n",
);

#[test]
fn routers_of_dynamic_files_of_traefik_are_edges() {
    with(&[("traefik/dynamic.yml", DYNAMIC)], |document, problems| {
        assert_eq!(problems, []);
        let expected = [
            "443 a.io: / Proxy known",
            "80 b.io: /b Proxy unseen(the middleware gone@docker is not in the tree) unseen(a template fills in the middleware open)",
        ];
        assert_eq!(shown(document), expected);
        assert!(
            document
                .edges
                .iter()
                .all(|edge| edge.kind == EdgeKind::Router && &*edge.deployment == "traefik/dynamic.yml")
        );
    });
    assert_eq!(origins("dynamic.yaml", DYNAMIC), ["*", "https://c.io"]);
    let compose =
        "services:\n  t:\n    image: traefik\n    ports: ['443:443']\n    volumes: ['./traefik:/etc/traefik']\n";
    with(&[("compose.yaml", compose), ("traefik/dynamic.yml", DYNAMIC)], |document, _| {
        let routers = document.edges.iter().filter(|edge| edge.kind == EdgeKind::Router);
        assert_eq!(routers.map(|edge| &*edge.deployment).collect::<Vec<_>>(), ["compose.yaml", "compose.yaml"]);
        assert!(document.edges.iter().all(|edge| edge.unseen.is_empty()));
    });
    with(&[("a.yml", "http:\n  port: 80\n"), ("b.yml", "http: {routers: {}}\n")], |document, _| {
        assert!(document.edges.is_empty());
    });
}
