# Shared by the scripts that fetch the peers into build/peers/. Sourced, never run.
#
# A peer that cannot be had here ends its script with 75 (and one line that says why): the caller
# skips it on a person's machine and fails in CI.

set -u
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
peers=${RUNNEL_PEERS:-$repository/build/peers}
. "$repository/packaging/linux/debian.sh"

cannot() {
    echo "skipped: $*" >&2
    exit 75
}

# debian_sid_apt FOLDER: prints nothing; prepares an apt that knows sid, has nothing installed and
# keeps everything below FOLDER. Use it as: "${sid_apt[@]}" install ...
debian_sid_apt() {
    local root=$1 mirror
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || cannot "no Debian mirror in this machine's apt configuration"
    mkdir -p "$root/lists/partial" "$root/archives/partial"
    : >"$root/status"
    debian_source "$mirror" sid >"$root/sources.list"
    sid_apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y
        -o Dir::Etc::SourceList="$root/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=-
        -o Dir::State="$root" -o Dir::State::Lists="$root/lists" -o Dir::State::status="$root/status"
        -o Dir::Cache="$root" -o Dir::Cache::archives="$root/archives"
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Install-Recommends=false
        -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
}
