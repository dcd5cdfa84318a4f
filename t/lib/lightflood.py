"""Makes of a ledger on a chain with finality over work a stream for `verify -H' in which somebody has mined many copies of a block.

lightflood.py LEDGER HEIGHT COUNT [BODY]: prints the genesis block and all headers, and COUNT copies of the header at this height,
which differ in SEAL; then the attest lines of the copies with their proofs; then those of the ledger. BODY: a file with the
lines of a copy's body; else it has those of the block.
"""
import sys

from merkle import path, root, sha


def read(file):
    blocks = []
    with open(file) as f:
        for line in f.read().splitlines():
            if line.startswith("block "):
                blocks.append((line.split(" "), []))
            else:
                blocks[-1][1].append(line)
    return blocks


def tell(header, body, paths):
    for i, line in enumerate(body):
        if line.startswith("attest "):
            print(line, " ".join(["proof", sha(header), str(len(body)), str(i), sha(line)] + paths[i]), sep="\n")


def copies(fields, body, count):
    fields[3], fields[7] = root([sha(line) for line in body]), str(len(body))
    made, seal = [], 10**9
    while len(made) < count:
        seal += 1
        header = " ".join(fields[:8] + [str(seal)])
        if not sha(header).startswith("ff"):
            made.append(header)
    return made


def paths_of(body):
    ids = [sha(line) for line in body]
    return [path(i, ids) for i in range(len(ids))]


def main(file, height, count, body=None):
    blocks = read(file)
    fields, lines = blocks[int(height)]
    if body:
        with open(body) as f:
            lines = f.read().splitlines()
    made = copies(fields[:], lines, int(count))
    print(" ".join(blocks[0][0]), *blocks[0][1], *[" ".join(b[0]) for b in blocks[1:]], *made, sep="\n")
    paths = paths_of(lines)
    for header in made:
        tell(header, lines, paths)
    for b in blocks[1:]:
        if b[1]:
            tell(" ".join(b[0]), b[1], paths_of(b[1]))


main(*sys.argv[1:])
