#!/usr/bin/env bash
# Tries the hooks as people use them, git's own and those of the pre-commit framework, and times what they add to a commit
# of 20 files in a repository of 50,000. usage: hook.sh [PLIMSOLL]   (default: target/release/plimsoll)
# Needs git, hyperfine and python3; pre-commit (PyPI) where it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
plimsoll=$(realpath "${1:-target/release/plimsoll}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" && ln -s "$plimsoll" "$work/bin/plimsoll"
export PATH="$work/bin:$PATH" PRE_COMMIT_HOME="$work/cache"
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=T GIT_COMMITTER_EMAIL=t@example.org

secret() { head -c 18 /dev/urandom | base64 | tr '+/' 'xy'; }
failed=0
# expect NAME pass|reject PLACE COMMAND...: whether a command succeeds, and which place it names if it does not.
expect() {
  local name=$1 wanted=$2 place=$3 got=pass
  shift 3
  "$@" >"$work/said" 2>&1 || got=reject
  if [ "$got" = "$wanted" ] && { [ -z "$place" ] || grep -qF "$place" "$work/said"; }; then
    echo "ok: $name"
  else
    echo "NOT OK: $name: $got, expected $wanted at '$place'"; cat "$work/said"; failed=1
  fi
}
wildcard() { printf 'services:\n  api:\n    image: example/api:1.0\n    environment:\n      CORS_ORIGINS: "*"\n'; }

# Three commits by whatever hook the repository has.
try() {
  echo "A shop." >README.md; git add README.md
  expect "$1: a clean commit" pass "" git commit -qm clean
  printf 'SMTP_HOST=mail.example.org\nSMTP_PASSWORD=%s\n' "$(secret)" >mail.conf; git add mail.conf
  expect "$1: a secret" reject "mail.conf:2:15" git commit -qm secret
  git rm -qf --cached mail.conf; rm mail.conf
  wildcard >compose.yaml; git add compose.yaml
  expect "$1: a CORS wildcard" reject "compose.yaml:5:21" git commit -qm wildcard
  git rm -qf --cached compose.yaml; rm compose.yaml
}

git init -q "$work/own" && cd "$work/own"
plimsoll init --hook >/dev/null
try "git's hook"

if command -v pre-commit >/dev/null; then
  # A repository of hooks, as the framework wants one.
  git init -q "$work/hooks" && cp "$here/.pre-commit-hooks.yaml" "$work/hooks"
  git -C "$work/hooks" add -A && git -C "$work/hooks" commit -qm hooks
  git init -q "$work/framework" && cd "$work/framework"
  printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks: [{id: plimsoll-system}]\n' "$work/hooks" "$(git -C "$work/hooks" rev-parse HEAD)" >.pre-commit-config.yaml
  git add -A && git commit -qm config
  pre-commit install >/dev/null
  try "pre-commit"
  wildcard >compose.yaml; git add compose.yaml; git commit -qm wildcard --no-verify
  expect "pre-commit: --all-files" reject "compose.yaml:5:21" pre-commit run --all-files
  git rm -q compose.yaml; git commit -qm gone --no-verify
  expect "pre-commit: --all-files of a clean tree" pass "" pre-commit run --all-files
else
  echo "pre-commit is not installed, so its hooks are not tried"
fi

python3 - "$work/large" <<'P'
import os, sys
for a in range(50):
    for b in range(50):
        folder = f"{sys.argv[1]}/apps/a{a}/b{b}"
        os.makedirs(folder)
        for c in range(20):
            with open(f"{folder}/f{c}.yaml", "w") as file:
                file.write("".join(f"name{n}: x{a}-{b}-{c}\n" for n in range(10)))
P
cd "$work/large"
git init -q . && git add -A && git commit -qm all
# Packed as a clone is, and written before anything is timed.
git repack -adq && sync
plimsoll init --hook >/dev/null
for n in $(seq 0 19); do echo "more: 1" >>"apps/a$n/b$((n * 2))/f3.yaml"; done
git add -A
echo "$(date -u +%Y-%m-%d), $(nproc) cores, $(git ls-files | wc -l) files, $(git diff --cached --name-only | wc -l) staged"
base=$(git rev-parse HEAD)
hyperfine -N -w 3 -r 20 --prepare "git update-ref HEAD $base" --export-json "$work/times.json" \
  -n "check --staged" "plimsoll check --staged" \
  -n "git diff-index alone" "git diff-index --cached --raw -z HEAD" \
  -n "git commit without hook" "git commit -q --no-verify -m change" \
  -n "git commit with hook" "git commit -q -m change" >/dev/null
python3 - "$work/times.json" <<'P'
import json, sys
times = {one["command"]: one["median"] * 1000 for one in json.load(open(sys.argv[1]))["results"]}
for name, time in times.items():
    print(f"{name}: {time:.1f} ms")
print(f"the hook adds {times['git commit with hook'] - times['git commit without hook']:.1f} ms")
P
exit "$failed"
