#!/usr/bin/env python3
"""Maelstrom's workload g-set: every 200 ms each node tells all others what it has. With the argument
`broken`, it forgets its least element whenever it takes in what another one has."""
import json
import sys
import threading
import time

me, others, elements = None, [], set()
lock = threading.Lock()


def send(dest, **body):
    print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)


def gossip():
    while True:
        time.sleep(0.2)
        with lock:
            for other in others:
                send(other, type="have", elements=sorted(elements))


def take(source, body):
    global me, others
    reply = {"type": body["type"] + "_ok", "in_reply_to": body.get("msg_id")}
    if body["type"] == "init":
        me = body["node_id"]
        others = [n for n in body["node_ids"] if n != me]
    elif body["type"] == "add":
        elements.add(body["element"])
    elif body["type"] == "read":
        reply["value"] = sorted(elements)
    elif body["type"] == "have":
        elements.update(body["elements"])
        if sys.argv[1:] == ["broken"]:
            elements.discard(min(elements, default=None))
        return
    send(source, **reply)


threading.Thread(target=gossip, daemon=True).start()
for line in sys.stdin:
    message = json.loads(line)
    with lock:
        take(message["src"], message["body"])
