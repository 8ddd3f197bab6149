#!/usr/bin/env python3
"""Runnel and an LDK node, over a real bitcoind.

    test_runnel_ldk.py runnel|ldk      who opens the channels
"""

import sys

from harness import World, run
from story import tell_all


def main():
    with World("runnel-ldk") as world:
        runnel = world.runnel("runnel")
        other = world.ldk("other")
        tell_all(world, runnel, other, runnel if sys.argv[1] == "runnel" else other)


run(main)
