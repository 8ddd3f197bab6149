#!/usr/bin/env python3
"""What no file of the tree may say, and what every header must.

No address of a package registry and no path of somebody's machine (what is fetched is fetched from
where the machine's own configuration says); no words that announce unfinished work; and every header
begins with a comment on what it is for.

    text.py [REPOSITORY]     every offence on a line, exit 1 if there is one
    text.py --self-test      the check itself can fail
"""

import os
import pathlib
import re
import sys
import tempfile

SKIPPED_FOLDERS = re.compile(r"^(\.git|\.cache|build.*|node_modules|__pycache__|corpus|data)$")
TEXT = re.compile(r"(\.(h|cpp|py|sh|mjs|js|json|txt|md|cmake|1|ts|qrc|yml)|/(run|test|CMakeLists\.txt))$")
CODE = re.compile(r"\.(h|cpp|py|mjs)$")

FORBIDDEN = [
    (TEXT, re.compile(r"://[a-z0-9.-]*\b(deb" r"ian|npm" r"js|py" r"pi|ub" r"untu)\."), "a registry's address"),
    (TEXT, re.compile(r"(^|[^\w.$~])/(root|wor" r"k)/\w"), "a path of one machine"),
    (CODE, re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b"), "unfinished work"),
]


def files(root):
    for folder, below, names in os.walk(root):
        below[:] = sorted(b for b in below if not SKIPPED_FOLDERS.match(b))
        for name in sorted(names):
            yield pathlib.Path(folder, name)


def offences(root):
    root = pathlib.Path(root)
    for file in files(root):
        path = "/" + file.relative_to(root).as_posix()
        if not TEXT.search(path):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for applies, pattern, what in FORBIDDEN:
            if applies.search(path):
                for number, line in enumerate(text.splitlines(), 1):
                    if pattern.search(line):
                        yield f"{path[1:]}:{number}: {what}: {line.strip()[:80]}"
        if path.endswith(".h"):
            comment = 0
            lines = text.splitlines()
            while comment < len(lines) and lines[comment].startswith("//"):
                comment += 1
            if comment == 0:
                yield f"{path[1:]}:1: a header begins with a comment: what it owns, what it never does"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "a.h")
        for text, count in (
            ("// Owns nothing.\n// Never does anything.\n#pragma once\n", 0),
            ("#pragma once\n", 1),
            ("// A.\n// fetched from https://mirror.deb" "ian.org/x\n", 1),
            ("// A.\n// in /ro" "ot/x\n", 1),
            ("// A.\n// TO" "DO\n", 1),
        ):
            file.write_text(text)
            found = list(offences(folder))
            assert len(found) == count, (text, found)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    found = list(offences(root))
    print("\n".join(found) if found else "nothing to say")
    sys.exit(1 if found else 0)


main()
