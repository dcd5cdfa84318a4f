# bats file_tags=slow
# shellcheck disable=SC2094 # chains have the names of their files
load lib/common
load lib/swap

# swap: two chains, two sides, one preimage; and whoever keeps to what it says loses nothing.

setup() {
    fresh_folder
    swap_chains
}

# Adds a block with the lines of stdin to a chain; its spacing is 10 seconds.
tick() { # LEDGER [HEIGHT]
    local height=${2-}
    [ -n "$height" ] || height=$(($(ledger-chain -t -l "$1" | cut -d ' ' -f 2) + 1))
    mine -l "$1" -m miner -T $((1700000000 + 10 * height)) >"block.$1"
    ledger-append -q -T 1800000000 "$1" <"block.$1"
}

# A contract: alice gives 1000 of north, bob 500 of south.
contract() { # AFTER AFTER [DELAY]
    rm -f secret
    swap -n secret -D "${3-20}" -1 north -2 south alice 1000 "$1" bob 500 "$2" >contract
}

# What swap makes of it for a side: its status, and its transaction, signed, in tx.NAME.
step() { # STATUS NAME [OPTION...]
    local want=$1 name=$2
    shift 2
    expect "$want" swap -D 20 -1 north -2 south -f "$name" -i secret "$@" contract
    txsign -k "$name.key" "$out" >"tx.$name"
}

has() { # LEDGER NAME
    ledger-balance -l "$1" "$2" | cut -d ' ' -f 3
}

@test "both sides keep to it: each has what the other gave" {
    contract 30 20
    [ "$(cut -d ' ' -f 1 contract)" = swap ]
    [ "$(wc -w <contract)" -eq 10 ]
    step 3 bob
    says 'The other side has not locked 1000 on north yet, 1 deep. You have given nothing. Wait.'
    step 0 alice
    says 'Lock 1000 on north. If the other side stops after that, it is yours again from height 30 on.'
    tick north <tx.alice
    step 3 alice
    says 'it is yours again from height 30 on; the$'
    step 0 bob
    says '^The other side has locked 1000 on north: lock 500 on south'
    tick south <tx.bob
    step 3 bob
    says '^You have locked 500 on south'
    step 0 alice
    says '^The other side has locked 500 on south: take it, which shows the preimage'
    grep -q " show $(cat secret) " tx.alice
    tick south <tx.alice
    step 4 alice
    says '^Over: you have what the other side gave.$'
    rm secret
    expect 0 swap -D 20 -1 north -2 south -f bob contract
    says '^The other side has taken what you gave, and shown the preimage'
    txsign -k bob.key "$out" | tick north
    step 4 bob
    says '^Over: you have what the other side gave.$'
    [ "$(has north bob) $(has south alice)" = '999 499' ]
    [ "$(has north alice) $(has south bob)" = '8999 9499' ]
    verify -q north
    verify -q south
}

@test "if the other side never locks, or never takes, each takes back what it gave" {
    contract 10 5
    step 0 alice
    tick north <tx.alice
    step 0 bob
    tick south <tx.bob
    for _ in 1 2 3; do
        tick south </dev/null
        tick north </dev/null
    done
    # bob's lock opens too soon: a claim may take two blocks
    step 3 alice
    says '^The other side.s lock opens too soon to take it safely: do not show the preimage.$'
    step 0 bob
    says '^Your lock has opened: take back what it holds.$'
    tick south <tx.bob
    step 4 bob
    says '^Over: you took back what you gave.$'
    step 3 alice
    for _ in 5 6 7 8 9; do tick north </dev/null; done
    step 0 alice
    says '^Your lock has opened'
    tick north <tx.alice
    step 4 alice
    says '^Over: you took back what you gave.$'
    [ "$(has north alice) $(has south bob)" = '9998 9998' ]
}

@test "what is not safe is not begun" {
    local line
    expect 1 swap -n secret -D 20 -1 north -2 south alice 1000 23 bob 500 20
    says 'your lock opens 30 s after the other.s: 40 s \(twice -D\) is the least'
    [ ! -e secret ]
    contract 30 20
    line=$(cat contract)
    # bob does not lock upon a contract that is not safe for him, or whose locks hold less
    tick north < <(swap -D 20 -1 north -2 south -f alice contract 2>said | txsign -k alice.key)
    expect 1 swap -D 60 -1 north -2 south -f bob contract
    says 'less than 120 s, twice -D: do not begin'
    expect 3 swap -d 2 -1 north -2 south -f bob contract
    says '1000 on north yet, 2 deep'
    expect 3 swap -1 north -2 south -f bob <<<"${line/ 1000 / 1001 }"
    # contracts that are none
    for edit in 's/^swap/swop/' 's/ 30 / 030 /' 's/ 500 / 0 /' 's/ [^ ]*$//' 's/$/ 1/' 's/^swap ./swap g/' \
        's/^swap ./swap /' 's/ 1000 / -1 /' 's/ 20$/ 99999999999999999999/'; do
        expect 1 swap -1 north -2 south -f bob <<<"$(sed "$edit" contract)"
        says '^swap: contract: '
    done
    expect 1 swap -1 south -2 north -f bob contract
    says '^swap: contract: its first chain is '
    expect 1 swap -1 north -2 south -f miner contract
    says '^swap: -f: miner is no side of this contract$'
    ledger-init -n east -T 1 -t ff bob 10 >east
    expect 1 swap -1 north -2 east -f bob contract
    says '^swap: east: this chain allows no policies'
}

@test "a lock that costs more to take than it holds is not made" {
    ledger-init -n south -T 1700000000 -t ff -e 0 -r 0 -F 2 -A policy bob 10000 >south
    contract 30 20
    expect 1 swap -D 20 -1 north -2 south -f alice contract
    says '^swap: contract: lock 2 will hold 500, and it costs 1[0-9][0-9][0-9] to take that: do not begin$'
}

@test "usage, help, version, files that cannot be read, and a stdout that cannot be written" {
    contract 30 20
    expect 0 swap --help
    grep -q '^usage: swap -1 LEDGER' "$out"
    expect 0 swap -V
    for wrong in '' '-1 north' '-1 north -2 south' '-1 north -2 south -f bob a b' '-1 north -2 south -f bob -d 0' \
        '-1 north -2 south -f bob -D x' '-1 north -2 south -n new alice 1 9' '-1 north -2 south -n new -f bob a 1 2 b 3 4' \
        '-1 north -2 south -n new alice 0 30 bob 1 20' -x -1 '-1 none -2 south -f bob contract' '-1 north -2 south -f bob none'; do
        # shellcheck disable=SC2086 # words
        expect 2 swap $wrong
    done
    expect 2 sh -c 'swap -D 20 -1 north -2 south -f alice contract >/dev/full'
    expect 2 sh -c 'swap -D 20 -n new -1 north -2 south alice 1 30 bob 1 20 >/dev/full'
    swap -D 20 --first=north --second=south --from=alice --preimage=secret --depth=1 --names=alice.pub contract >one
    swap --delay=20 -1 north -2 south -f alice - <contract | cmp - one
}

# --- Every run ---

@test "the model: which gap between the locks is safe, whatever the other side does and however late things come" {
    "$BIN"/.t/swapmodel >runs
    # who gives first is safe in any case; who gives second needs twice the delay
    awk '$3 == "first" && $4 != "safe" { bad = 1 } END { exit bad || NR == 0 }' runs
    awk '$3 == "second" && $5 == "any" && ($4 == "safe") != ($2 >= 2 * $1) { bad = 1 } END { exit bad }' runs
    # were no lock claimed after it has opened, once the delay would do; with no gap at all it loses
    awk '$3 == "second" && $5 == "early" && ($4 == "safe") != ($2 >= $1) { bad = 1 } END { exit bad }' runs
    [ "$(wc -l <runs)" -eq $((4 * (4 + 6 + 8 + 10))) ]
}

# A run of both sides on real chains: a side acts upon what it sees, and what it sends stands in a block DELAY later.
# SIDE does nothing after STOP acts.
run() { # DELAY SIDE STOP
    local delay=$1 height name
    declare -A acts=([alice]=0 [bob]=0) due=([alice]=0 [bob]=0)
    cp north.new north
    cp south.new south
    rm -f north.* south.* ./*.index*
    for ((height = 1; height <= 4 + 9 * delay; height++)); do
        for name in alice bob; do
            [ "${due[$name]}" -eq 0 ] || continue
            [ "$name" != "$2" ] || [ "${acts[$name]}" -lt "$3" ] || continue
            swap -D $((10 * delay)) -1 north -2 south -f $name -i secret contract >next 2>said || continue
            txsign -k $name.key next >"tx.$name"
            acts[$name]=$((acts[$name] + 1))
            due[$name]=$((height + delay - 1))
        done
        : >"ready.$north"
        : >"ready.$south"
        for name in alice bob; do
            [ "${due[$name]}" -eq $height ] || continue
            cat "tx.$name" >>"ready.$(cut -d ' ' -f 2 "tx.$name")"
            due[$name]=0
        done
        tick north $height <"ready.$north"
        tick south $height <"ready.$south"
    done
}

# bats test_tags=thorough
@test "every point at which a side can stop, and every delay: the other loses nothing but fees" {
    local delay side stop north south stays has
    north=$(head -n 1 north | tr -d '\n' | sha256sum | cut -c 1-64)
    south=$(head -n 1 south | tr -d '\n' | sha256sum | cut -c 1-64)
    mkdir new
    cp north south new
    for delay in 1 2; do
        contract $((2 + 7 * delay)) $((2 + 5 * delay)) $((10 * delay))
        for side in alice bob; do
            for stop in 0 1 2 3; do
                cp new/north north.new
                cp new/south south.new
                run $delay $side $stop
                [ $side = alice ] && stays=bob || stays=alice
                # what it gave, or what it was to get
                has="$(has north "$stays") $(has south "$stays")"
                echo "delay $delay, $side stops after $stop: $stays has $has"
                case $stays:$has in
                alice:'10000 '* | alice:9998\ * | alice:*' 499') ;;
                bob:*' 10000' | bob:*' 9998' | bob:'999 '*) ;;
                *) return 1 ;;
                esac
            done
        done
    done
}
