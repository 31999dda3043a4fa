#!/usr/bin/env python3
"""Compares how plimsoll reads files of Caddy and HAProxy with what the real programs make of them.

usage: agreement_proxies.py PLIMSOLL FOLDER...   (needs caddy and haproxy; measured with Caddy 2.6.2 and HAProxy 2.6.12)

Caddy: every `Caddyfile` or `*.caddyfile` below the folders, and the first part of each `*.txt` that has a line of dashes
(the tests of Caddy's own source, `caddytest/integration/caddyfile_adapt`). Of each that `caddy adapt` accepts, plimsoll
must find no fault, and serve the same hosts on ports 80 and 443, this machine's own apart. HAProxy: every `*.cfg`; of each
whose grammar `haproxy -c` accepts, plimsoll must find no fault.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LOCAL = re.compile(r"^(localhost|.*\.localhost|127\..*|::1)$")


def collect(plimsoll, name, text):
    """What plimsoll says of one file alone: (number of problems, edges)."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, name).write_text(text)
        run = lambda *args: subprocess.run([plimsoll, *args, folder], capture_output=True, text=True).stdout
        problems = json.loads(run("check", "--format", "json"))["problems"]
        edges = json.loads(run("collect")).get("edges", [])
    return problems, edges


def adapted(text):
    """(port, host) of what Caddy serves; None where it refuses the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "Caddyfile")
        file.write_text(text)
        out = subprocess.run(["caddy", "adapt", "--config", str(file)], capture_output=True, text=True, cwd=folder)
    if out.returncode != 0:
        return None
    served = set()
    servers = json.loads(out.stdout).get("apps", {}).get("http", {}).get("servers", {})
    for server in servers.values():
        ports = {int(port) for port in (listen.rsplit(":", 1)[-1] for listen in server["listen"]) if port in ("80", "443")}
        inside = all(LOCAL.match(listen.rsplit(":", 1)[0] or "*") for listen in server["listen"])
        hosts = set()
        for route in server.get("routes", [{}]):
            for matcher in route.get("match", [{}]):
                hosts.update(matcher.get("host", [""]))
        served |= {(port, host) for port in ports for host in hosts if not LOCAL.match(host) and not inside}
    return served


def caddyfiles(folders):
    for folder in folders:
        for file in sorted(pathlib.Path(folder).rglob("*")):
            name = file.name.lower()
            if file.is_file() and (name == "caddyfile" or name.endswith(".caddyfile")):
                yield file, file.read_text(errors="replace")
            elif file.is_file() and name.endswith(".txt"):
                text = file.read_text(errors="replace")
                if "\n----------\n" in text:
                    yield file, text.split("\n----------\n")[0] + "\n"


def caddy(plimsoll, folders):
    agreed, compared, refused = 0, 0, 0
    for file, text in caddyfiles(folders):
        theirs = adapted(text)
        if theirs is None:
            refused += 1
            continue
        compared += 1
        problems, edges = collect(plimsoll, "Caddyfile", text)
        # What Caddy adds by itself is not in its adapted configuration.
        added = lambda edge: edge["ports"] == [80] and [at["answers"] for at in edge["locations"]] == ["redirect"] and edge["at"] == edge["locations"][0]["at"]
        own = lambda edge: not added(edge)
        ours = {(port, host) for edge in edges if own(edge) for port in edge["ports"] if port in (80, 443)
                for host in edge["hosts"] or [""]}
        # A site for all names on port 80 alone is no edge.
        theirs = {one for one in theirs if one != (80, "") or one in ours}
        if not problems and ours == theirs:
            agreed += 1
        else:
            print("differs:", file, "problems:", [one["message"] for one in problems][:2], "ours:", sorted(ours - theirs), "caddy's:", sorted(theirs - ours))
    print(f"{agreed} of {compared} files of Caddy agree; it refuses {refused} more")


def haproxy(plimsoll, folders):
    agreed, compared, refused = 0, 0, 0
    for folder in folders:
        for file in sorted(pathlib.Path(folder).rglob("*.cfg")):
            text = file.read_text(errors="replace")
            out = subprocess.run(["haproxy", "-c", "-f", str(file)], capture_output=True, text=True, errors="replace").stderr
            # Certificates, users and libraries that are not here say nothing of the grammar.
            if re.search(r"unknown keyword|out of section|unmatched quote|unterminated|expects", out):
                refused += 1
                continue
            compared += 1
            problems, _ = collect(plimsoll, "haproxy.cfg", text)
            if problems:
                print("differs:", file, [one["message"] for one in problems][:3])
            else:
                agreed += 1
    print(f"{agreed} of {compared} files of HAProxy agree; it refuses {refused} more")


def main():
    plimsoll, *folders = sys.argv[1:]
    plimsoll = os.path.abspath(plimsoll)
    caddy(plimsoll, folders)
    haproxy(plimsoll, folders)


main()
