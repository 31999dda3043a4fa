#!/usr/bin/env python3
"""Compares what `edges` says of headers and redirects with what the real nginx answers on loopback.

usage: agreement_served.py PLIMSOLL   (needs nginx; measured with 1.22.1 of Debian)

Each case is a server and the paths to ask for. nginx serves it on a free port of 127.0.0.1; plimsoll reads the same text
with `listen 80`. The headers of the answer that the case is about, and whether it redirects to https, must be what the
location of the longest fitting prefix says.
"""
import http.client
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

ABOUT = ["x-content-type-options", "x-frame-options", "referrer-policy", "strict-transport-security", "access-control-allow-origin"]
HEADERS = "add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always;"
CASES = [
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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def served(folder, body, paths):
    port = free_port()
    config = pathlib.Path(folder, "nginx.conf")
    temp = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    config.write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; daemon off; events {{}} http {{ access_log off; {temp}"
        f" server {{ listen 127.0.0.1:{port}; server_name shop.acme.io; {body} }} }}"
    )
    process = subprocess.Popen(["nginx", "-c", str(config), "-p", folder], stderr=subprocess.DEVNULL)
    try:
        answers = {}
        for path in paths:
            for attempt in range(200):
                try:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                    connection.request("GET", path, headers={"Host": "shop.acme.io"})
                    answer = connection.getresponse()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.02)
            names = {name.lower(): value for name, value in answer.getheaders()}
            headers = {name: names[name] for name in ABOUT if name in names}
            answers[path] = (headers, names.get("location", "").startswith("https://"))
        return answers
    finally:
        process.terminate()
        process.wait()


def said(plimsoll, folder, body, paths):
    tree = pathlib.Path(folder, "tree")
    tree.mkdir()
    (tree / "site.conf").write_text(f"server {{ listen 80; server_name shop.acme.io; {body} }}")
    out = subprocess.run([plimsoll, "collect", str(tree)], capture_output=True, text=True).stdout
    locations = json.loads(out)["edges"][0]["locations"]
    answers = {}
    for path in paths:
        fits = lambda one: one["path"] == path if one["matching"] == "exact" else path.startswith(one["path"])
        best = max((one for one in locations if fits(one)), key=lambda one: (one["matching"] == "exact", len(one["path"])))
        headers = {one["name"]: one.get("value") for one in best["headers"] if one["name"] in ABOUT}
        answers[path] = (headers, best.get("redirect", {}).get("to_https", False))
    return answers


def main():
    agreed = total = 0
    for body, paths in CASES:
        with tempfile.TemporaryDirectory() as folder:
            real, mine = served(folder, body, paths), said(sys.argv[1], folder, body, paths)
        for path in paths:
            total += 1
            if real[path] == mine[path]:
                agreed += 1
            else:
                print("differs:", body, path, "nginx:", real[path], "plimsoll:", mine[path])
    print(f"{agreed} of {total} answers agree")


main()
