#!/usr/bin/env python3
"""Every text of the window in every language.

A fresh run of lupdate over the source must find the texts of each i18n/*.ts and no others; every text is translated, with as
many forms as the language has; and what stands for a figure (%1, %n), and one letter after an ampersand, is in both.

    translations.py LUPDATE [REPOSITORY]     every offence on a line, exit 1 if there is one
    translations.py --self-test              the check itself can fail
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

PLACE = re.compile(r"%[1-9n]")
MNEMONIC = re.compile(r"&(?=[^& ])")


def messages(ts):
    """(context, source, comment) -> list of translated forms, None where one is unfinished."""
    out = {}
    for context in ET.parse(ts).getroot().findall("context"):
        for message in context.findall("message"):
            translation = message.find("translation")
            if translation.get("type") == "vanished":
                continue
            forms = [f.text or "" for f in translation.findall("numerusform")]
            if message.get("numerus") != "yes":
                forms = [translation.text or ""]
            key = (context.findtext("name"), message.findtext("source"), message.findtext("comment") or "")
            out[key] = None if translation.get("type") == "unfinished" or "" in forms else (forms, message.get("numerus") == "yes")
    return out


def offences(language, stored, fresh):
    """`fresh`: what the source has now."""
    for key in sorted(fresh.keys() - stored.keys()):
        yield f"{language}: not in the file (run i18n/update.sh): {key[0]}: {key[1]}"
    for key in sorted(stored.keys() - fresh.keys()):
        yield f"{language}: not in the source any more (run i18n/update.sh): {key[0]}: {key[1]}"
    for (context, source, _), found in sorted(stored.items()):
        if found is None:
            yield f"{language}: not translated: {context}: {source}"
            continue
        forms, plural = found
        if plural and len(forms) != 2:
            yield f"{language}: {len(forms)} forms: {source}"
        for number, form in enumerate(forms):
            wanted, has = set(PLACE.findall(source)), set(PLACE.findall(form))
            # "One channel" needs no figure.
            if plural and number == 0:
                wanted.discard("%n")
                has.discard("%n")
            if wanted != has:
                yield f"{language}: figures differ: {source} / {form}"
            if len(MNEMONIC.findall(source)) != len(MNEMONIC.findall(form)):
                yield f"{language}: mnemonics differ: {source} / {form}"
            if source.endswith(".") != form.endswith("."):
                yield f"{language}: a full stop differs: {source} / {form}"


def check(lupdate, root):
    for ts in sorted((root / "i18n").glob("runnel_*.ts")):
        language = ts.stem.removeprefix("runnel_")
        with tempfile.TemporaryDirectory() as folder:
            fresh = pathlib.Path(folder, "fresh.ts")
            subprocess.run(
                [lupdate, "-silent", "-I", ".", "-locations", "none", *(["-pluralonly"] if language == "en" else []), "ui", "-ts",
                 str(fresh), "-source-language", "en", "-target-language", language],
                cwd=root, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            yield from offences(language, messages(ts), messages(fresh))


def self_test():
    done = (["fertig"], False)
    key = ("Page", "done", "")
    assert list(offences("de", {key: done}, {key: None})) == []
    cases = [
        ({}, {key: None}, "not in the file"),
        ({key: done}, {}, "not in the source"),
        ({key: None}, {key: None}, "not translated"),
        ({("P", "%1 of %2", ""): (["%1 von"], False)}, {("P", "%1 of %2", ""): None}, "figures"),
        ({("P", "&Go", ""): (["Los"], False)}, {("P", "&Go", ""): None}, "mnemonics"),
        ({("P", "Go.", ""): (["Los"], False)}, {("P", "Go.", ""): None}, "full stop"),
        ({("P", "%n", ""): (["%n"], True)}, {("P", "%n", ""): None}, "forms"),
    ]
    for stored, fresh, word in cases:
        found = list(offences("de", stored, fresh))
        assert len(found) == 1 and word in found[0], (word, found)


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).resolve().parents[2]
    found = list(check(sys.argv[1], root))
    print("\n".join(found) if found else "every text is there in every language")
    sys.exit(1 if found else 0)


main()
