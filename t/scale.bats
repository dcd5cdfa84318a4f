load lib/common

# Models of whole networks beside their theory (netsim-scale(7)): gossip among up to a million nodes, what spies can tell,
# and miners that race. The seeds are fixed, so nothing here depends on luck; the bounds say what the theory allows.

model() { # NODES SEED MODEL NAME=VALUE...: NODES 0: not said
    local nodes=()
    [ "$1" -eq 0 ] || nodes=(-n "$1")
    timeout 300 netsim -s "$2" "${nodes[@]}" "${@:3}"
}

# row COLUMN COMMAND...: a column of the last line.
row() {
    "${@:2}" | awk -v column="$1" '{ last = $column } END { print last }'
}

# holds EXPRESSION: of awk.
holds() {
    awk "BEGIN { exit !($1) }" || {
        echo "not so: $1"
        return 1
    }
}

@test "exponential numbers are those of another reading, and have their distribution" {
    "$BIN/.t/modeltest" exponential
    "$BIN/.t/modeltest" real
}

@test "what is due comes out by time, then by when it was put in" {
    "$BIN/.t/modeltest" slots
    "$BIN/.t/modeltest" queue
}

@test "graphs have the degrees that were asked for; stems go one to one" {
    "$BIN/.t/modeltest" graph
    "$BIN/.t/modeltest" routes
}

@test "the same seed gives the same lines, and another others" {
    for words in 'gossip spread=exponential eager=2 stems=yes' 'first-spy spies=0.2' 'mining delay=60000 spread=uniform blocks=500' \
        'selfish alpha=0.3' 'catchup runs=1000'; do
        read -ra list <<<"$words"
        model 0 7 "${list[@]}" >one
        model 0 7 "${list[@]}" >two
        model 0 8 "${list[@]}" >other
        cmp one two
        ! diff <(tail -n +2 one) <(tail -n +2 other) >/dev/null || false
    done
}

@test "a run is told in its first line, and its lines are the same on every machine" {
    expect 0 model 1000 7 gossip fanout=8 spread=exponential
    head -n 1 "$out" | grep -Fx '# netsim -s 7 -n 1000 gossip fanout=8 spread=exponential'
    (
        model 2000 7 gossip spread=exponential eager=2 stems=yes show=times
        model 2000 7 first-spy spies=0.1
        model 0 7 mining delay=60000
        model 0 7 selfish
        model 0 7 catchup runs=1000
    ) >lines
    [ "$(cksum <lines)" = '2173886127 2193' ]
}

@test "all have a record after as many hops as the degrees say, and those grow with the logarithm of the nodes" {
    for nodes in 100 1000 10000 100000; do
        for fanout in 4 8 16; do
            model "$nodes" 7 gossip fanout="$fanout"
        done
    done | grep -v '^#' >rows
    [ "$(wc -l <rows)" -eq 12 ]
    # Reached, within one hop of the theory, and within two of log N; a hop takes three messages of 100 ms.
    awk '$3 != $1 || $8 - $11 > 1 || $11 - $8 > 1 || $8 - $10 > 2.5 || $8 < $10 || $5 != $8 * 300 { print; bad = 1 } END { exit bad }' rows
}

@test "a node requests a record once, however many announce it" {
    model 10000 7 gossip fanout=8 >rows
    # announced = the others + repeated; delivered once to all but the source
    tail -n 1 rows | awk '{ exit !($12 - $13 == $1 - 1 && $14 == $1 - 1 && $15 == 0) }'
    # If all push, every connection carries it at least once.
    model 10000 7 gossip fanout=8 eager=1000 >pushed
    tail -n 1 pushed | awk '{ exit !($12 == 0 && $14 >= 80000 && $14 < 160000 && $5 < 900) }'
}

@test "a network in two parts is told when it is whole again" {
    [ "$(row 3 model 1000 7 gossip part=0.3 heal=60000)" -eq 1000 ]
    holds "$(row 5 model 1000 7 gossip part=0.3 heal=60000) >= 60300"
    holds "$(row 5 model 1000 7 gossip part=0.3 heal=60000) <= 61200"
    model 1000 7 gossip part=0.3 heal=60000 show=times >curve
    awk '$2 == 70 { at = $1 } $2 == 71 { after = $1 } END { exit !(at <= 60000 && after > 60000) }' curve
}

@test "our own listeners and senders take as many hops, messages and copies as the model says" {
    model 300 7 gossip real=yes runs=8 >real
    model 300 7 gossip runs=4 >plain
    model 300 7 gossip eager=3 runs=4 >pushed
    awk '
        /^#/ { next }
        { kind = FILENAME == "real" ? (++records <= 4 ? "real" : "eager") : FILENAME; n[kind]++
          ms50[kind] += $4; ms99[kind] += $5; announced[kind] += $12; delivered[kind] += $14; reached += $3 != 300 }
        function far(what, it, model, most) {
            it /= n[one]; model /= n[other]
            if (it > model * (1 + most) || it < model * (1 - most)) { print one, what, it, model; bad = 1 }
        }
        function compare(unsaid) {
            far("ms50", ms50[one], ms50[other], 0.3); far("ms99", ms99[one], ms99[other], 0.3)
            far("announced", announced[one], announced[other], unsaid); far("delivered", delivered[one], delivered[other], 0.1)
        }
        END {
            one = "real"; other = "plain"; compare(0.1)
            one = "eager"; other = "pushed"; compare(0.2) # who waits with an announcement often need not make it
            exit bad || reached || n["real"] != 4 || n["eager"] != 4
        }' real plain pushed
}

@test "our own nodes find each other again when a network in two parts is whole" {
    model 60 7 gossip real=yes part=0.3 heal=20000 >healed
    tail -n 1 healed | awk '{ exit !($3 == 60 && $5 > 20000 && $5 < 50000) }'
}

@test "our own nodes send along stems, and nothing of that is lost" {
    model 60 7 gossip real=yes stems=yes spread=exponential runs=5 >stems
    awk '!/^#/ { n++; hops += $16; if ($3 != 60) bad = 1 } END { exit bad || n != 5 || !hops }' stems
}

@test "our own pullers get a chain from each other, in the time that the theory gives" {
    for seed in 1 2 3; do
        model 100 $seed pull blocks=50
    done | awk '!/^#/ { n++; ms += $5; theory += $7; if ($3 != $1) bad = 1 }
        END { print ms / n, theory / n; exit bad || n != 3 || ms < theory * 0.7 || ms > theory * 1.5 }'
    # Large answers come piece by piece.
    [ "$(row 3 model 3 7 pull blocks=3000)" -eq 3 ]
}

# peers NAME=VALUE... -- OPTION...: what n1 is told at 5 s, as our own nodes pass it on in a scenario.
peers() {
    local words=()
    while [ "$1" != -- ]; do
        words+=("$1")
        shift
    done
    timeout 300 netsim -w none "${@:2}" -a '5000 propose n1 some words' peer "${words[@]}"
}

@test "our own nodes are an engine: a record that one makes is had by all, whatever was lost on the way" {
    peers fanout=3 -- -n 8 -s 3 -t 20000 >plain
    [ "$(grep -c ' event n[0-9]* have ' plain)" -eq 7 ]
    [ "$(sed -n 's/.* event n[0-9]* \(have\|made\) //p' plain | sort -u | wc -l)" -eq 1 ]
    # What comes twice or late goes unnoticed: connections are closed only because two nodes have dialed each other.
    peers fanout=3 -- -n 8 -s 3 -t 60000 -u 10% -r '20% 50' >mixed
    [ "$(grep -c ' event n[0-9]* have ' mixed)" -eq 7 ]
    ! grep ' closed ' mixed | grep -v -e 'is connected the other way round, too$' -e 'the peer said bye done$' || false
    # Loss, duplicates and reordering; a crash, a partition: connections are closed, dialed again, and make up for it.
    peers fanout=3 -- -n 8 -s 3 -t 120000 -L 2% -u 2% -r '5% 50' -a '6000 crash n2 for 2000' \
        -a '4000 partition n1 n2 n3 / n4 n5 n6 n7 n8 for 20000' >rough
    grep -q ' closed ' rough
    [ "$(sed -n 's/.* event \(n[0-9]*\) have .*/\1/p' rough | sort -u | wc -l)" -eq 7 ]
    peers fanout=3 -- -n 8 -s 3 -t 120000 -L 2% -u 2% -r '5% 50' -a '6000 crash n2 for 2000' \
        -a '4000 partition n1 n2 n3 / n4 n5 n6 n7 n8 for 20000' | cmp - rough
    peers fanout=3 stems=yes -- -n 8 -s 3 -t 60000 >stems
    [ "$(sed -n 's/.* event \(n[0-9]*\) have .*/\1/p' stems | sort -u | wc -l)" -eq 7 ]
    peers blocks=200 fanout=2 -- -n 5 -s 3 -t 120000 >chain
    [ "$(grep -c ' event n[0-9]* height 200$' chain)" -eq 4 ]
}

@test "settings of a node that are wrong are named" {
    expect 2 netsim -n 3 -w none peer fanout=0
    says 'fanout=0: a peer has fanout='
    expect 2 netsim -n 3 -w none peer stems=perhaps
    expect 2 netsim -n 3 -w none peer blocks=100001
}

@test "stems have as many hops as one in ten ending at each node gives" {
    # 10 on average, of a standard deviation of 9.5, less those that came round.
    model 3000 7 gossip stems=yes runs=400 | awk '!/^#/ { sum += $16; n++ } END { print sum / n; exit !(n == 400 && sum / n > 8 && sum / n < 11.5) }'
}

@test "what first spies can tell of stems is what the theory says" {
    for p in 0.02 0.05 0.1 0.2 0.3 0.5; do
        model 20000 7 first-spy fluff=0 spies=$p route=one-to-one chosen=exact
        model 20000 7 first-spy fluff=0 spies=$p route=all-to-one chosen=exact
        model 20000 7 first-spy fluff=0 spies=$p route=all-to-one chosen=dialed
    done | grep -v '^#' >rows
    [ "$(wc -l <rows)" -eq 18 ]
    # Precision within a tenth of the theory and 0.002; recall is p; and no less than p^2, which no protocol can beat.
    awk '{
        far = $3 - $5
        if (far < 0) far = -far
        miss = $4 - $2
        if (miss < 0) miss = -miss
        if (far > $5 / 10 + 0.002 || miss > 0.012 || $3 < $6 * 0.95) { print; bad = 1 }
    } END { exit bad }' rows
}

@test "stems hide what flooding shows" {
    flood=$(row 3 model 1000 7 first-spy spies=0.1 route=none)
    stem=$(row 3 model 1000 7 first-spy spies=0.1)
    holds "$flood > 0.5 && $stem < 0.15"
    # A node that might fluff its own records at once would be found more often.
    holds "$(row 3 model 1000 7 first-spy spies=0.1 own=drawn) > 1.4 * $stem"
}

@test "stale blocks and forks are as many as delay and interval say" {
    for delay in 0 6000 60000 300000 600000; do
        model 1000 7 mining delay=$delay blocks=50000
    done | grep -v '^#' >rows
    [ "$(wc -l <rows)" -eq 5 ]
    # Within three standard deviations; and a thousandth, for a miner knows its own blocks at once.
    awk '{
        far = $5 - $7
        if (far < 0) far = -far
        forked = $8 - $9
        if (forked < 0) forked = -forked
        if (far > 3 * $6 + $2 / 1000 || forked > 0.01) { print; bad = 1 }
    } END { exit bad }' rows
}

@test "a lone miner has no forks; delays that differ by miner give fewer than the longest to all" {
    [ "$(row 5 model 1 7 mining delay=600000)" = 0.000000 ]
    holds "$(row 5 model 200 7 mining delay=60000 spread=uniform blocks=20000) < 0.0909 * 1.05"
    holds "$(row 5 model 200 7 mining delay=60000 spread=exponential blocks=20000) > 0.06"
}

@test "a selfish pool earns what Eyal and Sirer say, within two standard deviations" {
    for alpha in 0.1 0.2 0.25 0.333333 0.4 0.45; do
        for gamma in 0 0.5 1; do
            model 0 7 selfish alpha=$alpha gamma=$gamma blocks=300000
        done
    done | grep -v '^#' >rows
    [ "$(wc -l <rows)" -eq 18 ]
    awk '$8 > 2 || $8 < -2 { print; bad = 1 } END { exit bad }' rows
    # The threshold: a third without any help, a quarter with half, none at all with everything.
    awk '$1 == 0.4 && $5 <= $1 || $1 == 0.1 && $2 == 0 && $5 >= $1 || $1 == 0.1 && $2 == 1 && $5 <= $1 { print; bad = 1 } END { exit bad }' rows
}

@test "an attacker catches up as often as Nakamoto's table says, and as the exact form does" {
    model 0 7 catchup runs=30000 >rows
    # The table of section 11, for q = 0.1.
    printf '%s\n' 1.0000000 0.2045873 0.0509779 0.0131722 0.0034552 0.0009137 0.0002428 0.0000647 0.0000173 0.0000046 \
        0.0000012 >table
    awk '!/^#/ { print $3 }' rows | diff table -
    model 0 7 catchup q=0.3 to=50 step=5 runs=30000 >rows3
    printf '%s\n' 1.0000000 0.1773523 0.0416605 0.0101008 0.0024804 0.0006132 0.0001522 0.0000379 0.0000095 0.0000024 \
        0.0000006 >table3
    awk '!/^#/ { print $3 }' rows3 | diff table3 -
    # What was measured is within three standard deviations, where the chance is not so small that they say nothing.
    cat rows rows3 | awk '!/^#/ && $6 > 0.0003 {
        a = $4 - $3; b = $7 - $6
        if (a < 0) a = -a
        if (b < 0) b = -b
        n++
        if (a > 3 * $5 || b > 3 * $8) { print; bad = 1 }
    } END { exit bad || n < 12 }'
}

@test "an option that a model does not know is refused, not ignored" {
    for option in -q -m -C '-x 1' '-f all' '-e nodes' '-s 1-3'; do
        IFS=' ' read -ra words <<<"$option"
        expect 2 netsim "${words[@]}" -n 10 gossip
        says '^netsim: gossip: a model takes no option but -n and -s, and one seed; see netsim-scale\(7\)$'
    done
}

@test "settings that are wrong are named" {
    expect 2 model 0 7 gossip fanout=0
    says '^netsim: fanout=0: it is a whole number from 1 to 64$'
    expect 2 model 0 7 gossip nonsense=1
    says 'nonsense=1: no such setting'
    expect 2 netsim gossip fanout
    says '^netsim: fanout: NAME=VALUE is expected$'
    expect 2 model 0 7 gossip fanout=8 fanout=9
    says 'fanout: given twice'
    expect 2 model 0 7 gossip spread=wide
    says 'spread=wide: it is one of constant, uniform, exponential'
    expect 2 model 0 7 selfish alpha=0.5
    says 'alpha=0.5: it is a number of at most 6 decimals from 0.000001 to 0.499999'
    expect 2 model 0 7 selfish alpha=0.3333333
    expect 2 model 0 7 selfish alpha=.3
    expect 2 model 0 7 selfish alpha=0.
    expect 2 model 0 7 selfish alpha=-1
    expect 2 model 5 7 selfish
    says '^netsim: -n: '
    expect 2 model 1 7 gossip
    says '^netsim: -n 1: it is from 2 to 16777216$'
    expect 2 model 0 7 gossip stems=yes part=0.5
    says 'stems=yes and part'
    expect 2 model 0 7 gossip real=yes eager=2
    says '^netsim: real=yes: without eager'
    expect 2 model 100001 7 gossip real=yes
}
