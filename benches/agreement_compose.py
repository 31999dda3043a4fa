#!/usr/bin/env python3
"""Compares the effective configuration of compose projects with what compose itself makes of them, as whole JSON.

usage: agreement_compose.py [--oracle PROGRAM] [--ours PROGRAM] FOLDER...

The oracle takes FILE... and prints the project as JSON ($COMPOSE_ORACLE by default); ours is
target/debug/examples/compose, which `cargo build --example compose` makes. Every compose file is tried alone, and with
the override beside it. Both sides are brought to one way of printing, see canonical(). A value that plimsoll calls
unknown, or kept elsewhere (`/run/secrets/...`, `NAME_FILE`), agrees with anything. Exit code 1 if a project differs.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
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
    return files, list(differences(canonical(theirs), canonical(ours), ()))


DURATIONS = {"interval", "timeout", "start_period", "start_interval", "stop_grace_period", "delay", "monitor", "window"}
SIZES = {"shm_size", "mem_limit", "memswap_limit", "mem_reservation", "memory", "size"}
# Mappings whose keys and values are the user's own: nothing in them is compose's way of printing.
OWN = {"environment", "labels", "args", "options", "driver_opts", "sysctls", "annotations"}
# What compose prints though nobody wrote it, by the key and the text of the value.
DEFAULTS = {("create_host_path", "true"), ("dockerfile", "Dockerfile"), ("external", "false"), ("required", "true")}


def canonical(value, key="", own=False, depth=0):
    """One way of printing: scalars as text, durations in seconds, sizes in bytes; without what is empty, what compose
    fills in where nobody wrote anything, and the names that it makes of the project's own name, which is the oracle's."""
    if isinstance(value, dict):
        own_here = own or key in OWN
        items = {name: canonical(child, name, own_here, depth + 1) for name, child in value.items()}
        if own_here:
            return items
        if depth == 0:
            items = {name: child for name, child in items.items() if name not in ("name", "version")}
            for kind in ("networks", "volumes", "secrets", "configs"):
                named = {name: child or {} for name, child in (items.get(kind) or {}).items()}
                for name, child in named.items():
                    if child.get("name") in (f"oracle_{name}", name):
                        del child["name"]
                # The network that every service without one is on.
                items[kind] = {name: child for name, child in named.items() if name != "default" or child}
        if key == "networks" and items == {"default": None}:
            return None
        kept = {name: child for name, child in items.items() if not empty(child) and (name, str(child)) not in DEFAULTS}
        # Names that say nothing more are still there: services, volumes, dependencies.
        named = {name: {} for name, child in items.items() if empty(child) and key in ("services", "volumes", "networks")}
        return {**named, **kept}
    if isinstance(value, list):
        return [canonical(child, key, own, depth + 1) for child in value]
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if own:
        return text
    if key in DURATIONS:
        return seconds(text)
    if key in SIZES:
        return size(text)
    if key == "cpus" and re.fullmatch("[0-9.]+", text):
        return str(float(text))
    return text


def empty(value):
    return value is None or value == "" or value == {} or value == []


def seconds(text):
    units = {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600}
    parts = re.findall(r"([0-9.]+)(us|ms|s|m|h)", text)
    whole = "".join(number + unit for number, unit in parts) == text
    return sum(float(number) * units[unit] for number, unit in parts) if whole and parts else text


def size(text):
    match = re.fullmatch(r"([0-9.]+)\s*([kmgt]?)i?b?", text.lower())
    return int(float(match[1]) * 1024 ** " kmgt".index(match[2] or " ")) if match else text


def differences(theirs, ours, path):
    if isinstance(ours, dict) and ours.keys() & {"unknown", "reference"}:
        return
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for key in sorted(theirs.keys() | ours.keys()):
            where = (*path, key)
            if key not in ours:
                yield f"{'.'.join(where)} is missing here"
            elif key not in theirs:
                yield f"{'.'.join(where)} is missing there"
            else:
                yield from differences(theirs[key], ours[key], where)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for n, (their, our) in enumerate(zip(theirs, ours)):
            yield from differences(their, our, (*path, str(n)))
    elif isinstance(theirs, dict) and "target" in theirs and isinstance(ours, str) and "ports" in path:
        # A port that a variable decides keeps its short form, which ends in the port of the container.
        if ours.split("/")[0].rsplit(":", 1)[-1] not in ("", theirs["target"]):
            yield f"{'.'.join(path)}: {theirs} is {ours}"
    elif theirs != ours:
        # Values may be secrets, so only their place and length are told.
        yield f"{'.'.join(path)} has {len(str(theirs))} characters there and {len(str(ours))} here, or differs"


if __name__ == "__main__":
    sys.exit(main())
