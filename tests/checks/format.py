#!/usr/bin/env python3
"""C++ is laid out as .clang-format says, by version 14, the one of Debian 12.

    format.py [REPOSITORY]   every file that is not, on a line, exit 1 if there is one; exit 77 where
                             no clang-format 14 is installed, an error when CI is set
    format.py --self-test    the check itself can fail
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED_FOLDERS = ("build", ".")
FORM = pathlib.Path(__file__).resolve().parents[2] / ".clang-format"


def program():
    for name in ("clang-format-14", "clang-format"):
        path = shutil.which(name)
        if path and " version 14." in subprocess.run([path, "--version"], capture_output=True, text=True).stdout:
            return path
    return None


def sources(root):
    for folder, below, names in os.walk(root):
        below[:] = sorted(b for b in below if not b.startswith(SKIPPED_FOLDERS))
        yield from (str(pathlib.Path(folder, n)) for n in sorted(names) if n.endswith((".h", ".cpp")))


def offences(clang_format, files):
    command = [clang_format, f"--style=file:{FORM}", "--dry-run"]
    said = subprocess.run(command + files, capture_output=True, text=True)
    if said.returncode != 0:
        raise SystemExit(f"clang-format failed: {said.stderr.strip()[:400]}")
    return sorted({line.rsplit(":", 4)[0] for line in said.stderr.splitlines() if "clang-format-violations" in line})


def self_test(clang_format):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "a.cpp")
        for text, count in (("int main() { return 0; }\n", 0), ("int  main() { return 0; }\n", 1)):
            file.write_text(text)
            if len(offences(clang_format, list(sources(folder)))) != count:
                return f"{text!r} was taken for something else"
    return None


def main(arguments):
    clang_format = program()
    if clang_format is None:
        print("clang-format 14 is not installed here")
        return 1 if os.environ.get("CI") else 77
    if arguments == ["--self-test"]:
        problem = self_test(clang_format)
        print(problem or "fails when it should")
        return 1 if problem else 0
    root = pathlib.Path(arguments[0] if arguments else ".").resolve()
    found = offences(clang_format, list(sources(root)))
    for file in found:
        print(f"{os.path.relpath(file, root)}: not laid out as .clang-format says: clang-format-14 -i")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
