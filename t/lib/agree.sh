#!/usr/bin/env bash
# agree.sh MUTANTS OUT NOW FIRST STEP LAST: what the programs say of MUTANTS/FIRST, FIRST + STEP, ... LAST.
#
# In OUT, for mutant N: N.v and N.ve, what verify passed on and said; N.a and N.ae, the same of ledger-append
# into N.L; N.chain and N.balance, what is read from that ledger, unless one before it in this run was the
# same. Prints a line `N STATUS-OF-VERIFY STATUS-OF-APPEND`; whatever else goes wrong is said on stderr.
set -u
mutants=$1 out=$2 now=$3
declare -A seen

wrong() {
    echo "mutant $i: $*" >&2
}

# What ledger-append passes on is what stands in the file; that is a ledger that holds.
read_back() {
    cmp -s "$out/$i.L" "$out/$i.a" || wrong 'ledger-append passed on other bytes than it wrote'
    known=$(<"$out/$i.L")
    [ -z "${seen[$known]-}" ] || return 0
    seen[$known]=1
    verify -q -j1 -T "$now" "$out/$i.L" || wrong 'what ledger-append wrote does not hold'
    ledger-chain "$out/$i.L" >"$out/$i.chain" || wrong 'ledger-chain fails'
    ledger-balance -l "$out/$i.L" >"$out/$i.balance" || wrong 'ledger-balance fails'
}

# Indexes take room in memory; to remove each by itself takes a process.
indexes=()
sweep() { # INDEX
    indexes+=("$1" "$1-wal" "$1-shm")
    [ ${#indexes[@]} -ge 150 ] || return 0
    rm -f "${indexes[@]}"
    indexes=()
}

for ((i = $4; i <= $6; i += $5)); do
    verify -v -j1 -T "$now" "$mutants/$i" >"$out/$i.v" 2>"$out/$i.ve"
    v=$?
    ledger-append -v -j1 -T "$now" "$out/$i.L" <"$mutants/$i" >"$out/$i.a" 2>"$out/$i.ae"
    echo "$i $v $?"
    if [ -e "$out/$i.L" ]; then
        read_back
        sweep "$out/$i.L.index"
    elif [ -s "$out/$i.a" ]; then
        wrong 'ledger-append passed on what it did not write'
    fi
done
rm -f "${indexes[@]}"
