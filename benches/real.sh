#!/usr/bin/env bash
# Runs `plimsoll check` over every folder below DIR and prints a line a folder: exit code, what was read, findings by rule,
# problems by kind. usage: real.sh DIR [PLIMSOLL]
set -u
plimsoll=${2:-target/release/plimsoll}
for folder in "$1"/*/; do
  "$plimsoll" check --format json "$folder" 2>/dev/null >"${TMPDIR:-/tmp}/plimsoll-real.json"
  code=$?
  python3 - "$(basename "$folder")" "$code" "${TMPDIR:-/tmp}/plimsoll-real.json" <<'PYTHON'
import collections, json, sys
name, code, file = sys.argv[1:]
report = json.load(open(file))
summary = report["summary"]
count = lambda items: ", ".join(f"{n} {key}" for key, n in sorted(collections.Counter(items).items())) or "none"
print(f"{name}: exit {code}; {summary['artefacts']} artefacts, {summary['deployments_judged']} deployments judged, "
      f"{summary['deployments_not_judged']} not; findings: {count(f['rule'] for f in report['findings'])}; "
      f"problems: {count(p['kind'] for p in report['problems'])}")
PYTHON
done
