load lib/common
load lib/ledger
load lib/attests
load lib/gossip

# Finality over work for those who hold no ledger: attest lines and their proofs over the wire, from peers that may lie.

# A chain of so many blocks, of which all members have attested what they could: `heads` has its headers, `pairs` its attest lines
# with their proofs, two to a line. What is final by them: $FINAL.
attested() { # COUNT OPTION...
    with_work "${@:2}"
    grow "$1" bob carol dave erin
    ledger-chain ledger >chain
    ledger-chain -H ledger >heads
    ledger-chain -HA ledger | grep -A 1 '^attest ' | grep -v '^--' | paste -d '\t' - - >pairs
    CHAIN=$(chain_id ledger) FINAL="^ledger-pull: h: final: the checkpoint at height $(ledger-chain -tf ledger | cut -d ' ' -f 2), $(ledger-chain -tf ledger | id)\$"
}

pull() { # STATUS OPTION... PEER...
    expect "$1" timeout 300 ledger-pull -p -H -l h "${@:2}"
}

# A scripted peer that answers with the pairs on stdin. (Not in a pipe: nobody would end it.)
answers() { # NAME
    tr '\t' '\n' >chain.attests
    pull_host "$1" chain attests
}

@test "headers, then attest lines: the file has both, the next run what is new, and no heavier branch undoes what is final" {
    attested 7
    listen a -p -L ledger
    pull 0 -c "$CHAIN" "$at"
    says "$FINAL"
    { cat heads && tr '\t' '\n' <pairs; } | cmp - h
    verify -Hq -T 1700000014 h
    event a '[^ ]+ attests - 1'
    grow 4 bob carol dave erin
    pull 0 "$at"
    says '^ledger-pull: h: final: the checkpoint at height 8, '
    ledger-chain -HA ledger | sort | cmp - <(sort h)
    verify -Hq -T 1700000014 h
    event a '[^ ]+ attests - 7' # from the last that is justified
    cp h before
    # another branch
    head -n "$(($(head -n 1 ledger | cut -d ' ' -f 8) + 1))" ledger >other
    mine -l other -m alice -n 20 -T 1700000001 </dev/null | ledger-append -q other
    listen b -p -L other
    pull 1 "$at"
    says ': block: its branch has more work, but would undo the final checkpoint at height 8, '
    cmp before h
}

@test "a file whose last attest line lost its proof goes on; one with a forged line is refused" {
    attested 7
    listen a -p -L ledger
    pull 0 -c "$CHAIN" "$at"
    cp h whole
    head -n -5 whole >h # of the last checkpoint, one line and half of another are left
    pull 0 "$at"
    says "$FINAL"
    sort whole | cmp - <(sort h)
    sed '$ s/.$/x/' whole >h
    pull 1 "$at"
    says '^ledger-pull: h:[0-9]*: proof: '
}

@test "another branch wins before anything is final: the lines of the old one go with it" {
    attested 3
    listen a -p -L ledger
    pull 0 -c "$CHAIN" "$at"
    says 'work alone counts$'
    [ "$(grep -c '^attest ' h)" -eq 4 ]
    head -n "$(($(head -n 1 ledger | cut -d ' ' -f 8) + 1))" ledger >other
    mine -l other -m bob -n 9 -T 1700000001 </dev/null | ledger-append -q other
    listen b -p -L other
    pull 0 "$at"
    ledger-chain -H other | cmp - h
}

# refused RULE: pulls from a peer that answers with the pairs on stdin, and then with an honest one beside it.
refused() {
    answers bad
    rm -f h
    pull 0 -c "$CHAIN" "$(<bad.at)" || [ "$status" -eq 1 ]
    says "^ledger-pull: $(<bad.at): $1"
    cmp heads <(head -n "$(wc -l <heads)" h)
    rm h
    pull 0 -c "$CHAIN" "$(<bad.at)" "$(<good.at)"
    says "$FINAL"
}

@test "forged, cut, unasked and endless answers are refused with a reason, and an honest peer is enough" {
    attested 7
    listen good -p -L ledger
    echo "$at" >good.at
    refused 'proof: not of the attest line before it' < <(awk -F '\t' '{ d = substr($1, length($1)); print substr($1, 1, length($1) - 1) (d == "0" ? 1 : 0) "\t" $2 }' pairs)
    refused 'proof: ' < <(sed '3s/.$/x/' pairs)
    refused "proof: its path does not lead to its block's root" < <(awk -F '\t' '{ d = substr($2, length($2)); print $1 "\t" substr($2, 1, length($2) - 1) (d == "0" ? 1 : 0) }' pairs)
    refused 'an answer to `attests` is attest lines, each with its proof' < <(cut -f 1 pairs)
    refused 'an answer to `attests` is attest lines, each with its proof' < <(cut -f 2 pairs)
    refused 'pulled: the proof of an attest line is missing' < <(cat pairs && cut -f 1 pairs | head -n 1)
    refused 'attest lines of more blocks than were requested' < <(for _ in $(seq 8); do head -n 5 pairs; done)
    refused 'over 2000 attest lines of one block' < <(awk 'NR == 1 { for (i = 0; i < 2001; i++) print }' pairs)
    refused 'closed' < <(head -c 1000 pairs)
}

@test "a peer that does not know the request gives headers alone, and another one the rest" {
    attested 7
    pull_host old chain # of version 2
    pull 0 -c "$CHAIN" "$(<old.at)"
    says "^ledger-pull: $(<old.at): does not serve attest lines\$"
    says '^ledger-pull: h: no attest lines here make a checkpoint final: work alone counts$'
    cmp heads h
    grep -q attests old.log && false
    listen a -p -L ledger
    pull 0 "$(<old.at)" "$at"
    says "$FINAL"
}

@test "a peer that hides lines makes nothing final, and is not believed to lie; another one shows them" {
    attested 7
    answers a < <(tail -n 8 pairs)
    pull 0 -c "$CHAIN" "$(<a.at)"
    says "^ledger-pull: $(<a.at): cannot tell: attest: source is not justified by the attest lines before this one\$"
    says 'work alone counts$'
    cmp heads h
    listen b -p -L ledger
    pull 0 "$(<a.at)" "$at"
    says "$FINAL"
}

@test "lines of bodies that were not asked for, as they are known already" {
    attested 9
    answers a < <(head -n 12 pairs) # however often it is asked
    pull 1 -c "$CHAIN" "$(<a.at)"
    says ': final: the checkpoint at height 4, '
    says "^ledger-pull: $(<a.at): attest lines of a block that was not asked for\$"
}

@test "a peer that is behind has no lines above a block that it does not have, and is not blamed" {
    attested 6
    cp ledger behind
    grow 3 bob carol dave erin
    listen b -p -L behind
    behind=$at
    listen a -p -L ledger
    pull 0 -c "$CHAIN" "$at"
    says '^ledger-pull: h: final: the checkpoint at height 6, '
    # blocks without lines: there is something to ask for
    for _ in 1 2 3 4; do mined $(($(ledger-chain -t ledger | cut -d ' ' -f 2) + 1)) </dev/null | ledger-append -q ledger; done
    pull 0 "$at" "$behind"
    pull 0 "$behind"
    says '^ledger-pull: h: final: the checkpoint at height 6, '
    event b '[^ ]+ attests - 0'
    grep -q 'not asked for' "$err" && false
    # and a new file from both
    rm h
    pull 0 -c "$CHAIN" "$behind" "$at"
    says '^ledger-pull: h: final: the checkpoint at height 6, '
}

@test "an accusation comes with the lines; a peer that hides it is not believed to lie, and another one shows it" {
    accused
    ledger-chain ledger >chain
    CHAIN=$(chain_id ledger) FINAL="^ledger-pull: h: final: the checkpoint at height $(ledger-chain -tf ledger | cut -d ' ' -f 2), $(ledger-chain -tf ledger | id)\$"
    ledger-chain -HA ledger | grep -A 1 '^attest ' | grep -v '^--' >lines
    listen b -p -L ledger
    pull 0 -c "$CHAIN" "$at"
    says "$FINAL"
    [ "$(grep -c '^tx ' h)" -eq 1 ]
    verify -Hq -T 1700000014 h
    rm h
    answers a <lines
    pull 0 -c "$CHAIN" "$(<a.at)"
    says "^ledger-pull: $(<a.at): cannot tell: attest: source is not justified"
    pull 0 "$at"
    says "$FINAL"
    # the file has what the accusation lets count once more, after it
    pull 0 "$at"
    says "$FINAL"
    verify -Hq -T 1700000014 h
}
