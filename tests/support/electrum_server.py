#!/usr/bin/env python3
"""A small Electrum server over a regtest bitcoind's RPC, for tests: no such server is packaged.

It speaks protocol 1.4 and 1.6 as lines of JSON over TCP, keeps every transaction that it has seen
in memory, follows reorganisations, and tells subscribers about new blocks and changed histories.
It is a test tool: it trusts bitcoind and its clients, and it knows no limits.

    electrum_server.py --rpc http://user:password@127.0.0.1:PORT --port PORT
"""

import argparse
import hashlib
import http.client
import base64
import json
import socketserver
import threading
import time
import urllib.parse


def sha256(data):
    return hashlib.sha256(data).digest()


class RpcError(Exception):
    def __init__(self, method, error):
        super().__init__(f"{method}: {error.get('message')}")
        self.code = error.get("code")
        self.message = error.get("message")


class BitcoinRpc:
    """bitcoind's JSON-RPC; one connection a thread."""

    def __init__(self, url, wallet=None):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        credentials = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password)}"
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(credentials.encode()).decode(),
            "Content-Type": "application/json",
        }
        self.path = "/" if wallet is None else "/wallet/" + urllib.parse.quote(wallet)
        self.local = threading.local()

    def __call__(self, method, *params):
        body = json.dumps({"jsonrpc": "1.0", "id": 0, "method": method, "params": params})
        for last in (False, True):
            connection = getattr(self.local, "connection", None)
            if connection is None:
                connection = http.client.HTTPConnection(self.host, self.port, timeout=120)
                self.local.connection = connection
            try:
                connection.request("POST", self.path, body, self.headers)
                answer = json.loads(connection.getresponse().read())
                break
            except (OSError, http.client.HTTPException, ValueError):
                connection.close()
                self.local.connection = None
                if last:
                    raise
        if answer.get("error"):
            raise RpcError(method, answer["error"])
        return answer["result"]


class Transaction:
    """What the index keeps of one transaction: spent outpoints, and (script hash, value) created."""

    def __init__(self, decoded):
        self.txid = decoded["txid"]
        self.raw = decoded["hex"]
        self.spends = [(i["txid"], i["vout"]) for i in decoded["vin"] if "txid" in i]
        self.outputs = [
            (sha256(bytes.fromhex(o["scriptPubKey"]["hex"]))[::-1].hex(), round(o["value"] * 10**8))
            for o in decoded["vout"]
        ]


class Index:
    """The chain and the mempool by script hash. Guarded by `lock`."""

    def __init__(self, rpc):
        self.rpc = rpc
        self.lock = threading.RLock()
        self.blocks = []  # (hash, header, [txid]) by height
        self.transactions = {}  # txid -> Transaction
        self.heights = {}  # txid -> height, of the chain only
        self.mempool = set()
        self.touching = {}  # script hash -> {txid}, chain and mempool and forgotten ones

    def sync(self):
        """Follow bitcoind. Returns ([new block], script hashes whose history may have changed),
        a block as headers.subscribe announces it."""
        with self.lock:
            changed, connected = set(), []
            best = self.rpc("getblockcount")
            while self.blocks and (
                len(self.blocks) - 1 > best
                or self.rpc("getblockhash", len(self.blocks) - 1) != self.blocks[-1][0]
            ):
                for txid in self.blocks.pop()[2]:
                    self.heights.pop(txid, None)
                    changed |= self.touched(self.transactions[txid])
            while len(self.blocks) <= best:
                height = len(self.blocks)
                block = self.rpc("getblock", self.rpc("getblockhash", height), 2)
                header = self.rpc("getblockheader", block["hash"], False)
                for decoded in block["tx"]:
                    changed |= self.add(Transaction(decoded))
                    self.heights[decoded["txid"]] = height
                self.blocks.append((block["hash"], header, [t["txid"] for t in block["tx"]]))
                connected.append({"height": height, "hex": header})
            mempool = set(self.rpc("getrawmempool"))
            for txid in mempool - self.mempool:
                if txid not in self.transactions:
                    try:
                        self.add(Transaction(self.rpc("getrawtransaction", txid, 1)))
                    except RpcError:
                        mempool.discard(txid)  # mined or dropped in between: the next round sees
                        continue
                changed |= self.touched(self.transactions[txid])
            for txid in self.mempool - mempool:
                changed |= self.touched(self.transactions[txid])
            self.mempool = mempool
            return connected, changed

    def add(self, tx):
        self.transactions.setdefault(tx.txid, tx)
        scripts = self.touched(tx)
        for script in scripts:
            self.touching.setdefault(script, set()).add(tx.txid)
        return scripts

    def touched(self, tx):
        scripts = {script for script, _ in tx.outputs}
        for txid, vout in tx.spends:
            if txid in self.transactions:
                scripts.add(self.transactions[txid].outputs[vout][0])
        return scripts

    def fee(self, tx):
        spent = sum(self.transactions[t].outputs[v][1] for t, v in tx.spends)
        return spent - sum(value for _, value in tx.outputs)

    def history(self, script):
        with self.lock:
            confirmed, waiting = [], []
            for txid in self.touching.get(script, ()):
                if txid in self.heights:
                    height = self.heights[txid]
                    order = self.blocks[height][2].index(txid)
                    confirmed.append((height, order, {"tx_hash": txid, "height": height}))
                elif txid in self.mempool:
                    tx = self.transactions[txid]
                    parents = any(parent in self.mempool for parent, _ in tx.spends)
                    entry = {"tx_hash": txid, "height": -1 if parents else 0, "fee": self.fee(tx)}
                    waiting.append((1 if parents else 0, bytes.fromhex(txid), entry))
            confirmed.sort(key=lambda e: e[:2])
            waiting.sort(key=lambda e: e[:2])
            return [e[2] for e in confirmed], [e[2] for e in waiting]

    def status(self, script):
        confirmed, waiting = self.history(script)
        text = "".join(f"{e['tx_hash']}:{e['height']}:" for e in confirmed + waiting)
        return sha256(text.encode()).hex() if text else None

    def unspent(self, script):
        with self.lock:
            confirmed, waiting = self.history(script)
            entries = confirmed + waiting
            spent = {o for e in entries for o in self.transactions[e["tx_hash"]].spends}
            return [
                {
                    "tx_hash": e["tx_hash"],
                    "tx_pos": n,
                    "height": max(0, e["height"]),
                    "value": value,
                }
                for e in entries
                for n, (owner, value) in enumerate(self.transactions[e["tx_hash"]].outputs)
                if owner == script and (e["tx_hash"], n) not in spent
            ]

    def balance(self, script):
        coins = self.unspent(script)
        confirmed = sum(c["value"] for c in coins if c["height"] > 0)
        return {"confirmed": confirmed, "unconfirmed": sum(c["value"] for c in coins) - confirmed}

    def merkle(self, height, position):
        """The branch of the transaction at this position, from its own level up."""
        level = [bytes.fromhex(t)[::-1] for t in self.blocks[height][2]]
        branch = []
        while len(level) > 1:
            if len(level) % 2:
                level.append(level[-1])
            branch.append(level[position ^ 1][::-1].hex())
            level = [sha256(sha256(level[i] + level[i + 1])) for i in range(0, len(level), 2)]
            position //= 2
        return branch


class ProtocolError(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Session(socketserver.StreamRequestHandler):
    """One client."""

    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.wants_headers = False
        self.scripts = {}
        self.protocol = (1, 4)
        self.writing = threading.Lock()

    def write(self, message):
        with self.writing:
            self.wfile.write(json.dumps(message).encode() + b"\n")
            self.wfile.flush()

    def handle(self):
        node = self.server.node
        node.sessions.add(self)
        try:
            for line in self.rfile:
                request = json.loads(line)
                batch = request if isinstance(request, list) else [request]
                answers = [self.answer(r) for r in batch]
                self.write(answers if isinstance(request, list) else answers[0])
        except (OSError, ValueError):
            pass
        finally:
            node.sessions.discard(self)

    def answer(self, request):
        answer = {"jsonrpc": "2.0", "id": request.get("id")}
        name = "do_" + request["method"].replace(".", "_")
        handler = getattr(self, name, None)
        params = request.get("params", [])
        try:
            if handler is None:
                raise ProtocolError(-32601, f"unknown method {request['method']}")
            answer["result"] = handler(**params) if isinstance(params, dict) else handler(*params)
        except ProtocolError as error:
            answer["error"] = {"code": error.code, "message": str(error)}
        except RpcError as error:
            answer["error"] = {"code": 1, "message": error.message}
        except (TypeError, KeyError, IndexError, OSError) as error:
            answer["error"] = {"code": -32603, "message": repr(error)}
        return answer

    @property
    def index(self):
        return self.server.node.index

    @property
    def rpc(self):
        return self.server.node.index.rpc

    # -- the server

    def do_server_version(self, client="", wanted="1.4"):
        lowest, highest = wanted if isinstance(wanted, list) else (wanted, wanted)
        lowest, highest = (tuple(map(int, v.split("."))) for v in (lowest, highest))
        if lowest[:2] > (1, 6) or highest[:2] < (1, 4):
            raise ProtocolError(1, "unsupported protocol version")
        self.protocol = (1, 6) if highest[:2] >= (1, 6) else (1, 4)
        return ["test server", ".".join(map(str, self.protocol))]

    def do_server_features(self):
        return {
            "genesis_hash": self.index.blocks[0][0],
            "hosts": {},
            "protocol_min": "1.4",
            "protocol_max": "1.6",
            "pruning": None,
            "server_version": "test server",
            "hash_function": "sha256",
        }

    def do_server_ping(self, *_):
        return None

    def do_server_banner(self):
        return "a server for tests"

    def do_server_donation_address(self):
        return ""

    def do_server_peers_subscribe(self):
        return []

    # -- headers

    def tip(self):
        return {"height": len(self.index.blocks) - 1, "hex": self.index.blocks[-1][1]}

    def do_blockchain_headers_subscribe(self):
        with self.index.lock:
            self.wants_headers = True
            return self.tip()

    def do_blockchain_block_header(self, height, cp_height=0):
        if cp_height:
            raise ProtocolError(1, "no checkpoint proofs here")
        with self.index.lock:
            if not 0 <= height < len(self.index.blocks):
                raise ProtocolError(1, f"no block {height}")
            return self.index.blocks[height][1]

    def do_blockchain_block_headers(self, start_height, count, cp_height=0):
        if cp_height:
            raise ProtocolError(1, "no checkpoint proofs here")
        with self.index.lock:
            headers = [b[1] for b in self.index.blocks[start_height : start_height + min(count, 2016)]]
        answer = {"count": len(headers), "max": 2016}
        answer.update({"headers": headers} if self.protocol >= (1, 6) else {"hex": "".join(headers)})
        return answer

    # -- scripts

    def do_blockchain_scripthash_subscribe(self, scripthash):
        with self.index.lock:
            status = self.index.status(scripthash)
            self.scripts[scripthash] = status
            return status

    def do_blockchain_scripthash_unsubscribe(self, scripthash):
        return self.scripts.pop(scripthash, self) is not self

    def do_blockchain_scripthash_get_history(self, scripthash):
        confirmed, waiting = self.index.history(scripthash)
        return confirmed + waiting

    def do_blockchain_scripthash_get_mempool(self, scripthash):
        return self.index.history(scripthash)[1]

    def do_blockchain_scripthash_listunspent(self, scripthash):
        return self.index.unspent(scripthash)

    def do_blockchain_scripthash_get_balance(self, scripthash):
        return self.index.balance(scripthash)

    # -- transactions

    def do_blockchain_transaction_get(self, tx_hash, verbose=False):
        if verbose:
            return self.rpc("getrawtransaction", tx_hash, 1)
        with self.index.lock:
            if tx_hash in self.index.transactions:
                return self.index.transactions[tx_hash].raw
        return self.rpc("getrawtransaction", tx_hash)

    def do_blockchain_transaction_get_merkle(self, tx_hash, height=None):
        with self.index.lock:
            if tx_hash not in self.index.heights:
                raise ProtocolError(1, f"{tx_hash} is not in the chain")
            height = self.index.heights[tx_hash]
            position = self.index.blocks[height][2].index(tx_hash)
            branch = self.index.merkle(height, position)
        return {"block_height": height, "merkle": branch, "pos": position}

    def do_blockchain_transaction_id_from_pos(self, height, tx_pos, merkle=False):
        with self.index.lock:
            txid = self.index.blocks[height][2][tx_pos]
            if not merkle:
                return txid
            return {"tx_hash": txid, "merkle": self.index.merkle(height, tx_pos)}

    def do_blockchain_transaction_broadcast(self, raw_tx):
        txid = self.rpc("sendrawtransaction", raw_tx, 0)
        self.server.node.poke()
        return txid

    def do_blockchain_transaction_broadcast_package(self, raw_txs, verbose=False):
        answer = self.rpc("submitpackage", raw_txs)
        self.server.node.poke()
        if verbose:
            return answer
        errors = [
            {"txid": r["txid"], "error": r["error"]}
            for r in answer["tx-results"].values()
            if "error" in r
        ]
        success = answer["package_msg"] == "success"
        return {"success": True} if success else {"success": False, "errors": errors}

    # -- fees

    def do_blockchain_estimatefee(self, number, mode=None):
        estimate = self.rpc("estimatesmartfee", max(1, number))
        return estimate.get("feerate", self.server.node.feerate / 10**5)

    def do_blockchain_relayfee(self):
        return self.rpc("getmempoolinfo")["minrelaytxfee"]

    def do_mempool_get_info(self):
        info = self.rpc("getmempoolinfo")
        return {k: info[k] for k in ("mempoolminfee", "minrelaytxfee", "incrementalrelayfee")}

    def do_mempool_get_fee_histogram(self):
        rates = {}
        for entry in self.rpc("getrawmempool", True).values():
            rate = round(entry["fees"]["base"] * 10**8 / entry["vsize"], 3)
            rates[rate] = rates.get(rate, 0) + entry["vsize"]
        return sorted(([rate, size] for rate, size in rates.items()), reverse=True)


class ElectrumServer:
    """Serves until close(). `feerate` (sat/vB) is answered while bitcoind has no estimate."""

    def __init__(self, rpc_url, port=0, feerate=2):
        self.feerate = feerate
        self.sessions = set()
        self.index = Index(BitcoinRpc(rpc_url))
        self.index.sync()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self.server = Server(("127.0.0.1", port), Session)
        self.server.node = self
        self.port = self.server.server_address[1]
        self.closing = threading.Event()
        self.wake = threading.Event()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.follower = threading.Thread(target=self.follow, daemon=True)
        self.follower.start()

    def poke(self):
        self.wake.set()

    def follow(self):
        while not self.closing.is_set():
            self.wake.wait(0.1)
            self.wake.clear()
            try:
                connected, changed = self.index.sync()
            except (OSError, RpcError, http.client.HTTPException):
                continue  # bitcoind is being restarted by the test
            for session in list(self.sessions):
                try:
                    self.tell(session, connected, changed)
                except OSError:
                    pass

    def tell(self, session, connected, changed):
        # Every block, not the last alone: Electrum holds its questions about those in between back
        # for up to a second, to hide their sizes.
        for block in connected if session.wants_headers else ():
            method = "blockchain.headers.subscribe"
            session.write({"jsonrpc": "2.0", "method": method, "params": [block]})
        for script in changed & set(session.scripts):
            status = self.index.status(script)
            if session.scripts.get(script, status) != status:
                session.scripts[script] = status
                method = "blockchain.scripthash.subscribe"
                session.write({"jsonrpc": "2.0", "method": method, "params": [script, status]})

    def close(self):
        self.closing.set()
        self.wake.set()
        self.follower.join(10)
        self.server.shutdown()
        self.server.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rpc", required=True, help="http://user:password@host:port of bitcoind")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--feerate", type=float, default=2, help="sat/vB without an estimate")
    options = parser.parse_args()
    server = ElectrumServer(options.rpc, options.port, options.feerate)
    print(f"ready 127.0.0.1:{server.port}", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.close()


if __name__ == "__main__":
    main()
