#!/usr/bin/env bash
# Electrum 4.8 as build/peers/electrum/root, a small Debian sid to be entered by chroot, with
# build/peers/electrum/electrum to start it. Anchor channels came with 4.8; Debian 12 has older ones.
. "$(dirname "$0")/common.sh"

target=$peers/electrum
root=$target/root
if [ -f "$target/version" ] && [ -x "$root/usr/bin/electrum" ] && [ "$target/electrum" -nt "$0" ]; then
    exit 0
fi
command -v mmdebstrap >/dev/null || cannot "Electrum: no mmdebstrap"
mirror=$(debian_mirror)
[ -n "$mirror" ] || cannot "Electrum: no Debian mirror in this machine's apt configuration"
mkdir -p "$target"
if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
    cannot "Electrum: needs root, or sudo without a password, to set up its folder"
fi
# What this machine says about proxies and the dates of its mirror holds inside as well.
options=()
while read -r line; do options+=("--aptopt=$line"); done < <(apt-config dump |
    grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?(::[^ ]*)?) "..*";$')
build() {
    as_root rm -rf --one-file-system "$root"
    as_root mmdebstrap --variant=minbase --mode=root --include=electrum,procps \
        --aptopt='Acquire::Languages "none"' "${options[@]}" \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        sid "$root" "$(debian_source "$mirror" sid)"
}
if [ ! -f "$target/version" ]; then
    retry build >"$target/log" 2>&1 || cannot "Electrum: mmdebstrap failed ($target/log)"
fi

cat >"$target/electrum" <<'END'
#!/bin/sh
# electrum DATADIR ARGUMENTS...: inside the chroot, in a mount namespace of its own, where DATADIR is
# /data. The mounts end with this process.
root=$(dirname "$0")/root
data=$1
shift
as=
[ "$(id -u)" = 0 ] || as=--map-root-user
# inside another chroot "/" is no mount, and cannot be made private
how=private
unshare $as --mount --propagation private true 2>/dev/null || how=unchanged
exec unshare $as --mount --propagation "$how" sh -c '
    root=$1; data=$2; shift 2
    mkdir -p "$data" "$root/data" &&
    mount --bind "$data" "$root/data" && mount -t tmpfs none "$root/tmp" &&
    { mount -t proc none "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"; } &&
    { mount --rbind /dev "$root/dev" 2>/dev/null || true; } &&
    exec chroot "$root" /usr/bin/env HOME=/tmp LC_ALL=C.UTF-8 PATH=/usr/bin:/bin electrum -D /data "$@"' \
    sh "$root" "$data" "$@"
END
chmod +x "$target/electrum"
as_root mkdir -p "$root/data"
version=$("$target/electrum" "$target/probe" --regtest --offline version 2>>"$target/log") ||
    cannot "Electrum: it does not start ($target/log)"
case $version in
    4.[89].* | [5-9].*) ;;
    *) cannot "Electrum: version $version has no anchor channels" ;;
esac
echo "$version" >"$target/version"
note "Electrum: $version"
