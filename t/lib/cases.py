#!/usr/bin/env python3
"""Makes the ledgers of t/vectors/v2 that are ours: `cases.py BAD GOOD`, two folders.

Each bad one breaks one rule of tx(5) or genesis(5), in its last block or in genesis; all else in it is sound, signed and hashed.
The good ones are at the edges of what is allowed.
Python's standard library, and libcrypto for Ed25519.  (Every hash meets the target: no work is needed.)
"""
import ctypes, ctypes.util, hashlib, os, sys

ZERO, EASY = "0" * 64, "f" * 64
RULES = ["name vectors", "seal pow", "spacing 10", "halflife 0", "reward 50", "halving 0", "maxblock 70000", "minfee 1"]
ALL = [f"allow {what}" for what in ("batch", "policy", "slh-dsa", "sponsor")]


def sha(s):
    return hashlib.sha256(s.encode() if isinstance(s, str) else s).hexdigest()

# --- Keys: seeds as in the other vectors --------------------------------------------------------
_c = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
_c.EVP_PKEY_new_raw_private_key.restype = _c.EVP_MD_CTX_new.restype = ctypes.c_void_p
_c.EVP_PKEY_new_raw_private_key.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
_c.EVP_PKEY_get_raw_public_key.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_c.EVP_DigestSignInit.argtypes = [ctypes.c_void_p] * 5
_c.EVP_DigestSign.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]


class Ed25519:
    def __init__(self, name):
        self.key = _c.EVP_PKEY_new_raw_private_key(1087, None, bytes.fromhex(sha("test key " + name)), 32)
        out = ctypes.create_string_buffer(32)
        _c.EVP_PKEY_get_raw_public_key(self.key, out, ctypes.byref(ctypes.c_size_t(32)))
        self.account = out.raw.hex()

    def sign(self, message):
        m, out = _c.EVP_MD_CTX_new(), ctypes.create_string_buffer(64)
        _c.EVP_DigestSignInit(m, None, None, None, self.key)
        _c.EVP_DigestSign(m, out, ctypes.byref(ctypes.c_size_t(64)), message.encode(), len(message))
        return out.raw.hex()


class SlhDsa:
    """SLH-DSA-SHA2-128s, FIPS 205: by the book, and slow."""
    def __init__(self, name):
        seed = hashlib.sha384(b"test slh-dsa key " + name.encode()).digest()
        self.secret, self.prf, self.seed = seed[:16], seed[16:32], seed[32:]
        self.start = hashlib.sha256(self.seed + bytes(48))
        self.root = self.tree(9, lambda i: self.wots_key(6, 0, i), lambda up, at, pair: self.hash(6, 0, 2, 0, up, at, pair))[-1][0]
        self.account = "s" + (self.seed + self.root).hex()

    def hash(self, layer, tree, kind, a, b, c, data):
        h = self.start.copy()
        h.update(bytes([layer]) + tree.to_bytes(8, "big") + bytes([kind]) + b"".join(x.to_bytes(4, "big") for x in (a, b, c)) + data)
        return h.digest()[:16]

    def chain(self, layer, tree, leaf, i, value, steps):
        for step in range(*steps):
            value = self.hash(layer, tree, 0, leaf, i, step, value)
        return value

    def wots(self, layer, tree, leaf, ends):
        return [self.chain(layer, tree, leaf, i, self.hash(layer, tree, 5, leaf, i, 0, self.secret), (0, end)) for i, end in enumerate(ends)]

    def wots_key(self, layer, tree, leaf):
        return self.hash(layer, tree, 1, leaf, 0, 0, b"".join(self.wots(layer, tree, leaf, [15] * 35)))

    def tree(self, height, leaf, pair):
        levels = [[leaf(i) for i in range(1 << height)]]
        for up in range(1, height + 1):
            below = levels[-1]
            levels.append([pair(up, i, below[2 * i] + below[2 * i + 1]) for i in range(len(below) // 2)])
        return levels

    def sign(self, message):
        import hmac
        message = b"\0\0" + message.encode()
        r = hmac.new(self.prf, self.seed + message, hashlib.sha256).digest()[:16]
        inner = hashlib.sha256(r + self.seed + self.root + message).digest()
        digest = hashlib.sha256(r + self.seed + inner + bytes(4)).digest()[:30]
        tree, leaf = int.from_bytes(digest[21:28], "big") % 2**54, int.from_bytes(digest[28:], "big") % 2**9
        out, roots = [r], b""
        for i in range(14):
            index, first = int.from_bytes(digest[:21], "big") >> 156 - 12 * i & 4095, i << 12
            secrets = [self.hash(0, tree, 6, leaf, 0, first + k, self.secret) for k in range(4096)]
            levels = self.tree(12, lambda k: self.hash(0, tree, 3, leaf, 0, first + k, secrets[k]),
                               lambda up, at, pair: self.hash(0, tree, 3, leaf, up, (first >> up) + at, pair))
            out += [secrets[index]] + [levels[up][index >> up ^ 1] for up in range(12)]
            roots += levels[12][0]
        node = self.hash(0, tree, 4, leaf, 0, 0, roots)
        for layer in range(7):
            value = int.from_bytes(node, "big")
            d = [value >> 124 - 4 * i & 15 for i in range(32)]
            check = sum(15 - x for x in d) << 4
            d += [check >> 12 - 4 * i & 15 for i in range(3)]
            out += self.wots(layer, tree, leaf, d)
            levels = self.tree(9, lambda i: self.wots_key(layer, tree, i), lambda up, at, pair: self.hash(layer, tree, 2, 0, up, at, pair))
            out += [levels[up][leaf >> up ^ 1] for up in range(9)]
            node = levels[9][0]
            tree, leaf = tree >> 9, tree % 512
        assert node == self.root
        return b"".join(out).hex()


alice, bob, carol, dave, miner = map(Ed25519, ("alice", "bob", "carol", "dave", "miner"))
slow = SlhDsa("slow1")
KEYS = {k.account: k for k in (alice, bob, carol, dave, miner, slow)}
A, B, C, D, M, S = (k.account for k in (alice, bob, carol, dave, miner, slow))

# --- Ledgers ------------------------------------------------------------------------------------
def merkle(ids):
    if len(ids) < 2:
        return ids[0] if ids else sha("")
    k = 1 << (len(ids) - 1).bit_length() - 1
    return sha(f"{merkle(ids[:k])} {merkle(ids[k:])}")


class Chain:
    def __init__(self, *more, grants=None, instead=None, grants_first=False):
        rules = [(instead or {}).get(rule.split()[0], rule) for rule in RULES]
        body = [f"rule {rule}" for rule in rules + list(more)]
        given = [f"grant {who} {n}" for who, n in (grants or {A: 1000, B: 1000}).items()]
        body = given + body if grants_first else body + given
        self.lines, self.height = [], 0
        self.put(f"block 0 {ZERO} {{root}} 1700000000 {EASY} {ZERO} {len(body)} 0", body)
        self.id = self.tip

    def put(self, header, body):
        header = header.format(root=merkle([sha(x) for x in body]))
        self.tip = sha(header)
        self.lines += [header, *body]

    def block(self, *body, miner=M):
        self.height += 1
        self.put(f"block {self.height} {self.tip} {{root}} {1700000000 + 10 * self.height} {EASY} {miner} {len(body)} 0", body)
        return self

    def unsigned(self, who, seq, fee, operation, sponsor=None):
        return f"tx {self.id} {who} {seq} {fee} {operation}" + (f" sponsor {sponsor}" if sponsor else "")

    def tx(self, who, seq, fee, operation, sponsor=None):
        line = self.unsigned(who, seq, fee, operation, sponsor)
        return signed(line, who, *[sponsor] if sponsor else [])

    def spend(self, policy, branch, signers, seq=0, fee=1, operation=None, show=None, sponsor=None, account=None):
        line = self.unsigned(account or p(policy), seq, fee, operation or f"pay {B} 1 -", sponsor)
        line += f" {policy} by {branch}" + (f" show {show}" if show else "")
        for who in signers:
            line = signed(f"{line} {who}", who)
        return signed(line, sponsor) if sponsor else line


def signed(line, *keys):
    for who in keys:
        line += " " + KEYS[who].sign(line)
    return line

def p(policy):
    return "p" + sha(policy)

def pay(to, amount=1):
    return f"pay {to} {amount} -"

def flip(line, at=-1):                  # another digit there
    at %= len(line)
    return line[:at] + ("0" if line[at] != "0" else "1") + line[at + 1:]

def plus_order(signature):              # S + L: the equation still holds
    s = int.from_bytes(bytes.fromhex(signature[64:]), "little") + 2**252 + 27742317777372353535851937790883648493
    return signature[:64] + s.to_bytes(32, "little").hex()

# --- Cases: each gives a ledger ------------------------------------------------------------------
CASES = {}

def case(name):
    def keep(make):
        CASES[name] = make
        return make
    return keep

def one_tx(name, line, *rules, **how):      # line: a function of the chain
    CASES[name] = lambda: (lambda c: c.block(line(c)))(Chain(*(rules or ALL), **how))

one_tx("sponsor-not-allowed", lambda c: c.tx(A, 0, 1, pay(C), B), *ALL[:3])
one_tx("sponsor-cannot-pay-the-fee", lambda c: c.tx(A, 0, 1, pay(B), C))
one_tx("sponsor-paid-by-the-same-transaction", lambda c: c.tx(A, 0, 1, pay(C, 10), C))
one_tx("sponsor-signature-missing", lambda c: signed(c.unsigned(A, 0, 1, pay(C), B), A))
one_tx("sponsor-word-after-the-signature", lambda c: signed(signed(c.unsigned(A, 0, 1, pay(C)), A) + f" sponsor {B}", B))
one_tx("sponsor-twice", lambda c: signed(c.unsigned(A, 0, 1, pay(C), B) + f" sponsor {B}", A, B))
one_tx("sponsor-without-account", lambda c: signed(c.unsigned(A, 0, 1, pay(C)) + " sponsor", A))
one_tx("sponsor-unknown-form", lambda c: signed(c.unsigned(A, 0, 1, pay(C), "q" + B), A, B))
one_tx("sponsor-slh-dsa-not-allowed", lambda c: c.tx(A, 0, 0, pay(C), S), ALL[3], instead={"minfee": "minfee 0"})
one_tx("sponsor-signature-s-plus-l", lambda c: (lambda x: x[:-128] + plus_order(x[-128:]))(c.tx(A, 0, 1, pay(C), B)))
one_tx("sponsor-of-a-policy-signs-first", lambda c: sponsor_first(c), grants={p(f"policy 1 {A}"): 1000, B: 1000})

def sponsor_first(c):                   # the sponsor's signature does not cover the signer's, which stands before it
    policy = f"policy 1 {A}"
    line = c.unsigned(p(policy), 0, 1, pay(C), B) + f" {policy} by 0 {A}"
    return f"{signed(line, A)} {bob.sign(line)}"

@case("sponsor-seq-moved")              # B sponsors, and its own first transaction has seq 1
def _():
    c = Chain(*ALL)
    return c.block(c.tx(A, 0, 1, pay(C), B), c.tx(B, 1, 1, pay(C)))

@case("fee-leaves-before-the-payment-comes-back")
def _():                                # C has 5, pays itself 5, with a fee of 1
    c = Chain(*ALL, grants={A: 1000, C: 5})
    return c.block(c.tx(C, 0, 1, pay(C, 5)))

@case("policy-replayed")
def _():
    policy = f"policy 1 {A}"
    c = Chain(*ALL, grants={p(policy): 1000})
    c.block(c.spend(policy, 0, [A]))
    return c.block(c.spend(policy, 0, [A]))

one_tx("tx-account-63-digits-after-p", lambda c: c.tx(A, 0, 1, pay(p("policy")[:-1])))
one_tx("tx-account-s-not-allowed-as-to", lambda c: c.tx(A, 0, 1, pay(S)), ALL[1])
one_tx("tx-account-p-not-allowed-in-batch", lambda c: c.tx(A, 0, 1, f"batch - {B} 1 {p('policy')} 1"), ALL[0])
one_tx("tx-account-p-not-allowed-as-from", lambda c: c.spend(f"policy 1 {A}", 0, [A], fee=0), ALL[0], instead={"minfee": "minfee 0"})
one_tx("tx-slh-dsa-as-from-not-allowed", lambda c: c.tx(S, 0, 0, pay(B)), ALL[0], instead={"minfee": "minfee 0"})
CASES["grant-policy-not-allowed"] = lambda: Chain(grants={A: 1000, p("policy"): 1})
CASES["grant-unknown-form"] = lambda: Chain(*ALL, grants={A: 1000, "q" + B: 1})

one_tx("batch-to-without-amount", lambda c: c.tx(A, 0, 1, f"batch - {B} 1 {C}"))
one_tx("batch-memo-not-canonical", lambda c: c.tx(A, 0, 1, f"batch %41 {B} 1"))
one_tx("batch-zero-amount-later", lambda c: c.tx(A, 0, 1, f"batch - {B} 1 {C} 0"))
one_tx("batch-amount-leading-zero", lambda c: c.tx(A, 0, 1, f"batch - {B} 01"))
one_tx("batch-two-memos", lambda c: c.tx(A, 0, 1, f"batch - {B} 1 - {C} 1 -"))
one_tx("batch-fee-not-covered", lambda c: c.tx(A, 0, 1, f"batch - {B} 500 {C} 500"))
one_tx("batch-other-batch-signed", lambda c: c.tx(A, 0, 1, f"batch - {B} 1 {C} 1").replace(f"{C} 1", f"{C} 2"))

one_tx("bytefee-over-int64", lambda c: c.tx(A, 0, 2**63 - 1, pay(C)), *ALL, "bytefee 9223372036854775807", grants={A: 2**63 - 1000})
one_tx("bytefee-of-a-policy-one-under", lambda c: of_length(c), *ALL, "bytefee 1", grants={p(f"policy 1 {A}"): 1000})

def of_length(c):                       # the policy and its signature count: minfee and a byte less than the length
    least = len(c.spend(f"policy 1 {A}", 0, [A], fee=999)) + 1
    assert 100 < least < 1000
    return c.spend(f"policy 1 {A}", 0, [A], fee=least - 1)

CASES["rule-bytefee-over-int64"] = lambda: Chain("bytefee 9223372036854775808")
CASES["rule-bytefee-leading-zero"] = lambda: Chain("bytefee 01")
CASES["rule-allow-without-a-word"] = lambda: Chain("allow")
CASES["rule-allow-two-words"] = lambda: Chain("allow batch policy")
CASES["rule-state-twice"] = lambda: Chain("state 3", "state 3")
CASES["rule-state-over-int64"] = lambda: Chain("state 9223372036854775808")

ab, abc = sorted((A, B)), sorted((A, B, C))
PREIMAGE = sha("preimage")

def policy_case(name, policy, *args, change=lambda x: x, **how):
    policy = f"policy {policy}"
    account = how.pop("account", p(policy))
    one_tx(name, lambda c: change(c.spend(policy, *args, account=account, **how)), *ALL, grants={account: 1000, B: 1000})

policy_case("policy-of-another-account", f"1 {A}", 0, [A], account=p(f"policy 1 {B}"))
policy_case("policy-9-branches", " or ".join([f"1 {A}"] * 9), 0, [A])
policy_case("policy-n-over-its-keys", f"2 {A}", 0, [A])
policy_case("policy-n-not-a-number", f"x {A}", 0, [A])
policy_case("policy-keys-descending", f"1 {ab[1]} {ab[0]}", 0, [ab[0]])
policy_case("policy-key-uppercase", f"1 {A.upper()}", 0, [A])
policy_case("policy-after-leading-zero", f"1 {A} after 01", 0, [A])
policy_case("policy-after-over-int64", f"1 {A} after 9223372036854775808", 0, [A])
policy_case("policy-after-without-height", f"1 {A} after", 0, [A])
policy_case("policy-hash-uppercase", f"1 {A} hash {sha(PREIMAGE).upper()}", 0, [A], show=PREIMAGE)
policy_case("policy-hash-twice", f"1 {A} hash {sha(PREIMAGE)} hash {sha(PREIMAGE)}", 0, [A], show=PREIMAGE)
policy_case("policy-hash-before-after", f"1 {A} hash {sha(PREIMAGE)} after 1", 0, [A], show=PREIMAGE)
policy_case("policy-or-at-its-start", f"or 1 {A}", 0, [A])
policy_case("policy-without-by", f"1 {A}", 0, [A], change=lambda x: x.replace(" by 0", ""))
policy_case("policy-by-without-branch", f"1 {A}", 0, [A], change=lambda x: x.replace(" by 0", " by"))
policy_case("policy-signer-of-another-branch", f"1 {A} or 1 {B}", 0, [B])
policy_case("policy-signed-by-another", f"1 {A}", 0, [A], change=lambda x: x[:-128] + bob.sign(x[:-129]))
policy_case("policy-signature-s-plus-l", f"1 {A}", 0, [A], change=lambda x: x[:-128] + plus_order(x[-128:]))
policy_case("policy-signature-uppercase", f"1 {A}", 0, [A], change=lambda x: x[:-128] + x[-128:].upper())
policy_case("policy-shown-twice", f"1 {A} hash {sha(PREIMAGE)}", 0, [A], show=f"{PREIMAGE} show {PREIMAGE}")
policy_case("policy-preimage-66-digits", f"1 {A} hash {sha(PREIMAGE + '00')}", 0, [A], show=PREIMAGE + "00")
policy_case("policy-pairs-swapped", f"2 {' '.join(ab)}", 0, ab, change=lambda x: swapped(x))
policy_case("policy-locked-for-ever", f"1 {A} after 9223372036854775807", 0, [A])
policy_case("policy-slh-dsa-signature-wrong", f"2 {A} {S}", 0, [A, S], change=flip)

def swapped(line):                      # both pairs as they were, in the other order
    head, a, x, b, y = line.rsplit(" ", 4)
    return f"{head} {b} {y} {a} {x}"

def root_of(entries, depth=0):          # of (place in bits, line): the sparse Merkle tree of state lines
    if len(entries) < 2:
        return sha(entries[0][1]) if entries else ZERO
    return sha(" ".join(root_of([x for x in entries if x[0][depth] == b], depth + 1) for b in "01"))

def state(height, *accounts):           # ACCOUNT BALANCE SEQ each
    entries = [(f"{int(sha('account ' + x.split()[0]), 16):0256b}", f"account {x}") for x in accounts]
    return f"state {height} {root_of(entries)} {len(entries)}"

def due(*lines, at=2, maxblock=70000):  # a chain with `rule state 2`, whose next block has this body
    c = Chain("state 2", *ALL, instead={"maxblock": f"maxblock {maxblock}"})
    for height in range(1, at):
        c.block(*[state(1, f"{A} 1000 0", f"{B} 1000 0", f"{M} 50 0")] if height == 2 else [])
    return c.block(*[x(c) if callable(x) else x for x in lines])

AFTER_1 = state(1, f"{A} 1000 0", f"{B} 1000 0", f"{M} 50 0")
AFTER_2 = state(2, f"{A} 1000 0", f"{B} 1000 0", f"{M} 100 0")
CASES["state-not-due"] = lambda: due(AFTER_2, at=3)
CASES["state-twice"] = lambda: due(AFTER_1, AFTER_1)
CASES["state-extra-field"] = lambda: due(AFTER_1 + " 0")
CASES["state-count-missing"] = lambda: due(AFTER_1.rsplit(" ", 1)[0])
CASES["state-count-over-int64"] = lambda: due(AFTER_1.rsplit(" ", 1)[0] + " 9223372036854775808")
CASES["state-after-this-block"] = lambda: due(AFTER_2)
CASES["state-between-transactions"] = lambda: due(lambda c: c.tx(A, 0, 1, pay(B)), AFTER_1, lambda c: c.tx(B, 0, 1, pay(A)))


# --- The good ones --------------------------------------------------------------------------------
GOOD = {}
JOINT = f"policy 2 {' '.join(abc)} or 1 {A} after 3 hash {sha(PREIMAGE)} or 1 {B}"

def good(make):
    GOOD[make.__name__.replace("_", "-")] = make

@good
def genesis_grants_before_the_rules_that_allow_them():
    return Chain(*ALL, grants={p(JOINT): 5, S: 6, A: 7}, grants_first=True).block()

@good
def maxblock_without_the_state_line():      # the block has as many bytes as it may have, besides its state line
    probe = due(AFTER_1, lambda c: c.tx(A, 0, 1, pay(B)))
    header, state_line, tx = probe.lines[-3:]
    return due(AFTER_1, lambda c: c.tx(A, 0, 1, pay(B)), maxblock=len(header) + len(tx) + 2)

@good
def sponsor_of_a_policy():                  # the policy keeps its SEQ, the sponsor its own
    c = Chain(*ALL, grants={p(JOINT): 100, C: 5})
    c.block(c.spend(JOINT, 0, abc[:2], sponsor=C, operation=f"batch - {C} 10 {p(JOINT)} 90 {p('policy')} 90"))
    return c.block(c.tx(C, 0, 1, pay(A, 13)))

@good
def sponsor_of_a_fee_of_0_has_nothing():
    c = Chain(*ALL, instead={"minfee": "minfee 0"})
    return c.block(c.tx(A, 0, 0, pay(B), C))

@good
def sponsor_that_pays_all_has_no_entry():   # C has nothing left and has made no transaction: the state line leaves it out
    c = Chain("state 2", *ALL, grants={A: 1000, C: 1})
    c.block(c.tx(A, 0, 1, pay(B), C))
    return c.block(state(1, f"{A} 999 1", f"{B} 1 0", f"{M} 51 0"))

@good
def policy_hash_at_its_height():
    c = Chain(*ALL, grants={p(JOINT): 100})
    c.block().block()
    return c.block(c.spend(JOINT, 1, [A], show=PREIMAGE), c.spend(JOINT, 2, [B], seq=1))

@good
def policy_8_branches_of_which_the_last():
    policy = "policy " + " or ".join([f"1 {A}"] * 7 + [f"1 {C}"])
    c = Chain(*ALL, grants={p(policy): 100})
    return c.block(c.spend(policy, 7, [C]))

@good
def batch_to_every_form():
    c = Chain(*ALL)
    return c.block(c.tx(A, 0, 1, f"batch %2D {S} 1 {p(JOINT)} 2 {B} 3 {A} 990 {S} 993"))

@good
def bytefee_of_a_policy_exact():
    policy = f"policy 1 {A}"
    c = Chain(*ALL, "bytefee 1", grants={p(policy): 1000})
    return c.block(c.spend(policy, 0, [A], fee=len(c.spend(policy, 0, [A], fee=999)) + 1))

@good
def three_forms_of_the_same_digits_are_three_accounts():
    c = Chain("state 2", *ALL, grants={A: 5, "p" + A: 2, "s" + A: 3})
    c.block(c.tx(A, 0, 1, f"batch - p{A} 1 s{A} 2 {A} 1"), miner="s" + A)
    return c.block(state(1, f"{A} 1 1", f"p{A} 3 0", f"s{A} 56 0"))

@good
def batch_to_itself_of_all_that_there_can_be():
    most = 2**63 - 1
    c = Chain(*ALL, grants={A: most}, instead={"minfee": "minfee 0", "reward": "reward 0"})
    return c.block(c.tx(A, 0, 0, f"batch - {A} {most} {A} {most} {B} {most}"), c.tx(B, 0, most - 1, pay(B)))


def main(*folders):
    for folder, ledgers in zip(folders, (CASES, GOOD)):
        for name, make in ledgers.items():
            with open(os.path.join(folder, name + ".ledger"), "w") as out:
                out.write("".join(line + "\n" for line in make().lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
