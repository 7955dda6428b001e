#!/usr/bin/env bash
# Regenerates protos/src from protos/schema. Run from the project's root by `make protos`.
set -euo pipefail
cd "$(dirname "$0")"
python=${PYTHON:-../.venv/bin/python}
export PATH="$(cd "$(dirname "$python")" && pwd):$PATH"
find src -name '*_pb2*' -delete
"$python" -m grpc_tools.protoc -I schema --python_out=src --grpc_python_out=src --mypy_out=quiet:src --mypy_grpc_out=quiet:src \
  $(cd schema && find . -name '*.proto' | sed 's|^\./||' | sort)
