#!/usr/bin/env python3
"""HTLCs that are still in flight when a channel is closed by force, with an LDK node that holds them:
it takes some with their preimages on the chain, the others time out, and no satoshi is missing.

    test_runnel_htlcs.py runnel|ldk      who closes
"""

import hashlib
import secrets
import sys
import threading

from harness import Failure, World, run, wait_until
from story import Story, same


class Held(Story):
    """Four invoices that LDK holds: it takes the first two, and leaves two to time out."""

    def tell(self, each_way=0):
        world, runnel, ldk = self.world, self.opener, self.acceptor
        world.mine(1)
        before = {p: p.onchain_sat() for p in (runnel, ldk)}
        start = world.bitcoind.height()
        self.open()
        self.pay_many(runnel, ldk, 2, (20_000_000,))

        held = []
        for n, sat in enumerate((30_000, 41_000, 52_000, 63_000)):
            preimage = secrets.token_bytes(32)
            payment_hash = hashlib.sha256(preimage).hexdigest()
            # expiries that differ, or LDK 0.1 bundles claims and loses one
            bolt11 = ldk.invoice(
                sat * 1000,
                hold=True,
                preimage=preimage.hex(),
                payment_hash=payment_hash,
                min_final_cltv=60 + 12 * n,
            )
            thread = threading.Thread(target=self.wish, args=(bolt11,), daemon=True)
            thread.start()
            ldk.event("PaymentClaimable", lambda e, h=payment_hash: e["payment_hash"] == h)
            held.append((payment_hash, sat))
        wait_until("four HTLCs", lambda: len(self.open_channel_of(runnel)["htlcs"]) == 4, 20)
        self.say("four payments are held by LDK")

        self.close_now()
        for payment_hash, sat in held[:2]:
            ldk.command("claim", payment_hash=payment_hash)
            self.sent_msat[runnel] += sat * 1000
        self.wait_for_the_last_satoshi()

        for n, (payment_hash, _) in enumerate(held):
            same(
                f"payment {n}",
                runnel.final_payment(payment_hash)["status"],
                "paid" if n < 2 else "failed",
            )
        after = {p: p.onchain_sat() for p in (runnel, ldk)}
        fees = world.bitcoind.fees_between(start, world.bitcoind.height())
        left = self.left_behind()
        self.say(f"before {list(before.values())}, after {list(after.values())}, fees {fees}, left {left}")
        same("satoshis of both sides and fees", sum(after.values()) + fees + left, sum(before.values()))
        moved = self.sent_msat[runnel] // 1000
        if not moved <= before[runnel] - after[runnel] <= moved + fees + left:
            raise Failure(f"{runnel} has {before[runnel] - after[runnel]} less, and paid {moved}")
        self.all_quiet()

    def wish(self, bolt11):
        try:
            self.opener.cli("pay", bolt11, "--timeout", "5")
        except Failure:
            pass  # what became of it is asked for at the end


def main():
    with World("runnel-htlcs") as world:
        runnel, ldk = world.runnel("runnel"), world.ldk("ldk")
        if sys.argv[1] == "runnel":
            Held(world, runnel, ldk, runnel, force=True).tell()
        else:
            Held(world, runnel, ldk, ldk, force=True, away=True).tell()


run(main)
