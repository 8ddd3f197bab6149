# Configuring and building, the same for ./run and ./test. Sourced, never run.

# build_jobs: one a core, as far as the memory goes (a large file of templates takes about 1.5 GB).
build_jobs() {
    awk -v cores="$(nproc)" '/^MemTotal/ { m = int($2 / 1500000); if (m < 1) m = 1
        print (m < cores ? m : cores) }' /proc/meminfo
}

# build_with PRESET [TARGET...]: into the preset's own folder; everything, or only these.
build_with() {
    local preset=$1
    shift
    # the same source in another folder is the same to the compiler cache
    export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
    note "configuring ($preset)"
    cmake --preset "$preset" >/tmp/runnel-configure.$$ 2>&1 || {
        cat /tmp/runnel-configure.$$
        rm -f /tmp/runnel-configure.$$
        return 1
    }
    rm -f /tmp/runnel-configure.$$
    note "building with $(build_jobs) jobs"
    cmake --build --preset "$preset" -j "$(build_jobs)" ${1:+--target "$@"}
}
