"""The one story that every pair of Lightning programs is put through:

one opens a channel to the other; 100 payments go each way, with a restart of either side in the
middle; a Runnel is also killed while payments are under way; the channel is closed, by agreement or
by force; and at the end the satoshis of both sides and all fees of the chain add up to what there
was at the start.
"""

import hashlib
import random
import threading
import time

from harness import Electrum, Failure, Ldk, Runnel, listed, wait_until

CAPACITY = 1_000_000  # sat
ANCHOR = 330  # sat


def check(what, condition):
    if not condition:
        raise Failure(what)


def same(what, got, wanted):
    if got != wanted:
        raise Failure(f"{what}: {got}, wanted {wanted}")


class Story:
    """`opener` and `acceptor` as they are; `closer` is one of the two. With `away` the other one is not
    running while the channel is closed by force and learns of it from the chain; otherwise it is told
    at once, and the commitments of both sides race to the miner."""

    def __init__(self, world, opener, acceptor, closer, force, away=False):
        self.world, self.opener, self.acceptor = world, opener, acceptor
        self.closer, self.force, self.away = closer, force, away
        self.sent_msat = {opener: 0, acceptor: 0}
        self.preimages = set()
        self.clock = time.monotonic()

    def say(self, what):
        now = time.monotonic()
        print(f"{now - self.clock:7.1f} s  {what}", flush=True)
        self.clock = now

    def tell(self, each_way=100):
        world = self.world
        world.mine(1)
        before = {p: p.onchain_sat() for p in (self.opener, self.acceptor)}
        start = world.bitcoind.height()

        self.open()
        self.pay_many(self.opener, self.acceptor, each_way, (20_000_000, 1_000, 3_456_789, 700_000))
        self.pay_many(self.acceptor, self.opener, each_way, (1_000_000, 1_000, 354_321, 123_000))
        for party in (self.opener, self.acceptor):
            if isinstance(party, Runnel):
                self.kill_in_the_middle(party)
        self.close()
        self.wait_for_the_last_satoshi()

        after = {p: p.onchain_sat() for p in (self.opener, self.acceptor)}
        fees = world.bitcoind.fees_between(start, world.bitcoind.height())
        left = self.left_behind()
        self.say(f"before {list(before.values())}, after {list(after.values())}, fees {fees}, left {left}")
        same("satoshis of both sides and fees", sum(after.values()) + fees + left, sum(before.values()))
        moved = (self.sent_msat[self.opener] - self.sent_msat[self.acceptor]) // 1000
        gained = after[self.acceptor] - before[self.acceptor]
        if self.force or isinstance(self.acceptor, Ldk):
            # who claims pays for it; LDK moves what came home into its wallet once more
            check(
                f"{self.acceptor} has {gained} more, was paid {moved} and there were {fees} of fees",
                moved - fees - left <= gained <= moved,
            )
        else:
            same(f"what {self.acceptor} has more", gained, moved)
        self.all_quiet()

    # -- chapters

    def open(self):
        self.opener.connect(self.acceptor)
        self.opener.open(self.acceptor, CAPACITY)
        self.world.wait_mempool()
        self.funding = self.find_funding()
        # in steps, for some count their blocks one by one
        for _ in range(6):
            self.world.mine(1)
        self.until_usable()
        self.say(f"{self.opener} opened a channel of {CAPACITY} sat to {self.acceptor}")

    def find_funding(self):
        for txid in self.world.bitcoind.rpc("getrawmempool"):
            outputs = self.world.bitcoind.rpc("getrawtransaction", txid, 1)["vout"]
            for output in outputs:
                if round(output["value"] * 10**8) == CAPACITY:
                    return txid, output["n"]
        raise Failure("no transaction in the mempool has the channel's output")

    def until_usable(self):
        for party in (self.opener, self.acceptor):
            wait_until(f"{party}'s channel is usable", party.usable, 90)

    def reconnect(self):
        def together():
            try:
                self.opener.connect(self.acceptor)
            except Failure:
                return False
            return self.opener.usable() and self.acceptor.usable()

        wait_until("both are in contact again", together, 90, 0.5)

    def pay_many(self, payer, payee, count, amounts):
        for n in range(count):
            if n == count * 2 // 5:
                payer.restart()
                self.reconnect()
                self.say(f"{payer} restarted after {n} payments")
            if n == count * 3 // 5:
                if isinstance(payee, Runnel):
                    payee.kill()
                    payee.start()
                else:
                    payee.restart()
                self.reconnect()
                self.say(f"{payee} restarted after {n} payments")
            self.pay_one(payer, payee, amounts[n % len(amounts)])
        self.say(f"{count} payments from {payer} to {payee}")

    def pay_one(self, payer, payee, msat):
        if isinstance(payee, Electrum):
            msat -= msat % 1000  # its requests are in whole satoshi
        bolt11 = payee.invoice(msat)
        preimage = payer.pay(bolt11)
        check("the preimage has 32 bytes", len(bytes.fromhex(preimage)) == 32)
        if isinstance(payer, Runnel):
            payment_hash = payer.cli("decode", bolt11)["payment_hash"]
            same("the preimage's hash", hashlib.sha256(bytes.fromhex(preimage)).hexdigest(), payment_hash)
        self.preimages.add(preimage.lower())
        self.sent_msat[payer] += msat

    def kill_in_the_middle(self, victim, rounds=3):
        """SIGKILL while a payment of the victim's is somewhere between the wish and the preimage."""
        other = self.acceptor if victim is self.opener else self.opener
        dice = random.Random(f"{self.opener}{self.acceptor}{self.closer}{self.force}")
        for _ in range(rounds):
            msat = dice.randrange(1, 900) * 1000
            bolt11 = other.invoice(msat)
            payment_hash = victim.cli("decode", bolt11)["payment_hash"]

            def wish(text=bolt11):
                try:
                    victim.pay(text)
                except Failure:
                    pass  # its daemon dies under it

            paying = threading.Thread(target=wish)
            paying.start()
            time.sleep(dice.uniform(0.0, 0.15))
            victim.kill()
            paying.join()
            victim.start()
            self.reconnect()
            known = [p["payment_hash"] for p in listed(victim.cli("payments"), "payments")]
            if payment_hash in known and victim.final_payment(payment_hash)["status"] == "paid":
                self.sent_msat[victim] += msat
            self.check_channel(victim)
        self.say(f"{victim} was killed {rounds} times in the middle of a payment")

    def close(self):
        for party in (self.opener, self.acceptor):
            if isinstance(party, Runnel):
                self.check_channel(party)
        self.close_now()

    def close_now(self):
        other = self.acceptor if self.closer is self.opener else self.opener
        if self.away:
            other.stop()
        if self.force:
            self.closer.force_close()
        else:
            self.closer.close()
        self.world.wait_mempool(timeout=60)
        if self.away:
            closing = self.world.bitcoind.rpc("gettxspendingprevout", [self.outpoint()])[0]["spendingtxid"]
            self.world.bitcoind.mine(1)
            same("what was mined", self.spender(self.funding), closing)
            other.start()
            self.say(f"{self.closer} closed the channel by force while {other} was away")
        else:
            self.say(f"{self.closer} closed the channel" + (" by force" if self.force else ""))

    def outpoint(self):
        return {"txid": self.funding[0], "vout": self.funding[1]}

    @staticmethod
    def open_channel_of(party):
        return next(c for c in party.list_channels() if c["state"].lower() != "closed")

    def check_channel(self, party):
        """Our and their millisatoshis are what was paid, exactly."""

        def at_rest():
            channel = self.open_channel_of(party)
            return None if channel["htlcs"] else channel

        channel = wait_until(f"{party} has nothing in flight", at_rest, 30)
        out = self.sent_msat[self.opener] - self.sent_msat[self.acceptor]
        opener_msat, acceptor_msat = CAPACITY * 1000 - out, out
        mine = opener_msat if party is self.opener else acceptor_msat
        same(f"{party}: our_msat", channel["our_msat"], mine)
        same(f"{party}: their_msat", channel["their_msat"], CAPACITY * 1000 - mine)

    def wait_for_the_last_satoshi(self):
        """Blocks until nobody has anything left to do: at most past the longest delay in use."""
        for blocks in [1] * 10 + [20] * 12 + [50] * 30:
            self.world.mine(blocks)
            time.sleep(0.4)  # for what they answer to these blocks with
            if self.settled():
                break
        else:
            raise Failure("somebody still waits for something after 1,750 blocks")
        self.world.mine(7)
        self.say("everything is settled")

    def settled(self):
        rpc = self.world.bitcoind.rpc
        if rpc("gettxout", self.funding[0], self.funding[1]) is not None:
            return False
        return not rpc("getrawmempool") and not any(p.channels() for p in (self.opener, self.acceptor))

    def left_behind(self):
        """Anchors that nobody has claimed."""
        rpc = self.world.bitcoind.rpc
        closing = self.spender(self.funding)
        self.closing = closing
        left = 0
        for output in rpc("getrawtransaction", closing, 1)["vout"]:
            value = round(output["value"] * 10**8)
            if value == ANCHOR and rpc("gettxout", closing, output["n"]) is not None:
                left += value
        return left

    def spender(self, outpoint):
        rpc = self.world.bitcoind.rpc
        for height in range(self.world.bitcoind.height(), 0, -1):
            for tx in rpc("getblock", rpc("getblockhash", height), 2)["tx"]:
                for spent in tx["vin"]:
                    if (spent.get("txid"), spent.get("vout")) == outpoint:
                        return tx["txid"]
        raise Failure("the funding output is unspent")

    def all_quiet(self):
        for party in (self.opener, self.acceptor):
            if isinstance(party, Runnel):
                balance = party.balance()
                for name in ("in_flight_msat", "closing_sat", "can_send_msat", "onchain_unconfirmed_sat"):
                    same(f"{party}: {name}", balance[name], 0)
                self.logs_keep_secrets(party)

    def logs_keep_secrets(self, runnel):
        """Written at the level debug, through payments, restarts and closes."""
        bitcoind = self.world.bitcoind
        secrets = self.preimages | {bitcoind.password, bitcoind.cookie.read_text().strip().split(":")[-1]}
        secrets |= {" ".join(runnel.words[:3]), runnel.passphrase.read_text().strip()}
        written = 0
        for log in (runnel.folder / "log", runnel.data / "runneld.log"):
            text = log.read_text(errors="replace") if log.exists() else ""
            written += len(text)
            for secret in secrets:
                check(f"{log.name} of {runnel} holds a secret", secret not in text and secret not in text.lower())
        check(f"{runnel} wrote a log", written > 1_000)


def tell_all(world, runnel, other, opener):
    """Every way to close a channel that `opener` (one of the two) has opened, one after another."""
    acceptor = other if opener is runnel else runnel
    Story(world, opener, acceptor, closer=opener, force=False).tell()
    Story(world, opener, acceptor, closer=runnel, force=True).tell()
    Story(world, opener, acceptor, closer=other, force=True, away=True).tell(each_way=20)
    Story(world, opener, acceptor, closer=acceptor, force=False).tell(each_way=20)
