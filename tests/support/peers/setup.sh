#!/usr/bin/env bash
# Every peer that the interop tests talk to, into build/peers/. What cannot be had is named and
# skipped; in CI (CI=true) that is an error. Nothing is fetched a second time.
. "$(dirname "$0")/common.sh"

here=$(dirname "$0")
mkdir -p "$peers"
missing=
for peer in bitcoind ldk electrum; do
    bash "$here/$peer.sh" || missing+=" $peer"
done
if [ -n "$missing" ]; then
    note "Peers not here:$missing. The interop tests that need them are skipped."
    [ -z "${CI:-}" ] || { echo "In CI every peer must be here." >&2; exit 1; }
fi
