#!/usr/bin/env bash
# Installs the npm packages of a folder, as its package-lock.json pins them, once into build/<name of the folder>.
#   scripts/node_packages.sh tests/system/openid_client
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:?the folder that holds package.json and package-lock.json}
target=build/$(basename "$folder")
mkdir -p "$target"
exec 9> "$target/.lock"
flock 9 # two test runs side by side install once
wanted=$(cat "$folder/package.json" "$folder/package-lock.json" | git hash-object --stdin)
stamp=$target/.packages
if [ -d "$target/node_modules" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then exit 0; fi
cp "$folder/package.json" "$folder/package-lock.json" "$target/"
[ ! -f "$folder/.npmrc" ] || cp "$folder/.npmrc" "$target/"
(cd "$target" && npm ci --silent --ignore-scripts --no-audit --no-fund)
printf '%s' "$wanted" > "$stamp"
