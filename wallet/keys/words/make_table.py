#!/usr/bin/env python3
"""Writes words_LANGUAGE.cpp, the compiled form of a BIP 39 word list: make_table.py english > ../words_english.cpp"""
import pathlib
import sys

language = sys.argv[1]
words = (pathlib.Path(__file__).parent / f"{language}.txt").read_text(encoding="utf-8").split()
assert len(words) == 2048

print(f"// Made by words/make_table.py from words/{language}.txt; do not edit.")
print('#include "wallet/keys/word_list.h"\n')
print("namespace runnel::keys::table {\n")
print(f"constexpr std::array<std::string_view, 2048> {language}_words{{")
line = "   "
for word in words:
    item = f' "{word}",'
    if len(line) + len(item) > 100:
        print(line)
        line = "   "
    line += item
print(line)
print("};\n")
print(f"const std::array<std::string_view, 2048>& {language}() {{ return {language}_words; }}\n")
print("}  // namespace runnel::keys::table")
