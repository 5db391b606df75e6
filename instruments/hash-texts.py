"""Turns sentences of licensed instruments into lines for licensed-texts.txt.

Reads `instrument | sentence` lines from standard input and writes
`words first-three-words sentence instrument`: the number of words, FNV-1a over the first three
words, SHA-256 over all of them, so that the list can find a text without holding it. Words are
lower-case letters only; apostrophes are dropped.
"""

import hashlib
import sys


def words(sentence):
    kept = "".join("" if c in "'’‘`" else c if c.isalpha() else " " for c in sentence.lower())
    return kept.split()


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


for line in sys.stdin:
    instrument, _, sentence = line.partition("|")
    found = words(sentence)
    if not found:
        continue
    assert len(found) >= 4, f"too short to be recognised: {sentence}"
    digest = hashlib.sha256(" ".join(found).encode()).hexdigest()
    print(len(found), fnv1a(" ".join(found[:3])), digest, instrument.strip())
