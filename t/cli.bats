load lib/common

# What every command line has in common.

compiled() {
    (cd "$ROOT" && ls src/cmd/*.c) | sed 's,.*/,,; s,\.c$,,'
}

# misuse REASON PROGRAM ARGUMENT...: status 2, nothing on stdout, the reason, and the usage line after it.
misuse() {
    expect 2 "${@:2}" </dev/null
    [ ! -s "$out" ]
    [ "$(wc -l <"$err")" -eq 2 ]
    diff <(printf '%s\n' "$2: $1") <(head -n 1 "$err")
    sed -n 2p "$err" | grep -q "^usage: $2 "
}

@test "what is missing or too much is said before the usage line" {
    misuse '-f FROM is missing: who pays' txmake alice bob 25
    misuse 'AMOUNT is missing' txmake -f alice bob
    misuse "'milk': too many operands" txmake -f alice bob 25 bread milk
    misuse '-m ACCOUNT is missing (who is credited the reward and the fees)' mine
    misuse '-m ACCOUNT is missing (who is credited the reward and the fees)' mine miner
    misuse "'alice': its AMOUNT is missing" ledger-init alice
    misuse "'bob': its AMOUNT is missing" ledger-init alice 1 bob
    misuse 'NAME is missing' ledger-history
    misuse 'ID is missing' ledger-proof
    misuse 'PEERS is missing' peerbook
    misuse 'PEER is missing' gossip-send
    misuse 'PEER is missing' ledger-pull
    misuse 'NAME is missing' keygen
    misuse "'b': too many operands" keygen a b
    misuse 'SHARES is missing' minepool
    misuse 'POOL is missing' txpool
    misuse "'b': too many operands" txpool a b
    misuse "'b': too many operands" ledger-append a b
    misuse "'b': too many operands" ledger-chain a b
    misuse "'b': too many operands" ledger-graph a b
    misuse "'x': no operand goes here" minework x
    misuse 'the chain is missing: give -L LEDGER or -c CHAIN' gossip-listen -l 127.0.0.1:0
    misuse '-b and -s both say which block: give one' ledger-balance -b 1 -s 1
}

@test "a required option is not in brackets, and is asked for by every program that has one" {
    for name in $(compiled); do
        "$name" --help | head -n 1 | sed 's/\[-[^]]*\]//g' | grep -oE ' -[A-Za-z0-9] [^ ]+' >required || continue
        read -r option <required
        expect 2 "$name"
        says "^$name: $option is missing \\("
    done
}

@test "an option that no program has" {
    for name in $(compiled); do
        misuse '-Z: no such option' "$name" -Z
        misuse '-Z: no such option' "$name" -Zh
        misuse '--no-such-thing: no such option' "$name" --no-such-thing
        misuse '--no-such-thing: no such option' "$name" --no-such-thing=3
        misuse "--help takes no argument" "$name" --help=3
    done
    misuse '--s could be any of --seq, --share, --seed' txmake --s 3
    misuse '-\303: no such option' verify -ä
    misuse '--quiet takes no argument' verify --quiet=yes
}

@test "an option without its argument" {
    misuse '-j: its COUNT is missing' verify -qj
    misuse '-j: its COUNT is missing' verify --threads
    misuse '-k: its KEY is missing' txsign -k
}

@test "a negative number is no option" {
    misuse "amount: '-25' is negative" txmake -f alice bob -25
    misuse "amount: '-5' is negative" txmake -f alice bob -5
    misuse "amount: '-0.5' is negative" txmake -f alice bob -0.5 memo
    misuse "amount: '-25' is negative" ledger-init alice -25
    misuse '-2: no such option' verify -25
    misuse '-2: no such option' verify -q2
}

@test "a program goes by the name that it was called by" {
    ln -s "$(command -v verify)" my-verify
    expect 2 ./my-verify -Z
    says '^my-verify: -Z: no such option$'
    says '^usage: my-verify '
    expect 2 ./my-verify nothere
    says '^my-verify: '
    ./my-verify --version | grep '^my-verify (peerutils) '
    expect 0 bash -c 'exec -a "" verify --version'
    grep '^verify (peerutils) ' "$out"
}
