# Two chains for swaps, in the files north and south: alice has 10000 on the one, and bob on the other.
swap_chains() {
    local name
    for name in alice bob miner; do keygen -s $name $name >/dev/null; done 2>keygen.err
    # shellcheck disable=SC2094 # names of chains, and files
    ledger-init -n north -T 1700000000 -t ff -e 0 -r 0 -A policy alice 10000 >north
    # shellcheck disable=SC2094
    ledger-init -n south -T 1700000000 -t ff -e 0 -r 0 -A policy bob 10000 >south
}
