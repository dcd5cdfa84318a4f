#!/usr/bin/env python3
"""Maelstrom's workload echo. With the argument `broken`, the third answer is wrong."""
import json
import sys

me, answers = None, 0
for line in sys.stdin:
    message = json.loads(line)
    body = message["body"]
    if body["type"] == "init":
        me = body["node_id"]
        answer = {"type": "init_ok"}
    else:
        answers += 1
        wrong = sys.argv[1:] == ["broken"] and answers == 3
        answer = {"type": "echo_ok", "echo": "what?" if wrong else body["echo"]}
    answer["in_reply_to"] = body["msg_id"]
    print(json.dumps({"src": me, "dest": message["src"], "body": answer}), flush=True)
