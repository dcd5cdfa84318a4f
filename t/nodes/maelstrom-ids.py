#!/usr/bin/env python3
"""Maelstrom's workload unique-ids: an id is the node's name and a count. With the argument `broken`,
the name is left out."""
import json
import sys

me, count = None, 0
for line in sys.stdin:
    message = json.loads(line)
    body = message["body"]
    if body["type"] == "init":
        me = body["node_id"]
        answer = {"type": "init_ok"}
    else:
        count += 1
        answer = {"type": "generate_ok", "id": count if sys.argv[1:] == ["broken"] else f"{me}-{count}"}
    answer["in_reply_to"] = body["msg_id"]
    print(json.dumps({"src": me, "dest": message["src"], "body": answer}), flush=True)
