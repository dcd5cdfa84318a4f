#!/usr/bin/env python3
"""Maelstrom's workloads g-counter and pn-counter: each node counts what was added at it, and every
200 ms tells all others what it knows of each node's count. With the argument `broken`, what another
one tells is added, not taken instead of what was known."""
import json
import sys
import threading
import time

me, counts = None, {}  # node: [how many changes, sum of them]
lock = threading.Lock()


def send(dest, **body):
    print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)


def gossip():
    while True:
        time.sleep(0.2)
        with lock:
            for other in counts:
                if other != me:
                    send(other, type="counts", counts=counts)


def merge(theirs):
    for node, (changes, total) in theirs.items():
        if changes > counts[node][0]:
            before = counts[node][1] if sys.argv[1:] == ["broken"] else 0
            counts[node] = [changes, before + total]


def take(source, body):
    global me
    reply = {"type": body["type"] + "_ok", "in_reply_to": body.get("msg_id")}
    if body["type"] == "init":
        me = body["node_id"]
        counts.update({n: [0, 0] for n in body["node_ids"]})
    elif body["type"] == "add":
        counts[me] = [counts[me][0] + 1, counts[me][1] + body["delta"]]
    elif body["type"] == "read":
        reply["value"] = sum(total for _, total in counts.values())
    elif body["type"] == "counts":
        merge(body["counts"])
        return
    send(source, **reply)


threading.Thread(target=gossip, daemon=True).start()
for line in sys.stdin:
    message = json.loads(line)
    with lock:
        take(message["src"], message["body"])
