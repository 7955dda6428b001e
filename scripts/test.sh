#!/usr/bin/env bash
# Everything that must hold before a change lands. What this machine lacks is said before and after, with the command that brings it.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python tests/tools.py
scripts/check.sh
status=0
.venv/bin/python -m pytest tests "$@" || status=$?
.venv/bin/python tests/tools.py
exit "$status"
