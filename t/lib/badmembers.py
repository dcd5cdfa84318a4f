#!/usr/bin/env python3
"""Ledgers of chains with members that break one rule each, in their last block or in genesis: those that vectors/seals has not.

    badmembers.py OUT      OUT/NAME.ledger, and on stdout for each NAME LINE WORDS: what `verify` says

Each is sound otherwise, and an independent reading refuses it, too.
"""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import refledger as ref
from cases import Ed25519, EASY, ZERO, sha

A, B, C = sorted((Ed25519(name) for name in "ABC"), key=lambda k: k.account)
ONE, OTHER, BEGIN = "1" * 64, "2" * 64, 1700000000
BFT, SIGN, POW = ["seal bft", "allow admit"], ["seal sign", "allow admit"], ["seal pow", "finality 2"]
STAKE = ["seal bft", "allow stake", "unbonding 3", "slash 500", "minstake 1"]


def signed(key, message):
    return f"{message} {key.sign(message)}"


def member(key, weight=1):
    return f"member {key.account} {weight}"


class Chain:
    def __init__(self, rules, members):
        self.rules, self.lines = rules, []
        body = [f"rule {x}" for x in ["name bad", *rules, "spacing 10", "halflife 0", "reward 50", "halving 0", "maxblock 70000", "minfee 1"]]
        body += members + [f"grant {k.account} 1000" for k in (A, B, C)]
        self.set = ref.merkle([sha(x) for x in members])
        self.head(f"block 0 {ZERO} %s {BEGIN} {EASY if rules[0] == 'seal pow' else self.set} {ZERO}", body, "0")
        self.chain = self.id

    def head(self, words, body, seal=None):
        line = f"{words % ref.merkle([sha(x) for x in body])} {len(body)}"
        line = f"{line} {seal}" if seal else signed(A, line)
        self.prev, self.id = getattr(self, "id", None), sha(line)
        self.at = len(self.lines) + 1
        self.lines += [line, *body]
        return self

    def block(self, *body):
        height = self.height = getattr(self, "height", 0) + 1
        seal = self.rules[0] == "seal pow" and f"{height:x}"
        target = EASY if seal else self.set
        return self.head(f"block {height} {self.id} %s {BEGIN + 10 * height} {target} {A.account}", list(body), seal)

    def tx(self, key, operation, seq=0):
        return signed(key, f"tx {self.chain} {key.account} {seq} 1 {operation}")

    def votes(self, *keys, step="precommit"):
        return [signed(k, f"vote {self.chain} {self.height} 0 {step} {self.id} {k.account}") for k in keys]

    def attest(self, source, target, chain=None):
        ids = [x for x in self.lines if x.startswith("block ")]
        return signed(A, f"attest {chain or self.chain} {source} {sha(ids[source])} {target} {sha(ids[target])} {A.account}")

    def accusing(self, key, seq=0):
        lines = sorted(signed(A, f"vote {self.chain} 9 0 prevote {x} {A.account}") for x in (ONE, OTHER))
        return self.tx(key, "accuse " + " ".join(lines), seq)


def cases():
    c = Chain(SIGN, [member(A)])
    yield "admit-last-member-leaves", c.block(c.tx(A, f"admit {A.account} 0")), 1, "tx: admit: the last member cannot leave"
    c = Chain(SIGN, [member(A)])
    yield "admit-weights-over-int64", c.block(c.tx(A, f"admit {B.account} {2**63 - 1}")), 1, "tx: admit: weights are over 2^63-1 together"
    c = Chain(SIGN, [member(A)])
    heads = sorted(f"block 1 {c.id} {ONE} {BEGIN} {x} {A.account} 0 0a" for x in (ONE, OTHER))
    yield "accuse-headers-of-work", c.block(c.tx(B, "accuse " + " ".join(heads))), 1, "tx: accuse: a header that no member has signed"
    c = Chain(BFT, [member(A)])
    yield "accuse-line-cut-short", c.block(c.tx(B, f"accuse vote {c.chain} 1 0")), 1, "tx: accuse: a line is cut short"
    c = Chain(STAKE, [member(A), member(B)])
    yield "stake-after-accusation", c.block(c.accusing(C), c.tx(A, "stake 5")), 2, "tx: stake: FROM was accused"
    c = Chain(BFT, [member(A)]).block()
    yield "vote-is-a-prevote", c.block(*c.votes(A, step="prevote")), 1, "vote: step is not precommit"
    c = Chain(BFT, [member(A)]).block()
    yield "vote-of-no-step", c.block(*c.votes(A, step="commit")), 1, "vote: step: not prevote or precommit"
    c = Chain(BFT, [member(A)]).block()
    yield "votes-over-1000", c.block(*c.votes(A) * 1001), 1001, "block: over 1000 vote lines"
    c = Chain(POW, [member(A)]).block().block()
    yield "attests-over-2000", c.block(*[c.attest(0, 2)] * 2001), 2001, "block: over 2000 attest lines"
    c = Chain(POW, [member(A)]).block().block()
    yield "attest-another-chain", c.block(c.attest(0, 2, ONE)), 1, f"attest: another chain: {ONE}"
    c = Chain(POW, [member(A)]).block().block()
    yield "attest-source-is-target", c.block(c.attest(2, 2)), 1, "attest: source is not before target"
    c = Chain(POW, [member(A)]).block().block()
    yield "attest-source-between-checkpoints", c.block(c.attest(1, 2)), 1, "attest: source is no checkpoint"
    c = Chain(["seal pow"], [member(A)])
    yield "members-under-plain-pow", c, 0, "member: this chain has no members: neither seal nor finality"
    c = Chain(BFT, [f"member {A.account}"])
    yield "member-without-weight", c, 10, "member: 2 fields, expected 3"
    keys = sorted(sha(f"key {i}") for i in range(1001))
    yield "members-1001", Chain(BFT, [f"member {k} 1" for k in keys]), 1009 + 1, "member: over 1000 members"
    yield "seal-unknown", Chain(["seal raft"], []), 2, "rule: unknown seal"


def main(out):
    for name, c, more, words in cases():
        data = ("\n".join(c.lines) + "\n").encode()
        with open(f"{out}/{name}.ledger", "wb") as f:
            f.write(data)
        try:
            ref.Ledger(data, BEGIN + 10**6)
            sys.exit(f"{name}: refledger.py accepts it")
        except ref.Bad as e:
            if not str(e).startswith(f"line {c.at}: "):
                sys.exit(f"{name}: refledger.py refuses another block: {e}")
        print(name, c.at + more, words)


main(sys.argv[1])
