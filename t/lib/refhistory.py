#!/usr/bin/env python3
"""Random ledgers with forks, and what ledger-history and ledger-balance must say of them.

    refhistory.py SEED BLOCKS QUESTIONS     makes ./ledger and asks the programs; 0: all as a replay has it

The ledger's times are out of order, its rewards end, transactions stand in several branches, accounts pay themselves. Some
accounts are those of a policy, or of SLH-DSA; there are batches, and sponsors.
Its signatures are only formed like some: who reads a ledger does not check them.
"""
import importlib.util, os, random, subprocess, sys

spec = importlib.util.spec_from_file_location("refledger", os.path.join(os.path.dirname(os.path.abspath(__file__)), "refledger.py"))
refledger = importlib.util.module_from_spec(spec)
spec.loader.exec_module(refledger)
sha, merkle = refledger.sha, refledger.merkle

EASY = "f" * 64
REWARD, HALVING = 7, 9


class Maker:
    def __init__(self, rng, blocks):
        self.rng, self.line = rng, 1
        self.accounts = ["%064x" % rng.getrandbits(256) for _ in range(5)] + [letter + "%064x" % rng.getrandbits(256) for letter in "sp"]
        self.blocks, self.text = [], []
        self.genesis()
        while len(self.blocks) < blocks:
            self.block(self.parent())
        self.best = self.blocks[0]
        for b in self.blocks:               # every target is the same: the highest has most work, the first of them counts
            if b["height"] > self.best["height"]:
                self.best = b

    def put(self, header, body, **more):
        b = dict(id=sha(header), header=header, body=body, line=self.line, **more)
        self.blocks.append(b)
        self.text += [header, *body]
        self.line += 1 + len(body)
        return b

    def genesis(self):
        grants = {a: self.rng.randrange(1, 200) for a in self.accounts[:4]}
        body = ["rule name random", "rule seal pow", "rule spacing 10", "rule halflife 0", f"rule reward {REWARD}", f"rule halving {HALVING}",
                "rule maxblock 1000000", "rule minfee 0",
                *(f"rule allow {what}" for what in ("batch", "policy", "slh-dsa", "sponsor")), *(f"grant {a} {n}" for a, n in grants.items())]
        header = f"block 0 {'0' * 64} {merkle([sha(x) for x in body])} 1700000000 {EASY} {'0' * 64} {len(body)} 0"
        events = [dict(account=a, kind="grant", id="-", other="-", amount=n, fee=0, change=n, balance=n, memo="-", line=self.line + 13 + i)
                  for i, (a, n) in enumerate(grants.items())]
        self.chain = sha(header)
        self.put(header, body, height=0, time=1700000000, parent=None, state={a: (n, 0) for a, n in grants.items()}, events=events)

    def parent(self):
        far, top = self.rng.random(), max(b["height"] for b in self.blocks)
        if far < 0.8:                       # branches overtake each other all the time
            return self.rng.choice([b for b in self.blocks if b["height"] >= top - (far < 0.4)])
        return self.rng.choice(self.blocks[-6:] if far < 0.95 else self.blocks)

    def time(self, parent):
        times, b = [], parent
        while b and len(times) < 11:
            times.append(b["time"])
            b = b["parent"]
        median = sorted(times)[len(times) // 2]
        return self.rng.choice([median + 1, median + self.rng.randrange(1, 60), parent["time"] + 10, parent["time"] + self.rng.randrange(1, 400)
                                if parent["time"] < median + 300 else median + 2])

    def digits(self, account):
        return f"{self.rng.getrandbits(512):0128x}" if account[0] != "s" else f"{self.rng.getrandbits(62848):015712x}"

    def payees(self, who, have):
        """What who pays: lists of TO and AMOUNT. Sums that it has not are made, too."""
        rng, many = self.rng, self.rng.choice([1, 1, 2, 3, 5])
        for _ in range(many):
            yield who if rng.random() < 0.15 else rng.choice(self.accounts), rng.randrange(1, 1 + max(1, rng.choice([2, have // many])))

    def tx(self, state):
        rng = self.rng
        who = rng.choice(self.accounts)
        have, seq = state.get(who, (0, 0))
        if have < 2 or who[0] == "p":
            return None
        moves = list(self.payees(who, have))
        memo = rng.choice(["-", "x", "lunch%20out", rng.choice(self.accounts)])
        words = f"pay {moves[0][0]} {moves[0][1]} {memo}" if rng.random() < 0.5 else f"batch {memo} " + " ".join(f"{to} {n}" for to, n in moves)
        sponsor = rng.choice(self.accounts)
        sponsored = rng.random() < 0.3 and sponsor != who and sponsor[0] != "p"
        payer = state.get(sponsor, (0, 0))[0] if sponsored else have - moves[0][1]
        fee = rng.choice([0, 0, rng.randrange(max(payer, 0) + 1)])
        return (f"tx {self.chain} {who} {seq} {fee} {words}" + (f" sponsor {sponsor}" if sponsored else "") + " " + self.digits(who)
                + (" " + self.digits(sponsor) if sponsored else ""))

    def apply(self, line, state):
        """The fee, and the events; None and the state as it was if the transaction cannot be done."""
        x, events, new = line.split(" "), [], dict(state)
        who, seq, fee = x[2], int(x[3]), int(x[4])
        end = x.index("sponsor") if "sponsor" in x else len(x) - 1
        sponsor = x[end + 1] if "sponsor" in x else None
        memo, moves = (x[8], [(x[6], int(x[7]))]) if x[5] == "pay" else (x[6], [(x[i], int(x[i + 1])) for i in range(7, end, 2)])
        have, count = new.get(who, (0, 0))
        if seq != count:
            return None

        def add(account, change, kind, other, amount, memo):
            first = all(e["account"] != account for e in events)
            shown = fee if first and not (account == who and sponsor) else 0
            had, n = new.get(account, (0, 0))
            new[account] = (had + change, n)
            events.append(dict(account=account, kind=kind, other=other, amount=amount, fee=shown, memo=memo, id=sha(line), balance=had + change))

        left = have if sponsor else have - fee
        for to, amount in moves:            # the rule of tx(5): each payment as if it stood alone after the one before
            if left < amount:
                return None
            left -= 0 if to == who else amount
        if sponsor:
            if new.get(sponsor, (0, 0))[0] < fee:
                return None
            add(sponsor, -fee, "sponsor", who, 0, "-")
        new[who] = (new.get(who, (0, 0))[0], count + 1)
        for i, (to, amount) in enumerate(moves):
            paid = 0 if sponsor or i else fee
            add(who, -paid - (0 if to == who else amount), "self" if to == who else "out", to, amount, memo)
            if to != who:
                add(to, amount, "in", who, amount, memo)
        state.clear()
        state.update(new)
        return fee, events

    def block(self, parent):
        rng, state, body, events, fees = self.rng, dict(parent["state"]), [], [], 0
        known = [x for b in self.blocks[-8:] if b["height"] > 0 for x in b["body"]]
        for _ in range(rng.choice([0, 0, 1, 3, 6])):
            line = rng.choice(known) if known and rng.random() < 0.5 else self.tx(state)
            done = self.apply(line, state) if line else None
            if done:
                body.append(line)
                fees += done[0]
                events += [dict(e, line=self.line + len(body)) for e in done[1]]
        height, miner = parent["height"] + 1, rng.choice(self.accounts)
        reward = REWARD >> height // HALVING
        if reward + fees:
            have, count = state.get(miner, (0, 0))
            state[miner] = (have + reward + fees, count)
            events.append(dict(account=miner, kind="reward", id="-", other="-", amount=reward, fee=fees, memo="-", balance=state[miner][0], line=self.line))
        time = self.time(parent)
        header = f"block {height} {parent['id']} {merkle([sha(x) for x in body])} {time} {EASY} {miner} {len(body)} {len(self.blocks):x}"
        self.put(header, body, height=height, time=time, parent=parent, state=state, events=events)


def path(tip):
    blocks = []
    while tip:
        blocks.append(tip)
        tip = tip["parent"]
    return blocks[::-1]


def history(tip, account, low, high, since, until, count, reverse, verbose):
    lines = [f"event {account} {b['height']} {b['time']} {b['id']} {e['id']} {e['kind']} {e['other']} {e['amount']} {e['fee']} {e['balance']} {e['memo']}"
             + (f" {e['line']}" if verbose else "")
             for b in path(tip) for e in b["events"]
             if e["account"] == account and low <= b["height"] <= high and since <= b["time"] <= until]
    return (lines[::-1] if reverse else lines)[:count]


def ask(words, want):
    got = subprocess.run(words, capture_output=True, text=True)
    if got.stdout != "".join(x + "\n" for x in want) or got.stderr:
        print("$", *words, "\n--- wanted", *want, "--- got", got.stdout, got.stderr, sep="\n")
        return 1
    status = 0 if want else 1
    if got.returncode != status:
        print("$", *words, f"\nstatus {got.returncode}, expected {status}")
        return 1
    return 0


def question(rng, m):
    tip = m.best if rng.random() < 0.5 else rng.choice(m.blocks)
    words = ["ledger-history"] if tip is m.best else ["ledger-history", "-b", tip["id"]]
    heights, times = range(tip["height"] + 2), [b["time"] + rng.choice([-1, 0, 1]) for b in m.blocks]
    low, high, since, until, count = 0, 2**63 - 1, 0, 2**63 - 1, 2**63 - 1
    if rng.random() < 0.5:
        words += ["-s", str(low := rng.choice(heights))]
    if rng.random() < 0.5:
        words += ["-e", str(high := rng.choice(heights))]
    if rng.random() < 0.5:
        words += ["-S", str(since := rng.choice(times))]
    if rng.random() < 0.5:
        words += ["-U", str(until := rng.choice(times))]
    if rng.random() < 0.3:
        words += ["-n", str(count := rng.randrange(6))]
    reverse, verbose = rng.random() < 0.5, rng.random() < 0.3
    words += ["-r"] * reverse + ["-v"] * verbose
    some = rng.sample(m.accounts, 2)
    return words + some, [x for a in some for x in history(tip, a, low, high, since, until, count, reverse, verbose)]


def main():
    seed, blocks, questions = map(int, sys.argv[1:])
    rng = random.Random(seed)
    m = Maker(rng, blocks)
    some = m.accounts + ["%064x" % 5]
    wrong = 0

    def balances(b):
        return [f"account {a} {b['state'].get(a, (0, 0))[0]} {b['state'].get(a, (0, 0))[1]}" for a in some]

    # in two steps, so that the index grows, and is reorganised, too
    cut = m.blocks[blocks // 2]["line"] - 1
    for n in cut, len(m.text):
        with open("ledger", "w") as f:
            f.write("".join(x + "\n" for x in m.text[:n]))
        subprocess.run(["ledger-chain", "-t"], check=True, stdout=subprocess.DEVNULL)
    wrong += ask(["ledger-balance", *some], balances(m.best))
    wrong += ask(["ledger-history", *m.accounts], [x for a in m.accounts for x in history(m.best, a, 0, 2**63, 0, 2**63, 2**63, False, False)])
    on_best = path(m.best)
    for b in m.blocks:
        if len(m.blocks) > 60 and rng.random() > 60 / len(m.blocks):
            continue
        where = ["-s", str(b["height"])] if b in on_best else ["-b", b["id"]]
        wrong += ask(["ledger-balance", *where, *some], balances(b))
    for _ in range(questions):
        wrong += ask(*question(rng, m))
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
