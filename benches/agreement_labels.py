#!/usr/bin/env python3
"""Compares plimsoll's rules with labelled sets of other programs, where a rule of both asks the same.

usage: agreement_labels.py PLIMSOLL LABELLED   (LABELLED holds SET.jsonl and what its rows name)

PAIRS says which rule of theirs is held against which of ours, and how a fragment is made into something that can be
judged at all: fragments stand in a server that is an edge, Dockerfiles behind a published port of a compose file.
Nothing else of a fragment is changed but what the pair's comment says. Rules of the sets that are not in PAIRS have none
of ours that asks the same; LEFT_OUT says so for those that look as if they had.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

LEFT_OUT = {
    ("semgrep-nginx", "insecure-redirect"): "asks whether a target names https, also behind conditions; ours whether all of port 80 goes to https",
    ("semgrep-nginx", "missing-ssl-version, insecure-ssl-version"): "no rule of ours judges versions of TLS",
    ("gixy-nginx", "origins, of $http_referer"): "ours judges what CORS answers, and that reads Origin alone",
    ("gixy-nginx", "origins, origin_https"): "runs with an option that forbids http://; cors-origins-explicit asks that of lists, not of patterns",
    ("semgrep-dockerfile", "secret-in-build-arg"): "goes by the name alone; ours asks for a value",
    ("semgrep-dockerfile", "missing-user, last-user-is-root"): "no rule of ours judges the user of an image",
    ("hadolint", "DL3002"): "the same",
    ("hadolint", "DL3012"): "asks whether HEALTHCHECK stands twice; ours whether there is one",
}


def in_server(fragment):
    """The text inside a server that faces the internet; whole `http` and `server` blocks keep their own."""
    listen = "listen 443 ssl;\nserver_name www.example.org;\n"
    if re.match(r"\s*http\s*{", fragment):
        return re.sub(r"server\s*{", "server {\n" + listen, fragment, count=1)
    if re.match(r"\s*server\s*{", fragment):
        return "http {\n" + re.sub(r"server\s*{", "server {\n" + listen, fragment, count=1) + "\n}\n"
    return "http {\nserver {\n" + listen + fragment + "\n}\n}\n"


def outer_header(text):
    """Name of the header that the outermost `add_header` sets, which is the first."""
    return re.search(r"add_header\s+(\S+)", text).group(1).lower()


def header_reaches(text, _row):
    """Does the header that is set outside reach every answer inside?"""
    rule = "web/security-headers-configured"
    config = f"rules:\n  {rule}:\n    params: {{required_headers: [{outer_header(text)}]}}\n"
    # nginx takes an `if` with headers in a location alone, so one stands round it.
    text = f"location / {{\n{text}}}\n" if re.search(r"^if ", text, re.M) else text
    return rule, {"nginx.conf": "events {}\n" + in_server(text), "plimsoll.yaml": config}


def origin_pattern(text, _row):
    """May a stranger's origin match? The pattern stands in a map, whose value is sent back."""
    pattern = re.search(r"\$http_origin !~ '([^']*)'", text).group(1)
    server = f"map $http_origin $allowed {{\n default '';\n '~{pattern}' $http_origin;\n}}\nserver {{\nlisten 443 ssl;\nserver_name www.example.org;\nroot /srv/www;\nadd_header Access-Control-Allow-Origin $allowed always;\nadd_header Access-Control-Allow-Credentials true always;\n}}\n"
    return "web/cors-no-wildcard", {"nginx.conf": "events {}\nhttp {\n" + server + "}\n"}


def allow_list(text, _row):
    """Does a list of allowed addresses shut out the others? The place becomes an administrator's."""
    text = text.replace("/test/", "/admin/").replace("{", "{\nproxy_pass http://app;", 1)
    return "web/admin-endpoints-restricted", {"nginx.conf": "events {}\n" + in_server(text)}


def health_check(text, _row):
    """Has an image behind a published port a health check?"""
    compose = "services:\n  app:\n    build: .\n    ports: ['443:8443']\n"
    return "workloads/health-checks-configured", {"Dockerfile": text, "compose.yaml": compose}


# Set, their rule, which of its files, and the function that asks ours; its first line is what both ask.
PAIRS = [
    ("gixy-nginx", "add_header_redefinition", r"", header_reaches),
    ("semgrep-nginx", "header-redefinition", r"", header_reaches),
    ("gixy-nginx", "origins", r"/origin(?!_https)[^/]*$", origin_pattern),
    ("gixy-nginx", "allow_without_deny", r"", allow_list),
    ("trivy-checks-docker", "DS026", r"", health_check),
    ("checkov-dockerfile", "CKV_DOCKER_2", r"", health_check),
]


def judge(plimsoll, rule, files):
    """Verdict of our rule and the lines of its findings."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            pathlib.Path(folder, name).write_text(text)
        args = [plimsoll, "check", "--format", "json", "--rule", rule, "-v", "."]
        report = json.loads(subprocess.run(args, cwd=folder, capture_output=True, text=True).stdout)
    verdict = next(one["verdict"] for one in report["rules"] if one["id"] == rule)
    return verdict, [one["start"]["line"] for one in report["findings"]], [one["message"] for one in report["problems"]]


def text_of(labelled, row):
    path = labelled / row["file"]
    if path.is_dir():
        # A folder of one verdict each; `resource` names the file.
        path = path / row["resource"].strip("/").rsplit(".", 1)[0]
    # Labels stand in comments of the sets.
    return "\n".join("" if re.match(r"\s*#", line) else line for line in path.read_text().splitlines()) + "\n"


def in_block(text, line, finding):
    """Whether a finding stands at the innermost block around a line: no other block opens or ends between them."""
    between = text.splitlines()[finding:line - 1]
    return finding < line and not any("{" in one or "}" in one for one in between)


def main():
    plimsoll, labelled = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    for name, theirs, files, ask in PAIRS:
        rows = [json.loads(line) for line in (labelled / f"{name}.jsonl").read_text().splitlines()]
        rows = [row for row in rows if row["rule"] == theirs and re.search(files, row["file"].removesuffix(".conf"))]
        agreed = 0
        for row in rows:
            text = text_of(labelled, row)
            rule, tree = ask(text, row)
            verdict, lines, problems = judge(plimsoll, rule, tree)
            found = verdict == "fail"
            if row.get("line"):
                # The row's line in the text as it is judged; a finding stands at the head of the block around it.
                judged = tree["nginx.conf"]
                at = judged.splitlines().index(text.splitlines()[row["line"] - 1]) + 1
                found = any(in_block(judged, at, line) for line in lines)
            # Without a probe a rule that needs one proves nothing, but it says what it found in files.
            if found == (row["expect"] == "fail") and verdict != "error":
                agreed += 1
            else:
                # origin.conf: the pattern ends in a slash, which no origin has, so its bare dot lets nobody in.
                print("differs:", row["file"], row.get("line", ""), row["expect"], "ours:", verdict, lines, problems[:1])
        print(f"{name} {theirs} = {rule}: {agreed} of {len(rows)}")
    for (name, theirs), why in LEFT_OUT.items():
        print(f"left out: {name} {theirs}: {why}")


main()
