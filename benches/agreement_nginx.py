#!/usr/bin/env python3
"""Compares how plimsoll reads files of nginx with crossplane, the parser that nginx' makers publish.

usage: agreement_nginx.py PLIMSOLL FOLDER...

Prints k of n files whose directives, arguments and blocks agree, and each that differs. Files with marks of a template
(`{{`, `{%`) are left out: crossplane refuses them. What `collect` masks is compared by its length. Needs
`pip install crossplane` (measured with 0.5.8).
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import crossplane


def args(one):
    """The arguments; crossplane takes the parentheses round the condition of an `if` away."""
    return [" ".join(one["args"]).strip("() ")] if one["directive"] == "if" else one["args"]


def ours(binary, text):
    """The tree of a text as (directive, args, block)."""
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "site.conf").write_text(text)
        out = subprocess.run([binary, "collect", folder], capture_output=True, text=True).stdout
    files = json.loads(out).get("proxies", {}).get("files", {})

    def tree(items):
        return [(one["directive"], args(one), tree(one["block"]) if "block" in one else None) for one in items]

    return tree(next(iter(files.values()))) if files else None


def theirs(file):
    """The same by crossplane; None where it refuses the file. Fragments of a block are read as they are."""
    parsed = crossplane.parse(str(file), single=True, catch_errors=True, check_ctx=False, check_args=False)
    if parsed["status"] != "ok":
        return None

    def tree(items):
        return [(one["directive"], args(one), tree(one["block"]) if "block" in one else None) for one in items]

    return tree(parsed["config"][0]["parsed"])


def same(a, b):
    if isinstance(a, str) and isinstance(b, str):
        # crossplane keeps every backslash; nginx takes it away before quotes, and makes a line end of `\\n`.
        plain = lambda text: text.replace("\n", "n").replace("\\", "")
        masked = len(a) == len(b) and "." * 3 in a
        return plain(a) == plain(b) or masked
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return a == b


def main():
    plimsoll, *folders = sys.argv[1:]
    agreed, compared, refused = 0, 0, 0
    for folder in folders:
        for file in sorted(pathlib.Path(folder).rglob("*.conf")):
            text = file.read_text(errors="replace")
            if "{{" in text or "{%" in text:
                continue
            mine = ours(plimsoll, text)
            if mine is None:
                continue
            other = theirs(file)
            if other is None:
                refused += 1
                continue
            compared += 1
            if same(mine, other):
                agreed += 1
            else:
                print("differs:", file)
    print(f"{agreed} of {compared} files agree; crossplane refuses {refused} more")


main()
