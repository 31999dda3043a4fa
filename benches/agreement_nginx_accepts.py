#!/usr/bin/env python3
"""Compares which files of nginx plimsoll takes for broken with what nginx itself says of them.

usage: agreement_nginx_accepts.py PLIMSOLL FOLDER...

A file is tried as a whole configuration, then inside `http`, `server` and `location`, since most are fragments. Each that
nginx accepts is tried again with a `;`, a brace or a quote taken away or added. nginx also refuses what directives do not
take, and modules that it lacks; plimsoll leaves that to `nginx -t`, so only errors of syntax are compared. Needs nginx.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

BEFORE = [
    "",
    "events {}\n",
    "events {}\nhttp {\n",
    "events {}\nhttp {\nserver {\n",
    "events {}\nhttp {\nserver {\nlocation / {\n",
]
# What nginx says of a text whose words and braces do not fit together.
SYNTAX = ("unexpected", "is not terminated by", "has no opening", "too long parameter", "invalid parameter: unexpected")


def nginx(folder, text):
    """Whether nginx accepts the text, and what it says if it does not."""
    file = folder / "nginx.conf"
    file.write_text(text)
    args = ["nginx", "-t", "-p", str(folder), "-c", str(file), "-e", str(folder / "error.log"), "-g", "pid nginx.pid;"]
    said = subprocess.run(args, capture_output=True, text=True, errors="replace").stderr
    return "syntax is ok" in said, said


def accepted(folder, text):
    """The wrapping in which nginx accepts a text, if there is one."""
    for before in BEFORE:
        whole = before + text + "\n" + "}" * before.count("{\n")
        if nginx(folder, whole)[0]:
            return before
    return None


def ours(plimsoll, folder, text):
    """Whether plimsoll takes the text for broken."""
    (folder / "tree").mkdir(exist_ok=True)
    (folder / "tree" / "nginx.conf").write_text(text)
    args = [plimsoll, "check", "--format", "json", "--rule", "web/hsts-enabled", "."]
    out = subprocess.run(args, cwd=folder / "tree", capture_output=True, text=True).stdout
    return any(one["kind"] == "fault" and one["path"] == "nginx.conf" for one in json.loads(out)["problems"])


def broken(text, rng):
    """The text with one sign taken away or added."""
    for sign in ";{}\"'":
        places = [n for n, one in enumerate(text) if one == sign]
        if places:
            at = rng.choice(places)
            yield text[:at] + text[at + 1:]
            yield text[:at] + sign + text[at:]


def main():
    plimsoll, *folders = [os.path.abspath(one) for one in sys.argv[1:]]
    rng = random.Random(1)
    total, agreed, left = 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file in sorted(file for one in folders for file in pathlib.Path(one).rglob("*.conf")):
            text = file.read_text(errors="replace")
            before = accepted(folder, text)
            if before is None:
                left += 1
                continue
            for n, variant in enumerate([text, *broken(text, rng)]):
                whole = before + variant + "\n" + "}" * before.count("{\n")
                fine, said = nginx(folder, whole)
                if not fine and not any(word in said for word in SYNTAX):
                    continue
                total += 1
                if ours(plimsoll, folder, whole) == (not fine):
                    agreed += 1
                else:
                    print("differs:", file, "as it is" if n == 0 else f"variant {n}", said.strip().split("\n")[0][:160])
    print(f"{agreed} of {total} texts agree; {left} files name what this nginx or this machine does not have")


main()
