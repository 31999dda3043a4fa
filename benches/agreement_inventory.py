#!/usr/bin/env python3
"""Compares hosts, groups and variables of connections with `ansible-inventory`.

usage: agreement_inventory.py PLIMSOLL ANSIBLE_INVENTORY FOLDER...

For every inventory that plimsoll finds below the folders: the hosts, their groups and their effective `ansible_*` variables
by both, with `--playbook-dir` the folder of the inventory or the nearest one above that holds a playbook. Prints k of n
hosts that agree, and each that differs. What plimsoll holds for a reference or unknown is compared by its name alone.
Needs `pip install ansible-core` (measured with 2.19).
"""
import json
import pathlib
import subprocess
import sys


def ours(binary, folder):
    out = subprocess.run([binary, "collect", "."], cwd=folder, capture_output=True, text=True).stdout
    section = json.loads(out or "{}").get("inventories", {})
    found = {}
    for inventory in section.get("all", []):
        hosts = {}
        for host in inventory["hosts"]:
            variables = {one["name"]: one.get("value") for one in host["connection"]}
            hosts[host["name"]] = (sorted(set(host["groups"]) - {"all"}), variables)
        found[inventory["path"]] = hosts
    playbooks = {str(pathlib.Path(play["at"][2]).parent) for play in section.get("plays", [])}
    return found, playbooks


def theirs(binary, folder, path, playbooks):
    own = pathlib.Path(path).parent
    above = [str(one) for one in [own, *own.parents] if str(one) in playbooks]
    base = above[0] if above else str(own)
    command = [binary, "-i", path, "--list", "--export", "--playbook-dir", base]
    hosts = [binary, "-i", path, "--list", "--playbook-dir", base]
    graph = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    effective = subprocess.run(hosts, cwd=folder, capture_output=True, text=True)
    if graph.returncode or effective.returncode:
        return None
    groups, values = json.loads(graph.stdout), json.loads(effective.stdout)["_meta"]["hostvars"]
    member = {}

    def walk(name, trail):
        for host in groups.get(name, {}).get("hosts", []):
            member.setdefault(host, set()).update(trail)
        for child in groups.get(name, {}).get("children", []):
            walk(child, trail | {child})

    walk("all", set())
    found = {}
    for host, names in member.items():
        variables = {name: value for name, value in values.get(host, {}).items() if name.startswith("ansible_")}
        found[host] = (sorted(names - {"ungrouped", "all"}), variables)
    return found


def same(mine, other):
    (own_groups, own), (their_groups, their) = mine, other
    if own_groups != their_groups or own.keys() != their.keys():
        return False
    known = {name: value for name, value in own.items() if value is not None and "..." not in value}
    return all(str(their[name]).lower() == value.lower() for name, value in known.items())


def main():
    plimsoll, ansible, *folders = sys.argv[1:]
    agreed, compared = 0, 0
    for folder in folders:
        found, playbooks = ours(plimsoll, folder)
        for path, hosts in sorted(found.items()):
            other = theirs(ansible, folder, path, playbooks)
            if other is None:
                print("refused:", folder, path)
                continue
            for name in sorted(hosts.keys() | other.keys()):
                compared += 1
                if name in hosts and name in other and same(hosts[name], other[name]):
                    agreed += 1
                else:
                    print("differs:", folder, path, name, hosts.get(name), other.get(name))
    print(f"{agreed} of {compared} hosts agree")


main()
