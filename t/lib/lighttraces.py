"""Reads traces of Tendermint's light client (vectors/light; CONSENSUS.md, section 3) for lighttrace.c.

lighttraces.py FILE...: prints, for each file,

    trace NAME PERIOD HEIGHT TIME NEXT
    block HEIGHT TIME NOW CLAIMED SET CLAIMED-NEXT NEXT SIGNED OTHER VERDICT

with times in nanoseconds. A set is `-', or INDEX:POWER with commas between, where INDEX counts the validators of the
file by address; CLAIMED and CLAIMED-NEXT are those sets whose hashes stand in the header, `?' if it is no set of the
file's validators. SIGNED is who has signed for the block. OTHER is 1 if the commit is not for this header.
"""
import base64
import datetime
import hashlib
import itertools
import json
import os
import sys


def root(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n) if n else b""


def data(field, b, always=False):
    return varint(field << 3 | 2) + varint(len(b)) + b if b or always else b""


def nanoseconds(text):
    whole, _, part = text.rstrip("Z").partition(".")
    at = datetime.datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=datetime.timezone.utc)
    return int(at.timestamp()) * 10**9 + int((part + "0" * 9)[:9])


def block_id(b):
    if not b:
        return data(2, b"", True)
    parts = b["part_set_header"] if "part_set_header" in b else b["parts"]
    return data(1, bytes.fromhex(b["hash"])) + data(2, number(1, int(parts["total"])) + data(2, bytes.fromhex(parts["hash"])), True)


def header_root(h):
    at = nanoseconds(h["time"])
    leaves = [
        number(1, int(h["version"]["block"])) + number(2, int(h["version"]["app"])),
        data(1, h["chain_id"].encode()),
        number(1, int(h["height"])),
        number(1, at // 10**9) + number(2, at % 10**9),
        block_id(h["last_block_id"]),
    ]
    for name in ("last_commit_hash", "data_hash", "validators_hash", "next_validators_hash", "consensus_hash", "app_hash",
                 "last_results_hash", "evidence_hash", "proposer_address"):
        leaves.append(data(1, bytes.fromhex(h[name] or "")))
    return root(leaves)


def validators(s):
    found = {}
    for v in (s or {}).get("validators") or []:
        power = int(v["voting_power"] if "voting_power" in v else v["power"])
        found[v["address"]] = (base64.b64decode(v["pub_key"]["value"]), power)
    return found


def set_root(found):
    order = sorted(found.items(), key=lambda x: (-x[1][1], x[0]))
    return root([data(1, data(1, key)) + number(2, power) for _, (key, power) in order])


class Trace:
    def __init__(self, path):
        with open(path) as f:
            self.trace = json.load(f)
        known = validators(self.trace["initial"]["next_validator_set"])
        for i in self.trace["input"]:
            known.update(validators(i["block"]["validator_set"]))
            known.update(validators(i["block"]["next_validator_set"]))
        self.names = sorted(known)
        self.by_root = {}
        for count in range(len(known) + 1):
            for some in itertools.combinations(self.names, count):
                found = {name: known[name] for name in some}
                self.by_root[set_root(found).hex().upper()] = self.text(found)

    def text(self, found):
        return ",".join(f"{self.names.index(name)}:{found[name][1]}" for name in sorted(found)) or "-"

    def block(self, i):
        block = i["block"]
        header, commit = block["signed_header"]["header"], block["signed_header"]["commit"]
        signed = [s["validator_address"] for s in commit["signatures"] or [] if s["block_id_flag"] == 2]
        other = commit["block_id"]["hash"].upper() != header_root(header).hex().upper()
        who = ",".join(f"{self.names.index(a)}:1" if a in self.names else f"{len(self.names)}:1" for a in sorted(signed)) or "-"
        print("block", header["height"], nanoseconds(header["time"]), nanoseconds(i["now"]),
              self.by_root.get(header["validators_hash"].upper(), "?"), self.text(validators(block["validator_set"])),
              self.by_root.get(header["next_validators_hash"].upper(), "?"),
              self.text(validators(block["next_validator_set"])), who, int(other), i["verdict"])

    def write(self, name):
        initial = self.trace["initial"]
        header = initial["signed_header"]["header"]
        print("trace", name, initial["trusting_period"], header["height"], nanoseconds(header["time"]),
              self.text(validators(initial["next_validator_set"])))
        for i in self.trace["input"]:
            self.block(i)


for file in sys.argv[1:]:
    Trace(file).write(os.path.basename(file))
