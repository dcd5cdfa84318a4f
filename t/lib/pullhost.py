"""A scripted peer that answers pulls, in plain, well or badly: for the tests of ledger-pull.

pullhost.py CHAIN PORTFILE LOG [HOW [NUMBER]]: serves the best chain in the file CHAIN (blocks, each after its
parent, as ledger-chain prints them) on a port of its own, which it writes into PORTFILE. Every line that comes
goes into LOG. HOW says what it does wrong, from the block with that NUMBER of an answer on; or `slow': then CHAIN holds
headers with what stands with them (ledger-chain -H), and they are sent only once there is a file CHAIN.go; or
`attests': then it speaks version 4, and answers those who ask for attest lines with the file CHAIN.attests.

It sends no block before each of the files in $TOGETHER has a pull: those are LOGs of peers that are asked together.
"""
import hashlib
import os
import socket
import sys
import threading
import time
import zlib


def digest(line):
    return hashlib.sha256(line).hexdigest()


def read_chain(path):
    blocks = []
    with open(path, "rb") as f:
        for line in f:
            if line.startswith(b"block "):
                blocks.append([])
            blocks[-1].append(line)
    return blocks


def was_asked(log):
    try:
        with open(log, "rb") as f:
            return any(line.startswith(b"pull ") for line in f)
    except FileNotFoundError:
        return False


class Closed(Exception):
    pass


class Peer:
    def __init__(self, sock, chain, how, number, log):
        self.sock, self.path, self.how, self.number, self.log = sock, chain, how, number, log
        self.input = sock.makefile("rb")
        self.coder = self.decoder = None
        self.turn = threading.Lock()
        self.buffered = b""

    def send(self, data):
        if self.coder:
            data = self.coder.compress(data) + self.coder.flush(zlib.Z_SYNC_FLUSH)
        with self.turn:
            self.sock.sendall(data)

    # Asks ten times a second whether the other side lives.
    def ping(self):
        try:
            for n in range(1, 10000):
                time.sleep(0.1)
                self.send(f"ping {n}\n".encode())
        except OSError:
            pass

    def line(self):
        if not self.decoder:
            line = self.input.readline()
        else:
            while b"\n" not in self.buffered:
                data = self.input.read1(4096)
                if not data:
                    break
                self.buffered += self.decoder.decompress(data)
            line, newline, self.buffered = self.buffered.partition(b"\n")
            line += newline
        if not line:
            raise Closed
        with open(self.log, "ab") as f:
            f.write(line)
        return line.rstrip(b"\n").decode()

    def load(self):
        self.blocks = read_chain(self.path)
        self.ids = [digest(b[0][:-1]) for b in self.blocks]

    def tip(self):
        if self.how == "claim":
            return f"{len(self.ids) + 5} {'12' * 32}"
        return f"{len(self.ids) - 1} {self.ids[-1]}"

    def stall(self):
        try:
            while True:
                self.line()
        except (Closed, OSError):
            pass
        raise Closed

    # The blocks of an answer, with what is wrong with them.
    def block(self, lines, count):
        if self.how and count == self.number:
            if self.how == "forge":  # a digit of the header, so that all behind no longer fits
                return [lines[0].replace(b"block ", b"block 1", 1)] + lines[1:]
            if self.how == "body" and len(lines) > 1:
                return lines[:-1] + [lines[-1][:-2] + (b"0\n" if lines[-1][-2:-1] != b"0" else b"1\n")]
            if self.how == "half":
                self.send(b"".join(lines)[:-20])
                raise Closed
            if self.how == "short":
                self.send(lines[0])
                return []
            if self.how == "cut":
                raise Closed
            if self.how == "stall":
                self.stall()
            if self.how == "skip":
                return []
            if self.how == "tx":
                return [b"tx " + b"0" * 64 + b"\n"]
            if self.how == "vote":
                return [lines[0], b"vote " + b"1" * 59995 + b"\n"]
            if self.how == "long":
                self.send(b"block " + b"1" * 70000)
                self.stall()
            if self.how == "never":
                self.send(lines[0].rsplit(b" ", 2)[0] + b" 9000000 0\n")
                for _ in range(100000):
                    self.send(b"x" * 60000 + b"\n")
        return lines

    def answer(self, words):
        while not all(was_asked(log) for log in os.environ.get("TOGETHER", "").split()):
            time.sleep(0.01)
        self.load()
        count, at = int(words[1]), 0
        for name in words[2:]:
            if name in self.ids:
                at = self.ids.index(name) + 1
                break
        if self.how == "again":
            at = 1
        if self.how == "few":
            count = self.number
        last = len(self.blocks) if self.how == "more" else at + count
        for n, lines in enumerate(self.blocks[at:last]):
            self.send(b"".join(self.block(lines, n)))
        if self.how == "claim" and at == len(self.ids):
            time.sleep(0.01)
        self.send(f"pulled {self.tip()}\n".encode())

    # Headers alone, but for genesis; the same is wrong with them.
    def answer_headers(self, words):
        self.load()
        count, at = int(words[1]), 0
        for name in words[2:]:
            if name in self.ids:
                at = self.ids.index(name) + 1
                break
        if self.how == "again":
            at = 1
        while self.how == "slow" and not os.path.exists(self.path + ".go"):
            time.sleep(0.02)
        last = len(self.blocks) if self.how == "more" else at + count
        for n, lines in enumerate(self.blocks[at:last]):
            whole = at + n == 0 or self.how == "slow"
            self.send(b"".join(self.block(lines if whole else lines[:1], n)))
        self.send(f"pulled {self.tip()}\n".encode())

    # What is in the file CHAIN.proof, if there is one; to those who ask for a block, its header.
    def answer_prove(self, words):
        self.load()
        if words[1] in self.ids:
            self.send(self.blocks[self.ids.index(words[1])][0])
        elif os.path.exists(self.path + ".proof"):
            with open(self.path + ".proof", "rb") as f:
                self.send(f.read())
        self.send(f"pulled {self.tip()}\n".encode())

    # What is in the file CHAIN.attests; without `pulled', and the end, if its last line is not whole.
    def answer_attests(self):
        self.load()
        with open(self.path + ".attests", "rb") as f:
            lines = f.read()
        self.send(lines)
        if lines and not lines.endswith(b"\n"):
            raise Closed
        self.send(f"pulled {self.tip()}\n".encode())

    # What is in the file CHAIN.balance, if there is one.
    def answer_balance(self):
        self.load()
        if os.path.exists(self.path + ".balance"):
            with open(self.path + ".balance", "rb") as f:
                self.send(f.read())
        self.send(f"pulled {self.tip()}\n".encode())

    def run(self):
        self.load()
        if self.how == "mute":
            self.stall()
        chain = "34" * 32 if self.how == "other" else self.ids[0]
        coding = "deflate" if self.how == "deflate" else "plain"
        version = 9 if self.how == "version" else 4 if self.how == "attests" else 2
        roles = "b" if self.how == "blocks" else "bh"
        self.send(f"hello {version} {chain} {self.tip()} {coding} {roles}\n".encode())
        theirs = self.line()
        if coding == "deflate" and " deflate" in theirs:
            self.coder, self.decoder = zlib.compressobj(), zlib.decompressobj()
        if self.how == "pings":
            threading.Thread(target=self.ping, daemon=True).start()
        if self.how == "unasked":
            self.send(b"".join(self.blocks[-1]))
        if self.how == "have":
            self.send(b"have " + b"5" * 64 + b"\n")
        while True:
            words = self.line().split(" ")
            if words[0] == "pull":
                self.answer(words)
            elif words[0] == "headers":
                self.answer_headers(words)
            elif words[0] == "prove":
                self.answer_prove(words)
            elif words[0] == "balance":
                self.answer_balance()
            elif words[0] == "attests":
                self.answer_attests()
            elif words[0] == "ping":
                self.send(f"pong {words[1]}\n".encode())
            elif words[0] == "bye":
                raise Closed


def serve(sock, *rest):
    try:
        Peer(sock, *rest).run()
    except (Closed, OSError):
        pass
    sock.close()


def main():
    chain, port_file, log = sys.argv[1:4]
    how = sys.argv[4] if len(sys.argv) > 4 else ""
    number = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    listener = socket.create_server(("127.0.0.1", 0))
    with open(port_file + ".new", "w") as f:
        f.write(f"127.0.0.1:{listener.getsockname()[1]}\n")
    os.rename(port_file + ".new", port_file)
    while True:
        sock = listener.accept()[0]
        threading.Thread(target=serve, args=(sock, chain, how, number, log), daemon=True).start()


main()
