#!/usr/bin/env python3
"""./test ends as its tests did: one that fails is no success, and neither is a name that no test has.

The script runs in a folder where nothing is to be built, over a ctest that knows a single test, "alpha".

    runner.py [REPOSITORY]     every offence on a line, exit 1 if there is one
    runner.py --self-test      the check itself can fail
"""

import os
import pathlib
import subprocess
import sys
import tempfile

NOTHING = {
    "packaging/linux/debian.sh": "note() { printf '== %s\\n' \"$*\"; }\ndebian_install() { :; }\n",
    "packaging/linux/build.sh": "build_with() { :; }\nbuild_jobs() { echo 1; }\n",
    "bin/ctest": """#!/usr/bin/env bash
regex=alpha list= count=0
while [ $# -gt 0 ]; do
    case $1 in
        -N) list=1 ;;
        -R) regex=$2; shift ;;
    esac
    shift
done
[[ ! alpha =~ $regex ]] || count=1
[ -z "$list" ] || { echo "Total Tests: $count"; exit 0; }
[ -z "${ALPHA_FAILS:-}" ]
""",
}

# What is asked for, does alpha fail, the exit code, and the last words.
CASES = [
    ([], False, 0, "everything passed"),
    (["-R", "alph"], False, 0, "everything passed"),
    (["-R", "alph"], True, 1, "FAILED"),
    (["-R", "alhpa"], False, 2, "no fast test matches alhpa"),
]


def offences(script):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**NOTHING, "test": script}.items():
            file = pathlib.Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            file.chmod(0o755)
        path = os.path.join(folder, "bin") + os.pathsep + os.environ["PATH"]
        for arguments, fails, code, words in CASES:
            environment = {**os.environ, "PATH": path, "ALPHA_FAILS": "1" if fails else ""}
            ended = subprocess.run(["bash", os.path.join(folder, "test"), "--fast", "--no-install", *arguments],
                                   env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, text=True)
            said = ended.stdout.strip().splitlines() or [""]
            if ended.returncode != code or not said[-1].endswith(words):
                yield f"./test {' '.join(arguments)}: ended with {ended.returncode} and {said[-1]!r}, not {code} and {words!r}"


def self_test():
    found = list(offences("echo everything passed\n"))
    assert len(found) == 2, found


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
    found = list(offences((root / "test").read_text(encoding="utf-8")))
    print("\n".join(found) if found else "nothing to say")
    sys.exit(1 if found else 0)


main()
