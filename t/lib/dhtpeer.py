"""dhtpeer.py DIR HOST [WORD...]: a DHT node for tests, on a free port of HOST. DIR/where says where it is.

It answers every query, and pings whoever asks. DIR/log has a line for each query that came, `METHOD ro` or `METHOD`, and
`answered` for each ping that was answered. Words:

    meet=HOST:PORT  pings this node first
    id=HEX          its id
    told=HEX        what it says that the asker's address is (`ip`); otherwise nothing
    value=HEX       it has this peer for every key
    bare            its replies to get_peers have no nodes, as those of jech/dht
    by-port         its tokens are good for one address and port
    other-id        it answers with an id that is not its own
"""

import hashlib
import os
import socket
import sys

from dhtask import decode, encode


class Peer:
    def __init__(self, folder, host, words):
        self.options = dict((w.split("=", 1) + [""])[:2] for w in words)
        six = ":" in host
        self.socket = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((host, 0))
        name = "%s:%d" % ("[%s]" % host if six else host, self.socket.getsockname()[1])
        self.id = bytes.fromhex(self.options.get("id", hashlib.sha1(name.encode()).hexdigest()))
        os.makedirs(folder, exist_ok=True)
        self.log = open(folder + "/log", "w")
        with open(folder + "/where.tmp", "w") as f:
            print(name, file=f)
        os.rename(folder + "/where.tmp", folder + "/where")
        if "meet" in self.options:
            to, port = self.options["meet"].rsplit(":", 1)
            self.ask((to.strip("[]"), int(port)), b"meet")

    def ask(self, to, transaction):
        self.socket.sendto(encode({"t": transaction, "y": "q", "q": "ping", "a": {"id": self.id}}), to)

    def say(self, line):
        print(line, file=self.log, flush=True)

    def token(self, sender):
        bound = repr(sender[:2]) if "by-port" in self.options else sender[0]
        return hashlib.sha1(bound.encode()).digest()[:8]

    def serve(self, m, sender):
        method, a = m["q"].decode(), m.get("a", {})
        self.say(method + (" ro" if m.get("ro") else ""))
        r = {"id": self.id}
        if "other-id" in self.options:
            r["id"] = hashlib.sha1(self.id).digest()
        answer = {"t": m["t"], "y": "r", "r": r}
        if method in ("find_node", "get_peers", "get") and "bare" not in self.options:
            r["nodes"] = b""
        if method in ("get_peers", "get"):
            r["token"] = self.token(sender)
            if "value" in self.options:
                r["values"] = [bytes.fromhex(self.options["value"])]
        if method in ("announce_peer", "put") and a.get("token") != self.token(sender):
            answer = {"t": m["t"], "y": "e", "e": [203, "invalid token"]}
        if "told" in self.options:
            answer["ip"] = bytes.fromhex(self.options["told"])
        self.socket.sendto(encode(answer), sender)
        self.ask(sender, b"back")

    def run(self):
        while True:
            raw, sender = self.socket.recvfrom(4096)
            m, _ = decode(raw)
            if m.get("y") == b"q":
                self.serve(m, sender)
            elif m.get("t") == b"back":
                self.say("answered")


Peer(sys.argv[1], sys.argv[2], sys.argv[3:]).run()
