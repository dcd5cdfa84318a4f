"""Makes of a ledger on a chain with finality over work what `verify -H' takes: see verify(1), "Finality over work".

lightstream.py LEDGER [BODY]: prints the genesis block and all headers, in the order of the file; then, for each block in that
order, its attest lines with their proofs, and its state line with all entries, as ledger-balance prints them; twice, as
the members of some lines are known only after others.
"""
import subprocess
import sys

from merkle import path, root, sha


class Block:
    def __init__(self, header):
        self.header, self.id, self.parent, self.body = header, sha(header), header.split(" ")[2], []

    def replace(self, body):
        self.body = body
        fields = self.header.split(" ")
        fields[3], fields[7] = root([sha(line) for line in body]), str(len(body))
        self.header = " ".join(fields)
        self.id = sha(self.header)

    def proof(self, i):
        ids = [sha(line) for line in self.body]
        return " ".join(["proof", self.id, str(len(ids)), str(i), ids[i]] + path(i, ids))


def read(file):
    blocks = []
    with open(file) as f:
        for line in f.read().splitlines():
            if line.startswith("block "):
                blocks.append(Block(line))
            else:
                blocks[-1].body.append(line)
    return blocks


def entries(file, block):
    return subprocess.run(["ledger-balance", "-e", "-b", block, file], check=True, capture_output=True, text=True).stdout


def tell(file, b):
    for i, line in enumerate(b.body):
        if line.startswith("attest "):
            print(line, b.proof(i), sep="\n")
        if line.startswith("state "):
            print(b.proof(i), line, entries(file, b.parent), sep="\n", end="")


def main(file, body=None):
    blocks = read(file)
    if body:
        with open(body) as f:
            blocks[-1].replace(f.read().splitlines())
    print(blocks[0].header, *blocks[0].body, *[b.header for b in blocks[1:]], sep="\n")
    for b in blocks[1:] * 2:
        tell(file, b)


main(*sys.argv[1:])
