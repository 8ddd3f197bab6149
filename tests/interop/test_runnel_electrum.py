#!/usr/bin/env python3
"""Runnel and an Electrum wallet, over a real bitcoind.

    test_runnel_electrum.py runnel|electrum      who opens the channels
"""

import sys

from harness import World, run
from story import tell_all


def main():
    with World("runnel-electrum") as world:
        runnel = world.runnel("runnel")
        other = world.electrum("other")
        tell_all(world, runnel, other, runnel if sys.argv[1] == "runnel" else other)


run(main)
