#!/usr/bin/env python3
"""Maelstrom's workload broadcast: what is new goes to all neighbours, again and again until they say
that they have it. With the argument `broken`, it is sent once only, so what is lost stays lost."""
import json
import sys
import threading
import time

me, neighbours = None, []
known = {}  # each value, and which neighbours may not have it yet
lock = threading.Lock()


def send(dest, **body):
    print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)


def offer():
    for value, lacking in known.items():
        for neighbour in lacking:
            send(neighbour, type="offer", value=value)


def offer_again():
    while True:
        time.sleep(0.2)
        with lock:
            offer()


def learn(value, source):
    if value not in known:
        known[value] = {n for n in neighbours if n != source}
        for neighbour in known[value]:
            send(neighbour, type="offer", value=value)


def take(source, body):
    global me, neighbours
    reply = {"type": body["type"] + "_ok", "in_reply_to": body.get("msg_id")}
    if body["type"] == "init":
        me = body["node_id"]
    elif body["type"] == "topology":
        neighbours = body["topology"][me]
    elif body["type"] == "broadcast":
        learn(body["message"], source)
    elif body["type"] == "read":
        reply["messages"] = list(known)
    elif body["type"] == "offer":
        learn(body["value"], source)
        reply = {"type": "has", "value": body["value"]}
    elif body["type"] == "has":
        known[body["value"]].discard(source)
        return
    send(source, **reply)


if sys.argv[1:] != ["broken"]:
    threading.Thread(target=offer_again, daemon=True).start()
for line in sys.stdin:
    message = json.loads(line)
    with lock:
        take(message["src"], message["body"])
