#!/usr/bin/env bash
# Makes .venv from requirements.lock: every package checked against its hash. Run by make; quick when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'Error: %s\n' "$1" >&2; exit 2; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
      printf '%s' "$candidate"
      return 0
    fi
  done
  return 1
}

command -v git >/dev/null 2>&1 || fail "git is missing; install it (on Debian: apt-get install git) and start again."
python=$(find_python) || fail "Python 3.11, 3.12 or 3.13 is missing; install one (on Debian: apt-get install python3 python3-venv) or name it: make PYTHON=/path/to/python."
[ -w . ] || fail "the folder $(pwd) cannot be written; copy the project into a folder of yours and start again."

stamp=.venv/.requirements
wanted=$(cat requirements.lock pyproject.toml ./*/*/pyproject.toml protos/pyproject.toml "$0" | git hash-object --stdin)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && [ -x .venv/bin/python ]; then exit 0; fi

echo "Preparing the environment in .venv (about half a minute the first time)…"
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  fail "this Python has no venv module; install it (on Debian: apt-get install python3-venv) and start again."
fi
[ -x .venv/bin/python ] || "$python" -m venv .venv || fail "the environment could not be created in .venv; see the message above."

# uv is in the lock as well: its own lines, hashes included, install it first.
awk '/^uv==/{keep=1} keep{print} keep && !/\\$/{exit}' requirements.lock > .venv/uv.lock.txt
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock.txt \
  || fail "the packages could not be installed; check the connection to your package registry and start again."
.venv/bin/uv pip sync --quiet --compile-bytecode --python .venv/bin/python --require-hashes requirements.lock \
  || fail "the packages could not be installed; check the connection to your package registry and start again."
members=()
for member in protos libs/servicekit libs/partnerkit libs/rights services/auth services/habpps services/cdap services/audit deploy/onebox; do
  members+=(-e "$member")
done
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation "${members[@]}" \
  || fail "the project's own packages could not be installed; see the message above."
printf '%s' "$wanted" > "$stamp"
