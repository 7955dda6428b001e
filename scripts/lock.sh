#!/usr/bin/env bash
# Locks every dependency with hashes. uv.lock itself records registry addresses, so only the export is kept. Versions
# that are locked already stay unless the argument `--upgrade` is given.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -e uv.lock ] && [ "${1:-}" != --upgrade ]; then
  before=$(cat pyproject.toml)
  trap 'printf "%s\n" "$before" > pyproject.toml' EXIT
  locked=$(sed -nE 's/^([A-Za-z0-9._-]+==[^ ;\\]+).*/  "\1",/p' requirements.lock)
  printf '%s\n' "${before/\[tool.uv\]/[tool.uv]
constraint-dependencies = [
$locked
]}" > pyproject.toml
fi
.venv/bin/uv lock
.venv/bin/uv export --quiet --all-packages --all-groups --no-emit-workspace --format requirements-txt --no-header -o requirements.lock
if grep -n '://' requirements.lock; then
  echo "Error: requirements.lock holds an address; remove it before committing." >&2
  exit 1
fi
