#!/usr/bin/env python3
"""Compares what rules see of compose projects with what compose itself makes of them: image, environment and published
ports of every service.

usage: agreement_compose.py [--oracle PROGRAM] [--ours PROGRAM] FOLDER...

The oracle takes FILE... and prints the project as JSON ($COMPOSE_ORACLE by default); ours is
target/debug/examples/compose, which `cargo build --example compose` makes. Every compose file is tried alone, and with
the override beside it. A value that plimsoll calls unknown agrees only with one that a variable without value left empty
or cut short; a reference (`/run/secrets/...`, `NAME_FILE`) agrees with anything. Exit code 1 if a project differs.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", default=os.environ.get("COMPOSE_ORACLE"))
    parser.add_argument("--ours", default="target/debug/examples/compose")
    parser.add_argument("folders", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    if not options.oracle:
        parser.error("no oracle: give --oracle or set COMPOSE_ORACLE")
    projects = [project for folder in options.folders for project in found(folder)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda files: compare(options, files), projects))
    accepted = [result for result in results if result is not None]
    for files, differences in accepted:
        for difference in differences[:3]:
            print(f"differs: {' '.join(map(str, files))}: {difference}")
    agreed = sum(not differences for _, differences in accepted)
    print(f"{agreed} of {len(accepted)} projects agree; the oracle refuses {len(results) - len(accepted)}")
    return agreed != len(accepted)


def found(folder):
    """Compose files by name or by their `services`, each alone, and with its override."""
    for file in sorted(folder.rglob("*.y*ml")):
        if ".git" in file.parts or file.suffix not in (".yml", ".yaml"):
            continue
        text = file.read_text(errors="replace")
        if "compose" in file.name or "\nservices:" in f"\n{text}" and "image:" in text:
            yield [file]
            for override in (file.with_suffix(f".override{file.suffix}"),):
                if override.exists():
                    yield [file, override]


def run(program, files, folder):
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    result = subprocess.run([program, *files], capture_output=True, cwd=folder, env=environment)
    return json.loads(result.stdout) if result.returncode == 0 and result.stdout.startswith(b"{") else None


def compare(options, files):
    folder = files[0].parent
    names = [file.name for file in files]
    theirs = run(str(pathlib.Path(options.oracle).resolve()), names, folder)
    if theirs is None:
        return None
    ours = run(str(pathlib.Path(options.ours).resolve()), names, folder) or {"services": {}}
    return files, list(differences(theirs.get("services") or {}, ours["services"]))


def differences(theirs, ours):
    if sorted(theirs) != sorted(ours):
        yield f"services {sorted(theirs)} are {sorted(ours)}"
    for name in sorted(set(theirs) & set(ours)):
        their, our = theirs[name], ours[name]
        if our["image"] is not None and their.get("image") != our["image"]:
            yield f"{name}: image {their.get('image')} is {our['image']}"
        yield from environments(name, their.get("environment") or {}, our["environment"])
        yield from ports(name, their.get("ports") or [], our["ports"])


def environments(name, theirs, ours):
    if sorted(theirs) != sorted(ours):
        lost, more = sorted(set(theirs) - set(ours)), sorted(set(ours) - set(theirs))
        yield f"{name}: environment lacks {lost} and has {more}"
    for key in set(theirs) & set(ours):
        their, our = theirs[key], ours[key]
        if isinstance(our, dict) or their is None:
            continue
        if str(their) != str(our):
            yield f"{name}: {key} is of {len(str(their))} characters there and of {len(str(our))} here, or differs"


def ports(name, theirs, ours):
    expected = sorted(
        (port.get("host_ip") or "", str(port.get("published") or ""), port.get("target"), port.get("protocol") or "tcp")
        for port in theirs
    )
    known = [port for port in ours if port["known"]]
    if len(known) < len(ours) or any("-" in published for _, published, _, _ in expected):
        return
    got = sorted((p["ip"] or "", str(p["host"] or ""), p["container"], p["protocol"]) for p in known)
    if expected != got:
        yield f"{name}: ports {expected} are {got}"


if __name__ == "__main__":
    sys.exit(main())
