#!/usr/bin/env bats
# Targets, their work, and ASERT: against stored cases, against Python's unbounded integers, and in a
# simulated month of changing hash rate.

load lib/common

worktest() {
    "$BIN/.t/worktest"
}

# The same questions answered from block(5) by unbounded integers: `oracle.py answer`, and a source of
# them: `oracle.py ask COUNT SEED`.
oracle() {
    command -v python3 >/dev/null || skip "no python3"
    cat >oracle.py <<'EOF'
import random, sys

TOP, LAST = 2**256, 2**63 - 1


def next_target(target, start, spacing, halflife, height, time):
    if halflife == 0:
        return target
    scaled = (time - start - spacing * height) * 65536
    e = abs(scaled) // halflife * (1 if scaled >= 0 else -1)
    frac, shift = e & 65535, (e >> 16) - 16
    factor = 65536 + ((195766423245049 * frac + 971821376 * frac**2 + 5127 * frac**3 + 2**47) >> 48)
    shift = max(-1000, min(1000, shift))        # only to keep numbers printable: nothing is left or fits beyond
    t = target * factor << shift if shift >= 0 else target * factor >> -shift
    return min(max(t, 1), TOP - 1)


def answer(line):
    kind, *w = line.split()
    if kind == "next":
        return "%064x" % next_target(int(w[0], 16), *map(int, w[1:]))
    a = int(w[0], 16)
    if kind == "work":
        return "%064x" % (TOP // (a + 1))
    b = int(w[1], 16)
    return {"met": lambda: "%d" % (a <= b), "add": lambda: "%064x" % min(a + b, TOP - 1),
            "divide": lambda: "%064x" % (a // b), "compare": lambda: "%d" % ((a > b) - (a < b))}[kind]()


def number(r):
    return r.choice((0, 1, 2, LAST - 1, LAST, r.randint(0, LAST), r.getrandbits(r.randint(1, 63)),
                     r.randint(0, 100000), 1700000000 + r.randint(0, 10**8)))


def wide(r):
    n = r.choice((1, 2, TOP - 1, TOP - 2, r.getrandbits(256), r.getrandbits(r.randint(1, 256)),
                  1 << r.randint(0, 255), (1 << r.randint(0, 256)) - 1, r.getrandbits(64) << r.randint(0, 192)))
    return max(n, 1)


def next_question(r):
    target, start, spacing, halflife, height, time = wide(r), number(r), max(number(r), 1), number(r), number(r), number(r)
    if r.random() < 0.7:                        # a drift of some half-lives, where all is in motion
        spacing, halflife = r.randint(1, 2000), r.choice((1, 2, 3, 7, 120, 86400, 65536, r.randint(1, 10**6)))
        height = r.choice((0, 1, r.randint(0, 10**6), r.randint(0, 10**12)))
        drift = r.randint(-300, 300) * halflife + r.choice((-1, 0, 1, r.randint(-halflife, halflife)))
        time = min(max(start + spacing * height + drift, 0), LAST)
    return "next %064x %d %d %d %d %d" % (target, start, spacing, halflife, height, time)


def question(r):
    kind = r.choice(("next",) * 6 + ("work", "met", "add", "divide", "compare"))
    if kind == "next":
        return next_question(r)
    a, b = wide(r), wide(r)
    b = r.choice((b, b, a, max(a - 1, 1), min(a + 1, TOP - 1)))
    return "work %064x" % a if kind == "work" else "%s %064x %064x" % (kind, a, b)


if sys.argv[1] == "ask":
    r = random.Random(int(sys.argv[3]))
    for _ in range(int(sys.argv[2])):
        print(question(r))
else:
    for line in sys.stdin:
        print(answer(line))
EOF
    python3 oracle.py "$@"
}

# same QUESTIONS WANTED GOT: shows the first questions that were answered otherwise.
same() {
    cmp "$2" "$3" && return
    paste -d '\n' "$1" "$2" "$3" | awk 'NR % 3 == 1 { q = $0 } NR % 3 == 2 { w = $0 }
        NR % 3 == 0 && $0 != w && n++ < 5 { print q; print "  wanted " w; print "  got    " $0 }'
    return 1
}

@test "ASERT gives the targets of vectors/asert" {
    start=4611686018427387904 # so far from 0 that relative times may be negative
    while read -r target height time next; do
        echo "next $target $start 600 86400 $height $((start + time))" >&3
        echo "$next" >&4
    done <"$VECTORS/asert" 3>questions 4>wanted
    [ "$(wc -l <questions)" -ge 33 ]
    worktest <questions >got
    same questions wanted got
}

@test "stored extreme cases" {
    sed 's/ [^ ]*$//' "$VECTORS/work-cases" >questions
    sed 's/.* //' "$VECTORS/work-cases" >wanted
    [ "$(wc -l <questions)" -ge 200 ]
    worktest <questions >got
    same questions wanted got
}

@test "the stored extreme cases are what unbounded integers say" {
    sed 's/ [^ ]*$//' "$VECTORS/work-cases" >questions
    sed 's/.* //' "$VECTORS/work-cases" >wanted
    oracle answer <questions >got
    same questions wanted got
}

@test "100,000 random cases against unbounded integers" {
    oracle ask 100000 2026 >questions
    oracle answer <questions >wanted
    [ "$(wc -l <wanted)" -eq 100000 ]
    worktest <questions >got
    same questions wanted got
}

# The schedule's offset under ASERT wanders with a deviation of spacing * sqrt(h / (2 ln 2)), h being the
# half-life in spacings: some 6,100 s for 600/86400, so that the mean of the shortest window, 6 days, has
# a deviation of 1.7 %, and 5 % is three of them. For 10/120 it is 0.01 %, and most of 0.1 % is room.
@test "a month of changing hash rate: spacing 600, half-life 86400" {
    "$BIN/.t/asertsim" 600 86400 5 5
}

@test "a month of changing hash rate: spacing 10, half-life 120" {
    "$BIN/.t/asertsim" 10 120 0.1 1
}

@test "the simulation sees that a target that stands still is wrong" {
    expect 1 "$BIN/.t/asertsim" 600 0 5 1
    grep -q '^BAD.x10 on day 10.*-89' "$out"
}
