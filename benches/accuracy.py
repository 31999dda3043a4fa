#!/usr/bin/env python3
"""Recall and precision of plimsoll and of the scanners that are installed, on a folder with labelled lines.

usage: accuracy.py FOLDER [LABELS] [--plimsoll PATH] [--without-repo OWNER+NAME] [-v]

LABELS (default: FOLDER.jsonl) has a JSON object a line: `file` (beginning with the name of FOLDER, or relative to it),
`line`, `end`, `truth` (T a secret, F none, X a placeholder or a test value), `category` and `repo`. Only labelled lines
count: T is to be reported, F and X are not; a line with a T among its labels is a secret. Contents are never printed.
"""

import argparse
import collections
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

RULES = ["secrets/*", "settings/database-credentials-not-in-env-files"]
SECRET = "T"


def run(command, allowed, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode not in allowed:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def written(command, folder, allowed=frozenset({0})):
    """The JSON that the command writes to the file that it takes as its last option."""
    with tempfile.TemporaryDirectory() as work:
        report = pathlib.Path(work, "report.json")
        run([*command, str(report), str(folder)], allowed)
        return json.loads(report.read_text())


def plimsoll(program, folder):
    rules = [part for rule in RULES for part in ("--rule", rule)]
    # 1 is findings, 3 a file that could not be read whole.
    output = run([program, "check", str(folder), "-f", "json", "--all", *rules], {0, 1, 3})
    for finding in json.loads(output)["findings"]:
        yield finding["path"], finding["start"]["line"], finding["end"]["line"]


def gitleaks(program, folder):
    found = written([program, "dir", "--no-banner", "--exit-code", "0", "--report-path"], folder)
    for finding in found or []:
        yield finding["File"], finding["StartLine"], finding["EndLine"]


def betterleaks(program, folder):
    """From 2.0 on, whose commands and report differ from those of gitleaks."""
    for finding in written([program, "fs", "--exit-code", "0", "--output"], folder)["findings"]:
        place = finding["location"]
        yield place["path"], place["start_line"], place["end_line"]


def detect_secrets(program, folder):
    output = run([program, "scan", "--all-files", str(folder)], {0}, cwd=folder.parent)
    for path, secrets in json.loads(output)["results"].items():
        for secret in secrets:
            yield path, secret["line_number"], secret["line_number"]


def kingfisher(program, folder):
    options = ["--no-validate", "--no-dedup", "--no-update-check", "--format", "json", "--output"]
    for found in written([program, "scan", *options], folder, {0, 200, 205})["findings"]:  # 200, 205: there are findings
        yield found["finding"]["path"], found["finding"]["line"], found["finding"]["line"]


PEERS = {"gitleaks": gitleaks, "betterleaks": betterleaks, "detect-secrets": detect_secrets, "kingfisher": kingfisher}


def within(path, folder):
    """The path relative to the folder, however a tool or a label wrote it."""
    path = pathlib.Path(path)
    if path.is_absolute():
        return str(path.resolve().relative_to(folder))
    for base in (folder, folder.parent):
        if (base / path).is_file():
            return str((base / path).relative_to(folder))
    return str(path)


def labels(file, folder):
    """The rows by the lines that they speak of."""
    places = collections.defaultdict(list)
    for line in file.read_text().splitlines():
        row = json.loads(line)
        places[within(row["file"], folder), row["line"], row.get("end") or row["line"]].append(row)
    return places


def judge(places, reported, keep):
    """Found, missed, false alarms and rightly silent places, of the rows that `keep` keeps."""
    came = {"found": [], "missed": [], "false alarm": [], "silent": []}
    for place, rows in sorted(places.items()):
        rows = [row for row in rows if keep(row)]
        if not rows:
            continue
        path, start, end = place
        hit = any(first <= end and start <= last for first, last in reported.get(path, ()))
        secret = [row for row in rows if row["truth"] == SECRET]
        kind = ("found" if hit else "missed") if secret else ("false alarm" if hit else "silent")
        came[kind].append((place, " + ".join(sorted({row["category"] for row in secret or rows}))))
    return came


def figures(came):
    found, missed, alarms = (len(came[kind]) for kind in ("found", "missed", "false alarm"))
    recall = found / (found + missed) if found + missed else 0
    precision = found / (found + alarms) if found + alarms else 0
    return f"{recall:7.3f} {precision:10.3f} {found:6} {missed:7} {alarms:13}"


def details(name, came, verbose):
    for kind in ("missed", "false alarm"):
        print(f"\n{name}, {kind}:")
        for category, count in collections.Counter(category for _, category in came[kind]).most_common():
            print(f"{count:6} {category}")
        if verbose:
            for (path, line, _), category in came[kind]:
                print(f"       {path}:{line} {category}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("labels", type=pathlib.Path, nargs="?")
    parser.add_argument("--plimsoll", default="target/release/plimsoll", help="the program (default: %(default)s)")
    parser.add_argument("--without-repo", metavar="OWNER+NAME", help="figures without this repository too")
    parser.add_argument("-v", "--verbose", action="store_true", help="the place of each miss and false alarm")
    asked = parser.parse_args()
    folder = asked.folder.resolve()
    places = labels(asked.labels or folder.with_name(folder.name + ".jsonl"), folder)

    tools = {"plimsoll": (plimsoll, shutil.which(asked.plimsoll))}
    tools |= {name: (peer, shutil.which(name)) for name, peer in PEERS.items()}
    reports = {}
    for name, (scan, program) in tools.items():
        if not program:
            print(f"not installed: {name}")
            continue
        reports[name] = collections.defaultdict(set)
        for path, first, last in scan(program, folder):
            reports[name][within(path, folder)].add((first, last))

    cuts = {"all rows": lambda row: True, "without UUIDs": lambda row: row["category"] != "UUID"}
    if other := asked.without_repo:
        cuts[f"without {other}"] = lambda row: row["repo"] != other
        cuts[f"without UUIDs and {other}"] = lambda row: row["category"] != "UUID" and row["repo"] != other
    for title, keep in cuts.items():
        print(f"\n{title:36} {'recall':>7} {'precision':>10} {'found':>6} {'missed':>7} {'false alarms':>13}")
        for name, reported in reports.items():
            print(f"{name:36} {figures(judge(places, reported, keep))}")
    for name, reported in reports.items():
        details(name, judge(places, reported, cuts["all rows"]), asked.verbose)


if __name__ == "__main__":
    main()
