#!/usr/bin/env python3
"""Compares what agree.sh gathered with refledger.py (../shared/reference), an independent reading of the format.

    agree.py REFLEDGER MUTANTS OUT NOW <STATUSES

For every mutant: the verdict; that what verify passed on holds; that each item which verify refused cannot
stand behind what it passed on before; and the best chain and the balances that the programs read from the
ledger which ledger-append wrote.  A line for each disagreement, and status 1.
"""
import importlib.util, os, re, sys

spec = importlib.util.spec_from_file_location("refledger", sys.argv[1])
ref = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(ref)
mutants, out, now = sys.argv[2], sys.argv[3], int(sys.argv[4])
bad = 0


def remember(function):                 # most lines and signatures are read many times
    known = {}

    def same(*key):
        if key not in known:
            known[key] = function(*key)
        return known[key]
    return same


ref.signed_by = remember(ref.signed_by)


def wrong(mutant, why):
    global bad
    bad = 1
    print(f"mutant {mutant}: refledger: {why}")


def load(*path):
    try:
        with open(os.path.join(*path), "rb") as f:
            return f.read()
    except FileNotFoundError:
        return b""


def holds(data):
    try:
        return ref.Ledger(data, now)
    except ref.Bad:
        return None


def blocks_of(data):
    blocks = []
    for line in data.splitlines(keepends=True):
        if line.startswith(b"block "):
            blocks.append(b"")
        if not blocks:
            return []
        blocks[-1] += line
    return blocks


def cut(line, rest):
    """The lines of the item that begins with line, rest being those behind it."""
    words = line.split(b" ")
    n = 0
    if words[0] == b"block" and len(words) == 9 and words[7].isdigit():
        while n < min(int(words[7]), len(rest)) and not rest[n].startswith(b"block "):
            n += 1
    return n


def refused_items(data, passed):
    """(what was passed on before, an item that was not) for each item that was not."""
    lines = [x + b"\n" for x in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    if not lines[-1]:
        lines.pop()
    before, i = b"", 0
    while i < len(lines):
        n = 1 + cut(lines[i].rstrip(b"\n"), lines[i + 1:])
        item = b"".join(lines[i:i + n])
        if passed and item == passed[0]:
            before += passed.pop(0)
        else:
            yield before, item, i + 1
        i += n


def compare_verdict(mutant, data, verify_status, append_status):
    sound = holds(data) is not None
    if not sound and not data.startswith(b"block") and not re.search(rb"^(block 0|rule|grant) ", data, re.M):
        return                          # no ledger at all: verify judges record by record
    if sound != (verify_status == "0"):
        wrong(mutant, f"{'holds' if sound else 'does not hold'}, but verify has status {verify_status}")
    if sound and append_status != "0":
        wrong(mutant, "holds, but ledger-append refuses some of it")


def compare_items(mutant, data):
    if not data.startswith(b"block"):   # no ledger to verify
        return
    passed = load(out, f"{mutant}.v")
    if passed and not holds(passed):
        wrong(mutant, "what verify passed on does not hold")
    rest = blocks_of(passed)
    for before, item, line in refused_items(data, rest):
        if holds(before + item):
            wrong(mutant, f"line {line} holds, and verify refuses it")
    if rest:
        wrong(mutant, "verify passed on what does not stand there")


def compare_ledger(mutant):
    if not os.path.exists(os.path.join(out, f"{mutant}.chain")):
        return
    read = holds(load(out, f"{mutant}.L"))
    if not read:
        return wrong(mutant, "what ledger-append wrote does not hold")
    entries = read.tip["state"].entries(read.rules)
    balances = "".join(f"{line}\n" for line in entries if line.startswith("account "))
    if balances.encode() != load(out, f"{mutant}.balance"):
        wrong(mutant, "other balances")
    if sum(int(line.split()[2]) for line in balances.splitlines()) != read.tip["state"].supply(read.rules):
        wrong(mutant, "the balances are not the supply")
    chain = "".join("\n".join([b["line"], *b["body"], ""]) for b in read.chain())
    if chain.encode() != load(out, f"{mutant}.chain"):
        wrong(mutant, "another best chain")


for row in sys.stdin:
    mutant, verify_status, append_status = row.split()
    data = load(mutants, mutant)
    compare_verdict(mutant, data, verify_status, append_status)
    compare_items(mutant, data)
    compare_ledger(mutant)
sys.exit(bad)
