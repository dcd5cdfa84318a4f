#!/usr/bin/env python3
"""Ledgers of chains with members that somebody broke, and what refledger.py says of them.

    membermutants.py SEAL FIRST COUNT OUT      OUT/N.ledger for N from FIRST on, and OUT/said, as memberledgers.py writes it

SEAL is sign, bft or pow. A number stands for one mutant, the same in each run: a random ledger, some edits of its records, after
which everything that follows from them is made again, so that the deeper rules are reached: ids, sets, roots, state lines, and
every signature. What an edit has changed itself stays as it is. One in ten is damaged as a text instead, and nothing is made again.
"""
import os, random, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import memberledgers as made
from memberledgers import BY_ACCOUNT, NOW, PEOPLE, ref

SIGNED = ("vote", "proposal", "attest")
LIMITS = ["0", "1", "2", "00", "01", "-1", "9223372036854775807", "9223372036854775808", "a", "-"]


class Block:
    def __init__(self, lines):
        self.old, self.head, self.body, self.pins = ref.sha(lines[0]), lines[0].split(" "), [x.split(" ") for x in lines[1:]], set()


def blocks_of(lines):
    out, at = [], 0
    while at < len(lines):
        n = 1 + int(lines[at].split(" ")[7])
        out.append(Block(lines[at:at + n]))
        at += n
    return out


# --- edits: each gives whether it found something ------------------------------------------------
def some_number(r, x):
    if r.random() < 0.4 and x.isdigit():
        return str(max(int(x) + r.choice([-1, 1, 1]), 0))
    return r.choice(LIMITS)


def some_digits(r, x):
    at = r.randrange(len(x)) if x else 0
    return r.choice([x[:at] + r.choice("0123456789abcdefg") + x[at + 1:], r.choice(PEOPLE).account, x[:-1], "0" * 64])


def some_field(r, x):
    if x.isdigit() and len(x) < 20:
        return some_number(r, x)
    if len(x) >= 64:
        return some_digits(r, x)
    return r.choice(["prevote", "precommit", "pay", "stake", "unstake", "admit", "accuse", "sign", "bft", "pow", "-", "vote", "attest", x + "x"])


def edit_head(r, blocks):
    b = r.choice(blocks)
    field = r.choice([1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 7])
    b.pins.add(field)
    if field == 4 and r.random() < 0.7:
        b.head[4] = str(int(b.head[4]) + r.choice([-10, -9, -1, 1, 9, 100]))
    elif field == 6 and r.random() < 0.7:
        b.head[6] = r.choice(PEOPLE).account
    elif field == 2 and r.random() < 0.7:
        b.head[2] = r.choice(blocks).old
        b.pins.discard(2)           # the new id of that block
    else:
        b.head[field] = some_field(r, b.head[field])
    return True


def some_line(r, blocks, kinds):
    found = [(b, i) for b in blocks for i, x in enumerate(b.body) if x[0] in kinds]
    return r.choice(found) if found else (None, 0)


def edit_field(r, blocks):
    b, i = some_line(r, blocks, r.choice([("vote", "attest"), ("tx",), ("tx",), ("state",), ("member", "rule")]))
    if not b:
        return False
    x = b.body[i]
    at = r.randrange(1, len(x))
    if x[0] == "tx" and r.random() < 0.7:
        at = r.randrange(5, max(len(x) - 1, 6))
    x[at] = some_field(r, x[at])
    if x[0] == "state":
        b.pins.add("state")
    if at == len(x) - 1 and x[0] in ("tx", *SIGNED):
        b.pins.add(("line", i))
    return True


def edit_lines(r, blocks):
    b, i = some_line(r, blocks, r.choice([("vote", "attest"), ("vote", "attest"), ("tx",), ("state", "member", "rule", "tx", "grant")]))
    if not b:
        return False
    how = r.random()
    if how < 0.4:
        b.body.pop(i)
    elif how < 0.6:
        b.body.insert(i, list(b.body[i]))
    elif how < 0.8:
        j = r.randrange(len(b.body))
        b.body[i], b.body[j] = b.body[j], b.body[i]
    else:
        other = r.choice(blocks[1:] or blocks)
        other.body.insert(r.randint(0, len(other.body)), list(b.body[i]))
    return True


def edit_signer(r, blocks):
    b, i = some_line(r, blocks, SIGNED)
    if not b:
        return False
    b.body[i][6] = r.choice(PEOPLE).account
    return True


def edit_accusation(r, blocks):
    found = [(b, x) for b in blocks for x in b.body if x[0] == "tx" and len(x) > 20 and x[5] == "accuse"]
    if not found:
        return False
    b, x = r.choice(found)
    n = len(x) - 7
    if n % 2 == 0 and r.random() < 0.3:             # the other order
        x[6:-1] = x[6 + n // 2:-1] + x[6:6 + n // 2]
        b.pins.add("order")
    else:
        at = r.randrange(6, len(x) - 1)
        x[at] = some_field(r, x[at])
    return True


EDITS = [edit_head, edit_head, edit_field, edit_field, edit_field, edit_lines, edit_lines, edit_signer, edit_accusation]


# --- making all that follows again ---------------------------------------------------------------
def sign(fields, key):
    key = BY_ACCOUNT.get(key)
    return fields[:-1] + [key.sign(" ".join(fields[:-1]))] if key else fields


def sign_tx(x, pins):
    n = len(x) - 7
    if x[5:6] == ["accuse"] and n > 0 and n % 2 == 0:
        pair = [x[6:6 + n // 2], x[6 + n // 2:-1]]
        pair = [sign(p, p[6]) if len(p) > 7 else p for p in pair]
        if "order" not in pins:
            pair.sort()
        x = x[:6] + pair[0] + pair[1] + x[-1:]
    return sign(x, x[2]) if len(x) > 3 else x


def again(fields, i, b, ids, state):
    x = [ids.get(f, f) for f in fields]
    if ("line", i) in b.pins:
        return x
    if x[0] in SIGNED and len(x) == 8:
        return sign(x, x[6])
    if x[0] == "tx":
        return sign_tx(x, b.pins)
    if x[0] == "state" and "state" not in b.pins and state:
        return state.split(" ")
    return x


def finish(b, ids, led):
    """The lines of a block, all of whose ancestors are in led, if they are sound."""
    h = [f if i in b.pins else ids.get(f, f) for i, f in enumerate(b.head)]
    p = led and led.blocks.get(h[2])
    state = p and p["state"].line(p["height"], led.rules)
    body = [" ".join(again(x, i, b, ids, state)) for i, x in enumerate(b.body)]
    seal = led.rules["seal"] if led else next((x[2] for x in b.body if x[:2] == ["rule", "seal"]), "pow")
    if 5 not in b.pins and seal != "pow":
        if p:
            h[5] = ref.set_root(p["state"].members(led.rules))
        elif not led:
            h[5] = ref.merkle([ref.sha(x) for x in body if x.startswith("member ")])
    if 3 not in b.pins:
        h[3] = ref.merkle([ref.sha(x) for x in body])
    if 7 not in b.pins:
        h[7] = str(len(body))
    if led and seal != "pow":
        h = sign(h, h[6])
    ids[b.old] = ref.sha(" ".join(h))
    return [" ".join(h), *body]


def judge(blocks):
    """All lines, and the first and last line of the block that breaks a rule, or None and the reading."""
    ids, led, out, bad = {}, None, [], None
    for b in blocks:
        at, lines = len(out), finish(b, ids, led)
        out += lines
        if bad:
            continue
        try:
            if not led:
                led = ref.Ledger(("\n".join(lines) + "\n").encode(), NOW)
            else:
                led.lines += lines
                led.read_block(at)
        except ref.Bad:
            bad = (at + 1, len(out))
            if not led:
                break
    return out, bad, led


def damage(r, lines):
    data = bytearray("".join(x + "\n" for x in lines).encode())
    at = r.randrange(len(data))
    how = r.random()
    if how < 0.5:
        data[at] = r.choice(b"0123456789abcdef gp\n\x00\xff")
    elif how < 0.8:
        del data[at:at + r.choice([1, 1, 64, 300])]
    else:
        data[at:at] = r.choice([b"0", b" ", b"\n", b"vote "])
    return bytes(data)


def tip(led):
    led.tip = max((b for b in led.order if ref.descends(led.blocks, b, led.final)), key=lambda b: b["work"])
    t = led.tip
    root, count = t["state"].line(t["height"], led.rules).split(" ")[2:]
    return f"{t['height']} {t['id']} {root} {count} {t['state'].supply(led.rules)} {led.final['height']} {int(bool(led.conflicts))}"


class Of(made.Maker):
    """A random ledger of one seal."""
    def __init__(self, seed, seal):
        while True:
            super().__init__(seed)
            if self.seal == seal:
                return
            seed += 1000003


def base(seed, seal):
    m = Of(seed, seal)
    while len(m.led.order) < 9:
        at = len(m.led.lines)
        if m.add(m.block(False)):
            del m.led.lines[at:]
    return m.led.lines


def mutant(n, lines):
    r = random.Random(n)
    blocks = blocks_of(lines)
    if r.random() < 0.1:
        data = damage(r, lines)
        try:
            return data, tip(ref.Ledger(data, NOW))
        except ref.Bad:                 # which reads the form of all lines before the first rule
            return data, f"bad 1 {data.count(10) + 1}"
    edits = r.choice([1, 1, 1, 2])
    while edits:
        edits -= r.choice(EDITS)(r, blocks if r.random() < 0.9 else blocks[:1])
    out, bad, led = judge(blocks)
    return "".join(x + "\n" for x in out).encode(), f"bad {bad[0]} {bad[1]}" if bad else tip(led)


def main(seal, first, count, out):
    lines = None
    with open(f"{out}/said", "w") as said:
        for n in range(first, first + count):
            if lines is None or n % 20 == 0:
                lines = base(n // 20, seal)
            data, verdict = mutant(n, list(lines))
            with open(f"{out}/{n}.ledger", "wb") as f:
                f.write(data)
            print(n, verdict, file=said)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
