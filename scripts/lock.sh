#!/usr/bin/env bash
# Locks every dependency with hashes. uv.lock itself records registry addresses, so only the export is kept.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/uv lock
.venv/bin/uv export --quiet --all-packages --all-groups --no-emit-workspace --format requirements-txt --no-header -o requirements.lock
if grep -n '://' requirements.lock; then
  echo "Error: requirements.lock holds an address; remove it before committing." >&2
  exit 1
fi
