#!/usr/bin/env bash
# What a machine can see without running the services: format, lint, types, layers, contracts.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/lint-imports"
"$bin/mypy" libs services deploy/onebox tests
if command -v npm >/dev/null 2>&1; then
  scripts/buf.sh lint
else
  echo "left out: buf lint of protos/ (npm is not installed)"
  [ -z "${CI:-}" ] || exit 1
fi
