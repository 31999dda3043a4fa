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
The reason of each other row that is not found is in REASONS.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

# Why a row of the other rules is no refusal by GitHub, or is told elsewhere by us, by beginning of the file's name.
TYPES = "about types of values, which GitHub converts"
ABSENT = "about properties that are not there, of which GitHub makes null"
UNTRUSTED = "about text of strangers in a script: a risk, no refusal"
EMPTY = "an empty list, which GitHub takes"
REASONS = {
    "cron_5minutes_limit": "GitHub runs it every 5 minutes",
    "empty.yaml": "told for the file as a whole, which has no line",
    "empty_image_names_and_versions": EMPTY,
    "empty_sequence_or_string": EMPTY,
    "evaluated_template": TYPES,
    "expr_check_in_credentials": TYPES,
    "expr_check_in_env_var_name": ABSENT,
    "expr_check_in_matrix_row_assign": TYPES,
    "expr_check_in_services": TYPES,
    "expr_in_default_input": ABSENT,
    "github_script_untrusted_input": UNTRUSTED,
    "inputs_without_workflow_call_event": ABSENT,
    "invalid_comparisons": TYPES,
    "invalid_container_syntax": "half of a login, or a container without an image, which does not start",
    "invalid_image_version_event": "one name instead of a list, as other filters take it",
    "invalid_json_in_fromjson": "the value of an expression, which only a run shows",
    "invalid_snapshot": "told at the key of the value",
    "invalid_steps": "`steps` that is empty is told once, at its line",
    "issue151": ABSENT,
    "issue280": EMPTY + ", or told at the key of the value",
    "nested_untrusted_input": UNTRUSTED,
    "object_at_runner_label": TYPES,
    "one_error": UNTRUSTED,
    "outputs_of_action": ABSENT,
    "recursive_anchors": "told once, at the first circle",
    "schedule_invalid_timezone": "names of time zones are not looked up",
    "unused_anchors": "an anchor that nothing repeats",
    "variables_type_check": TYPES,
    "workflow_call_event": "the default of a number; a property that is not there; or told at the key of the value",
    "workflow_call_inputs": "a default beside `required`, which is never used",
    "workflow_call_outputs_sema": ABSENT,
    "workflow_dispatch_input_types": "the default of a choice or number, an option that stands twice, or told at `options`",
    "workflow_dispatch_type_check_inputs": TYPES,
}

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
            name = row["file"].rsplit("/", 1)[-1]
            reason = next((why for start, why in REASONS.items() if name.startswith(start)), "UNEXPLAINED")
            print("differs:", row["rule"], name, row.get("line"), "-", reason)
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
