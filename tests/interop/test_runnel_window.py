#!/usr/bin/env python3
"""The window as other programs of a desktop meet it: the tree of a screen reader, and the window manager.

    test_runnel_window.py accessible|closed|regtest

accessible: everything on the first page and on the five pages that can have the focus has a name and
a role, read over AT-SPI from another process, as a screen reader does; what is one of several (a page,
a word to choose) is a radio button.
closed: a window that its manager closes leaves no process and a store that opens again.
regtest: the program as it is started for a bitcoind, `runnel --network regtest --chain bitcoind:URL`,
opens its wallet at a typed passphrase and follows that chain.

Each runs in a session of its own: Xvfb, a bus, openbox.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from harness import BIN, SKIPPED, Child, Failure, Skip, World, run, wait_until

PASSPHRASE = "correct horse battery staple"
PROGRAMS = ("Xvfb", "openbox", "xdotool", "dbus-run-session")
WITHIN = "RUNNEL_TEST_SESSION"
PYTHON = "/usr/bin/python3"  # the one that Debian's python3-gi is for


def display_of(xvfb_says):
    """Xvfb writes the number it has chosen."""
    number = os.read(xvfb_says, 16).decode().strip()
    if not number:
        raise Failure("Xvfb did not start")
    return ":" + number


def in_a_session(which):
    """Runs this script again below a bus of its own, on a display of its own."""
    missing = [p for p in PROGRAMS if shutil.which(p) is None]
    if missing or not (BIN / "runnel").exists():
        raise Skip(f"not here: {' '.join(missing) or 'runnel'}")
    says, tell = os.pipe()
    xvfb = subprocess.Popen(
        ["Xvfb", "-displayfd", str(tell), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(tell,),
        stderr=subprocess.DEVNULL,
    )
    os.close(tell)
    try:
        environment = {**os.environ, "DISPLAY": display_of(says), WITHIN: "1", "QT_QPA_PLATFORM": "xcb"}
        environment["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"
        inner = subprocess.run(
            ["dbus-run-session", "--", PYTHON, __file__, which], env=environment, timeout=150, check=False
        )
        if inner.returncode == SKIPPED:
            raise Skip("gir1.2-atspi-2.0, or a program it needs, is not here")
        if inner.returncode:
            raise Failure(f"ended with {inner.returncode}")
    finally:
        xvfb.terminate()
        xvfb.wait()


class Window:
    """runnel, on the practice network where nothing else is said, with its keys pressed through the display."""

    def __init__(self, folder, options=("--network", "practice")):
        self.folder, self.options = folder, options
        self.manager = Child(["openbox"], folder / "openbox.log")
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "share"), "LANG": "C.UTF-8"}
        os.environ.update(home)
        self.start()

    def start(self):
        arguments = [str(BIN / "runnel"), "--datadir", str(self.folder / "data"), *self.options]
        self.child = Child(arguments, self.folder / "runnel.log")
        search = ["xdotool", "search", "--onlyvisible", "--pid", str(self.child.process.pid), "--name", "Runnel"]

        def found():
            if not self.child.alive():
                raise Failure("runnel ended at its start: " + (self.folder / "runnel.log").read_text())
            return subprocess.run(search, capture_output=True, text=True, check=False).stdout.split()

        self.id = wait_until("the window is there", found, 30)[0]
        subprocess.run(["xdotool", "windowactivate", "--sync", self.id], check=True)

    def key(self, *keys):
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], check=True)

    def type(self, text):
        subprocess.run(["xdotool", "type", "--delay", "20", text], check=True)

    def processes(self):
        """Of runnel and all that it has started."""
        out, todo = [], [self.child.process.pid]
        while todo:
            pid = todo.pop()
            out.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                todo += [int(child) for child in task.read_text().split()]
        return out

    def end(self):
        self.child.end(signal.SIGTERM)
        self.manager.end()


# The tree ---------------------------------------------------------------------------------------


def desktop():
    try:
        import gi

        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi
    except (ImportError, ValueError) as error:
        raise Skip(f"gir1.2-atspi-2.0: {error}") from error
    Atspi.init()
    return Atspi


def asked(node, question, *of, otherwise=None):
    """What a control answers; `otherwise` of one that is taken away while it is looked at."""
    from gi.repository import GLib

    try:
        return getattr(node, question)(*of)
    except GLib.GError:
        return otherwise


def name_of(node):
    return asked(node, "get_name") or ""


def tree(node, depth=0):
    """Everything below, as far as it is shown; what changes meanwhile is left out."""
    if node is None or depth > 60:
        return
    yield node
    for i in range(asked(node, "get_child_count", otherwise=0)):
        yield from tree(asked(node, "get_child_at_index", i), depth + 1)


class Reader:
    def __init__(self, pid):
        self.atspi = desktop()
        self.pid = pid
        self.application = wait_until("runnel is on the bus of screen readers", self._find, 30)

    def _find(self):
        root = self.atspi.get_desktop(0)
        for i in range(root.get_child_count()):
            one = root.get_child_at_index(i)
            if one is not None and one.get_process_id() == self.pid:
                return one
        return None

    def shown(self):
        state = self.atspi.StateType
        # Read anew: what the library remembers of the tree it only mends by signals, which nobody here waits for.
        asked(self.application, "clear_cache")
        for node in tree(self.application):
            states = asked(node, "get_state_set")
            if states is None:
                continue
            if states.contains(state.SHOWING) and states.contains(state.VISIBLE):
                yield node, states

    def controls(self):
        """What can have the focus now: (role, name), checked."""
        out = []
        for node, states in self.shown():
            if not states.contains(self.atspi.StateType.FOCUSABLE) or not states.contains(self.atspi.StateType.ENABLED):
                continue
            role, name = asked(node, "get_role"), name_of(node)
            if role in (self.atspi.Role.FRAME, self.atspi.Role.APPLICATION):
                continue
            out.append((asked(node, "get_role_name"), name, role))
        return out

    def named(self, name):
        for node, _ in self.shown():
            if name in name_of(node).replace("&", ""):
                return node
        return None

    def press(self, name):
        self.act(wait_until(f"“{name}” is there", lambda: self.named(name), 30))

    def act(self, node):
        if not node.get_n_actions() or not node.do_action(0):
            raise Failure(f"“{node.get_name()}” cannot be pressed by a screen reader")

    def button(self, name):
        return next((n for n, _ in self.shown() if name_of(n) == name and asked(n, "get_n_actions")), None)

    def heading(self, text):
        return any(name_of(node) == text and asked(node, "get_role") == self.atspi.Role.LABEL for node, _ in self.shown())

    def chosen(self, group):
        """What is chosen in the group of this name; all of it has to be one of several, not boxes to tick."""
        out = []
        group = next(n for n, _ in self.shown() if name_of(n) == group)
        for node in tree(group):
            if not node.get_n_actions() or node.get_role() == self.atspi.Role.PUSH_BUTTON:
                continue
            if node.get_role() != self.atspi.Role.RADIO_BUTTON:
                raise Failure(f"“{node.get_name()}” is a {node.get_role_name()}")
            if node.get_state_set().contains(self.atspi.StateType.CHECKED):
                out.append(node.get_name())
        return out

    def check(self, page, least):
        controls = wait_until(f"{page} is there", lambda: len(self.controls()) >= least and self.controls(), 20)
        nothing = (self.atspi.Role.INVALID, self.atspi.Role.UNKNOWN, self.atspi.Role.FILLER, self.atspi.Role.PANEL)
        bad = [(role, name) for role, name, number in controls if not name.strip() or number in nothing]
        if bad:
            raise Failure(f"{page}: without a name or a role: {bad}")
        print(f"{page}: {len(controls)} controls, all with a name and a role")


def make_wallet(reader, window):
    """From the first step to an open wallet, with what a screen reader hears and can do."""
    reader.press("Make a new wallet")
    wait_until("the passphrase is asked for", lambda: reader.named("Passphrase again"), 20)
    reader.check("passphrase", 4)
    window.type(PASSPHRASE)
    window.key("Tab")
    window.type(PASSPHRASE)
    window.key("Return")
    wait_until("the words are shown", lambda: reader.named("1: "), 20)
    words = dict(part.split(": ") for part in reader.named("1: ").get_name().strip().strip(".").split(". "))
    reader.check("words", 2)
    reader.press("I have written them down")
    wait_until("words are asked for", lambda: reader.named("Which is word number"), 20)
    reader.check("questions", 4)
    questions = [name for name in (name_of(n) for n, _ in reader.shown()) if name.startswith("Which is word number")]
    for question in questions:
        word = words["".join(c for c in question if c.isdigit())]
        option = next(n for n, _ in reader.shown() if name_of(n) == word)
        if option.get_role() != reader.atspi.Role.RADIO_BUTTON:
            raise Failure(f"a word to choose is a {option.get_role_name()}")
        reader.act(option)
    wait_until("the wallet is open", lambda: reader.named("Ready to spend"), 60)


def accessible(window):
    reader = Reader(window.child.process.pid)
    reader.check("first page", 2)
    make_wallet(reader, window)
    for page in ("Pay", "Receive", "Channels", "Activity", "Home"):
        reader.act(reader.button(page))
        wait_until(f"{page} is shown", lambda page=page: reader.heading(page), 20)
        wait_until(f"{page} alone is chosen", lambda page=page: reader.chosen("Pages") == [page], 5)
        reader.check(page, 3)


def closed(window):
    reader = Reader(window.child.process.pid)
    make_wallet(reader, window)
    processes = wait_until("the practice network runs", lambda: len(window.processes()) > 1 and window.processes(), 20)
    subprocess.run(["xdotool", "windowactivate", "--sync", window.id], check=True)
    window.key("alt+F4")
    if window.child.process.wait(30) != 0:
        raise Failure(f"runnel ended with {window.child.process.returncode}")
    wait_until("every process has ended", lambda: not any(pathlib.Path(f"/proc/{pid}").exists() for pid in processes), 10)
    data = window.folder / "data"
    log = data / "wallet.db-wal"
    if log.exists() and log.stat().st_size:
        raise Failure("the store's log was not taken in")
    print(f"{len(processes)} processes ended, the store's log is empty")


def cli(folder, *arguments):
    """What the node behind the window says over its socket; None while there is none."""
    command = [str(BIN / "runnel-cli"), "--datadir", str(folder / "data"), *arguments]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return json.loads(said.stdout) if said.returncode == 0 and said.stdout else None


def follows(folder, network, options, height):
    """A wallet that is there, a program that is started for it, a passphrase that is typed; then its chain."""
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    command = [str(BIN / "runnel-cli"), "--datadir", str(folder / "data"), "create", "--network", network]
    subprocess.run([*command, "--passphrase-file", str(secret)], check=True, stdout=subprocess.DEVNULL)
    window = Window(folder, options)
    try:
        window.type(PASSPHRASE)
        window.key("Return")
        info = wait_until("the wallet is open", lambda: cli(folder, "getinfo"), 60)
        if info["network"] != network:
            raise Failure(f"a wallet of {info['network']} was opened")

        def is_there():
            now = cli(folder, "getinfo")
            return now and now["synced"] and now["block_height"] == height()

        wait_until("it follows the chain", is_there, 60)
    finally:
        window.end()


def regtest(folder):
    with World("program") as world:
        bitcoind = world.bitcoind
        url = f"bitcoind:http://127.0.0.1:{bitcoind.rpc_port}?cookie={bitcoind.cookie}"
        follows(folder, "regtest", ("--network", "regtest", "--chain", url), bitcoind.height)
        print("runnel follows a bitcoind that is named on its command line")


def inside(which):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="runnel-window-"))
    try:
        if which == "regtest":
            return regtest(folder)
        window = Window(folder)
        try:
            {"accessible": accessible, "closed": closed}[which](window)
        finally:
            window.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    which = sys.argv[1]
    if os.environ.get(WITHIN):
        inside(which)
    else:
        in_a_session(which)


run(main)
