load lib/common
load lib/ledger
load lib/members
load lib/bftchain

# ledger-watch on chains with members: who has signed what no honest member signs, as txmake -x takes it.

SEALS=$VECTORS/seals

# The keys that the evidence on stdin convicts.
convicted() {
    awk '$1 == "evidence" { print $3 }' | sort
}

# Two ledgers that agree up to genesis: on each, three of four members have made a block final, and two of them on both. A third
# may lie and nothing happens: f is 1, and they are f + 1.
forked() {
    bft_chain 'bob carol dave erin' >ledger
    cp ledger other
    bft_block ledger "${members[0]}" </dev/null
    bft_block ledger "${members[1]}" "${members[@]:0:3}" </dev/null
    bft_block other "${members[3]}" </dev/null
    bft_block other "${members[2]}" "${members[@]:1:3}" </dev/null
}

@test "two ledgers that f + 1 liars have forked convict them, and a block burns their stake" {
    forked
    # each by itself is sound, and convicts nobody
    for one in ledger other; do
        expect 0 ledger-watch -1 "$one"
        [ ! -s "$out" ]
    done
    expect 1 ledger-watch -1 ledger other
    [ ! -s "$err" ]
    cp "$out" events
    convicted <events >liars
    for name in "${members[1]}" "${members[2]}"; do account "$name"; done | sort | cmp - liars
    # each of them signed both of two lines, which anyone can check
    awk '$1 == "evidence" { key = $3; next } { print ($1 == "vote" && $7 == key) }' events | sort | uniq -c | grep -qx ' *4 1'
    expect 0 verify -q events
    # what follows takes a pair of lines for each
    grep -v '^evidence ' events | txmake -x - -f alice | txsign -k alice.key >accusations
    [ "$(wc -l <accusations)" -eq 2 ]
    before=$(ledger-balance alice | cut -d ' ' -f 3)
    bft_block ledger "${members[0]}" "${members[@]:0:3}" <accusations
    # half of 100 is gone, of which a tenth is hers
    [ "$(ledger-balance alice | cut -d ' ' -f 3)" -eq $((before + 2 * 5 - 2)) ]
    # and they are members no more
    refute bft_block ledger "${members[3]}" "${members[@]:0:3}" </dev/null
    set=$(grep '^member ' ledger | grep -vFf liars | root)
    bft_block ledger "${members[3]}" "${members[@]:0:3}" </dev/null
    expect 0 verify -q ledger
    # it is told once, of the ledger of whoever has seen all of it, too
    tail -n +2 other | sed '/^block 1 /,$!d' >theirs
    ledger-append -q ledger <theirs
    expect 1 ledger-watch -1 ledger
    convicted <"$out" | cmp - liars
    [ "$(grep -c '^evidence ' "$out")" -eq 2 ]
    grep '^finals ' "$out" | cut -d ' ' -f 1-3,5 | grep -qx 'finals ledger 3 1'
}

@test "of the vectors, those whose finals exclude each other convict more than a third, and honest ones nobody" {
    while read -r name conflict; do
        cp "$SEALS/good/$name.ledger" ledger
        rm -f ledger.index*
        status=0
        ledger-watch -1 ledger >events 2>/dev/null || status=$?
        convicted <events >keys
        [ "$(grep -c '^finals ' events)" -eq "$conflict" ]
        case $name in
        finality-one-target-from-two-sources-accused) [ -s keys ] ;;
        *) [ "$conflict" -eq 1 ] || [ ! -s keys ] ;;
        esac
        [ "$conflict" -eq 0 ] || {
            grep '^member ' ledger | awk 'NR == FNR { liar[$1]; next } { all += $3; if ($2 in liar) lied += $3 }
                END { exit !(3 * lied > all) }' keys -
        }
        [ $status -eq "$([ -s events ] && echo 1 || echo 0)" ]
        took=$((${took-0} + conflict))
    done < <(awk '/^(finality|bft|sign)-/ { print $1, $8 }' "$SEALS/tips")
    [ "$took" -ge 2 ]
}

@test "a member that seals twice upon one parent" {
    sign_chain 10 'bob carol dave' >ledger
    who=$(sed -n 2p member-keys | cut -d ' ' -f 3)
    for time in 1700000010 1700000012; do
        seal -k "$who.key" -r "record.$time" -T $time ledger </dev/null
    done >two
    [ "$(wc -l <two)" -eq 2 ]
    ledger-append -q ledger <two
    expect 1 ledger-watch -1 ledger
    {
        echo "evidence $(head -n 1 ledger | id) $(account "$who") block"
        sort two
    } | cmp - "$out"
    tail -n 2 "$out" | txmake -x - -f alice | txsign -k alice.key >accusation
    next=$(turn_of 2)
    seal -k "$next.key" -T 1700000030 <accusation >block
    [ "$(wc -l <block)" -eq 2 ]
    expect 0 ledger-append -q ledger <block
}

# statement NAME LINE: it by this member.
statement() {
    echo "$2 $(account "$1")" | sign "$1"
}

@test "lines that come by themselves: two of one place, one span around another; and what is no lie" {
    bft_chain 'bob carol' >ledger
    chain=$(head -n 1 ledger | id)
    one=$(printf %064d 1) other=$(printf %064d 2)
    # of each pair of these, both by bob
    while IFS='|' read -r lies first second; do
        statement bob "${first/CHAIN/$chain}" >lines
        statement bob "${second/CHAIN/$chain}" >>lines
        echo "$first, $second"
        expect "$lies" ledger-watch -1 -C lines
        [ "$lies" -eq 0 ] && [ ! -s "$out" ] && continue
        { echo "evidence $chain $(account bob) ${first%% *}" && LC_ALL=C sort lines; } | cmp - "$out"
        # in the other order, and from two files, one of them a pipe
        sed -n 2p lines >late
        sed 2d lines | ledger-watch -1 -C - -C late | cmp - "$out"
    done <<END
1|vote CHAIN 5 0 prevote $one|vote CHAIN 5 0 prevote $other
1|vote CHAIN 5 0 precommit $one|vote CHAIN 5 0 precommit $(printf %064d 0)
0|vote CHAIN 5 0 prevote $one|vote CHAIN 5 0 precommit $other
0|vote CHAIN 5 0 prevote $one|vote CHAIN 5 1 prevote $other
0|vote CHAIN 5 0 prevote $one|vote CHAIN 6 0 prevote $other
0|vote CHAIN 5 0 prevote $one|vote CHAIN 5 0 prevote $one
0|vote CHAIN 5 0 prevote $one|vote $other 5 0 prevote $other
1|proposal CHAIN 5 1 - $one|proposal CHAIN 5 1 0 $other
0|proposal CHAIN 5 1 - $one|proposal CHAIN 5 1 0 $one
1|attest CHAIN 0 $one 4 $one|attest CHAIN 0 $one 4 $other
1|attest CHAIN 0 $one 4 $one|attest CHAIN 2 $other 4 $one
0|attest CHAIN 0 $one 4 $one|attest CHAIN 2 $one 4 $one
1|attest CHAIN 0 $one 8 $one|attest CHAIN 2 $one 4 $other
1|attest CHAIN 2 $one 4 $one|attest CHAIN 0 $one 8 $other
0|attest CHAIN 0 $one 4 $one|attest CHAIN 0 $one 8 $other
0|attest CHAIN 0 $one 8 $one|attest CHAIN 0 $one 4 $other
0|attest CHAIN 0 $one 4 $one|attest CHAIN 4 $one 8 $other
END
    # one is enough of each member
    for block in 1 2 3 4; do statement bob "vote $chain 1 0 prevote $(printf %064d $block)"; done >lines
    statement carol "vote $chain 1 0 prevote $one" >>lines
    expect 1 ledger-watch -1 -C lines
    [ "$(wc -l <"$out")" -eq 3 ]
    # with a false signature it is none
    { sed -n 1p lines && sed -n 2p lines | sed 's/0$/x/; s/[1-9a-f]$/0/; s/x$/1/'; } >forged
    expect 0 ledger-watch -1 -C forged
    says '^forged:2: vote: bad signature$'
}

@test "a ledger that holds false signatures convicts nobody" {
    forked
    rm -f other.index*
    sed -i "s/^\(vote .*\)0\$/\11/; t; s/^\(vote .*\)[1-9a-f]\$/\10/" other
    status=0
    ledger-watch -1 ledger other >events 2>told || status=$?
    [ "$status" -eq 1 ]
    refute grep -q '^evidence' events
}
