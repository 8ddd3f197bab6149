#!/usr/bin/env python3
"""The harness itself, with programs that others wrote on both sides.

    test_peers.py ldk|electrum
"""

import sys

from harness import World, run
from story import Story


def main():
    with World("peers") as world:
        alice = world.ldk("alice")
        bob = world.electrum("bob") if sys.argv[1] == "electrum" else world.ldk("bob")
        for opener, acceptor, closer, force in (
            (alice, bob, alice, False),
            (bob, alice, alice, True),
        ):
            Story(world, opener, acceptor, closer, force).tell(each_way=5)


run(main)
