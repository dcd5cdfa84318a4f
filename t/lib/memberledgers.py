#!/usr/bin/env python3
"""Makes ledgers of chains with members, at random, and says what refledger.py reads in them.

    memberledgers.py FIRST COUNT OUT      OUT/N.ledger for N from FIRST on, and OUT/said: a line for each

A line of `said`: N HEIGHT TIP STATEROOT STATECOUNT SUPPLY FINAL CONFLICT, as sealtest tips prints it; or, of one whose last block
breaks a rule, `N bad FIRST LAST`: the lines of that block.
Every number stands for one ledger, the same in each run. Members stake, leave, admit, accuse and attest on branches that leave
each other at random, with state lines in most blocks, so each branch is held against the state that it has by itself.
"""
import os, random, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import refledger as ref
from cases import Ed25519

EASY, BEGIN, NOW = "f" * 64, 1700000000, 1750000000
NAMES = "ABCDEFGH"


def remember(function):                 # most signatures are read many times
    known = {}

    def same(*key):
        if key not in known:
            known[key] = function(*key)
        return known[key]
    return same


ref.signed_by = remember(ref.signed_by)
PEOPLE = sorted((Ed25519(name) for name in NAMES), key=lambda k: k.account)
BY_ACCOUNT = {k.account: k for k in PEOPLE}


def signed(key, message):
    return f"{message} {key.sign(message)}"


class Maker:
    def __init__(self, seed):
        self.r = r = random.Random(seed)
        self.seal, self.finality, self.stake = r.choice(
            [("sign", 0, 0), ("sign", 2, 0), ("bft", 0, 0), ("bft", 0, 1), ("bft", 0, 1), ("pow", 2, 0), ("pow", 2, 1), ("pow", 3, 1)])
        self.minstake = r.choice([1, 10, 100])
        self.led = ref.Ledger(("\n".join(self.genesis()) + "\n").encode(), NOW)
        self.chain = self.led.genesis["id"]

    def genesis(self):
        r = self.r
        rules = [f"name m{r.random():.6f}", f"seal {self.seal}", "spacing 10", "halflife 0", f"reward {r.choice([0, 50])}", "halving 0",
                 "maxblock 70000", "minfee 1", f"state {r.choice([1, 1, 3])}"]
        if self.finality:
            rules.append(f"finality {self.finality}")
        if self.seal == "sign":
            rules.append(f"apart {r.choice([1, 1, 2])}")
        if self.stake:
            rules += ["allow stake", f"unbonding {r.choice([3, 3, 4, 7])}", f"slash {r.choice([1, 333, 500, 1000])}", f"minstake {self.minstake}"]
        else:
            rules.append("allow admit")
        least = self.minstake if self.stake else 1
        members = sorted(r.sample(PEOPLE, r.choice([1, 2, 3, 4, 5])), key=lambda k: k.account)
        lines = [f"member {k.account} {least + r.choice([0, 1, 3, 333])}" for k in members]
        target = ref.merkle([ref.sha(x) for x in lines]) if self.seal != "pow" else EASY
        body = [f"rule {x}" for x in rules] + lines + [f"grant {k.account} {r.choice([50, 1000, 5000])}" for k in PEOPLE]
        return [f"block 0 {ref.ZERO} {ref.merkle([ref.sha(x) for x in body])} {BEGIN} {target} {ref.ZERO} {len(body)} 0", *body]

    # --- operations ---------------------------------------------------------------------------
    def amount(self, state, who):
        have, staked = state.accounts.get(who, (0, 0))[0], state.weights.get(who, 0) if self.stake else 0
        return self.r.choice([0, 1, self.minstake - 1, self.minstake, have, have - 1, have // 2, staked, staked // 2, staked - self.minstake, staked + 1])

    def pair(self, p):
        """Two lines of one key, mostly a crime."""
        r, one, other = self.r, "1" * 64, "2" * 64
        key, another = r.choice(PEOPLE), r.choice(PEOPLE)
        if r.random() < 0.9:
            another = key
        kind = r.choice({"bft": ["vote", "vote", "proposal"], "sign": ["block"] + ["attest"] * (self.finality > 0), "pow": ["attest"]}[self.seal])
        if r.random() < 0.05:
            kind = r.choice(["vote", "proposal", "attest", "block"])
        h = r.randint(0, 9)
        if kind == "vote":
            step = r.choice(["prevote", "precommit"])
            x = [f"vote {self.chain} {h} 0 {step} {b}" for b in (one, r.choice([other, other, one]))]
        elif kind == "proposal":
            x = [f"proposal {self.chain} {h} {n} - {b}" for b, n in ((one, 1), (r.choice([other, other, one]), r.choice([1, 1, 2])))]
        elif kind == "attest":
            x = [f"attest {self.chain} {r.randint(0, 4)} {r.choice([one, other])} {r.randint(5, 9)} {r.choice([one, other])}" for _ in (0, 1)]
        else:
            prev = r.choice(self.led.order)["id"] if r.random() < 0.4 else p["id"]
            x = [f"block {h} {prev} {one} {BEGIN} {b} {k.account} 0" for b, k in ((one, key), (other, another))]
            return sorted(signed(k, a) for a, k in zip(x, (key, another)))
        x = [signed(k, f"{a} {k.account}") for a, k in zip(x, (key, another))]
        return sorted(x) if r.random() < 0.95 else x

    def operation(self, p, state, who):
        r, about = self.r, r_choice(self.r, PEOPLE)
        kinds = ["pay"] + (["stake", "stake", "unstake", "unstake"] if self.stake else ["admit"] * 5) + ["accuse"]
        kind = r.choice(kinds)
        if kind == "pay":
            return f"pay {about} {max(self.amount(state, who), 1)} -"
        if kind == "accuse":
            return "accuse " + " ".join(self.pair(p))
        if kind == "admit":
            now = state.weights.get(about, 0)
            return f"admit {about} {r.choice([0, 0, 1, 2, 3, now, now + 1, 334])}"
        return f"{kind} {max(self.amount(state, who), 0)}"

    def transactions(self, b, state, dare):
        """Those that hold, one after the other; and if `dare`, one that does not at the end."""
        out = []
        for _ in range(self.r.choice([0, 1, 2, 3, 6])):
            key = self.r.choice(PEOPLE)
            seq = state.accounts.get(key.account, (0, 0))[1]
            line = signed(key, f"tx {self.chain} {key.account} {seq} {self.r.choice([1, 1, 2])} " + self.operation(self.led.blocks[b["prev"]], state, key.account))
            try:
                tried = state.copy()
                ref.apply_tx(line, self.led, b, tried)
                state.__dict__.update(tried.__dict__)
                out.append(line)
            except ref.Bad:
                if dare:
                    return out + [line], True
        return out, False

    # --- lines of members ---------------------------------------------------------------------
    def votes(self, p):
        voters = self.led.blocks[p["prev"]]["set"]
        keys = sorted(voters)
        if self.r.random() < 0.5:
            self.r.shuffle(keys)
            while 3 * sum(voters[k] for k in keys[1:]) > 2 * sum(voters.values()):
                keys.pop(0)
        return [signed(BY_ACCOUNT[k], f"vote {self.chain} {p['height']} 0 precommit {p['id']} {k}") for k in sorted(keys)]

    def attests(self, p, dare):
        r, every, led = self.r, self.finality, self.led
        to = p["height"] // every * every
        if to == 0 or r.random() < 0.2:
            return []
        target = ref.ancestor(led.blocks, p, to)
        justified = sorted((led.blocks[x]["height"], x) for x in p["justified"] if led.blocks[x]["height"] < to)
        source = justified[-1] if r.random() < 0.9 else r.choice(justified)
        able = {k for x in (target["final"], target["before"]) for k in x["state"].members(led.rules)} if not dare else {k.account for k in PEOPLE}
        keys = [k for k in able if dare or p["highest"].get(k, 0) < to]
        keys = [k for k in keys if r.random() < 0.8]
        return sorted(signed(BY_ACCOUNT[k], f"attest {self.chain} {source[0]} {source[1]} {to} {target['id']} {k}") for k in keys)

    # --- blocks -------------------------------------------------------------------------------
    def miner(self, p):
        if self.seal == "pow":
            return self.r.choice(PEOPLE).account
        return self.r.choice(sorted(p["set"]))

    def block(self, dare):
        r, led = self.r, self.led
        p = led.tip if r.random() < 0.75 else r.choice(led.order[-6:])
        members = p["state"].members(led.rules)
        b = dict(height=p["height"] + 1, prev=p["id"], miner=self.miner(p), time=p["time"] + r.choice([10, 10, 11]))
        body = self.votes(p) if self.seal == "bft" and b["height"] >= 2 else self.attests(p, dare and r.random() < 0.3) if self.finality else []
        if b["height"] % led.rules["state"] == 0:
            body.append(p["state"].line(p["height"], led.rules))
        state = p["state"].copy()
        for who, height in list(state.unbonding):
            if height == b["height"]:
                state.credit(who, state.unbonding.pop((who, height)))
        body += self.transactions(b, state, dare)[0]
        target = EASY if self.seal == "pow" else ref.set_root(members)
        head = f"block {b['height']} {p['id']} {ref.merkle([ref.sha(x) for x in body])} {b['time']} {target} {b['miner']} {len(body)}"
        return [signed(BY_ACCOUNT[b["miner"]], head) if self.seal != "pow" else f"{head} {r.getrandbits(64):x}", *body]

    def add(self, lines):
        led, at = self.led, len(self.led.lines)
        led.lines += lines
        try:
            led.read_block(at)
        except ref.Bad as e:
            return str(e)
        led.tip = max((b for b in led.order if ref.descends(led.blocks, b, led.final)), key=lambda b: b["work"])
        return None


def r_choice(r, people):
    return r.choice(people).account


def make(n, out):
    m = Maker(n)
    blocks, broken = m.r.choice([8, 14, 24]), None
    while len(m.led.order) < blocks and not broken:
        dare, at = m.r.random() < 0.03, len(m.led.lines)
        why = m.add(m.block(dare))
        if why and not dare:            # a miner that sealed too lately, a branch with too few votes
            del m.led.lines[at:]
        broken = why and dare and (at + 1, len(m.led.lines), why)
    with open(f"{out}/{n}.ledger", "w") as f:
        f.write("".join(x + "\n" for x in m.led.lines))
    if broken:
        return f"{n} bad {broken[0]} {broken[1]}", broken[2]
    t, led = m.led.tip, m.led
    root, count = t["state"].line(t["height"], led.rules).split(" ")[2:]
    return f"{n} {t['height']} {t['id']} {root} {count} {t['state'].supply(led.rules)} {led.final['height']} {int(bool(led.conflicts))}", None


def main(first, count, out):
    with open(f"{out}/said", "w") as said, open(f"{out}/why", "w") as whys:
        for n in range(first, first + count):
            line, why = make(n, out)
            print(line, file=said)
            if why:
                print(n, why, file=whys)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
