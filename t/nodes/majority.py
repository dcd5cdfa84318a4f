#!/usr/bin/env python3
"""A log, and so a register, that a majority keeps. The first member orders what is proposed to it, and
tells the others what is on its disk; an entry counts when a majority has it on disk. The others hand
on what they are asked. If the first member is away, nothing is ordered: there is no election here.
With the argument `broken`, it tells the others at once: what it then loses in a crash, they have."""
import sys

BROKEN = sys.argv[1:] == ["broken"]
me, peers, now = "", [], 0
log = []        # of (id, text)
acks = {}       # what each member has on disk: so many entries
committed = 0
saves = []      # how long the log was at each save


def body(count):
    return [sys.stdin.readline() for _ in range(int(count))]


def out(*words, lines=()):
    sys.stdout.write(" ".join(map(str, words)) + "\n" + "".join(lines))


def send(to, lines):
    out("send", to, len(lines), lines=lines)


def append(identity, lines):
    log.append((identity, "".join(lines)))
    saves.append(len(log))
    out("save", len(saves), 1 + len(lines), lines=[f"{identity} {len(lines)}\n", *lines])


def offer(peer):
    start, end = acks.get(peer, 0), len(log) if BROKEN else acks.get(me, 0)
    for index, (identity, text) in enumerate(log[start:min(end, start + 50)], start + 1):
        lines = text.splitlines(keepends=True)
        send(peer, [f"entry {index} {identity} {committed}\n", *lines])


def offer_all():
    for peer in peers[1:]:
        offer(peer)
    out("deadline", now + 50)


def commit(upto):
    global committed
    while committed < min(upto, len(log)):
        identity, text = log[committed]
        committed += 1
        out("commit", committed, identity, text.count("\n"), lines=[text])


def have(peer, count):
    acks[peer] = max(acks.get(peer, 0), count)
    if me == peers[0]:
        before = committed
        commit(sorted((acks.get(p, 0) for p in peers), reverse=True)[len(peers) // 2])
        if committed > before:
            for p in peers[1:]:
                send(p, [f"committed {committed}\n"])


def propose(identity, lines):
    if me != peers[0]:
        send(peers[0], [f"propose {identity}\n", *lines])
    elif all(identity != known for known, _ in log):
        append(identity, lines)
        if BROKEN:
            offer_all()


def message(source, lines):
    kind, *words = lines[0].split()
    if kind == "propose":
        propose(words[0], lines[1:])
    elif kind == "entry":
        if int(words[0]) == len(log) + 1:
            append(words[1], lines[1:])
        commit(int(words[2]))
        send(source, [f"have {acks.get(me, 0)}\n"])
    elif kind == "committed":
        commit(int(words[0]))
    elif kind == "have":
        have(source, int(words[0]))


def restart(lines):
    while lines:
        identity, count = lines.pop(0).split()
        log.append((identity, "".join(lines[:int(count)])))
        del lines[:int(count)]
    have(me, len(log))
    if me == peers[0]:
        out("deadline", now + 50)


for event in sys.stdin:
    word, *words = event.split()
    if word == "init":
        me, peers = words[0], words[2:]
    elif word == "time":
        now = int(words[0])
    elif word == "restart":
        restart(body(words[0]))
    elif word == "message":
        message(words[0], body(words[1]))
    elif word == "propose":
        propose(words[0], body(words[1]))
    elif word == "saved":
        have(me, saves[int(words[0]) - 1])
        if me == peers[0]:
            offer_all()
        else:
            send(peers[0], [f"have {acks[me]}\n"])
    elif word == "read":
        out("answer", words[0], "later")
    elif word == "timer":
        offer_all()
    elif word == "step":
        print("done", flush=True)
