#!/usr/bin/env python3
"""Compares hosts, groups and effective variables with `ansible-inventory`.

usage: agreement_inventory.py EXAMPLE ANSIBLE_INVENTORY FOLDER...

EXAMPLE is the program that `cargo build --example inventory` makes. For every inventory that it finds below the folders:
the hosts, their groups and all their effective variables by both, with `--playbook-dir` the folder of the inventory or the
nearest one above that holds a playbook. Prints k of n hosts and variables that agree, and the name of each that differs,
with both values only if `--values` is given. Needs `pip install ansible-core` (measured with 2.19).
"""
import datetime
import json
import math
import pathlib
import re
import subprocess
import sys

FAILED = ("Failed to parse inventory", "Unable to parse")


def root_of(folder):
    """The folder to which plimsoll's paths are relative."""
    found = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=folder, capture_output=True, text=True)
    return pathlib.Path(found.stdout.strip()) if found.returncode == 0 else pathlib.Path(folder).resolve()


def ours(binary, folder):
    out = subprocess.run([binary, folder], capture_output=True, text=True).stdout
    return json.loads(out or "{}")


def theirs(binary, root, path, playbooks):
    whole = root / path
    own = whole if whole.is_dir() else whole.parent
    base = root / playbooks[-1] if playbooks else own
    command = [binary, "-i", str(whole), "--list", "--playbook-dir", str(base)]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if ran.returncode or any(text in ran.stderr for text in FAILED):
        lines = [line for line in ran.stderr.splitlines() if "rror" in line or "Failed" in line]
        return None, " ".join(lines[:2])[:300]
    groups = json.loads(ran.stdout)
    values = groups.pop("_meta")["hostvars"]
    member = {}

    def walk(name, trail):
        for host in groups.get(name, {}).get("hosts", []):
            member.setdefault(host, set()).update(trail)
        for child in groups.get(name, {}).get("children", []):
            walk(child, trail | {child})

    walk("all", set())
    return {host: (sorted(names - {"ungrouped", "all"}), values.get(host, {})) for host, names in member.items()}, ""


def same(mine, other):
    """Whether two values are one: numbers that JSON has no words for and moments of YAML are compared by their text."""
    if isinstance(mine, dict) and isinstance(other, dict):
        if mine.keys() == other.keys() == {"__ansible_vault"}:
            return mine["__ansible_vault"].split() == other["__ansible_vault"].split()
        return mine.keys() == other.keys() and all(same(mine[key], other[key]) for key in mine)
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(same, mine, other))
    if isinstance(other, int) and abs(other) > 2**64 and isinstance(mine, float):
        return float(other) == mine
    if isinstance(other, float) and not math.isfinite(other):
        return mine is None
    if isinstance(mine, str) and isinstance(other, str) and re.match(r"\d{4}-\d\d-\d\d[ Tt]", mine):
        return datetime.datetime.fromisoformat(mine) == datetime.datetime.fromisoformat(other)
    return type(mine) is type(other) and mine == other


def main():
    show = "--values" in sys.argv
    example, ansible, *folders = [argument for argument in sys.argv[1:] if argument != "--values"]
    hosts_agreed, hosts_all, agreed, compared, refused = 0, 0, 0, 0, 0
    for folder in folders:
        root = root_of(folder)
        for path, inventory in sorted(ours(example, folder).items()):
            hosts = inventory["hosts"]
            other, why = theirs(ansible, root, path, inventory["playbooks"])
            if other is None:
                refused += 1
                print("refused:", root.name, path, why)
                continue
            for name in sorted(hosts.keys() | other.keys()):
                hosts_all += 1
                if name not in hosts or name not in other:
                    print("differs:", root.name, path, name, "is a host of", "one only:", "ours" if name in hosts else "theirs")
                    continue
                mine, (groups, values) = hosts[name], other[name]
                wrong = []
                if sorted(mine["groups"]) != groups:
                    wrong.append(("its groups", mine["groups"], groups))
                for key in sorted(mine["variables"].keys() | values.keys()):
                    compared += 1
                    left, right = mine["variables"].get(key, "(absent)"), values.get(key, "(absent)")
                    if same(left, right):
                        agreed += 1
                    else:
                        wrong.append((key, left, right))
                hosts_agreed += not wrong
                for key, left, right in wrong:
                    print("differs:", root.name, path, name, key, *([repr(left), repr(right)] if show else []))
    print(f"{hosts_agreed} of {hosts_all} hosts and {agreed} of {compared} variables agree; {refused} inventories refused")


main()
