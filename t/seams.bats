load lib/common
load lib/ledger
load lib/gossip
load lib/seams

# What the tables of the house cost to use: a new row is one new file, and the row. The toys here are no part of any
# ledger; each is linked in place of the archive's table, and verify then judges by it.

ZERO=$(printf %064d 0)
ONE=$(printf %064d 1)

# --- Seals ---

# toy: SEAL repeats the first eight digits of PREV; blocks are `rule gap` seconds apart, and each weighs one.
toy_seal() {
    cat >toy.c <<'TOY'
#include "base/hex.h"
#include "seal/seal.h"

static const struct rule rules[] = {{"gap", .optional = true, .least = 2}};

static int alone(const struct block *b, const uint8_t id[ID_LEN], struct fault *f)
{
    (void)id;
    if (memcmp(hex32(b->prev).text, b->seal.text, b->seal.len) == 0)
        return 0;
    return fault_rule(f, "block: seal is not what its parent's id begins with");
}

static int check(const struct ancestry *a, const struct block *b, struct fault *f)
{
    int64_t apart = 1;
    rules_number(a->rules, "gap", &apart);
    if (b->time - a->time >= apart)
        return 0;
    return fault_rule(f, "block: time is too near to its parent's");
}

static void next(const struct ancestry *a, uint8_t target[TARGET_LEN])
{
    memcpy(target, a->anchor->target, TARGET_LEN);
}

static struct u256 weight(const struct ancestry *a, const struct block *b)
{
    (void)a;
    (void)b;
    return (struct u256){{1}};
}

const struct seal seal_toy = {.rules = {"toy", rules, 1},
                              .least = 8,
                              .most = 8,
                              .spacings_ahead = 1,
                              .alone = alone,
                              .check = check,
                              .next = next,
                              .weight = weight};
TOY
    row seal/seals.c 's/^#define SEALS .*/& SEAL(toy)/'
    linked verify toy.c seals.c
}

# A genesis block with the rules on stdin; its root is the one that verify asks for, if it looks at it.
genesis_of() {
    local body count root
    body=$(sed 's/^/rule /')
    count=$(wc -l <<<"$body")
    printf 'block 0 %s %s 1700000000 %s %s %d 0\n%s\n' "$ZERO" "$ONE" "$ONE" "$ZERO" "$count" "$body" >unrooted
    run_apart ./verify unrooted
    root=$(sed -n 's/.* it should be //p' "$err")
    sed "1s/$ONE/${root:-$ONE}/" unrooted
}

# The seal of the next block on the last one of a file.
toy_of() {
    id <<<"$(grep '^block ' "$1" | tail -n 1)" | cut -c 1-8
}

# A block without a body on the last one of a file.
block_on() { # LEDGER TIME SEAL
    local last height
    last=$(grep '^block ' "$1" | tail -n 1)
    height=$(cut -d ' ' -f 2 <<<"$last")
    echo "block $((height + 1)) $(id <<<"$last") $(printf '' | sha256sum | cut -c 1-64) $2 $ONE $ONE 0 $3"
}

GENERAL='spacing 10
halflife 0
reward 5
halving 0
maxblock 10000
minfee 1
name toys'

@test "a seal is one file and one row: its chains, headers and rules are judged by it" {
    toy_seal
    printf '%s\nseal toy\ngap 7\n' "$GENERAL" | genesis_of >chain
    expect 0 ./verify chain
    cp chain genesis
    for i in 1 2 3; do
        block=$(block_on chain $((1700000000 + 7 * i)) "$(toy_of chain)")
        echo "$block" >>chain
    done
    expect 0 ./verify chain
    expect 0 ./verify -H chain
    tail -n 1 chain >header
    expect 0 ./verify -H header
    # what its own functions refuse, with the ledger, by headers, and alone
    { cat chain && block_on chain 1700000030 01234567; } >forged
    for option in '' -H; do
        expect 1 ./verify $option forged
        says "^forged:14: block: seal is not what its parent's id begins with$"
    done
    tail -n 1 forged >header
    expect 1 ./verify -H header
    says "^header:1: block: no proof of work"
    { cat chain && block_on chain 1700000027 "$(toy_of chain)"; } >forged
    expect 1 ./verify forged
    says "^forged:14: block: time is too near to its parent's$"
    { cat chain && block_on chain 1700000030 "$(toy_of chain)0"; } >forged
    expect 1 ./verify forged
    says '^forged:14: block: seal is not 8 lowercase hex digits$'
    # there is no nonce to search for
    linked ledger-append toy.c seals.c
    linked mine toy.c seals.c
    expect 0 ./ledger-append ledger <chain
    expect 2 ./mine -l ledger -m "$ONE" </dev/null
    says "^mine: ledger: 'rule seal toy': blocks of this chain are not mined: "
    # the programs without the row
    expect 1 verify chain
    says "^chain:9: rule: unknown seal$"
}

@test "the rules of a seal are its own: elsewhere, twice, too small or unknown they are refused" {
    toy_seal
    printf '%s\nseal toy\n' "$GENERAL" | genesis_of >chain
    expect 0 ./verify chain
    for rules in $'gap 7\nseal pow' $'seal pow\ngap 7'; do
        printf '%s\n%s\n' "$GENERAL" "$rules" | genesis_of >chain
        expect 1 ./verify chain
        says "^chain:1: block: genesis: rule gap belongs to another seal or feature$"
    done
    printf '%s\nseal toy\ngap 1\n' "$GENERAL" | genesis_of >chain
    expect 1 ./verify chain
    says '^chain:10: rule: gap is less than 2$'
    printf '%s\nseal toy\ngap 7\ngap 7\n' "$GENERAL" | genesis_of >chain
    expect 1 ./verify chain
    says '^chain:11: rule: gap is given twice$'
    for rule in 'asunder 7' 'allow toys'; do
        printf '%s\nseal toy\n%s\n' "$GENERAL" "$rule" | genesis_of >chain
        expect 1 ./verify chain
        says "^chain:10: rule: unknown rule '${rule% 7}'$"
    done
    printf '%s\n' "$GENERAL" | genesis_of >chain
    expect 1 ./verify chain
    says '^chain:1: block: genesis: rule seal is missing$'
}

# --- Rules ---

@test "the rules of a feature are a row each: where it is allowed they must stand, elsewhere they may not" {
    row record/rules.c '/{"name", .kind = RULE_TEXT},/i\
    {"toys", .kind = RULE_ALLOW}, {"dolls", .least = 3, .most = 8, .allow = "toys"},\
    {"bears", .optional = true, .least = 1, .seals = "sign pow"}, {"cars", .optional = true, .seals = "sign"},'
    linked verify rules.c
    linked ledger-append rules.c
    # RULES STATUS WORDS
    while IFS=: read -r rules status words; do
        printf '%s\nseal pow\n%s' "$GENERAL" "${rules:+$(tr , '\n' <<<"$rules")
}" | genesis_of >chain
        expect "$status" ./verify chain
        [ "$status" -eq 0 ] || says "$words"
    done <<'RULES'
:0:
allow toys,dolls 3:0:
dolls 8,bears 5,allow toys:0:
bears 1:0:
allow toys:1:block: genesis: rule dolls is missing$
dolls 3:1:block: genesis: rule dolls belongs to another seal or feature$
cars 3:1:block: genesis: rule cars belongs to another seal or feature$
allow toys,dolls 2:1:rule: dolls is less than 3$
allow toys,dolls 9:1:rule: dolls is more than 8$
allow toys,allow toys,dolls 3:1:rule: toys is given twice$
allow dolls:1:rule: unknown rule 'allow dolls'$
RULES
    # the index keeps them
    printf '%s\nseal pow\nbears 5\nallow toys\ndolls 8\n' "$GENERAL" | genesis_of >chain
    expect 0 ./ledger-append ledger <chain
    grep -aq '^rule bears 5$' ledger.index
    expect 0 ./ledger-append ledger <chain
    [ ! -s "$err" ]
}

# --- Types of records ---

# vow: a text that somebody has signed for a chain; nodes pass it on.
toy_type() {
    cat >vow.c <<'TOY'
#include "record/types.h"

static const struct signed_field fields[] = {
    {"vow: chain", SIGNED_CHAIN, 0, NULL},
    {"vow: words", SIGNED_FIELD, 0, field_text},
    {"vow: key", SIGNED_BY, 0, NULL},
    {"vow: signature", SIGNED_END, 0, NULL},
};

const struct record_type vow_type = {
    .name = "vow", .fields = fields, .of_chain = true, .alone = true, .gossiped = true};
TOY
    row record/types.c 's/TYPE(tx)/& TYPE(vow)/'
    for program; do
        linked "$program" vow.c types.c
    done
}

vow() { # CHAIN WORDS: signed by alice
    printf 'vow %s %s %s' "$1" "$2" "$(cut -d ' ' -f 2 alice.pub)" >unsigned
    openssl pkeyutl -sign -rawin -inkey alice.key -in unsigned -out signature
    printf '%s %s\n' "$(cat unsigned)" "$(od -An -v -tx1 signature | tr -d ' \n')"
}

@test "a type of records is one file and one row: it is judged, sent, taken and passed on" {
    chain 1
    toy_type verify gossip-listen gossip-send ledger-export
    vow "$CHAIN" always >good
    forged <good >bad
    vow "$ZERO" never >strange
    expect 0 ./verify -l ledger good
    diff good "$out"
    [ ! -s "$err" ]
    expect 1 ./verify bad
    says '^bad:1: vow: bad signature$'
    expect 1 ./verify -l ledger strange
    says "^strange:1: vow: another chain: $ZERO$"
    expect 0 ./verify strange
    expect 1 ./verify <<<"vow $CHAIN two words"
    says '^stdin:1: vow: 4 fields, expected 5$'
    expect 0 ./ledger-export good
    grep -q '^{"type":"vow","chain":"'"$CHAIN"'","words":"always","words_utf8":"always","key":"[0-9a-f]*","signature":' "$out"
    ./ledger-export -r "$out" | diff good -
    PATH=$PWD:$PATH
    listen l -p -c "$CHAIN"
    { cat good && cat txs; } >sent
    timeout 300 gossip-send -p -c "$CHAIN" "$at" <sent
    same_lines sent l.out
    event l "[^ ]+ new $(id <good) vow"
    for file in bad strange; do
        expect 1 timeout 300 gossip-send -p -t 1 -c "$CHAIN" "$at" <"$file"
    done
    same_lines sent l.out
    # the programs without the row
    PATH=${PATH#*:}
    expect 1 verify good
    says '^good:1: no record of a known type: nothing was checked$'
    expect 1 timeout 300 gossip-send -p -c "$CHAIN" "$at" <good
    says "^stdin:1: 'vow' is not a type of record that nodes take from each other$"
}

# --- Seals and pow ---

@test "under pow a seal is a nonce: one as long as a signature is refused, as any that is too long" {
    ledger-init -n chain >ledger
    expect 0 verify ledger
    end=$(wc -l <ledger)
    for digits in 65 127 128 129; do
        seal=$(printf "%0${digits}d" 0)
        block_on ledger 1800000000 "$seal" >block
        sed "s/^block 1 /block 7 /; s/ [0-9a-f]\{64\} / $ONE /" block >orphan
        cat ledger block >forged
        for option in '' -H; do
            expect 1 verify $option forged
            says "^forged:$((end + 1)): block: seal is not 1 to 64 lowercase hex digits$"
        done
        for record in block orphan; do
            expect 1 verify -l ledger $record
            says "^$record:1: block: seal is not 1 to 64 lowercase hex digits$"
            expect 1 verify -H $record
            if [ "$digits" -eq 128 ]; then
                says "^$record:1: block: a member's signature tells nothing without the set of members$"
            else
                says "^$record:1: block: seal is not 1 to 64 lowercase hex digits$"
            fi
            expect 1 ledger-append ledger <$record
            says "^stdin:1: block: seal is not 1 to 64 lowercase hex digits$"
        done
    done
}
