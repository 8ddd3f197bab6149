#!/usr/bin/env bash
# A bitcoind of version 28 or newer as build/peers/bitcoind/bitcoind. One on PATH is taken as it is;
# otherwise Debian sid's, with the libraries and the loader it was linked for, unpacked without
# installing anything: Debian 12 has none, and its C library is older than sid's.
. "$(dirname "$0")/common.sh"

target=$peers/bitcoind
major() { "$1" -version 2>/dev/null | sed -n '1s/.*[^0-9]v\{0,1\}\([0-9][0-9]*\)\.[0-9].*/\1/p'; }
if [ -x "$target/bitcoind" ] && [ -n "$(major "$target/bitcoind")" ]; then
    exit 0
fi
rm -rf "$target"
mkdir -p "$target"

here=$(command -v bitcoind || true)
if [ -n "$here" ] && [ "$(major "$here")" -ge 28 ] 2>/dev/null; then
    ln -s "$here" "$target/bitcoind"
    note "bitcoind: $here ($("$here" -version | head -1))"
    exit 0
fi

work=$peers/apt-sid
debian_sid_apt "$work"
retry "${sid_apt[@]}" update >"$target/log" 2>&1 || cannot "bitcoind: sid's package lists could not be read ($target/log)"
retry "${sid_apt[@]}" install --download-only bitcoin-knots >>"$target/log" 2>&1 ||
    cannot "bitcoind: bitcoin-knots could not be downloaded from sid ($target/log)"
root=$target/root
mkdir -p "$root"
for package in "$work"/archives/*.deb; do
    dpkg -x "$package" "$root" || cannot "bitcoind: $package could not be unpacked"
done
loader=$(find "$root" -name 'ld-linux*.so.*' | head -1)
program=$(find "$root" -type f -name bitcoind | head -1)
libraries=$(find "$root" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd:)
[ -n "$loader" ] && [ -n "$program" ] || cannot "bitcoind: the unpacked package has no program or no loader"
cat >"$target/bitcoind" <<END
#!/bin/sh
exec "$loader" --library-path "$libraries" "$program" "\$@"
END
chmod +x "$target/bitcoind"
[ -n "$(major "$target/bitcoind")" ] || cannot "bitcoind: the unpacked program does not start"
rm -rf "$work/archives"
note "bitcoind: $("$target/bitcoind" -version | head -1)"
