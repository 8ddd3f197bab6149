#!/usr/bin/env python3
"""Who may include whom.

The arrows are read from the DEPS of runnel_module() in core/CMakeLists.txt and wallet/CMakeLists.txt, and of
runnel_ui_module() in ui/CMakeLists.txt:
what a folder is not linked with, directly or through others, it may not include either, although the
include path would let it. Those of the core are the ones drawn in core/README.md, no more and no less:
otherwise a wrong DEPS would permit itself. On top of that stand the rules that no arrow can say: the core knows no
window, no wallet and no program; ui knows core/api alone; neither core nor wallet knows Qt; and the
core outside core/shell has no clock, socket, thread or randomness of its own.

    layering.py [REPOSITORY]     every offence on a line, exit 1 if there is one
    layering.py --self-test      the check itself can fail
"""

import pathlib
import re
import sys
import tempfile

SOURCES = (".h", ".cpp")
MODULE = re.compile(r"runnel_(?:ui_)?module\(\s*(\w+)([^)]*)\)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
QT = re.compile(r"^(Q[A-Z]\w+|Qt\w*/.*|q[a-z]+\.h)$")

# Include or word -> what it would bring in. base/log and crypto may be listed as exceptions below.
IMPURE_INCLUDES = re.compile(
    r"^(thread|mutex|shared_mutex|condition_variable|future|random|fstream|filesystem|iostream"
    r"|boost/asio.*|boost/beast.*|sys/.*|netinet/.*|arpa/.*|unistd\.h|fcntl\.h|sqlite3\.h|zmq.*)$"
)
IMPURE_WORDS = re.compile(
    r"(_clock::now|\brandombytes_|\bgetenv\b|\bRAND_bytes\b|\bstd::rand\b|\brandom_device\b"
    r"|\btime\(nullptr\)|\bsleep_for\b)"
)
# (folder or file below core/, pattern it may use, why)
ALLOWED = [
    ("shell", r".*", "the shell is the outside of the core"),
    ("sim", r"^(thread|mutex|condition_variable|filesystem|fstream)$", "runs the practice network"),
    ("base/log", r"^(mutex|iostream|fstream)$", "one sink, written to by every thread"),
]


def linked(*lists):
    """Folder -> the folders that it names in its DEPS."""
    direct = {}
    for cmake in lists:
        for name, rest in MODULE.findall(cmake):
            found = re.search(r"\bDEPS\b((?:\s+(?!LIBS\b)\w+)*)", rest)
            direct[name] = set(found.group(1).split()) if found else set()
    return direct


def drawn(readme):
    """The same as drawn under "Rooms and arrows": `a <- {b, c} <- d`, chains side by side or below each other."""
    section = re.search(r"^## Rooms and arrows\n(.*?)(?:^## |\Z)", readme, re.M | re.S)
    direct = {}
    for line in section.group(1).splitlines() if section else ():
        if not line.startswith("    ") or "<-" not in line:
            continue
        for chain in re.split(r"\s{2,}", line.strip()):
            steps = [re.findall(r"\w+", step) for step in chain.split("<-")]
            for name in (name for step in steps for name in step):
                direct.setdefault(name, set())
            for below, above in zip(steps, steps[1:]):
                for name in above:
                    direct[name].update(below)
    return direct


def other_arrows(root):
    """Where core/CMakeLists.txt and the drawing differ."""
    readme = root / "core" / "README.md"
    said = drawn(readme.read_text()) if readme.exists() else {}
    direct = linked((root / "core" / "CMakeLists.txt").read_text())
    for name in sorted(said.keys() | direct.keys()):
        for below in sorted(direct.get(name, set()) - said.get(name, set())):
            yield f"core/CMakeLists.txt: {name} is linked with {below}; core/README.md draws no such arrow"
        for below in sorted(said.get(name, set()) - direct.get(name, set())):
            yield f"core/README.md: an arrow from {name} to {below} that core/CMakeLists.txt does not have"
        if name in direct and name not in said:
            yield f"core/CMakeLists.txt: {name} is no room of core/README.md"


def arrows(*lists):
    """Folder -> every folder it may include, itself among them."""
    direct = linked(*lists)
    closed = {}

    def close(name, path):
        if name in path:
            raise ValueError("arrows in a circle: " + " -> ".join([*path, name]))
        if name not in closed:
            reach = {name}
            for below in direct.get(name, ()):
                reach |= close(below, [*path, name])
            closed[name] = reach
        return closed[name]

    for name in direct:
        close(name, [])
    return closed


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1) == '"', found.group(2)


def without_comments(text):
    return re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S))


def allowed(path, what):
    inside = path.split("/", 1)[1]
    return any(
        (inside == where or inside.startswith(where + "/") or inside.startswith(where + "."))
        and re.search(pattern, what)
        for where, pattern, _ in ALLOWED
    )


def offences(root):
    root = pathlib.Path(root)
    modules = arrows(
        *((root / top / "CMakeLists.txt").read_text() for top in ("core", "wallet"))
    )
    yield from other_arrows(root)
    ui_list = root / "ui" / "CMakeLists.txt"
    ui_modules = arrows(ui_list.read_text()) if ui_list.exists() else {}
    wallet_folders = {p.name for p in (root / "wallet").iterdir() if p.is_dir()}
    for top in ("core", "wallet", "ui"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in SOURCES:
                continue
            path = file.relative_to(root).as_posix()
            folder = path.split("/")[1]
            text = file.read_text()
            for line, ours, name in includes(text):
                where = f"{path}:{line}"
                if top != "ui" and QT.match(name):
                    yield f"{where}: {name}: no Qt below the window"
                if top == "core" and IMPURE_INCLUDES.match(name) and not allowed(path, name):
                    yield f"{where}: <{name}>: the core is a function; that belongs into core/shell or wallet"
                if not ours:
                    continue
                parts = name.split("/")
                if parts[0] not in ("core", "wallet", "ui", "app"):
                    yield f'{where}: "{name}": say it from the root, as core/base/bytes.h'
                elif not (root / name).exists():
                    yield f'{where}: "{name}" does not exist'
                elif top == "ui":
                    if parts[0] != "ui" and parts[:2] != ["core", "api"]:
                        yield f'{where}: "{name}": ui includes core/api and nothing below it'
                    elif parts[0] == "ui" and parts[1] not in ui_modules.get(folder, {folder}):
                        yield f'{where}: "{name}": there is no arrow from {folder} to {parts[1]}'
                elif parts[0] not in ("core", "wallet") or (top == "core" and parts[0] != "core"):
                    yield f'{where}: "{name}": {top} does not know {parts[0]}'
                elif parts[1] not in modules.get(folder, {folder}):
                    yield f'{where}: "{name}": there is no arrow from {folder} to {parts[1]}'
            if top == "core":
                for line, words in enumerate(without_comments(text).splitlines(), 1):
                    found = IMPURE_WORDS.search(words)
                    if found and not allowed(path, found[0]):
                        yield f"{path}:{line}: {found[0]}: the core has no clock and no randomness of its own"
    for folder in sorted(wallet_folders & set(modules)):
        below = modules[folder] - {folder} - wallet_folders
        wrong = below - arrows_of_design(modules)
        if wrong:
            yield f"wallet/CMakeLists.txt: {folder} reaches {', '.join(sorted(wrong))}; only ports, bitcoin and api"


def arrows_of_design(modules):
    """What wallet may reach: ports, bitcoin, api and what lies below them."""
    return set().union(*(modules.get(name, {name}) for name in ("ports", "bitcoin", "api")))


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)

        def write(path, text):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)

        write("core/CMakeLists.txt", "runnel_module(base LIBS x)\nrunnel_module(wire DEPS base LIBS y)\n"
              "runnel_module(ports DEPS wire)\nrunnel_module(node DEPS wire)\n")
        drawing = "## Rooms and arrows\n\n    base <- wire <- {ports, node}\n    wallet -> ports\n\n## More\n"
        write("core/README.md", drawing)
        write("wallet/CMakeLists.txt", "runnel_module(store DEPS ports)\n")
        write("core/base/a.h", "#include <vector>\n")
        write("core/wire/w.h", '#include "core/base/a.h"\n')
        write("core/node/n.h", '#include "core/wire/w.h"\n')
        write("wallet/store/s.cpp", '#include "core/base/a.h"\n#include <mutex>\n')
        write("ui/CMakeLists.txt", "runnel_ui_module(format LIBS x)\nrunnel_ui_module(pages DEPS format)\n")
        write("ui/format/f.h", "#include <QString>\n")
        write("ui/pages/p.cpp", '#include "ui/format/f.h"\n#include <QWidget>\n')
        write("ui/pages/p.h", "#include <QWidget>\n")
        assert list(offences(root)) == [], list(offences(root))
        for path, text, word in (
            ("core/base/b.h", '#include "core/wire/w.h"\n', "no arrow from base to wire"),
            ("core/wire/q.h", "#include <QString>\n", "no Qt"),
            ("core/wire/t.h", "#include <thread>\n", "function"),
            ("core/wire/c.cpp", "auto t = std::chrono::system_clock::now();\n", "no clock"),
            ("core/wire/s.cpp", '#include "wallet/store/s.cpp"\n', "does not know wallet"),
            ("wallet/store/n.cpp", '#include "core/node/n.h"\n', "no arrow from store to node"),
            ("ui/pages/n.cpp", '#include "core/node/n.h"\n', "core/api"),
            ("ui/format/n.cpp", '#include "ui/pages/p.h"\n', "no arrow from format to pages"),
            ("core/wire/r.h", '#include "w.h"\n', "from the root"),
        ):
            write(path, text)
            found = list(offences(root))
            assert len(found) == 1 and word in found[0], (path, found)
            (root / path).unlink()
        for drawing_now, word in (
            (drawing.replace("{ports, node}", "ports"), "draws no such arrow"),
            (drawing.replace("    wallet", "    ports <- node     wallet"), "does not have"),
            ("", "is no room"),
        ):
            write("core/README.md", drawing_now)
            found = list(offences(root))
            assert any(word in line for line in found), (word, found)
        write("core/README.md", drawing)
        assert list(offences(root)) == [], list(offences(root))
        try:
            arrows("runnel_module(a DEPS b)\nrunnel_module(b DEPS a)\n")
        except ValueError:
            pass
        else:
            raise AssertionError("a circle was not noticed")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    found = list(offences(root))
    print("\n".join(found) if found else "every include follows an arrow")
    sys.exit(1 if found else 0)


main()
