#!/usr/bin/env python3
"""Maelstrom's workload lin-kv: every request goes to the service lin-kv, and its answer back to the
client. With an argument, the name of another service (seq-kv, lww-kv), to that one, which shows old
values now and then."""
import json
import sys

service = (sys.argv[1:] or ["lin-kv"])[0]
me, asked = None, {}  # our request's number: who asked, and his


def send(dest, body):
    print(json.dumps({"src": me, "dest": dest, "body": body}), flush=True)


count = 0
for line in sys.stdin:
    message = json.loads(line)
    body = message["body"]
    if body["type"] == "init":
        me = body["node_id"]
        send(message["src"], {"type": "init_ok", "in_reply_to": body["msg_id"]})
    elif message["src"] == service:
        client, number = asked.pop(body["in_reply_to"])
        send(client, {**body, "in_reply_to": number})
    else:
        count += 1
        asked[count] = message["src"], body["msg_id"]
        send(service, {**body, "msg_id": count})
