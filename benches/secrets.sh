#!/usr/bin/env bash
# Times the search for secrets beside whatever scanners are installed, on the same folders, in one run, and prints ratios.
# usage: secrets.sh [FOLDER]...   (beside a repository of 100 files and 10,000 manifests, which it makes)
# Needs hyperfine, GNU time, git and python3, and `cargo build --release`; PLIMSOLL names another program.
set -euo pipefail
folders=()
for folder in "$@"; do folders+=("$(realpath "$folder")"); done
cd "$(dirname "$0")/.."
plimsoll=${PLIMSOLL:-target/release/plimsoll}
peers=(gitleaks betterleaks kingfisher)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 benches/generate.py "$work/100 files" 100
git -C "$work/100 files" init -q
git -C "$work/100 files" add .
git -C "$work/100 files" -c user.name=bench -c user.email=bench@localhost commit -qm "manifests: add 100"
python3 benches/generate.py "$work/10000 manifests" 10000
echo "$(date -u +%Y-%m-%d), $(nproc) cores, $(uname -m); plimsoll has $(stat -c %s "$plimsoll") bytes"

for folder in "$work/100 files" ${folders[@]+"${folders[@]}"} "$work/10000 manifests"; do
  names=() commands=()
  add() { command -v "$2" >/dev/null || return 0; names+=("$1"); commands+=("${*:2} '$folder'"); }
  # The two rules that say where secrets stand; the other two ask more than scanners do.
  add plimsoll "$plimsoll" check --rule secrets/secrets-not-in-repo --rule secrets/secrets-via-env-or-manager --format json -o /dev/null
  add gitleaks gitleaks dir --no-banner
  add betterleaks betterleaks fs --silent
  add kingfisher kingfisher scan --no-validate --no-update-check --quiet
  files=$(find "$folder" -type f -not -path '*/.git/*' | wc -l)
  bytes=$(find "$folder" -type f -not -path '*/.git/*' -print0 | xargs -0 cat | wc -c)
  echo; echo "$(basename "$folder"): $files files, $bytes bytes"
  for n in "${!names[@]}"; do
    # Findings make every scanner end with another code than 0.
    hyperfine -i -r "${RUNS:-3}" -w 1 --export-json "$work/$n.json" "${commands[$n]} >/dev/null 2>&1" >/dev/null 2>&1
    /usr/bin/time -f %M -o "$work/$n.memory" sh -c "${commands[$n]} >/dev/null 2>&1" || true
  done
  python3 - "$work" "${names[@]}" <<'PYTHON'
import json, sys
work, *names = sys.argv[1:]
rows = []
for n, name in enumerate(names):
    result = json.load(open(f"{work}/{n}.json"))["results"][0]
    memory = int(open(f"{work}/{n}.memory").read().split()[-1]) * 1024
    rows.append((name, result["mean"], result["user"] + result["system"], memory, sorted(set(result["exit_codes"]))))
own = rows[0]
print(f"{'':12} {'wall s':>8} {'cpu s':>8} {'MB':>7} {'wall x':>7} {'cpu x':>7}  exit")
for name, wall, cpu, memory, codes in rows:
    ratios = f"{wall / own[1]:7.2f} {cpu / own[2]:7.2f}"
    print(f"{name:12} {wall:8.2f} {cpu:8.2f} {memory / 1e6:7.0f} {ratios}  {', '.join(map(str, codes))}")
PYTHON
done
for peer in "${peers[@]}"; do
  command -v "$peer" >/dev/null || echo "not installed: $peer"
done
