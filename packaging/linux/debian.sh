# Debian packages for ./run, ./test and the peers of the interop tests. Sourced, never run.
#
# Every source of packages is taken out of this machine's own apt configuration; no host is named
# here. What is added (backports, sid) goes into a private list of sources that apt-get is told to
# use for one call: the machine's own configuration is never edited.

debian_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

note() { printf '== %s\n' "$*"; }

# as_root COMMAND...: as it is for root, with sudo for anybody else.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "This step needs root or sudo: $*" >&2
        return 1
    fi
}

# retry COMMAND...: three attempts, for a mirror or a network that hiccups.
retry() {
    local attempt
    for attempt in 1 2 3; do
        "$@" && return 0
        [ "$attempt" = 3 ] || sleep $((attempt * 5))
    done
    return 1
}

# The release's suites that this machine is configured for: "URI SUITE" lines. Works before the first
# apt-get update as well, and leaves out what others than Debian offer.
debian_suites() {
    apt-get --print-uris update 2>/dev/null |
        sed -nE "s#^'([^']*/)dists/((bookworm|oldstable|stable)(-updates|-security|-backports)?)/InRelease' .*#\1 \2#p" |
        awk '!seen[$1 $2]++'
}

# The archive that the release itself comes from, which carries backports and sid as well.
debian_mirror() {
    debian_suites | awk '$2 ~ /^(bookworm|oldstable|stable)$/ { print $1; exit }'
}

# debian_source URI SUITE: one line of a sources list.
debian_source() {
    local option=
    [ -r "$debian_keyring" ] && option="[signed-by=$debian_keyring] "
    echo "deb ${option}$1 $2 main"
}

# debian_wanted GROUP...: "PACKAGE OLDEST" lines of the packages of these groups.
debian_wanted() {
    local group
    for group in "$@"; do
        awk -v g="$group" '$1 == g { print $2, $3 }' "$debian_here/debian-packages.txt"
    done
}

# Is this package, or what it is wanted for, here already? A nodejs that did not come from Debian
# (it often does not) is as good, and brings its own npm.
debian_have() {
    local package=$1 oldest=$2 version
    case $package in
        nodejs)
            command -v node >/dev/null 2>&1 &&
                [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$oldest" ] && return 0 ;;
        npm) command -v npm >/dev/null 2>&1 && return 0 ;;
    esac
    version=$(dpkg-query -W -f '${db:Status-Abbrev} ${Version}\n' "$package" 2>/dev/null |
        awk '/^.i/ { print $2; exit }')
    [ -n "$version" ] || return 1
    [ -z "$oldest" ] || dpkg --compare-versions "$version" ge "$oldest"
}

debian_missing() {
    local package oldest
    debian_wanted "$@" | while read -r package oldest; do
        debian_have "$package" "$oldest" || echo "$package"
    done
}

# debian_install GROUP...: install what these groups lack; nothing at all happens when all is there.
debian_install() {
    local missing sources mirror codename apt
    missing=$(debian_missing "$@")
    [ -n "$missing" ] || return 0
    note "Debian packages to install:" $missing
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    mirror=$(debian_mirror)
    if [ "$codename" != bookworm ] || [ -z "$mirror" ]; then
        echo "Only Debian 12 (bookworm) is set up by itself. Install these yourself and say" \
            "--no-install:" $missing >&2
        return 1
    fi
    sources=$(mktemp -d) || return 1
    chmod 755 "$sources"
    {
        debian_suites | while read -r uri suite; do debian_source "$uri" "$suite"; done
        debian_suites | grep -q ' bookworm-backports$' || debian_source "$mirror" bookworm-backports
    } >"$sources/runnel.list"
    apt="env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dir::Etc::SourceList=$sources/runnel.list
        -o Dir::Etc::SourceParts=/dev/null -o APT::Get::List-Cleanup=false -o Acquire::Retries=3
        -o DPkg::Lock::Timeout=600"
    # backports only for what the release has too old
    local backports= from_backports=libsqlcipher-dev package plain= failed=
    for package in $missing; do
        if [ "$package" = "$from_backports" ]; then backports=$package; else plain+=" $package"; fi
    done
    # A suite that cannot be refreshed matters only if something then cannot be installed.
    retry as_root $apt update >"$sources/log" 2>&1 || note "apt-get update had problems; going on with what is known"
    if [ -n "$plain" ]; then
        retry as_root $apt install --no-install-recommends $plain >>"$sources/log" 2>&1 || failed=1
    fi
    if [ -z "$failed" ] && [ -n "$backports" ]; then
        retry as_root $apt install --no-install-recommends -t bookworm-backports "$backports" \
            >>"$sources/log" 2>&1 || failed=1
    fi
    if [ -n "$failed" ]; then
        tail -n 40 "$sources/log" >&2
        echo "The Debian packages could not be installed." >&2
    fi
    rm -rf "$sources"
    [ -z "$failed" ] || return 1
    missing=$(debian_missing "$@")
    [ -z "$missing" ] || { echo "Still missing after the installation:" $missing >&2; return 1; }
}
