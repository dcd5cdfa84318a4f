#!/usr/bin/env python3
"""Maelstrom's workload g-counter by the service seq-kv: each node keeps its own sum under its name,
and reads all of them. A value that this node alone writes is read as it is; the others' may be old,
so that a read first writes something new. With the argument `broken`, it does not."""
import itertools
import json
import sys

me, nodes, total = None, [], 0
numbers, waiting = itertools.count(1), {}


def send(dest, body):
    print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)


def ask(then, **body):
    number = next(numbers)
    waiting[number] = then
    send("seq-kv", {**body, "msg_id": number})


def read_all(client, number):
    sums = {}

    def one(node):
        def done(body):
            sums[node] = body.get("value", 0)
            if len(sums) == len(nodes):
                send(client, {"type": "read_ok", "value": sum(sums.values()), "in_reply_to": number})
        return done

    def start(_):
        for node in nodes:
            ask(one(node), type="read", key=node)

    if sys.argv[1:] == ["broken"]:
        start(None)
    else:
        ask(start, type="write", key="now", value=f"{me} {number} {client}")


for line in sys.stdin:
    message = json.loads(line)
    source, body = message["src"], message["body"]
    if body["type"] == "init":
        me, nodes = body["node_id"], body["node_ids"]
        send(source, {"type": "init_ok", "in_reply_to": body["msg_id"]})
    elif source == "seq-kv":
        waiting.pop(body["in_reply_to"])(body)
    elif body["type"] == "add":
        total += body["delta"]
        reply = {"type": "add_ok", "in_reply_to": body["msg_id"]}
        ask(lambda _, s=source, r=reply: send(s, r), type="write", key=me, value=total)
    else:
        read_all(source, body["msg_id"])
