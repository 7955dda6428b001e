#!/usr/bin/env bash
# Runs buf on protos/ from its npm package, installed once into build/.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.75.0
if [ ! -x build/buf/node_modules/.bin/buf ]; then
  mkdir -p build/buf
  (cd build/buf && printf '{"private":true}' > package.json && npm install --silent --ignore-scripts --no-audit --no-fund "@bufbuild/buf@$version" 2>/dev/null)
fi
cd protos
exec ../build/buf/node_modules/.bin/buf "$@"
