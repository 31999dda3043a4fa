#!/usr/bin/env python3
"""Compares what plimsoll reads with what the tools themselves read, document for document.

usage: agreement.py kubernetes [--oracle PROGRAM] [--ours PROGRAM] PATH...

Each PATH is a YAML or JSON file or a folder of them. Both programs take a FILE and print each document as one line
of JSON. The oracle defaults to $KUBERNETES_ORACLE; ours to target/debug/examples/documents, which
`cargo build --example documents` makes. Exit code 1 if a file differs.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

SUFFIXES = {"kubernetes": (".yaml", ".yml", ".json")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(SUFFIXES))
    parser.add_argument("--oracle")
    parser.add_argument("--ours", default="target/debug/examples/documents")
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    oracle = options.oracle or os.environ.get(f"{options.kind.upper()}_ORACLE")
    if not oracle:
        parser.error(f"no oracle: give --oracle or set {options.kind.upper()}_ORACLE")
    files = sorted(file for path in options.paths for file in below(path, SUFFIXES[options.kind]))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        pairs = list(pool.map(lambda file: (documents(oracle, file), documents(options.ours, file)), files))
    agreed, accepted, refused, both = 0, 0, 0, 0
    for file, ((theirs, their_errors), (ours, our_errors)) in zip(files, pairs):
        if their_errors:
            refused += 1
            both += bool(our_errors)
            if not our_errors:
                print(f"only the oracle refuses {file}: {their_errors.splitlines()[0]}")
            continue
        accepted += 1
        if theirs == ours:
            agreed += 1
        else:
            print(f"differs: {file}: {difference(theirs, ours, our_errors)}")
    print(f"{agreed} of {accepted} agree; of {refused} files that the oracle refuses, {both} are faults")
    return agreed != accepted


def below(path, suffixes):
    if path.is_file():
        return [path]
    # Workflows have a reader of their own, to which the key `on` is no boolean.
    others = {".git", ".github"}
    return (f for f in path.rglob("*") if f.suffix in suffixes and f.is_file() and not others.intersection(f.parts))


def documents(program, file):
    """Canonical text of each document that is not null, and what the program said of errors."""
    run = subprocess.run([program, file], capture_output=True)
    errors = run.stderr.decode() if run.returncode else ""
    text, values = run.stdout.decode().strip(), []
    try:
        while text:
            # Kubernetes passes JSON on as it stands, which may take several lines.
            value, end = json.JSONDecoder().raw_decode(text)
            values.append(value)
            text = text[end:].lstrip()
    except json.JSONDecodeError as error:
        errors += f"no JSON: {error}"
    return [json.dumps(canonical(value), sort_keys=True) for value in values if value is not None], errors


def canonical(value):
    """JSON has one kind of number: 1.0 and 1 are the same."""
    if isinstance(value, dict):
        return {key: canonical(child) for key, child in value.items()}
    if isinstance(value, list):
        return [canonical(child) for child in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        exact = abs(value) < 2**53 and value == int(value)
        return int(value) if exact else float(value)
    return value


def difference(theirs, ours, our_errors):
    if our_errors:
        return our_errors.splitlines()[0]
    if len(theirs) != len(ours):
        return f"{len(theirs)} documents are {len(ours)}"
    number, (their, our) = next((n, pair) for n, pair in enumerate(zip(theirs, ours)) if pair[0] != pair[1])
    at = next((n for n, (a, b) in enumerate(zip(their, our)) if a != b), min(len(their), len(our)))
    start = max(at - 40, 0)
    return f"document {number}: {their[start:at + 40]!r} is {our[start:at + 40]!r}"


if __name__ == "__main__":
    sys.exit(main())
