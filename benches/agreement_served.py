#!/usr/bin/env python3
"""Compares what `edges` says of headers and redirects with what the real nginx, Caddy and HAProxy answer on loopback.

usage: agreement_served.py PLIMSOLL [nginx|caddy|haproxy]...   (needs those programs; measured with nginx 1.22.1, Caddy
2.6.2 and HAProxy 2.6.12 of Debian)

Each case is a server and the paths to ask for. The program serves it on a free port of 127.0.0.1; plimsoll reads the same
text with port 80. The headers of the answer that the case is about, and whether it redirects to https, must be what the
location of the longest fitting path says.
"""
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

ABOUT = ["x-content-type-options", "x-frame-options", "referrer-policy", "strict-transport-security", "access-control-allow-origin"]
HEADERS = "add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always;"
NGINX = [
    (HEADERS + " location / { return 200 a; } location /api/ { return 200 b; }", ["/", "/api/x"]),
    (HEADERS + " location / { return 200 a; } location /api/ { add_header Referrer-Policy no-referrer; return 200 b; }", ["/", "/api/x"]),
    ("location / { " + HEADERS + " location /in/ { return 200 c; } return 200 a; }", ["/", "/in/x"]),
    ("return 301 https://$host$request_uri;", ["/", "/x"]),
    ("location / { return 301 https://$host$request_uri; } location /.well-known/acme-challenge/ { return 200 t; }", ["/", "/.well-known/acme-challenge/t"]),
    ("location /old { return 302 http://elsewhere.invalid/; } location / { return 200 a; }", ["/old", "/"]),
    ("location = / { add_header X-Frame-Options SAMEORIGIN always; return 200 a; } location / { return 200 b; }", ["/", "/x"]),
    ("rewrite ^ https://$host$request_uri? permanent;", ["/", "/x"]),
    ("add_header Access-Control-Allow-Origin https://a.acme.io always; location / { return 404; } location /b { expires 1h; return 200 b; }", ["/", "/b"]),
    ("location ^~ /s/ { add_header Strict-Transport-Security \"max-age=31536000\" always; return 200 s; } location / { return 403; }", ["/s/x", "/"]),
]


SECURE = "header {\n X-Content-Type-Options nosniff\n X-Frame-Options DENY\n}\n"
CADDY = [
    (SECURE + "respond ok", ["/", "/api/x"]),
    (SECURE + "handle /api/* {\n header X-Frame-Options SAMEORIGIN\n respond b\n}\nrespond a", ["/", "/api/x"]),
    ("respond ok\n" + SECURE, ["/"]),
    ("header /api/* Referrer-Policy no-referrer\nheader Referrer-Policy origin\nrespond ok", ["/", "/api/x"]),
    ("header ?X-Frame-Options DENY\nhandle /in/* {\n header X-Frame-Options SAMEORIGIN\n respond b\n}\nrespond a", ["/", "/in/x"]),
    ("header -X-Frame-Options\nheader X-Frame-Options DENY\nrespond a", ["/"]),
    ("header {\n X-Frame-Options DENY\n defer\n}\nhandle /x {\n header X-Frame-Options SAMEORIGIN\n respond b\n}\nrespond a", ["/", "/x"]),
    ("route {\n header X-Frame-Options DENY\n respond /first a\n header Referrer-Policy origin\n respond b\n}", ["/", "/first"]),
    ("handle_path /in/* {\n header /x X-Frame-Options DENY\n respond b\n}\nrespond a", ["/", "/in/", "/in/x", "/x"]),
    ("@files path *.css *.js\nheader @files X-Content-Type-Options nosniff\nrespond a", ["/", "/a.css", "/b.js", "/c"]),
    ("@not not path /open/*\nheader @not X-Frame-Options DENY\nrespond a", ["/", "/open/x"]),
    ("@re path_regexp ^/doc(s)/\nheader @re X-Frame-Options DENY\nrespond a", ["/"]),
    ("redir https://{host}{uri} permanent", ["/", "/x"]),
    ("redir /old https://shop.acme.io/new\nrespond a", ["/", "/old"]),
    ("handle /.well-known/acme-challenge/* {\n respond t\n}\nhandle {\n redir https://{host}{uri}\n}", ["/", "/.well-known/acme-challenge/t"]),
    ("@plain protocol http\nredir @plain https://{host}{uri}\nrespond a", ["/"]),
    ("header Access-Control-Allow-Origin https://a.acme.io\nrespond /b b\nrespond 404", ["/", "/b"]),
    ("header Strict-Transport-Security `max-age=31536000; includeSubDomains`\nabort /gone\nrespond a", ["/"]),
    ("reverse_proxy BACKEND {\n header_down X-Frame-Options DENY\n header_down -Referrer-Policy\n}", ["/"]),
    ("header X-Frame-Options DENY\nreverse_proxy /api/* BACKEND\nfile_server", ["/", "/api/x"]),
    ("header /a* X-Frame-Options DENY\nheader /a/b* X-Frame-Options SAMEORIGIN\nrespond a", ["/", "/a", "/a/b"]),
    ("error /x 404\nhandle_errors {\n header X-Frame-Options DENY\n respond e\n}\nrespond a", ["/"]),
]
DEFAULTS = "defaults\n mode http\n timeout connect 1s\n timeout client 5s\n timeout server 5s\nbackend app\n server s BACKEND\n"
HAPROXY = [
    (" http-response set-header X-Frame-Options DENY\n default_backend app\n", ["/", "/x"]),
    (" use_backend api if { path_beg /api }\n default_backend app\n http-response set-header X-Frame-Options DENY\nbackend api\n server s BACKEND\n http-response set-header Referrer-Policy origin\n", ["/", "/api/x"]),
    (" default_backend b\n http-response add-header X-Frame-Options DENY if { ssl_fc }\n http-response set-header X-Content-Type-Options nosniff if !{ ssl_fc }\nbackend b\n server s BACKEND\n", ["/"]),
    (" http-request redirect scheme https code 301 unless { ssl_fc }\n default_backend app\n", ["/", "/x"]),
    (" redirect scheme https if !{ ssl_fc } !{ path_beg /.well-known/acme-challenge/ }\n default_backend app\n", ["/", "/.well-known/acme-challenge/t"]),
    (" acl old path /old /older\n http-request redirect location https://shop.acme.io/ if old\n default_backend app\n", ["/", "/old", "/older", "/old/x"]),
    (" http-request redirect location http://elsewhere.invalid/ if { path_beg /x }\n default_backend app\n", ["/", "/x"]),
    (" http-response set-header Referrer-Policy origin\n http-request return status 200 content-type text/plain string a hdr X-Frame-Options DENY if { path /r }\n default_backend app\n", ["/", "/r"]),
    (" http-after-response set-header X-Frame-Options DENY\n http-request return status 200 content-type text/plain string a if { path /r }\n default_backend app\n", ["/", "/r"]),
    (" http-response set-header Strict-Transport-Security \"max-age=31536000; includeSubDomains\"\n default_backend b\nbackend b\n server s BACKEND\n http-response del-header Strict-Transport-Security\n", ["/"]),
    (" http-response set-header X-Frame-Options DENY\n http-response del-header X-Frame-Options\n default_backend app\n", ["/"]),
    (" http-response set-header Access-Control-Allow-Origin https://a.acme.io\n default_backend app\n", ["/"]),
    (" acl a path_end .css\n acl b path_sub /in/\n use_backend x if a or b\n default_backend app\nbackend x\n server s BACKEND\n http-response set-header X-Frame-Options DENY\n", ["/", "/a.css", "/a/in/b"]),
    (" acl a path_reg ^/doc/\n use_backend x if a !{ path_end .txt }\n default_backend app\nbackend x\n server s BACKEND\n http-response set-header X-Frame-Options 'DENY'\n", ["/", "/doc/"]),
    (" http-request redirect prefix https://shop.acme.io if { hdr(host) -i shop.acme.io } TRUE { path /p }\n default_backend app\n", ["/"]),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx(folder, body, port):
    """The command that serves a case, and the text that plimsoll reads, by name."""
    temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    pathlib.Path(folder, "nginx.conf").write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; events {{}} http {{ access_log off; {temp}"
        f" server {{ listen 127.0.0.1:{port}; server_name shop.acme.io; {body} }} }}"
    )
    text = f"server {{ listen 80; server_name shop.acme.io; {body} }}"
    return ["nginx", "-c", f"{folder}/nginx.conf", "-p", folder], "site.conf", text


def caddy(folder, body, port):
    text = f"http://shop.acme.io {{\n{body}\n}}\n"
    options = f"{{\n admin off\n http_port {port}\n default_bind 127.0.0.1\n}}\n"
    pathlib.Path(folder, "Caddyfile").write_text(options + text)
    return ["caddy", "run", "--config", f"{folder}/Caddyfile", "--adapter", "caddyfile"], "Caddyfile", text


def haproxy(folder, body, port):
    text = lambda bind: DEFAULTS.replace("BACKEND", BACKEND) + f"frontend f\n bind {bind}\n{body}"
    pathlib.Path(folder, "haproxy.cfg").write_text(text(f"127.0.0.1:{port}"))
    # A frontend of port 80 alone is an edge only where another one serves TLS.
    secure = "frontend tls\n bind :443 ssl crt a\n default_backend app\n"
    return ["haproxy", "-db", "-f", f"{folder}/haproxy.cfg"], "haproxy.cfg", text(":80") + secure


def backend(port):
    """A program that answers every request with nothing of interest but a header that it sets itself."""
    code = (
        "import http.server\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "  def do_GET(self):\n"
        "    self.send_response(200); self.send_header('Content-Length', '0'); self.end_headers()\n"
        "  def log_message(self, *a): pass\n"
        f"http.server.ThreadingHTTPServer(('127.0.0.1', {port}), H).serve_forever()"
    )
    return subprocess.Popen([sys.executable, "-c", code])


def ask(port, path):
    for attempt in range(400):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path, headers={"Host": "shop.acme.io"})
            return connection.getresponse()
        except ConnectionRefusedError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens for {path}")


def served(command, folder, port, paths):
    environment = {**os.environ, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, env=environment)
    try:
        answers = {}
        for path in paths:
            answer = ask(port, path)
            names = {name.lower(): value for name, value in answer.getheaders()}
            headers = {name: names[name] for name in ABOUT if name in names}
            answers[path] = (headers, names.get("location", "").startswith("https://"))
        return answers
    finally:
        process.terminate()
        process.wait()


def said(plimsoll, folder, name, text, paths):
    tree = pathlib.Path(folder, "tree")
    tree.mkdir()
    (tree / name).write_text(text)
    out = subprocess.run([plimsoll, "collect", str(tree)], capture_output=True, text=True).stdout
    locations = next(edge for edge in json.loads(out)["edges"] if edge["ports"] == [80])["locations"]
    answers = {}
    for path in paths:
        def rank(one):
            """The longest exact path, then expressions, then the longest prefix; None where it does not fit."""
            shown = one["path"]
            if one["matching"] == "exact":
                return (2, len(shown)) if shown == path else None
            if one["matching"] == "expression":
                return (1, len(shown)) if re.search(shown, path) else None
            return (0, len(shown)) if path.startswith(shown) else None

        best = max((one for one in locations if rank(one)), key=rank)
        headers = {one["name"]: one.get("value") for one in best["headers"] if one["name"] in ABOUT}
        answers[path] = (headers, best.get("redirect", {}).get("to_https", False))
    return answers


PROGRAMS = {"nginx": (nginx, NGINX), "caddy": (caddy, CADDY), "haproxy": (haproxy, HAPROXY)}
BACKEND = f"127.0.0.1:{free_port()}"


def main():
    plimsoll, *names = sys.argv[1:]
    behind = backend(BACKEND.rsplit(":", 1)[1])
    try:
        for name in names or PROGRAMS:
            program, cases = PROGRAMS[name]
            agreed = total = 0
            for body, paths in cases:
                with tempfile.TemporaryDirectory() as folder:
                    port = free_port()
                    command, file, text = program(folder, body.replace("BACKEND", BACKEND), port)
                    real = served(command, folder, port, paths)
                    mine = said(plimsoll, folder, file, text, paths)
                for path in paths:
                    total += 1
                    if real[path] == mine[path]:
                        agreed += 1
                    else:
                        print("differs:", body, path, f"{name}:", real[path], "plimsoll:", mine[path])
            print(f"{agreed} of {total} answers of {name} agree")
    finally:
        behind.terminate()
        behind.wait()


main()
