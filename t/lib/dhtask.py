"""dhtask.py HOST:PORT: sends the messages on stdin, a line of JSON each, from one socket, and prints what comes back.

A message is written as `bencode` prints it, with a default of id, t, y and a. What is written here shares nothing with
the programs under test. `@TOKEN` stands for the last token that came, `@V1000` for a string of so many bytes.
Queries that come in between are answered; with the word `mute` as a line, no longer. `again` opens another socket,
`from ADDRESS` one with this address; `write FILE TEXT` writes a file.
"""

import json
import socket
import sys


def encode(x):
    if isinstance(x, int):
        return b"i%de" % x
    if isinstance(x, str):
        x = bytes.fromhex(x[2:]) if x.startswith("0x") else x.encode()
    if isinstance(x, bytes):
        return b"%d:" % len(x) + x
    if isinstance(x, list):
        return b"l" + b"".join(map(encode, x)) + b"e"
    pairs = sorted((bytes.fromhex(k[2:]) if k.startswith("0x") else k.encode(), v) for k, v in x.items())
    return b"d" + b"".join(encode(k) + encode(v) for k, v in pairs) + b"e"


def decode(b, i=0):
    c = b[i : i + 1]
    if c == b"i":
        e = b.index(b"e", i)
        return int(b[i + 1 : e]), e + 1
    if c in (b"l", b"d"):
        i, out = i + 1, []
        while b[i : i + 1] != b"e":
            v, i = decode(b, i)
            out.append(v)
        if c == b"d":
            return dict(zip([k.decode() for k in out[::2]], out[1::2])), i + 1
        return out, i + 1
    e = b.index(b":", i)
    n = int(b[i:e])
    return b[e + 1 : e + 1 + n], e + 1 + n


def show(x):
    if isinstance(x, bytes):
        return x.decode() if x.isalnum() or x in (b"", b"invalid token") else "0x" + x.hex()
    if isinstance(x, list):
        return [show(v) for v in x]
    if isinstance(x, dict):
        return {k: show(v) for k, v in x.items()}
    return x


def fill(x, token):
    if isinstance(x, str) and x == "@TOKEN":
        return token
    if isinstance(x, str) and x.startswith("@V"):
        return "v" * int(x[2:])
    if isinstance(x, list):
        return [fill(v, token) for v in x]
    if isinstance(x, dict):
        return {k: fill(v, token) for k, v in x.items()}
    return x


class Asker:
    def __init__(self, to):
        host, port = to.rsplit(":", 1)
        self.to = (host.strip("[]"), int(port))
        self.mute = False
        self.token = b""
        self.open()

    def open(self, here=None):
        six = ":" in self.to[0]
        self.socket = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((here or ("::1" if six else "127.0.0.1"), 0))

    def receive(self, seconds):
        """The next answer; queries are answered on the way."""
        self.socket.settimeout(seconds)
        while True:
            try:
                raw, sender = self.socket.recvfrom(4096)
            except socket.timeout:
                return None, b""
            m, _ = decode(raw)
            if m[b"y" if b"y" in m else "y"] != b"q":
                return m, raw
            if not self.mute:
                self.socket.sendto(encode({"t": m["t"], "y": "r", "r": {"id": self.id}}), sender)

    def ask(self, m):
        m = {"t": "aa", "y": "q", "a": {}, **m}
        self.id = m["a"].setdefault("id", "0x" + "61" * 20)
        if not self.id:
            del m["a"]["id"]
        sent = encode(fill(m, self.token))
        self.socket.sendto(sent, self.to)
        # what is not answered at once will not be: silence is asked for by a ping after it
        if m.pop("silent", None):
            self.socket.sendto(encode({"t": "zz", "y": "q", "q": "ping", "a": {"id": "0x" + "61" * 20}}), self.to)
        answer, raw = self.receive(60)
        if answer and "token" in answer.get("r", {}):
            self.token = answer["r"]["token"]
        print(json.dumps({"sent": len(sent), "came": len(raw), **(show(answer) if answer else {})}, sort_keys=True))


def main():
    asker = Asker(sys.argv[1])
    for line in sys.stdin:
        words = line.split()
        if words[0] == "mute":
            asker.mute = True
        elif words[0] == "again":
            asker.open()
        elif words[0] == "from":
            asker.open(words[1])
        elif words[0] == "write":
            with open(words[1], "w") as f:
                print(words[2], file=f)
        else:
            asker.ask(json.loads(line))


if __name__ == "__main__":
    main()
