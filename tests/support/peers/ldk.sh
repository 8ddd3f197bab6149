#!/usr/bin/env bash
# The LDK node of tests/interop/ldk as build/peers/ldk, with its library from npm.
. "$(dirname "$0")/common.sh"

target=$peers/ldk
source=$repository/tests/interop/ldk
wanted=$(cat "$source/package.json")
mkdir -p "$target"
cp "$source"/*.mjs "$target/"
if [ -f "$target/node_modules/lightningdevkit/liblightningjs.wasm" ] &&
    [ "$(cat "$target/package.json" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
command -v node >/dev/null && command -v npm >/dev/null || cannot "LDK: no node or no npm"
rm -rf "$target/node_modules"
cp "$source/package.json" "$target/"
# no lock file is kept: it would carry the registry's address
(cd "$target" && retry npm install --no-package-lock --no-audit --no-fund --ignore-scripts --loglevel=error) \
    >"$target/log" 2>&1 || { rm -f "$target/package.json"; cannot "LDK: npm install failed ($target/log)"; }
[ -f "$target/node_modules/lightningdevkit/liblightningjs.wasm" ] || cannot "LDK: the package has no wasm"
note "LDK: lightningdevkit $(node -p "require('$target/node_modules/lightningdevkit/package.json').version")"
