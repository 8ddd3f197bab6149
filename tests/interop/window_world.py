#!/usr/bin/env python3
"""What is around the window in test_window.cpp: a bitcoind in regtest and an LDK node.

    window_world.py

The first line out says where they are; after that each line in is a deed and gets one line back:

    {"chain": "bitcoind:URL", "node": "NODE_ID@HOST:PORT"}
    {"do": "mine", "blocks": 3}      {"answer": ...} or {"failed": TEXT}

Ends with its input. 77 when a program is missing.
"""

import json
import sys

import harness


def send(line):
    print(json.dumps(line), flush=True)


class Deeds:
    """Each method is one; amounts as the names say."""

    def __init__(self, world, ldk):
        self.world, self.ldk = world, ldk

    def fund(self, address, sat):
        """Coins into the mempool."""
        return self.world.bitcoind.miner("sendtoaddress", address, f"{sat / harness.COIN:.8f}")

    def mine(self, blocks):
        self.world.bitcoind.mine(blocks)
        self.ldk.synced()
        return self.world.bitcoind.height()

    def waiting(self):
        """The one transaction that is to be mined next, and its fee."""
        self.world.wait_mempool()
        (txid,) = self.world.bitcoind.rpc("getrawmempool")
        entry = self.world.bitcoind.rpc("getmempoolentry", txid)
        return {"txid": txid, "fee_sat": round(entry["fees"]["base"] * harness.COIN)}

    def invoice(self, msat, description):
        return self.ldk.invoice(msat, description)

    def pay(self, bolt11):
        return self.ldk.pay(bolt11)

    def node_stops(self):
        self.ldk.stop()

    def node_starts(self):
        self.ldk.start()


def serve():
    with harness.World("window") as world:
        ldk = world.ldk("ldk", coins=1)
        bitcoind = world.bitcoind
        url = f"bitcoind:http://127.0.0.1:{bitcoind.rpc_port}?cookie={bitcoind.cookie}"
        send({"chain": url, "node": ldk.address})
        deeds = Deeds(world, ldk)
        for line in sys.stdin:
            wanted = json.loads(line)
            try:
                send({"answer": getattr(deeds, wanted.pop("do"))(**wanted)})
            except (harness.Failure, harness.RpcError) as failure:
                send({"failed": str(failure)})


if __name__ == "__main__":
    # What run() says at its end is for people.
    harness.run(serve)
