#!/usr/bin/env python3
"""The manual of the command line says what the program does: every command and every option of it, every field of an answer
under the command that gives it, every event, every parameter of the socket, and every kind of failure.

    manual.py [REPOSITORY]     every offence on a line, exit 1 if there is one
    manual.py --self-test      the check itself can fail
"""

import pathlib
import re
import sys

MANUAL = "packaging/linux/man/runnel-cli.1"
COMMANDS = "app/runnel-cli/commands.cpp"
KINDS = "core/api/problem.h"
VIEWS = "app/control/views.cpp"
REQUESTS = "app/control/requests.cpp"
PROGRAMS = "app"

# What writes an answer, and the entry that has to explain its fields. What stands in none may be said anywhere.
ENTRIES = {
    "info_json": "getinfo", "balance_json": "balance", "notice_json": "events",
    "quote_json": "send", "sent_json": "send", "add_kept": "send", "transaction_json": "transactions",
    "peer_json": "peers", "channel_json": "channels", "htlc_json": "channels",
    "payment_json": "payments", "paid_json": "pay",
    "inspection_json": "decode", "onchain_json": "decode", "sent_before_json": "decode",
    "answer_json": "", "failure_json": "",
}
# A Failure is made by its name, or as what a function gives back.
MADE = re.compile(
    r'(?:\bFailure(?:\s+\w+)?\s*\{|\breturn\s+\{|\bcomplain\(\{|\bprint\(\*\w+,\s*\{|=\s*\{)\s*'
    r'(?:\w+\s*\?\s*)?"([a-z_]+)"(?:\s*:\s*"([a-z_]+)")?\s*,'
)


def plain(manual):
    """The text without what is there for the typesetter only."""
    text = re.sub(r"\\f[BIPR]", "", manual)
    return text.replace("\\-", "-").replace("\\~", " ").replace("\\(dq", '"')


def words(text):
    return set(re.findall(r"[a-z0-9_]+", text))


def entry(text, name):
    """What is said of a command, its own line included; nothing when it has no entry."""
    for part in re.split(r"^\.(?:TP|SH).*\n", text, flags=re.M):
        heads = [part.split("\n", 1)[0], *re.findall(r"^\.TQ\n(.*)$", part, re.M)]
        if any(re.match(rf'\.[BIR]+ "?{name}(?![a-z-])', head) for head in heads):
            return part
    return ""


def section(text, name):
    found = re.search(rf"^\.SH {name}\n(.*?)(?=^\.SH |\Z)", text, re.M | re.S)
    return found.group(1) if found else ""


def commands(source):
    return re.findall(r'(?:command|add_subcommand)\(\s*"([a-z]+)"', source)


def options(source):
    return sorted(set(re.findall(r'"(--[a-z-]+)"', source)))


def kinds(header):
    body = re.search(r"enum class ProblemKind[^{]*\{(.*?)\n\};", header, re.DOTALL).group(1)
    return re.findall(r"^\s*([a-z_]+),", body, re.MULTILINE)


def failures(source):
    return sorted({name for pair in MADE.findall(source) for name in pair if name})


def fields(views):
    """(function, field or name of an event) of all that is written as JSON."""
    for name, body in re.findall(r"^[\w:]+ (\w+)\((?:[^;{}]*)\) \{\n(.*?)^\}", views, re.M | re.S):
        if not name.endswith("_json") and name != "add_kept":
            continue
        found = set(re.findall(r'\{"([a-z0-9_]+)",', body)) | set(re.findall(r'\bout\["([a-z0-9_]+)"\]', body))
        found |= set(re.findall(r'\{"event", "([a-z_]+)"\}', body))
        for field in sorted(found):
            yield name, field


def parameters(requests):
    read = re.findall(r'\b(?:text|number|needed_number|number_or|sat_or_all|sat|msat|flag|find)\("([a-z_]+)"', requests)
    return sorted(set(read) | set(re.findall(r'string_view name = "([a-z_]+)"', requests)))


def offences(manual, source, header, views="", requests="", programs=""):
    text = plain(manual)
    listed = words(section(text, "FAILURES"))
    entries = " ".join(line for line in text.splitlines() if line.startswith("."))
    for name in commands(source):
        if not re.search(rf"(^|[ \"]){name}($|[ \"\[])", entries):
            yield f"no entry for the command {name}"
    for name in options(source):
        if name not in text:
            yield f"the option {name} is not in it"
    for name in sorted({*kinds(header), *failures(programs)}):
        if name not in listed:
            yield f"the failure {name} is not in its list"
    for function, name in fields(views):
        if function not in ENTRIES:
            yield f"nobody knows which entry {function} belongs to"
            continue
        command = ENTRIES[function]
        if name not in words(entry(text, command) if command else text):
            yield f"the field {name} ({function}) is not explained{' with ' + command if command else ''}"
    spoken = words(section(text, "THE SOCKET"))
    for name in parameters(requests):
        if name not in spoken:
            yield f"the parameter {name} is not among those of the socket"


def self_test():
    manual = (
        ".TP\n.BI pay\\~ X\n\\-\\-fee \\fBfee_msat\\fP\n.TP\n.BR payments\\~ [\n.TQ\n.BI payment\\~ HASH\n\\fBparts\\fP\n"
        ".TP\n.B events\n\\fBblock\\fP event block_height\n"
        ".SH FAILURES\n\\fBbusy\\fP io\n.SH THE SOCKET\nlimit, txid\n.SH SEE ALSO\nnothing"
    )
    source = 'd.command("pay", "x").text("--fee", "fee", "x");'
    header = "enum class ProblemKind : int {\n    busy,  ///< x\n};\n"
    views = (
        'json::object payment_json(const P& p) {\n    json::object out{{"parts", p.parts}};\n    return out;\n}\n'
        'json::object notice_json(const N& n) {\n    return {{"event", "block"}, {"block_height", 1}};\n}\n'
    )
    requests = 'f.number("limit", 10); f.text("txid", 128); void f(std::string_view name = "txid");'
    programs = 'return fail(Failure{\n    "io", "Text."}); return {"busy", "Text."}; return {"A text.", ""};'

    def found(*changes):
        sources = [manual, source, header, views, requests, programs]
        for index, old, new in changes:
            assert old in sources[index], old
            sources[index] = sources[index].replace(old, new)
        return list(offences(*sources))

    assert found() == [], found()
    assert found((1, "d.", 'd.command("stop", "x"); d.')) == ["no entry for the command stop"]
    assert found((1, "--fee", "--most")) == ["the option --most is not in it"]
    assert found((2, "busy", "lazy")) == ["the failure lazy is not in its list"]
    assert found((5, '"io"', '"oi"')) == ["the failure oi is not in its list"]
    assert found((5, '{"busy"', '{gone ? "lost" : "busy"')) == ["the failure lost is not in its list"]
    # A word that stands elsewhere explains nothing.
    assert found((3, '"parts"', '"fee_msat"')) == ["the field fee_msat (payment_json) is not explained with payments"]
    assert found((3, 'return out;', 'out["status"] = 1;')) == ["the field status (payment_json) is not explained with payments"]
    assert found((3, '"block"', '"stopped"')) == ["the field stopped (notice_json) is not explained with events"]
    assert found((3, "payment_json", "other_json")) == ["nobody knows which entry other_json belongs to"]
    assert found((4, '"limit"', '"blocks"')) == ["the parameter blocks is not among those of the socket"]
    assert found((4, 'name = "txid"', 'name = "node_id"')) == ["the parameter node_id is not among those of the socket"]


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    texts = [(root / name).read_text(encoding="utf-8") for name in (MANUAL, COMMANDS, KINDS, VIEWS, REQUESTS)]
    texts.append("\n".join(file.read_text(encoding="utf-8") for file in sorted((root / PROGRAMS).rglob("*.cpp"))))
    found = list(offences(*texts))
    # What finds nothing checks nothing.
    for what, names in (("field", list(fields(texts[3]))), ("parameter", parameters(texts[4])), ("failure", failures(texts[5]))):
        if len(names) < 20:
            found.append(f"only {len(names)} {what}s were found in the source: this check no longer understands it")
    print("\n".join(found) if found else "nothing to say")
    sys.exit(1 if found else 0)


main()
