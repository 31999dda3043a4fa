#!/usr/bin/env bash
# Times `plimsoll check` beside whatever peers are installed, on the same generated manifests, in one run, and prints
# ratios. usage: peers.sh [COUNT]...   (default: 100 1000 10000)
# Needs hyperfine, GNU time and python3, and `cargo build --release --examples`.
set -euo pipefail
cd "$(dirname "$0")/.."
plimsoll=target/release/plimsoll
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ $# -gt 0 ] || set -- 100 1000 10000
echo "$(date -u +%Y-%m-%d), $(nproc) cores, $(uname -m); plimsoll has $(stat -c %s "$plimsoll") bytes"
hyperfine -N -w 3 --export-json "$work/start.json" "$plimsoll --version" >/dev/null
python3 -c "import json,sys; print(f\"start-up: {json.load(open(sys.argv[1]))['results'][0]['mean']*1000:.1f} ms\")" "$work/start.json"

for count in "$@"; do
  folder="$work/$count"
  python3 benches/generate.py "$folder" "$count"
  bytes=$(find "$folder" -name '*.yaml' -print0 | xargs -0 cat | wc -c)
  names=() commands=()
  add() { names+=("$1"); commands+=("$2"); }
  add plimsoll "$plimsoll check --format json -o /dev/null $folder"
  add "yaml parser alone" "target/release/examples/parse events $folder"
  add "yaml parser and tree" "target/release/examples/parse tree $folder"
  command -v conftest >/dev/null && add conftest "conftest test --policy benches/conftest --no-color $folder"
  command -v kubeconform >/dev/null && add "kubeconform (schemas only)" "kubeconform -schema-location /nonexistent -ignore-missing-schemas $folder"
  command -v gitleaks >/dev/null && add "gitleaks (secrets only)" "gitleaks dir --no-banner $folder"
  command -v checkov >/dev/null && add checkov "checkov -d $folder --framework kubernetes --quiet --compact"
  command -v kube-linter >/dev/null && add kube-linter "kube-linter lint $folder"
  echo; echo "$count files, $bytes bytes"
  runs=$([ "$count" -gt 2000 ] && echo 2 || echo 5)
  for n in "${!names[@]}"; do
    hyperfine -i -r "$runs" -w 1 --export-json "$work/$n.json" "${commands[$n]} >/dev/null 2>&1" >/dev/null 2>&1
    /usr/bin/time -f %M -o "$work/$n.memory" sh -c "${commands[$n]} >/dev/null 2>&1" || true
  done
  python3 - "$work" "$bytes" "${names[@]}" <<'PYTHON'
import json, sys
work, size, *names = sys.argv[1:]
rows = []
for n, name in enumerate(names):
    result = json.load(open(f"{work}/{n}.json"))["results"][0]
    memory = int(open(f"{work}/{n}.memory").read().split()[-1]) * 1024
    rows.append((name, result["mean"], result["user"] + result["system"], memory))
own = rows[0]
print(f"{'':28} {'wall s':>8} {'cpu s':>8} {'MB':>7} {'wall x':>7} {'cpu x':>7} {'memory / input':>15}")
for name, wall, cpu, memory in rows:
    print(f"{name:28} {wall:8.2f} {cpu:8.2f} {memory / 1e6:7.0f} {wall / own[1]:7.2f} {cpu / own[2]:7.2f} {memory / int(size):15.1f}")
PYTHON
done
for peer in conftest kubeconform gitleaks checkov kube-linter; do
  command -v "$peer" >/dev/null || echo "not installed: $peer"
done
