load lib/common
load lib/ledger

# Operations, policies, sponsors, account forms, fees by length and state lines: what must be accepted, and what must be
# refused at its line and for its reason (t/vectors/v2, whose table `rules` names a bad case for every rule).

CASES=$VECTORS/v2

# NAME LINE WORDS of every bad ledger in the table.
bad_cases() {
    sed -n 's/^    //p' "$CASES/rules"
}

file_of() { # NAME
    if [ -e "$CASES/bad/$1.ledger" ]; then echo "$CASES/bad/$1.ledger"; else echo "$VECTORS/bad/$1.ledger"; fi
}

# The first line of stderr must begin so.
first_says() { # WORDS
    local first
    IFS= read -r first <"$err" || :
    [ "${first#"$1"}" != "$first" ] || { echo "expected: $1" && echo "but: $first" && return 1; }
}

@test "every rule has a bad case of its own, and every bad ledger stands under a rule" {
    sed 's/^\(    [^ ]*\).*/\1/; s/^/# /' "$CASES/rules" >&3
    awk '/^[^ ]/ { if (bare) print "no case: " bare; bare = $0; next } { bare = "" } END { if (bare) print "no case: " bare }' \
        "$CASES/rules" >missing
    [ ! -s missing ] || { cat missing && false; }
    diff <(cd "$CASES/bad" && printf '%s\n' *.ledger | sed 's/\.ledger$//' | sort) \
        <(bad_cases | cut -d ' ' -f 1 | while read -r name; do [ -e "$VECTORS/bad/$name.ledger" ] || echo "$name"; done | sort)
}

@test "verify refuses every one at its line and for its reason" {
    while read -r name line words; do
        file=$(file_of "$name")
        expect 1 verify -v "$file"
        first_says "$file:$line: $words"
    done < <(bad_cases)
}

@test "what is refused stands in the block that the vectors name" {
    while IFS=' :' read -r name _ line _; do
        read -r _ said _ < <(bad_cases | grep "^$name ")
        # no other block begins between them, and genesis may break a rule in any of its lines
        [ "$said" -ge "$line" ]
        sed -n "$((line + 1)),${said}p" "$CASES/bad/$name.ledger" >between
        refute grep '^block ' between
    done < <(sed -n 's/^  //p' "$CASES/README")
}

# bats test_tags=thorough
@test "ledger-append says the same, and keeps what stands before" {
    while read -r name line words; do
        file=$(file_of "$name")
        rm -f led*
        expect 1 ledger-append led <"$file"
        first_says "stdin:$line: $words"
        verify "$file" >good 2>/dev/null && return 1
        if [ -s good ]; then cmp led good; else [ ! -e led ]; fi
    done < <(bad_cases)
}

@test "verify and ledger-append take every good ledger; its tip, supply and balances are as told" {
    need python3
    while read -r name height tip root count supply _; do
        file=$CASES/good/$name.ledger
        rm -f led*
        expect 0 verify "$file"
        cmp "$out" "$file"
        expect 0 ledger-append led <"$file"
        cmp led "$file"
        read -r _ at _ < <(ledger-chain -t led)
        [ "$at" = "$height" ]
        [ "$(tip_id led)" = "$tip" ]
        # the hash of all balances and counts
        ledger-balance -l led >balances
        echo "$root $count $supply $(tr '\n' ' ' <balances)" >>roots
    done <"$CASES/tips"
    # shellcheck disable=SC2153 # lib/common sets it
    python3 - "$ROOT/t/lib" >said <<'PYTHON'
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from cases import state
for line in open("roots"):
    root, count, supply, *rest = line.split()
    has = [" ".join(rest[i + 1:i + 4]) for i in range(0, len(rest), 4)]
    assert state(0, *has) == f"state 0 {root} {count}", line
    assert sum(int(x.split()[1]) for x in has) == int(supply), line
print("good")
PYTHON
    [ "$(cat said)" = good ]
    [ "$(wc -l <roots)" -eq "$(find "$CASES/good" -type f | wc -l)" ]
}

# bats test_tags=thorough
@test "our part of the ledgers is what its program makes" {
    need python3
    mkdir bad good
    python3 -B "$ROOT/t/lib/cases.py" bad good
    for file in bad/* good/*; do
        cmp "$file" "$CASES/$file"
    done
}

# A sample: t/mutations.bats has thousands.
@test "verify and ledger-append say the same of a few mutants, and so does an independent reading" {
    mkdir mutants said
    "$BIN/.t/mutate" -a -k "$VECTORS/keys" -T 1700100000 -s 1 -n 40 -o mutants "$CASES"/good/[!s]*
    "$ROOT/t/lib/agree.sh" mutants said 1700100000 1 1 40 >statuses
    [ "$(wc -l <statuses)" -eq 40 ]
    awk -v mutants=mutants -v out=said -f "$ROOT/t/lib/agree.awk" statuses
    reading=$ROOT/../shared/reference/refledger.py
    [ -e "$reading" ] || skip 'no ../shared/reference'
    need python3
    "$ROOT/t/lib/agree.py" "$reading" mutants said 1700100000 <statuses
}
