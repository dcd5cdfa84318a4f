#!/usr/bin/env python3
"""Whether every rule that some C files know has a bad case.

    rulecases.py FAULTS FILE...      prints each rule without one; status 1 if there is any

A rule is a message that a file gives to fault_rule(). FAULTS has one fault a line, as the judge words it, after whatever else the
line has. A rule with %s or a number in it is met by a fault with anything there.
"""
import re, sys

CALL = re.compile(r'fault_rule\(\s*[\w&.>()-]+,\s*(?P<rest>.*?)\);', re.S)
TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*)|(\?|:|,)')


def messages(rest):
    """The format strings of a call: adjacent literals are one; a choice (? :) is two."""
    out, now, depth = [], "", 0
    for literal, word, mark in TOKEN.findall(rest):
        if literal:
            now += literal
        elif word.startswith("PRI"):
            now += "d"
        elif mark == ":" and now:
            out, now = out + [now], ""
        elif mark == "," and now:
            break
    return out + [now] if now else out


def pattern(message):
    parts = re.split(r"%(?:\.\*s|[-+ #0]*\d*(?:z|ll|l)?[a-zA-Z])", message)
    return re.compile(".*".join(map(re.escape, parts)))


def main(faults, *files):
    known, missing = open(faults).read().splitlines(), 0
    for name in files:
        for call in CALL.finditer(open(name).read()):
            for message in messages(call["rest"]):
                rule = pattern(message)
                if not any(rule.search(x) for x in known):
                    print(f"{name}: no case: {message}")
                    missing += 1
    return missing > 0


sys.exit(main(*sys.argv[1:]))
