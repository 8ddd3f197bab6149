"""What every interop test stands on: a private regtest bitcoind and Lightning programs that others
wrote, each a child process in a folder of its own, all ended when the test ends.

    with World("name") as world:
        alice = world.ldk("alice")
        bob = world.electrum("bob")

Every program is a Party with the same verbs, so that one story can be told with any two of them.
Amounts are satoshi (`sat`) or millisatoshi (`msat`), as the names say; everything that cannot go on
raises Failure, and the tails of all logs are printed then.
"""

import base64
import ctypes
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import queue
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(REPOSITORY / "tests" / "support"))
from electrum_server import BitcoinRpc, ElectrumServer, RpcError  # noqa: E402

PEERS = pathlib.Path(os.environ.get("RUNNEL_PEERS", REPOSITORY / "build" / "peers"))
BIN = pathlib.Path(os.environ.get("RUNNEL_BIN", REPOSITORY / "build" / "bin"))
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
COIN = 100_000_000


class Failure(Exception):
    """The test has failed, and this says how."""


class Skip(Exception):
    """A program that the test needs is not on this machine."""


def wait_until(what, check, timeout=60.0, interval=0.05):
    """The first true answer of check(); Failure, with `what`, when there is none in time."""
    end = time.monotonic() + timeout
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f"waited {timeout:.0f} s in vain: {what}")
        time.sleep(interval)


_used_ports = set()


def free_port():
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        if port not in _used_ports:
            _used_ports.add(port)
            return port


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: nothing outlives a killed test


def peer_program(*parts):
    program = PEERS.joinpath(*parts)
    if not program.exists():
        raise Skip(f"{program} is not here; tests/support/peers/setup.sh fetches it")
    return str(program)


class Child:
    """A process whose stderr (and stdout, unless it is wanted as lines) goes to a log."""

    def __init__(self, arguments, log, lines=False, stdin=False):
        self.log = open(log, "ab")
        self.process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE if lines else self.log,
            stderr=self.log,
            preexec_fn=_die_with_parent,
        )

    def alive(self):
        return self.process.poll() is None

    def end(self, how=signal.SIGTERM, timeout=20):
        """Ask it to end, and insist. Returns the exit code, or None when it had to be killed."""
        if self.alive():
            self.process.send_signal(how)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            code = None
        for stream in (self.process.stdin, self.process.stdout, self.log):
            try:
                if stream:
                    stream.close()
            except OSError:
                pass
        return code


class Bitcoind:
    """A private regtest chain. Cookie and password both work. Wallet `miner` owns the coinbases."""

    def __init__(self, folder, relay_sat_vb=1.0, extra=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program = peer_program("bitcoind", "bitcoind")
        self.rpc_port, self.p2p_port, self.zmq_port = free_port(), free_port(), free_port()
        self.user, self.password = "interop", secrets.token_hex(16)
        salt = secrets.token_hex(8)
        digest = hmac.new(salt.encode(), self.password.encode(), hashlib.sha256).hexdigest()
        relay = f"{relay_sat_vb / 1e5:.8f}"
        zmq = f"tcp://127.0.0.1:{self.zmq_port}"
        self.arguments = [
            self.program,
            "-regtest",
            "-server",
            f"-datadir={self.folder}",
            f"-rpcport={self.rpc_port}",
            f"-rpcauth={self.user}:{salt}${digest}",
            f"-port={self.p2p_port}",
            f"-bind=127.0.0.1:{self.p2p_port}",
            "-listenonion=0",
            "-dnsseed=0",
            "-fixedseeds=0",
            "-txindex=1",
            "-blockfilterindex=1",
            "-peerblockfilters=1",
            "-fallbackfee=0.00002",
            # stated, for the defaults of the bitcoinds in use differ
            f"-minrelaytxfee={relay}",
            f"-incrementalrelayfee={relay}",
            f"-blockmintxfee={relay}",
            "-dustrelayfee=0.00003",
            "-addresstype=bech32",
            "-changetype=bech32",
            "-rpcthreads=16",
            "-rpcworkqueue=64",
            "-printtoconsole=1",
            "-dbcache=50",
            f"-zmqpubhashblock={zmq}",
            f"-zmqpubrawblock={zmq}",
            f"-zmqpubrawtx={zmq}",
            f"-zmqpubsequence={zmq}",
            *extra,
        ]
        # Knots neither relays nor mines a lock time of 21, and its own wallet draws one by chance
        # now and then: the coin would never come. Core has no such option.
        version = subprocess.run([self.program, "-version"], capture_output=True, text=True).stdout
        if "Knots" in version:
            self.arguments.append("-rejectparasites=0")
        self.url = f"http://{self.user}:{self.password}@127.0.0.1:{self.rpc_port}"
        self.cookie = self.folder / "regtest" / ".cookie"
        self.rpc = BitcoinRpc(self.url)
        self.miner = BitcoinRpc(self.url, "miner")
        self.child = None
        self.start()
        self.rpc("createwallet", "miner")
        self.mine(10, self.miner("getnewaddress"))
        self.mine(100)

    def start(self):
        self.child = Child(self.arguments, self.folder / "log")
        wait_until("bitcoind answers", self._answers, 60)

    def _answers(self):
        if not self.child.alive():
            raise Failure("bitcoind ended at its start")
        try:
            return self.rpc("getblockchaininfo")
        except (OSError, RpcError, http.client.HTTPException):
            return None

    def stop(self):
        if self.child:
            self.child.end(signal.SIGTERM, 30)

    def wallet(self, name):
        self.rpc("createwallet", name)
        return BitcoinRpc(self.url, name)

    def mine(self, blocks=1, address=None):
        """Blocks whose coins are anyone's, unless an address is given: nobody's wallet has to write."""
        if address:
            return self.rpc("generatetoaddress", blocks, address)
        return self.rpc("generatetodescriptor", blocks, "raw(51)")

    def height(self):
        return self.rpc("getblockcount")

    def fund(self, address, sat, coins=1):
        """Confirmed coins of `sat` each from the miner, sent one after another."""
        for _ in range(coins):
            self.rpc("getmempoolentry", self.miner("sendtoaddress", address, f"{sat / COIN:.8f}"))
        self.mine(1)

    def fees_between(self, first, last):
        """All fees (sat) of the blocks first + 1 to last."""
        return sum(
            self.rpc("getblockstats", height, ["totalfee"])["totalfee"]
            for height in range(first + 1, last + 1)
        )


class Party:
    """A Lightning program in a test. `host`, `port` and `node_id` say where others reach it."""

    host = "127.0.0.1"

    def __init__(self, world, name):
        self.world, self.name = world, name
        self.folder = world.folder / name
        self.folder.mkdir(exist_ok=True)
        self.port = free_port()
        self.node_id = None

    def __str__(self):
        return self.name

    @property
    def address(self):
        return f"{self.node_id}@{self.host}:{self.port}"

    # What each program does in its own way:
    #   start() stop() kill()            kill is SIGKILL, when the program can bear it
    #   height()                         of the last block it has taken in
    #   connect(other) connected(other)
    #   open(other, sat)                 the funding transaction is in the mempool when it returns
    #   usable()                         its one channel can carry a payment now
    #   invoice(msat, description)       -> BOLT 11 text
    #   pay(bolt11)                      -> preimage, or Failure
    #   close() force_close()            of its one channel
    #   onchain_sat()                    all that is its own on the chain, mempool included
    #   channels()                       how many it still has something to do for

    def restart(self):
        self.stop()
        self.start()

    def synced(self):
        wanted = self.world.bitcoind.height()
        wait_until(f"{self.name} is at block {wanted}", lambda: self.height() >= wanted, 120)


class Ldk(Party):
    """The LDK node of tests/interop/ldk, lines of JSON on its stdin and stdout."""

    def __init__(self, world, name, coins=4, coin_sat=2_500_000, **options):
        super().__init__(world, name)
        self.program = peer_program("ldk", "ldk-peer.mjs")
        self.node = shutil.which("node")
        if self.node is None:
            raise Skip("node is not here")
        self.seed = secrets.token_hex(32)
        self.options = options
        self.wallet = world.bitcoind.wallet(name)
        for _ in range(coins):
            world.bitcoind.fund(self.wallet("getnewaddress", "", "bech32"), coin_sat)
        self.start()

    def start(self):
        arguments = [self.node, self.program, "--rpc", self.world.bitcoind.url]
        arguments += ["--wallet", self.name, "--port", str(self.port), "--seed", self.seed]
        arguments += ["--data", str(self.folder / "data"), "--poll-ms", "100"]
        for key, value in self.options.items():
            arguments += ["--" + key.replace("_", "-"), str(value)]
        self.child = Child(arguments, self.folder / "log", lines=True, stdin=True)
        self.events, self.answers = [], {}
        self.last_id = 0
        self.changed = threading.Condition()
        threading.Thread(target=self._read, args=(self.child,), daemon=True).start()
        self.node_id = self.event("Started", timeout=60)["node_id"]

    def _read(self, child):
        try:
            for line in child.process.stdout:
                message = json.loads(line)
                with self.changed:
                    if "event" in message:
                        self.events.append(message)
                        child.log.write(line)
                        child.log.flush()
                    else:
                        self.answers[message.get("id")] = message
                    self.changed.notify_all()
        except ValueError:
            pass  # the stream was closed under us, or half a line at a kill
        with self.changed:
            self.changed.notify_all()

    def _wait(self, what, check, timeout):
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                answer = check()
                if answer is not None:
                    return answer
                left = end - time.monotonic()
                if left <= 0 or not self.child.alive():
                    raise Failure(f"{self.name}: no {what}; last: {self.events[-4:]}")
                self.changed.wait(min(left, 0.5))

    def event(self, name, match=lambda e: True, timeout=30, since=0):
        def find():
            return next((e for e in self.events[since:] if e["event"] == name and match(e)), None)

        return self._wait(f"event {name}", find, timeout)

    def command(self, name, timeout=60, **arguments):
        with self.changed:
            self.last_id += 1
            identity = self.last_id
        line = json.dumps({"id": identity, "cmd": name, **arguments}) + "\n"
        try:
            self.child.process.stdin.write(line.encode())
            self.child.process.stdin.flush()
        except (OSError, ValueError) as error:
            raise Failure(f"{self.name} is gone: {error}") from error
        answer = self._wait(f"answer to {name}", lambda: self.answers.pop(identity, None), timeout)
        if not answer["ok"]:
            raise Failure(f"{self.name}: {name}: {answer['error']}")
        return answer["result"]

    def stop(self):
        if self.child.alive():
            try:
                self.child.process.stdin.write(b'{"cmd":"stop"}\n')
                self.child.process.stdin.flush()
                self.child.process.wait(10)
            except (OSError, subprocess.TimeoutExpired):
                pass
        self.child.end(signal.SIGKILL)

    def height(self):
        return self.command("info")["height"]

    def synced(self):
        self.command("sync", height=self.world.bitcoind.height(), timeout=180, timeout_ms=170000)

    def connect(self, other):
        return self.command("connect", peer=other.node_id, host=other.host, port=other.port)

    def connected(self, other):
        return any(p["peer"] == other.node_id for p in self.command("list_peers"))

    def open(self, other, sat):
        return self.command("open_channel", peer=other.node_id, sat=sat)["channel_id"]

    def list_channels(self):
        return self.command("list_channels")

    def channels(self):
        waiting = [b for b in self.command("balances") if b["sat"]]
        return len(self.list_channels()) + len(waiting)

    def usable(self):
        return any(c["usable"] for c in self.list_channels())

    def invoice(self, msat, description="interop", **options):
        return self.command("invoice", msat=msat, description=description, **options)["bolt11"]

    def pay(self, bolt11, timeout=60):
        answer = self.command("pay", bolt11=bolt11, timeout_ms=timeout * 1000, timeout=timeout + 5)
        if answer["status"] != "sent":
            raise Failure(f"{self.name}: payment failed: {answer}")
        return answer["preimage"]

    def close(self):
        self.command("close", channel_id=self.list_channels()[0]["channel_id"])

    def force_close(self):
        self.command("force_close", channel_id=self.list_channels()[0]["channel_id"])

    def onchain_sat(self):
        balances = self.wallet("getbalances")["mine"]
        return round((balances["trusted"] + balances["untrusted_pending"]) * COIN)


class Electrum(Party):
    """An Electrum wallet as a daemon in its chroot, over the small server of tests/support."""

    def __init__(self, world, name, coins=4, coin_sat=2_500_000):
        super().__init__(world, name)
        self.program = peer_program("electrum", "electrum")
        peer_program("electrum", "version")
        self.server = world.electrum_server()
        self.rpc_port, self.password = free_port(), secrets.token_hex(16)
        config = {
            "config_version": 3,
            "auto_connect": False,
            "oneserver": True,
            "server": f"127.0.0.1:{self.server.port}:t",
            "rpcuser": "interop",
            "rpcpassword": self.password,
            "rpcport": self.rpc_port,
            "lightning_listen": f"{self.host}:{self.port}",
            "use_gossip": True,
            "check_updates": False,
            "log_to_file": False,
        }
        folder = self.folder / "data" / "regtest"
        folder.mkdir(parents=True)
        (folder / "config").write_text(json.dumps(config))
        self._launch()
        self.rpc("create")
        self._open_wallet()
        for _ in range(coins):
            world.bitcoind.fund(self.rpc("createnewaddress"), coin_sat)
        world.bitcoind.mine(1)
        wait_until(f"{name} sees its coins", lambda: self.onchain_sat() == coins * coin_sat, 60)

    def _launch(self):
        arguments = [self.program, str(self.folder / "data"), "--regtest", "-v", "daemon"]
        self.child = Child(arguments, self.folder / "log")
        wait_until(f"{self.name} answers", self._answers, 60)

    def _answers(self):
        if not self.child.alive():
            raise Failure(f"{self.name} ended at its start")
        try:
            return self.rpc("getinfo")
        except (OSError, Failure, http.client.HTTPException):
            return None

    def _open_wallet(self):
        self.rpc("load_wallet")
        self.node_id = self.rpc("nodeid").split("@")[0]
        wait_until(f"{self.name} is synchronised", lambda: self.rpc("is_synchronized"), 60)

    def start(self):
        self._launch()
        self._open_wallet()

    def rpc(self, method, timeout=120, **params):
        body = json.dumps({"id": 0, "method": method, "params": params})
        secret = base64.b64encode(f"interop:{self.password}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self.rpc_port, timeout=timeout)
        try:
            connection.request("POST", "/", body, {"Authorization": f"Basic {secret}"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "error" in answer:
            raise Failure(f"{self.name}: {method}: {answer['error']}")
        return answer["result"]

    def stop(self):
        try:
            self.rpc("stop", timeout=20)
            self.child.process.wait(20)
        except (OSError, Failure, ValueError, http.client.HTTPException, subprocess.TimeoutExpired):
            pass
        self.child.end(signal.SIGTERM, 10)

    def kill(self):
        self.child.end(signal.SIGKILL)

    def height(self):
        return self.rpc("getinfo")["blockchain_height"]

    def synced(self):
        super().synced()
        self.rpc("wait_for_sync")

    def connect(self, other):
        if not self.connected(other):
            self.rpc("add_peer", connection_string=other.address)

    def connected(self, other):
        return any(p["node_id"] == other.node_id and p["initialized"] for p in self.rpc("list_peers"))

    def open(self, other, sat):
        return self.rpc("open_channel", connection_string=other.address, amount=f"{sat / COIN:.8f}")

    def list_channels(self):
        return self.rpc("list_channels")

    def channels(self):
        return sum(c["state"] != "REDEEMED" for c in self.list_channels())

    def usable(self):
        return any(c["state"] == "OPEN" and c["peer_state"] == "GOOD" for c in self.list_channels())

    def invoice(self, msat, description="interop"):
        if msat % 1000:
            raise Failure("Electrum's requests are in whole satoshi")
        amount = f"{msat / 1000 / COIN:.8f}"
        request = self.rpc("add_request", amount=amount, memo=description, lightning=True)
        return request["lightning_invoice"]

    def pay(self, bolt11, timeout=120):
        answer = self.rpc("lnpay", invoice=bolt11, timeout=timeout)
        if not answer["success"]:
            raise Failure(f"{self.name}: payment failed: {answer}")
        return answer["preimage"]

    def _channel_point(self):
        return next(c for c in self.list_channels() if c["state"] != "REDEEMED")["channel_point"]

    def close(self):
        return self.rpc("close_channel", channel_point=self._channel_point())

    def force_close(self):
        return self.rpc("close_channel", channel_point=self._channel_point(), force=True)

    def onchain_sat(self):
        balance = self.rpc("getbalance")
        return round(sum(float(balance.get(k, 0)) for k in ("confirmed", "unconfirmed")) * COIN)


class Runnel(Party):
    """runneld and runnel-cli, by their documented command line and nothing else."""

    def __init__(self, world, name, coins=4, coin_sat=2_500_000, words=None):
        super().__init__(world, name)
        for program in ("runneld", "runnel-cli"):
            if not (BIN / program).exists():
                raise Skip(f"{program} is not built")
        self.child = None
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("correct horse battery staple\n")
        self.passphrase.chmod(0o600)
        self.data = self.folder / "data"
        create = ["create", "--network", "regtest", "--passphrase-file", str(self.passphrase)]
        if words:
            words_file = self.folder / "words"
            words_file.write_text(" ".join(words) + "\n")
            create += ["--words-file", str(words_file)]
        answer = self.cli(*create)
        self.words = words or answer["words"]
        if len(self.words) != 24:
            raise Failure(f"create answered {len(self.words)} words")
        self.start()
        for _ in range(coins):
            world.bitcoind.fund(self.cli("newaddress")["address"], coin_sat)
        if coins:
            self.synced()
            wanted = coins * coin_sat
            wait_until(f"{name} sees its coins", lambda: self.onchain_sat() == wanted, 60)

    def cli(self, *arguments, timeout=150):
        """The JSON that runnel-cli prints; Failure with its error document otherwise."""
        command = [str(BIN / "runnel-cli"), "--datadir", str(self.data), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, timeout=timeout, text=True, check=False)
        with open(self.folder / "cli.log", "a", encoding="utf-8") as log:
            log.write(f"{arguments} -> {done.returncode}\n{done.stdout}{done.stderr}\n")
        if done.returncode != 0:
            raise Failure(f"{self.name}: {' '.join(map(str, arguments[:2]))}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def start(self):
        # one knows the cookie, the next the password
        bitcoind = self.world.bitcoind
        cookie = f"http://127.0.0.1:{bitcoind.rpc_port}?cookie={bitcoind.cookie}"
        url = bitcoind.url if self.world.parties.index(self) % 2 else cookie
        arguments = [str(BIN / "runneld"), "--datadir", str(self.data), "--network", "regtest"]
        arguments += ["--chain", "bitcoind:" + url]
        arguments += ["--listen", f"{self.host}:{self.port}", "--log-level", "debug"]
        arguments += ["--passphrase-file", str(self.passphrase)]
        self.child = Child(arguments, self.folder / "log", lines=True)
        lines = queue.Queue()
        stdout = self.child.process.stdout
        threading.Thread(target=self._read, args=(stdout, lines), daemon=True).start()
        try:
            ready = lines.get(timeout=60)
        except queue.Empty:
            ready = None
        if not ready or not ready.startswith("ready "):
            raise Failure(f"{self.name}: runneld said {ready!r} instead of ready")
        self.node_id, where = ready.split()[1].split("@")
        if where != f"{self.host}:{self.port}":
            raise Failure(f"{self.name} listens at {where}")

    @staticmethod
    def _read(stream, lines):
        try:
            for line in stream:
                lines.put(line.decode().strip())
        except ValueError:
            pass
        lines.put(None)

    def stop(self):
        code = self.child.end(signal.SIGTERM, 30)
        if code != 0:
            raise Failure(f"{self.name}: runneld ended with {code} after SIGTERM")

    def kill(self):
        self.child.end(signal.SIGKILL)

    def height(self):
        info = self.cli("getinfo")
        return info["block_height"] if info["synced"] else -1

    def connect(self, other):
        if not self.connected(other):
            self.cli("connect", other.address)

    def connected(self, other):
        return any(p["node_id"] == other.node_id for p in self.peers())

    def peers(self):
        answer = self.cli("peers")
        return [p for p in listed(answer, "peers") if p.get("connected", True)]

    def open(self, other, sat):
        return self.cli("open", other.node_id, sat)["channel_id"]

    def list_channels(self):
        return listed(self.cli("channels"), "channels")

    def channels(self):
        return sum(c["state"].lower() != "closed" for c in self.list_channels())

    def usable(self):
        return any(c["usable"] for c in self.list_channels())

    def invoice(self, msat, description="interop"):
        return self.cli("invoice", msat, description)["bolt11"]

    def pay(self, bolt11, timeout=60):
        answer = self.cli("pay", bolt11, "--timeout", timeout, timeout=timeout + 30)
        if not answer.get("preimage"):
            raise Failure(f"{self.name}: payment failed: {answer}")
        return answer["preimage"]

    def final_payment(self, payment_hash, timeout=90):
        """How a payment ended: paid or failed, never neither."""

        def ended():
            payment = self.cli("payment", payment_hash)
            return payment if payment["status"] in ("paid", "failed") else None

        return wait_until(f"{self.name}: the end of payment {payment_hash}", ended, timeout, 0.2)

    def _channel_id(self):
        return next(c for c in self.list_channels() if c["state"].lower() != "closed")["channel_id"]

    def close(self):
        return self.cli("close", self._channel_id())

    def force_close(self):
        return self.cli("close", self._channel_id(), "--force")

    def balance(self):
        return self.cli("balance")

    def onchain_sat(self):
        balance = self.balance()
        return balance["onchain_sat"] + balance["onchain_unconfirmed_sat"]


def listed(answer, key):
    """A list, whether it is the document or the document's member `key`."""
    return answer if isinstance(answer, list) else answer[key]


class World:
    """One test's programs. Kept on disk after a failure, removed after a success."""

    def __init__(self, name, relay_sat_vb=1.0):
        self.name = name
        self.relay_sat_vb = relay_sat_vb
        self.parties, self.server = [], None
        self.bitcoind = None

    def __enter__(self):
        # short, for a Unix socket's path has at most 107 bytes
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="runnel-"))
        try:
            self.bitcoind = Bitcoind(self.folder / "bitcoind", self.relay_sat_vb)
        except BaseException as error:
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def _party(self, kind, name, options):
        party = kind.__new__(kind)
        self.parties.append(party)
        party.__init__(self, name, **options)
        return party

    def ldk(self, name, **options):
        return self._party(Ldk, name, options)

    def electrum(self, name, **options):
        return self._party(Electrum, name, options)

    def runnel(self, name, **options):
        return self._party(Runnel, name, options)

    def electrum_server(self):
        if self.server is None:
            self.server = ElectrumServer(self.bitcoind.url)
        return self.server

    def mine(self, blocks=1):
        """New blocks, taken in by everybody."""
        self.bitcoind.mine(blocks)
        for party in self.parties:
            party.synced()

    def wait_mempool(self, count=1, timeout=30):
        """Until at least `count` transactions wait to be mined."""
        return wait_until(
            f"{count} transactions in the mempool",
            lambda: len(self.bitcoind.rpc("getrawmempool")) >= count,
            timeout,
        )

    def __exit__(self, kind, error, trace):
        failed = kind is not None and not issubclass(kind, Skip)
        for party in reversed(self.parties):
            if getattr(party, "child", None):
                try:
                    party.stop()
                except Exception as problem:  # the other programs must still be ended
                    print(f"at the end: {problem}", file=sys.stderr)
                    failed = True
                    party.child.end(signal.SIGKILL)
        if self.server:
            self.server.close()
        if self.bitcoind:
            self.bitcoind.stop()
        if failed:
            for log in sorted(self.folder.glob("*/*log")):
                if log.parent.name == "bitcoind":
                    continue
                lines = log.read_bytes().decode(errors="replace").splitlines()
                print(f"---- {log} (last 40 of {len(lines)} lines)", file=sys.stderr)
                print("\n".join(line[:240] for line in lines[-40:]), file=sys.stderr)
            print(f"---- everything is kept in {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
        return False


def run(test):
    """The body of a test script: exit 0, 1 with what went wrong, or 77 when a program is missing.
    In CI nothing is missing."""
    started = time.monotonic()
    try:
        test()
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(1 if os.environ.get("CI") else SKIPPED)
    except Exception:
        traceback.print_exc()
        sys.exit(1)
    print(f"passed in {time.monotonic() - started:.1f} s")
