# Chains whose members attest checkpoints, for tests of what light clients make of that.

# A chain whose blocks are mined, with a checkpoint every two, and members bob, carol, dave and erin.
attested_chain() { # OPTION...
    fresh_folder
    for name in alice bob carol dave erin; do keygen -s "demo $name" "$name"; done >names 2>/dev/null
    grep -v alice names >members
    ledger-init -n demo -T 1700000000 -s 1 -b 5000 -M members -i 2 "$@" alice 1000 >ledger
}

with_work() {
    attested_chain -e 0 -t ff "$@"
}

with_stakes() {
    with_work -A stake -u 20 -x 1000 -m 100 -B 1
}

# mined HEIGHT [ARGUMENT...]: a block on the best tip of stdin's records; the height is its time.
mined() {
    mine -m alice -T $((1700000000 + $1)) "${@:2}"
}

# Mines this many blocks, each with what is in the pool, while these members attest.
grow() { # COUNT NAME...
    local i height name
    for ((i = 0; i < $1; i++)); do
        height=$(($(ledger-chain -t ledger | cut -d ' ' -f 2) + 1))
        txpool -s pool | mined $height | ledger-append -q ledger
        for name in "${@:2}"; do validator -k "$name.key" </dev/null; done 2>/dev/null | txpool pool >passed
    done
}

# A chain on which erin has lied and was accused. After it, bob and carol alone make checkpoints final: 4 of 5 by weight, which is not
# over two thirds of 7, the weight of genesis. A payment of alice's is in its first block.
accused() { # OPTION...
    with_work
    printf '%s\n' bob carol dave erin | awk '{ print $1, $1 == "dave" ? 1 : 2 }' >weighed
    ledger-init -n demo -T 1700000000 -s 1 -b 5000 -M weighed -i 2 -e 0 -t ff "$@" alice 1000 >ledger
    cp ledger other
    txmake -f alice bob 5 | txsign -k alice.key | tee payment | txpool pool >passed
    grow 3 bob carol dave erin
    for height in 1 2 3; do mined $height -m bob -l other </dev/null | ledger-append -q other; done
    validator -k erin.key -r lies -l other </dev/null 2>/dev/null >lie
    { grep "^attest .* $(cut -d ' ' -f 2 erin.pub) " ledger | awk '$5 == 2' && cat lie; } >evidence
    txmake -p pool -f alice --accuse evidence | txsign -k alice.key | txpool pool >passed
    grow 5 bob carol dave
    grow 5 bob carol
}
