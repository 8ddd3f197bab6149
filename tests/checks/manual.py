#!/usr/bin/env python3
"""The manual of the command line says what the program does: every command and every option of it, and every kind of failure.

    manual.py [REPOSITORY]     every offence on a line, exit 1 if there is one
    manual.py --self-test      the check itself can fail
"""

import pathlib
import re
import sys

MANUAL = "packaging/linux/man/runnel-cli.1"
COMMANDS = "app/runnel-cli/commands.cpp"
KINDS = "core/api/problem.h"


def plain(manual):
    """The text without what is there for the typesetter only."""
    text = re.sub(r"\\f[BIPR]", "", manual)
    return text.replace("\\-", "-").replace("\\~", " ").replace("\\(dq", '"')


def commands(source):
    return re.findall(r'(?:command|add_subcommand)\(\s*"([a-z]+)"', source)


def options(source):
    return sorted(set(re.findall(r'"(--[a-z-]+)"', source)))


def kinds(header):
    body = re.search(r"enum class ProblemKind[^{]*\{(.*?)\n\};", header, re.DOTALL).group(1)
    return re.findall(r"^\s*([a-z_]+),", body, re.MULTILINE)


def offences(manual, source, header):
    text = plain(manual)
    failures = text[text.index(".SH FAILURES"):text.index(".SH THE SOCKET")]
    words = set(re.findall(r"[a-z_]+", failures))
    entries = " ".join(line for line in text.splitlines() if line.startswith("."))
    for name in commands(source):
        if not re.search(rf"(^|[ \"]){name}($|[ \"\[])", entries):
            yield f"no entry for the command {name}"
    for name in options(source):
        if name not in text:
            yield f"the option {name} is not in it"
    for name in kinds(header):
        if name not in words:
            yield f"the failure {name} is not in its list"


def self_test():
    manual = ".TP\n.B pay\\~ X\n\\-\\-fee\n.SH FAILURES\n\\fBbusy\\fP\n.SH THE SOCKET\n"
    source = 'd.command("pay", "x").text("--fee", "fee", "x");'
    header = "enum class ProblemKind : int {\n    busy,  ///< x\n};\n"
    assert not list(offences(manual, source, header))
    assert list(offences(manual, source + 'd.command("stop", "x")', header)) == ["no entry for the command stop"]
    assert list(offences(manual, source.replace("--fee", "--most"), header)) == ["the option --most is not in it"]
    assert list(offences(manual, source, header.replace("busy", "lazy"))) == ["the failure lazy is not in its list"]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = list(offences(*((root / name).read_text(encoding="utf-8") for name in (MANUAL, COMMANDS, KINDS))))
    print("\n".join(found) if found else "nothing to say")
    sys.exit(1 if found else 0)


main()
