"""Merkle paths by the definition of RFC 9162, 2.1.3.1, as it stands there, over the inner node of block(5): what the
vectors in t/vectors/proofs and t/vectors/proof-sums were made with.

    merkle.py proofs MOST    a line for every count up to MOST and every index: ROOT and the proof record
    merkle.py sums MOST      a line for every count: COUNT ROOT and the hash of its proof records

The leaves are sha256("leaf 0"), sha256("leaf 1") and so on; the block's id in the records is 64 zeros.
"""

import hashlib
import sys


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha(root(leaves[:k]) + " " + root(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def proof(m, leaves):
    return " ".join(["proof", "0" * 64, str(len(leaves)), str(m), leaves[m]] + path(m, leaves))


def main():
    what, most = sys.argv[1], int(sys.argv[2])
    for count in range(1, most + 1):
        leaves = [sha("leaf %d" % i) for i in range(count)]
        proofs = [proof(m, leaves) for m in range(count)]
        if what == "proofs":
            for line in proofs:
                print(root(leaves), line)
        else:
            print(count, root(leaves), sha("".join(line + "\n" for line in proofs)))


if __name__ == "__main__":
    main()
