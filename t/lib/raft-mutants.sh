#!/usr/bin/env bash
# raft-mutants.sh [-w] [RULE...]: netsim against Raft engines that each break one rule of consensus (raft(1)). For each
# rule it prints how many seeds of its scenario it takes until a property is broken, and which one:
#
#     R5 6 order
#
# Status 1 if 400 seeds do not show it. With -w, the whole engine: no seed up to that one may break anything.
set -eu

MOST=400
STEP=20

# Statements of scenario(5), and the engine's settings, for each rule.
scenario_of() { # RULE
    settings=()
    case $1 in
    R1)
        steady 5 'delay uniform 1 40' 'fault isolate every 400 for 100 600' 'fault crash every 300 for 50 300' \
            'clients 4' 'workload log' 'think uniform 1 10' 'property order once durable'
        settings=(batch=1 window=1)
        ;;
    R2)
        steady 3 'disk uniform 20 100' 'delay uniform 1 30' 'fault crash every 150 for 10 80'
        settings=(election=120 heartbeat=40 prevote=no checkquorum=no)
        ;;
    R9)
        steady 5 'delay uniform 1 50' 'fault isolate every 500 for 100 600' 'fault crash every 600 for 100 600' \
            'clients 6' 'keys 1' 'think uniform 1 10' 'mix read 60 write 40 cas 0'
        settings=(batch=1 window=1)
        ;;
    R10)
        steady 5 'fault isolate every 700 for 300 1000' 'clients 6' 'keys 1' 'think uniform 1 10'
        settings=(checkquorum=no)
        ;;
    R11)
        steady 3 'delay uniform 1 80' 'clients 6' 'keys 1' 'think uniform 1 10'
        all_commands 1000 400 'transfer n2' 'transfer n3' 'transfer n1'
        settings=(election=600 reads=lease)
        ;;
    R14)
        steady 4 'delay uniform 1 20' 'fault partition every 300 for 100 500' 'think uniform 10 60' \
            'property order once durable'
        removals
        settings=(joint=never)
        ;;
    R15)
        steady 3 'spare n4' 'spare n5' 'delay uniform 1 20' 'fault partition every 300 for 100 500' 'think uniform 10 60'
        all_commands 500 300 'member remove n1 n2 add n4 n5'
        all_commands 650 300 'member remove n4 n5 add n1 n2'
        ;;
    R18)
        steady 3 'duplicate 10%' 'reorder 20% 500' 'fault isolate' 'snapshot 5' 'think uniform 5 50'
        settings=(keep=0)
        ;;
    R22) steady 1 'disk uniform 20 100' 'fault crash every 500 for 100 300' 'clients 3' 'think uniform 5 30' ;;
    *) steady 5 'fault all' 'snapshot 30' 'clients 4' 'keys 2' 'think uniform 20 200' ;;
    esac
}

steady() { # NODES STATEMENT...
    echo "nodes $1"
    echo 'time 6000'
    shift
    printf '%s\n' "$@"
}

# Each node is told, each by its own command or all by the same one; from a time on, and again and again.
all_commands() { # MS EVERY COMMAND...
    local ms=$1 every=$2 n
    shift 2
    for (( ; ms < 6000; ms += every)); do
        for n in 1 2 3; do
            echo "at $ms command n$n ${!n-$1}"
        done
    done
}

# Two of four nodes are told at once that another is to go, which then comes back.
removals() {
    local ms n=1
    for ((ms = 500; ms < 6000; ms += 100)); do
        n=$((n % 4 + 1))
        echo "at $ms command n$n member remove n$((n % 4 + 1))"
        echo "at $((ms + 50)) command n$n member add n$((n % 4 + 1))"
    done
}

# The first seed up to MOST that breaks a property, and that: SEED PROPERTY. Nothing if there is none.
first_broken() { # SETTING...
    local first
    for ((first = 1; first < MOST; first += STEP)); do
        netsim -m -q -s "$first-$((first + STEP - 1))" "$work/mutant.scenario" raft "$@" >"$work/seeds" 2>"$work/err" || :
        grep -q '^seeds ' "$work/seeds" || { cat "$work/err" >&2 && exit 2; }
        awk '/^[0-9]/ { print $1, $2; exit 1 }' "$work/seeds" || return 0
    done
}

whole_holds() { # RULE SEED
    local last=$(($2 > 1 ? $2 : 2))
    netsim -m -q -s "1-$last" "$work/mutant.scenario" raft ${settings[@]+"${settings[@]}"} >"$work/seeds" || :
    grep -qx "seeds $last broken 0" "$work/seeds" || { echo "$1: the whole engine: $(head -n 1 "$work/seeds")" >&2 && return 1; }
}

try_rule() { # RULE
    local found
    scenario_of "$1" >"$work/mutant.scenario"
    found=$(first_broken ${settings[@]+"${settings[@]}"} "break=$1")
    [ -n "$found" ] || { echo "$1: $MOST seeds do not show it" >&2 && return 1; }
    echo "$1 $found"
    [ -z "$whole" ] || whole_holds "$1" "${found% *}"
}

whole=
[ "${1-}" != -w ] || { whole=yes && shift; }
[ $# -gt 0 ] || set -- R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R14 R15 R18 R21 R22
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
for rule in "$@"; do
    try_rule "$rule" || status=1
done
exit $status
