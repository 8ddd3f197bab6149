#!/usr/bin/env python3
"""How soon runneld is ready and how much memory it holds with many channels.

    runneld_start.py [--channels N] [--runs N] [--peers FOLDER] [--bin FOLDER]

Two real runneld processes over a real bitcoind in regtest: one opens N channels with the other, is
stopped, and started again and again. Printed are medians of the runs. What is measured, and how the
key derivation is told apart from the rest, is said in README.md beside this file.
"""

import argparse
import ctypes
import ctypes.util
import os
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "interop"))

MOST_MB = 50
SLICE = 4  # nobody lets a peer have more channels that nothing in a block proves
COIN_SAT = 400_000
CHANNEL_SAT = 200_000


def derivation_ms(data):
    """How long Argon2id takes here with the wallet's own parameters: read from the header of key.1
    (wallet/store/envelope.h) and handed to the library that runneld uses."""
    header = (data / "key.1").read_bytes()
    operations, memory = (int.from_bytes(header[at : at + 8], "big") for at in (11, 19))
    sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
    if sodium.sodium_init() < 0:
        raise OSError("libsodium does not start")
    out, salt, passphrase = ctypes.create_string_buffer(32), header[35:51], b"correct horse battery staple"
    begin = time.monotonic()
    failed = sodium.crypto_pwhash(
        out,
        ctypes.c_ulonglong(32),
        passphrase,
        ctypes.c_ulonglong(len(passphrase)),
        salt,
        ctypes.c_ulonglong(operations),
        ctypes.c_size_t(memory),
        sodium.crypto_pwhash_alg_argon2id13(),
    )
    if failed:
        raise OSError("the derivation failed")
    return (time.monotonic() - begin) * 1000


def resident_mb(pid, field="VmRSS"):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith(field + ":"))
    return int(line.split()[1]) / 1024


def open_channels(harness, world, opener, other, count):
    for done in range(0, count, SLICE):
        now = min(SLICE, count - done)
        for _ in range(now):
            opener.open(other, CHANNEL_SAT)
        world.wait_mempool(now)
        world.mine(6)
    harness.wait_until(f"{count} usable channels", lambda: usable(opener) == count, 120, 0.5)


def usable(party):
    return sum(channel["usable"] for channel in party.list_channels())


def measure(harness, channels, runs):
    with harness.World("bench") as world:
        other = world.runnel("other", coins=4)
        subject = world.runnel("subject", coins=channels + 4, coin_sat=COIN_SAT)
        subject.connect(other)
        open_channels(harness, world, subject, other, channels)

        start_ms, derivations, resident, peak = [], [], [], []
        for _ in range(runs):
            subject.stop()
            derivations.append(derivation_ms(subject.data))
            begin = time.monotonic()
            subject.start()  # returns at the ready line
            start_ms.append((time.monotonic() - begin) * 1000)
            pid = subject.child.process.pid
            harness.wait_until("channels back", lambda: usable(subject) == channels, 60, 0.2)
            time.sleep(1)
            resident.append(resident_mb(pid))
            peak.append(resident_mb(pid, "VmHWM"))
        key = statistics.median(derivations)
        start = statistics.median(start_ms)
        print(f"channels {channels}, runs {runs}, load {os.getloadavg()[0]:.1f}")
        print(f"start to ready                {start:8.0f} ms")
        print(f"  of it the key derivation    {key:8.0f} ms")
        print(f"  beside it                   {start - key:8.0f} ms   (to reach: under 150)")
        print(f"  the fastest of each         {min(start_ms) - min(derivations):8.0f} ms")
        print(f"resident, all channels online {statistics.median(resident):8.1f} MB   (to reach: under {MOST_MB})")
        print(f"peak, at the key derivation   {statistics.median(peak):8.1f} MB")
        # No machine's noise changes that.
        if statistics.median(resident) >= MOST_MB:
            raise AssertionError("more memory than a wallet of this size may have")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--channels", type=int, default=20)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--peers", help="where bitcoind is; by default build/peers")
    arguments.add_argument("--bin", help="where runneld is; by default build/bin")
    given = arguments.parse_args()
    for name, folder in (("RUNNEL_PEERS", given.peers), ("RUNNEL_BIN", given.bin)):
        if folder:
            os.environ[name] = folder
    import harness  # reads both at its import

    harness.run(lambda: measure(harness, given.channels, given.runs))


main()
