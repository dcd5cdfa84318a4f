load lib/common

# Finding things in netsim (netsim-overlay(7)): Kademlia by the DHT's own code, Chord and flooding, beside the figures that
# others measured (t/vectors/dht/kademlia-hops.tsv) and what theory says. The seeds are fixed, so nothing here is luck.

model() { # NODES SEED MODEL NAME=VALUE...: its rows
    timeout 300 netsim -n "$1" -s "$2" "${@:3}" | tail -n +3
}

# near COUNT: so many rows for each setting, each of another network; their means are those of the table: hops to 0.1,
# queries and timeouts at the median to 1. If nodes are dead, networks differ, and the table has one: queries to 1.5; if half
# of all are, to 3, timeouts to 2, and a branch of the tree may have no live contact.
near() {
    awk -v seeds="$1" 'NR == FNR { if (!/^#/) { key = $1 " " $2 " " $4 / 100; hops[key] = $5; queries[key] = $9; late[key] = $11 } next }
        { key = $1 " " $2 " " $4 + 0; n[key]++; h[key] += $5; q[key] += $9; t[key] += $11; found[key] += $15; dead[key] = $4 }
        function far(is, should, most) { return is / n[key] - should > most || should - is / n[key] > most }
        END {
            for (key in n) {
                half = dead[key] >= 0.5; settings++
                if (n[key] < seeds || !(key in hops) || far(h[key], hops[key], 0.1) ||
                    far(q[key], queries[key], half ? 3 : dead[key] ? 1.5 : 1) || far(t[key], late[key], half ? 2 : 1) ||
                    found[key] / n[key] < (half ? 0.99 : 0.999)) {
                    print "not so: " key, h[key] / n[key], q[key] / n[key], t[key] / n[key], found[key] / n[key]; bad = 1
                }
            }
            exit bad || !settings
        }' "$ROOT/t/vectors/dht/kademlia-hops.tsv" -
}

# bats test_tags=slow
@test "Kademlia: hops and queries are those of the table, and the nearest is always found" {
    for seed in 1 2; do
        for nodes in 16 64 256 1024; do
            model "$nodes" "$seed" kademlia lookups=300
        done
        model 256 "$seed" kademlia k=20 lookups=100
        model 1024 "$seed" kademlia dead=0.2 lookups=600
    done | near 2
}

# bats test_tags=thorough
@test "Kademlia: up to 100,000 nodes, k 8 and 20, with 20 and 50 percent dead" {
    for seed in 1 2 3; do
        for k in 8 20; do
            for nodes in 64 256 1024 4096 16384 100000; do
                model "$nodes" "$seed" kademlia k="$k" lookups=500
            done
        done
    done | near 3
    # hops differ by 0.06 from network to network (a standard deviation) if half of all are dead
    for seed in {1..20}; do
        for k in 8 20; do
            for nodes in 1024 16384; do
                model "$nodes" "$seed" kademlia k="$k" dead=0.2 lookups=100
                model "$nodes" "$seed" kademlia k="$k" dead=0.5 lookups=300
            done
        done
    done | near 20
}

# bats test_tags=slow
@test "Kademlia: buckets of 1, 2 and 4 take more hops, one query at a time about as many" {
    { model 1024 7 kademlia k=1 lookups=600; model 1024 7 kademlia k=2 lookups=600; model 1024 7 kademlia k=4 lookups=600
        model 1024 7 kademlia alpha=1 lookups=600; } >rows
    awk 'BEGIN { split("4.77 3.34 2.66 2.35", hops); split("0 0 0 9", queries) }
        $5 - hops[NR] > 0.1 || hops[NR] - $5 > 0.1 || (queries[NR] && $9 != queries[NR]) { print; bad = 1 }
        END { exit bad || NR != 4 }' rows
}

# bats test_tags=slow
@test "Kademlia: 95 of 100 lookups among 1000 nodes ask 13 at most" {
    model 1000 7 kademlia | awk '{ exit !($10 <= 13) }'
}

@test "Kademlia: a lookup takes a round trip a round, and waits for the dead" {
    model 256 7 kademlia delay=10 lookups=200 | awk '{ exit !($12 == 80) }'
    model 256 7 kademlia spread=uniform lookups=200 | awk '{ exit !($12 > 300 && $12 < 500) }'
    model 256 7 kademlia spread=exponential lookups=200 | awk '{ exit !($12 > 300 && $12 < 1000) }'
    model 256 7 kademlia dead=0.5 slow=200 timeout=300 lookups=200 | awk '{ exit !($13 < 3000) }'
}

# bats test_tags=slow
@test "Chord: half the logarithm of the nodes and 0.8: the table to 0.1; and few are found if half of the ring is dead" {
    for nodes in 64 256 1024 4096 16384 100000; do
        for seed in {1..8}; do
            model "$nodes" "$seed" chord lookups=4000
        done | awk '{ n = $1; hops += $4; found += $11 } END { print n, hops / NR, found / NR }'
    done >rows
    awk 'BEGIN { split("3.76 4.84 5.76 6.84 7.83 9.15", hops) }
        $2 - hops[NR] > 0.1 || hops[NR] - $2 > 0.1 || $3 != 1 { print; bad = 1 } END { exit bad || NR != 6 }' rows
    model 1024 1 chord dead=0.5 successors=1 lookups=1000 | awk '{ exit !($11 < 0.6 && $8 > 5) }'
    model 1024 1 chord dead=0.5 successors=16 lookups=1000 | awk '{ exit !($11 > 0.99) }'
}

@test "flooding: 2E - N + 1 messages reach all, and a time to live of 7 as many as the table says" {
    for words in '1000 4' '10000 4' '10000 6' '64 3'; do
        read -r nodes degree <<<"$words"
        model "$nodes" 7 flood degree="$degree" | tail -n 1
    done | awk '$6 != $2 || $8 != 2 * $4 - $2 + 1 || $9 != $8 - $2 + 1 { print; bad = 1 } END { exit bad || NR != 4 }'
    # Nodes, degree, the share reached and the messages with 7 hops, as the mean of ten sources.
    for words in '1000 4 0.989 2323' '10000 4 0.352 4093' '10000 6 1 45337'; do
        read -r nodes degree share messages <<<"$words"
        model "$nodes" 7 flood degree="$degree" ttl=7 runs=10 | awk -v share="$share" -v messages="$messages" '
            $5 == 7 { reached += $7; sent += $8; n++ }
            END { r = reached / n / share; m = sent / n / messages; exit !(n == 10 && r > 0.95 && r < 1.05 && m > 0.95 && m < 1.05) }' || {
            echo "$words"
            false
        }
    done
}

# bats test_tags=slow
@test "churn: what was stored is found while nodes stay for an hour or 20 minutes, and not at 5" {
    model 100 7 churn session=60 items=50 hours=3 >an-hour
    model 100 7 churn session=20 items=50 hours=3 >twenty
    model 100 7 churn session=5 items=50 hours=3 >five
    awk 'NR > 1 { found += $5; all += $4 } END { exit !(all == 100 && found >= 99) }' an-hour
    awk 'NR > 1 { found += $5; all += $4 } END { exit !(all == 100 && found >= 95) }' twenty
    awk 'NR > 1 { found += $5; all += $4 } END { exit !(all >= 90 && found < 95) }' five
    model 100 7 churn session=0 items=50 hours=2 | awk 'NR == 2 { exit !($5 == 50 && $13 == 0 && $16 == 0) }'
}

# bats test_tags=thorough
@test "churn: five hundred nodes, after six hours" {
    for session in 60 20; do
        model 500 7 churn session="$session" items=100 hours=7 | tail -n 1
    done >rows
    awk '$4 != 100 || $5 < ($3 == 60 ? 99 : 95) { print; bad = 1 } END { exit bad || NR != 2 }' rows
}

@test "an eclipse takes k networks; with ids bound to addresses, hundreds; from one network it fails" {
    model 1024 7 eclipse addresses=16 >free
    awk '{ if ($7 != ($5 >= 8)) { print; bad = 1 } } END { exit bad || NR != 5 }' free
    model 1024 7 eclipse bound=yes addresses=2048 >bound
    awk '$5 <= 32 && $7 > 0 { bad = 1 } $5 == 2048 && $7 < 0.9 { bad = 1 } bad { print } END { exit bad || NR != 12 }' bound
    model 1024 7 eclipse networks=1 addresses=1024 | awk '$7 > 0 || $8 > 2 { print; bad = 1 } END { exit bad || NR != 11 }'
    model 1024 7 eclipse networks=1 addresses=1024 limit=no | tail -n 1 | awk '{ exit !($7 == 1) }'
}

@test "poisoned replies cost four queries for each liar, and hide no more keys than silence about others does" {
    model 1024 7 eclipse addresses=8 poison=yes >free
    awk '{ if ($7 != ($5 >= 8) || $10 > 4 * $5) { print; bad = 1 } } END { exit bad || NR != 4 }' free
    model 1024 7 eclipse bound=yes addresses=256 poison=yes >bound
    awk '($5 <= 64 && $7 > 0) || $9 > 60 { print; bad = 1 } END { exit bad || NR != 9 }' bound
}

@test "the same seed gives the same bytes on every machine, and another others" {
    for words in 'kademlia lookups=100 dead=0.2 spread=exponential' 'chord lookups=500 dead=0.1' 'flood' \
        'churn items=20 hours=2 session=20' 'eclipse bound=yes addresses=64 keys=5'; do
        read -ra list <<<"$words"
        model 100 7 "${list[@]}"
        [ "$(model 100 7 "${list[@]}" | cksum)" != "$(model 100 8 "${list[@]}" | cksum)" ]
    done >lines
    [ "$(cksum <lines)" = '3953750540 694' ] || {
        cksum lines
        false
    }
}

@test "one node always lives" {
    for seed in 1 2 3; do timeout 300 netsim -s "$seed" -n 2 chord dead=0.9 lookups=10; done >rows
    for seed in 7 13 21 22; do timeout 300 netsim -s "$seed" -n 16 kademlia dead=0.9 lookups=10; done >>rows
    [ "$(grep -vc '^#' rows)" -eq 7 ]
}

@test "settings out of bounds, and options that a model has no use for, are refused" {
    for words in 'kademlia k=0' 'kademlia k=65' 'kademlia dead=1' 'chord successors=0' 'flood degree=65' 'churn hours=1' \
        'churn delay=201' 'eclipse bound=maybe' 'eclipse addresses=10001' 'kademlia ttl=3'; do
        read -ra list <<<"$words"
        expect 2 netsim "${list[@]}"
    done
    expect 2 netsim -n 15 kademlia
    expect 2 netsim -n 20001 churn
    expect 2 netsim -q flood
    [ ! -e /dev/full ] || expect 2 sh -c 'netsim flood >/dev/full'
}
