#!/usr/bin/env bash
# Everything that must hold before a change lands.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/check.sh
exec .venv/bin/python -m pytest tests
