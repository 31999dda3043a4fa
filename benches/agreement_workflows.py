#!/usr/bin/env python3
"""Compares which workflows of GitHub Actions plimsoll refuses with what actionlint says of them.

usage: agreement_workflows.py PLIMSOLL LABELS [ACTIONLINT FOLDER...]   (measured with actionlint 1.7.12)

LABELS is a file of one JSON object a line, `file` (relative to its folder), `rule`, `line`, `expect` (`fail` or `pass`).
Each file is put alone into `.github/workflows/` of an empty tree. A row of `fail` is found if plimsoll has a problem on
its line; a file of `pass` must have none. With ACTIONLINT, the workflows below the folders are asked of both programs.

GitHub runs a workflow in spite of these, so plimsoll leaves them to actionlint:
- glob, if-cond, matrix (patterns, conditions and exclusions that match nothing or everything)
- action, runner-label (what stands in other repositories and on runners), deprecated-commands, credentials
- expression, as far as it is about types and properties: GitHub makes null of what is not there
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LEFT_OUT = {"glob", "if-cond", "matrix", "action", "runner-label", "deprecated-commands", "credentials"}


def problems(plimsoll, file):
    """Line and message of each problem of one workflow alone."""
    with tempfile.TemporaryDirectory() as folder:
        at = pathlib.Path(folder, ".github/workflows/x.yaml")
        at.parent.mkdir(parents=True)
        at.write_bytes(file.read_bytes())
        out = subprocess.run([plimsoll, "check", "--format", "json", "--rule", "delivery/ci-tests-run", folder], capture_output=True, text=True).stdout
    return [(one["line"], one["message"]) for one in json.loads(out)["problems"] if one["kind"] == "fault"]


def labelled(plimsoll, labels):
    rows = [json.loads(line) for line in labels.read_text().splitlines()]
    found = {name: problems(plimsoll, labels.parent / name) for name in sorted({row["file"] for row in rows})}
    total, agreed = collections.Counter(), collections.Counter()
    for row in rows:
        if row["expect"] == "pass":
            if found[row["file"]]:
                print("differs: pass", row["file"], found[row["file"]])
            continue
        total[row["rule"]] += 1
        if row.get("line") is None and found[row["file"]] or any(line == row.get("line") for line, _ in found[row["file"]]):
            agreed[row["rule"]] += 1
        elif row["rule"] not in LEFT_OUT:
            near = [line for line, _ in found[row["file"]]]
            print("differs:", row["rule"], row["file"], row.get("line"), "ours:", near)
    for rule in sorted(total):
        print(f"{rule}: {agreed[rule]} of {total[rule]}" + (" (left out)" if rule in LEFT_OUT else ""))
    good = {row["file"] for row in rows if row["expect"] == "pass"}
    print(f"pass: {sum(not found[name] for name in good)} of {len(good)} files without a problem")
    bad = {row["file"] for row in rows if row["expect"] == "fail" and row["rule"] not in LEFT_OUT}
    print(f"fail: {sum(bool(found[name]) for name in bad)} of {len(bad)} files of the other rules have a problem")
    lines = {(row["file"], row.get("line")) for row in rows if row["expect"] == "fail"}
    for name in sorted({row["file"] for row in rows} - good):
        for line, message in found[name]:
            if (name, line) not in lines:
                print("ours alone:", name, line, message)


def real(plimsoll, actionlint, folders):
    same, compared = 0, 0
    for folder in folders:
        for file in sorted(pathlib.Path(folder).rglob(".github/workflows/*.y*ml")):
            ours = {line for line, _ in problems(plimsoll, file)}
            out = subprocess.run([actionlint, "-shellcheck=", "-pyflakes=", "-format", "{{json .}}", str(file)], capture_output=True, text=True).stdout
            theirs = {one["line"]: one for one in json.loads(out) or [] if one["kind"] not in LEFT_OUT}
            compared += 1
            same += ours == set(theirs)
            for line in sorted(ours ^ set(theirs)):
                print("differs:", file, line, "ours alone" if line in ours else "actionlint: " + theirs[line]["message"][:120])
    print(f"{same} of {compared} workflows have the same lines in both")


def main():
    plimsoll, labels, *rest = sys.argv[1:]
    labelled(os.path.abspath(plimsoll), pathlib.Path(labels))
    if rest:
        real(os.path.abspath(plimsoll), rest[0], rest[1:])


main()
