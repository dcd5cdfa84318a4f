#!/usr/bin/env python3
"""A second reading of what txpool does, slow and short, over random transactions.

poolmodel.py LEDGER SEED COUNT OFFERED POOL BODY: LEDGER is a genesis block (halflife, fees and grants as it says).
Writes COUNT transactions to OFFERED, with signatures of zeros (txpool -u), which pay, pay in batches, have sponsors and
show policies; come too early, twice, in place of others, and without money; and what `txpool -u POOL` then must hold, in
its order, to POOL, and what `txpool -s` must choose to BODY.
"""
import hashlib
import random
import sys

SIGNATURE = "0" * 128
HEADER = 512


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Tx:
    def __init__(self, line):
        self.line, self.size = line, len(line) + 1
        words = line.split(" ")
        self.sender, self.seq, self.fee = words[2], int(words[3]), int(words[4])
        if words[5] == "pay":
            self.moves, rest = [(words[6], int(words[7]))], words[9:]
        else:
            rest, self.moves = words[7:], []
            while len(rest[0]) >= 64 and len(rest) > 1 and rest[1].isdigit() and len(rest[1]) < 20:
                self.moves.append((rest[0], int(rest[1])))
                rest = rest[2:]
        self.sponsor = rest[1] if rest[0] == "sponsor" else None
        self.after = int(rest[rest.index("after") + 1]) if "after" in rest else 0

    def touched(self):
        """Accounts whose turn may come by it, as the pool asks them."""
        return [a for a in [self.sponsor] + [to for to, _ in self.moves] if a and a != self.sender]


class State:
    def __init__(self, grants):
        self.balance, self.seq = dict(grants), {}

    def has(self, account):
        return self.balance.get(account, 0)

    def next(self, account):
        return self.seq.get(account, 0)

    def apply(self, tx):
        """Whether it could be."""
        if tx.seq != self.next(tx.sender) or tx.after > 1:
            return False
        left = self.has(tx.sender) - (0 if tx.sponsor else tx.fee)
        for to, amount in tx.moves:
            if left < amount:
                return False
            left -= amount if to != tx.sender else 0
        if left < 0 or (tx.sponsor and self.has(tx.sponsor) < tx.fee):
            return False
        self.balance[tx.sender] = left
        self.seq[tx.sender] = tx.seq + 1
        if tx.sponsor:
            self.balance[tx.sponsor] -= tx.fee
        for to, amount in tx.moves:
            if to != tx.sender:
                self.balance[to] = self.has(to) + amount
        return True


class Pool:
    def __init__(self, rules, grants):
        self.rules, self.grants = rules, grants
        self.list, self.queue = [], {}
        self.state, self.applied = State(grants), set()

    def least(self, tx):
        return self.rules["minfee"] + self.rules.get("bytefee", 0) * (tx.size - 1)

    def replacing(self, old, new):
        """What new must pay at least."""
        more = max(self.least(new), (old.fee + 9) // 10, 1)
        return max(old.fee + more, -(-old.fee * new.size // old.size))

    def find(self, sender, seq):
        return next((x for x in self.list if (x.sender, x.seq) == (sender, seq)), None)

    def apply(self, tx):
        if self.state.apply(tx):
            self.applied.add(tx.line)
            return True
        return False

    def take_turns(self, account, queued, queue):
        while True:
            seq = self.state.next(account)
            tx = self.find(account, seq)
            if tx:
                if not self.apply(tx):
                    return
            else:
                tx = self.queue.pop((account, seq), None) if queued else None
                if not tx or not self.apply(tx):
                    return  # one from the queue that cannot be applied is refused
                self.list.append(tx)
            queue += tx.touched()

    def sponsored(self, account):
        """The senders who wait for this account's money, the lowest fee first."""
        waits = [
            x
            for x in self.list
            if x.line not in self.applied and x.sponsor == account and x.seq == self.state.next(x.sender)
        ]
        return [x.sender for x in sorted(waits, key=lambda x: x.fee) if x.fee <= self.state.has(account)]

    def serve(self, queue, queued):
        for account in queue:
            self.take_turns(account, queued, queue)
            tried = set()
            while True:
                senders = [s for s in self.sponsored(account) if s not in tried]
                if not senders:
                    break
                tried.add(senders[0])
                self.take_turns(senders[0], queued, queue)

    def again(self):
        """Applies the list from its beginning."""
        self.state, self.applied = State(self.grants), set()
        for tx in self.list:
            self.apply(tx)
        self.serve([x.sender for x in self.list if x.line not in self.applied], False)

    def replace(self, old, new):
        if new.fee < self.replacing(old, new):
            return
        before, kept = set(self.applied), list(self.list)
        self.list[self.list.index(old)] = new
        self.again()
        if new.line not in self.applied:
            self.list = kept
            self.again()
            return
        self.list = [x for x in self.list if x.line in self.applied or x.line not in before]
        self.serve(list({s for s, _ in self.queue}), True)

    def offer(self, tx):
        if any(x.line == tx.line for x in self.list) or tx.fee < self.least(tx) or tx.after > 1:
            return
        old = self.find(tx.sender, tx.seq)
        if old:
            self.replace(old, tx)
        elif tx.seq > self.state.next(tx.sender):
            waits = self.queue.get((tx.sender, tx.seq))
            if not waits or tx.fee >= self.replacing(waits, tx):
                self.queue[tx.sender, tx.seq] = tx
        elif self.apply(tx):
            self.list.append(tx)
            self.serve([tx.sender] + tx.touched(), True)

    def body(self):
        """Always the best that can be taken: the highest fee for its bytes, then the first to come."""
        state, chosen, space = State(self.grants), [], self.rules["maxblock"] - HEADER
        stopped, place = set(), {x.line: i for i, x in enumerate(self.list)}
        while True:
            best = None
            for x in self.list:
                if x.sender in stopped or x.seq != state.next(x.sender):
                    continue
                trial = State(state.balance)
                trial.seq = dict(state.seq)
                better = best is None or x.fee * best.size > best.fee * x.size
                if better and trial.apply(x):
                    best = x
            if not best:
                return chosen
            if best.size > space:
                stopped.add(best.sender)
                continue
            assert state.apply(best) and best.line in place
            chosen.append(best)
            space -= best.size


def read(path):
    rules, grants = {}, {}
    with open(path) as lines:
        chain = sha(next(lines).rstrip("\n"))
        for line in lines:
            words = line.split()
            if words[0] == "rule" and words[-1].isdigit():
                rules[words[1]] = int(words[2])
            if words[0] == "grant":
                grants[words[1]] = int(words[2])
    return chain, rules, grants


class Maker:
    """Makes the transactions: of the accounts that have a grant, and of two that have none; and of policies."""

    def __init__(self, chain, rules, grants, chance):
        self.chain, self.rules, self.chance = chain, rules, chance
        self.keys = sorted(a for a in grants) + [sha("poor %d" % i) for i in range(2)]
        self.policies = {}
        for after in 1, 2:
            text = "policy 1 %s after %d" % (self.keys[0], after)
            self.policies["p" + sha(text)] = text
        self.accounts = self.keys + sorted(self.policies)
        self.seqs = {}

    def make(self, pool):
        r = self.chance
        sender = r.choice(self.accounts)
        seq = pool.state.next(sender) + r.choice([0] * 6 + [1, 2])
        if r.random() < 0.2 and pool.list:
            old = r.choice(pool.list)
            sender, seq = old.sender, old.seq
        memo = r.choice(["-", "x", "m" * r.randrange(1, 200)])
        amount = lambda: str(r.choice([1, 5, 40, r.randrange(1, 400)]))
        payees = [(r.choice(self.accounts), amount()) for _ in range(r.choice([1, 1, 2, 5]))]
        if len(payees) > 1 or r.random() < 0.1:
            words = ["batch", memo] + [w for p in payees for w in p]
        else:
            words = ["pay", *payees[0], memo]
        sponsor = r.choice(self.keys) if r.random() < 0.4 else None
        if sponsor and sponsor != sender:
            words += ["sponsor", sponsor]
        proof = [SIGNATURE]
        if sender in self.policies:
            proof = [self.policies[sender], "by", "0", self.keys[0], SIGNATURE]
        if "sponsor" in words:
            proof.append(SIGNATURE)
        fee = r.randrange(1, 100) + self.rules.get("bytefee", 0) * r.choice([450, 900, 1500])
        return Tx(" ".join(["tx", self.chain, sender, str(seq), str(fee)] + words + proof))


def main(ledger, seed, count, offered, kept, body):
    chain, rules, grants = read(ledger)
    pool = Pool(rules, grants)
    maker = Maker(chain, rules, grants, random.Random(int(seed)))
    with open(offered, "w") as out:
        for _ in range(int(count)):
            tx = maker.make(pool)
            out.write(tx.line + "\n")
            pool.offer(tx)
    with open(kept, "w") as out:
        out.writelines(x.line + "\n" for x in pool.list)
    with open(body, "w") as out:
        out.writelines(x.line + "\n" for x in pool.body())


if __name__ == "__main__":
    main(*sys.argv[1:])
