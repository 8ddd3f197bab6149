#!/usr/bin/env python3
"""Two Runnels, over a real bitcoind.

    test_runnel_runnel.py first|second      who opens the channels
"""

import sys

from harness import World, run
from story import tell_all


def main():
    with World("runnel-runnel") as world:
        first, second = world.runnel("first"), world.runnel("second")
        tell_all(world, first, second, first if sys.argv[1] == "first" else second)


run(main)
